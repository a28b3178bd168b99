"""Excel workbooks whose bytes depend on their content alone."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from pipeline.exempel.sheets import Cell
from pipeline.intake.store import fixed_xlsx

BOLD, TITLE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")
NARROWEST, WIDEST = 9, 34


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet: title lines, one header row, the table, lines below it."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Mapping[int, int]  # 0-based column → width of its values
    above: Sequence[str] = ()
    below: Sequence[str] = ()


def workbook_bytes(layouts: Sequence[Layout], creator: str, date: dt.date) -> bytes:
    """The workbook as a file. `date` is written as the day it was made and changed."""
    book = Workbook(write_only=True)
    book.properties.creator = creator
    book.properties.created = dt.datetime.combine(date, dt.time(9))
    for layout in layouts:
        _sheet(book, layout)
    raw = io.BytesIO()
    book.save(raw)
    return fixed_xlsx(raw.getvalue(), date)


def _sheet(book: Workbook, layout: Layout) -> None:
    sheet = book.create_sheet(layout.name)
    header_row = len(layout.above) + 1
    for i, text in enumerate(layout.header):
        longest_word = max(map(len, text.split()), default=0)
        fitting = max(layout.widths.get(i, 0), longest_word, min(len(text), 16)) + 2
        letter = get_column_letter(i + 1)
        sheet.column_dimensions[letter].width = min(WIDEST, max(NARROWEST, fitting))
    sheet.freeze_panes = f"A{header_row + 1}"
    for line, text in enumerate(layout.above):
        sheet.append([_styled(sheet, text, TITLE if line == 0 else None)] if text else [])
    sheet.append([_styled(sheet, text, BOLD, WRAPPED) for text in layout.header])
    count = header_row
    for row in layout.rows:
        sheet.append(row)
        count += 1
    for text in layout.below:
        sheet.append([text] if text else [])
    last = get_column_letter(len(layout.header))
    sheet.auto_filter.ref = f"A{header_row}:{last}{count}"


def _styled(
    sheet: object, text: str, font: Font | None, alignment: Alignment | None = None
) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    return cell
