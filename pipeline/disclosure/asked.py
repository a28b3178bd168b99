"""What an edition asks for, written in universes: cells, what tables show beside each other, what
they say by leaving out, and what readers lose with each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.disclosure.classes import Universe, universe
from pipeline.disclosure.counts import Counts
from pipeline.disclosure.structure import Structure, structure
from pipeline.disclosure.variables import reads_value
from pipeline.facts import predicate as p
from pipeline.facts.pattern import CountCell, Merged
from pipeline.facts.plan import TableCall
from pipeline.facts.table import Total
from pipeline.forms.codebook import Codebook

# What readers lose with a cell, by the number of classes it is broken down by: a total makes a
# whole table useless, one of many inner cells little. A number outside tables stands in a sentence.
COST = {0: 30.0, 1: 6.0, 2: 1.0}
SENTENCE = 12.0
Place = tuple[str, int, str]  # dataset, period, distinct


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """`cells`: cell → (universe, condition). `unions[u]`: conditions of a universe that a table
    shows beside each other. `empty`: (universe, condition) that everybody can see no row fulfils.
    `sensitive[u][i]`: the condition reads a sensitive value; `plain[u][i]`: it reads nothing but
    questions that may be left unanswered. `cost`: of the cells."""

    universes: tuple[Universe, ...]
    cells: Mapping[CountCell, tuple[int, int]]
    unions: tuple[tuple[tuple[int, ...], ...], ...]
    empty: tuple[tuple[int, int], ...]
    sensitive: tuple[tuple[bool, ...], ...]
    plain: tuple[tuple[bool, ...], ...]
    cost: Mapping[CountCell, float]

    def conditions(self, u: int) -> list[int]:
        """The conditions of a universe that somebody asks for."""
        return sorted({i for v, i in self.cells.values() if v == u})


def guarded(edition: str, books: Mapping[str, Codebook]) -> dict[str, Structure]:
    """The tables whose numbers an edition may have to hide. Answers of staff everywhere; those of
    persons in the public edition."""
    inside = ("staff",) if edition == "intern" else ("staff", "person")
    return {n: structure(n, books) for n, b in sorted(books.items()) if b.protects in inside}


def gather(
    counts: Counts,
    structures: Mapping[str, Structure],
    cells: Iterable[CountCell],
    calls: Sequence[TableCall],
) -> Asked:
    """`cells` and `calls` of tables in `structures`. Cells whose source is missing, or has no rows,
    are in none of the universes: they are of nobody."""
    known = [c for c in sorted(set(cells)) if _rows(counts.dataset(c.dataset, c.period).table)]
    by_place: dict[Place, dict[str, None]] = {}
    for c in known:
        by_place.setdefault(_place(c, structures), {})[c.where] = None
    left_out = _left_out(calls, structures)
    for dataset, period, distinct in list(by_place):
        rows = (dataset, period, "")
        if distinct and rows in by_place:  # keys and rows are linked where both can be written
            by_place[rows] |= by_place[dataset, period, distinct]
    places = sorted(by_place)
    universes = []
    for place in places:
        data = counts.dataset(*place[:2])
        there = [w for w in left_out.get(place, ()) if w not in by_place[place]]
        conditions = list(by_place[place])
        universes.append(universe(data, place[2], conditions, structures[place[0]], there))
    number = [{w: i for i, w in enumerate(u.conditions)} for u in universes]
    at = {place: u for u, place in enumerate(places)}
    found = {}
    for c in known:
        u = at[_place(c, structures)]
        found[c] = (u, number[u][c.where])
    empty = [
        (at[place], number[at[place]][w])
        for place, wheres in left_out.items()
        if place in at
        for w in wheres
        if universes[at[place]].home[number[at[place]][w]] >= 0
    ]
    unions: list[list[tuple[int, ...]]] = [[] for _ in universes]
    for beside in _beside(calls):
        places_ = [found[c] for c in beside if c in found]
        if len(places_) > 1:
            unions[places_[0][0]].append(tuple(sorted({i for _, i in places_})))
    return Asked(
        tuple(universes), found, tuple(tuple(dict.fromkeys(u)) for u in unions), tuple(empty),
        tuple(
            tuple(structures[u.dataset].sensitive(reads_value(p.parse(w))) for w in u.conditions)
            for u in universes
        ),
        tuple(
            tuple(structures[u.dataset].plain(p.columns(p.parse(w))) for w in u.conditions)
            for u in universes
        ),
        _costs(known, calls),
    )  # fmt: skip


def _rows(table: pa.Table | None) -> int:
    return 0 if table is None else int(table.num_rows)


def _place(cell: CountCell, structures: Mapping[str, Structure]) -> Place:
    """Different values of a column that no two rows share are rows."""
    distinct = "" if cell.distinct == structures[cell.dataset].key else cell.distinct
    return cell.dataset, cell.period, distinct


def _left_out(
    calls: Sequence[TableCall], structures: Mapping[str, Structure]
) -> dict[Place, list[str]]:
    """A table without a row for ”uppgift saknas” says that there are none of those."""
    found: dict[Place, dict[str, None]] = {}
    for call in calls:
        cells = [c for several in call.cells.values() for c in several]
        if call.missing or not cells:
            continue
        for d, keys in zip(call.dims, call.classes, strict=True):
            told = any(k is None or (isinstance(k, Merged) and None in k.values) for k in keys)
            if d.name != call.over and not told:
                rows = p.both(p.parse(call.filter), p.negate(d.known()))
                place = _place(cells[0], structures)
                found.setdefault(place, {})[p.to_sql(rows)] = None
    return {place: list(wheres) for place, wheres in found.items()}


def _beside(calls: Sequence[TableCall]) -> Iterable[list[CountCell]]:
    """The cells of each line of a table: those that differ in one dimension's class only."""
    for call in calls:
        for axis in range(len(call.dims)):
            lines: dict[tuple[object, ...], list[CountCell]] = {}
            for keys, cells in call.cells.items():
                if cells and not isinstance(keys[axis], Total):
                    rest = (*keys[:axis], *keys[axis + 1 :])
                    lines.setdefault(rest, []).append(cells[0])
            yield from lines.values()


def _costs(cells: Iterable[CountCell], calls: Sequence[TableCall]) -> dict[CountCell, float]:
    found: dict[CountCell, float] = {}
    for call in calls:
        for keys, mine in call.cells.items():
            depth = sum(not isinstance(k, Total) for k in keys)
            for place, cell in enumerate(mine):
                # The denominator of a distribution belongs to the classes before the last.
                own = depth - bool(call.over and place)
                found[cell] = max(found.get(cell, 0.0), COST[own])
    return {c: found.get(c, SENTENCE) for c in cells}
