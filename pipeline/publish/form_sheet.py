"""What the workbooks that people complete have in common: how they look, and how their cells are
written."""

from __future__ import annotations

import datetime as dt
import io
import re

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.intake.store import fixed_xlsx

BOLD, TITLE = (Font(name="Calibri", bold=True, size=size) for size in (11, 14))
PLAIN = Font(name="Calibri", size=11)
LINE = 15  # points of a row's height a line of text
WRAPPED = Alignment(wrap_text=True, vertical="top")
TO_FILL = PatternFill("solid", fgColor="FFF6D6")
GREY = PatternFill("solid", fgColor="EEEEEE")
THIN = Border(*[Side(style="thin", color="999999")] * 4)
DATE = "yyyy-mm-dd"
# What XML cannot hold, or a reader would make something else of (ECMA-376, 22.9.2.19).
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")


def workbook(creator: str, day: dt.date) -> Workbook:
    """A workbook that says who made it and when, without a clock."""
    book = Workbook()
    book.properties.creator = creator
    book.properties.created = dt.datetime.combine(day, dt.time(9))
    return book


def saved(book: Workbook, day: dt.date) -> bytes:
    """The workbook as a file; equal content gives equal bytes."""
    raw = io.BytesIO()
    book.save(raw)
    return fixed_xlsx(raw.getvalue(), day)


def on_paper(sheet: Worksheet, header: int) -> None:
    """Printed lying, all columns on one page, the header on each."""
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{header}:{header}"


def fit(sheet: Worksheet, row: int) -> None:
    """A row tall enough for its wrapped texts, for no program but Excel sees to it."""
    lines = 1
    for cell in sheet[row]:
        if isinstance(cell.value, str):
            width = max(1, int(sheet.column_dimensions[cell.column_letter].width) - 1)
            parts = cell.value.splitlines() or [""]
            lines = max(lines, sum(1 + max(0, len(part) - 1) // width for part in parts))
    sheet.row_dimensions[row].height = LINE * min(lines, 20)


def put(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    """A cell with a value that is never a formula and is read back as it is, line breaks, control
    characters and all."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        cell.value = _ESCAPED.sub(lambda m: f"_x{ord(m[0]):04X}_", value)
        cell.data_type = "s"
    else:
        cell.value = value
    return cell
