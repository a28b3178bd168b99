"""Lineage of facts on what the pipeline itself writes about a year's rows: `rader`, `celler`.

They count rows and cells by file and form, and so they are influenced: by any cell of such a
file; where the cell decides about other rows (a key), by any file of the form; and by the tables
that the form refers to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.facts import predicate as p
from pipeline.facts.bits import Mask
from pipeline.trace.basis import Basis, Parts, columns_of
from pipeline.trace.cellset import WHOLE_ROW, CellSet, Sheet
from pipeline.trace.tables import Tables

PLACE = frozenset({"fil", "tabell"})
Places = frozenset[tuple[str, str]]  # file and form


class SystemRecords:
    """Members and influence of facts on `rader` and `celler`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._told: dict[tuple[p.Node, str, str], bool] = {}
        self._heard: dict[tuple[int, Sheet, bool], Places] = {}
        self._hit: dict[tuple[Parts, Places], bool] = {}

    def members(self, b: Basis, chosen: Mask) -> CellSet:
        """The rows that are counted, or the cells."""
        found = CellSet()
        link = self._tables.link(b.table, b.year)
        if b.table == "rader":
            for sheet, marks in link.marks(chosen):
                found.add(sheet, WHOLE_ROW, marks)
            return found
        table = self._tables.dataset(b.table, b.year).table
        assert table is not None
        for name in pc.unique(table["falt"]).to_pylist():
            about = chosen & np.asarray(pc.fill_null(pc.equal(table["falt"], name), False))
            for sheet, marks in link.marks(about):
                known = name in self._tables.sources[sheet.year][sheet.kalla]["columns"]
                found.add(sheet, name if known else WHOLE_ROW, marks)
        return found

    def influence(self, b: Basis) -> CellSet:
        """Every cell of the files and forms that could have such rows."""
        found = CellSet()
        for year in self._tables.years:
            for kalla, source in self._tables.sources[year].items():
                sheet = Sheet(year, kalla)
                for field in source["columns"]:
                    if self._hits(b.parts, self._places(b.year, sheet, field)):
                        found.add(sheet, field, self._tables.raw_rows(sheet))
        return found

    def counting(
        self, table: str, year: int, sheet: Sheet, row: int, field: str,
        facts: Mapping[Parts, list[str]],
    ) -> set[str]:  # fmt: skip
        """The facts that have the cell among their members."""
        if table == "rader" or sheet.year != year:
            return set()  # rows are counted, no cell is read
        rows = self._tables.dataset(table, year).table
        at = self._tables.link(table, year).rows_at(sheet, row)
        assert rows is not None
        here = rows.take(pa.array(at))
        here = here.filter(pc.equal(here["falt"], field))
        return {
            f
            for parts, ids in facts.items()
            if here.num_rows and pc.any(p.mask(p.both(*parts), here)).as_py()
            for f in ids
        }

    def changing(
        self, table: str, year: int, sheet: Sheet, row: int, field: str,
        facts: Mapping[Parts, list[str]],
    ) -> set[str]:  # fmt: skip
        """The facts that have the cell in their influence."""
        raw = self._tables.raw_rows(sheet)
        if row >= len(raw) or not raw[row]:
            return set()
        places = self._places(year, sheet, field)
        return {f for parts, ids in facts.items() if self._hits(parts, places) for f in ids}

    def _hits(self, parts: Parts, places: Places) -> bool:
        """Whether rows of one of the files and forms can be among those counted."""
        key = (parts, places)
        if key not in self._hit:
            told = [part for part in parts if PLACE.issuperset(columns_of(part))]
            self._hit[key] = any(all(self._tells(part, *at) for part in told) for at in places)
        return self._hit[key]

    def _places(self, year: int, sheet: Sheet, field: str) -> Places:
        """The files and forms that have rows in which the cell may be heard."""
        table = self._tables.table_of(sheet)
        if table is None or sheet.year > year:
            return frozenset()
        decides = field in self._tables.forms.form(table).structural
        key = (year, sheet, decides)
        if key not in self._heard:
            self._heard[key] = frozenset(self._hearing(year, sheet, table, decides))
        return self._heard[key]

    def _hearing(
        self, year: int, sheet: Sheet, table: str, decides: bool
    ) -> Iterator[tuple[str, str]]:
        if sheet.year == year:
            yield self._tables.sources[year][sheet.kalla]["file"], table
            if decides:
                yield from self._files(table, year)
        for other in self._tables.forms.referring(table):
            yield from self._files(other, year)

    def _files(self, table: str, year: int) -> Iterator[tuple[str, str]]:
        for sheet in self._tables.sheets(table, year):
            yield self._tables.sources[year][sheet.kalla]["file"], table

    def _tells(self, part: p.Node, file: str, table: str) -> bool:
        key = (part, file, table)
        if key not in self._told:
            one = pa.table({"fil": [file], "tabell": [table]})
            self._told[key] = bool(p.mask(part, one)[0].as_py())
        return self._told[key]
