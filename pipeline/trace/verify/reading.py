"""The raw files once more: openpyxl, xlrd, pandas, csv, json and nothing of `pipeline.intake`.

A cell is a pair (kind, text): `s` text, `n` number, `b` yes or no, `d` date, `e` what cannot be
valued (#N/A, a formula without an answer). Blank cells are None.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.escape import unescape

from pipeline.trace.verify.encoded import text_of
from pipeline.trace.verify.formats import ods_sheets, statistics_table, xls_sheets
from pipeline.workspace import LITTER

if TYPE_CHECKING:
    from pipeline.trace.verify.tools import Layout

Cell = tuple[str, str] | None
Rows = list[list[Cell]]
SEPARATORS = (";", ",", "\t", "|")
BOOKS, TEXTS = (".xlsx", ".xlsm", ".xls", ".ods"), (".csv", ".tsv", ".tab")
STATISTICS = (".sav", ".zsav", ".dta")
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
KOLADA = "kpi municipality period gender count status value isdeleted hamtad".split()
_BLANK = " \t\r\n\u00a0"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # with its end, as it stands


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it lies in a file. `readings`: the same file under different separators, of
    which the one that shows a form is right; other files have one reading. `layout`: where the
    file itself, or a mapping file, says what its columns are."""

    file: str
    name: str
    readings: Iterable[Rows]
    layout: Layout | None = None

    @property
    def source(self) -> str:
        return f"{self.file}!{self.name}" if self.name else self.file


def year_sheets(raw: Path, year: int, skip: Sequence[str]) -> Iterator[Sheet]:
    """Every sheet of RAW/<year> and RAW/kolada, in the order of the files' names.

    A file with the bytes of one before it is not read again; `skip` is `hoppa_over`.
    """
    passed = {plain_name(s) for s in skip}
    seen: set[str] = set()
    for name, path in _files(raw, year):
        suffix = path.suffix.lower()
        if plain_name(name) in passed or suffix not in (*BOOKS, *TEXTS, *STATISTICS, ".json"):
            continue
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            sheets = list(sheets_of(name, suffix, data))
        except Exception:  # whatever a damaged file makes a library raise: it holds no table
            sheets = [Sheet(name, "", ())]
        yield from (s for s in sheets if plain_name(s.source) not in passed)


def raw_years(raw: Path, last: int) -> list[int]:
    """Years that have files, oldest first, up to `last`."""
    found = [int(p.name) for p in raw.iterdir() if p.is_dir() and _is_year(p.name)]
    return sorted(y for y in found if y <= last and any(_in(raw / str(y))))


def _is_year(name: str) -> bool:
    return len(name) == 4 and name.isdigit() and name[:2] in ("19", "20")


def _in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (p for p in folder.iterdir() if p.is_file() and not LITTER.search(p.name))


def _files(raw: Path, year: int) -> list[tuple[str, Path]]:
    named = [(unicodedata.normalize("NFC", p.name), p) for p in _in(raw / str(year))]
    for p in _in(raw / "kolada"):
        if p.suffix.lower() == ".json":
            named.append(("kolada/" + unicodedata.normalize("NFC", p.name), p))
    return sorted(named, key=lambda item: item[0])


def plain_name(text: str) -> str:
    """A file or sheet as lists in kommun.toml name it."""
    return unicodedata.normalize("NFC", text.replace("\\", "/")).strip().casefold()


def sheets_of(name: str, suffix: str, data: bytes) -> Iterator[Sheet]:
    if suffix in BOOKS:
        yield from _book(name, data)
    elif suffix in TEXTS:
        yield Sheet(name, "", _Separated(data))
    elif suffix in STATISTICS:
        values, layout = statistics_table(data, suffix)
        yield Sheet(name, "", ([[cell_of(v) for v in r] for r in values],), layout)
    else:
        yield Sheet(name, "", (_kolada(data),))


