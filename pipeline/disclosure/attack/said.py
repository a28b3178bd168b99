"""What a published number says about counts: integer constraints, whatever file it stood in.

A share "62 %" of 37 says that the numerator is 23: every statement becomes a row
`low ≤ Σ coefficient · count ≤ high` in whole numbers, so that nothing is lost to floats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from pipeline.facts.pattern import CountCell, count_cells

NUMBER = re.compile(r"[-−+]?\d+(?:[\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")
OF = re.compile(r"(\d[\d\u00a0\u202f]*)\sav\s(\d[\d\u00a0\u202f]*)")
PARTS = ("value", "n", "numerator", "denominator")


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A count of rows (or of different values of `distinct`) of one calendar year."""

    dataset: str
    year: int
    where: str
    distinct: str = ""

    @classmethod
    def of(cls, cell: CountCell, edition_year: int) -> Cell:
        return cls(cell.dataset, edition_year + cell.period, cell.where, cell.distinct)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """The sum of a numeric column over the rows of a cell: a mean times its n."""

    cell: Cell
    column: str


Term = tuple[Cell | Moment, int]


@dataclass(frozen=True, slots=True)
class Row:
    """`low ≤ Σ coefficient · term ≤ high`; None is no limit. `source`: where it was said."""

    terms: tuple[Term, ...]
    low: int | None
    high: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Published:
    """A fact as the public ledger has it. `cells`: the value's own first, the n's last."""

    id: str
    name: str
    scope: Mapping[str, Any]
    kind: str
    unit: str
    period: str
    definition: Mapping[str, Any]
    parents: tuple[str, ...]
    hidden: bool
    cells: tuple[Cell, ...]
    parts: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How analysts call it: `nojda[enhet=familj] 2025`."""
        inside = ", ".join(f"{k}={'okänt' if v is None else v}" for k, v in self.scope.items())
        return f"{self.name}{f'[{inside}]' if inside else ''} {self.period}".strip()


def published(record: Mapping[str, Any]) -> Published:
    """A row of `faktaregister.json`; its `scope`, `definition` and `parents` are JSON values or
    canonical JSON texts of them."""
    definition = _plain(record["definition"])
    cells: tuple[Cell, ...] = ()
    if counted := count_cells(definition):
        year = int(record["period"]) - int(definition["period"])
        cells = tuple(Cell.of(c, year) for c in counted)
    return Published(
        id=record["id"],
        name=record["name"],
        scope=_plain(record.get("scope") or {}),
        kind=record["kind"],
        unit=record.get("unit") or "",
        period=str(record.get("period") or ""),
        definition=definition,
        parents=tuple(_plain(record.get("parents") or ())),
        hidden=bool(record.get("hidden")),
        cells=cells,
        parts={p: record.get(p) for p in PARTS},
    )


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def numbers(text: str) -> list[tuple[Fraction, int]]:
    """The numbers of a Swedish text: (value, decimals), the sign included."""
    return [_number(m.group()) for m in NUMBER.finditer(text)]


def _number(text: str) -> tuple[Fraction, int]:
    plain = re.sub(r"[\u00a0\u202f +]", "", text).replace("−", "-").replace(",", ".")
    return Fraction(plain), len(plain.partition(".")[2])


def of_record(fact: Published, source: str, parts: Mapping[str, Any]) -> Iterator[Row]:
    """What a machine-readable record says (JSON: a share as 0.62, counts as numbers)."""
    for part in PARTS:
        value = parts.get(part)
        if isinstance(value, str):
            yield from of_text(fact, part, value, source)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            places = max(-int(Decimal(str(value)).as_tuple().exponent), 0)
            if part == "value" and fact.kind == "share":
                places = max(places, 2)  # no format of a share has fewer digits than whole per cent
            yield from _said(fact, part, Fraction(str(value)), places, source)


def of_text(fact: Published, part: str, text: str, source: str) -> Iterator[Row]:
    """What a text such as `62 %`, `6 av 8`, `3,4` or `38` says about a part of a fact."""
    match = OF.search(text)
    if match and part == "value" and fact.kind == "share":
        k, n = (int(re.sub(r"\D", "", g)) for g in match.groups())
        yield from _said(fact, "numerator", Fraction(k), 0, source)
        yield from _said(fact, "denominator", Fraction(n), 0, source)
        return
    found = numbers(text)
    if len(found) != 1:
        return
    value, places = found[0]
    if part == "value" and fact.unit in ("andel", "andelsskillnad"):
        value, places = value / 100, places + 2
    yield from _said(fact, part, value, places, source)


def _said(fact: Published, part: str, value: Fraction, places: int, source: str) -> Iterator[Row]:
    if not fact.cells:
        return
    if part != "value" or fact.kind == "count":
        cell = fact.cells[0] if part in ("numerator", "value") else fact.cells[-1]
        if value.denominator == 1:
            yield Row(((cell, 1),), int(value), int(value), source)
        return
    half = Fraction(1, 2 * 10**places)
    top = Moment(fact.cells[0], fact.definition["column"]) if fact.kind == "mean" else fact.cells[0]
    if fact.kind in ("share", "mean"):
        yield from ratio(top, fact.cells[-1], value - half, value + half, source)


def ratio(
    top: Cell | Moment, bottom: Cell, low: Fraction, high: Fraction, source: str
) -> Iterator[Row]:
    """`low ≤ top / bottom < high`: half is rounded away from zero (`facts/rounding.py`)."""
    q = lcm(low.denominator, high.denominator)
    yield Row(((top, q), (bottom, -int(low * q))), 0, None, source)
    yield Row(((top, q), (bottom, -int(high * q))), None, -1, source)
