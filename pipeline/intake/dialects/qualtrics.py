"""Qualtrics: codes, questions and (since Insights) import ids in a row each. Test and preview
answers, spam and answers never sent in are marked in columns of the tool's own."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence

from pipeline.intake.dialects.words import WITHIN, Row, at, text, told, word
from pipeline.intake.raw import Cell, Dialect, Readings

# A column's own name, in code, question or import id → what it tells.
_ABOUT = {
    "responseid": "id", "response id": "id", "_recordid": "id", "responseset": "",
    "startdate": "", "start date": "", "enddate": "", "end date": "", "recordeddate": "",
    "recorded date": "", "status": "status", "response type": "status", "progress": "progress",
    "duration": "", "duration (in seconds)": "", "finished": "finished",
    "distributionchannel": "channel", "distribution channel": "channel", "ipaddress": "",
    "ip address": "", "recipientlastname": "", "recipientfirstname": "", "recipientemail": "",
    "externaldatareference": "", "externalreference": "", "locationlatitude": "",
    "locationlongitude": "", "locationaccuracy": "", "userlanguage": "", "emailaddress": "",
    "responsesetid": "", "name": "",
}  # fmt: skip
_OWN_ONLY = ("responseid", "response id", "responseset", "recordeddate", "_recordid",
             "distributionchannel", "externaldatareference", "finished", "recipientemail",
             "locationlatitude")  # fmt: skip
_ANSWER = re.compile(r"(R|FS|SS|RS)_\w+")
_STATUS = {
    "survey preview": "forhandsgranskning", "1": "forhandsgranskning",
    "preview": "forhandsgranskning", "survey test": "testsvar", "2": "testsvar",
    "test": "testsvar", "spam": "skrapsvar", "8": "skrapsvar",
    "spam survey preview": "skrapsvar", "9": "skrapsvar",
    "offline survey preview": "forhandsgranskning", "17": "forhandsgranskning",
}  # fmt: skip
_CHANNEL = {"preview": "forhandsgranskning", "test": "testsvar"}
_UNFINISHED = dict.fromkeys(
    ("0", "false", "falsch", "falskt", "falsk", "usann", "nej", "no"), "ofullstandigt_svar"
)


def recognise(rows: Sequence[Row]) -> Dialect | None:
    for i in range(min(WITHIN, len(rows))):
        own = sum(word(c) in _OWN_ONLY for c in rows[i])
        ids = next((k for k in range(i, min(i + 3, len(rows))) if import_ids(rows[k])), None)
        if ids is None and own < 3:
            continue
        first = _first(rows, i, ids)
        return _made(rows, i, first)
    return None


def import_ids(row: Row) -> bool:
    """Whether at least half of a row's cells are import ids, as JSON or as Python writes it."""
    cells = [c for c in row if text(c)]
    return bool(cells) and sum(_import_id(c) != "" for c in cells) * 2 >= len(cells)


def _import_id(cell: Cell) -> str:
    if not isinstance(cell, str) or not re.match(r"""\{["']ImportId["']""", cell):
        return ""
    try:
        read = json.loads(cell) if cell.startswith('{"') else ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        return ""
    return str(read.get("ImportId", ""))


def _first(rows: Sequence[Row], header: int, ids: int | None) -> int:
    """The first row of answers (0-based)."""
    if ids is not None:
        return ids + 1
    here = [j for j, c in enumerate(rows[header]) if _ABOUT.get(word(c)) == "id"]
    for k in (header + 1, header + 2):
        answer = any(_ANSWER.fullmatch(text(at(at_row(rows, k), j))) for j in here)
        again = sum(word(c) in _OWN_ONLY for c in at_row(rows, k)) >= 2
        if answer or not again:
            return k
    return header + 1


def at_row(rows: Sequence[Row], index: int) -> Row:
    return rows[index] if index < len(rows) else ()


def _made(rows: Sequence[Row], header: int, first: int) -> Dialect:
    above = rows[header - 1] if header and _codes(rows[header - 1]) else None
    top = header - 1 if above is not None else header
    heads = rows[top:first]
    width = max(map(len, heads))
    tells: dict[str, int] = {}
    meta: set[int] = set()
    for j in range(width):
        for row in heads:
            cell = at(row, j)
            name = _import_id(cell) or text(cell)
            if name.casefold() in _ABOUT:
                meta.add(j)
                if _ABOUT[name.casefold()]:
                    tells.setdefault(_ABOUT[name.casefold()], j)
    return Dialect(
        "qualtrics",
        "Qualtrics",
        tuple(range(top + 1, first + 1)),
        tuple(_readings([at(row, j) for row in heads]) for j in range(width)),
        first + 1,
        frozenset(meta),
        _aside(rows, first, tells),
        tuple(sorted(j for name, j in tells.items() if name != "id")),
    )


def _codes(row: Row) -> bool:
    """Whether a row has the codes of the older exports, `V1, V2 …`."""
    return sum(bool(re.fullmatch(r"V\d+", text(c))) for c in row) >= 3


def _aside(rows: Sequence[Row], first: int, tells: dict[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    if "finished" in tells:
        found |= told(rows, first, tells["finished"], _UNFINISHED)
    elif "progress" in tells:
        for i in range(first, len(rows)):
            share = text(at(rows[i], tells["progress"])).rstrip(" %")
            if share.isdigit() and int(share) < 100:
                found[i + 1] = "ofullstandigt_svar"
    found |= told(rows, first, tells.get("channel"), _CHANNEL)
    return found | told(rows, first, tells.get("status"), _STATUS)


def _readings(cells: Sequence[Cell]) -> Readings:
    """Code, question, and `Fråga [alternativ]` where the question ends with the option."""
    said = [text(c) for c in cells if text(c) and not _import_id(c)]
    found = list(dict.fromkeys(said))
    for question in said[1:]:
        stem, dash, option = question.rpartition(" - ")
        if not dash:
            stem, dash, option = question.rpartition("-")
        if dash and stem.strip() and option.strip():
            stem = stem.removesuffix(" - Selected Choice").strip()
            found.append(f"{stem} [{option.strip()}]")
            if option.strip() == "Selected Choice":
                found.append(stem)
    return tuple(found)
