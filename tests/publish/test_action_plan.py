"""The action plan's workbook: what is written is read back as the same rows."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.exempel import SEED
from pipeline.exempel.kommun import kommun
from pipeline.forms.codebook import load_codebooks
from pipeline.intake import clean as cleaning
from pipeline.intake.raw import Recognised
from pipeline.intake.recognise import recognise
from pipeline.intake.workbook import read_workbook
from pipeline.privacy.key import PseudonymKey
from pipeline.privacy.screen import mask, mask_answer
from pipeline.publish.action_plan import LEFT_OUT, PLAN, plan_workbook, write_action_plan
from pipeline.publish.form_book import DEEPEST, HEADER
from pipeline.workspace import Workspace
from tests.municipality import tables
from tests.planted import few

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
    book = written(rows)
    once = read(book)
    assert once == rows
    assert written(once) == book


def test_the_workbook_is_a_form_to_fill_in() -> None:
    rows = [dict.fromkeys(NAMES) | {"atgard_id": "1", "status": "pagar", "start": DAY}]
    book = openpyxl.load_workbook(io.BytesIO(written(rows)))
    sheet = book[PLAN]
    assert [c.value for c in sheet[HEADER]] == [f.title for f in FORM.fields]
    column = {name: i for i, name in enumerate(NAMES, start=1)}
    started = sheet.cell(HEADER + 1, column["start"])
    assert started.is_date and started.value == dt.datetime(2026, 3, 16)
    assert sheet.protection.sheet and sheet.cell(HEADER, 1).protection.locked
    assert not sheet.cell(HEADER + 1, 1).protection.locked
    assert not sheet.cell(HEADER + 4, 15).protection.locked, "rows to fill in"
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            name, cells = book.defined_names[rule.formula1].attr_text.split("!")
            listed = book[name][cells.replace("$", "")]
            [first] = rule.sqref.ranges
            offered[NAMES[first.min_col - 1]] = [c.value for (c,) in listed]
            assert (first.min_row, first.max_row) == (HEADER + 1, DEEPEST)
    assert offered["status"] == ["Planerad", "Pågår", "Klar", "Avbruten"]
    assert offered["enhet"] == [o.label for o in kommun().enheter]
    assert offered.keys() == {"enhet", "niva", "typ", "prioritet", "status", "ansvarig"}


def test_saved_in_the_place_of_the_file_it_gives_the_same_table(tmp_path: Path) -> None:
    """By the whole of intake and validation: no mapping, nothing lost but what was refused."""
    workspace = few(tmp_path, ("Handlingsplan",), 60, SEED)
    tables(workspace, 2025)
    before = plan_table(workspace)
    write_action_plan(workspace, 2025, tmp_path, DAY)
    first = (tmp_path / "handlingsplan.xlsx").read_bytes()
    said = openpyxl.load_workbook(io.BytesIO(first))[LEFT_OUT]
    told = {row[0]: row[1] for row in said.iter_rows(min_row=3, values_only=True)}
    assert len(told) == 3 and all("Handlingsplan 2025.xlsx!Åtgärder!" in cell for cell in told)
    [old] = (workspace.raw / "2025").glob("Handlingsplan*")
    old.unlink()
    (workspace.raw / "2025" / "handlingsplan.xlsx").write_bytes(first)
    tables(workspace, 2025)
    assert plan_table(workspace) == before and len(before) == 6
    write_action_plan(workspace, 2025, tmp_path, DAY)
    again = openpyxl.load_workbook(io.BytesIO((tmp_path / "handlingsplan.xlsx").read_bytes()))
    assert list(again[PLAN].values) == list(openpyxl.load_workbook(io.BytesIO(first))[PLAN].values)


def plan_table(workspace: Workspace) -> list[Row]:
    path = workspace.processed / "2025" / "handlingsplan.parquet"
    return pq.read_table(path).select(NAMES).to_pylist()
