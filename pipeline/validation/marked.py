"""For each file with something to mend a copy with the cells marked and commented, to send back to
whoever filled it in: `PROCESSED/<year>/att_ratta/`.

A copy holds what the original holds, personal data too. It never leaves PROCESSED, goes with it at
a disposal, and is readable for its owner alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.intake.mapping import sheet_of
from pipeline.intake.names import EXTRACT_SHEET
from pipeline.intake.raw import RawTable
from pipeline.intake.readers import read_file
from pipeline.intake.store import fixed_xlsx
from pipeline.validation.extract import (
    ROW,
    WHOLE,
    Extract,
    cells_of,
    extract,
    sheets_size,
    titles,
    whole,
)
from pipeline.validation.records import Finding

FOLDER = "att_ratta"
EXTRACT = " (utdrag)"
SHEET = "Att rätta"  # two columns, so that no reader takes it for a table
MARK = PatternFill("solid", fgColor="FFC7A8")
TITLE, WRAPPED = Font(bold=True, size=14), Alignment(wrap_text=True, vertical="top")
MOST = 2_000  # cells marked in a file: more are one mistake, and the list says which
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong in some cells of a file, and what to do. `cells`: (sheet, address), the sheet
    empty in a file without sheets; `place`: how the list of them says it."""

    cells: tuple[tuple[str, str], ...]
    place: str
    said: str


def write_marked(raw: Path, out: Path, year: int, findings: Iterable[Finding]) -> list[Path]:
    """Write the copies of files with cells to mend into the new folder `out/att_ratta`. `raw`:
    RAW/<year>. A file in which there is nothing to mend has none. Equal content gives equal
    bytes."""
    files: dict[str, list[Finding]] = {}
    for f in findings:
        if f.att_gora and "/" not in f.fil and (raw / f.fil).is_file():
            files.setdefault(f.fil, []).append(f)
    return write_copies(
        raw, out, year, {n: list(map(_remark, _sorted(found))) for n, found in files.items()}
    )


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.sheet, f.rad, f.cell, f.kontroll))


def write_copies(
    raw: Path, out: Path, year: int, files: Mapping[str, Sequence[Remark]]
) -> list[Path]:
    """Write a copy of each file with its remarks into the new folder `out/att_ratta`."""
    written: list[Path] = []
    for name, found in sorted(files.items()):
        copy = marked_copy(raw / name, name, found, year)
        ending = _ending(name) if copy.whole else f"{EXTRACT}.xlsx"
        path = out / FOLDER / f"{Path(name).stem}{ending}"
        if path in written:  # avslut.csv beside avslut.xlsx
            path = path.with_name(f"{name}{ending}")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(copy.content)
        path.chmod(0o600)
        written.append(path)
    return written


@dataclass(frozen=True, slots=True)
class Copy:
    """A marked copy. `whole`: it holds all that the file holds, so that it may take its place."""

    content: bytes
    whole: bool


def marked_copy(path: Path, name: str, remarks: Sequence[Remark], year: int) -> Copy:
    """One file as a workbook with its cells marked; the list of them on a sheet of its own. Of a
    file of more than `WHOLE` cells only the rows that are marked."""
    shown = remarks[:MOST]
    made = _opened(path, name, shown)
    book = made.book if isinstance(made, Extract) else made
    sheets = book.sheetnames
    for remark in shown:
        for own, cell in remark.cells:
            sheet, said = sheet_of(own, sheets) or sheets[0], remark.said
            at: str = cell
            if isinstance(made, Extract):
                at, said = made.address(sheet, cell), f"I filen är det {cell}.\n{said}"
            if at:
                _mark(book[sheet], at, said)
    _listed(book, shown, len(remarks), made if isinstance(made, Extract) else None)
    day = dt.date(year, 12, 31)
    # A text file as a workbook, or one that does not say when it was made, would say now.
    book.properties.created = dt.datetime.combine(day, dt.time(9))
    content = io.BytesIO()
    book.save(content)
    return Copy(fixed_xlsx(content.getvalue(), day), not isinstance(made, Extract))


