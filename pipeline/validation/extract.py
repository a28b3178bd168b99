"""Of a file too large to be copied whole: the rows with something to mend, and where they stood.

A workbook of a million rows takes gigabytes and an hour to write, and nobody mends in it: whoever
filled the file in mends the file itself, or the system that it came out of."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.workbook import Workbook

from pipeline.intake.raw import RawTable

WHOLE = 250_000  # cells of a file that is copied whole: some ten thousand rows
HEAD = 10  # the first rows are shown as they stand: titles and headers
ROW = "Rad i filen"
_A_CELL = 40  # bytes that a cell takes in a workbook's own XML, about
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Extract:
    """`book`: a sheet a table. `places`: of each sheet, the file's row → the row here."""

    book: Workbook
    places: Mapping[str, Mapping[int, int]]

    def address(self, sheet: str, cell: str) -> str:
        """Where a cell of the file stands here; empty where its row is not here."""
        found = _ADDRESS.fullmatch(cell)
        row = self.places[sheet].get(int(found[2])) if found else None
        return f"{found[1]}{row}" if found and row else ""


def sheets_size(path: Path) -> int:
    """About how many cells a workbook's sheets have, told from its directory alone."""
    with zipfile.ZipFile(path) as book:
        sheets = (e for e in book.infolist() if e.filename.startswith("xl/worksheets/"))
        return sum(e.file_size for e in sheets) // _A_CELL


def cells_of(tables: Sequence[RawTable]) -> int:
    """How many cells they have, blank ones too."""
    return sum(len(row) for table in tables for row in table.rows)


def titles(tables: Sequence[RawTable]) -> list[str]:
    """What the sheets of a copy are called."""
    return [t.sheet or f"Blad{number}" for number, t in enumerate(tables, start=1)]


def whole(tables: Sequence[RawTable]) -> Workbook:
    """The values of every table, each where it stands."""
    book = empty_book()
    for table, title in zip(tables, titles(tables), strict=True):
        sheet = book.create_sheet(title)
        for i, row in enumerate(table.rows, start=1):
            write_row(sheet, i, row)
    return book


def extract(tables: Sequence[RawTable], rows: Mapping[str, set[int]]) -> Extract:
    """The first rows of each table and those of `rows` (sheet's title → 1-based), close together
    and in their order; in the first column beyond them the row's number in the file."""
    book = empty_book()
    places: dict[str, dict[int, int]] = {}
    for table, title in zip(tables, titles(tables), strict=True):
        sheet = book.create_sheet(title)
        chosen = list(_chosen(len(table.rows), rows.get(title, set())))
        places[title] = {row: here for here, row in enumerate(chosen, start=1)}
        beyond = max((len(table.rows[row - 1]) for row in chosen), default=0) + 1
        for row, here in places[title].items():
            write_row(sheet, here, table.rows[row - 1])
            sheet.cell(here, beyond, ROW if here == 1 else row)
    return Extract(book, places)


def _chosen(length: int, rows: set[int]) -> Iterator[int]:
    yield from range(1, min(HEAD, length) + 1)
    yield from sorted(row for row in rows if HEAD < row <= length)


def empty_book() -> Workbook:
    """A workbook without a sheet."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    return book


def write_row(sheet: object, number: int, row: Sequence[object]) -> None:
    """Values where they stand; a text is a text, also one that looks like a formula."""
    for j, value in enumerate(row, start=1):
        if value is None or value == "":
            continue
        cell = sheet.cell(number, j)  # type: ignore[attr-defined]
        if isinstance(value, str):
            cell.value, cell.data_type = _UNREADABLE.sub("", value), "s"
        else:
            cell.value = value