def _book(name: str, data: bytes) -> Iterator[Sheet]:
    """A workbook of any format; which, its bytes tell."""
    if data.startswith(OLE):
        for title, rows in xls_sheets(data):
            yield Sheet(name, title, ([[_excel(v, k) for v, k in r] for r in rows],))
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        open_document = "content.xml" in archive.namelist()
    if open_document:
        for title, rows in ods_sheets(data):
            yield Sheet(name, title, ([[_excel(v, k) for v, k in r] for r in rows],))
    else:
        yield from _workbook(name, data)


def _workbook(name: str, data: bytes) -> Iterator[Sheet]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True) if _any(data) else None
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        found = [list(row) for row in sheet.iter_rows()]
        rows = [[_excel(c.value, c.data_type) for c in row] for row in found]
        if formulas is not None:
            twin = formulas[sheet.title]
            twin.reset_dimensions()
            for row, held, said in zip(rows, found, twin.iter_rows(), strict=False):
                for j, cell in enumerate(said[: len(row)]):
                    # A formula whose answer is an empty text has the type of a text.
                    text = held[j].data_type in ("s", "str")
                    if row[j] is None and cell.data_type == "f" and not text:
                        row[j] = ("e", "#FORMEL")
        yield Sheet(name, sheet.title, (rows,))


def _any(data: bytes) -> bool:
    """Whether the workbook holds a formula: only then is it read a second time."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        return any(b"<f>" in (xml := archive.read(n)) or b"<f " in xml for n in parts)


def _excel(value: Any, kind: str) -> Cell:
    if isinstance(value, str) and "_x" in value:
        value = unescape(value)  # `_x000D_`: a control character as Excel writes it
    return ("e", str(value)) if kind == "e" else cell_of(value)


def cell_of(value: Any) -> Cell:
    """A value as kind and text; what is empty, or only blanks, is None."""
    if value is None or value == "" or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool):
        return "b", str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return "n", str(int(value))
    if isinstance(value, int | float):
        return "n", repr(value)
    if isinstance(value, dt.datetime):
        whole = value.time() == dt.time()
        return "d", value.date().isoformat() if whole else str(value)
    if isinstance(value, dt.date):
        return "d", value.isoformat()
    text = str(value)
    return ("s", text) if text.strip(_BLANK) else None


class _Separated:
    """A text file under each separator it may have, read anew each time: of a file of a million
    rows one reading at a time is held."""

    def __init__(self, data: bytes) -> None:
        text = text_of(data)
        hint = text[:5]
        given = hint.lower().startswith("sep=") and text[5:6] in ("\r", "\n")
        self._text = text[5:].removeprefix("\r").removeprefix("\n") if given else text
        self._separators = (hint[4],) if given else SEPARATORS

    def __iter__(self) -> Iterator[Rows]:
        csv.field_size_limit(1 << 24)
        for separator in self._separators:
            lines = (line[0] for line in _LINE.finditer(self._text))
            cells = _Cells()
            try:
                yield [[cells[c] for c in r] for r in csv.reader(lines, delimiter=separator)]
            except csv.Error:
                continue


class _Cells(dict[str, Cell]):
    """Text → cell: answers are few and given by many, and each is held once."""

    def __missing__(self, text: str) -> Cell:
        made = self[text] = cell_of(text)
        return made


def _kolada(data: bytes) -> Rows:
    """One row an inner value below a header row."""
    document = json.loads(data.decode("utf-8-sig"))
    rows: list[list[Any]] = [list(KOLADA)]
    for page in document if isinstance(document, list) else [document]:
        for entry in page["values"]:
            inner = entry.get("values")
            for value in inner if isinstance(inner, list) else [entry]:
                rows.append(
                    [
                        str(entry["kpi"]), str(entry["municipality"]), int(entry["period"]),
                        value.get("gender", "T"), value.get("count"), value.get("status"),
                        value["value"], bool(value.get("isdeleted", False)),
                        value["hamtad"] if "hamtad" in value else page.get("hamtad"),
                    ]
                )  # fmt: skip
    return [[cell_of(c) for c in row] for row in rows]
