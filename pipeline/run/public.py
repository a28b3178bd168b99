"""The public edition of a year: planned, decided about, executed again and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.errors import GateError
from pipeline.facts.pattern import DOTS, HIDDEN, Pattern, count_cells
from pipeline.publish import ledger
from pipeline.publish.document import Document

_PARTS = ("n", "numerator", "denominator")


def hidden_shows(document: Document, pattern: Pattern) -> list[str]:
    """What an executed edition says that its pattern does not allow, one line a fact: a value
    that is not shown, anywhere in the block document, and a text that is more than two dots."""
    records = {r["id"]: r for r in ledger.facts(document)}
    seen: dict[str, tuple[bool, bool]] = {}

    def shown(key: str) -> tuple[bool, bool]:
        """Whether the value of a fact, and its n, may be seen."""
        if key not in seen:
            record = records.get(key)
            seen[key] = (False, False) if record is None else _allowed(record, pattern, shown)
        return seen[key]

    wrong = []
    for key, record in records.items():
        value, n = shown(key)
        kept = {
            "value": value, "numerator": value, "n": n, "denominator": n,
        }  # fmt: skip
        told = [part for part, may in kept.items() if record[part] is not None and not may]
        if told or (not value and record["status"] not in (HIDDEN, "saknas")):
            wrong.append(f"{record['title']} ({key}): {', '.join(told) or 'status'}")
    for row in ledger.occurrences(document):
        value, n = shown(row["fact"])
        may = n if row["part"] in ("n", "denominator") else value
        if not may and row["text"] != DOTS and records[row["fact"]]["status"] == HIDDEN:
            wrong.append(f"{records[row['fact']]['title']} ({row['fact']}): {row['anchor']}")
    return wrong


def _allowed(record: Mapping[str, Any], pattern: Pattern, shown: Any) -> tuple[bool, bool]:
    definition = json.loads(record["definition"])
    parents = json.loads(record["parents"])
    if parents:
        both = [shown(parent) for parent in parents]
        return all(v for v, _ in both), all(n for _, n in both)
    cells = [pattern.shows(cell) for cell in count_cells(definition)]
    return all(cells), not cells or cells[-1]


def refuse_hidden(document: Document, pattern: Pattern, edition: str) -> None:
    """Raise GateError where an executed edition says what its pattern hides."""
    wrong = hidden_shows(document, pattern)
    if wrong:
        listed = "".join(f"\n  {line}" for line in wrong[:20])
        more = f"\n  … och {len(wrong) - 20} till" if len(wrong) > 20 else ""
        raise GateError(
            f"Den {edition} utgåvan säger mer än den får: {len(wrong)} dolda tal har ett värde i "
            f"kapitlen.{listed}{more}\nDen förra utgåvan ligger kvar. Det är ett fel i programmet "
            "eller i ett kapitels kod, inte i dina filer."
        )
