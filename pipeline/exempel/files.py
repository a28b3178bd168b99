"""Sheets as the bytes of files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence

from pipeline.exempel import world
from pipeline.exempel.sheets import Cell, Sheet
from pipeline.exempel.workbook import Layout, workbook_bytes

SAMPLE = 60  # rows that decide how wide a column is


def file_bytes(sheets: Sequence[Sheet]) -> bytes:
    """All sheets of one file: a workbook, or the one table of a CSV file."""
    first = sheets[0]
    if first.delimiter:
        return _csv_bytes(first)
    made = dt.date(first.year + 1, 2, 2)
    return workbook_bytes([_layout(s) for s in sheets], world.NAMN, made)


def _layout(sheet: Sheet) -> Layout:
    keys = list(sheet.header)
    widths = {
        i: max((_width(row.cells.get(key)) for row in sheet.rows[:SAMPLE]), default=0)
        for i, key in enumerate(keys)
    }
    return Layout(
        name=sheet.sheet,
        header=list(sheet.header.values()),
        rows=_rows(sheet, keys),
        widths=widths,
        above=sheet.above,
        below=sheet.below,
    )


def _rows(sheet: Sheet, keys: Sequence[str]) -> Iterator[list[Cell]]:
    for row in sheet.rows:
        yield [row.cells.get(key) for key in keys]


def _width(cell: Cell) -> int:
    if isinstance(cell, dt.datetime):
        return 18
    return 10 if isinstance(cell, dt.date) else len(str(cell or ""))


def _csv_bytes(sheet: Sheet) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sheet.delimiter, lineterminator="\r\n")
    writer.writerow(sheet.header.values())
    for row in _rows(sheet, list(sheet.header)):
        writer.writerow([_csv_cell(cell, sheet.decimal) for cell in row])
    return text.getvalue().encode(sheet.encoding)


def _csv_cell(cell: Cell, decimal: str) -> str:
    if isinstance(cell, float):
        return f"{cell:g}".replace(".", decimal)
    return "" if cell is None else str(cell)
