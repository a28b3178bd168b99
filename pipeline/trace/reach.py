"""The tiers of lineage, both ways: from a fact to cells, from a cell to facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from pipeline.facts import predicate as p
from pipeline.facts.bits import Mask
from pipeline.facts.dataset import SYSTEM_TABLES
from pipeline.trace.basis import Basis, Parts, Reach, Record, basis, columns_of, reach
from pipeline.trace.cellset import WHOLE_ROW, CellSet, Sheet
from pipeline.trace.origins import Origin
from pipeline.trace.records import SystemRecords
from pipeline.trace.tables import Path_, Tables
from pipeline.workspace import Workspace

FEW = 50  # rows that are cut out one by one
# (table, year) → columns read → conditions → facts
Groups = dict[tuple[str, int], dict[tuple[str, ...], dict[Parts, list[str]]]]


class Lineage:
    """The lineage of an edition's facts. What was read or computed once is kept."""

    def __init__(self, workspace: Workspace, year: int, records: Iterable[Record]) -> None:
        self.year = year
        self.tables = Tables(workspace, year)
        self.records = {r["id"]: r for r in records}
        self.parents = {key: json.loads(r["parents"]) for key, r in self.records.items()}
        self._system = SystemRecords(self.tables)
        self._bases: dict[str, Basis | None] = {}
        self._reach: dict[tuple[str, tuple[str, ...]], Reach] = {}

    # From a fact to cells

    def members(self, fact: str) -> CellSet:
        """The cells that a fact counts: its rows × the fields its columns rest on. Rows that are
        counted without a cell being read stand as whole rows."""
        found = CellSet()
        for each in self._rests_on(fact):
            found.update(self._members(each))
        return found

    def shown(self, fact: str) -> CellSet:
        """Those members that may be shown to people: none of what staff have answered."""
        return self.without_staff(self.members(fact))

    def without_staff(self, found: CellSet) -> CellSet:
        """Cells without those of sheets that hold answers of staff."""
        return CellSet({s: f for s, f in found.marks.items() if not self.staff(s)})

    def staff(self, sheet: Sheet) -> bool:
        """Whether a sheet holds answers of staff."""
        return self._of_staff(self.tables.table_of(sheet))

    def rests_on_staff(self, fact: str, members: CellSet | None = None) -> bool:
        """Whether a fact counts answers of staff, itself or through its parents; or what the
        pipeline says of their rows and cells. `members`: the fact's, where they are known."""
        if any(self._of_staff(b.table) for b in self._rests_on(fact)):
            return True
        found = self.members(fact) if members is None else members
        return any(self.staff(sheet) for sheet in found.marks)

    def _of_staff(self, table: str | None) -> bool:
        book = self.tables.forms.books.get(table or "")
        return book is not None and book.protects == "staff"

    def influence(self, fact: str) -> CellSet:
        """Every cell that could change a fact (docs/architecture.md)."""
        found = CellSet()
        for each in self._rests_on(fact):
            found.update(self._influence(each))
        return found

    def basis(self, fact: str) -> Basis | None:
        """What a fact itself counts; None for a fact made from facts."""
        if fact not in self._bases:
            self._bases[fact] = basis(self.records[fact], self.year)
        return self._bases[fact]

    def family(self, fact: str) -> Iterator[str]:
        """A fact and all that it is computed from, each once."""
        seen: dict[str, None] = {}
        waiting = [fact]
        while waiting:
            now = waiting.pop()
            if now not in seen and now in self.parents:
                seen[now] = None
                waiting += reversed(self.parents[now])
        return iter(seen)

    def _rests_on(self, fact: str) -> Iterator[Basis]:
        for key in self.family(fact):
            found = self.basis(key)
            if found is not None and self.tables.dataset(found.table, found.year).table is not None:
                yield found

    def _members(self, b: Basis) -> CellSet:
        chosen = self._selected(b, b.parts)
        if b.table in SYSTEM_TABLES:
            return self._system.members(b, chosen)
        found = CellSet()
        origins = sorted(self.reach(b).direct)
        for path in sorted({o.path for o in origins}) or [()]:
            fields = [o.field for o in origins if o.path == path] or [WHOLE_ROW]
            self._mark(found, b, path, fields, chosen)
        return found

    def _influence(self, b: Basis) -> CellSet:
        if b.table in SYSTEM_TABLES:
            return self._system.influence(b)
        found = CellSet()
        for origin, columns in sorted(self.reach(b).moving.items()):
            if columns is None:
                for sheet in self._sheets(b, origin.path):
                    found.add(sheet, origin.field, self.tables.raw_rows(sheet))
            else:
                chosen = self._selected(b, without(b.parts, columns))
                self._mark(found, b, origin.path, [origin.field], chosen)
        return found

    def reach(self, b: Basis) -> Reach:
        """The fields that matter to a basis."""
        key = (b.table, b.columns)
        if key not in self._reach:
            self._reach[key] = reach(self.tables.forms, *key)
        return self._reach[key]

    def _selected(self, b: Basis, parts: Parts) -> Mask:
        return self.tables.dataset(b.table, b.year).selected(p.both(*parts))

    def _mark(
        self, found: CellSet, b: Basis, path: Path_, fields: Iterable[str], chosen: Mask
    ) -> None:
        rows = list(self.tables.link(b.table, b.year, path).marks(chosen))
        for field in fields:
            for sheet, marks in rows:
                found.add(sheet, field, marks)

    def _sheets(self, b: Basis, path: Path_) -> Iterator[Sheet]:
        """The sheets of the table that a path leads to; a reference may be to earlier years."""
        table = self.tables.forms.end(b.table, path)
        for year in self.tables.years if path else (b.year,):
            if year <= b.year:
                yield from self.tables.sheets(table, year)

    # From a cell to facts

    def counts_in(self, sheet: Sheet, row: int, field: str) -> set[str]:
        """The facts that have the cell among their members."""
        return set(self.descendants(*self._counting(sheet, row, field)))

    def could_change(self, sheet: Sheet, row: int, field: str) -> set[str]:
        """The facts that have the cell in their influence."""
        return set(self.descendants(*self._changing(sheet, row, field)))

    @cached_property
    def groups(self) -> Groups:
        """The counting facts by what they read: facts of one group are asked about once."""
        made: Groups = {}
        for key in self.records:
            b = self.basis(key)
            if b is not None and self.tables.dataset(b.table, b.year).table is not None:
                of_columns = made.setdefault((b.table, b.year), {}).setdefault(b.columns, {})
                of_columns.setdefault(b.parts, []).append(key)
        return made

    @cached_property
    def _made_from(self) -> Mapping[str, list[str]]:
        made: dict[str, list[str]] = {}
        for key, parents in self.parents.items():
            for parent in parents:
                made.setdefault(parent, []).append(key)
        return made

    def descendants(self, *facts: str) -> list[str]:
        """Facts and all that are computed from them, the nearest first."""
        found = dict.fromkeys(facts)
        waiting = list(found)
        while waiting:
            for child in self._made_from.get(waiting.pop(0), ()):
                if child not in found:
                    found[child] = None
                    waiting.append(child)
        return list(found)

    def _counting(self, sheet: Sheet, row: int, field: str) -> set[str]:
        found = self._by_field(self._direct, sheet, row, field)
        for table, year, by_parts in self._of_system:
            found |= self._system.counting(table, year, sheet, row, field, by_parts)
        return found

    def _changing(self, sheet: Sheet, row: int, field: str) -> set[str]:
        found = self._by_field(self._moving, sheet, row, field)
        for table, year, by_parts in self._of_system:
            found |= self._system.changing(table, year, sheet, row, field, by_parts)
        return found

    def _by_field(self, readers: Readers, sheet: Sheet, row: int, field: str) -> set[str]:
        """The facts that read a field and that its cell in this row counts in, or could change."""
        found: set[str] = set()
        rows: dict[tuple[str, int], _Asked] = {}
        for r in readers.get((self.tables.table_of(sheet), field), ()):
            at = (r.table, r.year)
            if at not in rows:
                rows[at] = _Asked(self.tables, *at, sheet, row)
            if rows[at].leads_to(r.path):
                found |= rows[at].moved(r)
        return found

    @cached_property
    def _of_system(self) -> list[tuple[str, int, dict[Parts, list[str]]]]:
        """The groups of facts on what the pipeline says about its rows."""
        return [(*at, by_parts) for at, groups in self.groups.items() if at[0] in SYSTEM_TABLES
                for by_parts in groups.values()]  # fmt: skip

    @cached_property
    def _direct(self) -> Readers:
        """Who reads a field."""
        return self._readers(lambda found: dict.fromkeys(found.direct, frozenset()))

    @cached_property
    def _moving(self) -> Readers:
        """Whom a field can change."""
        return self._readers(lambda found: found.moving)

    def _readers(
        self, of: Callable[[Reach], Mapping[Origin, frozenset[str] | None]]
    ) -> dict[tuple[str | None, str], list[Reader]]:
        made: dict[tuple[str | None, str], list[Reader]] = {}
        for (table, year), groups in self.groups.items():
            if table in SYSTEM_TABLES:
                continue
            for columns, by_parts in groups.items():
                for origin, moved in of(self.reach(Basis(table, year, (), columns))).items():
                    form = self.tables.forms.end(table, origin.path)
                    reader = Reader(table, year, origin.path, moved, by_parts)
                    made.setdefault((form, origin.field), []).append(reader)
        return made


