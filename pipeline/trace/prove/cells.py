"""A raw cell, and one change of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.intake.raw import Cell, RawTable, address

COMPARATORS = "kolada/"  # files that lie beside the years and belong to all of them


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands. `year`: the folder its file lies in, for Kolada's files the edition's.
    `row` is 1-based, `column` 0-based."""

    year: int
    source: str
    row: int
    column: int
    table: str
    field: str

    @property
    def every_year(self) -> bool:
        return self.source.startswith(COMPARATORS)

    def __str__(self) -> str:
        found = address(self.source, self.column, self.row)
        return found if self.every_year else f"{self.year}/{found}"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One cell with another content. `kind`: the Swedish word for what was done."""

    place: Place
    kind: str
    before: Cell
    after: Cell


def mutated(raw: RawTable, mutation: Mutation) -> RawTable:
    """The raw table as it is read after the change."""
    at, column = mutation.place.row - 1, mutation.place.column
    row = list(raw.rows[at])
    row += [""] * (column + 1 - len(row))
    row[column] = mutation.after
    problems = {k: v for k, v in raw.problems.items() if k != (at + 1, column + 1)}
    rows = (*raw.rows[:at], tuple(row), *raw.rows[at + 1 :])
    return replace(raw, rows=rows, problems=problems)
