"""What stands in source cells, as the intake readers read it, and which rules touched it.

Identifiers are shown as pseudonyms, and personal identifiers in texts are masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.convert import (
    MISSING,
    RULES,
    Converter,
    converter,
    dummy_converter,
    translated,
)
from pipeline.intake.headers import fit
from pipeline.intake.mapping import MappingFile, load_mappings, mapped
from pipeline.intake.personal import guarded, shown
from pipeline.intake.raw import Cell as Cell_
from pipeline.intake.raw import RawTable
from pipeline.intake.readers import read_file
from pipeline.intake.stacked import with_stacked_header
from pipeline.intake.year import files
from pipeline.privacy.key import PseudonymKey, key_of
from pipeline.privacy.screen import mask_cell
from pipeline.trace.cellset import Cell, CellSet, Sheet
from pipeline.trace.tables import Tables

VERDICTS = {
    "tomd": "tömd", "flaggad": "flaggad", "karantan": "karantän", "dubblett": "dubblett",
    "maskerad": "maskerad",
}  # fmt: skip
Raw = str | int | float | bool | None
Record = dict[str, Any]
Verdict = tuple[str, str, str]  # what was done, why, to which cells
Verdicts = dict[tuple[str, str], dict[int, list[Verdict]]]  # (source, field) → row → …


class RawFiles:
    """The raw files of a workspace. Each is read once, when a cell of it is first asked for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._read: dict[tuple[str, int], dict[str, RawTable]] = {}
        self._paths: dict[int, dict[str, Path]] = {}
        self._columns: dict[tuple[Sheet, str, str], _Column] = {}
        self._said: dict[int, Verdicts] = {}

    @cached_property
    def _key(self) -> PseudonymKey:
        return key_of(self._tables.workspace)

    @cached_property
    def _mappings(self) -> tuple[MappingFile, ...]:
        forms = self._tables.forms
        return load_mappings(self._tables.workspace.raw / "formular", forms.books)

    def record(self, cell: Cell) -> Record:
        """A cell as answers show it: where, `raw` (what stands there; None where it is blank,
        and for a row as a whole), and `rules`: the rules of cleaning that touched the cell and
        what validation said of it."""
        return self.column(cell.sheet, cell.field, cell.column, [cell.row])[0]

    def column(self, sheet: Sheet, field: str, letter: str, rows: Sequence[int]) -> list[Record]:
        """Cells of one column, in these rows."""
        key = (sheet, field, letter)
        if key not in self._columns:
            self._columns[key] = self._column(Cell(sheet, 0, field, letter))
        return self._columns[key].records(rows)

    def raws(self, sheet: Sheet, field: str, letter: str, rows: Sequence[int]) -> list[Raw]:
        """What stands in cells of one column, as answers may show it; None where blank."""
        key = (sheet, field, letter)
        if key not in self._columns:
            self._columns[key] = self._column(Cell(sheet, 0, field, letter))
        return self._columns[key].raws(rows)

    def listed(self, found: CellSet, first: int | None = None) -> list[Record]:
        """The cells of a set, sheet by sheet and row by row; only the `first` of them."""
        made: list[Record] = []
        for sheet in found.marks:
            left = None if first is None else first - len(made)
            columns = [
                self.column(sheet, field, letter, rows[:left].tolist())
                for field, letter, rows in found.columns(sheet, self._tables.sources)
            ]
            made += _row_by_row(columns)[:left]
        return made

    def _column(self, cell: Cell) -> _Column:
        sheet = cell.sheet
        source = self._tables.sources[sheet.year][sheet.kalla]
        place = {
            "year": sheet.year, "file": source["file"], "sha256": source["sha256"],
            "sheet": source["sheet"],
        }  # fmt: skip
        said = self._verdicts(sheet.year).get((sheet.kalla, cell.field), {})
        if not cell.column:
            return _Column(cell, place, None, None, None, said)
        table = self.table(sheet)
        field, convert = self._converter(cell, table)
        return _Column(cell, place, table, field, convert, said)

    def shown(self, sheet: Sheet, row: int, field: str) -> Iterator[Raw]:
        """What stands in a field's cells of a row, as answers may show it; None where blank."""
        letters = self._tables.sources[sheet.year][sheet.kalla]["columns"].get(field) or []
        for letter in letters:
            yield self.record(Cell(sheet, row, field, letter))["raw"] if letter else None

    def table(self, sheet: Sheet) -> RawTable:
        """A sheet as the reader gives it. Raises UppfoljningError where the file has changed or
        is gone since the tables were made."""
        source = self._tables.sources[sheet.year][sheet.kalla]
        # Files of RAW/kolada belong to every year: they too are read once.
        key = (source["file"], 0 if source["file"].startswith("kolada/") else sheet.year)
        if key not in self._read:
            path = self._path(sheet.year, source["file"])
            found = read_file(path, source["file"]) if path and path.is_file() else []
            if not found or found[0].sha256 != source["sha256"]:
                raise UppfoljningError(
                    f"{source['file']} ({sheet.year}): filen är ändrad eller borttagen sedan "
                    "rapporten byggdes, så cellerna går inte att visa.\n"
                    "Gör så här: kör make annual och spåra igen."
                )
            self._read[key] = {
                t.sheet: t for raw in found for t in (raw, *mapped(raw, self._mappings))
            }
        return self._read[key][source["sheet"]]

    def _path(self, year: int, name: str) -> Path | None:
        if year not in self._paths:
            self._paths[year] = {n: p for p, n in files(self._tables.workspace, year)}
        return self._paths[year].get(name)

    def _converter(self, cell: Cell, raw: RawTable) -> tuple[Field | None, Converter | None]:
        source = self._tables.sources[cell.sheet.year][cell.sheet.kalla]
        book: Codebook = self._tables.forms.books[source["table"]]
        if not book.has(cell.field):
            return None, None
        field = book.field(cell.field)
        if field.type == "list" and field.name in _spread(raw, source["header_row"], book):
            place = source["columns"][field.name].index(cell.column)
            convert = dummy_converter(field, book, place)
        else:
            convert = converter(field, book, plain_text=raw.kind == "csv")
        convert = translated(convert, raw.dialect, place_of(cell.column))
        return field, guarded(convert, field, book, self._key)

    def _verdicts(self, year: int) -> Verdicts:
        if year not in self._said:
            path = self._tables.workspace.processed / str(year) / "celler.parquet"
            wanted = ["_kalla", "_rad", "falt", "atgard", "orsak", "adress"]
            found: Verdicts = {}
            rows = pq.read_table(path, columns=wanted)
            for kalla, rad, falt, *said in zip(*(c.to_pylist() for c in rows.columns), strict=True):
                found.setdefault((kalla, falt), {}).setdefault(rad, []).append(tuple(said))
            self._said[year] = found
        return self._said[year]


