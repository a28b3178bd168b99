"""Which changed cells touch a fact: its definition is applied to the tables of both editions, and
only rows that contribute otherwise than before count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, codebooks, open_dataset
from pipeline.facts.lookup import rows as rows_of_fact
from pipeline.trace.diff.cells import CellChange, SheetChange, column_index
from pipeline.trace.diff.sides import Record, Side, year_of

Key = tuple[int, str, int]  # year of the folder (0: shared by all years), `_kalla`, `_rad`
INDIRECT = "annan cell i samma rad"
STRUCTURAL = "nyckel eller rubrik"


@dataclass(frozen=True, slots=True)
class Found:
    """Cells that explain a change, each with how (empty: the fact reads the cell itself), and the
    number of rows that contribute otherwise than before."""

    cells: tuple[tuple[CellChange, str], ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    """A dataset with, for each row, the raw rows it comes from (its own first), and the rows that
    may contribute otherwise than on the other side, by the name both sides have for them."""

    data: Dataset
    places: list[tuple[Key, ...]]
    relevant: dict[Key, list[int]]


@dataclass(slots=True)
class Rows:
    """The tables of two editions of one year, and what differs in the raw files under them."""

    a: Side
    b: Side
    sheets: tuple[SheetChange, ...]
    _touched: dict[str, dict[Key, list[CellChange]]] = field(default_factory=dict)
    _pairs: dict[tuple[int, str], dict[int, int]] = field(default_factory=dict)
    _tables: dict[tuple[str, int], dict[str, _Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._touched = {"A": {}, "B": {}}
        for sheet in self.sheets:
            at = year_of(sheet.file), sheet.source
            self._pairs[at] = dict(sheet.pairs)
            for pair, cells in sheet.cells.items():
                for label, row in zip("AB", pair, strict=True):
                    if row is not None:
                        self._touched[label][(*at, row)] = list(cells)

    def touching(self, record: Record) -> Found:
        """The changed cells that a fact's rows hold. Nothing for facts without rows of their own,
        and where the tables of one side are gone."""
        definition = json.loads(record["definition"])
        if "dataset" not in definition or self.a.tables is None or self.b.tables is None:
            return Found()
        year = self.b.year + (0 if definition["kind"] == "cited" else definition["period"])
        try:
            tables = self._both(definition["dataset"], year)
            given = {label: _given(t, definition) for label, t in tables.items()}
        except UppfoljningError:  # the table or a column exists in one edition only
            return Found()
        columns = {c.split(".", 1)[1] for c in json.loads(record["reads"])}
        fields = {f for c in columns for f in self.fields(c, definition["dataset"])}
        keys = {**given["A"], **given["B"]}
        differing = [k for k in keys if given["A"].get(k) != given["B"].get(k)]
        cells: dict[CellChange, str] = {}
        for key in sorted(differing):
            mine = self._cells(tables, key)
            read = [c for c in mine if self._field(c) in fields]
            cells |= dict.fromkeys(read, "")
            if not read:
                cells |= {c: INDIRECT for c in mine if c not in cells}
            if not mine:
                structural = self._structural(definition["dataset"])
                cells |= {c: STRUCTURAL for c in structural if c not in cells}
        return Found(tuple(cells.items()), len(differing))

    def fields(self, column: str, table: str) -> set[str]:
        """The form's fields behind a column of a table."""
        name = column.partition("__")[0]
        book = codebooks(self.b.raw).get(table) or codebooks(self.a.raw).get(table)
        if book is None:
            return {name}
        for derived in book.derived:
            if derived.name == name:
                return {f for f in (derived.source, derived.to) if f}
        for key in book.foreign_keys:
            if name in key.lookup:
                return self.fields(column, key.resource)
        return {name}

    def _both(self, name: str, year: int) -> dict[str, _Table]:
        if (name, year) not in self._tables:
            made = {}
            for side in (self.a, self.b):
                assert side.tables is not None
                data = open_dataset(side.tables, name, year, side.year)
                made[side.label] = _Table(data, list(_places(data)), {})
            named = {s: [self._common(ks[0], s) for ks in t.places] for s, t in made.items()}
            there = {s: set(keys) for s, keys in named.items()}
            touched = {
                named[s][i]
                for s, t in made.items()
                for i, ks in enumerate(t.places)
                if any(k in self._touched[s] for k in ks)
            } | (there["A"] ^ there["B"])
            for s, t in made.items():
                for i, key in enumerate(named[s]):
                    if key in touched:
                        t.relevant.setdefault(key, []).append(i)
            self._tables[name, year] = made
        return self._tables[name, year]

    def _common(self, key: Key, label: str) -> Key:
        """A row's name on both sides: its row in B, or −row in A for one that went."""
        pairs = self._pairs.get(key[:2])
        if label == "B" or pairs is None:
            return key
        return (key[0], key[1], pairs.get(key[2], -key[2]))

    def _cells(self, tables: dict[str, _Table], key: Key) -> list[CellChange]:
        """The changed cells of a row and of the rows it looks up in."""
        found: dict[CellChange, None] = {}
        for label, table in tables.items():
            for i in table.relevant.get(key, ()):
                for place in table.places[i]:
                    found |= dict.fromkeys(self._touched[label].get(place, ()))
        return list(found)

    def _field(self, cell: CellChange) -> str:
        """The form's field that a cell answers; empty where its column is not read."""
        for side in (self.b, self.a):
            columns = side.source(cell.file, cell.source).get("columns", {})
            for name, letters in columns.items():
                if cell.column in letters:
                    return str(name)
        return ""

    def _structural(self, table: str) -> Iterator[CellChange]:
        """Changed key cells and headers of the table and of those it looks up in."""
        books = codebooks(self.b.raw)
        keys = books[table].foreign_keys if table in books else ()
        tables = {table, *(k.resource for k in keys)}
        for sheet in self.sheets:
            entry = self.b.source(sheet.file, sheet.source)
            if entry.get("table") not in tables:
                continue
            own = books.get(entry["table"])
            structural = {*own.primary_key, own.keep} if own else set()
            for pair, cells in sheet.cells.items():
                header = entry.get("header_row") in pair
                yield from (c for c in cells if header or self._field(c) in structural)


