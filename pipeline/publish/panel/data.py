"""What the panel reads: one JSON text in the page, or that and script files beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipeline.publish import ledger, register
from pipeline.publish.document import Document
from pipeline.publish.panel import cells
from pipeline.publish.panel.lineage import Lineage
from pipeline.publish.panel.telling import telling

LIMIT = 10_000_000  # bytes of lineage that the page itself may carry
FOLDER = "sparning"
SCRIPTS = ("reading.js", "telling.js", "opening.js")
HERE = Path(__file__).parent
# Written as \uXXXX: what ends a script element, turns a line around, or is no character at all.
_ESCAPED = re.compile(
    "[<\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
NO_NOTES: Mapping[str, str] = {}
Code = Mapping[tuple[str, str], str]  # (notebook, cell) → its source


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel of one page. `shards`: file name → script, to be written into FOLDER."""

    inline: str
    shards: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Markup:
        return Markup(self.inline)

    @property
    def script(self) -> Markup:
        parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
        return Markup("".join(['(() => {\n"use strict";\n', *parts, "})();\n"]))

    @property
    def css(self) -> str:
        return (HERE / "panel.css").read_text(encoding="utf-8")

    @property
    def markup(self) -> Markup:
        return Markup((HERE / "panel.html").read_text(encoding="utf-8"))


def panel_data(
    document: Document,
    lineage: Lineage,
    code: Code,
    limit: int = LIMIT,
    notes: Mapping[str, str] = NO_NOTES,
) -> Panel:
    """The panel's data for a document. Above `limit` bytes facts and values become shards.
    `notes`: fact → what is said in the place of its status."""
    records = {r["id"]: r for r in ledger.facts(document)}
    entries = {e.id: e for group in register.register(document) for e in group.entries}
    places: dict[register.Place, int] = {}
    facts: dict[str, dict[str, Any]] = {}
    for key, record in records.items():
        facts[key] = telling(record, entries[key], records, document.meta.year) | {
            "places": [places.setdefault(p, len(places)) for p in entries[key].places],
            "cells_total": lineage.totals.get(key, 0),
        }
        if key in lineage.withheld:
            facts[key]["withheld"] = lineage.withheld[key]
        if key in notes:
            facts[key]["status"] = notes[key]
    shared = {
        "places": [[p.block, p.chapter, p.kind, p.notebook, p.cell_id] for p in places],
        "code": {
            f"{p.notebook}#{p.cell_id}": code[p.notebook, p.cell_id]
            for p in places
            if (p.notebook, p.cell_id) in code
        },
        "sources": [cells.sheet(source) for source in lineage.sources],
    }
    whole = _dump({**shared, **_part(facts, lineage)})
    if len(whole.encode()) <= limit:
        return Panel(whole)
    return _sharded(shared, facts, lineage)


def _part(facts: Mapping[str, dict[str, Any]], lineage: Lineage) -> dict[str, Any]:
    """Facts with their cells, and the sets of rows that they refer to."""
    sets = cells.RowSets()
    made = {
        key: {**fact, "cells": cells.groups(lineage.cells.get(key, {}), sets)}
        for key, fact in facts.items()
    }
    return {"facts": made, "sets": sets.written}


def _sharded(
    shared: dict[str, Any], facts: Mapping[str, dict[str, Any]], lineage: Lineage
) -> Panel:
    """Facts by the first two digits of their id, values by source and column."""
    shards: dict[str, str] = {}
    by_start: dict[str, dict[str, dict[str, Any]]] = {}
    for key, fact in facts.items():
        by_start.setdefault(key[:2], {})[key] = fact
    for start, some in sorted(by_start.items()):
        _add(shards, f"f-{start}", _part(some, lineage))
    sources = []
    for number, source in enumerate(shared["sources"]):
        for letters, column in source["columns"].items():
            _add(shards, f"k-{number}-{letters}", column)
        sources.append({**source, "columns": {letters: None for letters in source["columns"]}})
    return Panel(_dump({**shared, "sources": sources, "shards": FOLDER}), shards)


def _add(shards: dict[str, str], name: str, content: Any) -> None:
    """A script that hands over a text: nothing in it is code but the call."""
    shards[f"{name}.js"] = f"spar({json.dumps(name)},{json.dumps(_dump(content))})\n"


def _dump(content: Any) -> str:
    """JSON that no HTML parser can mistake for anything else."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
