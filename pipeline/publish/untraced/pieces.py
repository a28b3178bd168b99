"""The texts of a document one by one: where they stand, and which spans of them are facts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.publish import blocks as b
from pipeline.publish.document import Block, place

AXIS = "axelvarde"  # the class of an axis tick in a chart's SVG: its number is the scale's, no fact
PICTURES = frozenset({"image", "foreignObject"})
# Position → what a message calls it. Labels stand alone in theirs; titles quote questions.
NAMES = {
    "heading": "rubriken", "prose": "texten", "caption": "tabellrubriken",
    "header": "kolumnhuvudet", "row": "radrubriken", "cell": "tabellcellen", "note": "noten",
    "title": "diagrammets rubrik", "subtitle": "diagrammets underrubrik",
    "alt": "diagrammets alternativtext",
    "svg": "diagrammets text", "tick": "diagrammets axel", "code": "koden i texten",
    "fact": "ett faktums rubrik i registret", "quote": "ett godkänt citat",
}  # fmt: skip
LABELS = frozenset({"header", "row", "svg"})
TITLES = frozenset({"heading", "caption", "title", "subtitle", "alt", "fact"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One text. `traced` are the spans shown by facts, which the block must know."""

    block: Block
    position: str
    text: str
    traced: tuple[tuple[int, int], ...] = ()
    unknown: tuple[str, ...] = ()  # texts that claim to show a fact, and do not
    where: str = ""

    @property
    def place(self) -> str:
        what = NAMES[self.position]
        return f"{place(self.block.notebook, self.block.cell_id)}, {self.where or what}"


@dataclass(frozen=True, slots=True)
class About:
    """What a block's facts are about: their tables, their years, the values that they are of."""

    tables: frozenset[str]
    years: frozenset[int]
    values: frozenset[str]


@lru_cache(maxsize=65536)
def _about(scope: str, definition: str) -> tuple[str, tuple[str, ...]]:
    table = json.loads(definition).get("dataset", "")
    return table, tuple(_value(v) for v in json.loads(scope).values())


def _value(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def about(data: b.Data) -> About:
    """What the facts of a block are about."""
    tables: set[str] = set()
    years: set[int] = set()
    values: set[str] = set()
    for _, record in b.records(data):
        table, found = _about(record["scope"], record["definition"])
        tables.add(table)
        values.update(found)
        if str(record["period"]).isdigit():
            years.add(int(record["period"]))
    return About(frozenset(tables), frozenset(years), frozenset(values))


def pieces(block: Block) -> Iterator[Piece]:
    """Every text of a block, in the order in which the page has them."""
    known = frozenset(key for key, _ in b.records(block.data))
    yield from _Reader(block, known).data(block.data)


@dataclass(frozen=True, slots=True)
class _Reader:
    block: Block
    known: frozenset[str]

    def data(self, data: b.Data) -> Iterator[Piece]:
        match data["kind"]:
            case "heading":
                yield self.runs(data["runs"], "heading")
            case "paragraph":
                note = data.get("style") == "note"
                yield self.runs(data["runs"], "note" if note else "prose")
            case "table":
                yield from self.table(data)
            case "figure":
                yield self.runs(data["title"], "title")
                yield self.runs(data.get("subtitle") or (), "subtitle")
                yield self.runs(data["alt"], "alt")
                yield from self.picture(data)
                yield self.runs(data.get("note") or (), "note")
                yield from self.table(data["table"])
            case "quote" if data.get("approved"):
                for block in b.inner(data):
                    yield self.runs(block["runs"], "quote")
            case "list" | "quote":
                for block in b.inner(data):
                    yield from self.data(block)

    def table(self, data: b.Data) -> Iterator[Piece]:
        yield self.runs(data["caption"], "caption")
        for column in data["columns"]:
            yield self.runs(column["header"], "header")
        for row in data["rows"]:
            yield self.runs(row["header"], "row")
            for cell in row["cells"]:
                yield self.runs(cell, "cell")
        yield self.runs(data.get("note") or (), "note")

    def runs(self, runs: b.Runs, position: str) -> Piece:
        texts: list[str] = []
        spans: list[tuple[int, int]] = []
        unknown: list[str] = []
        self._flatten(runs, texts, spans, unknown, [0])
        return Piece(self.block, position, "".join(texts), tuple(spans), tuple(unknown))

    def _flatten(
        self, runs: b.Runs, texts: list[str], spans: list[tuple[int, int]],
        unknown: list[str], at: list[int],
    ) -> None:  # fmt: skip
        for run in runs:
            if isinstance(run, str) or "code" in run:
                text = run if isinstance(run, str) else run["code"]
            elif "quoted" in run:  # people's own words: their numbers are none of ours
                text = run["quoted"]
                spans.append((at[0], at[0] + len(text)))
            elif "fact" in run:
                text = run["text"]
                if run["fact"] in self.known:
                    spans.append((at[0], at[0] + len(text)))
                else:
                    unknown.append(text)
            else:
                inner = run.get("strong") or run.get("emphasis") or run.get("runs") or ()
                # A link shows its words, and no fact can be reached through it.
                before = len(spans)
                self._flatten(inner, texts, spans, unknown, at)
                if "link" in run:
                    del spans[before:]
                continue
            texts.append(text)
            at[0] += len(text)

    def picture(self, data: b.Data) -> Iterator[Piece]:
        """The texts in the SVG. A text with `data-fakta` shows the next of the marks."""
        marks = iter(data.get("marks") or ())
        for fact, css, text in drawn(data["svg"]):
            if css == "raster":
                yield Piece(self.block, "svg", "", unknown=(text,), where="bild i diagrammet")
                continue
            spans, wrong = [], []
            if fact:
                mark = next(marks, None)
                shown = "" if mark is None else mark["text"]
                start = text.find(shown)
                if mark is None or mark["fact"] != fact or fact not in self.known or start < 0:
                    wrong.append(text)
                else:
                    spans.append((start, start + len(shown)))
            position = "tick" if AXIS in css.split() else "svg"
            yield Piece(self.block, position, text, tuple(spans), tuple(wrong))


def drawn(svg: str) -> Iterator[tuple[str, str, str]]:
    """(fact id or "", classes, text) of each text that a reader meets in an SVG, in its order.

    A raster image comes with the class `raster`."""
    root = ET.fromstring(svg)
    for element in root.iter():
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if tag in ("text", "title", "desc"):
            fact = element.get("data-fakta", "") if tag == "text" else ""
            yield fact, element.get("class", ""), words(element)
        elif tag in PICTURES:
            yield "", "raster", f"<{tag}>"
        for key, value in element.attrib.items():
            if key.rpartition("}")[2] in ("aria-label", "aria-description", "title", "alt"):
                yield "", "", value


def words(element: ET.Element) -> str:
    """An element's text; its lines (tspans of their own place) apart."""
    parts = [element.text or ""]
    for child in element:
        apart = " " if child.get("y") or child.get("dy") else ""
        parts += [apart, words(child), child.tail or ""]
    return "".join(parts).strip()
