"""The rows that a tertial rests on, cell by cell as they stand in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
WHERE = ("ar", "kalla", "rad")
AT_ONCE = 50_000  # rows
Place = tuple[str, int]  # source, row


@dataclass(frozen=True, slots=True, eq=False)
class RawRow:
    """One row of a file. `at`: cell → its 0-based place in `cells`, the same for all of a sheet:
    a table may have a million rows."""

    sheet: Sheet
    number: int
    cells: Sequence[Value]
    at: Mapping[str, int]

    def value(self, cell: str) -> Value:
        """What stands in a cell; None where the row or its file has no such cell."""
        place = self.at.get(cell, -1)
        return self.cells[place] if 0 <= place < len(self.cells) else None

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
        self._keys: dict[tuple[str, int], dict[Place, str]] = {}
        self._left_out: dict[int, set[Place]] = {}

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
            for sheet in self.tables.sheets(table, year):
                for key, row in self._of_sheet(table, sheet):
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
        kinds = {id(r.at): r.at for r in rows.values()}
        names = sorted({n for at in kinds.values() for n in at})
        if fields is not None:
            names = [n for n in names if n.partition(".")[0] in fields]
        return {
            key: LockedRow.of(r.place, {n: self.digest(key, n, r.value(n)) for n in names})
            for key, r in rows.items()
        }

    def _chosen(self, table: str, year: int, tertial: str, unit: str) -> list[dict[str, object]]:
        data = self.tables.dataset(table, year)
        if data.table is None:
            return []
        rows = p.both(p.equals(OF_TERTIAL[table], tertial), p.equals("enhet", unit))
        parts = [f"{mark}{part}" for mark in ("_", f"_{LOOKED_UP}_") for part in WHERE]
        there = data.table.select([n for n in parts if n in data.table.column_names])
        chosen: list[dict[str, object]] = there.filter(data.selected(rows)).to_pylist()
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
        rows = self.rows(table, year)
        if (table, year) not in self._keys:
            self._keys[table, year] = {(r.sheet.kalla, r.number): k for k, r in rows.items()}
        of = self._keys[table, year]
        found = (of.get((str(r[f"{mark}kalla"]), int(str(r[f"{mark}rad"])))) for r in chosen)
        made = {key: rows[key] for key in found if key is not None}
        return {key: row for key, row in made.items() if row.sheet.year == of_year}

    def _of_sheet(self, table: str, sheet: Sheet) -> Iterator[tuple[str, RawRow]]:
        """The rows of a sheet, each with the pseudonym of its key; an empty one where the key's
        first part is blank."""
        columns = self.tables.sources[sheet.year][sheet.kalla]["columns"]
        at = {
            (f"{field}.{i}" if i > 1 else field): place_of(letter)
            for field, letters in columns.items()
            for i, letter in enumerate(letters, start=1)
            if letter
        }
        held = self._raw.table(sheet).rows
        numbers = self.tables.raw_rows(sheet).nonzero()[0].tolist()
        fields = self.tables.forms.books[table].primary_key
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            told = zip(*(self._told(sheet, f, some) for f in fields), strict=True)
            for number, parts in zip(some, told, strict=True):
                key = self._key.pseudonym(f"\0rad\0{table}\0{[*parts]!r}") if any(parts[0]) else ""
                yield key, RawRow(sheet, number, held[number - 1], at)

    def _told(self, sheet: Sheet, field: str, rows: Sequence[int]) -> list[list[str]]:
        """What stands in a field's cells of each row, as texts."""
        letters = self.tables.sources[sheet.year][sheet.kalla]["columns"].get(field) or []
        columns = [
            self._raw.raws(sheet, field, letter, rows) if letter else [None] * len(rows)
            for letter in letters
        ]
        return [[str(v or "") for v in cells] for cells in zip(*columns, strict=True)] or [
            [] for _ in rows
        ]

    def _counts(self, row: RawRow) -> bool:
        """Whether a row is neither a duplicate nor in quarantine."""
        year = row.sheet.year
        if year not in self._left_out:
            self._left_out[year] = self.tables.rows_but(year, PROCESSED)
        return (row.sheet.kalla, row.number) not in self._left_out[year]
