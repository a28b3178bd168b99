"""The chapter *Faktaregister*: each fact in words, and where it stands. HTML and PDF share it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
KINDS = {
    "heading": "rubrik", "paragraph": "text", "list": "lista", "quote": "citat",
    "table": "tabell", "figure": "diagram",
}  # fmt: skip
STATUS = {"saknas": "underlag saknas", "tom": "inget att räkna på"}


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


Words = tuple[str, tuple[tuple[str, str], ...]]


def definition_words(definition: Mapping[str, Any]) -> Words:
    """A definition as a Swedish sentence, and its conditions as (label, SQL)."""
    tell = _TELLERS.get(definition.get("kind", ""))
    if tell is None:
        rest = json.dumps(definition, ensure_ascii=False, sort_keys=True)
        return "Annat slag av faktum.", (("Definition", rest),)
    return tell(definition)


def _condition(label: str, sql: str | None) -> tuple[tuple[str, str], ...]:
    return () if not sql or sql.upper() == "TRUE" else ((label, sql),)


def _count(d: Mapping[str, Any]) -> Words:
    rows = _condition("Rader", d.get("where"))
    return f"Antal rader i {d['dataset']}{', alla' if not rows else ''}.", rows


def _share(d: Mapping[str, Any]) -> Words:
    return (
        f"Andel av rader i {d['dataset']}.",
        _condition("Täljare", d.get("where")) + _condition("Nämnare", d.get("of")),
    )


def _mean(d: Mapping[str, Any]) -> Words:
    text = f"Medelvärde av {d['column']} i {d['dataset']}."
    return text, _condition("Rader", d.get("where"))


def _quantile(d: Mapping[str, Any]) -> Words:
    q = str(d["q"])
    what = "Median" if q in ("0.5", "1/2") else f"Kvantilen {q.replace('.', ',')}"
    return f"{what} av {d['column']} i {d['dataset']}.", _condition("Rader", d.get("where"))


def _statistic(d: Mapping[str, Any]) -> Words:
    part = f", {d['part']}" if d.get("part") else ""
    level = f", konfidensgrad {str(d['confidence']).replace('.', ',')}" if "confidence" in d else ""
    return f"Statistiskt mått {d['function']}{part}{level}.", ()


def _derived(d: Mapping[str, Any]) -> Words:
    what = {
        "+": "Summan av de två fakta som det bygger på",
        "-": "Det första av de två fakta som det bygger på minus det andra",
        "/": "Det första av de två fakta som det bygger på delat med det andra",
    }
    return f"{what.get(d['op'], d['op'])}.", ()


def _cited(d: Mapping[str, Any]) -> Words:
    text = f"Citerat från {d['source']}: kolumnen {d['column']} i {d['dataset']}."
    return text, _condition("Rad", d.get("where"))


def _constant(d: Mapping[str, Any]) -> Words:
    return f"Fast värde: {d['why']}.", ()


def _word(d: Mapping[str, Any]) -> Words:
    words = ", ".join(f"”{w}”" for w in d["words"])
    return f"Ordval mellan {words} (större, mindre, lika) efter talet som det visas.", ()


_TELLERS: Mapping[str, Callable[[Mapping[str, Any]], Words]] = {
    "count": _count, "share": _share, "mean": _mean, "quantile": _quantile,
    "statistic": _statistic, "derived": _derived, "cited": _cited, "constant": _constant,
    "word": _word,
}  # fmt: skip
