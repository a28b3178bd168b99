"""Raw tables as they lie in a file: nothing typed, nothing lost, every cell addressable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.forms.codebook import Codebook, Field

Cell = object  # str | int | float | bool | date | datetime | None
Readings = tuple[str, ...]  # what one column may be called, the surest first


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a tool has laid out its export.

    `header_rows`: 1-based, of which `headers` is the sum: a column's readings, `()` where it has
    none. `first_row`: 1-based, where the answers begin. `meta`: 0-based columns in which the tool
    itself writes about the answer. `set_aside`: 1-based row → key of `dialects.RULES`, for answers
    that the tool marks as incomplete, tests or previews; `decided_by`: the columns that say so.
    `values`: 0-based column → what a text in it stands for (mapping files only).
    """

    name: str
    title: str
    header_rows: tuple[int, ...]
    headers: tuple[Readings, ...]
    first_row: int
    meta: frozenset[int] = frozenset()
    set_aside: Mapping[int, str] = field(default_factory=dict)
    decided_by: tuple[int, ...] = ()
    values: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    form: str = ""  # the one form it may be (mapping files only)
    said: str = ""  # Swedish: what the file is


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet of a file, or a file that has no sheets.

    `rows[i][j]` is the cell in spreadsheet row i + 1, column j + 1; rows may be of unequal
    length. `file` is relative to the year's folder (docs/architecture.md). `formulas`: the text
    of cells that hold one, without `=`. `titles`, `labels`: what a statistics file says of its
    columns (0-based): the question, and the label of each value. `dialect`: what is known of the
    tool that wrote the file, None where it is nobody's in particular.
    """

    file: str
    sha256: str
    sheet: str
    kind: str
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    problems: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (row, column) 1-based
    hidden: bool = False  # the sheet as a whole
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, Mapping[Cell, str]] = field(default_factory=dict)
    dialect: Dialect | None = None

    def header(self, index: int) -> Sequence[Cell | Readings]:
        """A row (0-based) as headers: where the file's tool is known and this is one of its
        header rows, what each column may be called by all of them together."""
        if self.dialect is not None and index + 1 in self.dialect.header_rows:
            return self.dialect.headers
        return self.rows[index]

    @property
    def source(self) -> str:
        """The key `_kalla` of every row of this table: `avslut.xlsx!Svar`."""
        return f"{self.file}!{self.sheet}" if self.sheet else self.file


@dataclass(frozen=True, slots=True)
class Recognised:
    """A raw table whose form is known.

    `columns`: field name → 0-based column indices (several for a list field laid out as dummy
    columns, in the order of `headers.dummies(field)`; -1 where one is not in the file).
    `rows`: 1-based rows of the table. `notes`: 1-based rows with something in them that are not
    rows of the table: titles above it, notes below it, further header rows.
    """

    raw: RawTable
    codebook: Codebook
    header_row: int
    columns: Mapping[str, tuple[int, ...]]
    unread: tuple[str, ...]
    rows: tuple[int, ...]
    notes: tuple[int, ...]
    note: str = ""  # Swedish: what was passed over in the sheet, and why
    spread_fields: frozenset[str] = frozenset()  # list fields laid out as dummy columns
    set_aside: Mapping[int, str] = field(default_factory=dict)  # of `rows`, as in Dialect

    def spread(self, field: Field) -> bool:
        """Whether a list field stands in dummy columns, one an option."""
        return field.name in self.spread_fields


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file or a sheet that gives no rows, and the reason (Swedish, no cell values)."""

    file: str
    sha256: str
    sheet: str
    kind: str
    reason: str

    @property
    def source(self) -> str:
        return f"{self.file}!{self.sheet}" if self.sheet else self.file


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(source: str, column: int, row: int) -> str:
    """`avslut.xlsx!Svar!H14` from a source, a 0-based column and a 1-based row."""
    return f"{source}!{column_letter(column)}{row}"
