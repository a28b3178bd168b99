"""The action plan's workbook: what is written is read back as the same rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.exempel.kommun import kommun
from pipeline.forms.codebook import load_codebooks
from pipeline.intake import clean as cleaning
from pipeline.intake.raw import Recognised
from pipeline.intake.recognise import recognise
from pipeline.intake.xlsx import read_workbook
from pipeline.privacy.key import PseudonymKey
from pipeline.privacy.screen import mask, mask_answer
from pipeline.publish.action_plan import plan_workbook

BOOKS = load_codebooks(kommun())
FORM = BOOKS["handlingsplan"]
NAMES = [f.name for f in FORM.fields]
DAY = dt.date(2026, 3, 16)
Row = dict[str, Any]


def written(rows: list[Row]) -> bytes:
    return plan_workbook(FORM, rows, "Handlingsplan", "Exempelkommun", DAY, empty=3)


def read(content: bytes) -> list[Row]:
    """By intake, as any file that somebody has laid in RAW."""
    found = [recognise(raw, BOOKS) for raw in read_workbook(content, "handlingsplan.xlsx", "")]
    [plan] = [f for f in found if isinstance(f, Recognised)]
    made = cleaning.clean(plan, PseudonymKey(bytes(32)))
    assert made.errors.num_rows == 0
    return made.table.select(NAMES).to_pylist()


def tells_nobody(text: str) -> bool:
    """As cleaning leaves a text: no blanks about it, no mark of what is missing, nothing masked."""
    known = text.strip() == text and text not in FORM.missing_values
    return known and not mask_answer(text)[1] and not mask(text)[1]


ODD = st.sampled_from([
    "=1+1", "=SUMMA(A1)", "+46", "-5", "@x", "'citat'", "”åäö”", '"', "a\tb", "a\nb\n\nc", "a\r\nb",
    "_x000D_", "_x005F_x000D_", "a\x0bb", "5", "1,5", "2026-01-02", "#N/A", "SANT", "<b>&amp;</b>",
    "é", "🙂", "x" * 3000, "{{n}}",
])  # fmt: skip
LETTERS = st.text(st.sampled_from("aåÖé \t\n\r\"';,=+-@<>&|_x0D1[]{}"), min_size=1, max_size=30)
TEXT = (ODD | LETTERS).filter(tells_nobody)
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))


def values(name: str) -> st.SearchStrategy[Any]:
    field = FORM.field(name)
    some: st.SearchStrategy[Any] = DATES if field.type == "date" else TEXT
    if field.categories:
        some = st.sampled_from([c.value for c in field.categories])
    return some if name in ("atgard_id", "status") else st.none() | some


# A measure has a status: a row that says one thing alone is taken for a note below the table.
ROW = st.fixed_dictionaries({name: values(name) for name in NAMES})


@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.lists(ROW, min_size=1, max_size=6))
def test_rows_written_and_read_are_the_same_rows(rows: list[Row]) -> None:
    once = read(written(rows))
    assert once == rows
    assert written(once) == written(rows)
