"""HiGHS, asked so that the same question has the same answer.

No clock stops a question, only a number of nodes; HiGHS draws from a fixed seed. Every integer
answer is checked in whole numbers before anybody relies on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from pipeline.disclosure.model import Floats, Ints

NODES = 500
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`value`: the objective's optimum, or the best bound proved for it (-inf: unbounded, nan:
    no solution). `x`: a solution, or None."""

    value: float
    x: Floats | None


def minimise(objective: Floats, rows: csr_array, low: Floats, high: Floats, *,
             lower: Floats | float = 0.0, upper: Floats | float = np.inf,
             integer: Ints | None = None, nodes: int = NODES) -> Answer:  # fmt: skip
    """min objective @ x with low ≤ rows @ x ≤ high, lower ≤ x ≤ upper; `integer`: 0/1 a
    variable; `nodes`: after how many an integer search stops."""
    options: dict[str, Any] = {"presolve": integer is not None}
    if integer is not None:
        options["node_limit"] = nodes
    result = milp(
        objective,
        integrality=integer,
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(rows, low, high) if rows.shape[0] else None,
        options=options,
    )
    if result.status == 2:
        return Answer(np.nan, None)
    if result.status == 3 or (result.x is None and result.status == 4):
        return Answer(-np.inf, None)
    bound = result.fun if integer is None or result.status == 0 else result.mip_dual_bound
    return Answer(-np.inf if bound is None else float(bound), result.x)


def whole(x: Floats | None) -> Ints | None:
    """The whole numbers nearest to `x`, when it is as good as whole."""
    if x is None:
        return None
    near = np.rint(x)
    return near.astype(np.int64) if np.abs(near - x).max(initial=0) < 1e-4 else None
