"""Deciding about an edition: first the merging, then, of the chapters as they are with it, which
numbers are shown.

`cells` and `calls` come from a planning run (`pipeline.facts.plan`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.disclosure.asked import Asked, gather, guarded
from pipeline.disclosure.counts import Counts
from pipeline.disclosure.explain import reasons, words
from pipeline.disclosure.merge import Judge, Merging, merge
from pipeline.disclosure.model import Mask, Suppressed, System
from pipeline.disclosure.moments import BETRAYS, betraying
from pipeline.disclosure.released import Release, changes, published, unsaid
from pipeline.disclosure.seen import Basis, guessed, numbers, unseen
from pipeline.disclosure.suppress import suppress
from pipeline.disclosure.system import Row, assemble, rows
from pipeline.disclosure.targets import Target, smallest, targets
from pipeline.facts.dataset import SYSTEM_TABLES, codebooks
from pipeline.facts.pattern import CountCell, Pattern
from pipeline.facts.plan import TableCall
from pipeline.workspace import Workspace, load_kommun


@dataclass(frozen=True, slots=True)
class Kept:
    """How many cells were asked for, and how many of them are shown."""

    asked: int
    shown: int

    @property
    def share(self) -> float:
        return self.shown / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """`reasons`: key of each hidden cell → why, in Swedish, for the internal log alone.
    `primary`: keys of those hidden for what they say themselves. `kept`: of all guarded cells;
    `chapters`: by chapter. `open_targets`: what could not be protected, because of what is
    published already. The rest is kept for the audit: `rows[i]` are the cells of the system's
    count i, `targets[i]` (with its universe) its target i."""

    pattern: Pattern
    reasons: Mapping[str, str]
    primary: frozenset[str]
    kept: Kept
    chapters: Mapping[str, Kept]
    open_targets: tuple[str, ...]
    system: System
    rows: tuple[Row, ...]
    targets: tuple[tuple[int, Target], ...]
    result: Suppressed
    asked: Asked


def merges(
    workspace: Workspace,
    year: int,
    edition: str,
    calls: Sequence[TableCall],
    groups: Iterable[Iterable[str]] = (),
) -> dict[str, Merging]:
    """What `Pattern.merged` holds: of the tables whose classes are put together, table key →
    dimension → classes. `groups`: keys of tables that stand beside each other (`table_key`)."""
    rules, books = load_kommun(workspace.raw).sekretess, codebooks(workspace.raw)
    structures = guarded(edition, books)
    mine = [c for c in calls if c.dataset in structures]
    return merge(mine, groups, Judge(Counts(workspace, year), books, rules))


def suppression(
    workspace: Workspace,
    year: int,
    edition: str,
    cells: Iterable[CountCell],
    calls: Sequence[TableCall] = (),
    merged: Mapping[str, Merging] | None = None,
    releases: Sequence[Release] = (),
    chapters: Mapping[str, Iterable[CountCell]] | None = None,
    definitions: Iterable[Mapping[str, Any]] = (),
) -> Decision:
    """The pattern of an edition. `cells`: every cell its facts rest on, and `calls` its tables, as
    planned with `merged`; `chapters`: chapter → its cells; `definitions` of its facts. Raises
    UppfoljningError if the classes do not give the true counts."""
    threshold = load_kommun(workspace.raw).sekretess.troskel
    books = codebooks(workspace.raw)
    structures = guarded(edition, books)
    wanted = sorted({c for c in cells if c.dataset in structures})
    before = published(releases, year, structures)
    tables = [c for c in calls if c.dataset in structures]
    asked = gather(Counts(workspace, year), structures, [*wanted, *before], tables)
    counted = rows(asked.universes, asked.cells)
    known, changed, closer = changes(asked, counted, before, threshold)
    changed |= unsaid(counted, before, changed)
    every = [
        targets(
            made,
            asked.conditions(u),
            asked.unions[u],
            asked.sensitive[u],
            asked.plain[u],
            threshold,
        )
        for u, made in enumerate(asked.universes)
    ]
    secret = [[t for t in mine if t.reach] for mine in every]
    found = [(u, t) for u, mine in enumerate(secret) for t in smallest(mine)] + closer
    few = {(u, t.classes): t.why for u, mine in enumerate(every) for t in mine if t.inner == -1}
    first = np.array([(r.universe, r.classes) in few for r in counted], dtype=bool)
    hidden = (first | changed) & ~known
    cost = [max(asked.cost[c] for c in r.cells) for r in counted]

    asking = [d for d in definitions if d.get("dataset") in structures]
    told = numbers(wanted, tables, asking)
    system, result = _protected(asked, counted, secret, found, cost, hidden, known, told, threshold)
    silent = unseen(counted, told, result.hidden, known)
    result = replace(result, hidden=result.hidden | silent)
    why = reasons(asked, counted, found, system, result, few, changed, silent)
    dark = {c for r, off in zip(counted, result.hidden, strict=True) if off for c in r.cells}
    shown = [c for c in wanted if c not in dark]
    withheld = betraying(asking, shown, dark, structures)
    early = {c for r, off in zip(counted, hidden, strict=True) if off for c in r.cells}
    return Decision(
        pattern=Pattern(
            frozenset(c.key for c in shown),
            dict(merged or {}),
            frozenset({*books, *SYSTEM_TABLES} - set(structures)),
            withheld,
        ),
        reasons={c.key: why[c] for c in wanted if c in dark}
        | dict.fromkeys(sorted(withheld), BETRAYS),
        primary=frozenset(c.key for c in wanted if c in early),
        kept=_kept(wanted, dark),
        chapters={
            name: _kept({c for c in theirs if c.dataset in structures}, dark)
            for name, theirs in sorted((chapters or {}).items())
        },
        open_targets=tuple(words(asked, *found[i]) for i in result.open_targets),
        system=system, rows=counted, targets=tuple(found), result=result, asked=asked,
    )  # fmt: skip


def _protected(
    asked: Asked,
    counted: Sequence[Row],
    secret: Sequence[Sequence[Target]],
    found: list[tuple[int, Target]],
    cost: Sequence[float],
    hidden: Mask,
    known: Mask,
    told: Sequence[Basis],
    threshold: int,
) -> tuple[System, Suppressed]:
    """What is hidden so that the targets in `found` are protected, and those that turn up on the
    way: they are added to it. `hidden` (m) for what it says itself; `told`: what is asked for,
    number by number. Hiding leaves numbers that nobody sees any more, and what they leave open may
    be few persons: then it is all done again, without counting on readers to know them (so that
    what is hidden from the start follows from the first round, too)."""

    def solved() -> tuple[System, Suppressed]:
        system = assemble(
            asked.universes, counted, found, cost, hidden.tolist(), known.tolist(), asked.empty
        )
        return system, suppress(system)

    while True:
        system, result = solved()
        if result.open_targets:  # what contains a target that stays open needs its own protection
            lost = {(found[i][0], found[i][1].classes) for i in result.open_targets}
            still = [
                [t for t in mine if (u, t.classes) not in lost] for u, mine in enumerate(secret)
            ]
            wider = [(u, t) for u, mine in enumerate(still) for t in smallest(mine)]
            found += [one for one in wider if one not in found]
            system, result = solved()
        silent = unseen(counted, told, result.hidden, known)
        dark = result.hidden | silent
        more = guessed(asked, counted, told, system, dark, threshold)
        if all(one in found for one in more):
            return system, result
        hidden = hidden | silent
        found += [one for one in more if one not in found]


def _kept(cells: Iterable[CountCell], dark: set[CountCell]) -> Kept:
    several = list(cells)
    return Kept(len(several), sum(c not in dark for c in several))
