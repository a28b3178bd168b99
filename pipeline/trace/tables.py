"""A workspace's tables as lineage needs them: where each row came from, and leads to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.facts.dataset import Dataset, codebooks, open_dataset
from pipeline.trace.cellset import Marks, Sheet, marked
from pipeline.trace.origins import Forms
from pipeline.workspace import Workspace

Ints = npt.NDArray[np.int64]
Source = dict[str, Any]  # an entry of kallor.json
Path_ = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Link:
    """For each row of a table the sheet row it stands on, or that its foreign keys lead to.

    `sheet[i]` is an index into `sheets`, -1 where the key leads nowhere.
    """

    sheets: tuple[Sheet, ...]
    sheet: Ints
    row: Ints

    def rows_at(self, sheet: Sheet, row: int) -> Ints:
        """The rows of the table that stand on, or lead to, one row of a sheet."""
        if sheet not in self.sheets:
            return np.zeros(0, dtype=np.int64)
        near = np.flatnonzero(self.row == row)
        found: Ints = near[self.sheet[near] == self.sheets.index(sheet)]
        return found

    def marks(self, chosen: Marks) -> Iterator[tuple[Sheet, Marks]]:
        """The sheet rows of some of the table's rows."""
        for sheet, (at, row) in zip(self.sheets, self._of_sheet, strict=True):
            rows = row[chosen[at]]
            if len(rows):
                yield sheet, marked(rows)

    @cached_property
    def _of_sheet(self) -> list[tuple[slice | Ints, Ints]]:
        """Of each sheet which rows of the table stand on it or lead to it, and on which of its
        rows: looked up once, since thousands of facts ask."""
        made: list[tuple[slice | Ints, Ints]] = []
        for i in range(len(self.sheets)):
            at = np.flatnonzero(self.sheet == i)
            unbroken = len(at) and at[-1] - at[0] + 1 == len(at)
            made.append((slice(at[0], at[-1] + 1) if unbroken else at, self.row[at]))
        return made


