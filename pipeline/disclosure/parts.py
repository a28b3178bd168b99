"""A system taken apart: independent pieces, each class and count once.

Nothing here reads a true size except through the counts: what the pieces are follows from the
membership, the structure and the values of the counts in `certain` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from pipeline.disclosure.model import Ints, Mask, System


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A piece no constraint of which touches another's classes.

    `system`: the piece with its own numbering; only counts not hidden from the start, equal
    counts and equal classes merged. `counts`: for each of its counts the original ones.
    `classes`: for each of its classes one original class, which stands for its equals.
    `members`: all original classes of the piece. `targets`: the original targets.
    """

    system: System
    counts: tuple[Ints, ...]
    classes: Ints
    members: Ints
    targets: Ints


def impossible(system: System, certain: Mask, values: Ints) -> Mask:
    """The classes (c) that must be empty when the counts of `certain` have their `values` (m)."""
    zero = system.A[np.flatnonzero(certain & (values == 0))]
    empty: Mask = np.asarray(zero.sum(axis=0)).ravel() > 0
    # A sum of terms of one sign that may not exceed 0 leaves nothing of any of them.
    rules = vstack([system.equal, -system.equal, system.at_most], format="csr")
    while rules.shape[0]:
        alive = rules.multiply(~empty[None, :]).tocsr()
        alive.eliminate_zeros()
        negative = np.asarray((alive < 0).sum(axis=1)).ravel() > 0
        found = np.asarray((alive[np.flatnonzero(~negative)] > 0).sum(axis=0)).ravel() > 0
        if not found.any():
            break
        empty |= found
    return empty


def parts(system: System, certain: Mask, targets: Ints) -> list[Part]:
    """The pieces that hold `targets` (indices), in a fixed order.

    `certain` (m): counts that will be shown whatever happens; their zeros empty their classes.
    A target none of whose classes can be filled belongs to no piece.
    """
    values = system.A @ system.x
    alive = np.flatnonzero(~impossible(system, certain, values))
    if not alive.size or not targets.size:
        return []
    visible = np.flatnonzero(~system.hidden)
    A, equal, at_most, sums = (
        _columns(rows, alive)
        for rows in (system.A[visible], system.equal, system.at_most, system.targets[targets])
    )
    everything = vstack([A, equal, at_most, sums], format="csr")
    links = csr_array((np.ones(everything.nnz), everything.indices, everything.indptr),
                      shape=everything.shape)  # fmt: skip
    _, labels = connected_components(_bipartite(links), directed=False)
    row_label, class_label = labels[: links.shape[0]], labels[links.shape[0] :]
    row_label = np.where(np.diff(links.indptr) > 0, row_label, -1)
    of_target = row_label[links.shape[0] - sums.shape[0] :]
    found = []
    for label in dict.fromkeys(int(k) for k in of_target if k >= 0):
        at = np.flatnonzero(class_label == label)
        where = np.flatnonzero(row_label == label)
        cuts = np.cumsum([0, A.shape[0], equal.shape[0], at_most.shape[0], sums.shape[0]])
        pick = [where[(where >= a) & (where < b)] - a for a, b in pairwise(cuts)]
        counts, rules, limits, mine = (
            _columns(rows[rows_at], at)
            for rows, rows_at in zip((A, equal, at_most, sums), pick, strict=True)
        )
        found.append(
            _part(
                system, alive[at], visible[pick[0]], targets[pick[3]], counts, rules, limits, mine
            )
        )
    return found


def _part(system: System, members: Ints, counts: Ints, targets: Ints, A: csr_array,
          equal: csr_array, at_most: csr_array, sums: csr_array) -> Part:  # fmt: skip
    classes = _groups(vstack([A, equal, at_most, sums], format="csr").T.tocsr())
    first = np.array([g[0] for g in classes], dtype=np.int64)
    rows = _groups(A)
    top = np.array([g[0] for g in rows], dtype=np.int64)
    small = System(
        A=_columns(A[top], first),
        x=np.array([system.x[members[g]].sum() for g in classes], dtype=np.int64),
        cost=np.array([system.cost[counts[g]].sum() for g in rows], dtype=np.float64),
        hidden=np.zeros(len(rows), dtype=bool),
        fixed=np.array([system.fixed[counts[g]].any() for g in rows], dtype=bool),
        targets=_columns(sums, first),
        reach=system.reach[targets],
        equal=_columns(equal, first),
        at_most=_columns(at_most, first),
    )
    return Part(small, tuple(counts[g] for g in rows), members[first], members, targets)


def _groups(rows: csr_array) -> list[Ints]:
    """The rows that are equal, together, by their first."""
    rows.sort_indices()
    equals: dict[tuple[bytes, bytes], list[int]] = {}
    for i in range(rows.shape[0]):
        a, b = rows.indptr[i], rows.indptr[i + 1]
        key = rows.indices[a:b].tobytes(), rows.data[a:b].tobytes()
        equals.setdefault(key, []).append(i)
    return [np.array(g, dtype=np.int64) for g in equals.values()]


def _columns(rows: csr_array, at: Ints) -> csr_array:
    taken = csr_array(rows)[:, at].tocsr().astype(np.float64)
    taken.eliminate_zeros()
    taken.sort_indices()
    return taken


def _bipartite(rows: csr_array) -> csr_array:
    r, c = rows.shape
    coo = rows.tocoo()
    return csr_array((np.ones(coo.nnz), (coo.coords[0], coo.coords[1] + r)), shape=(r + c, r + c))


def spread(part: Part, x: Ints, small: Ints) -> Ints:
    """The whole system's sizes (c): those of `x`, in the piece those of `small`."""
    whole = x.copy()
    whole[part.members] = 0
    whole[part.classes] = small
    return whole
