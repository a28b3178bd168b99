"""What an attacker can conclude from the counts shown: exact integer bounds of sums of classes.

A linear program screens (what it excludes is excluded; a solution in whole numbers is a proof),
an integer program decides what is near, and what it leaves undecided counts as unprotected. Only
the values of shown counts are read, never a true size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from pipeline.disclosure.model import Floats, Ints, Mask, System
from pipeline.disclosure.parts import impossible, parts, spread
from pipeline.disclosure.solver import TOLERANCE, minimise, whole


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


def consistent(k: Known) -> Ints | None:
    """Some sizes (c) the attacker cannot exclude; None when none were found."""
    every = np.ones(k.free.size, dtype=np.int64)
    return _checked(k, minimise(np.zeros(k.free.size), k.rows, k.low, k.high, integer=every).x)


def agrees(k: Known, x: Ints) -> bool:
    """Whether sizes `x` (c) cannot be excluded; in whole numbers."""
    inside = x[k.free]
    if (x < 0).any() or x.sum() != inside.sum():
        return False
    got = k.rows.astype(np.int64) @ inside
    return bool(((got >= k.low) & (got <= k.high)).all())


def witness(k: Known, base: Ints, classes: Ints, reach: int) -> Ints | None:
    """Sizes (c) the attacker cannot exclude with at least `reach` in `classes`, or None when
    there are none or none were found. They are sought near `base` (c), any sizes that agree:
    a small change is soon found, and mostly whole."""
    start, goal = base[k.free], _indicator(k, classes)
    rows = vstack([k.rows, csr_array(goal[None, :])], format="csr")
    low, high = np.append(k.low, reach), np.append(k.high, np.inf)
    less = np.flatnonzero(start)
    got = rows @ start
    change = minimise(
        np.ones(start.size + less.size),
        hstack([rows, -rows[:, less]], format="csr"),
        low - got,
        high - got,
        upper=np.concatenate([np.full(start.size, np.inf), start[less]]),
    )
    if change.x is None:
        return None
    near = start + change.x[: start.size]
    near[less] -= change.x[start.size :]
    found = _checked(k, near, classes, reach)
    if found is not None:
        return found
    # Most often a whole solution lies in a box around the broken one, which is soon searched.
    every, nothing = np.ones(start.size, dtype=np.int64), np.zeros(start.size)
    least, most = np.maximum(np.floor(near + TOLERANCE) - 1, 0), np.ceil(near - TOLERANCE) + 1
    boxed = minimise(nothing, rows, low, high, lower=least, upper=most, integer=every)
    found = _checked(k, boxed.x, classes, reach)
    if found is not None:
        return found
    return _checked(k, minimise(nothing, rows, low, high, integer=every).x, classes, reach)


def serves(x: Ints, sums: csr_array, reach: Ints) -> Mask:
    """Which targets (t) sizes `x` (c) protect."""
    return np.asarray(sums @ x >= reach)


def classes_of(sums: csr_array, i: int) -> Ints:
    """The classes of sum `i`."""
    return np.asarray(sums.indices[sums.indptr[i] : sums.indptr[i + 1]], dtype=np.int64)


def bounds(system: System, shown: Mask, sums: csr_array) -> list[Bound]:
    """The attacker's bounds of every row of `sums` (s × c, 0/1). `system.x`: the true sizes, or
    any that agree with the counts shown."""
    asked = replace(system, hidden=~shown, targets=sums,
                    reach=np.zeros(sums.shape[0], dtype=np.int64))  # fmt: skip
    found = [Bound(0, 0, True)] * sums.shape[0]
    for part in parts(asked, shown, np.arange(sums.shape[0])):
        k = known(part.system, np.ones(len(part.counts), dtype=bool))
        for i, target in enumerate(part.targets):
            found[target] = _bound(k, classes_of(part.system.targets, i))
    return found


def protected(system: System, shown: Mask) -> dict[int, Ints]:
    """For every protected target a witness (c); what is missing is unprotected or undecided.
    `system.x`: the true sizes, or any that agree with the counts shown."""
    proof = {int(i): system.x for i in np.flatnonzero(system.reach <= 0)}
    for part in parts(replace(system, hidden=~shown), shown, np.arange(system.reach.size)):
        small = part.system
        k = known(small, np.ones(len(part.counts), dtype=bool))
        found: dict[int, Ints] = {}
        for i in range(small.reach.size):
            if i in found:
                continue
            x = witness(k, small.x, classes_of(small.targets, i), int(small.reach[i]))
            if x is not None:
                served = np.flatnonzero(serves(x, small.targets, small.reach))
                found |= {int(j): x for j in served if j not in found}
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
    if _checked(k, loose.x) is not None:
        return round(loose.value), True
    every = np.ones(k.free.size, dtype=np.int64)
    tight = minimise(objective, k.rows, k.low, k.high, integer=every)
    safe = int(np.ceil(max(loose.value, tight.value) - TOLERANCE))
    x = _checked(k, tight.x)
    return safe, x is not None and round(float(objective @ x[k.free])) == safe


def _checked(k: Known, x: Floats | None, classes: Ints | None = None, reach: int = 0
             ) -> Ints | None:  # fmt: skip
    near = whole(x)
    if near is None:
        return None
    sizes = np.zeros(k.classes, dtype=np.int64)
    sizes[k.free] = near
    far = classes is None or sizes[classes].sum() >= reach
    return sizes if far and agrees(k, sizes) else None


def _indicator(k: Known, classes: Ints) -> Floats:
    chosen = np.zeros(k.classes)
    chosen[classes] = 1
    return chosen[k.free]
