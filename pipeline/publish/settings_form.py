"""`kommun.xlsx`: the municipality's settings as a workbook to fill in, with those it has now. Saved
in RAW in the place of `kommun.toml` it says the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.protection import SheetProtection
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.publish import form_sheet as s
from pipeline.publish.form_book import MAY
from pipeline.settings_book import (
    BOOK,
    DAY,
    FIRST,
    HEADER,
    LIST,
    NUMBER,
    PARTS,
    SINGLE,
    TEXT,
    TOML,
    WHOLE,
    Column,
    Part,
)

EMPTY = 60  # rows to fill in
WIDTHS = {TEXT: 34, LIST: 44, NUMBER: 14, WHOLE: 14, DAY: 14}
ABOVE = (
    f"Sparas som {BOOK} i mappen med källfilerna, i stället för {TOML}. Finns båda läses ingen.",
    "Tomma celler betyder att det vanliga gäller.",
)
CHECKS = {
    DAY: ("date", "32874", "Skriv ett datum, till exempel 2026-02-20."),
    NUMBER: ("decimal", "-1000000", "Skriv ett tal."),
    WHOLE: ("whole", "0", "Skriv ett heltal."),
}


def settings_form(document: Mapping[str, Any], creator: str, day: dt.date) -> bytes:
    """The workbook with the settings of `document` (as the text file gives them). Equal content
    gives equal bytes."""
    book = s.workbook(creator, day)
    first = book.active
    assert isinstance(first, Worksheet)
    _first(first, document)
    for part in PARTS:
        _part(book, part, document)
    return s.saved(book, day)


def _first(sheet: Worksheet, document: Mapping[str, Any]) -> None:
    sheet.title = FIRST
    for at, (title, width) in enumerate(zip(HEADER, (40, 40, 60), strict=True), start=1):
        _head(sheet, 1, at, title, width)
    for row, column in enumerate(SINGLE, start=2):
        s.put(sheet, row, 1, column.title).font = s.BOLD
        _cell(sheet, row, 2, column, _found(document, column.key))
        s.put(sheet, row, 3, column.help).font = s.PLAIN
        _check(sheet, column, f"B{row}")
    for row, text in enumerate(ABOVE, start=len(SINGLE) + 3):
        s.put(sheet, row, 3, text).font = s.PLAIN
    s.on_paper(sheet, 1)
    _protect(sheet)


def _part(book: Workbook, part: Part, document: Mapping[str, Any]) -> None:
    sheet = book.create_sheet(part.sheet)
    entries: list[Mapping[str, Any]] = [
        *_entries(part, _found(document, part.section) or ()), *[{}] * EMPTY
    ]  # fmt: skip
    for at, column in enumerate(part.columns, start=1):
        _head(sheet, 1, at, column.title, WIDTHS[column.kind], column.help)
        for row, entry in enumerate(entries, start=2):
            _cell(sheet, row, at, column, entry.get(column.key))
        letter = get_column_letter(at)
        _check(sheet, column, f"{letter}2:{letter}{len(entries) + 1}")
    for row in range(1, len(entries) + 2 - EMPTY):
        s.fit(sheet, row)
    sheet.freeze_panes = "A2"
    s.on_paper(sheet, 1)
    _protect(sheet)


def _entries(part: Part, told: Any) -> Iterator[Mapping[str, Any]]:
    """A section's entries, one a row, whether they are a list or a table by key."""
    if not part.keyed:
        only = "namn" if "namn" in part.keys else part.columns[0].key  # "Familjeteamet" alone
        yield from (entry if isinstance(entry, Mapping) else {only: entry} for entry in told)
        return
    for key, entry in told.items() if told else ():
        rest = entry if isinstance(entry, Mapping) else {"namn": entry}
        yield {part.keyed: key, **rest}


def _found(document: Mapping[str, Any], key: str) -> Any:
    value: Any = document
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _head(sheet: Worksheet, row: int, at: int, title: str, width: int, said: str = "") -> None:
    cell = s.put(sheet, row, at, title)
    cell.font, cell.alignment, cell.border, cell.fill = s.BOLD, s.WRAPPED, s.THIN, s.GREY
    sheet.column_dimensions[get_column_letter(at)].width = width
    if said:
        cell.comment = Comment(said, "Uppföljning", width=320, height=80)


def _cell(sheet: Worksheet, row: int, at: int, column: Column, value: Any) -> None:
    told = "; ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    cell = s.put(sheet, row, at, told)
    cell.alignment, cell.border, cell.fill = s.WRAPPED, s.THIN, s.TO_FILL
    cell.protection = Protection(False)
    cell.number_format = {DAY: s.DATE, TEXT: "@", LIST: "@"}.get(column.kind, "General")


def _check(sheet: Worksheet, column: Column, cells: str) -> None:
    kind, least, error = CHECKS.get(column.kind, ("", "", ""))
    made = DataValidation(kind or None, "greaterThanOrEqual" if kind else None, least or None,
                          allow_blank=True)  # fmt: skip
    made.showErrorMessage, made.error = bool(kind), error
    made.showInputMessage, made.promptTitle = True, column.title[:32]
    made.prompt = column.help or column.title
    sheet.add_data_validation(made)
    made.add(cells)


def _protect(sheet: Worksheet) -> None:
    sheet.protection = SheetProtection(sheet=True, **MAY)
