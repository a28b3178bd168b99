"""What may be told as a table: facts put together, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import PredicateError
from pipeline.facts.fact import Fact, spliced
from pipeline.facts.table import FactTable, Joined

ACROSS = 4  # lines over years that stand side by side in a table; more go down the page


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Questions with one scale, one under the other: (label, shares over the scale)."""

    title: str
    rows: tuple[tuple[str, FactTable], ...]

    @property
    def missing(self) -> bool:
        return not self.rows or self.rows[0][1].missing


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Facts over years: label → facts in year order (the same years for all)."""

    title: str
    lines: tuple[tuple[str, tuple[Fact, ...]], ...]

    @property
    def missing(self) -> bool:
        return not any(facts for _, facts in self.lines)


@dataclass(frozen=True, slots=True, eq=False)
class Uncertain:
    """A table with the limits, lower and upper, of its shares' intervals, by the share's id."""

    table: FactTable | Joined | Series
    limits: Mapping[str, tuple[Fact, Fact]]

    @property
    def title(self) -> str:
        return title(self.table)

    @property
    def missing(self) -> bool:
        first = self.table.tables[0] if isinstance(self.table, Joined) else self.table
        return first.missing


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Facts of any kinds: `columns` are (header, format), the first that of the labels; `rows`
    are (label, one fact a column, None for an empty cell)."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Fact | None, ...]], ...]

    @property
    def missing(self) -> bool:
        facts = [f for _, row in self.rows for f in row if f is not None]
        return all(f.status == "saknas" for f in facts)


@dataclass(frozen=True, slots=True, eq=False)
class TextGrid:
    """A table put together by hand: texts with facts in them, for what no single measure gives.

    `heads`: those of the columns, the first over the row labels. `rows`: (label, one text a
    column); a text without a fact says why there is none.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    total: str = ""  # the label of the row for all together

    @property
    def missing(self) -> bool:
        told = [piece[0] for _, cells in self.rows for text in cells for piece in spliced(text)
                if not isinstance(piece, str)]  # fmt: skip
        return all(f.status == "saknas" for f in told)


@dataclass(frozen=True, slots=True, eq=False)
class KeyFigure:
    """A measure over years (the last is the edition's), the target it is held against (`wish`:
    minst or högst) and the wording of whether it is reached. `unit`: what a number counts."""

    line: tuple[Fact, ...]
    target: Fact | None = None
    wish: str = ""
    met: Fact | None = None
    unit: str = ""

    @property
    def label(self) -> str:
        title = self.line[-1].title
        return f"{title} ({self.unit})" if self.unit else title


@dataclass(frozen=True, slots=True, eq=False)
class KeyFigures:
    """Key figures, one under the other; all over the same years."""

    title: str
    figures: tuple[KeyFigure, ...]

    @property
    def missing(self) -> bool:
        return self.grid.missing

    @property
    def grid(self) -> TextGrid:
        """They as a table: every year, the difference from last year, the target."""
        years = [f.period for f in self.figures[0].line] if self.figures else []
        change = ("Skillnad mot förra året",) if len(years) > 1 else ()
        heads = ("Nyckeltal", *years, *change, "Mål", "Målet")
        rows = []
        for each in self.figures:
            told = [f"{fact}" for fact in each.line]
            told += [f"{each.line[-1] - each.line[-2]:+}" for _ in change]
            told += (
                ["–", "–"] if each.met is None else [f"{each.wish} {each.target}", f"{each.met}"]
            )
            rows.append((each.label, tuple(told)))
        return TextGrid(f"{self.title}, {years[-1]}" if years else self.title, heads, tuple(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Counts of months in order of time, as (year, month, count), and their median; of no months
    there is none."""

    title: str
    points: tuple[tuple[str, str, Fact], ...]
    median: Fact | None

    @property
    def missing(self) -> bool:
        return not self.points

    def grid(self) -> Grid:
        """Months down, years across."""
        found = {(month, year): fact for year, month, fact in self.points}
        years = tuple(dict.fromkeys(year for year, _, _ in self.points))
        rows = tuple(
            (month, tuple(found.get((month, year)) for year in years))
            for month in dict.fromkeys(month for _, month, _ in self.points)
        )
        return Grid(self.title, (("Månad", ""), *((year, "") for year in years)), rows)


class Gridded(Protocol):
    """What is told as a table of its own making: `facts` are the numbers that are drawn."""

    @property
    def title(self) -> str: ...
    @property
    def missing(self) -> bool: ...
    @property
    def grid(self) -> TextGrid: ...
    @property
    def facts(self) -> tuple[Fact, ...]: ...


Tabular = (
    Gridded | FactTable | Joined | Stack | Series | Grid | TextGrid | KeyFigures | Run | Uncertain
)


def grid(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[Fact | None]]) -> Grid:
    """A grid as an author writes it: `Header|format`, label → facts. Raises PredicateError for a
    row that does not fill the columns."""
    heads = tuple((head, spec) for head, _, spec in (c.partition("|") for c in columns))
    for label, facts in rows.items():
        if len(facts) != len(heads) - 1:
            raise PredicateError(f"Raden ”{label}” har inte ett faktum för varje kolumn.")
    return Grid(title, heads, tuple((label, tuple(facts)) for label, facts in rows.items()))


def parts(table: Tabular | Sequence[Fact]) -> tuple[FactTable, ...]:
    """The tables that a table is put together of."""
    if isinstance(table, FactTable):
        return (table,)
    if isinstance(table, Joined):
        return table.tables
    if isinstance(table, Uncertain):
        return parts(table.table)
    return tuple(t for _, t in table.rows) if isinstance(table, Stack) else ()


def title(table: Tabular) -> str:
    """A table's own title; of tables side by side the last one's."""
    return table.tables[-1].title if isinstance(table, Joined) else table.title
