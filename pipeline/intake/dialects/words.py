"""What the dialect modules share: cells as words, and headers told in pieces."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from pipeline.intake.raw import Cell, Readings

WITHIN = 5  # rows in which a tool's header row must stand: people put a title above it
_BLANK = re.compile(r"[\s\u00a0\u200b\ufeff]+")
Row = Sequence[Cell]


def text(cell: Cell) -> str:
    """A cell without the blanks around it; empty where it holds nothing."""
    return "" if cell is None else _BLANK.sub(" ", str(cell)).strip()


def word(cell: Cell) -> str:
    """A header or an answer as it is compared: without case, end signs and blanks."""
    return text(cell).strip(" :.?*").casefold()


def at(row: Row, column: int | None) -> Cell:
    """A cell of a row that may be shorter than the others."""
    return row[column] if column is not None and column < len(row) else None


def find(row: Row, words: Collection[str]) -> int | None:
    """The first column whose header is one of these words."""
    return next((j for j, c in enumerate(row) if isinstance(c, str) and word(c) in words), None)


def plain(row: Row) -> tuple[Readings, ...]:
    """A row of headers that are each called one thing."""
    return tuple((text(c),) if text(c) else () for c in row)


def told(
    rows: Sequence[Row], first: int, column: int | None, meaning: Mapping[str, str]
) -> dict[int, str]:
    """1-based row → rule, of the rows from `first` (0-based) whose cell in `column` has one."""
    found = {}
    if column is not None:
        for i in range(first, len(rows)):
            rule = meaning.get(word(at(rows[i], column)))
            if rule:
                found[i + 1] = rule
    return found
