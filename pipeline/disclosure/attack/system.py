"""Everything that is known of one table and year, as rows over the sizes of its classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from pipeline.disclosure.attack.domain import Domain, domains, finite, members, truth, within
from pipeline.disclosure.attack.said import Cell, Moment, Row
from pipeline.disclosure.attack.universe import Universe, build, parsed, read
from pipeline.forms.codebook import Codebook

Floats = npt.NDArray[np.float64]
Vector = Mapping[int, int]  # variable → coefficient


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """`low ≤ rows @ x ≤ high` for whole x ≥ 0. `vectors`: each count as a sum of variables;
    `starts`: the first variable of each universe. `beyond`: counts of so many columns at once that
    their classes, or those of their mean, are too many to write down."""

    rows: csr_array
    low: Floats
    high: Floats
    vectors: Mapping[Cell, Vector]
    universes: Mapping[str, Universe]
    starts: Mapping[str, int]
    beyond: frozenset[Cell] = frozenset()

    @property
    def relaxed(self) -> bool:
        return any(u.relaxed for u in self.universes.values())

    def between(self, a: Cell, b: Cell) -> Vector:
        """a − b as a sum of variables."""
        made = dict(self.vectors[a])
        for j, c in self.vectors[b].items():
            made[j] = made.get(j, 0) - c
        return {j: c for j, c in made.items() if c}


def knowledge(
    cells: Iterable[Cell], said: Sequence[Row], book: Codebook | None, books: Mapping[str, Codebook]
) -> Knowledge:
    """The system of counts of one table and year. `distinct` counts live in classes of their own
    (an insats has one answer to what insatser are counted by), never more than the rows."""
    every = sorted(set(cells))
    means = {t.column for r in said for t, _ in r.terms if isinstance(t, Moment)}
    whole = {c for c in means if finite(book, books, c)}
    nodes = [parsed(c.where) for c in every]
    found = domains(book, books, nodes, whole)
    together = _tied(found)
    moments = {
        (t.cell.distinct, tuple(sorted({*read(t.cell.where), t.column})))
        for r in said for t, _ in r.terms if isinstance(t, Moment) and t.column in whole
    }  # fmt: skip
    universes: dict[str, Universe] = {}
    starts: dict[str, int] = {}
    size = 0
    for distinct in sorted({c.distinct for c in every}):
        own = [c.where for c in every if c.distinct == distinct]
        with_means = [columns for d, columns in moments if d == distinct]
        universes[distinct] = build(own, found, [*together, *with_means])
        starts[distinct] = size
        size += universes[distinct].size
    beyond = {c for c in every if not universes[c.distinct].has(read(c.where))}
    beyond |= {
        t.cell for r in said for t, _ in r.terms
        if isinstance(t, Moment) and t.column in whole
        and not universes[t.cell.distinct].has((*read(t.cell.where), t.column))
    }  # fmt: skip
    vectors = {
        c: _vector(c, universes[c.distinct], starts[c.distinct]) for c in every if c not in beyond
    }
    lines = [*_agreed(universes, starts), *_of_rows(every, vectors)]
    for row in said:
        if any((t.cell if isinstance(t, Moment) else t) in beyond for t, _ in row.terms):
            continue
        if (line := _line(row, vectors, universes, starts, whole)) is not None:
            lines.append(line)
    return Knowledge(*_matrix(_apart(lines), size), vectors, universes, starts, frozenset(beyond))


def _apart(lines: Sequence[Line]) -> list[Line]:
    """The same knowledge with fewer ties: a shared sum that is published is a number on either
    side, so that the blocks no longer have to do with each other."""
    exact = {
        frozenset(v): low for v, low, high in lines
        if low == high and all(c == 1 for c in v.values())
    }  # fmt: skip
    made: list[Line] = []
    for vector, low, high in lines:
        ups = frozenset(j for j, c in vector.items() if c == 1)
        downs = frozenset(j for j, c in vector.items() if c == -1)
        known = exact.get(ups, exact.get(downs))
        if (low, high) == (0, 0) and downs and known is not None:
            made += [({j: 1 for j in side}, known, known) for side in (ups, downs)]
        else:
            made.append((vector, low, high))
    return made


def _tied(found: Mapping[str, Domain]) -> list[tuple[str, str]]:
    """Columns that say something of each other whatever is counted: those of a group by way of
    its first, options and that some of them were chosen (`within`), and a column beside the one it
    is empty unless."""
    first: dict[str, str] = {}
    pairs = []
    for name, domain in found.items():
        if domain.group and first.setdefault(domain.group, name) != name:
            pairs.append((first[domain.group], name))
        if members(name):
            pairs += [(c, name) for c in found if within(c, name)]
        if domain.unless in found:
            pairs.append((domain.unless, name))
    return pairs


def _vector(cell: Cell, universe: Universe, start: int) -> Vector:
    block, chosen = universe.members(cell.where)
    return {start + block.start + int(j): 1 for j in np.flatnonzero(chosen)}


Line = tuple[Vector, float, float]


def _agreed(universes: Mapping[str, Universe], starts: Mapping[str, int]) -> Iterable[Line]:
    for distinct, universe in universes.items():
        base = starts[distinct]
        for a, of_a, b, of_b in universe.agreements():
            left = {base + a.start + int(j): 1 for j in np.flatnonzero(of_a)}
            right = {base + b.start + int(j): -1 for j in np.flatnonzero(of_b)}
            yield {**left, **right}, 0, 0


def _of_rows(cells: Sequence[Cell], vectors: Mapping[Cell, Vector]) -> Iterable[Line]:
    """Different values are at most as many as the rows they stand in."""
    for cell in cells:
        rows = Cell(cell.dataset, cell.year, cell.where)
        if cell.distinct and cell in vectors and rows in vectors:
            less = {j: -c for j, c in vectors[rows].items()}
            yield {**vectors[cell], **less}, -np.inf, 0


def _line(
    row: Row, vectors: Mapping[Cell, Vector], universes: Mapping[str, Universe],
    starts: Mapping[str, int], whole: set[str],
) -> Line | None:  # fmt: skip
    total: dict[int, int] = {}
    for term, coefficient in row.terms:
        if isinstance(term, Moment):
            if term.column not in whole:
                return None  # the mean of something that has no classes says nothing of them
            vector = _moment(term, universes[term.cell.distinct], starts[term.cell.distinct])
        else:
            vector = vectors[term]
        for j, c in vector.items():
            total[j] = total.get(j, 0) + coefficient * c
    low = -np.inf if row.low is None else row.low
    return total, low, np.inf if row.high is None else row.high


def _moment(moment: Moment, universe: Universe, start: int) -> Vector:
    columns = {*read(moment.cell.where), moment.column}
    block = universe.home(columns)
    node = parsed(moment.cell.where)
    chosen = truth(node, block.columns, block.codes, universe.domains) == 1
    scale = universe.domains[moment.column].numbers or ()
    weights = np.array(scale)[block.codes[:, block.columns.index(moment.column)]]
    return {
        start + block.start + int(j): int(weights[j]) for j in np.flatnonzero(chosen) if weights[j]
    }


def _matrix(lines: Sequence[Line], size: int) -> tuple[csr_array, Floats, Floats]:
    at = [i for i, (vector, _, _) in enumerate(lines) for _ in vector]
    of = [j for vector, _, _ in lines for j in vector]
    values = [float(c) for vector, _, _ in lines for c in vector.values()]
    matrix = csr_array(coo_array((values, (at, of)), shape=(len(lines), size)))
    low = np.array([low for _, low, _ in lines], dtype=float)
    return matrix, low, np.array([high for _, _, high in lines], dtype=float)
