"""What the values of an old Excel workbook (.xls) do not tell: error cells, what is hidden, what
is merged. Formulas have no text there that a program without Excel can show."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from typing import Any

import xlrd
from xlrd.biffh import XL_CELL_ERROR, error_text_from_code

from pipeline.intake.raw import column_letter
from pipeline.intake.unseen import Unseen, error

_EXCEL_97 = 80  # version of the format
_TORN = re.compile("[\\x00\\x80-\\x9f]")
Sheets = dict[str, list[list[Any]]]


def values_of_xls(data: bytes, read: Sequence[tuple[Any, list[list[Any]]]]) -> Sheets:
    """The values by xlrd, where calamine is known to read letters wrong: files older than
    Excel 97, and those whose texts it reads byte by byte. Empty where it reads them right."""
    with open(os.devnull, "w") as quiet:
        book = xlrd.open_workbook(file_contents=data, logfile=quiet)
    cells = (c for _, rows in read for r in rows for c in r)
    torn = any(isinstance(c, str) and _TORN.search(c) for c in cells)
    if book.biff_version >= _EXCEL_97 and not torn:
        return {}
    return {
        sheet.name: [
            [_value(sheet.cell(i, j), book.datemode) for j in range(sheet.row_len(i))]
            for i in range(sheet.nrows)
        ]
        for sheet in book.sheets()
    }


def _value(cell: Any, mode: int) -> Any:
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment = xlrd.xldate_as_datetime(cell.value, mode)
        return moment.date() if moment.time() == dt.time() else moment
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype == XL_CELL_ERROR else cell.value


def unseen_of_xls(data: bytes) -> dict[str, Unseen]:
    """Sheet name → what its values do not tell."""
    found: dict[str, Unseen] = {}
    with open(os.devnull, "w") as quiet:
        try:
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=quiet)
        except Exception:  # formats that xlrd does not know say nothing of the cells
            book = xlrd.open_workbook(file_contents=data, logfile=quiet)
    for sheet in book.sheets():
        own = Unseen()
        for i in range(sheet.nrows):
            for j, kind in enumerate(sheet.row_types(i)):
                if kind == XL_CELL_ERROR:
                    code = sheet.cell_value(i, j)
                    own.problems[i + 1, j + 1] = error(error_text_from_code.get(code, ""))
        own.hidden_rows = [r + 1 for r, row in sorted(sheet.rowinfo_map.items()) if row.hidden]
        own.hidden_columns = [
            c + 1 for c, col in sorted(sheet.colinfo_map.items()) if col.hidden and c < sheet.ncols
        ]
        own.tall = [
            f"{column_letter(c)}{r + 1}:{column_letter(d - 1)}{s}"
            for r, s, c, d in sheet.merged_cells
            if s - r > 1
        ]
        found[sheet.name] = own
    return found
