"""What an attacker can conclude from the counts shown: exact integer bounds of sums of classes.

A linear program screens (its optimum bounds the integer one; a solution in whole numbers is a
proof), an integer program decides what is near, and what it leaves undecided counts as
unprotected. Only the values of shown counts are read, never a true size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from pipeline.disclosure.model import Floats, Ints, Mask, System
from pipeline.disclosure.parts import impossible, parts, spread
from pipeline.disclosure.solver import NODES, TOLERANCE, minimise, whole


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What follows from the counts shown: low ≤ rows @ x' ≤ high over the classes of `free`;
    all others are empty. `classes`: their number in all."""

    rows: csr_array
    low: Floats
    high: Floats
    free: Ints
    classes: int


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A sum's smallest and largest possible value; None: without limit. `exact`: both are
    attained; else `lower` and `upper` are safe on the outside."""

    lower: int
    upper: int | None
    exact: bool


def known(system: System, shown: Mask) -> Known:
    """What the counts of `shown` (m) tell, with the structure everybody knows."""
    values = np.asarray(system.A @ system.x, dtype=np.int64)
    free = np.flatnonzero(~impossible(system, shown, values))
    at = np.flatnonzero(shown)
    stacked = vstack([system.A[at], system.equal, system.at_most], format="csr")
    rows = csr_array(stacked)[:, free].tocsr().astype(np.float64)
    fixed = np.concatenate([values[at], np.zeros(system.equal.shape[0])]).astype(np.float64)
    limits = system.at_most.shape[0]
    low = np.concatenate([fixed, np.full(limits, -np.inf)])
    high = np.concatenate([fixed, np.zeros(limits)])
    said = np.flatnonzero(np.diff(rows.indptr) > 0)
    return Known(rows[said], low[said], high[said], free, system.x.size)


def agrees(k: Known, x: Ints) -> bool:
    """Whether sizes `x` (c) cannot be excluded; in whole numbers."""
    inside = x[k.free]
    if (x < 0).any() or x.sum() != inside.sum():
        return False
    got = k.rows.astype(np.int64) @ inside
    return bool(((got >= k.low) & (got <= k.high)).all())


def witness(k: Known, classes: Ints, reach: int, *, nodes: int = NODES) -> Ints | None:
    """Sizes (c) the attacker cannot exclude with at least `reach` in `classes`, or None when
    there are none or none were found."""
    goal = _indicator(k, classes)
    rows = vstack([k.rows, csr_array(goal[None, :])], format="csr")
    low, high = np.append(k.low, -np.inf), np.append(k.high, reach)
    loose = minimise(-goal, rows, low, high)
    if not -loose.value >= reach - TOLERANCE:
        return None
    found = _checked(k, loose.x, classes, reach)
    if found is not None or nodes == 0:
        return found
    low[-1] = reach
    tight = minimise(np.zeros(goal.size), rows, low, high, integer=np.ones(goal.size, np.int64),
                     nodes=nodes)  # fmt: skip
    return _checked(k, tight.x, classes, reach)


def witnesses(k: Known, sums: csr_array, reach: Ints, wanted: Iterable[int],
              *, nodes: int = NODES) -> dict[int, Ints]:  # fmt: skip
    """For those `wanted` targets that are protected, a witness each. One answer often serves
    many: first all at once, then those left one by one."""
    left, found = list(wanted), dict[int, Ints]()
    while len(left) > 1:
        x = _together(k, sums[np.array(left)], reach[np.array(left)])
        served = serves(x, sums, reach, left) if x is not None else []
        if x is None or not served:
            break
        found |= dict.fromkeys(served, x)
        left = [i for i in left if i not in found]
    for i in left:
        if i in found:
            continue
        x = witness(k, classes_of(sums, i), int(reach[i]), nodes=nodes)
        if x is not None:
            found |= dict.fromkeys(serves(x, sums, reach, [j for j in left if j not in found]), x)
    return found


def serves(x: Ints, sums: csr_array, reach: Ints, wanted: Iterable[int]) -> list[int]:
    """Those of the `wanted` targets that sizes `x` (c) protect."""
    at = np.fromiter(wanted, dtype=np.int64)
    return [int(i) for i in at[(sums[at] @ x) >= reach[at]]] if at.size else []


def classes_of(sums: csr_array, i: int) -> Ints:
    """The classes of sum `i`."""
    return np.asarray(sums.indices[sums.indptr[i] : sums.indptr[i + 1]], dtype=np.int64)


def bounds(system: System, shown: Mask, sums: csr_array) -> list[Bound]:
    """The attacker's bounds of every row of `sums` (s × c, 0/1)."""
    asked = replace(system, hidden=~shown, targets=sums,
                    reach=np.zeros(sums.shape[0], dtype=np.int64))  # fmt: skip
    found = [Bound(0, 0, True)] * sums.shape[0]
    for part in parts(asked, shown, np.arange(sums.shape[0])):
        k = known(part.system, np.ones(len(part.counts), dtype=bool))
        for i, target in enumerate(part.targets):
            found[target] = _bound(k, classes_of(part.system.targets, i))
    return found


