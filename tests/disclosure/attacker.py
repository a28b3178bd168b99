"""An attacker of its own: exhaustive search with interval propagation, in whole numbers.

Shares nothing with `pipeline.disclosure` but the definition of a system: no linear programming,
no library but what reads the matrices.
"""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.model import Mask, System

Row = tuple[list[tuple[int, int]], int | None, int | None]
LIMIT = 200_000


class Undecided(Exception):
    """The search was cut off."""


def can_reach(system: System, hidden: Mask, target: int) -> bool:
    """Whether some non-negative integer sizes agree with every count not hidden, and with the
    structure, and give the target at least its reach."""
    rows = _rows(system, hidden)
    goal = [(int(k), 1) for k in np.flatnonzero(system.targets[[target]].toarray()[0])]
    reach = int(system.reach[target])
    return search([*rows, (goal, reach, None)], system.x.size, int(system.x.sum()) + reach)


def _rows(system: System, hidden: Mask) -> list[Row]:
    rows: list[Row] = []
    for i, line in enumerate(system.A.toarray().astype(int)):
        if not hidden[i]:
            value = int(line @ system.x)
            rows.append(([(int(k), 1) for k in np.flatnonzero(line)], value, value))
    for line in system.equal.toarray().astype(int):
        rows.append(([(int(k), int(line[k])) for k in np.flatnonzero(line)], 0, 0))
    for line in system.at_most.toarray().astype(int):
        rows.append(([(int(k), int(line[k])) for k in np.flatnonzero(line)], None, 0))
    return rows


def search(rows: list[Row], classes: int, cap: int) -> bool:
    """Whether numbers from 0 to `cap`, one a class, fulfil every row: the terms (class,
    coefficient) add up to at least and at most what it says."""
    touching: list[list[int]] = [[] for _ in range(classes)]
    for r, (terms, _, _) in enumerate(rows):
        for k, _ in terms:
            touching[k].append(r)
    stack = [([0] * classes, [cap] * classes, list(range(len(rows))))]
    steps = 0
    while stack:
        low, high, dirty = stack.pop()
        steps += 1
        if steps > LIMIT:
            raise Undecided
        if not _tighten(rows, touching, low, high, dirty):
            continue
        wide = [k for k in range(classes) if low[k] < high[k]]
        if not wide:
            return True
        k = min(wide, key=lambda k: (high[k] - low[k], -len(touching[k])))
        middle = (low[k] + high[k]) // 2
        less, more = high.copy(), low.copy()
        less[k], more[k] = middle, middle + 1
        stack.append((low, less, touching[k]))
        stack.append((more, high, touching[k]))
    return False


def _tighten(rows: list[Row], touching: list[list[int]], low: list[int], high: list[int],
             dirty: list[int]) -> bool:  # fmt: skip
    """Narrow the intervals until nothing follows any more; False when one is empty."""
    waiting = set(dirty)
    while waiting:
        r = min(waiting)
        waiting.remove(r)
        terms, least, most = rows[r]
        smallest = sum(a * (low[k] if a > 0 else high[k]) for k, a in terms)
        largest = sum(a * (high[k] if a > 0 else low[k]) for k, a in terms)
        if (most is not None and smallest > most) or (least is not None and largest < least):
            return False
        for k, a in terms:
            lo, hi = low[k], high[k]
            if a not in (1, -1):
                raise ValueError("coefficients of structure are 1 and -1 here")
            if most is not None:  # a * x_k <= most - the rest's smallest
                room = most - (smallest - a * (lo if a > 0 else hi))
                lo, hi = (lo, min(hi, room)) if a > 0 else (max(lo, -room), hi)
            if least is not None:  # a * x_k >= least - the rest's largest
                need = least - (largest - a * (high[k] if a > 0 else low[k]))
                lo, hi = (max(lo, need), hi) if a > 0 else (lo, min(hi, -need))
            if lo > hi:
                return False
            if (lo, hi) != (low[k], high[k]):
                low[k], high[k] = lo, hi
                waiting.update(touching[k])
                smallest = sum(a * (low[k] if a > 0 else high[k]) for k, a in terms)
                largest = sum(a * (high[k] if a > 0 else low[k]) for k, a in terms)
    return True
