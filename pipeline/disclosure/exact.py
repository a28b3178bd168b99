"""The cheapest pattern of a small piece, proved.

A pattern protects when it hits every *core*: a set of counts which, shown together, leave some
target unprotected. Cores are found as they are needed (E. Moreno-Centeno & R. M. Karp, "The
implicit hitting set approach to solve combinatorial optimization problems", Operations Research
61, 2013; here they are the cover inequalities of Fischetti & Salazar-González 2001): the cheapest
pattern that hits those known is tried, and what fails gives new ones. The rows with a price in
the attacker's linear program are a core.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from pipeline.disclosure.bounds import classes_of
from pipeline.disclosure.model import Mask
from pipeline.disclosure.pool import Pool
from pipeline.disclosure.solver import TOLERANCE, minimise

COUNTS = 150
TARGETS = 80
CORES = 60


def cheapest(pool: Pool, hidden: Mask, able: list[int]) -> tuple[Mask, bool]:
    """A pattern (m) at most as dear as `hidden`, which protects the targets `able` to be; and
    whether none is cheaper. `hidden` itself when that takes more than CORES cores."""
    system = pool.system
    if system.cost.size > COUNTS or len(able) > TARGETS:
        return hidden, False
    dear = float(system.cost[hidden].sum())
    cores: list[Mask] = []
    while len(cores) <= CORES:
        trial = _hit(pool, cores)
        if trial is None:
            return hidden, False
        if system.cost[trial].sum() >= dear - TOLERANCE:
            return hidden, True
        failed = pool.search(trial, able)
        if not failed:
            return trial, True
        for i in failed:
            if len(cores) <= CORES:
                cores += _cores(pool, trial, i)
    return hidden, False


def _hit(pool: Pool, cores: list[Mask]) -> Mask | None:
    """The cheapest counts (m) that hit all cores; None when the search was cut off."""
    m = pool.system.cost.size
    if not cores:
        return np.zeros(m, dtype=bool)
    rows = csr_array(np.array(cores, dtype=np.float64))
    answer = minimise(pool.system.cost, rows, np.ones(len(cores)), np.full(len(cores), np.inf),
                      upper=1.0, integer=np.ones(m, dtype=np.int64))  # fmt: skip
    if answer.x is None:
        return None
    chosen = np.asarray(answer.x > 0.5)
    proved = answer.value >= float(pool.system.cost[chosen].sum()) * (1 - 1e-4) - TOLERANCE
    return chosen if proved else None


def _cores(pool: Pool, hidden: Mask, i: int) -> list[Mask]:
    """Cores without a count in common that leave target `i` unprotected when `hidden` are."""
    found: list[Mask] = []
    while True:
        core = _core(pool, hidden, i)
        if not core.any():
            return found
        found.append(core)
        hidden = hidden | core
        if not pool.search(hidden, [i]):
            return found


def _core(pool: Pool, hidden: Mask, i: int) -> Mask:
    """A small set of shown counts that may be hidden and together leave target `i` short."""
    may = ~pool.system.fixed
    priced = _priced(pool, hidden, i)
    if priced is None:  # only whole numbers exclude it: all counts shown are to blame
        return ~hidden & may
    core = priced & may
    for j in np.flatnonzero(core):
        less = core.copy()
        less[j] = False
        if _priced(pool, ~(less | pool.system.fixed), i) is not None:
            core = less
    return core


def _priced(pool: Pool, hidden: Mask, i: int) -> Mask | None:
    """The shown counts (m) whose prices prove that target `i` cannot reach its bound; None when
    the linear program reaches it."""
    system = pool.system
    at, limits = np.flatnonzero(~hidden), system.at_most.shape[0]
    goal = np.zeros(system.x.size)
    goal[classes_of(system.targets, i)] = -1
    answer = linprog(
        goal,
        A_eq=vstack([system.A[at], system.equal], format="csr"),
        b_eq=np.concatenate([pool.values[at], np.zeros(system.equal.shape[0])]),
        A_ub=system.at_most if limits else None,
        b_ub=np.zeros(limits) if limits else None,
        method="highs-ds",
    )
    if answer.status != 0 or -answer.fun >= system.reach[i] - TOLERANCE:
        return None
    mask = np.zeros(hidden.size, dtype=bool)
    mask[at[np.abs(answer.eqlin.marginals[: at.size]) > TOLERANCE]] = True
    return mask
