"""The rows that a tertial rests on, cell by cell as they stand in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.facts import predicate as p
from pipeline.intake.raw import Cell as Value
from pipeline.privacy.key import PseudonymKey
from pipeline.trace.cellset import Cell, Sheet
from pipeline.trace.lock.record import Group, LockedRow
from pipeline.trace.raw_values import RawFiles, place_of
from pipeline.trace.tables import Tables

OF_TERTIAL = {"bakgrund": "start_tertial", "avslut": "slut_tertial"}
LOOKED_UP = "bakgrund"
PROCESSED = "behandlad"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a file. `values`: cell → what stands in it."""

    sheet: Sheet
    number: int
    values: Mapping[str, Value]

    @property
    def place(self) -> str:
        return f"{self.sheet.kalla}!{self.number}"


class LockedCells:
    """Rows of a workspace, told apart and digested under its key."""

    def __init__(self, tables: Tables, key: PseudonymKey) -> None:
        self.tables = tables
        self._raw = RawFiles(tables)
        self._key = key
        self._rows: dict[tuple[str, int], dict[str, RawRow]] = {}

    @cached_property
    def looked_up(self) -> tuple[str, ...]:
        """The fields of bakgrund that rows of avslut bring in."""
        books = self.tables.forms.books
        keys = books["avslut"].foreign_keys
        wanted = [c for k in keys if k.resource == LOOKED_UP for c in k.lookup]
        return tuple(c for c in wanted if books[LOOKED_UP].has(c))

    def digest(self, row: str, cell: str, value: Value) -> str:
        """Of one cell, bound to its row: nothing can be read from it without the key."""
        blank = value is None or value == ""
        told = "" if blank else f"{type(value).__name__}:{value!r}"
        return self._key.pseudonym(f"\0las\0{row}\0{cell}\0{told}")

    def groups(self, year: int, tertial: str, unit: str) -> tuple[Group, ...]:
        """What a lock holds of a unit's tertial."""
        made = []
        for table in OF_TERTIAL:
            own = self.standing(table, year, tertial, unit)
            made.append(Group(table, year, True, self._locked(table, own, None)))
        brought = self._brought(year, tertial, unit)
        for of_year in sorted({row.sheet.year for row in brought.values()}):
            some = {k: r for k, r in brought.items() if r.sheet.year == of_year}
            made.append(
                Group(LOOKED_UP, of_year, False, self._locked(LOOKED_UP, some, self.looked_up))
            )
        return tuple(g for g in made if g.rows)

    def standing(self, table: str, year: int, tertial: str, unit: str) -> dict[str, RawRow]:
        """The rows of a table that count in a unit's tertial."""
        return self._places(table, year, self._chosen(table, year, tertial, unit), "_", year)

    def rows(self, table: str, year: int) -> dict[str, RawRow]:
        """Every row of a table and year by its pseudonym, whatever became of it; of several with
        one key the one that counts."""
        if (table, year) not in self._rows:
            found: dict[str, RawRow] = {}
            for row in self._all(table, year):
                key = self._identity(table, row)
                if key and (key not in found or self._counts(row)):
                    found[key] = row
            self._rows[table, year] = found
        return self._rows[table, year]

    def cell(self, row: RawRow, name: str) -> Cell:
        """Where a cell of a row stands; the row as a whole where its file has no such column."""
        field, _, place = name.partition(".")
        letters = self.tables.sources[row.sheet.year][row.sheet.kalla]["columns"].get(field, [])
        at = int(place or 1) - 1
        letter = letters[at] if at < len(letters) else ""
        return Cell(row.sheet, row.number, field, letter)

    def _locked(
        self, table: str, rows: Mapping[str, RawRow], fields: tuple[str, ...] | None
    ) -> dict[str, LockedRow]:
        names = sorted({n for r in rows.values() for n in r.values})
        if fields is not None:
            names = [n for n in names if n.partition(".")[0] in fields]
        return {
            key: LockedRow(r.place, {n: self.digest(key, n, r.values.get(n)) for n in names})
            for key, r in rows.items()
        }

    def _chosen(self, table: str, year: int, tertial: str, unit: str) -> list[dict[str, object]]:
        data = self.tables.dataset(table, year)
        if data.table is None:
            return []
        rows = p.both(p.equals(OF_TERTIAL[table], tertial), p.equals("enhet", unit))
        chosen: list[dict[str, object]] = data.table.filter(data.selected(rows)).to_pylist()
        return chosen

    def _brought(self, year: int, tertial: str, unit: str) -> dict[str, RawRow]:
        made: dict[str, RawRow] = {}
        ended = self._chosen("avslut", year, tertial, unit)
        mark = f"_{LOOKED_UP}_"
        for of_year in {int(str(r[f"{mark}ar"])) for r in ended if r[f"{mark}ar"] is not None}:
            some = [r for r in ended if r[f"{mark}ar"] == of_year]
            made |= self._places(LOOKED_UP, of_year, some, mark, of_year)
        return made

    def _places(
        self, table: str, year: int, chosen: list[dict[str, object]], mark: str, of_year: int
    ) -> dict[str, RawRow]:
        wanted = {(r[f"{mark}kalla"], r[f"{mark}rad"]) for r in chosen}
        return {
            key: row
            for key, row in self.rows(table, year).items()
            if (row.sheet.kalla, row.number) in wanted and row.sheet.year == of_year
        }

    def _all(self, table: str, year: int) -> Iterator[RawRow]:
        for sheet in self.tables.sheets(table, year):
            columns = self.tables.sources[year][sheet.kalla]["columns"]
            named = {
                (f"{field}.{i}" if i > 1 else field): letter
                for field, letters in columns.items()
                for i, letter in enumerate(letters, start=1)
                if letter
            }
            held = self._raw.table(sheet).rows
            for number in self.tables.raw_rows(sheet).nonzero()[0].tolist():
                cells = held[number - 1]
                at = {name: place_of(letter) for name, letter in named.items()}
                values = {n: cells[i] if i < len(cells) else None for n, i in at.items()}
                yield RawRow(sheet, number, values)

    def _identity(self, table: str, row: RawRow) -> str:
        """A pseudonym of the row's key; empty where the key's first part is blank."""
        fields = self.tables.forms.books[table].primary_key
        told = [[str(v or "") for v in self._raw.shown(row.sheet, row.number, f)] for f in fields]
        if not any(told[0]):
            return ""
        return self._key.pseudonym(f"\0rad\0{table}\0{told!r}")

    def _counts(self, row: RawRow) -> bool:
        record = self.tables.row_record(row.sheet, row.number)
        return record is not None and record["status"] == PROCESSED
