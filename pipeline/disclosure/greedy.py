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

from pipeline.disclosure.bounds import classes_of, known, serves, witness, witnesses
from pipeline.disclosure.model import Floats, Ints, Mask, System
from pipeline.disclosure.solver import TOLERANCE, minimise

NOISE = 1e-5
REFINE = 3


def protect(system: System) -> tuple[Mask, dict[int, Ints]]:
    """Counts to hide (m) in a piece whose counts are all shown, and a witness for each target
    that then is protected; the others cannot be, whatever is hidden."""
    sums, reach = system.targets, system.reach
    hidden = np.zeros(system.cost.size, dtype=bool)
    proof = witnesses(known(system, ~hidden), sums, reach, range(reach.size))
    needy = [i for i in range(reach.size) if i not in proof]
    if not needy:
        return hidden, proof
    most = witnesses(known(system, system.fixed), sums, reach, needy)
    for i in sorted(most, key=lambda i: (-int(reach[i]), i)):
        if i in proof:
            continue
        hidden, x = _hide_for(system, hidden, i, most[i])
        left = [j for j in most if j not in proof]
        proof |= dict.fromkeys(serves(x, sums, reach, left), x)
    needed = {i: proof[i] for i in most}
    hidden, needed = show_again(system, hidden, needed)
    return hidden, proof | needed


def show_again(
    system: System, hidden: Mask, proof: dict[int, Ints]
) -> tuple[Mask, dict[int, Ints]]:
    """Show what all targets of `proof` can do without, the most valuable first."""
    values = np.asarray(system.A @ system.x)
    for j in sorted(np.flatnonzero(hidden), key=lambda j: (-system.cost[j], j)):
        row = classes_of(system.A, int(j))
        broken = [i for i, x in proof.items() if x[row].sum() != values[j]]
        trial = hidden.copy()
        trial[j] = False
        again = _all_or_nothing(system, trial, broken)
        if again is not None:
            hidden, proof = trial, proof | again
    return hidden, proof


def _all_or_nothing(system: System, hidden: Mask, wanted: list[int]) -> dict[int, Ints] | None:
    """Witnesses for all `wanted` targets, or None as soon as one has none."""
    k = known(system, ~hidden)
    found: dict[int, Ints] = {}
    for i in wanted:
        if i in found:
            continue
        x = witness(k, classes_of(system.targets, i), int(system.reach[i]))
        if x is None:
            return None
        left = [j for j in wanted if j not in found]
        found |= dict.fromkeys(serves(x, system.targets, system.reach, left), x)
    return found


def _hide_for(system: System, hidden: Mask, i: int, last: Ints) -> tuple[Mask, Ints]:
    """Hide more counts so that target `i` has a witness; `last` is one when all are hidden."""
    classes, reach = classes_of(system.targets, i), int(system.reach[i])
    x = witness(known(system, ~hidden), classes, reach)
    if x is not None:
        return hidden, x
    bent = _cheapest(system, hidden, i, whole_numbers=False)
    for more in (bent, None):
        if more is None:
            more = _cheapest(system, hidden, i, whole_numbers=True)
        if more is not None:
            x = witness(known(system, ~(hidden | more)), classes, reach)
            if x is not None:
                return hidden | (_bent_by(system, x) & ~system.fixed), x
    return hidden | (_bent_by(system, last) & ~system.fixed), last


def _bent_by(system: System, x: Ints) -> Mask:
    return np.asarray(system.A @ x != system.A @ system.x)


def _cheapest(system: System, hidden: Mask, i: int, *, whole_numbers: bool) -> Mask | None:
    """The counts (m) that the cheapest deviation bends, None when none is found."""
    candidates = np.flatnonzero(~hidden & ~system.fixed)
    weight = system.cost[candidates] / system.cost.max()
    bend = _deviation(system, hidden, i, candidates, weight, whole_numbers)
    if bend is None:
        return None
    best = bend > NOISE
    # Reweighting makes few large deviations cheaper than many small ones (E. J. Candès,
    # M. B. Wakin & S. P. Boyd, "Enhancing sparsity by reweighted l1 minimization", 2008).
    for _ in range(0 if whole_numbers else REFINE):
        bend = _deviation(system, hidden, i, candidates, weight / (bend + 0.1), False)
        if bend is None:
            break
        if weight[bend > NOISE].sum() < weight[best].sum() - TOLERANCE:
            best = bend > NOISE
    mask = np.zeros(hidden.size, dtype=bool)
    mask[candidates[best]] = True
    return mask


def _deviation(system: System, hidden: Mask, i: int, candidates: Ints, weight: Floats,
               whole_numbers: bool) -> Floats | None:  # fmt: skip
    """How far each candidate bends in the deviation of least weight that reaches target `i`."""
    k = known(system, system.fixed)
    n, c = candidates.size, k.free.size
    A = csr_array(system.A[candidates])[:, k.free]
    goal = csr_array(system.targets[[i]])[:, k.free]
    values = np.asarray(system.A @ system.x, dtype=np.float64)[candidates]
    rows = vstack(
        [
            hstack([k.rows, csr_array((k.rows.shape[0], 2 * n))]),
            hstack([A, -eye_array(n), eye_array(n)]),
            hstack([goal, csr_array((1, 2 * n))]),
        ],
        format="csr",
    )
    low = np.concatenate([k.low, values, [float(system.reach[i])]])
    high = np.concatenate([k.high, values, [np.inf]])
    integer = np.repeat([1, 0], [c, 2 * n]) if whole_numbers else None
    objective = np.concatenate([np.zeros(c), weight, weight])
    answer = minimise(objective, rows, low, high, integer=integer)
    return None if answer.x is None else np.asarray(answer.x[c : c + n] + answer.x[c + n :])
