"""What suppression and attack both work on: counts as sums of classes of rows.

Source: M. Fischetti & J. J. Salazar-González, "Solving the cell suppression problem on tabular
data with linear constraints", Management Science 47 (2001). Here the constraints are not the
margins of a declared hierarchy but the membership of every class in every count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """m counts, c classes of rows, t targets.

    `A` (m × c, 0/1): which classes a count is the sum of; `x` (c, ≥ 0): the true sizes, so that
    the true counts are A @ x. `cost` (m, > 0): what is lost when the count is hidden. `hidden`
    (m): hidden from the start. `fixed` (m): published before; never hidden.
    `targets` (t × c, 0/1) must stay uncertain: target i is protected when some non-negative
    integer x' that agrees with every shown count and every structural row has
    (targets @ x')[i] ≥ reach[i]. `equal` (e × c): `equal @ x = 0` always, known to everybody.
    `at_most` (i × c): `at_most @ x ≤ 0` always.
    """

    A: csr_array
    x: Ints
    cost: Floats
    hidden: Mask
    fixed: Mask
    targets: csr_array
    reach: Ints
    equal: csr_array
    at_most: csr_array


@dataclass(frozen=True, slots=True, eq=False)
class Suppressed:
    """`hidden` (m): the counts not to show. `open_targets`: targets that could not be protected,
    only because of `fixed` counts or structure. `proof` (t × c): for each protected target an x'
    that the attacker cannot exclude. `exact` (m): decided by the exact method."""

    hidden: Mask
    open_targets: tuple[int, ...]
    proof: Ints
    exact: Mask