class Tables:
    """What lies in PROCESSED, seen from the edition of one year. Everything is read once."""

    def __init__(self, workspace: Workspace, year: int) -> None:
        self.workspace = workspace
        self.year = year
        self.forms = Forms(
            codebooks(workspace.raw), workspace.raw / "formular", deciding=self._deciding()
        )
        self._datasets: dict[tuple[str, int], Dataset] = {}
        self._links: dict[tuple[str, int, Path_], Link] = {}
        self._raw_rows: dict[int, dict[str, Marks]] = {}
        self._rader: dict[int, tuple[Link, pa.Table]] = {}
        self._positions: dict[tuple[str, int], dict[tuple[str, int], int]] = {}

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years with tables, up to the edition's, newest first."""
        found = [int(p.parent.name) for p in self.workspace.processed.glob("[0-9]*/kallor.json")]
        return tuple(sorted((y for y in found if y <= self.year), reverse=True))

    def _deciding(self) -> dict[str, frozenset[str]]:
        """The fields of each table in whose columns a survey tool also says which answers are
        none (LimeSurvey's date of sending)."""
        found: dict[str, frozenset[str]] = {}
        for source in (s for year in self.sources.values() for s in year.values()):
            told = {*source.get("decided_by", ())}
            fields = {f for f, letters in source["columns"].items() if told & {*letters}}
            if source["table"] and fields:
                found[source["table"]] = found.get(source["table"], frozenset()) | fields
        return found

    @cached_property
    def sources(self) -> dict[int, dict[str, Source]]:
        """kallor.json of each year."""
        folder = self.workspace.processed
        return {
            y: json.loads((folder / str(y) / "kallor.json").read_text(encoding="utf-8"))
            for y in self.years
        }

    def table_of(self, sheet: Sheet) -> str | None:
        """The form of a sheet; None where it is not read."""
        name: str | None = self.sources[sheet.year][sheet.kalla]["table"]
        return name

    def sheets(self, table: str, year: int) -> Iterator[Sheet]:
        """The sheets of a form in a year."""
        for kalla, source in self.sources.get(year, {}).items():
            if source["table"] == table:
                yield Sheet(year, kalla)

    def dataset(self, table: str, year: int) -> Dataset:
        key = (table, year)
        if key not in self._datasets:
            self._datasets[key] = open_dataset(self.workspace, table, year, self.year)
        return self._datasets[key]

    def raw_rows(self, sheet: Sheet) -> Marks:
        """Every row of a sheet, whatever became of it."""
        if sheet.year not in self._raw_rows:
            link = self._records(sheet.year)[0]
            every = np.ones(len(link.row), dtype=bool)
            self._raw_rows[sheet.year] = {s.kalla: m for s, m in link.marks(every)}
        return self._raw_rows[sheet.year].get(sheet.kalla, np.zeros(0, dtype=bool))

    def row_record(self, sheet: Sheet, row: int) -> Source | None:
        """What rader.parquet says of a row: `tabell`, `status`, `orsak`; None for no row."""
        link, table = self._records(sheet.year)
        found: list[Source] = [table.slice(i, 1).to_pylist()[0] for i in link.rows_at(sheet, row)]
        return found[0] if found else None

    def rows_but(self, year: int, status: str) -> set[tuple[str, int]]:
        """Source and row of every raw row of a year that has another status."""
        path = self.workspace.processed / str(year) / "rader.parquet"
        found = pq.read_table(path, columns=["_kalla", "_rad"], filters=[("status", "!=", status)])
        return set(zip(*(c.to_pylist() for c in found.columns), strict=True))

    def _records(self, year: int) -> tuple[Link, pa.Table]:
        if year not in self._rader:
            table = pq.read_table(self.workspace.processed / str(year) / "rader.parquet")
            said = table.select(["tabell", "status", "orsak"])
            self._rader[year] = (_own(table, year), said)
        return self._rader[year]

    def link(self, table: str, year: int, path: Path_ = ()) -> Link:
        """Where the rows of a table stand (`path` empty), or where its foreign keys lead."""
        key = (table, year, path)
        if key not in self._links:
            rows = self.dataset(table, year).table
            if rows is None:
                raise UsageError(f"Tabellen {table} för {year} finns inte.")
            made = _own(rows, year) if not path else _referred(rows, path[0])
            for i, resource in enumerate(path[1:], start=1):
                made = self._onward(made, path[i - 1], resource)
            self._links[key] = made
        return self._links[key]

    def _onward(self, link: Link, table: str, resource: str) -> Link:
        """A link of a link: few tables have one, so row by row will do."""
        sheets: dict[Sheet, int] = {}
        sheet, row = np.full(len(link.row), -1), np.zeros(len(link.row), dtype=np.int64)
        for i in np.flatnonzero(link.sheet >= 0).tolist():
            here = link.sheets[link.sheet[i]]
            at = self._position(table, here.year).get((here.kalla, int(link.row[i])))
            if at is None:
                continue
            there = self.link(table, here.year, (resource,))
            if there.sheet[at] >= 0:
                sheet[i] = sheets.setdefault(there.sheets[there.sheet[at]], len(sheets))
                row[i] = there.row[at]
        return Link(tuple(sheets), sheet, row)

    def _position(self, table: str, year: int) -> dict[tuple[str, int], int]:
        key = (table, year)
        if key not in self._positions:
            rows = self.dataset(table, year).table
            assert rows is not None
            places = zip(rows["_kalla"].to_pylist(), rows["_rad"].to_pylist(), strict=True)
            self._positions[key] = {place: i for i, place in enumerate(places)}
        return self._positions[key]


def _own(rows: pa.Table, year: int) -> Link:
    names, codes = _encoded(rows["_kalla"])
    return Link(tuple(Sheet(year, n) for n in names), codes, _ints(rows["_rad"]))


def _referred(rows: pa.Table, resource: str) -> Link:
    names, codes = _encoded(rows[f"_{resource}_kalla"])
    years = _ints(rows[f"_{resource}_ar"])
    pairs: dict[tuple[int, int], int] = {}
    sheet = np.full(len(codes), -1, dtype=np.int64)
    for year in np.unique(years[codes >= 0]).tolist():
        for code in np.unique(codes[years == year]).tolist():
            if code >= 0:
                at = pairs.setdefault((year, code), len(pairs))
                sheet[(years == year) & (codes == code)] = at
    sheets = tuple(Sheet(year, names[code]) for year, code in pairs)
    return Link(sheets, sheet, _ints(rows[f"_{resource}_rad"]))


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Different values, and for each row the place of its own; -1 for NULL."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = pc.fill_null(coded.indices.cast(pa.int64()), -1)
    return coded.dictionary.to_pylist(), codes.to_numpy(zero_copy_only=False)


def _ints(column: pa.ChunkedArray) -> Ints:
    filled = pc.fill_null(column.cast(pa.int64()), 0)
    made: Ints = filled.to_numpy()
    return made
