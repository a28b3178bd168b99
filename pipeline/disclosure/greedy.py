"""Which counts of one piece to hide: a heuristic that ends protected, then shows again.

For an unprotected target the linear program of J. P. Kelly, B. L. Golden & A. A. Assad ("Cell
suppression: disclosure protection for sensitive tabular data", Networks 22, 1992) finds the
cheapest deviation from the counts shown that reaches the target's bound, counts already hidden
being free; the counts it bends are hidden. The clean-up is M. Fischetti & J. J.
Salazar-González's (Management Science 47, 2001).

Every choice follows from membership, structure, cost, reach and the values of counts not hidden
from the start: two systems that agree on these get the same pattern. Ties go by index.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from pipeline.disclosure.bounds import known
from pipeline.disclosure.model import Floats, Ints, Mask, System
from pipeline.disclosure.pool import Pool
from pipeline.disclosure.solver import TOLERANCE, minimise

NOISE = 1e-5
SMALL = 1e-4
REFINE = 3


def protect(system: System) -> tuple[Mask, dict[int, Ints]]:
    """Counts to hide (m) in a piece whose counts are all shown, and a witness for each target
    that then is protected; the others cannot be, whatever is hidden."""
    pool, hidden = Pool(system), np.zeros(system.cost.size, dtype=bool)
    needy = pool.search(hidden, list(range(system.reach.size)))
    impossible = set(pool.search(~system.fixed, needy))
    able = [i for i in range(system.reach.size) if i not in impossible]
    because: dict[int, int] = {}
    for i in sorted(able, key=lambda i: (-int(system.reach[i]), i)):
        if pool.left(hidden, [i]):
            more = _hide_for(pool, hidden, i)
            because |= dict.fromkeys(np.flatnonzero(more & ~hidden).tolist(), i)
            hidden = hidden | more
    hidden = show_again(pool, hidden, able, because)
    return hidden, pool.proof(hidden, able)


def show_again(pool: Pool, hidden: Mask, able: list[int], because: dict[int, int]) -> Mask:
    """Show what all targets `able` to be protected can do without, the most valuable first.
    `because`: for a hidden count the target to ask about first."""
    cost = pool.system.cost
    for j in sorted(np.flatnonzero(hidden).tolist(), key=lambda j: (-cost[j], j)):
        trial = hidden.copy()
        trial[j] = False
        if not pool.search(trial, able, first=because.get(j), all_or_nothing=True):
            hidden = trial
    return hidden


def _hide_for(pool: Pool, hidden: Mask, i: int) -> Mask:
    """More counts (m) to hide so that target `i` has a witness."""
    system = pool.system
    if not pool.search(hidden, [i]):
        return hidden
    for whole_numbers in (False, True):
        more = _cheapest(pool, hidden, i, whole_numbers=whole_numbers)
        if more is not None and not pool.search(hidden | more, [i]):
            return more
    return pool.bends(pool.proof(~system.fixed, [i])[i])


def _cheapest(pool: Pool, hidden: Mask, i: int, *, whole_numbers: bool) -> Mask | None:
    """The counts (m) that the cheapest deviation bends, None when none is found."""
    system = pool.system
    candidates = np.flatnonzero(~hidden & ~system.fixed)
    weight = system.cost[candidates] / system.cost.max()
    bend = _deviation(pool, i, candidates, weight, whole_numbers)
    if bend is None:
        return None
    best = bend > NOISE
    # Reweighting makes few large deviations cheaper than many small ones (E. J. Candès,
    # M. B. Wakin & S. P. Boyd, "Enhancing sparsity by reweighted l1 minimization", 2008).
    for _ in range(0 if whole_numbers else REFINE):
        bend = _deviation(pool, i, candidates, weight / (bend + 0.1), False)
        if bend is None:
            break
        if weight[bend > NOISE].sum() < weight[best].sum() - TOLERANCE:
            best = bend > NOISE
    mask = np.zeros(hidden.size, dtype=bool)
    mask[candidates[best]] = True
    return mask


def _deviation(pool: Pool, i: int, candidates: Ints, weight: Floats, whole_numbers: bool
               ) -> Floats | None:  # fmt: skip
    """How far each candidate bends in the deviation of least weight that reaches target `i`.

    Unknown: what each class gains and loses (at most what it has), what each candidate does.
    """
    system = pool.system
    k = known(system, system.fixed)
    start = pool.base[k.free]
    less = np.flatnonzero(start)
    n, c = candidates.size, start.size + less.size
    goal = system.targets[[i]]
    moved = [csr_array(a)[:, k.free] for a in (system.A[candidates], goal)]
    A, goal, rows = (hstack([a, -a[:, less]]) for a in (*moved, k.rows))
    stacked = vstack(
        [
            hstack([rows, csr_array((rows.shape[0], 2 * n))]),
            hstack([A, -eye_array(n), eye_array(n)]),
            hstack([goal, csr_array((1, 2 * n))]),
        ],
        format="csr",
    )
    got = k.rows @ start
    short = float(system.reach[i] - (moved[1] @ start)[0])
    low = np.concatenate([k.low - got, np.zeros(n), [short]])
    high = np.concatenate([k.high - got, np.zeros(n), [np.inf]])
    upper = np.concatenate([np.full(start.size, np.inf), start[less], np.full(2 * n, np.inf)])
    integer = np.repeat([1, 0], [c, 2 * n]) if whole_numbers else None
    objective = np.concatenate([np.full(c, SMALL), weight, weight])
    answer = minimise(objective, stacked, low, high, upper=upper, integer=integer)
    return None if answer.x is None else np.asarray(answer.x[c : c + n] + answer.x[c + n :])
