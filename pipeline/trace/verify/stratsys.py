"""`stratsys/matt.txt`, which leaves the house: each line must say what the public edition says, of
a number that it shows. Read here by its own code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.trace.verify.verdict import Difference
from pipeline.workspace import Kommun

FILE = "stratsys/matt.txt"
Record = Mapping[str, Any]
_SHOWN = re.compile(r"([+\u2212-]?)(\d[\d\u00a0]*)(?:,(\d+))?(?!.* av )")


def stratsys_differences(
    path: Path,
    facts: Mapping[str, Record],
    occurrences: Sequence[Record],
    kommun: Kommun,
    year: int,
) -> Iterator[Difference]:
    """Lines that are no number of the public edition, or another number. `facts`, `occurrences`: of
    that edition, recomputed elsewhere. A workspace without the file has nothing to compare."""
    if not path.is_file():
        return
    shown: dict[str, set[str]] = {}
    for o in occurrences:
        if o["part"] == "value" and (text := _digits(o["text"])) is not None:
            shown.setdefault(o["fact"], set()).add(text)
    told: dict[tuple[str, str], set[str]] = {}
    for key, record in facts.items():
        unit = _unit(json.loads(record["scope"]), kommun)
        if record["period"] == str(year) and record["status"] == "ok" and unit is not None:
            named = " ".join(_name(record, kommun).split())
            told.setdefault((unit, named), set()).update(shown.get(key, ()))
    for number, row in enumerate(path.read_bytes().decode("utf-8-sig").splitlines(), start=1):
        where, parts = f"{FILE}, rad {number}", row.split("\t")
        if len(parts) != 4 or parts[1] != f"{year}-12-31":
            yield Difference("fil", where, "raden har inte enhet, årets sista dag, mått och värde")
            continue
        unit, _, measure, value = parts
        may = told.get((unit, measure), set())
        if value not in may:
            yield Difference("fil", where, measure, value, " · ".join(sorted(may)) or "visas inte")


def _digits(text: str) -> str | None:
    """The number that a text begins with, with decimal comma and without what rounding left."""
    found = _SHOWN.match(text)
    if found is None:
        return None
    minus = "" if found[1] in ("", "+") else "-"
    whole, places = found[2].replace("\u00a0", ""), (found[3] or "").rstrip("0")
    return f"{minus}{whole},{places}" if places else f"{minus}{whole}"


def _unit(scope: Mapping[str, Any], kommun: Kommun) -> str | None:
    there = kommun.stratsys
    if not scope:
        return " ".join((there.sektor or kommun.sektor or kommun.namn).split())
    [(column, code), *more] = scope.items()
    if more or column != "enhet" or not isinstance(code, str):
        return None
    own = {o.value: o.label for o in kommun.enheter}
    return " ".join(there.enheter.get(code, own[code]).split()) if code in own else None


def _name(record: Record, kommun: Kommun) -> str:
    title = str(record["title"])
    for option in kommun.enheter:
        if json.loads(record["scope"]) == {"enhet": option.value}:
            before, told, _ = title.rpartition(f": {option.label})")
            title = before.rpartition(" (")[0] if told else title
    return kommun.stratsys.matt.get(record["name"], title)
