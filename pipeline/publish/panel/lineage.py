"""The cells that every number of an edition rests on, all at once, as the page will hold them.

Lineage is `pipeline.trace`'s; here it is gathered by column, so that 900 numbers over the same
sheet share its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import UppfoljningError
from pipeline.trace import reach
from pipeline.trace.cellset import CellSet, Sheet, letters
from pipeline.trace.lineage import STAFF
from pipeline.trace.raw_values import RawFiles
from pipeline.workspace import Workspace

Rows = npt.NDArray[np.int64]
Members = Mapping[tuple[int, str], Rows]  # (source, column's letters) → rows, ascending
Record = Mapping[str, Any]
MANY, SOME = 10_000, 200  # over so many rows, so many cells are held
BATCH = 10_000  # cells read at a time


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet, in the rows that some number rests on.

    `values`: raw, one a row, None where the cell is empty; no values when `withheld` (free text)
    or when the file has changed. `rules`: what cleaning and validation did → in which rows.
    """

    title: str
    rows: Rows
    values: Sequence[str | None] = ()
    withheld: bool = False
    rules: Mapping[str, Rows] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One sheet of a year's file. `rules`: cleaning rule → how many of its cells it touched.
    `intact` is False when the file is gone or no longer the one that was cleaned."""

    year: int
    name: str
    file: str
    sha256: str
    sheet: str
    rules: Mapping[str, int] = field(default_factory=dict)
    intact: bool = True
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lineage:
    """`cells`: fact → its cells by place in `sources` and column ("": rows counted as a whole);
    the first of them where they are very many. `totals`: fact → how many they are.
    `withheld`: fact → why cells of it are not shown."""

    sources: Sequence[Source]
    cells: Mapping[str, Members]
    totals: Mapping[str, int]
    withheld: Mapping[str, str] = field(default_factory=dict)


def trace_all(workspace: Workspace, year: int, records: Iterable[Record]) -> Lineage:
    """The lineage of these ledger rows of the edition of `year`."""
    return _Gathering(reach.Lineage(workspace, year, records)).lineage()


class _Gathering:
    def __init__(self, found: reach.Lineage) -> None:
        self.found = found
        self.about = found.tables.sources
        self.raw = RawFiles(found.tables)
        self.sheets: dict[Sheet, int] = {}
        self.fields: dict[tuple[int, str], str] = {}

    def lineage(self) -> Lineage:
        cells: dict[str, Members] = {}
        totals: dict[str, int] = {}
        staff: list[str] = []
        for fact in self.found.records:
            whole = self.found.members(fact)
            if self.found.rests_on_staff(fact, whole):
                staff.append(fact)
            counted = self.found.without_staff(whole)
            totals[fact] = counted.total(self.about)
            every = self._all(counted)
            cells[fact] = _first(every) if counted.rows() > MANY else every
        needed: dict[tuple[int, str], list[Rows]] = {}
        for members in cells.values():
            for key, rows in members.items():
                needed.setdefault(key, []).append(rows)
        together = {
            k: np.unique(np.concatenate(many)) for k, many in sorted(needed.items()) if k[1]
        }
        sources = [self._source(sheet, together) for sheet in self.sheets]
        return Lineage(sources, cells, totals, dict.fromkeys(staff, STAFF))

    def _all(self, counted: CellSet) -> Members:
        rows: dict[int, Rows] = {}  # fields of a sheet often share their marks
        for fields in counted.marks.values():
            for marks in fields.values():
                if id(marks) not in rows:
                    rows[id(marks)] = np.flatnonzero(marks)
        return {
            self._key(sheet, name, column): rows[id(marks)]
            for sheet, fields in counted.marks.items()
            for name, marks in fields.items()
            for column in letters(self.about[sheet.year], sheet, name)
        }

    def _key(self, sheet: Sheet, name: str, column: str) -> tuple[int, str]:
        key = (self.sheets.setdefault(sheet, len(self.sheets)), column)
        self.fields.setdefault(key, name)
        return key

    def _source(self, sheet: Sheet, needed: Mapping[tuple[int, str], Rows]) -> Source:
        about = self.about[sheet.year][sheet.kalla]
        number = self.sheets[sheet]
        intact = self._intact(sheet)
        columns = {
            key[1]: self._column(sheet, about["table"] or "", key, rows, intact)
            for key, rows in needed.items()
            if key[0] == number
        }
        return Source(
            sheet.year, sheet.kalla, about["file"], about["sha256"], about["sheet"],
            about["rules"], intact, columns,
        )  # fmt: skip

    def _intact(self, sheet: Sheet) -> bool:
        try:
            self.raw.table(sheet)
        except UppfoljningError:
            return False
        return True

    def _column(
        self, sheet: Sheet, table: str, key: tuple[int, str], rows: Rows, intact: bool
    ) -> Column:
        name = self.fields[key]
        book = self.found.tables.forms.books.get(table)
        withheld = bool(book and book.has(name) and book.field(name).freetext)
        title = self.found.tables.forms.title(table, name)
        if not intact:
            return Column(title, rows, withheld=withheld)
        values: list[str | None] = []
        rules: dict[str, list[int]] = {}
        for start in range(0, len(rows), BATCH):  # a record weighs far more than its value
            some = rows[start : start + BATCH].tolist()
            for cell in self.raw.column(sheet, name, key[1], some):
                values.append(text_of(cell["raw"]))
                for rule in cell["rules"]:
                    rules.setdefault(rule, []).append(cell["row"])
        touched = {rule: np.array(at) for rule, at in sorted(rules.items())}
        return Column(title, rows, [] if withheld else values, withheld, touched)


def _first(every: Members) -> Members:
    """The first cells, sheet by sheet and row by row; a row that is begun is finished."""
    kept: dict[tuple[int, str], Rows] = {}
    left = SOME
    for source in sorted({number for number, _ in every}):
        columns = {key: rows for key, rows in every.items() if key[0] == source}
        first = np.sort(np.concatenate([rows[:left] for rows in columns.values()]))[:left]
        left -= len(first)
        if len(first):
            kept |= {key: rows[rows <= first[-1]] for key, rows in columns.items()}
    return kept


def text_of(raw: str | int | float | bool | None) -> str | None:
    """A raw value as the panel shows it; None where the cell is empty."""
    if isinstance(raw, bool):
        return "SANT" if raw else "FALSKT"
    return None if raw is None else str(raw)
