"""The data package of a published folder: tables as CSV with numbers in columns of their own."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.attack.page import Piece, Table

PACKAGE, REGISTER = "datapackage.json", "faktaregister"
NUMBER, FACT, UNIT = "_varde", "_faktum", "_enhet"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers beside the column that shows them (`place`, counted among those)."""

    place: int
    values: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A table of a package: the rows as shown, headings first, and what stands beside them."""

    shown: tuple[tuple[str, ...], ...]
    numbers: tuple[Numbers, ...]

    def beside(self, table: Table) -> Iterator[tuple[Piece, str, str]]:
        """(first number of the page's cell, number, fact) of each cell that has one in either."""
        for column in self.numbers:
            lines = zip(table.rows[1:], column.values, column.facts, strict=False)
            for line, value, fact in lines:
                cell = line.cells[column.place] if column.place < len(line.cells) else ()
                told = next((piece for piece in cell if piece.fact), Piece(""))
                if told.fact or value or fact:
                    yield told, value, fact


def packages(folder: Path) -> dict[Path, Mapping[str, Any]]:
    """CSV file → its resource, of every package below a folder. Raises ValueError for a package
    that cannot be read, or that names files outside its folder."""
    found: dict[Path, Mapping[str, Any]] = {}
    for path in sorted(folder.rglob(PACKAGE)):
        for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            place = (path.parent / resource["path"]).resolve()
            if not place.is_relative_to(folder.resolve()):
                raise ValueError(resource["path"])
            found[place] = resource
    return found


def is_register(resource: Mapping[str, Any]) -> bool:
    return bool(resource["name"] == REGISTER)


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a register, empty fields and dots as nothing."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield {k: None if v in ("", "..") else v for k, v in row.items()}


def packed(path: Path, resource: Mapping[str, Any]) -> Packed:
    """A table taken apart. Raises ValueError where file and schema differ, or where a column
    stands beside none."""
    with path.open(encoding="utf-8", newline="") as file:
        try:
            head, *rows = list(csv.reader(file, strict=True))
        except csv.Error as error:
            raise ValueError(path.name) from error
    fields = resource["schema"]["fields"]
    if head != [f["name"] for f in fields] or any(len(row) != len(head) for row in rows):
        raise ValueError(path.name)
    beside = _beside(head)
    own = [i for i in range(1, len(head)) if i not in {i for at in beside.values() for i in at}]
    told = [tuple(str(fields[i].get("title", "")) for i in own)]
    told += [tuple(row[i] for i in own) for row in rows]
    numbers = [
        Numbers(
            own.index(place), tuple(row[value] for row in rows), tuple(row[fact] for row in rows)
        )
        for place, (value, fact, *_) in beside.items()
    ]
    return Packed(tuple(told), tuple(numbers))


def _beside(head: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """Place of a shown column → places of its number, its fact and, where there is one, its
    unit: they follow it."""
    found = {}
    for i, name in enumerate(head):
        wanted = [f"{name}{end}" for end in (NUMBER, FACT, UNIT)]
        if i and list(head[i + 1 : i + 3]) == wanted[:2]:
            last = i + 4 if list(head[i + 3 : i + 4]) == wanted[2:] else i + 3
            found[i] = tuple(range(i + 1, last))
    return found
