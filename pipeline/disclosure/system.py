"""One system of all universes of an edition: what suppression and attack work on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, coo_array, csr_array, vstack

from pipeline.disclosure.classes import Universe
from pipeline.disclosure.model import Ints, System
from pipeline.disclosure.targets import Target
from pipeline.facts.pattern import CountCell


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A count of the system: the cells that always have the same value."""

    universe: int
    classes: tuple[int, ...]
    cells: tuple[CountCell, ...]


def rows(
    universes: Sequence[Universe], cells: Mapping[CountCell, tuple[int, int]]
) -> tuple[Row, ...]:
    """The rows of a system. `cells`: cell → (universe, condition). Cells that count nothing
    whatever the rows have none."""
    found: dict[tuple[int, tuple[int, ...]], list[CountCell]] = {}
    for cell, (u, i) in sorted(cells.items()):
        classes = tuple(universes[u].classes(i).tolist())
        if classes:
            found.setdefault((u, classes), []).append(cell)
    return tuple(Row(u, classes, tuple(cs)) for (u, classes), cs in found.items())


def assemble(
    universes: Sequence[Universe],
    counts: Sequence[Row],
    targets: Sequence[tuple[int, Target]],
    cost: Sequence[float],
    hidden: Sequence[bool],
    fixed: Sequence[bool],
    empty: Iterable[tuple[int, int]],
) -> System:
    """The system. `targets`: with the number of their universe; `empty`: (universe, condition)
    that everybody knows no row fulfils."""
    start = np.cumsum([0, *(u.size for u in universes)])
    width = int(start[-1])
    known = _matrix(([(int(start[u] + c), 1) for c in universes[u].classes(i)]
                     for u, i in empty), width)  # fmt: skip
    agree = [u.equal for u in universes]
    blocks = csr_array(block_diag(agree, format="csr")) if agree else csr_array((0, 0))
    return System(
        A=_matrix(([(int(start[r.universe] + c), 1) for c in r.classes] for r in counts), width),
        x=np.concatenate([u.x for u in universes]) if universes else np.zeros(0, dtype=np.int64),
        cost=np.array(cost, dtype=float),
        hidden=np.array(hidden, dtype=bool),
        fixed=np.array(fixed, dtype=bool),
        targets=sums(universes, targets),
        reach=np.array([t.reach for _, t in targets], dtype=np.int64),
        equal=csr_array(vstack([blocks, known], format="csr")),
        at_most=_matrix(_keys_and_rows(universes, start), width),
    )


def sums(universes: Sequence[Universe], targets: Iterable[tuple[int, Target]]) -> csr_array:
    """Targets as sums of classes (t × c). With the number of their universe."""
    start = np.cumsum([0, *(u.size for u in universes)])
    return _matrix(
        ([(int(start[u] + c), 1) for c in t.classes] for u, t in targets), int(start[-1])
    )


def _matrix(lines: Iterable[Iterable[tuple[int, int]]], width: int) -> csr_array:
    row, column, value, count = [], [], [], 0
    for line in lines:
        for c, v in line:
            row.append(count)
            column.append(c)
            value.append(v)
        count += 1
    return coo_array((value, (row, column)), shape=(count, width), dtype=np.int64).tocsr()


def _keys_and_rows(universes: Sequence[Universe], start: Ints) -> list[list[tuple[int, int]]]:
    """What holds between the different keys and the rows of one table: of a condition there are
    at least as many rows as keys, and no more rows beyond the first of each key than of any wider
    condition."""
    by_place = {(u.dataset, u.period, u.distinct): n for n, u in enumerate(universes)}
    lines: list[list[tuple[int, int]]] = []
    for n, keys in enumerate(universes):
        m = by_place.get((keys.dataset, keys.period, ""))
        if not keys.distinct or m is None:
            continue
        rows_ = universes[m]
        number = {c: i for i, c in enumerate(rows_.conditions)}
        excess: dict[int, list[tuple[int, int]]] = {}
        for i, condition in enumerate(keys.conditions):
            at = number.get(condition, -1)
            if at < 0 or rows_.home[at] < 0 or keys.home[i] < 0:
                continue
            lines.append(
                [(int(start[n] + c), 1) for c in keys.classes(i)]
                + [(int(start[m] + c), -1) for c in rows_.classes(at)]
            )
            excess[i] = [(c, -v) for c, v in lines[-1]]
        whole = _excess_of_all(keys, rows_, int(start[n]), int(start[m]))
        lines += [[*mine, *((c, -v) for c, v in whole)] for mine in excess.values()]
        lines += [
            [*excess[a], *((c, -v) for c, v in excess[b])]
            for a, b in _nearest(keys)
            if a in excess and b in excess
        ]
    return lines


def _excess_of_all(
    keys: Universe, rows_: Universe, keys_start: int, rows_start: int
) -> list[tuple[int, int]]:
    ours, theirs = keys.blocks[0], rows_.blocks[0]
    return [
        *((rows_start + theirs.start + c, 1) for c in range(len(theirs.x))),
        *((keys_start + ours.start + c, -1) for c in range(len(ours.x))),
    ]


def _nearest(made: Universe) -> list[tuple[int, int]]:
    """(a, b): condition b is wider than a, and none stands between them."""
    found: dict[tuple[int, int], None] = {}
    for block in made.blocks:
        _, first = np.unique(block.member, axis=0, return_index=True)
        first = np.sort(first)
        member = block.member[first].astype(np.float32)
        size = member.sum(axis=1)
        within = (member @ member.T >= size[:, None]) & (size[:, None] < size[None, :])
        step = within.astype(np.float32)
        near = within & ~((step @ step) > 0)
        found |= dict.fromkeys(
            (int(block.fits[first[a]]), int(block.fits[first[b]])) for a, b in np.argwhere(near)
        )
    return list(found)
