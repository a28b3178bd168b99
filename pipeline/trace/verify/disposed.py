"""Which numbers of an edition rest on rows that have been destroyed since it was built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.disposal.record import Disposal, disposals, since
from pipeline.trace.verify.listed import listed
from pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Disposed:
    """`facts`: fact id → the decisions, in order; `digests`: what its ledger row said at the last
    of them. Both are empty for an edition built after the disposals."""

    records: tuple[Disposal, ...] = ()
    facts: Mapping[str, tuple[Disposal, ...]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def note(self, fact: str) -> str:
        """`gallrat enligt SN 2026/12`; empty for a fact whose rows are all there."""
        return told(self.facts.get(fact, ()))


def told(records: tuple[Disposal, ...]) -> str:
    """`gallrat enligt SN 2026/12 och SN 2027/3`."""
    numbers = list(dict.fromkeys(r.dnr for r in records))
    return f"gallrat enligt {' och '.join(numbers)}" if numbers else ""


def disposed_in(workspace: Workspace, year: int, edition: Path, part: str = "") -> Disposed:
    """What has been destroyed under the edition in this folder, or under what it keeps of another
    in the folder `part` (the crate is the whole edition's). An edition without a readable
    crate is told nothing: verification says so elsewhere."""
    every = disposals(workspace.raw)
    if not every:
        return Disposed()
    try:
        inputs = list(listed(edition)["inputs"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return Disposed()
    records = since(every, inputs)
    facts: dict[str, tuple[Disposal, ...]] = {}
    digests: dict[str, str] = {}
    for record in records:
        for fact, digest in record.editions.get(
            key_of(workspace, year, edition / part), {}
        ).items():
            facts[fact] = (*facts.get(fact, ()), record)
            digests[fact] = digest
    return Disposed(tuple(records), facts, digests)


def key_of(workspace: Workspace, year: int, edition: Path) -> str:
    """How records name an edition: its folder from REPORTS, or that of a release from RAW."""
    for base in (workspace.reports, workspace.raw):
        try:
            return edition.resolve().relative_to(base.resolve()).as_posix()
        except ValueError:
            continue
    return f"{year}/intern"
