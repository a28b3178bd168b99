"""Kolada's revisions against what has been published: for `fetch` and for the internal edition."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.comparators.kept import kept
from pipeline.comparators.revisions import Revision, revisions
from pipeline.comparators.touched import Record, touched
from pipeline.publish.ledger import FACTS
from pipeline.publish.public import FILE as PUBLIC_LEDGER
from pipeline.publish.revisions_page import LINK, write_revisions
from pipeline.run.releases import PUBLIC, STAGES, frozen
from pipeline.workspace import Workspace, load_kommun


@dataclass(frozen=True, slots=True)
class Revised:
    """What has been revised. `pages`: the link of the front page, where there is a page."""

    found: tuple[Revision, ...]

    @property
    def pages(self) -> tuple[tuple[str, str, str], ...]:
        return (LINK,) if self.found else ()


def revised(workspace: Workspace) -> Revised:
    """What the files of RAW/kolada say has been revised between fetches."""
    return Revised(tuple(revisions(kept(workspace.raw))))


def write_revised(workspace: Workspace, year: int, made: Path, revised: Revised) -> None:
    """The page about it, in the edition `made` of `year`, which has its ledger; none where nothing
    has been revised."""
    if revised.found:
        kommun = load_kommun(workspace.raw)
        about = touched(ledgers(workspace, year, made))
        write_revisions(made, kommun.namn, kommun.kommuner, year, revised.found, about)


def ledgers(
    workspace: Workspace, year: int | None = None, made: Path | None = None
) -> Iterator[tuple[str, Sequence[Record]]]:
    """The ledgers of the internal editions and of the releases. With `made`, an edition of `year`
    that is being built, that one stands in the place of those in REPORTS, of any age."""
    if made is not None:
        yield f"den interna rapporten {year}", pq.read_table(made / FACTS).to_pylist()
    elif workspace.reports.is_dir():
        for path in sorted(workspace.reports.glob(f"[12][0-9][0-9][0-9]/intern/{FACTS}")):
            name = f"den interna rapporten {path.parents[1].name}"
            yield name, pq.read_table(path).to_pylist()
    for each in workspace.years():
        for one in frozen(workspace.raw, each):
            path = one.folder / PUBLIC / PUBLIC_LEDGER
            name = f"publicerad utgåva {one.number} för {each} ({STAGES[one.stage]})"
            yield name, json.loads(path.read_text(encoding="utf-8"))
