"""What the values of an old Excel workbook (.xls) do not tell: error cells, what is hidden, what
is merged. Formulas have no text there that a program without Excel can show."""

from __future__ import annotations

import os

import xlrd
from xlrd.biffh import XL_CELL_ERROR, error_text_from_code

from pipeline.intake.raw import column_letter
from pipeline.intake.unseen import Unseen, error


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
