"""What a counting fact rests on, read from its ledger row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.facts import predicate as p
from pipeline.trace.origins import Forms, Origin

Record = Mapping[str, Any]
Parts = tuple[p.Node, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """The table of a year that a fact reads, the conditions that all its rows fulfil (of a share
    the denominator's), and the columns that its predicates and values read."""

    table: str
    year: int
    parts: Parts
    columns: tuple[str, ...]


def basis(record: Record, year: int) -> Basis | None:
    """The basis of a fact of the edition of `year`; None for facts made from facts, constants."""
    definition = json.loads(record["definition"])
    if "dataset" not in definition:
        return None
    parts = conjuncts(definition.get("of", definition["where"]))
    of_year = year + definition["period"]
    if definition["kind"] == "cited":  # the comparator's file of this year, a row of that year
        parts = (*parts, p.equals(definition["period_column"], of_year))
        of_year = year
    columns = tuple(r.partition(".")[2] for r in json.loads(record["reads"]))
    return Basis(definition["dataset"], of_year, parts, columns)


@lru_cache(maxsize=20_000)
def conjuncts(sql: str) -> Parts:
    """The conditions that a predicate puts together with AND."""
    node = p.parse(sql)
    return node[1:] if node[0] == "and" else (node,)


@lru_cache(maxsize=20_000)
def columns_of(part: p.Node) -> frozenset[str]:
    """The columns that a condition reads."""
    return frozenset(p.columns(part))


@dataclass(frozen=True, slots=True)
class Reach:
    """Which fields matter to facts that read some columns of a table.

    `direct`: the fields behind the columns. `moving`: field → the columns that it can change,
    or None where any cell of the field can change the facts whatever else the row holds.
    """

    direct: frozenset[Origin]
    moving: Mapping[Origin, frozenset[str] | None]


def reach(forms: Forms, table: str, columns: tuple[str, ...]) -> Reach:
    """The fields that facts on these columns read, and those that can change the facts."""
    direct = frozenset(o for c in columns for o in forms.origins(c, table))
    moved: dict[Origin, frozenset[str]] = {}
    for column in columns:
        for origin in forms.closure(column, table):
            moved[origin] = moved.get(origin, frozenset()) | {column}
    return Reach(direct, {**moved, **dict.fromkeys(_structural(forms, table, frozenset(moved)))})


def _structural(forms: Forms, table: str, read: frozenset[Origin]) -> frozenset[Origin]:
    """The structural fields of the table, and of every table that something is looked up in."""
    found: set[Origin] = set()
    waiting = {(), *(o.path[:i] for o in read for i in range(1, len(o.path) + 1))}
    seen: set[tuple[str, ...]] = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        form = forms.form(forms.end(table, path))
        found |= {Origin(path, f) for f in form.structural}
        for origin in form.decisive:
            there = Origin((*path, *origin.path), origin.field)
            found.add(there)
            waiting |= {there.path[:i] for i in range(1, len(there.path) + 1)} - seen
    return frozenset(found)
