"""Bounds of random linked tables against every table there could be."""

import functools
import itertools

import numpy as np
import pytest

from pipeline.disclosure.attack import attack
from pipeline.forms.codebook import Category, Codebook, Field
from pipeline.workspace import Sekretess

from .folders import Folder

COLUMNS = ("x", "y", "z")
BOOK = Codebook(
    "svar", "Svar", "survey", "person",
    tuple(
        Field(c, c, "string", categories=(Category("0", "0"), Category("1", "1")),
              required=True, severity="critical")
        for c in COLUMNS
    ),
)  # fmt: skip
CLASSES = list(itertools.product("01", repeat=3))
TOTAL = 13


@functools.cache
def every_table():
    """All ways for 13 rows to fall into the eight classes: 77 520 tables."""
    bars = np.array(list(itertools.combinations(range(TOTAL + 7), 7)))
    ends = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), TOTAL + 7)])
    return np.diff(ends, axis=1) - 1


def counts():
    """Every count of the three-way table with all its margins, as the classes it is the sum of."""
    found = {}
    for answers in itertools.product(("0", "1", None), repeat=3):
        where = [f"{c} = '{a}'" for c, a in zip(COLUMNS, answers, strict=True) if a is not None]
        inside = [all(a in (None, k) for a, k in zip(answers, one, strict=True)) for one in CLASSES]
        found[" AND ".join(where) or "TRUE"] = np.array(inside, dtype=int)
    return found


@pytest.mark.parametrize("asked", [2, 3], ids=["two-way tables", "the whole table"])
@pytest.mark.parametrize("seed", range(12))
def test_the_bounds_are_those_of_every_possible_table(tmp_path, seed, asked):
    random = np.random.default_rng(seed)
    true = random.multinomial(TOTAL, random.dirichlet(np.full(8, 0.7)))
    chosen = {w: m for w, m in counts().items() if w.count("=") <= asked}
    hidden = {w for w, m in chosen.items() if 0 < m @ true < 4 or random.random() < 0.35}
    hidden.discard("TRUE")
    folder = Folder()
    for where, members in chosen.items():
        folder.count(where, None if where in hidden else int(members @ true))
    found = attack(folder.write(tmp_path), {"svar": BOOK}, Sekretess(troskel=4))

    tables = every_table()
    agree = np.ones(len(tables), dtype=bool)
    for where in chosen.keys() - hidden:
        agree &= tables @ chosen[where] == chosen[where] @ true
    expected = set()
    for where in hidden:
        values = tables[agree] @ chosen[where]
        if 0 < values.max() < 4:
            expected.add((f"antal {where} 2025", int(values.min()), int(values.max())))
    told = {(f.fact, f.low, f.high) for f in found.findings if f.what.startswith("är dolt")}
    assert told == expected
