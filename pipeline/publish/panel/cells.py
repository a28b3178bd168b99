"""Lineage written so that nothing is said twice: values by column once, rows as runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.publish.panel.lineage import Column, Members, Rows, Source


@dataclass
class RowSets:
    """Sets of rows, each written once."""

    written: list[list[int]] = field(default_factory=list)
    known: dict[tuple[int, ...], int] = field(default_factory=dict)

    def number(self, rows: Rows) -> int:
        made = runs(rows)
        key = tuple(made)
        if key not in self.known:
            self.known[key] = len(self.written)
            self.written.append(made)
        return self.known[key]


def runs(rows: Rows) -> list[int]:
    """Ascending rows as [left out, taken, left out, taken, …], counted from row 1."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    starts = np.concatenate([rows[:1], rows[breaks + 1]])
    ends = np.concatenate([rows[breaks], rows[-1:]])
    gaps = starts - np.concatenate([[0], ends[:-1]]) - 1
    return [int(x) for pair in zip(gaps, ends - starts + 1, strict=True) for x in pair]


def groups(members: Members, sets: RowSets) -> list[list[Any]]:
    """[[source, set of rows, column, …], …]: columns of one source that share their rows."""
    found: dict[tuple[int, int], list[str]] = {}
    for (source, letters), rows in members.items():
        if len(rows):
            found.setdefault((source, sets.number(rows)), []).append(letters)
    return [[*key, *columns] for key, columns in found.items()]


def sheet(source: Source) -> dict[str, Any]:
    """A source with its columns."""
    return {
        "year": source.year, "name": source.name, "sha256": source.sha256,
        "rules": dict(sorted(source.rules.items())), "intact": source.intact,
        "columns": {letters: column(c) for letters, c in source.columns.items()},
    }  # fmt: skip


def column(of: Column) -> dict[str, Any]:
    """Rows, and the values in them; where few differ, each once and its number in every row."""
    made: dict[str, Any] = {"title": of.title, "rows": runs(of.rows)}
    if of.withheld:
        made["withheld"] = True
    if of.values:
        made |= _values(of.values)
    if of.rules:
        made["rules"] = {rule: runs(rows) for rule, rows in of.rules.items()}
    return made


def _values(values: Sequence[str | None]) -> dict[str, Any]:
    place = {value: k for k, value in enumerate(dict.fromkeys(values))}
    if len(place) * 2 > len(values):
        return {"values": list(values)}
    return {"distinct": list(place), "at": [place[value] for value in values]}
