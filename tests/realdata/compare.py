"""The published tables against our ledger (`faktaregister.parquet`), number by number."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .published import NO_ANSWER, Cell, Table

# What a published percentage is a share of; the first is what our shares mean.
ANSWERED = "of those who answered"
ROW = "per cent of the row (this answer to all items together)"
MARKS = "per cent of all marks (not of people)"
LISTING = "per cent of the sum of all values (not a share of people)"
NOT_PUBLIC = "question not in the public data"
DIFFERS = "differs"
BASES = {"single": ANSWERED, "yes_no": ANSWERED, "grid": ROW, "rank": ROW, "several": MARKS}

Key = tuple[str, frozenset[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One published number beside ours. `reason` is empty where they are equal."""

    table: str
    measure: str
    cell: str
    published: float
    ours: float | None
    equal: bool
    reason: str = ""


class Crosswalk:
    """From the export's columns and texts to a codebook's fields and values (its JSON alone)."""

    def __init__(self, codebook: Path) -> None:
        book = json.loads(codebook.read_text(encoding="utf-8"))
        self.survey: str = book["name"]
        self._fields: dict[str, tuple[Mapping[str, Any], str]] = {}
        for f in book["fields"]:
            for column in f.get("columns", ()):
                self._fields[column["header"].casefold()] = (f, column["value"])
            if "columns" not in f:
                for code in (f["name"], *f.get("aliases", ())):
                    self._fields[code.casefold()] = (f, "")

    def find(self, cell: Cell) -> tuple[str, Any] | None:
        """The field and value of a published number; the value of no answer is None."""
        if cell.column.casefold() not in self._fields:
            return None
        f, option = self._fields[cell.column.casefold()]
        if cell.answer == NO_ANSWER:
            return f["name"], None
        if option:
            return f["name"], option
        for category in f.get("categories", ()):
            if cell.answer in (category["label"], *category.get("aliases", ())):
                return f["name"], category["value"]
        return f["name"], float(cell.answer)

    def answers(self, column: str, cells: Iterable[str]) -> set[str]:
        """The answers of a column that are counted: none of free text and dates."""
        f, option = self._fields.get(column.casefold(), ({}, ""))
        if option:
            return {"Yes"}
        if f.get("categories"):
            return {c["label"] for c in f["categories"]}
        numeric = f.get("type") in ("integer", "number")
        return set(cells) - {NO_ANSWER} if numeric else set()


def fact_of(survey: str, field: str, value: Any, share: bool) -> Key:
    """How the survey chapter names the fact of one answer: the one place that knows."""
    if value is None:
        return f"{survey}_{field}_ej_svar", frozenset()
    return f"{survey}_{field}_{'andel' if share else 'antal'}", frozenset({(field, _plain(value))})


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) else value


def facts(ledger: pd.DataFrame, year: int) -> dict[Key, float]:
    """The year's facts by name and scope. Raises ValueError if two disagree."""
    found: dict[Key, float] = {}
    wanted = ledger[(ledger["period"] == str(year)) & ledger["value"].notna()]
    for name, scope, value in zip(wanted["name"], wanted["scope"], wanted["value"], strict=True):
        classes = {k: _plain(v) for k, v in json.loads(scope).items()}
        key = (str(name), frozenset(classes.items()))
        if found.setdefault(key, value) != value:
            raise ValueError(f"two values of {name} {scope}")
    return found


def compare(
    published: Iterable[Table], ledger: pd.DataFrame, crosswalk: Crosswalk, year: int
) -> list[Row]:
    """Every published number beside the fact that should equal it."""
    known = facts(ledger, year)
    return [row for table in published for row in _table(table, known, crosswalk)]


def _table(table: Table, known: Mapping[Key, float], crosswalk: Crosswalk) -> Iterator[Row]:
    if table.percent:
        for i, value in enumerate(table.listing):
            if value is not None:
                yield Row(table.name, table.measure, f"row {i}", value, None, False, LISTING)
    counts = {c: _ours(c, known, crosswalk, share=False) for c in table.cells}
    for cell in table.cells:
        label = f"{cell.column} = {cell.answer or '(no answer)'}"
        ours = _ours(cell, known, crosswalk, share=True) if table.percent else counts[cell]
        if ours is not None and table.percent:
            ours *= 100
        equal = ours is not None and same(cell.value, ours)
        reason = "" if equal else _reason(table, cell, counts, crosswalk)
        yield Row(table.name, table.measure, label, cell.value, ours, equal, reason)


def _ours(
    cell: Cell, known: Mapping[Key, float], crosswalk: Crosswalk, share: bool
) -> float | None:
    found = crosswalk.find(cell)
    return known.get(fact_of(crosswalk.survey, *found, share)) if found else None


def _reason(
    table: Table, cell: Cell, counts: Mapping[Cell, float | None], crosswalk: Crosswalk
) -> str:
    """Why a number differs; another base only if our counts give the number on that base."""
    if crosswalk.find(cell) is None:
        return NOT_PUBLIC
    base = BASES.get(table.layout, "")
    if table.percent and base in (ROW, MARKS):
        peers = [n for c, n in counts.items() if base == MARKS or c.answer == cell.answer]
        whole = sum(n or 0 for n in peers)
        if whole and same(cell.value, 100 * (counts[cell] or 0) / whole):
            return base
    return DIFFERS


def same(a: float, b: float) -> bool:
    """Equal to what a double can hold."""
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
