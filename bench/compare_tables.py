"""Cells lost, beside two other programs on the same tables: `pytauargus` and `acro`.

    python -m pip install pytauargus acro ortools   (in an environment of their own)
    python -m bench.compare_tables [--number 40] [--json figures.json]

Two- and three-way tables with all margins, threshold 5, one row of microdata a person. τ-ARGUS:
minimum frequency rule FREQ(5, 30), optimal suppression OPT(1). acro: `crosstab` with suppression,
threshold 5, two-way only (it makes no three-way margins). CP-SAT says which small counts are left
unprotected, that is: certainly under 5.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import tempfile
import warnings
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from bench.attack_tables import can_reach
from bench.tables import THRESHOLD, build, margins, sparse_counts
from pipeline.disclosure.model import Ints, Mask, System
from pipeline.disclosure.suppress import suppress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=40, help="tables of each kind")
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    lines = []
    for ways in (2, 3):
        total: Counter[str] = Counter()
        for seed in range(given.number):
            total.update(compared(np.random.default_rng([ways, seed]), ways))
        lines.append({"ways": ways, **total})
        for name, value in lines[-1].items():
            print(f"{name:<44}{value:>8}")
    if given.json:
        given.json.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


def compared(draw: np.random.Generator, ways: int) -> Counter[str]:
    """One table, suppressed by each."""
    shape = tuple(int(draw.integers(3, 6)) for _ in range(2)) if ways == 2 else (
        2, int(draw.integers(2, 4)), int(draw.integers(3, 5)))  # fmt: skip
    x = sparse_counts(draw, shape)
    system = build(x.ravel(), margins(shape))
    figures = Counter({"tables": 1, "counts": system.cost.size, "small": int(system.hidden.sum())})
    argus = tau_argus(x)
    for name, hidden in [("primary alone", system.hidden), ("τ-ARGUS", argus),
                         ("here", suppress(system).hidden)]:  # fmt: skip
        figures[f"{name}: cells lost"] += int(hidden.sum())
        figures[f"{name}: left unprotected"] += unprotected(system, hidden)
    if ways == 2:
        lost, wrong = acro_lost(x)
        figures["acro: cells lost"] += lost
        figures["acro: totals that are not true"] += wrong
    return figures


def unprotected(system: System, hidden: Mask) -> int:
    return sum(not can_reach(system, hidden, i) for i in range(system.reach.size))


def microdata(x: Ints) -> pd.DataFrame:
    """One row a person; categories named by letter and number."""
    names = [chr(ord("A") + d) for d in range(x.ndim)]
    rows = [[f"{n}{i}" for n, i in zip(names, at, strict=True)]
            for at in np.ndindex(x.shape) for _ in range(x[at])]  # fmt: skip
    return pd.DataFrame(rows, columns=names).assign(n=1.0)


def tau_argus(x: Ints) -> Mask:
    """What τ-ARGUS hides, in the order of `margins`. Raises what pytauargus does."""
    from pytauargus import protect

    people = microdata(x)
    names = [c for c in people if c != "n"]
    with tempfile.TemporaryDirectory() as folder:
        made = protect(people, names, response="n", safety_rules=f"FREQ({THRESHOLD},30)",
                       suppress="OPT(1)", workdir=folder)  # fmt: skip
        frame = made.tables[0].dataframe()
    lost = frame[frame["status"].isin(["U", "M"])]
    gone = {tuple(r) for r in lost[names].itertuples(index=False)}
    chosen = product(*[[*range(n), None] for n in x.shape])
    label = [tuple("Total" if i is None else f"{n}{i}" for n, i in zip(names, at, strict=True))
             for at in chosen]  # fmt: skip
    return np.array([at in gone for at in label])


def acro_lost(x: Ints) -> tuple[int, int]:
    """Inner cells acro hides of those with somebody in, and totals that differ from the truth."""
    from acro import ACRO

    people = microdata(x)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable()
        session = ACRO(suppress=True)
        session.config["safe_threshold"] = THRESHOLD
        table = session.crosstab(people["A"], people["B"], margins=True)
    truth = pd.crosstab(people["A"], people["B"], margins=True)
    shown = table.reindex(index=truth.index, columns=truth.columns).fillna(0)
    differs = (shown != truth).to_numpy()
    return int(differs[:-1, :-1].sum()), int(differs[-1].sum() + differs[:-1, -1].sum())


if __name__ == "__main__":
    main()
