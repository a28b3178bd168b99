"""A sheet as it is going to lie in a file, beside what it should come out as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.exempel.lives import Record
from pipeline.forms.codebook import Codebook, Field

Cell = str | int | float | dt.date | dt.datetime | None


class Effect(StrEnum):
    """What cleaning and validation should do with a cell that was spoilt on purpose."""

    QUARANTINED = "karantan"  # the row cannot be used
    BLANKED = "tomd"  # the cell is emptied, the row stays
    FLAGGED = "flaggad"  # the cell stays and counts, and is told
    DUPLICATE = "dubblett"  # another row with the same key is kept
    RECODED = "omkodad"  # an alias of kommun.toml's: nothing is lost
    MASKED = "maskad"  # personal data in a free text
    MISSING = "saknas"  # a required cell that is empty, and may be
    ORPHAN = "saknas_i_bakgrund"  # an insats_id that no row of bakgrund has


@dataclass(frozen=True, slots=True)
class Mark:
    """One planted fault: in which field, of what kind, to what effect."""

    field: str
    kind: str
    effect: Effect


@dataclass(slots=True)
class Row:
    """`cells` as written, by column key; `clean` as the codes that should come out, by field.

    `when`: when a survey tool would have received it; `start`: when the insats started, if
    bakgrund says so.
    """

    cells: dict[str, Cell]
    clean: Record
    when: dt.datetime
    start: dt.date | None = None
    status: str = "behandlad"
    marks: list[Mark] = field(default_factory=list)
    number: int = 0

    def copy(self, when: dt.datetime) -> Row:
        return Row(dict(self.cells), dict(self.clean), when, self.start)


@dataclass(slots=True)
class Sheet:
    """`header`: column key → text. A key is a field's name, `field__option` for a column of
    one option, or, with `+` in front, a column that no form knows."""

    year: int
    file: str
    sheet: str
    table: str
    header: Mapping[str, str]
    rows: list[Row]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."

    @property
    def source(self) -> str:
        return f"{self.file}!{self.sheet}" if self.sheet else self.file

    @property
    def header_row(self) -> int:
        return len(self.above) + 1

    def number_rows(self) -> None:
        """Give every row the number that the spreadsheet shows."""
        for number, row in enumerate(self.rows, start=self.header_row + 1):
            row.number = number


def headers(book: Codebook, keys: tuple[str, ...], other: Mapping[str, str]) -> dict[str, str]:
    """Column key → header: the codebook's title unless `other` has another text."""
    made = {}
    for key in keys:
        known = key if key in other or key.startswith("+") else book.field(key).title
        made[key] = other.get(key, known.removeprefix("+"))
    return made


@dataclass(frozen=True, slots=True)
class Style:
    """How a file's people write: with labels, or `short`; scales as a label, a number or both."""

    short: bool = False
    scale: str = "label"
    trailing: bool = False  # Microsoft Forms ends a several-choice answer with its delimiter


class Words:
    """Codes of one codebook as texts."""

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self._categories = {
            f.name: {c.value: c for c in f.categories} for f in book.fields if f.categories
        }

    def write(self, name: str, value: object, style: Style) -> Cell:
        """One cell. None stays None."""
        if value is None:
            return None
        if isinstance(value, bool):
            return "Ja" if value else "Nej"
        if isinstance(value, tuple):
            joined = ";".join(str(self.write(name, v, style)) for v in value)
            return joined + ";" if style.trailing else joined
        if name in self._categories:
            return self._option(self.book.field(name), value, style)
        assert isinstance(value, (str, int, float, dt.date))
        return value

    def _option(self, field: Field, value: object, style: Style) -> Cell:
        assert isinstance(value, (str, int))
        category = self._categories[field.name][value]
        if field.type == "integer" and isinstance(value, int):
            if style.scale == "number":
                return value
            return f"{value} - {category.label}" if style.scale == "both" else category.label
        if style.short and category.aliases and field.type != "list":
            return category.aliases[0]
        return category.label
