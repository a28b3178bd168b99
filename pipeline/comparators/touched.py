"""Which published numbers a revised value stands behind, by the ledgers of editions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.comparators.revisions import Point

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """An edition that cites a value. `title`: the number's; `derived`: titles of the numbers that
    are computed from it."""

    edition: str
    title: str
    derived: tuple[str, ...]


def touched(ledgers: Iterable[tuple[str, Sequence[Record]]]) -> dict[Point, list[Touched]]:
    """Point → the editions that cite it. `ledgers`: what an edition is called, and the rows of its
    ledger, those of an internal or of a public one."""
    found: dict[Point, list[Touched]] = {}
    for edition, records in ledgers:
        children: dict[str, list[Record]] = {}
        for record in records:
            for parent in _listed(record["parents"]):
                children.setdefault(parent, []).append(record)
        for record in records:
            definition = record["definition"]
            told = json.loads(definition) if isinstance(definition, str) else definition
            if told.get("kind") == "cited" and told.get("source") == "kolada":
                point = Point(told["kpi"], told["kommun"], int(record["period"]), told["kon"])
                derived = tuple(sorted({r["title"] for r in _below(record["id"], children)}))
                found.setdefault(point, []).append(Touched(edition, record["title"], derived))
    return found


def _below(top: str, children: Mapping[str, Sequence[Record]]) -> list[Record]:
    found: dict[str, Record] = {}
    waiting = [top]
    while waiting:
        for record in children.get(waiting.pop(), ()):
            if record["id"] not in found:
                found[record["id"]] = record
                waiting.append(record["id"])
    return list(found.values())


def _listed(parents: Any) -> list[str]:
    return json.loads(parents) if isinstance(parents, str) else list(parents or ())
