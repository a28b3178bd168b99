"""Facts that other chapters have shown, found again by name: `uppfoljda[enhet=familj]@-1`.

Whoever writes prose about a number writes its name, never its digits. The fact that stands there
is the very one of the chapter, with the same id, definition and rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import reads
from pipeline.errors import UsageError
from pipeline.facts.fact import Fact, Number

Record = Mapping[str, Any]
REFERENCE = re.compile(
    r"(?P<name>[a-zåäö_][\w-]*)(?:\[(?P<scope>[^\]]*)\])?(?:@(?P<year>[+-]?\d+))?$"
)
NEAR = 3  # names that a misspelt one is told to look like


class UnknownNameError(UsageError):
    """No chapter shows a number of this name and these classes."""


class OtherYearError(UnknownNameError):
    """The number is shown, with these classes, but not of the year asked for. `unsourced`: what
    it is of a year without its source."""

    def __init__(self, message: str, unsourced: Fact) -> None:
        super().__init__(message)
        self.unsourced = unsourced


class MergedAwayError(UnknownNameError):
    """The public edition shows the classes asked for together with others."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`offset`: years from the edition's, 0 or negative. `scope`: column → class, as text."""

    name: str
    scope: tuple[tuple[str, str], ...] = ()
    offset: int = 0

    @property
    def spelled(self) -> str:
        """As `parse` reads it."""
        scope = ", ".join(f"{k}={v}" for k, v in self.scope)
        return f"{self.name}{f'[{scope}]' if scope else ''}{f'@{self.offset}' * bool(self.offset)}"


def parse(text: str) -> Reference:
    """`name`, `name[kolumn=klass, kolumn=klass]`, `name@-1`. Raises UnknownNameError for
    anything else."""
    found = REFERENCE.match(text.strip())
    pairs = (
        [p.partition("=") for p in (found["scope"] or "").split(",") if p.strip()] if found else []
    )
    if found is None or any(not sep for _, sep, _ in pairs) or int(found["year"] or 0) > 0:
        raise UnknownNameError(
            f"”{text}” är inget namn på ett tal. Skriv till exempel uppfoljda, "
            "uppfoljda[enhet=familj] eller uppfoljda@-1 (förra året)."
        )
    scope = tuple(sorted((column.strip(), value.strip()) for column, _, value in pairs))
    return Reference(found["name"], scope, int(found["year"] or 0))


class Names:
    """The facts of an edition by name. `records`: ledger rows, parents among them."""

    def __init__(self, records: Iterable[Record], year: int, edition: str) -> None:
        self._records = {r["id"]: r for r in records}
        self._year = year
        self._edition = edition
        self._by_name: dict[str, list[Record]] = {}
        for record in self._records.values():
            for name in record.get("names", [record["name"]]):
                self._by_name.setdefault(name, []).append(record)
        self._made: dict[str, Fact] = {}

    def __contains__(self, name: str) -> bool:
        reads.note(reads.KNOWN, name)
        return name in self._by_name

    def find(self, reference: Reference) -> Fact:
        """The fact of a reference. Raises UnknownNameError, with the names that are near,
        OtherYearError where it is shown of other years alone, and MergedAwayError in a public
        edition that has no such classes."""
        reads.note(reads.NAME, reference.spelled)
        known = self._by_name.get(reference.name, [])
        if not known:
            near = get_close_matches(reference.name, self._by_name, NEAR)
            hint = f" Menar du {' eller '.join(near)}?" if near else ""
            raise UnknownNameError(f"Inget kapitel visar talet ”{reference.name}”.{hint}")
        year = self._year + reference.offset
        scoped = [r for r in known if _scope(r) == reference.scope]
        of_year = [r for r in scoped if r["period"] == str(year)]
        if not of_year and not reference.offset:  # a difference between years has both
            of_year = [r for r in scoped if str(year) in r["period"].split("–")]
        if len(of_year) == 1:
            return self._fact(of_year[0]["id"])
        if not scoped and self._edition != "intern" and reference.scope:
            raise MergedAwayError(f"{reference.name}: klasserna visas tillsammans med andra.")
        message = _wrong(reference, known, scoped, year)
        if scoped and not of_year and "dataset" in scoped[0]["definition"]:
            raise OtherYearError(message, self._unsourced(scoped[0]["id"], reference.offset))
        raise UnknownNameError(message)

    def _unsourced(self, key: str, offset: int) -> Fact:
        """A measured fact as it is of a year without its source."""
        known = self._fact(key)
        return replace(
            known, definition={**known.definition, "period": offset}, value=None, n=None,
            numerator=None, denominator=None, status="saknas", period=str(self._year + offset),
        )  # fmt: skip

    def of_year(self) -> Iterator[tuple[str, Fact]]:
        """Every name of the edition's own year, with its classes, and the fact behind it."""
        reads.note(reads.NAMES)
        for name, records in self._by_name.items():
            for r in records:
                if r["period"] == str(self._year):
                    scope = ", ".join(f"{k}={v}" for k, v in _scope(r))
                    yield f"{name}[{scope}]" if scope else name, self._fact(r["id"])

    def spelled(self, key: str) -> Iterator[str]:
        """The records of a fact and of all that it was computed from, as text."""
        yield json.dumps(self._records[key], ensure_ascii=False, sort_keys=True)
        for parent in json.loads(self._records[key]["parents"]):
            yield from self.spelled(parent)

    def _fact(self, key: str) -> Fact:
        if key not in self._made:
            r = self._records[key]
            self._made[key] = Fact(
                definition=json.loads(r["definition"]), name=r["name"], title=r["title"],
                value=_value(r), unit=r["unit"], period=r["period"], n=r["n"],
                numerator=r["numerator"], denominator=r["denominator"], status=r["status"],
                scope=json.loads(r["scope"]), reads=tuple(json.loads(r["reads"])),
                parents=tuple(self._fact(parent) for parent in json.loads(r["parents"])),
            )  # fmt: skip
        return self._made[key]


