"""What stands in source cells, as the intake readers read it, and which rules touched it.

Identifiers are shown as pseudonyms, and personal identifiers in texts are masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.convert import MISSING, RULES, Converter, converter, dummy_converter
from pipeline.intake.headers import fit
from pipeline.intake.personal import guarded, shown
from pipeline.intake.raw import Cell as Cell_
from pipeline.intake.raw import RawTable
from pipeline.intake.readers import read_file
from pipeline.intake.year import files
from pipeline.privacy.key import PseudonymKey, key_of
from pipeline.privacy.screen import mask_cell
from pipeline.trace.cellset import Cell, Sheet
from pipeline.trace.tables import Tables

VERDICTS = {
    "tomd": "tömd", "flaggad": "flaggad", "karantan": "karantän", "dubblett": "dubblett",
    "maskerad": "maskerad",
}  # fmt: skip
Raw = str | int | float | bool | None
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

    def records(self, cells: Iterable[Cell]) -> Iterator[dict[str, Any]]:
        """Cells as answers show them: where, `raw` (what stands there; None where it is blank,
        and for a row as a whole), and `rules`: the rules of cleaning that touched the cell and
        what validation said of it."""
        for cell in cells:
            key = (cell.sheet, cell.field, cell.column)
            column = self._columns.get(key)
            if column is None:
                column = self._columns[key] = self._column(cell)
            yield column.record(cell)

    def _column(self, cell: Cell) -> _Column:
        sheet = cell.sheet
        source = self._tables.sources[sheet.year][sheet.kalla]
        place = {
            "year": sheet.year, "file": source["file"], "sha256": source["sha256"],
            "sheet": source["sheet"],
        }  # fmt: skip
        said = self._verdicts(sheet.year).get((sheet.kalla, cell.field), {})
        if not cell.column:
            return _Column(place, None, 0, None, None, said)
        table = self.table(sheet)
        field, convert = self._converter(sheet, cell.field, cell.column, table)
        return _Column(place, table, _index(cell.column), field, convert, said)

    def shown(self, sheet: Sheet, row: int, field: str) -> Iterator[Raw]:
        """What stands in a field's cells of a row, as answers may show it; None where blank."""
        letters = self._tables.sources[sheet.year][sheet.kalla]["columns"].get(field) or []
        for letter in letters:
            if letter:
                (record,) = self.records([Cell(sheet, row, field, letter)])
                yield record["raw"]
            else:
                yield None

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
            self._read[key] = {t.sheet: t for t in found}
        return self._read[key][source["sheet"]]

    def _path(self, year: int, name: str) -> Path | None:
        if year not in self._paths:
            self._paths[year] = {n: p for p, n in files(self._tables.workspace, year)}
        return self._paths[year].get(name)

    def _converter(
        self, sheet: Sheet, name: str, letter: str, raw: RawTable
    ) -> tuple[Field | None, Converter | None]:
        source = self._tables.sources[sheet.year][sheet.kalla]
        book: Codebook = self._tables.forms.books[source["table"]]
        if not book.has(name):
            return None, None
        field = book.field(name)
        if field.type == "list" and field.name in _spread(raw, source["header_row"], book):
            convert = dummy_converter(field, book, source["columns"][field.name].index(letter))
        else:
            convert = converter(field, book, plain_text=raw.kind == "csv")
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
        self, place: dict[str, Any], table: RawTable | None, index: int,
        field: Field | None, convert: Converter | None, said: Mapping[int, list[Verdict]],
    ) -> None:  # fmt: skip
        self._place, self._said, self._field, self._convert = place, said, field, convert
        self._rows = table.rows if table else ()
        self._problems = table.problems if table else {}
        self._index = index
        self._known: dict[tuple[type, object], tuple[list[str], str]] = {}

    def record(self, cell: Cell) -> dict[str, Any]:
        """The cell as answers show it."""
        value = self._value(cell.row)
        return {
            **self._place, "row": cell.row, "column": cell.column, "address": cell.address,
            "raw": plain(self._shown(value)), "rules": self._rules(cell, value),
        }  # fmt: skip

    def _shown(self, value: Cell_) -> object:
        if self._field is None or self._convert is None or value is None:
            return mask_cell(value)[0]
        return shown(self._field, self._convert, value)

    def _value(self, row: int) -> Cell_:
        cells = self._rows[row - 1] if row <= len(self._rows) else ()
        value = cells[self._index] if self._index < len(cells) else None
        return None if value == "" else value

    def _rules(self, cell: Cell, value: Cell_) -> list[str]:
        verdicts = self._said.get(cell.row)
        problem = self._problems.get((cell.row, self._index + 1)) if self._problems else None
        if not verdicts and not problem:
            return self._cleaned(value)[0]
        said = [
            f"{VERDICTS.get(action, action)}: {reason}"
            for action, reason, address in verdicts or ()
            if _is_about(address or "", cell)
        ]
        if problem:
            return said or [f"oläslig: {problem}"]
        rules, unreadable = self._cleaned(value)
        return [r for r in rules if r != unreadable] + said if said else rules

    def _cleaned(self, value: Cell_) -> tuple[list[str], str]:
        """The rules that cleaning used on a value, and the one that says it was unreadable."""
        key = (value.__class__, value)
        if key not in self._known:
            made = MISSING if value is None or not self._convert else self._convert(value)
            rules = [f"{made.rule}: {RULES.get(made.rule, '')}"] if made.rule else []
            unreadable = f"oläslig: {made.error}" if made.error else ""
            self._known[key] = ([*rules, unreadable] if unreadable else rules, unreadable)
        return self._known[key]


def _spread(raw: RawTable, header_row: int, book: Codebook) -> frozenset[str]:
    return fit(raw.rows[header_row - 1], book).spread


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


def _index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
