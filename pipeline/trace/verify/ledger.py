"""The ledger and the texts shown, number by number, against what was recomputed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.forms.codebook import Codebook
from pipeline.trace.verify.cleaning import Raw
from pipeline.trace.verify.figures import MEASURES, Figures, identity
from pipeline.trace.verify.processed import Found
from pipeline.trace.verify.swedish import expected_text
from pipeline.trace.verify.verdict import ROWS, Difference

Record = dict[str, Any]
PARTS = ("n", "numerator", "denominator")


class Ledger:
    """The ledger's rows against the recomputed ones."""

    def __init__(
        self, made: Figures, raw: Raw, apart: Found, books: Mapping[str, Codebook]
    ) -> None:
        self._made, self._raw, self._books = made, raw, books
        self._apart = {(y, k, r) for (y, _), found in apart.items() for k, r in found}

    def fact(self, record: Record) -> Difference | None:
        """What differs in one row of the ledger."""
        own = self._made.seen(record)
        definition = self._made.definitions[record["id"]]
        value = None if own["value"] is None else float(own["value"])
        pairs: list[tuple[str, object, object]] = [
            ("id", record["id"], identity(definition)),
            ("kind", record["kind"], definition["kind"]),
            ("status", record["status"], own["status"]),
            *((p, record[p], own[p]) for p in PARTS),
        ]
        if own["unit"] is not None:
            pairs.append(("unit", record["unit"], own["unit"]))
        if definition["kind"] in MEASURES:
            year = self._made.year_of(definition)
            if definition["kind"] == "cited":
                year += int(definition["period"])
            pairs.append(("period", record["period"], str(year)))
        if not _equal(record["value"], value):
            pairs.append(("value", record["value"], value))
        apart = [(k, a, b) for k, a, b in pairs if a != b]
        if own["broken"]:
            return self._difference(record, str(own["broken"]), record["value"], None)
        if not apart:
            return None
        names, there, mine = zip(*apart, strict=True)
        shown, wanted = ("; ".join(map(_text, v)) for v in (there, mine))
        return self._difference(record, ", ".join(names), shown, wanted)

    def occurrence(self, o: Record, facts: Mapping[str, Record]) -> Difference | None:
        """What differs in one place where a fact is shown."""
        where = f"{o['notebook']}, cell {o['cell_id']}"
        record = facts.get(o["fact"])
        if record is None:
            return Difference("visat", where, "faktum saknas i registret", o["text"], id=o["fact"])
        own = self._made.seen(record)
        status = {**own, "unit": own["unit"] or record["unit"]}
        wanted = expected_text(o["text"], status, o["part"], own["parents"])
        if wanted == o["text"]:
            return None
        what = "" if o["part"] == "value" else o["part"]
        return self._difference(record, what, o["text"], wanted, "visat", where)

    def _difference(
        self, record: Record, what: str, shown: object, own: object,
        group: str = "faktum", where: str = "",
    ) -> Difference:  # fmt: skip
        return Difference(
            group, where, what, _text(shown), _text(own), record["name"], record["scope"],
            record["id"], self._rows(record),
        )  # fmt: skip

    def _rows(self, record: Record) -> tuple[str, ...]:
        """Addresses of rows in question: first those that differ from PROCESSED."""
        rows = self._made.rows(record["id"], 5000 if self._apart else ROWS)
        rows = [r for r in rows if r in self._apart] or rows
        names = [n for c in json.loads(record["reads"]) for n in self._fields(*c.split(".", 1))]
        made = []
        for year, source, row in rows[:ROWS]:
            there = self._raw.letters.get((year, source), {})
            name = next((n for n in names if n in there), "")
            made.append(self._raw.address(year, source, row, name))
        return tuple(made)

    def _fields(self, table: str, column: str) -> list[str]:
        """The fields that a column is read or derived from."""
        if table in self._books:
            for d in self._books[table].derived:
                if d.name == column:
                    return [d.source]
        return [column.partition("__")[0]]


def _equal(told: float | None, own: Any) -> bool:
    if told is None or own is None:
        return told is None and own is None
    return abs(told - float(own)) <= 1e-12 * max(1.0, abs(told))


def _text(value: object) -> str:
    return "" if value is None else str(value)
