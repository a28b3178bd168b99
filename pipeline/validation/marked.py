"""For each file with something to mend a copy with the cells marked and commented, to send back to
whoever filled it in: `PROCESSED/<year>/att_ratta/`.

A copy holds what the original holds, personal data too. It never leaves PROCESSED, goes with it at
a disposal, and is readable for its owner alone."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook

from pipeline.intake.mapping import sheet_of
from pipeline.intake.raw import RawTable
from pipeline.intake.readers import read_file
from pipeline.intake.store import fixed_xlsx
from pipeline.validation.records import Finding

FOLDER = "att_ratta"
SHEET = "Att rätta"  # two columns, so that no reader takes it for a table
MARK = PatternFill("solid", fgColor="FFC7A8")
TITLE, WRAPPED = Font(bold=True, size=14), Alignment(wrap_text=True, vertical="top")
MOST = 2_000  # cells marked in a file: more are one mistake, and the list says which
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_marked(raw: Path, out: Path, year: int, findings: Iterable[Finding]) -> list[Path]:
    """Write the copies into the new folder `out/att_ratta`. `raw`: RAW/<year>. A file in which
    there is nothing to mend has none. Equal content gives equal bytes."""
    files: dict[str, list[Finding]] = {}
    for f in findings:
        if f.att_gora and "/" not in f.fil and (raw / f.fil).is_file():
            files.setdefault(f.fil, []).append(f)
    written = []
    for name, found in sorted(files.items()):
        path = out / FOLDER / f"{Path(name).stem}{_ending(name)}"
        if path in written:  # avslut.csv beside avslut.xlsx
            path = path.with_name(f"{name}{_ending(name)}")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(marked_copy((raw / name), name, found, year))
        path.chmod(0o600)
        written.append(path)
    return written


def marked_copy(path: Path, name: str, findings: Sequence[Finding], year: int) -> bytes:
    """One file as a workbook with its cells marked; the list of them on a sheet of its own."""
    book = _opened(path, name, year)
    shown = sorted(findings, key=lambda f: (f.sheet, f.rad, f.cell, f.kontroll))[:MOST]
    for f in shown:
        for sheet, cell in _cells(f, book):
            _mark(book, sheet, cell, f)
    _listed(book, shown, len(findings))
    content = io.BytesIO()
    book.save(content)
    return fixed_xlsx(content.getvalue(), dt.date(year, 12, 31))


def _ending(name: str) -> str:
    return ".xlsm" if name.lower().endswith(".xlsm") else ".xlsx"


def _opened(path: Path, name: str, year: int) -> Workbook:
    """The workbook itself; of a text file, or of one that cannot be written again as it is, its
    values."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        try:
            return openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
        except Exception:  # whatever a workbook that no Excel has written makes openpyxl raise
            pass
    book = Workbook()
    book.properties.created = dt.datetime(year, 12, 31, 9)  # the library's own is a clock's
    assert book.active is not None
    book.remove(book.active)
    for number, table in enumerate(read_file(path, name), start=1):
        _values(book, table, table.sheet or f"Blad{number}")
    return book


def _values(book: Workbook, table: RawTable, title: str) -> None:
    sheet = book.create_sheet(title)
    for i, row in enumerate(table.rows, start=1):
        for j, value in enumerate(row, start=1):
            if value is None or value == "":
                continue
            cell = sheet.cell(i, j)
            if isinstance(value, str):
                cell.value, cell.data_type = _UNREADABLE.sub("", value), "s"
            else:
                cell.value = value


def _cells(f: Finding, book: Workbook) -> Iterator[tuple[str, str]]:
    """(sheet, cell) of a finding in its own file; of one that lies in another, or in no column,
    the first cell of its row."""
    sheet = sheet_of(f.sheet, book.sheetnames) or book.sheetnames[0]
    mine = f.adress.startswith(f"{f.kalla}!")
    found = _CELL.findall(f.cell) if mine else []
    if ":" in f.cell and len(found) == 2:  # an answer in several columns side by side
        first, last = (openpyxl.utils.column_index_from_string(c) for c, _ in found)
        letters = (openpyxl.utils.get_column_letter(j) for j in range(first, last + 1))
        yield from ((sheet, f"{letter}{f.rad}") for letter in letters)
        return
    yield from ((sheet, f"{letter}{number}") for letter, number in found)
    if not found:
        yield sheet, f"A{f.rad}"


def _mark(book: Workbook, sheet: str, address: str, f: Finding) -> None:
    cell = book[sheet][address]
    if isinstance(cell, MergedCell) or not isinstance(cell, Cell):
        return
    said = f"{f.kolumn}: {f.orsak or f.allmant}\nGör så här: {f.gor_sa}"
    before = cell.comment.text if cell.comment else ""
    if said not in before:
        text = f"{before}\n\n{said}" if before else said
        cell.comment = Comment(text, "Uppföljning", width=360, height=160)
    cell.fill = MARK


def _listed(book: Workbook, shown: Sequence[Finding], total: int) -> None:
    sheet = book.create_sheet(_free(SHEET, book.sheetnames))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 100
    sheet["A1"], sheet["A1"].font = "Celler att rätta", TITLE
    more = f" Här står {len(shown)} av {total}." if len(shown) < total else ""
    sheet["A2"] = "Cellerna är markerade med färg och har en kommentar." + more
    for row, f in enumerate(shown, start=4):
        place = f"{f.sheet}, {f.cell}" if f.sheet else f.cell
        said = f"{f.kolumn}: {f.orsak or f.allmant} Gör så här: {f.gor_sa}"
        for column, text in enumerate((place, said), start=1):
            cell = sheet.cell(row, column, text)
            cell.data_type, cell.alignment = "s", WRAPPED


def _free(name: str, taken: Iterable[str]) -> str:
    return name if name not in set(taken) else f"{name} (kontroll)"