def missing(name: str, title: str) -> Fact:
    """What stands for a number whose chapter had nothing to count: its sentence says so."""
    definition = {"kind": "count", "dataset": name, "period": 0, "where": "TRUE"}
    return Fact(definition, name, title, None, "antal", "", status="saknas")


def path(processed: Path, year: int, edition: str) -> Path:
    """Where an edition's facts wait for the chapters that name them."""
    return processed / str(year) / f"fakta-{edition}.json"


def to_json(records: Iterable[Record]) -> str:
    """A record a line."""
    ordered = sorted(records, key=lambda r: str(r["id"]))
    lines = ",\n".join(json.dumps(r, ensure_ascii=False) for r in ordered)
    return f"[\n{lines}\n]\n"


def from_json(text: str) -> Sequence[Record]:
    loaded: list[Record] = json.loads(text)
    return loaded


def _scope(record: Record) -> tuple[tuple[str, str], ...]:
    """Classes shown as one are joined by a plus sign."""
    told = json.loads(record["scope"]).items()
    return tuple(
        sorted((k, "+".join(map(_text, v)) if isinstance(v, list) else _text(v)) for k, v in told)
    )


def _text(value: Any) -> str:
    """A class as a reference says it. The example: `true` is *ja*, nothing *saknas*."""
    if value is None or isinstance(value, bool):
        return {None: "saknas", True: "ja", False: "nej"}[value]
    return str(value)


def _value(record: Record) -> Number | None:
    """The exact number where the record tells it: a share is its two whole numbers."""
    value, k, n = record["value"], record["numerator"], record["denominator"]
    if value is None:
        return None
    if k is not None and n and float(Fraction(k, n)) == value:
        return Fraction(k, n)
    return int(value) if float(value).is_integer() else float(value)


def _wrong(reference: Reference, known: Sequence[Record], scoped: Sequence[Record],
           year: int) -> str:  # fmt: skip
    if scoped:
        periods = ", ".join(sorted({r["period"] for r in scoped}))
        return f"Talet ”{reference.name}” finns inte en gång för {year} (finns för: {periods})."
    first = sorted({", ".join(f"{k}={v}" for k, v in _scope(r)) for r in known})[:NEAR]
    some = "; ".join(f"[{s}]" if s else "utan klammer" for s in first)
    asked = ", ".join(f"{k}={v}" for k, v in reference.scope) or "hela året"
    return f"Talet ”{reference.name}” finns inte för {asked}. Finns till exempel: {some}."
