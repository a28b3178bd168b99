"""Whole-number bounds by scipy's HiGHS, component by component.

A target is a sum of classes. Nothing of what suppression knew is used: only what is published. No
clock stops a search, only a number of nodes, so that the same edition has the same verdict on every
machine; the classes of a block are limited (`universe.py`), and with them the time of a node.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from pipeline.disclosure.attack.system import Knowledge, Vector

Floats = npt.NDArray[np.float64]
NODES = 200  # of one search; what is undecided then counts as found out (real editions need one)
OPTIMAL, INFEASIBLE = 0, 2
ROUNDING = 1e-6  # of a bound in floating point


@dataclass(frozen=True, slots=True)
class Range:
    """What an attacker knows of a target: `low ≤ target ≤ high`. Counted up to the threshold: a
    `high` equal to it means "that or more". `decided`: proven within NODES."""

    low: int
    high: int
    decided: bool = True


class Contradiction(Exception):
    """No whole numbers agree with everything that is said."""


def ranges(known: Knowledge, targets: Sequence[Vector], threshold: int) -> list[Range]:
    """The range of each target. Raises Contradiction where the rows exclude each other."""
    found: list[Range | None] = [None] * len(targets)
    label = _components(known.rows)
    parts: dict[tuple[int, ...], list[int]] = {}
    for i, target in enumerate(targets):
        parts.setdefault(tuple(sorted({int(label[j]) for j in target})), []).append(i)
    for inside, chosen in sorted(parts.items()):
        part = _Part(known, np.isin(label, inside))
        for i, one in zip(chosen, part.ranges([targets[i] for i in chosen], threshold),
                          strict=True):  # fmt: skip
            found[i] = one
    return [r for r in found if r is not None]


def consistent(known: Knowledge) -> bool:
    """Whether it is proven that some whole numbers agree with everything that is said. Raises
    Contradiction where none do."""
    nothing = abs(known.rows).sum(axis=1) == 0  # of no class: nobody
    if (nothing & ((known.low > 0) | (known.high < 0))).any():
        raise Contradiction
    label = _components(known.rows)
    return all([_Part(known, label == part).possible() for part in np.unique(label)])


def _components(rows: csr_array) -> npt.NDArray[np.int32]:
    """Which variables have to do with each other."""
    linked = abs(rows).T @ abs(rows) if rows.shape[0] else csr_array((rows.shape[1],) * 2)
    return np.asarray(connected_components(linked, directed=False)[1])


class _Part:
    """The rows and variables that a group of targets has to do with."""

    def __init__(self, known: Knowledge, inside: npt.NDArray[np.bool_]) -> None:
        self._places = {int(j): k for k, j in enumerate(np.flatnonzero(inside))}
        columns = csr_array(known.rows[:, np.flatnonzero(inside)])
        used = np.diff(columns.indptr) > 0
        self._rows = csr_array(columns[np.flatnonzero(used)])
        self._low, self._high = known.low[used], known.high[used]
        self._seen: list[Floats] = []  # whole numbers that agree with every row

    def ranges(self, targets: Sequence[Vector], threshold: int) -> list[Range]:
        weights = [self._weights(t) for t in targets]
        reached = np.zeros(len(targets))
        self._together(weights, threshold, reached)
        return [
            Range(0, threshold) if reached[i] >= threshold else self._alone(w, threshold)
            for i, w in enumerate(weights)
        ]

    def possible(self) -> bool:
        """As `consistent`."""
        if not self._rows.shape[0]:
            return True
        answer = milp(
            np.zeros(self._rows.shape[1]),
            constraints=LinearConstraint(self._rows, self._low, self._high),
            integrality=np.ones(self._rows.shape[1]),
            bounds=Bounds(0, np.inf),
            options={"node_limit": NODES},
        )
        if answer.status == INFEASIBLE:
            raise Contradiction
        return answer.x is not None and self._holds(np.round(answer.x))

    def _weights(self, target: Vector) -> csr_array:
        """A target as a matrix of one row."""
        at = [self._places[j] for j in target]
        values = np.array([float(c) for c in target.values()])
        return csr_array((values, ([0] * len(at), at)), shape=(1, self._rows.shape[1]))

    def _together(self, weights: Sequence[csr_array], threshold: int, reached: Floats) -> None:
        """One solution often shows that many targets can be large: as many as possible at once,
        each counted up to the threshold; again for those that are left, while it helps."""
        while True:
            left = [i for i in range(len(weights)) if reached[i] < threshold]
            if not left:
                return
            size, extra = self._rows.shape[1], len(left)
            rows = vstack([
                hstack([self._rows, csr_array((self._rows.shape[0], extra))]),
                hstack([vstack([weights[i] for i in left]), -eye_array(extra)]),
            ])  # fmt: skip
            low = np.concatenate([self._low, np.zeros(extra)])
            high = np.concatenate([self._high, np.full(extra, np.inf)])
            answer = milp(
                np.concatenate([np.zeros(size), -np.ones(extra)]),
                constraints=LinearConstraint(csr_array(rows), low, high),
                integrality=np.concatenate([np.ones(size), np.zeros(extra)]),
                bounds=Bounds(
                    np.concatenate([np.zeros(size), np.full(extra, -np.inf)]),
                    np.concatenate([np.full(size, np.inf), np.full(extra, float(threshold))]),
                ),
                options={"node_limit": NODES, "mip_rel_gap": 0.1},
            )
            if answer.status == INFEASIBLE:
                raise Contradiction
            if answer.x is None or not self._remember(x := np.round(answer.x[:size])):
                return
            better = 0
            for i in left:
                value = float((weights[i] @ x)[0])
                better += value >= threshold
                reached[i] = max(reached[i], value)
            if not better:
                return

    def _remember(self, x: Floats) -> bool:
        """Keep whole numbers that agree with every row; False for others."""
        if holds := self._holds(x):
            self._seen.append(x)
        return holds

    def _holds(self, x: Floats) -> bool:
        """Whether whole numbers agree with every row, in whole-number arithmetic."""
        value = self._rows @ x
        return bool((x >= 0).all() and (value >= self._low).all() and (value <= self._high).all())

    def _alone(self, weights: csr_array, threshold: int) -> Range:
        if not weights.nnz:  # nothing is left of a count without itself
            return Range(0, 0)
        high, decided = self._extreme(-1, weights, threshold)
        if not decided or -high >= threshold:
            return Range(0, -high, decided)
        return Range(self._extreme(1, weights, threshold)[0], -high)

    def _extreme(self, sign: int, weights: csr_array, threshold: int) -> tuple[int, bool]:
        """The smallest whole value of the target, times `sign`, with the target at most the
        threshold, and whether it is proven; what is not proven counts as found out. Where the
        bound without whole numbers is reached by whole numbers seen before, that is the proof."""
        rows = csr_array(vstack([self._rows, weights]))
        cost = sign * weights.toarray()[0]
        limits = LinearConstraint(
            rows, np.append(self._low, -np.inf), np.append(self._high, float(threshold))
        )
        loose = milp(cost, constraints=limits, bounds=Bounds(0, np.inf))
        if loose.status == OPTIMAL:
            best = math.ceil(loose.fun - ROUNDING)
            if any(cost @ x == best for x in self._seen if (weights @ x)[0] <= threshold):
                return best, True
        answer = milp(
            cost, constraints=limits, integrality=np.ones(len(cost)), bounds=Bounds(0, np.inf),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )  # fmt: skip
        if answer.status == OPTIMAL:
            self._remember(np.round(answer.x))
            return round(answer.fun), True
        if answer.status == INFEASIBLE:  # more than the threshold whatever the rest is
            return sign * threshold, True
        return 0, False