class _Column:
    """One column of a sheet, ready to be asked for cell after cell. Equal texts are converted
    once."""

    def __init__(
        self, cell: Cell, place: Record, table: RawTable | None,
        field: Field | None, convert: Converter | None, said: Mapping[int, list[Verdict]],
    ) -> None:  # fmt: skip
        self._cell, self._place, self._said = cell, place, said
        self._field, self._convert = field, convert
        self._rows = table.rows if table else ()
        self._index = place_of(cell.column) if cell.column else 0
        self._problems = {
            row: problem
            for (row, column), problem in (table.problems if table else {}).items()
            if column == self._index + 1
        }
        self._formulas = {
            row: mask_cell(formula)[0]
            for (row, column), formula in (table.formulas if table else {}).items()
            if column == self._index + 1
        }
        self._known: dict[tuple[type, object], _Cleaned] = {}
        # Made once: a column may be asked for cell by cell, and have thousands of these.
        self._special = frozenset((*self._said, *self._problems, *self._formulas))

    def raws(self, rows: Sequence[int]) -> list[Raw]:
        """What stands in the cells, as answers show it."""
        known, clean = self._known, self._cleaned
        return [
            (known.get((value.__class__, value)) or clean(value)).raw
            for value in self._values(rows)
        ]

    def records(self, rows: Sequence[int]) -> list[Record]:
        """The cells as answers show them. A number may rest on tens of thousands: what is the
        same for all of them, or for equal values, is looked up once, and no cell holds a list or
        a dict, or the collector would go through them, and with them through everything else
        that the process holds (0.2 s with a year of a million rows)."""
        year, file, sha256, sheet = (self._place[k] for k in ("year", "file", "sha256", "sheet"))
        letter, start = self._cell.column, f"{self._cell.sheet.kalla}!{self._cell.column}"
        known, clean, whole = self._known, self._cleaned, not letter
        made = []
        for row, value in zip(rows, self._values(rows), strict=True):
            raw, rules, _ = known.get((value.__class__, value)) or clean(value)
            made.append(
                {
                    "year": year, "file": file, "sha256": sha256, "sheet": sheet, "row": row,
                    "column": letter,
                    "address": f"{start}{row}:{row}" if whole else f"{start}{row}",
                    "raw": raw, "rules": rules,
                }
            )  # fmt: skip
        if self._special:
            for record, value in zip(made, self._values(rows), strict=True):
                if record["row"] in self._special:
                    record["rules"] = self._told(record["row"], clean(value))
        return made

    def _values(self, rows: Sequence[int]) -> list[Cell_]:
        """What stands in the cells; a row of the file may be shorter than others, or not there."""
        held, at = self._rows, self._index
        try:
            return [held[row - 1][at] for row in rows]
        except IndexError:
            there = [held[row - 1] if row <= len(held) else () for row in rows]
            return [cells[at] if at < len(cells) else None for cells in there]

    def _told(self, row: int, cleaned: _Cleaned) -> tuple[str, ...]:
        """The rules of a cell of which validation or the reader has something to say; the text of
        the formula that gave its value comes first."""
        formula = self._formulas.get(row)
        written = (f"formel: ={formula}",) if formula else ()
        return (*written, *self._remarks(row, cleaned))

    def _remarks(self, row: int, cleaned: _Cleaned) -> tuple[str, ...]:
        said = [
            f"{VERDICTS.get(action, action)}: {reason}"
            for action, reason, address in self._said.get(row, ())
            if _is_about(address or "", replace(self._cell, row=row))
        ]
        if row in self._problems:
            return tuple(said) or (f"oläslig: {self._problems[row]}",)
        kept = (r for r in cleaned.rules if r != cleaned.unreadable)
        return (*kept, *said) if said else cleaned.rules

    def _cleaned(self, value: Cell_) -> _Cleaned:
        key = (value.__class__, value)
        if key not in self._known:
            blank = value is None or value == ""
            made = MISSING if blank or not self._convert else self._convert(value)
            rule = f"{made.rule}: {RULES.get(made.rule, '')}" if made.rule else ""
            unreadable = f"oläslig: {made.error}" if made.error else ""
            rules = tuple(filter(None, (rule, unreadable)))
            self._known[key] = _Cleaned(
                None if blank else plain(self._shown(value)), rules, unreadable
            )
        return self._known[key]

    def _shown(self, value: Cell_) -> object:
        if self._field is None or self._convert is None:
            return mask_cell(value)[0]
        return shown(self._field, self._convert, value)


class _Cleaned(NamedTuple):
    """What cleaning made of a value: as answers show it, the rules used, and the one that says
    that it was unreadable."""

    raw: Raw
    rules: tuple[str, ...]
    unreadable: str


def _row_by_row(columns: Sequence[list[Record]]) -> list[Record]:
    """The columns of a sheet as one list; in a row they keep their order."""
    if len(columns) == 1:
        return columns[0]
    return sorted(chain.from_iterable(columns), key=itemgetter("row"))


def _spread(raw: RawTable, header_row: int, book: Codebook) -> frozenset[str]:
    made = fit(raw.header(header_row - 1), book)
    stacked = None if made.columns else with_stacked_header(raw)
    return made.spread if stacked is None else fit(stacked.header(header_row - 1), book).spread


def plain(value: object) -> Raw:
    """A raw value as JSON holds it: dates and times in ISO form."""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _is_about(address: str, cell: Cell) -> bool:
    """Of an answer in several columns, a remark may be about some of them."""
    named = address.removeprefix(f"{cell.sheet.kalla}!")
    runs = not cell.column or not named or ":" in named
    return runs or f"{cell.column}{cell.row}" in named.split(",")


def place_of(letters: str) -> int:
    """The 0-based place of a column: A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
