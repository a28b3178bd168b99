"""The record of a lock: `RAW/<year>/protokoll/las/<tertial>-<unit>.json`, written once.

It holds no value: of every cell that was read a digest under the municipality's key, bound to its
row and field, so that two equal answers look different; of every number that the compilation
showed a digest too. Rows are told apart by a pseudonym of their key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import slug

FOLDER = Path("protokoll") / "las"
Digests = Mapping[str, str]  # cell (its field, or `field.2` for the second column) → digest


@dataclass(frozen=True, slots=True)
class LockedRow:
    """`place`: where it stood when it was locked, `bakgrund.xlsx!Svar!14`. `names`, the same for
    all rows of a group, and `told` (between blanks): its cells and their digests, held as they are
    written, since a lock may have a hundred thousand rows."""

    place: str
    names: tuple[str, ...]
    told: str

    @classmethod
    def of(cls, place: str, cells: Digests) -> LockedRow:
        return cls(place, tuple(cells), " ".join(cells.values()))

    @property
    def cells(self) -> Digests:
        return dict(zip(self.names, self.told.split(), strict=True))


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one table and year, by pseudonym. `own`: they belong to the tertial; otherwise
    something is looked up in them, and only those cells are locked."""

    table: str
    year: int
    own: bool
    rows: Mapping[str, LockedRow]


@dataclass(frozen=True, slots=True)
class Lock:
    """One unit's tertial. `key`: the fingerprint of the key that the digests were made with;
    `facts`: fact id → digest of what it said."""

    year: int
    tertial: str
    unit: str
    by: str
    date: str
    key: str
    groups: tuple[Group, ...]
    facts: Digests

    def json(self) -> dict[str, Any]:
        return {
            "ar": self.year, "tertial": self.tertial, "enhet": self.unit,
            "sammanstalld_av": self.by, "datum": self.date, "nyckel": self.key,
            "rader": [_group(g) for g in self.groups],
            "tal": dict(sorted(self.facts.items())),
        }  # fmt: skip


def path_of(raw: Path, year: int, tertial: str, unit: str) -> Path:
    """Where a lock's record lies."""
    return raw / str(year) / FOLDER / f"{tertial}-{slug(unit)}.json"


def write(raw: Path, lock: Lock) -> Path:
    """Write a record; it is never written again: one that is there stays as it is."""
    path = path_of(raw, lock.year, lock.tertial, lock.unit)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(lock.json(), ensure_ascii=False, indent=1) + "\n"
    partial = path.with_name(f".{path.name}.tmp")
    partial.write_text(text, encoding="utf-8", newline="\n")
    if path.exists():
        partial.unlink()
    else:
        os.replace(partial, path)
    return path


def read(path: Path) -> Lock:
    """A record. Raises UppfoljningError where it cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        groups = tuple(
            Group(
                g["tabell"], int(g["ar"]), g["egna"],
                {key: _row(place, names, cells) for key, (place, cells) in g["rader"].items()},
            )
            for g in told["rader"]
            for names in (tuple(map(str, g["falt"])),)
        )  # fmt: skip
        return Lock(
            int(told["ar"]), told["tertial"], told["enhet"], told["sammanstalld_av"],
            told["datum"], told["nyckel"], groups, told["tal"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UppfoljningError(
            f"Protokollet {path.name} över ett låst tertial går inte att läsa.\n"
            "Gör så här: hämta tillbaka filen ur säkerhetskopian; den skrivs en gång och ska inte "
            "ändras."
        ) from error


def each(raw: Path, year: int) -> Iterator[Lock]:
    """The locks of a year, by tertial and unit, one after the other."""
    yield from map(read, sorted((raw / str(year) / FOLDER).glob("T[1-3]-*.json")))


def locks(raw: Path, year: int) -> list[Lock]:
    """The locks of a year, by tertial and unit."""
    return list(each(raw, year))


def heads(raw: Path, year: int) -> list[Lock]:
    """The same without their rows and numbers, which may be many: read once in a process."""
    found = sorted((raw / str(year) / FOLDER).glob("T[1-3]-*.json"))
    return [_head(p, p.stat().st_mtime_ns, p.stat().st_size) for p in found]


@lru_cache(maxsize=256)
def _head(path: Path, stamp: int, size: int) -> Lock:
    return replace(read(path), groups=(), facts={})


def _row(place: str, names: tuple[str, ...], cells: str) -> LockedRow:
    """A row as it is written. Raises ValueError where it lacks a cell."""
    if len(cells.split()) != len(names):
        raise ValueError(place)
    return LockedRow(place, names, cells)


def _group(group: Group) -> dict[str, Any]:
    names = sorted({name for row in group.rows.values() for name in row.names})
    rows = {key: [row.place, _in_order(row, names)] for key, row in sorted(group.rows.items())}
    return {
        "tabell": group.table, "ar": group.year, "egna": group.own, "falt": names, "rader": rows,
    }  # fmt: skip


def _in_order(row: LockedRow, names: list[str]) -> str:
    cells = row.cells
    return " ".join(cells[n] for n in names)
