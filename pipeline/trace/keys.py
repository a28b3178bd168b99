"""What a person calls a fact: its id, or `name[insats=MET]@-1`."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import UsageError

Record = Mapping[str, Any]
_KEY = re.compile(r"(?P<name>[^\[\]@]+)(?:\[(?P<scope>.*)\])?(?:@(?P<offset>[+-]?\d+))?")
_NEXT = re.compile(r",\s*(?=\w+\s*=)")
NO_VALUE = ("", "null", "none", "-", "saknas", "uppgift saknas")
NEAR = 6


def key_of(record: Record, year: int) -> str:
    """The key of a fact in the edition of `year`."""
    scope = json.loads(record["scope"])
    inside = ",".join(f"{d}={_text(v)}" for d, v in scope.items())
    offset = int(record["period"]) - year if record["period"].isdigit() else 0
    return (
        str(record["name"]) + (f"[{inside}]" if inside else "") + (f"@{offset}" if offset else "")
    )


def find(key: str, records: Iterable[Record], year: int) -> Record:
    """The fact that a key means. Raises UsageError, with the nearest, for none or several."""
    every = list(records)
    found = [r for r in every if r["id"] == key.strip().lower()]
    found = found or _named(key.strip(), every, year)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "".join(f"\n  {r['id']}  {key_of(r, year)}" for r in found[:NEAR])
        more = f"\n  … och {len(found) - NEAR} till" if len(found) > NEAR else ""
        raise UsageError(
            f"”{key}” kan vara {len(found)} olika tal:{listed}{more}\nAnge ett av dem."
        )
    raise UsageError(_unknown(key, every, year))


def _named(key: str, records: Sequence[Record], year: int) -> list[Record]:
    match = _KEY.fullmatch(key)
    found = [r for r in records if r["name"] == key]
    if not found and match:
        found = [r for r in records if r["name"] == match["name"].strip()]
    if match and match["scope"] is not None:
        wanted = _scope(match["scope"])
        found = [r for r in found if wanted == _plain_scope(r)]
    else:
        found = [r for r in found if r["scope"] == "{}"] or found
    if match and match["offset"]:
        return [r for r in found if r["period"] == str(year + int(match["offset"]))]
    return [r for r in found if r["period"] == str(year)] or found


def _scope(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in _NEXT.split(text) if part.strip())
    return {d.strip(): _folded(v) for d, _, v in pairs}


def _plain_scope(record: Record) -> dict[str, str]:
    return {d: _folded(_text(v)) for d, v in json.loads(record["scope"]).items()}


def _folded(text: str) -> str:
    folded = text.strip().strip("'\"").casefold()
    return "" if folded in NO_VALUE else folded


def _text(value: object) -> str:
    return "null" if value is None else str(value)


def _unknown(key: str, records: Sequence[Record], year: int) -> str:
    match = _KEY.fullmatch(key.strip())
    name = match["name"].strip() if match else key
    same = [key_of(r, year) for r in records if r["name"] == name]
    among = list(dict.fromkeys(same or [r["name"] for r in records]))
    inside = [n for n in among if not same and name.casefold() in n]
    close = difflib.get_close_matches(key if same else name, among, NEAR, 0.4)
    near = list(dict.fromkeys([*inside, *close, *same]))[:NEAR]
    said = f"Det finns inget tal som heter ”{key}” i rapporten för {year}."
    if near:
        said += " Närmast:" + "".join(f"\n  {n}" for n in near)
    return said + "\nAlla tal: make facts"
