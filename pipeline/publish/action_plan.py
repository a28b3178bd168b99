"""The action plan as a workbook: the year's measures, drop-down lists, empty rows to fill in.

Saved in RAW in the place of the file that it was made from it is read like any form, and gives the
same rows: what is written here is what cleaning made of the file, in labels of the codebook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from openpyxl import Workbook

from pipeline.facts.action_plan import TABLE
from pipeline.facts.dataset import codebooks, open_dataset
from pipeline.forms.codebook import Codebook
from pipeline.publish import form_sheet as s
from pipeline.publish.form_book import FormSheet, form_workbook
from pipeline.workspace import Workspace, load_kommun

FILE = "handlingsplan.xlsx"
PLAN, LEFT_OUT = "Handlingsplan", "Att rätta"
EMPTY = 60  # rows to fill in
ROLES = ("Enhetschef", "Verksamhetschef", "Kvalitetsutvecklare", "Socialt ansvarig samordnare")
ABOVE = (
    "En rad för varje åtgärd. Skriv roller, aldrig namn, och inga uppgifter om enskilda.",
    "Spara arbetsboken i årets mapp bland källfilerna, i stället för den förra handlingsplanen.",
)
WIDTHS = {"brist_ref": 36, "enhet": 22, "ansvarig": 20, "effekt_belagg": 28}
Rows = Sequence[Mapping[str, Any]]


def write_action_plan(workspace: Workspace, year: int, out: Path, day: dt.date) -> None:
    """Write `handlingsplan.xlsx` into the edition `out`: the measures of the year's plan, none
    where there is no plan yet."""
    form = codebooks(workspace.raw)[TABLE]
    table = open_dataset(workspace, TABLE, year, year).table
    rows: Rows = [] if table is None else table.to_pylist()
    told = _to_mend(workspace.processed / str(year) / "celler.parquet")
    kommun = load_kommun(workspace.raw).namn
    title = f"Handlingsplan utifrån resultaten {year}, {kommun}"
    (out / FILE).write_bytes(plan_workbook(form, rows, title, kommun, day, told))


def plan_workbook(
    form: Codebook, rows: Rows, title: str, creator: str, day: dt.date,
    to_mend: Sequence[tuple[str, str]] = (), empty: int = EMPTY,
) -> bytes:  # fmt: skip
    """The workbook. `rows`: field → value as processed; `to_mend`: (address, why) of what the
    file said and these rows do not; `empty`: rows to fill in. Equal content gives equal bytes."""
    sheet = FormSheet(
        form, title, ABOVE, PLAN, rows, lists={"ansvarig": ROLES}, widths=WIDTHS, empty=empty
    )
    book = form_workbook([sheet], creator, day)
    if to_mend:
        _left_out(book, to_mend)
    return s.saved(book, day)


def _left_out(book: Workbook, to_mend: Sequence[tuple[str, str]]) -> None:
    """What was not understood, two cells a row, so that no reader takes it for a table."""
    sheet = book.create_sheet(LEFT_OUT, 1)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 50, 80
    s.put(sheet, 1, 1, "Det här stod i källfilen men är inte med i planen").font = s.TITLE
    for row, (address, why) in enumerate(to_mend, start=3):
        s.put(sheet, row, 1, address)
        s.put(sheet, row, 2, why).alignment = s.WRAPPED


def _to_mend(cells: Path) -> list[tuple[str, str]]:
    """Cells of the plan that were emptied or masked, and rows in quarantine."""
    if not cells.is_file():
        return []
    found = pq.read_table(cells, filters=[("tabell", "=", TABLE)]).to_pylist()
    return [(c["adress"], c["orsak"]) for c in found if c["atgard"] != "flaggad"]
