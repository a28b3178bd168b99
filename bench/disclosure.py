"""How long suppression takes: 100, 300 and 1,000 counts, one release and two, on one core.

    python -m bench.disclosure [--counts 100 300 1000] [--json figures.json]

Synthetic municipalities: units × tertials × sex × age × outcome are the classes; three linked
tables are published (unit × tertial × sex, unit × age × sex, unit × outcome × sex, with all
margins), and every small difference of two nested counts is a target beside the small counts. In
the second release the first tertial's table was published before.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bench.tables import THRESHOLD, Rows, build, membership
from pipeline.disclosure.bounds import protected
from pipeline.disclosure.model import Ints, Mask, System
from pipeline.disclosure.suppress import suppress

# units, ages, outcomes; tertials and sexes are three and two
SIZES = {100: (3, 2, 3), 300: (8, 4, 5), 1000: (20, 6, 7)}
PEOPLE_A_UNIT = 60
Line = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lines: list[Line] = []
    for size, number in product(given.counts, (1, 2)):
        lines.append(measure(municipality(size, number), number))
        if len(lines) == 1:
            print("".join(f"{name:>14}" for name in lines[0]))
        print("".join(f"{value:>14}" for value in lines[-1].values()), flush=True)
    if given.json:
        given.json.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


def measure(system: System, number: int) -> Line:
    """Suppress once, by the clock, and let the attacker look at it."""
    began = time.perf_counter()
    found = suppress(system)
    seconds = time.perf_counter() - began
    safe = protected(system, ~found.hidden)
    return {
        "counts": system.cost.size,
        "classes": system.x.size,
        "releases": number,
        "targets": system.reach.size,
        "primary": int(system.hidden.sum()),
        "secondary": int((found.hidden & ~system.hidden).sum()),
        "impossible": len(found.open_targets),
        "unprotected": system.reach.size - len(safe.keys() | set(found.open_targets)),
        "seconds": round(seconds, 1),
    }


def municipality(size: int, number: int) -> System:
    """The system of the year; of the second release, when `number` is 2."""
    units, ages, outcomes = SIZES[size]
    shape = units, 3, 2, ages, outcomes
    draw = np.random.default_rng([size, number])
    share = np.einsum("u,t,s,a,o->utsao", *(draw.dirichlet(np.full(n, 2.0)) for n in shape))
    x = draw.multinomial(units * PEOPLE_A_UNIT, share.ravel()).astype(np.int64)
    at = np.arange(x.size).reshape(shape)
    year = published(at, (0, 1, 2)) + published(at, (0, 2, 3)) + published(at, (0, 2, 4))
    if number == 1:
        return with_differences(build(x, year))
    spring = published(at[:, :1], (0, 2, 3))
    before = suppress(build(x, spring))
    seen = {r for r, gone in zip(spring, before.hidden, strict=True) if not gone}
    unseen = {r for r, gone in zip(spring, before.hidden, strict=True) if gone}
    rows = list(dict.fromkeys(spring + year))
    system = build(x, rows)
    fixed = np.array([r in seen for r in rows])
    return with_differences(
        replace(system, fixed=fixed, hidden=system.hidden | np.array([r in unseen for r in rows]))
    )


def published(at: Ints, dimensions: tuple[int, ...]) -> Rows:
    """A table of these dimensions with all margins, as tuples of class numbers."""
    rows: Rows = []
    for chosen in product(*[[*range(at.shape[d]), None] for d in dimensions]):
        where: list[Any] = [slice(None)] * at.ndim
        for d, i in zip(dimensions, chosen, strict=True):
            where[d] = slice(None) if i is None else slice(i, i + 1)
        rows.append(tuple(int(k) for k in at[tuple(where)].ravel()))
    return rows


def with_differences(system: System) -> System:
    """Small differences between two nested counts not hidden become targets as well."""
    A, values = system.A.astype(np.int64), system.A @ system.x
    inside = (A @ A.T).tocoo()
    sizes = np.asarray(A.sum(axis=1)).ravel()
    a, b = inside.coords
    gap = values[b] - values[a]
    open_both: Mask = ~system.hidden[a] & ~system.hidden[b]
    nested = (inside.data == sizes[a]) & (sizes[a] < sizes[b]) & (values[a] > 0)
    at = np.flatnonzero(open_both & nested & (gap > 0) & (gap < THRESHOLD))
    mine = [set(A.indices[A.indptr[i] : A.indptr[i + 1]].tolist()) for i in range(A.shape[0])]
    listed = {tuple(sorted(mine[i])) for i in np.flatnonzero(system.hidden)}
    found = [tuple(sorted(mine[b[k]] - mine[a[k]])) for k in at]
    new = [r for r in dict.fromkeys(found) if r not in listed]
    first = [tuple(sorted(mine[i])) for i in np.flatnonzero(system.hidden)
             if 0 < values[i] < THRESHOLD]  # fmt: skip
    wanted = first + new
    return replace(system, targets=membership(wanted, system.x.size),
                   reach=np.full(len(wanted), THRESHOLD, dtype=np.int64))  # fmt: skip


if __name__ == "__main__":
    main()
