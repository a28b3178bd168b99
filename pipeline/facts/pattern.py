"""The pattern of an edition: which counts it shows, and which classes it shows together.

Decided by `pipeline.disclosure`, only looked up here. What the pattern does not name is hidden:
a number that nobody decided about is not published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import reads
from pipeline.facts import predicate as p
from pipeline.facts.fact import MEASURED, canonical
from pipeline.forms.codebook import Value

DOTS = ".."  # what a reader sees of it


@dataclass(frozen=True, slots=True, order=True)
class CountCell:
    """A number of rows (or, with `distinct`, of different values of that column).

    `period` is the year relative to the edition's; `where` is SQL in the one spelling
    (`predicate.to_sql`).
    """

    dataset: str
    period: int
    where: str
    distinct: str = ""

    @property
    def key(self) -> str:
        return canonical([self.dataset, self.period, self.where, self.distinct])

    @classmethod
    def of_key(cls, key: str) -> CountCell:
        return cls(*json.loads(key))


def count_cells(definition: Mapping[str, Any]) -> tuple[CountCell, ...]:
    """The cells that a measured fact rests on: the value's own first, the denominator's (the n's)
    last. A citation, a constant and a fact with parents have none of their own."""
    if definition["kind"] not in MEASURED or definition["kind"] == "cited":
        return ()
    place = definition["dataset"], definition["period"]
    distinct = definition.get("distinct", "")
    if definition["kind"] != "share":
        return (CountCell(*place, definition["where"], distinct),)
    both = p.both(p.parse(definition["where"]), p.parse(definition["of"]))
    return (
        CountCell(*place, p.to_sql(both), distinct),
        CountCell(*place, definition["of"], distinct),
    )


def value_key(definition: Mapping[str, Any]) -> str:
    """What a mean, a quantile or another number of a column's values says beside its n; "" for
    counts, shares and facts with parents."""
    if definition["kind"] not in MEASURED or "column" not in definition:
        return ""
    parts = ("dataset", "period", "where", "distinct", "column")
    return canonical([definition.get(part, "") for part in parts])


@dataclass(frozen=True, slots=True, order=True)
class Merged:
    """Classes of a dimension that are shown as one. `values` in the dimension's own order."""

    values: tuple[Value | None, ...]
    label: str


def table_key(dataset: str, filter_sql: str, dimensions: tuple[str, ...]) -> str:
    """Tables with one key share one merging."""
    return canonical([dataset, filter_sql, sorted(dimensions)])


@dataclass(frozen=True, slots=True)
class Pattern:
    """`shown`: keys of the cells that may be shown. `merged`: table key → dimension → the classes
    to show, in order (a class of one value is that value). `datasets` that protect nobody are
    `open`: all of their cells are shown. `withheld`: keys of means and the like (`value_key`) that
    would give a hidden count away; any other is shown where its n is."""

    shown: frozenset[str] = frozenset()
    merged: Mapping[str, Mapping[str, tuple[Merged, ...]]] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()

    def shows(self, cell: CountCell) -> bool:
        reads.note(reads.SHOWS, cell.key)
        return cell.dataset in self.open or cell.key in self.shown

    def tells(self, definition: Mapping[str, Any]) -> tuple[bool, bool]:
        """Whether a measured fact's value is shown, and whether its n is."""
        seen = [self.shows(cell) for cell in count_cells(definition)]
        own = value_key(definition)
        reads.note(reads.WITHHOLDS, own)
        return all(seen) and own not in self.withheld, not seen or seen[-1]

    def classes(self, key: str, dimension: str) -> tuple[Merged, ...] | None:
        reads.note(reads.CLASSES, key, dimension)
        return self.merged.get(key, {}).get(dimension)

    def to_json(self) -> str:
        """One spelling; equal patterns give equal bytes."""
        merged = {
            key: {d: [[list(m.values), m.label] for m in classes] for d, classes in dims.items()}
            for key, dims in self.merged.items()
        }
        whole = {
            "open": sorted(self.open), "merged": merged, "shown": sorted(self.shown),
            "withheld": sorted(self.withheld),
        }  # fmt: skip
        return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Pattern:
        reads.note(reads.OPEN)
        doc = json.loads(text)
        merged = {
            key: {d: tuple(Merged(tuple(v), label) for v, label in cs) for d, cs in dims.items()}
            for key, dims in doc["merged"].items()
        }
        return cls(
            frozenset(doc["shown"]), merged, frozenset(doc["open"]), frozenset(doc["withheld"])
        )


def path(processed: Path, year: int, edition: str) -> Path:
    """Where the pattern of an edition lies."""
    return processed / str(year) / f"monster-{edition}.json"
