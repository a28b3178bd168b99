"""What has changed in the rows of a locked tertial, cell by cell. No value is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.disposal.record import Disposal
from pipeline.trace.cellset import WHOLE_ROW, Cell, Sheet
from pipeline.trace.lock.cells import LockedCells, RawRow
from pipeline.trace.lock.record import Group, Lock, LockedRow

CHANGED, ADDED, REMOVED, DISPOSED = "ändrad", "tillkommen rad", "borttagen rad", "gallrad rad"


@dataclass(frozen=True, slots=True)
class Change:
    """One change in a locked tertial. `cell`: the one that changed, or the whole row that came;
    of a row that is gone, where it stood when the tertial was locked. `year`: of the lock. `own`:
    in a row of the tertial itself, not in one that something is looked up in."""

    year: int
    tertial: str
    unit: str
    kind: str
    table: str
    field: str
    address: str
    cell: Cell | None
    own: bool


def changes(lock: Lock, cells: LockedCells, disposals: Sequence[Disposal] = ()) -> list[Change]:
    """Every change since the lock, each cell once, in the files' order of tables and rows."""
    found: dict[tuple[str, int, str], Change] = {}
    for group in lock.groups:
        for kind, field, address, cell in _of_group(lock, group, cells, disposals):
            made = Change(
                lock.year, lock.tertial, lock.unit, kind, group.table, field, address, cell,
                group.own,
            )  # fmt: skip
            found.setdefault((address, group.year, kind), made)
    return sorted(found.values(), key=lambda c: (c.table, _order(c)))


Told = tuple[str, str, str, Cell | None]  # kind, field, address, cell


def _of_group(
    lock: Lock, group: Group, cells: LockedCells, disposals: Sequence[Disposal]
) -> Iterator[Told]:
    now = cells.rows(group.table, group.year)
    gone = {key: row for key, row in group.rows.items() if key not in now}
    new = {
        key: row
        for key, row in cells.standing(group.table, group.year, lock.tertial, lock.unit).items()
        if group.own and key not in group.rows
    }
    for key, locked in group.rows.items():
        if key in now:
            yield from _cells(key, locked, now[key], cells)
    for key, locked in gone.items():
        again = _renamed(key, locked, group, now, cells)
        if again is None:
            kind = DISPOSED if _disposed(locked, group.year, disposals) else REMOVED
            yield kind, WHOLE_ROW, _whole(locked.place), None
        else:
            new.pop(again, None)
            yield from _cells(key, locked, now[again], cells)
    for row in new.values():
        cell = Cell(row.sheet, row.number, WHOLE_ROW, "")
        yield ADDED, WHOLE_ROW, _whole(row.place), cell


def _cells(key: str, locked: LockedRow, row: RawRow, cells: LockedCells) -> Iterator[Told]:
    """The cells of a row that say something else than when it was locked."""
    for name, digest in locked.cells.items():
        if cells.digest(key, name, row.value(name)) != digest:
            cell = cells.cell(row, name)
            yield CHANGED, cell.field, cell.address, cell


def _renamed(
    key: str, locked: LockedRow, group: Group, now: dict[str, RawRow], cells: LockedCells
) -> str | None:
    """A row that has come and is the locked one but for its key, if there is one."""
    keys = cells.tables.forms.books[group.table].primary_key
    others = [n for n in locked.cells if n.partition(".")[0] not in keys]
    if not group.own or not others:
        return None
    for other, row in now.items():
        if other not in group.rows and all(
            cells.digest(key, n, row.value(n)) == locked.cells[n] for n in others
        ):
            return other
    return None


def _disposed(locked: LockedRow, year: int, disposals: Sequence[Disposal]) -> bool:
    """Whether the row was destroyed under a decision where it stood."""
    source, _, row = locked.place.rpartition("!")
    file, _, sheet = source.partition("!")
    return any(
        f.name == f"{year}/{file}" and int(row) in f.rows.get(sheet, ())
        for d in disposals
        for f in d.files
    )


def _whole(place: str) -> str:
    """The address of a row as a whole."""
    source, _, row = place.rpartition("!")
    return f"{source}!{row}:{row}"


def _order(change: Change) -> tuple[int, Sheet, int, str]:
    if change.cell is None:
        return 1, Sheet(change.year, change.address), 0, ""
    return 0, change.cell.sheet, change.cell.row, change.cell.column