@dataclass(frozen=True, slots=True)
class Reader:
    """Facts of one table and year that read a field, found by the path from their table to it.
    `columns`: those that it can change, as in `Reach.moving`; none where it is only read."""

    table: str
    year: int
    path: Path_
    columns: frozenset[str] | None
    by_parts: Mapping[Parts, list[str]]


Readers = Mapping[tuple[str | None, str], Sequence[Reader]]  # (form, field) → who reads it


class _Asked:
    """One sheet row as the rows of a table that stand on it or refer to it."""

    def __init__(self, tables: Tables, table: str, year: int, sheet: Sheet, row: int) -> None:
        self._tables, self._table, self._year = tables, table, year
        self._sheet, self._row = sheet, row
        self._rows: dict[Path_, pa.Table] = {}
        self._truth: dict[tuple[Path_, p.Node], Mask] = {}

    def leads_to(self, path: Path_) -> bool:
        """Whether the rows of the sheet's year can be reached this way."""
        year = self._sheet.year
        return year <= self._year if path else year == self._year

    def moved(self, reader: Reader) -> set[str]:
        """The facts that the field's cell in this row could change."""
        if reader.columns is None:
            raw = self._tables.raw_rows(self._sheet)
            there = self._row < len(raw) and bool(raw[self._row])
            return {f for facts in reader.by_parts.values() for f in facts} if there else set()
        return {
            f
            for parts, facts in reader.by_parts.items()
            if self.any_row(reader.path, without(parts, reader.columns))
            for f in facts
        }

    def any_row(self, path: Path_, parts: Parts) -> bool:
        """Whether one of the rows fulfils all conditions."""
        rows = self._at(path)
        if rows.num_rows == 0:
            return False
        truths = [self._true(path, part) for part in parts]
        if rows.num_rows == 1:
            return all(t[0] for t in truths)
        return any(all(t[i] for t in truths) for i in range(rows.num_rows))

    def _true(self, path: Path_, part: p.Node) -> Mask:
        key = (path, part)
        if key not in self._truth:
            self._truth[key] = p.mask(part, self._at(path)).to_numpy()
        return self._truth[key]

    def _at(self, path: Path_) -> pa.Table:
        if path not in self._rows:
            table = self._tables.dataset(self._table, self._year).table
            assert table is not None
            link = self._tables.link(self._table, self._year, path)
            at = link.rows_at(self._sheet, self._row)
            cut = (
                pa.concat_tables([table.slice(0, 0), *(table.slice(i, 1) for i in at.tolist())])
                if len(at) <= FEW
                else table.take(pa.array(at))
            )
            self._rows[path] = cut
        return self._rows[path]


def without(parts: Parts, columns: frozenset[str]) -> Parts:
    """The conditions that read none of the columns. One that mixes them with others goes whole:
    the cell may decide it."""
    return tuple(part for part in parts if columns.isdisjoint(columns_of(part)))