def _ending(name: str) -> str:
    return ".xlsm" if name.lower().endswith(".xlsm") else ".xlsx"


def _opened(path: Path, name: str, remarks: Sequence[Remark]) -> Workbook | Extract:
    """The workbook itself; of a text file, or of one that cannot be written again as it is, its
    values; of a large file the rows that the remarks are about."""
    is_workbook = path.suffix.lower() in (".xlsx", ".xlsm")
    tables = None
    if not (is_workbook and _small(path)):
        tables = read_file(path, name)
        if cells_of(tables) > WHOLE:
            return extract(tables, _rows(tables, remarks))
    if is_workbook:
        try:
            return openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
        except Exception:  # whatever a workbook that no Excel has written makes openpyxl raise
            pass
    return whole(read_file(path, name) if tables is None else tables)


def _rows(tables: Sequence[RawTable], remarks: Sequence[Remark]) -> dict[str, set[int]]:
    """Sheet's title → the rows that the remarks are about."""
    sheets = titles(tables)
    found: dict[str, set[int]] = {}
    for own, cell in (c for remark in remarks for c in remark.cells):
        if place := _CELL.fullmatch(cell):
            found.setdefault(sheet_of(own, sheets) or sheets[0], set()).add(int(place[2]))
    return found


def _small(path: Path) -> bool:
    try:
        return sheets_size(path) <= WHOLE
    except (OSError, zipfile.BadZipFile):
        return True  # it is for the readers to say what is wrong with it


def _remark(f: Finding) -> Remark:
    """A finding as its remark."""
    said = f"{f.kolumn}: {f.orsak or f.allmant}\nGör så här: {f.gor_sa}"
    place = f"{f.sheet}, {f.cell}" if f.sheet else f.cell
    return Remark(tuple((f.sheet, cell) for cell in _cells(f)), place, said)


def _cells(f: Finding) -> Iterator[str]:
    """The cells of a finding in its own file; of one that lies in another, or in no column, the
    first cell of its row."""
    mine = f.adress.startswith(f"{f.kalla}!")
    found = _CELL.findall(f.cell) if mine else []
    if ":" in f.cell and len(found) == 2:  # an answer in several columns side by side
        first, last = (openpyxl.utils.column_index_from_string(c) for c, _ in found)
        letters = (openpyxl.utils.get_column_letter(j) for j in range(first, last + 1))
        yield from (f"{letter}{f.rad}" for letter in letters)
        return
    yield from (f"{letter}{number}" for letter, number in found)
    if not found:
        yield f"A{f.rad}"


def _mark(sheet: Worksheet, address: str, said: str) -> None:
    cell = sheet[address]
    if isinstance(cell, MergedCell) or not isinstance(cell, Cell):
        return
    before = cell.comment.text if cell.comment else ""
    if said not in before:
        text = f"{before}\n\n{said}" if before else said
        cell.comment = Comment(text, "Uppföljning", width=360, height=160)
    cell.fill = MARK


def _listed(
    book: Workbook, shown: Sequence[Remark], total: int, part: Extract | None = None
) -> None:
    sheet = book.create_sheet(_free(SHEET if part is None else EXTRACT_SHEET, book.sheetnames))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 100
    sheet["A1"], sheet["A1"].font = "Celler att rätta", TITLE
    more = f" Här står {len(shown)} av {total}." if len(shown) < total else ""
    sheet["A2"] = "Cellerna är markerade med färg och har en kommentar." + more
    if part is not None:
        sheet["A3"] = (
            "Filen är för stor att kopiera hel. Här står dess första rader och de rader som har "
            f"något att rätta; längst till höger, under ”{ROW}”, står radens nummer i filen. Rätta "
            "i filen själv: ett utdrag kan inte läsas in i dess ställe."
        )
    for row, remark in enumerate(shown, start=4 if part is None else 5):
        said = remark.said.replace("\n", " ")
        for column, text in enumerate((remark.place, said), start=1):
            cell = sheet.cell(row, column, text)
            cell.data_type, cell.alignment = "s", WRAPPED


def _free(name: str, taken: Iterable[str]) -> str:
    return name if name not in set(taken) else f"{name} (kontroll)"
