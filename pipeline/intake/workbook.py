"""Workbooks of Excel (.xlsx, .xlsm, .xls) and LibreOffice (.ods): values by calamine, what they do
not tell by a module a format. Which format a file has is told by its bytes, not by its name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from pipeline.errors import IntakeError
from pipeline.intake.ods_cells import unseen_of_ods
from pipeline.intake.raw import Cell, RawTable
from pipeline.intake.unseen import Problems, Unseen, said_of_sheet
from pipeline.intake.xls_cells import unseen_of_xls, values_of_xls
from pipeline.intake.xlsx_cells import unseen_of_xlsx

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
EXACT = 2**53  # above this a float no longer names one integer
_UNSEEN: dict[str, Callable[[bytes], dict[str, Unseen]]] = {
    "xlsx": unseen_of_xlsx,
    "xls": unseen_of_xls,
    "ods": unseen_of_ods,
}


def read_workbook(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """One RawTable a worksheet, hidden ones too; chart sheets hold no cells and are left out."""
    kind = _kind(data, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (meta, book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False))
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
        others = _UNSEEN[kind](data)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except PasswordError as error:
        raise IntakeError([_locked(name)]) from error
    except BaseException as error:  # a panic in calamine's Rust is no Exception
        raise IntakeError([_corrupt(name)]) from error
    if kind == "xls" and (whole := values_of_xls(data, sheets)):
        sheets = [(meta, whole.get(meta.name, rows)) for meta, rows in sheets]
    made = []
    for meta, rows in sheets:
        other = others.get(meta.name, Unseen())
        hidden = meta.visible != SheetVisibleEnum.Visible
        cells = _rows(rows, other.problems)
        made.append(
            RawTable(
                file=name,
                sha256=sha256,
                sheet=meta.name,
                kind=kind,
                rows=cells,
                note=said_of_sheet(hidden, other, len(cells)),
                problems={cell: reason for cell, (_, reason) in other.problems.items()},
                hidden=hidden,
                formulas=other.formulas,
            )
        )
    return made


def _rows(rows: list[list[Any]], problems: Problems) -> tuple[tuple[Cell, ...], ...]:
    """The cells, with what Excel shows (#N/A) where calamine sees nothing."""
    for (row, column), (shown, _) in problems.items():
        rows.extend([] for _ in range(row - len(rows)))
        cells = rows[row - 1]
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = shown
    return tuple(tuple(map(_cell, row)) for row in rows)


def _cell(value: Any) -> Cell:
    # A workbook knows one kind of number: calamine gives 3 as 3.0.
    if value.__class__ is float and value.is_integer() and -EXACT < value < EXACT:
        return int(value)
    return value


def _kind(data: bytes, name: str) -> str:
    """The format of a workbook by its bytes. Raises IntakeError for what is none."""
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise IntakeError([_locked(name)])
        return "xls"
    if not data.startswith(b"PK"):
        raise IntakeError(
            [
                f"{name}: filen är inte en Excel-arbetsbok, trots filändelsen. En del system "
                "sparar text eller webbsidor under det namnet.\n"
                "Gör så här: öppna filen i Excel och spara som Excel-arbetsbok (.xlsx)."
            ]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {n.lower() for n in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise IntakeError([_corrupt(name)]) from error
    if "xl/workbook.bin" in parts:
        raise IntakeError(
            [
                f"{name}: filen är en binär arbetsbok (.xlsb), som inte kan läsas.\n"
                "Gör så här: öppna filen i Excel och spara som Excel-arbetsbok (.xlsx)."
            ]
        )
    return "ods" if "content.xml" in parts else "xlsx"


def _locked(name: str) -> str:
    return (
        f"{name}: filen är skyddad med lösenord och går inte att läsa.\n"
        "Gör så här: öppna filen i Excel, ta bort lösenordet (Arkiv > Info > Skydda "
        "arbetsbok > Kryptera med lösenord) och spara."
    )


def _corrupt(name: str) -> str:
    return (
        f"{name}: arbetsboken är skadad eller ofullständig och går inte att läsa. Troligen "
        "avbröts en kopiering eller nedladdning.\n"
        "Gör så här: hämta filen på nytt. Går den att öppna i Excel: spara den under nytt namn "
        "som Excel-arbetsbok (.xlsx) och ta bort den gamla."
    )
