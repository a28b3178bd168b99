"""Excel workbooks: values by calamine, the cells it cannot value by `xlsx_cells`."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.errors import IntakeError
from pipeline.intake.raw import Cell, RawTable
from pipeline.intake.xlsx_cells import Problems, unvalued_cells

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
EXACT = 2**53  # above this a float no longer names one integer


def read_workbook(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """One RawTable a worksheet, hidden ones too; chart sheets hold no cells and are left out."""
    _refuse_what_is_no_workbook(data, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (meta, book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False))
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
        problems = unvalued_cells(data)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic in calamine's Rust is no Exception
        raise IntakeError([_corrupt(name)]) from error
    return [
        RawTable(
            file=name,
            sha256=sha256,
            sheet=meta.name,
            kind="xlsx",
            rows=_rows(rows, problems.get(meta.name, {})),
            note="" if meta.visible == SheetVisibleEnum.Visible else "Bladet är dolt i Excel.",
            problems={cell: reason for cell, (_, reason) in problems.get(meta.name, {}).items()},
        )
        for meta, rows in sheets
    ]


def _rows(rows: list[list[Any]], problems: Problems) -> tuple[tuple[Cell, ...], ...]:
    """The cells, with what Excel shows (#N/A) where calamine sees nothing."""
    for (row, column), (shown, _) in problems.items():
        rows.extend([] for _ in range(row - len(rows)))
        cells = rows[row - 1]
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = shown
    return tuple(tuple(map(_cell, row)) for row in rows)


def _cell(value: Any) -> Cell:
    # Excel knows one kind of number: calamine gives 3 as 3.0.
    if value.__class__ is float and value.is_integer() and -EXACT < value < EXACT:
        return int(value)
    return value


def _refuse_what_is_no_workbook(data: bytes, name: str) -> None:
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise IntakeError(
                [
                    f"{name}: filen är skyddad med lösenord och går inte att läsa.\n"
                    "Gör så här: öppna filen i Excel, ta bort lösenordet (Arkiv > Info > Skydda "
                    "arbetsbok > Kryptera med lösenord) och spara."
                ]
            )
        raise IntakeError(
            [
                f"{name}: filen har ändelsen för en ny Excel-arbetsbok men är sparad i det gamla "
                "formatet (.xls).\n"
                "Gör så här: öppna filen i Excel och spara som Excel-arbetsbok (.xlsx)."
            ]
        )
    if not data.startswith(b"PK"):
        raise IntakeError(
            [
                f"{name}: filen är inte en Excel-arbetsbok, trots filändelsen. En del system "
                "sparar text eller webbsidor under det namnet.\n"
                "Gör så här: öppna filen i Excel och spara som Excel-arbetsbok (.xlsx)."
            ]
        )


def _corrupt(name: str) -> str:
    return (
        f"{name}: arbetsboken är skadad eller ofullständig och går inte att läsa. Troligen "
        "avbröts en kopiering eller nedladdning.\n"
        "Gör så här: hämta filen på nytt. Går den att öppna i Excel: spara den under nytt namn "
        "som Excel-arbetsbok (.xlsx) och ta bort den gamla."
    )
