"""A set of source cells, by sheet and field: one boolean a row. Millions of cells fit in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Marks = npt.NDArray[np.bool_]  # marks[row]: whether the spreadsheet's row is in the set
WHOLE_ROW = ""  # the field of a row that counts without any of its cells being read


@dataclass(frozen=True, slots=True, order=True)
class Sheet:
    """A source of a year: `avslut.xlsx!Svar` of RAW/2025."""

    year: int
    kalla: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one row. `column`: its letter, empty for the row as a whole."""

    sheet: Sheet
    row: int
    field: str
    column: str

    @property
    def address(self) -> str:
        """`avslut.xlsx!Svar!H14`; `avslut.xlsx!Svar!14:14` for a whole row."""
        place = f"{self.column}{self.row}" if self.column else f"{self.row}:{self.row}"
        return f"{self.sheet.kalla}!{place}"


@dataclass(slots=True)
class CellSet:
    """Cells by sheet and field, in the order they were added. Equal arrays may be shared: a set
    is filled once and then only read."""

    marks: dict[Sheet, dict[str, Marks]] = field(default_factory=dict)

    def add(self, sheet: Sheet, name: str, rows: Marks) -> None:
        """The rows of one field of a sheet."""
        fields = self.marks.setdefault(sheet, {})
        known = fields.get(name)
        fields[name] = rows if known is None else _either(known, rows)

    def update(self, other: CellSet) -> None:
        """All cells of another set."""
        for sheet, fields in other.marks.items():
            for name, rows in fields.items():
                self.add(sheet, name, rows)

    def has(self, sheet: Sheet, row: int, name: str) -> bool:
        """Whether the field of this row is in the set."""
        rows = self.marks.get(sheet, {}).get(name)
        return rows is not None and row < len(rows) and bool(rows[row])

    def rows(self) -> int:
        """Rows with at least one cell in the set."""
        return sum(int(np.count_nonzero(_union(f))) for f in self.marks.values())

    def total(self, sources: Mapping[int, Mapping[str, Any]]) -> int:
        """The number of spreadsheet cells. `sources`: kallor.json by year."""
        return sum(
            int(np.count_nonzero(rows)) * len(letters(sources[sheet.year], sheet, name))
            for sheet, fields in self.marks.items()
            for name, rows in fields.items()
        )

    def columns(
        self, sheet: Sheet, sources: Mapping[int, Mapping[str, Any]]
    ) -> Iterator[tuple[str, str, npt.NDArray[np.int64]]]:
        """The columns of a sheet: field, letter, and the rows that are in the set, ascending."""
        for name, marks in self.marks[sheet].items():
            rows = np.flatnonzero(marks)
            for letter in letters(sources[sheet.year], sheet, name):
                yield name, letter, rows

    def cells(self, sources: Mapping[int, Mapping[str, Any]]) -> Iterator[Cell]:
        """The cells, sheet by sheet and row by row."""
        for sheet, fields in self.marks.items():
            columns = {name: letters(sources[sheet.year], sheet, name) for name in fields}
            for row in np.flatnonzero(_union(fields)).tolist():
                for name, rows in fields.items():
                    if row < len(rows) and rows[row]:
                        for letter in columns[name]:
                            yield Cell(sheet, row, name, letter)


def letters(sources: Mapping[str, Any], sheet: Sheet, name: str) -> list[str]:
    """The columns of a field in its sheet; none where the file lacks it."""
    if name == WHOLE_ROW:
        return [""]
    return [x for x in sources[sheet.kalla]["columns"].get(name, ()) if x]


def marked(rows: npt.NDArray[np.int64]) -> Marks:
    """Row numbers as marks."""
    marks = np.zeros(int(rows.max(initial=0)) + 1, dtype=bool)
    marks[rows] = True
    return marks


def _either(a: Marks, b: Marks) -> Marks:
    if a is b:
        return a
    short, long = sorted((a, b), key=len)
    made = long.copy()
    made[: len(short)] |= short
    return made


def _union(fields: Mapping[str, Marks]) -> Marks:
    made = np.zeros(0, dtype=bool)
    for rows in fields.values():
        made = rows if not len(made) else _either(made, rows)
    return made
