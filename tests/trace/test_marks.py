"""The sheet rows of chosen rows, gathered sheet by sheet, are those found row by row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.trace.cellset import Sheet
from pipeline.trace.tables import Link

SHEETS = tuple(Sheet(2025, name) for name in ("a.csv", "b.xlsx!Svar", "c.csv"))
ROW = st.tuples(st.integers(-1, 2), st.integers(1, 30), st.booleans())  # -1: leads nowhere


@given(st.lists(ROW, max_size=60), st.booleans())
def test_marks_are_the_rows_that_the_chosen_ones_lead_to(
    rows: list[tuple[int, int, bool]], in_order: bool
) -> None:
    rows = sorted(rows) if in_order else rows
    link = Link(
        SHEETS, np.array([s for s, _, _ in rows], int), np.array([r for _, r, _ in rows], int)
    )
    told = link.marks(np.array([c for _, _, c in rows], bool))
    found = {sheet: np.flatnonzero(marks).tolist() for sheet, marks in told}
    expected = {
        sheet: sorted({row for at, row, chosen in rows if chosen and at == i})
        for i, sheet in enumerate(SHEETS)
    }
    assert found == {sheet: there for sheet, there in expected.items() if there}
    for sheet in SHEETS:
        for row in range(1, 31):
            here = [i for i, (at, r, _) in enumerate(rows) if (at, r) == (SHEETS.index(sheet), row)]
            assert link.rows_at(sheet, row).tolist() == here
