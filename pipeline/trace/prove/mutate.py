"""Drawing a raw cell at random and another content for it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.raw import Cell, Recognised
from pipeline.trace.prove.cells import COMPARATORS, Mutation, Place
from pipeline.trace.prove.world import World

VALUE, MISSING, UNKNOWN, SCALE = "annat värde", "saknas", "okänd kod", "utanför skalan"
SHIFTED, UNREADABLE = "datum flyttat", "oläsligt datum"
OTHER_KEY, NEW_KEY, UNIT = "annan rads nyckel", "ny nyckel", "annan enhet"
KINDS = (VALUE, MISSING, UNKNOWN, SCALE, SHIFTED, UNREADABLE, OTHER_KEY, NEW_KEY, UNIT)
NONSENSE = ("zzz", "okänd kod 99", "#", "vet nog")
NO_DATES = ("i våras", "31/31/2025", "2025-02-30", "03/04/2025", "25-01-02")
TRIES = 200


@dataclass(frozen=True, slots=True)
class _Column:
    year: int
    found: Recognised
    field: Field
    column: int


class Deck:
    """The mutations of a workspace, drawn with a seed."""

    def __init__(self, world: World, seed: int | str) -> None:
        self._dice = random.Random(seed)
        self._year = world.year
        self._columns: dict[str, list[_Column]] = {kind: [] for kind in KINDS}
        for c in _columns(world):
            for kind in KINDS:
                if _fits(kind, c.field, c.found.codebook):
                    self._columns[kind].append(c)
        self._kinds = [k for k in KINDS if self._columns[k]]

    def draw(self) -> Mutation:
        """A cell whose content becomes another."""
        for _ in range(TRIES if self._kinds else 0):
            kind = self._dice.choice(self._kinds)
            c = self._column(kind)
            row = self._dice.choice(counted(c.found))
            before = cell(c.found, row, c.column)
            after = self._after(kind, c, before)
            if str(after) != str(before) and not (after in ("", None) and before in ("", None)):
                name = c.found.codebook.name
                place = Place(c.year, c.found.raw.source, row, c.column, name, c.field.name)
                return Mutation(place, kind, before, after)
        raise UppfoljningError(
            "Underlaget har för få celler att ändra: beviset behöver minst en tabell med rader."
        )

    def _column(self, kind: str) -> _Column:
        """Every second cell from the edition's own year, which most numbers are about."""
        columns = self._columns[kind]
        own = [c for c in columns if c.year == self._year]
        return self._dice.choice(own if own and self._dice.random() < 0.5 else columns)

    def _after(self, kind: str, c: _Column, before: Cell) -> Cell:
        makers: dict[str, Callable[[_Column, Cell], Cell]] = {
            VALUE: self._value, UNIT: self._value, OTHER_KEY: self._of_another_row,
            MISSING: lambda c, _: None if c.found.raw.kind == "kolada" else "",
            UNKNOWN: lambda *_: self._dice.choice(NONSENSE),
            SCALE: lambda c, _: _as_read(c, self._dice.choice((-7, 99, 1234567))),
            SHIFTED: self._shifted,
            UNREADABLE: lambda *_: self._dice.choice(NO_DATES),
            NEW_KEY: lambda c, _: _as_read(c, self._new_key(c)),
        }  # fmt: skip
        return makers[kind](c, before)

    def _value(self, c: _Column, before: Cell) -> Cell:
        if c.field.categories and c.field.type != "list" and self._dice.random() < 0.5:
            chosen = self._dice.choice(c.field.categories)
            return _as_read(c, self._dice.choice((chosen.value, chosen.label)))
        return self._of_another_row(c, before)

    def _of_another_row(self, c: _Column, before: Cell) -> Cell:
        return cell(c.found, self._dice.choice(c.found.rows), c.column)

    def _shifted(self, c: _Column, before: Cell) -> Cell:
        days = dt.timedelta(self._dice.choice((-1, 1)) * self._dice.randint(1, 400))
        if isinstance(before, dt.date):
            return before + days
        try:
            return (dt.date.fromisoformat(str(before)[:10]) + days).isoformat()
        except ValueError:
            return before

    def _new_key(self, c: _Column) -> int | str:
        number = self._dice.randint(10**6, 10**7)
        if c.field.type == "integer":
            return number
        if c.field.categories:
            return str(self._dice.choice(c.field.categories).label)
        return f"NY{number}"


def counted(found: Recognised) -> Sequence[int]:
    """The rows that are answers. One that is set aside stays so whatever its cells say."""
    return [r for r in found.rows if r not in found.set_aside] if found.set_aside else found.rows


def cell(found: Recognised, row: int, column: int) -> Cell:
    cells = found.raw.rows[row - 1]
    return cells[column] if column < len(cells) else ""


def _columns(world: World) -> Sequence[_Column]:
    return [
        _Column(year, r, r.codebook.field(name), column)
        for year, sources in world.found.items()
        for r in sources.values()
        if counted(r) and r.raw.file not in world.twins
        and (year == world.year or not r.raw.file.startswith(COMPARATORS))
        for name, columns in r.columns.items()
        for column in columns
        if column >= 0
    ]  # fmt: skip


def _as_read(c: _Column, value: int | str) -> Cell:
    """As the reader gives it: a text file holds only texts."""
    return str(value) if c.found.raw.kind == "csv" else value


def _fits(kind: str, field: Field, book: Codebook) -> bool:
    keys = {*book.primary_key, *(f for k in book.foreign_keys for f in k.fields)}
    if kind in (OTHER_KEY, NEW_KEY):
        return field.name in keys
    if kind == UNIT:
        return field.catalogue == "enheter" or field.name == "enhet"
    if kind in (SHIFTED, UNREADABLE):
        return field.type == "date"
    if kind == SCALE:
        return field.type in ("integer", "number")
    return True