def protected(system: System, shown: Mask) -> dict[int, Ints]:
    """For every protected target a witness (c); what is missing is unprotected or undecided."""
    proof = {int(i): system.x for i in np.flatnonzero(system.reach <= 0)}
    asked = replace(system, hidden=~shown)
    for part in parts(asked, shown, np.arange(system.targets.shape[0])):
        k = known(part.system, np.ones(len(part.counts), dtype=bool))
        found = witnesses(k, part.system.targets, part.system.reach, range(part.targets.size))
        proof |= {int(part.targets[i]): spread(part, system.x, x) for i, x in found.items()}
    return proof


def _bound(k: Known, classes: Ints) -> Bound:
    goal = _indicator(k, classes)
    low, low_exact = _extreme(k, goal)
    high, high_exact = _extreme(k, -goal)
    upper = None if high is None else -high
    return Bound(low or 0, upper, low_exact and high_exact)


def _extreme(k: Known, objective: Floats) -> tuple[int | None, bool]:
    """The objective's integer minimum, rounded to the safe side, and whether it is attained."""
    loose = minimise(objective, k.rows, k.low, k.high)
    if loose.x is None:
        return None, True
    x = whole(loose.x)
    if x is not None and agrees(k, _put(k, x)):
        return round(float(objective @ x)), True
    tight = minimise(objective, k.rows, k.low, k.high, integer=np.ones(k.free.size, np.int64))
    best = max(loose.value, tight.value)
    safe = int(np.ceil(best - TOLERANCE))
    x = whole(tight.x)
    attained = x is not None and agrees(k, _put(k, x)) and round(float(objective @ x)) == safe
    return safe, attained


def _together(k: Known, sums: csr_array, reach: Ints) -> Ints | None:
    """Sizes that bring as many of the sums as near to their reach as they can."""
    n, c = sums.shape[0], k.free.size
    inside = csr_array(sums)[:, k.free]
    rows = vstack(
        [hstack([k.rows, csr_array((k.rows.shape[0], n))]), hstack([-inside, eye_array(n)])],
        format="csr",
    )
    low = np.concatenate([k.low, np.full(n, -np.inf)])
    high = np.concatenate([k.high, np.zeros(n)])
    upper = np.concatenate([np.full(c, np.inf), reach])
    objective = np.concatenate([np.zeros(c), -1.0 / np.maximum(reach, 1)])
    answer = minimise(objective, rows, low, high, upper=upper)
    x = whole(answer.x[:c]) if answer.x is not None else None
    return _put(k, x) if x is not None and agrees(k, _put(k, x)) else None


def _checked(k: Known, x: Floats | None, classes: Ints, reach: int) -> Ints | None:
    near = whole(x)
    if near is None:
        return None
    sizes = _put(k, near)
    return sizes if agrees(k, sizes) and sizes[classes].sum() >= reach else None


def _indicator(k: Known, classes: Ints) -> Floats:
    chosen = np.zeros(k.classes)
    chosen[classes] = 1
    return chosen[k.free]


def _put(k: Known, x: Ints) -> Ints:
    sizes = np.zeros(k.classes, dtype=np.int64)
    sizes[k.free] = x
    return sizes
