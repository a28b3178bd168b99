"""The chapter *Faktaregister*: each fact in words, and where it stands. HTML and PDF share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from pipeline.facts.words import definition_words
from pipeline.publish import blocks as b
from pipeline.publish import ledger
from pipeline.publish.document import Document
from pipeline.publish.text import whole

TITLE = "Faktaregister"
INTERMEDIATE = "Mellanled som inte visas själva"
INTRODUCTION = (
    "Varje tal i rapporten står här med sin definition, det antal det vilar på och de ställen "
    "där det visas. Villkoren är skrivna i SQL. En andel är de av nämnarens rader som också "
    "uppfyller täljarens villkor."
)
PRINTED = "Tal som räknas på samma sätt står under en gemensam rubrik. Ett tal utan år är årets."
KINDS = {
    "heading": "rubrik", "paragraph": "text", "list": "lista", "quote": "citat",
    "table": "tabell", "figure": "diagram",
}  # fmt: skip
STATUS = {"saknas": "underlag saknas", "tom": "inget att räkna på", "dold": "visas inte"}


@dataclass(frozen=True, slots=True)
class Place:
    """A block that shows the fact, and the cell that made it."""

    block: str
    kind: str
    chapter: str
    notebook: str
    cell_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as the register tells it. `basis` is its n, or numerator of denominator."""

    id: str
    name: str
    title: str
    shown: tuple[str, ...]
    status: str
    basis: str
    words: str
    conditions: tuple[tuple[str, str], ...]
    period: str
    parents: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The facts that one chapter shows first."""

    title: str
    anchor: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in print: what it has of its own beside its cluster's head."""

    entry: Entry
    title: str
    words: str
    conditions: tuple[tuple[str, str], ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Neighbours that are counted alike, in print: what they share is said once, as their head.
    One that is alone has no head (`title` is empty)."""

    title: str
    words: str
    conditions: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def clusters(group: Group, year: int) -> tuple[Cluster, ...]:
    """The group's entries in their order, in clusters. A period is told where it is not `year`."""
    return tuple(
        _cluster(tuple(together), stem, year)
        for (stem, _, _), together in groupby(group.entries, key=_likeness)
    )


def _likeness(entry: Entry) -> tuple[str, str, tuple[str, ...]]:
    return _split(entry.title)[0], entry.words, tuple(label for label, _ in entry.conditions)


def _split(title: str) -> tuple[str, str]:
    """`Kön (Kön: Man)` → `Kön`, `Kön: Man`. The parenthesis is the last, and whole."""
    depth = 0
    for place in range(len(title) - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(title[place], 0)
        if depth == 0:
            whole = title[place] == "(" and title[place - 1] == " "
            return (title[: place - 1], title[place + 1 : -1]) if whole else (title, "")
    return title, ""


def _cluster(entries: tuple[Entry, ...], stem: str, year: int) -> Cluster:
    if len(entries) == 1:
        [one] = entries
        return Cluster("", "", (), (Line(one, one.title, one.words, one.conditions,
                                         _told(one, year)),))  # fmt: skip
    first, *others = (one.conditions for one in entries)
    same = tuple(c for k, c in enumerate(first) if all(o[k] == c for o in others))
    lines = tuple(
        Line(one, _split(one.title)[1], "", tuple(c for c in one.conditions if c not in same),
             _told(one, year))
        for one in entries
    )  # fmt: skip
    return Cluster(stem, entries[0].words, same, lines)


def _told(entry: Entry, year: int) -> str:
    period = "" if entry.period == str(year) else entry.period
    return ", ".join(filter(None, (entry.basis, period)))


@lru_cache(maxsize=2)
def register(document: Document) -> tuple[Group, ...]:
    """Every fact of the document, in groups by the chapter that shows it first.

    Facts that only lead to others come last. Raises GateError as the ledger does.
    """
    records = {r["id"]: r for r in ledger.facts(document)}
    shown: dict[str, dict[str, None]] = {key: {} for key in records}
    places: dict[str, dict[Place, None]] = {key: {} for key in records}
    first: dict[str, str] = {}
    for chapter in document.chapters:
        for block in chapter.blocks:
            spot = Place(block.id, KINDS[block.kind], chapter.title, block.notebook, block.cell_id)
            for row in ledger.block_occurrences(block):
                key = row["fact"]
                places[key][spot] = None
                first.setdefault(key, chapter.anchor)
                if row["part"] == "value":
                    shown[key][row["text"]] = None
    chapters = [(c.title, c.anchor) for c in document.chapters] + [(INTERMEDIATE, "")]
    grouped: dict[str, list[Entry]] = {anchor: [] for _, anchor in chapters}
    for key, record in records.items():
        entry = _entry(record, tuple(shown[key]), tuple(places[key]), records)
        grouped[first.get(key, "")].append(entry)
    return tuple(
        Group(title, f"faktaregister-{anchor or 'mellanled'}", tuple(grouped[anchor]))
        for title, anchor in chapters
        if grouped[anchor]
    )


def _entry(
    record: b.Data, shown: tuple[str, ...], places: tuple[Place, ...], records: Mapping[str, b.Data]
) -> Entry:
    words, conditions = definition_words(json.loads(record["definition"]))
    parents = tuple(
        (key, records[key]["title"] if key in records else key)
        for key in json.loads(record["parents"])
    )
    return Entry(
        record["id"], record["name"], record["title"], shown,
        STATUS.get(record["status"], "" if record["status"] == "ok" else record["status"]),
        _basis(record), words, conditions, record["period"], parents, places,
    )  # fmt: skip


def _basis(record: b.Data) -> str:
    numerator, denominator, n = (record[key] for key in ("numerator", "denominator", "n"))
    if numerator is not None and denominator is not None:
        return f"{whole(numerator)} av {whole(denominator)}"
    return "" if n is None else f"n = {whole(n)}"
