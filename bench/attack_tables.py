"""Random table systems against an exact attacker that shares no code with suppression: CP-SAT.

    python -m pip install ortools   (only for this)
    python -m bench.attack_tables [--number 500] [--json figures.json]

For every target, with primary suppression alone and with the whole pattern: is there any
non-negative integer solution that reaches the bound? CP-SAT answers yes or no, or the run stops.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
from ortools.sat.python import cp_model

from bench.tables import random_systems
from pipeline.disclosure.model import Mask, System
from pipeline.disclosure.suppress import suppress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    total: dict[str, Counter[str]] = {}
    for kind, system in random_systems(given.number):
        total.setdefault(kind, Counter()).update(attacked(system))
    everything: Counter[str] = Counter()
    for figures in total.values():
        everything.update(figures)
    total["all"] = everything
    names = list(total["all"])
    print("".join(f"{name:>13}" for name in ["", *names]))
    for kind, figures in total.items():
        print(f"{kind:>13}" + "".join(f"{round(figures[n], 1):>13}" for n in names))
    if given.json:
        given.json.write_text(json.dumps(total, indent=1) + "\n", encoding="utf-8")


def attacked(system: System) -> Counter[str]:
    """What the attacker finds before and after."""
    began = time.process_time()
    found = suppress(system)
    seconds = time.process_time() - began
    every = range(system.reach.size)
    before = [can_reach(system, system.hidden, i) for i in every]
    after = [can_reach(system, found.hidden, i) for i in every]
    figures = Counter({
        "systems": 1, "counts": system.cost.size, "primary": int(system.hidden.sum()),
        "targets": len(before), "recoverable": before.count(False),
        "secondary": int((found.hidden & ~system.hidden).sum()),
        "impossible": len(found.open_targets),
        "unprotected": sum(not ok for i, ok in enumerate(after) if i not in found.open_targets),
    })  # fmt: skip
    figures["seconds"] = seconds  # type: ignore[assignment]
    return figures


def can_reach(system: System, hidden: Mask, target: int) -> bool:
    """CP-SAT's answer whether the attacker must reckon with the target's reach."""
    model = cp_model.CpModel()
    reach, most = int(system.reach[target]), int(system.x.sum() + system.reach.max())
    x = [model.new_int_var(0, most, "") for _ in range(system.x.size)]
    values = system.A @ system.x
    for i, line in enumerate(system.A.toarray()):
        if not hidden[i]:
            model.add(sum(x[k] for k in np.flatnonzero(line)) == int(values[i]))
    for line in system.equal.toarray():
        model.add(sum(int(line[k]) * x[k] for k in np.flatnonzero(line)) == 0)
    for line in system.at_most.toarray():
        model.add(sum(int(line[k]) * x[k] for k in np.flatnonzero(line)) <= 0)
    goal = system.targets[[target]].toarray()[0]
    model.add(sum(x[k] for k in np.flatnonzero(goal)) >= reach)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    answer = solver.solve(model)
    if answer not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE):
        raise RuntimeError(f"undecided: {solver.status_name(answer)}")
    return bool(answer != cp_model.INFEASIBLE)


if __name__ == "__main__":
    main()
