"""A fact as the panel tells it: words, SQL, formula, the places where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pipeline.facts.told import DECIMALS
from pipeline.facts.words import definition_words
from pipeline.publish import register as reg
from pipeline.publish.text import NBSP, whole
from pipeline.report.swedish import MISSING, decimal
from pipeline.trace.statement import formula, sql

Record = Mapping[str, Any]
_STATEMENT = re.compile(r"(SELECT .*?) (FROM '\d{4}/\w+\.parquet') (WHERE .*)", re.DOTALL)
SMALL = 20


def telling(
    record: Record, entry: reg.Entry, records: Mapping[str, Record], year: int
) -> dict[str, Any]:
    """What the panel says about a fact beside its cells and its code."""
    definition = json.loads(record["definition"])
    words, conditions = definition_words(definition)
    parents = [records[key] for key in json.loads(record["parents"]) if key in records]
    query = sql(definition, year)
    told = {
        "title": record["title"],
        "name": record["name"],
        "words": words,
        "sql": _lines(query) if query else "",
        "conditions": [] if query else conditions,
        "formula": formula(definition, [_letter(k) for k in range(len(parents))]),
        "text": entry.shown[0] if entry.shown else text(record),
        "n": _whole(record["n"]),
        "numerator": _whole(record["numerator"]),
        "denominator": _whole(record["denominator"]),
        "period": record["period"],
        "status": "" if record["status"] == "ok" else entry.status,
        "parents": [[_letter(k), p["id"], _dated(p), text(p)] for k, p in enumerate(parents)],
    }
    return {key: value for key, value in told.items() if value not in ("", None, [], ())}


def _lines(sql: str) -> str:
    """The statement with FROM and WHERE on lines of their own."""
    match = _STATEMENT.fullmatch(sql)
    return "\n".join(match.groups()) if match else sql


def text(record: Record) -> str:
    """A fact's value for one that the report may not show itself, formatted by its unit."""
    value = record["value"]
    if value is None:
        return MISSING.get(record["status"], "–")
    if record["kind"] == "word":
        return str(json.loads(record["definition"])["words"][int(value)])
    exact = Fraction(repr(value))
    if record["unit"] in ("andel", "andelsskillnad"):
        if record["denominator"] is not None and record["denominator"] < SMALL:
            return f"{record['numerator']} av {record['denominator']}"
        points = record["unit"] == "andelsskillnad" or record["kind"] == "statistic"
        unit = "procentenheter" if record["unit"] == "andelsskillnad" else "%"
        return f"{decimal(exact * 100, 1 if points else 0)}{NBSP}{unit}"
    return decimal(exact, 0 if exact.denominator == 1 else DECIMALS.get(record["unit"], 1))


def _letter(k: int) -> str:
    """a, b, …, z, a1, b1, …"""
    return chr(97 + k % 26) + (str(k // 26) if k >= 26 else "")


def _dated(record: Record) -> str:
    return f"{record['title']}, {record['period']}" if record["period"] else record["title"]


def _whole(number: int | None) -> str | None:
    return None if number is None else whole(number)