def primary_keys(a: Side, b: Side, name: str) -> dict[str, list[int]]:
    """Source of the raw file → 0-based columns of its form's primary key."""
    found: dict[str, list[int]] = {}
    for side in (a, b):
        books = codebooks(side.raw)
        for source, entry in side.sources(year_of(name) or side.year).items():
            book = books.get(entry["table"] or "")
            letters = [entry["columns"].get(k) for k in (book.primary_key if book else ())]
            if letters and all(x and x[0] for x in letters):
                found[source] = [column_index(x[0]) for x in letters if x]
    return found


def _given(table: _Table, definition: Record) -> dict[Key, list[str]]:
    """What each relevant row gives the fact: whether it is in the numerator, and its value."""
    if table.data.table is None:
        return {}
    member = table.data.selected(rows_of_fact(definition, table.data))
    top = table.data.selected(p.parse(definition["where"])) if "of" in definition else member
    column = definition.get("column") or definition.get("distinct")
    values = table.data.table.column(column) if column else None
    given: dict[Key, list[str]] = {}
    for key, places in table.relevant.items():
        for i in places:
            if member[i]:
                value: Any = values[i].as_py() if values is not None else None
                given.setdefault(key, []).append(repr((bool(top[i]), value)))
    return {key: sorted(each) for key, each in given.items()}


def _places(data: Dataset) -> Iterator[tuple[Key, ...]]:
    if data.table is None:
        return
    names = [n for n in data.table.column_names if n.startswith("_")]
    columns = {n: data.table.column(n).to_pylist() for n in names}
    brought = [n.removesuffix("_kalla") for n in names if n.endswith("_kalla") and n != "_kalla"]
    for i, (kalla, rad) in enumerate(zip(columns["_kalla"], columns["_rad"], strict=True)):
        others = (
            (_folder(columns[f"{b}_ar"][i], k), k, columns[f"{b}_rad"][i])
            for b in brought
            if (k := columns[f"{b}_kalla"][i]) is not None
        )
        yield ((_folder(data.year, kalla), kalla, rad), *others)


def _folder(year: int, kalla: str) -> int:
    return 0 if kalla.startswith("kolada/") else int(year)
