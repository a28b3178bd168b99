"""What a published page says, read as a stranger's program would: numbers with their attributes,
tables cell by cell, pictures and the words about them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_UNITS = frozenset("p li tr caption figcaption h1 h2 h3 h4 h5 h6 dd dt".split())
_EMPTY = frozenset("br img meta link input hr source col".split())
_SHAPES = frozenset("rect path circle ellipse line polyline polygon".split())


@dataclass(frozen=True, slots=True)
class Number:
    """A `<data>` element, or a text of a picture that shows facts (then `value` is its text)."""

    facts: tuple[str, ...]
    part: str
    text: str
    value: str
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `fact` is empty outside numbers."""

    text: str
    fact: str = ""
    part: str = "value"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, heading or table row; of a row, `cells` are its cells."""

    tag: str
    pieces: tuple[Piece, ...]
    cells: tuple[tuple[Piece, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the heading row first where there is one."""

    name: str
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: what is written about it for those who cannot see it, what everyone reads in it,
    and its table's rows."""

    name: str
    alts: tuple[str, ...]
    text: str
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    numbers: tuple[Number, ...] = ()
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    shapes: tuple[str, ...] = ()  # facts that something is drawn for, text left out
    basis: tuple[tuple[str, str], ...] = ()  # fact → "23 av 37" or "n = 37" of the register
    data: tuple[Any, ...] = ()  # JSON inside the page


def text_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@dataclass(slots=True)
class _Open:
    """A figure or table being read."""

    name: str
    rows: list[Line] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers: list[Number] = []
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        self.pictures: list[Picture] = []
        self.shapes: list[str] = []
        self.basis: list[tuple[str, str]] = []
        self.data: list[Any] = []
        self._number: tuple[str, dict[str, str], list[str]] | None = None
        self._unit: tuple[str, list[Piece]] | None = None
        self._cells: list[list[Piece]] | None = None
        self._cell = False
        self._table: _Open | None = None
        self._figure: _Open | None = None
        self._names: list[str] = []  # ids of what is open, "" without one
        self._post, self._term, self._script = "", "", ""
        self._alt: list[str] | None = None  # <title> and <desc> of a picture

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag not in _EMPTY:
            self._names.append(given.get("id", ""))
        near = next((n for n in reversed(self._names) if n), "")
        if tag == "figure":
            self._figure = _Open(near)
        elif tag == "table":
            self._table = _Open(near)
        elif tag == "tr":
            self._cells = []
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append([])
            self._cell = True
        elif tag == "script":
            self._script = "json" if "json" in given.get("type", "") else "code"
        elif tag in ("title", "desc") and self._figure is not None:
            self._alt = []
        if tag in _UNITS:
            self._close_unit()
            self._unit = (tag, [])
        if tag == "li" and given.get("id", "").startswith("f-"):
            self._post = given["id"].removeprefix("f-")
        if tag in ("data", "text") and "data-fakta" in given:
            self._number = (tag, given, [])
        elif tag in _SHAPES and "data-fakta" in given:
            self.shapes += given["data-fakta"].split()
        told = [given[k] for k in ("alt", "aria-label", "title", "aria-description") if k in given]
        if told and self._figure is not None:
            self._figure.alts += told
        elif "alt" in given:
            self.pictures.append(Picture(near, (given["alt"],), "", ()))

    def handle_data(self, data: str) -> None:
        if self._script:
            if self._script == "json":
                self.data.append(json.loads(data))
            return
        if self._alt is not None:
            self._alt.append(data)
            return
        piece = Piece(data)
        if self._number is not None:
            self._number[2].append(data)
            given = self._number[1]
            piece = Piece(data, given["data-fakta"], given.get("data-del") or "value")
        if self._cell and self._cells:
            self._cells[-1].append(piece)
        if self._unit is not None:
            self._unit[1].append(piece)
        if self._figure is not None:
            self._figure.text.append(data)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY and self._names:
            self._names.pop()
        if tag == "script":
            self._script = ""
        if tag in ("title", "desc") and self._alt is not None:
            if self._figure is not None:
                self._figure.alts.append("".join(self._alt))
            self._alt = None
        if self._number is not None and tag == self._number[0]:
            name, given, texts = self._number
            text = "".join(texts)
            facts = tuple(given["data-fakta"].split())
            part, value = given.get("data-del") or "value", given.get("value", text)
            if name == "text" and text.startswith("n = "):
                part = "n"  # a picture writes the basis of its rows in its own way
            self.numbers.append(Number(facts, part, text, value, drawn=name == "text"))
            self._number = None
        if tag in ("td", "th"):
            self._cell = False
        if tag == "tr" and self._cells is not None:
            cells = tuple(tuple(c) for c in self._cells)
            line = Line("tr", tuple(p for c in cells for p in c), cells)
            for held in (self._table, self._figure):
                if held is not None:
                    held.rows.append(line)
            self.lines.append(line)
            self._cells = self._unit = None
        elif tag in _UNITS:
            self._close_unit()
        if tag == "table" and self._table is not None:
            self.tables.append(Table(self._table.name, tuple(self._table.rows)))
            self._table = None
        if tag == "figure" and (f := self._figure) is not None:
            self.pictures.append(Picture(f.name, tuple(f.alts), "".join(f.text), tuple(f.rows)))
            self._figure = None

    def _close_unit(self) -> None:
        if self._unit is None:
            return
        tag, pieces = self._unit
        text = "".join(p.text for p in pieces).strip()
        if tag == "dt":
            self._term = text
        elif tag == "dd" and self._term == "Underlag" and self._post:
            self.basis.append((self._post, text))
        if text and tag not in ("tr", "dd", "dt"):
            self.lines.append(Line(tag, tuple(pieces)))
        self._unit = None


def read_page(html: str) -> Page:
    """The page of this HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(
        tuple(reader.numbers), tuple(reader.lines), tuple(reader.tables), tuple(reader.pictures),
        tuple(reader.shapes), tuple(reader.basis), tuple(reader.data),
    )  # fmt: skip


def records(data: Any, known: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects of a JSON document that are about a fact, however they are nested."""
    if isinstance(data, dict):
        named = [data.get(k) for k in ("id", "fact", "fakta", "@id")]
        keys = [k.removeprefix("#f-") for k in named if isinstance(k, str)]
        key = next((k for k in keys if k in known), None)
        if key is not None:
            yield key, data
        for name, inner in data.items():
            if name in known and isinstance(inner, dict):
                yield name, inner
            yield from records(inner, known)
    elif isinstance(data, list):
        for inner in data:
            yield from records(inner, known)
