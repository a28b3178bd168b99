"""The fact: a number with its definition. Frozen; arithmetic keeps the parents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NoReturn

from pipeline.forms.codebook import Value

Number = int | float | Fraction
START, END, BAR = "\ue000", "\ue001", "\ue002"  # private use: no text of ours has them
HIDDEN = "dold"  # the status of a fact that the edition does not show
PLACES = 9  # what is no exact fraction is rounded here, so that bytes repeat across machines
# The kinds that rest on rows of a table; the others rest on facts.
MEASURED = frozenset({"count", "share", "mean", "quantile", "sd", "sum", "gas", "cited"})
_INTERNED: dict[str, Fact] = {}


def canonical(value: object) -> str:
    """JSON in one spelling: what ids are hashed from."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(definition: Mapping[str, Any]) -> str:
    """The id of a definition: 16 hex digits."""
    return hashlib.sha256(canonical(definition).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Fact:
    """One number.

    `value`: shares are exact fractions 0–1, counts ints, statistics rounded floats; None where
    the source is missing, the denominator is empty or the edition hides it (`status` says which:
    `ok`, `saknas`, `tom`, `dold`). `n`: rows the value rests on. `scope`: dimension → class, a
    list of those that are shown as one. `period`: calendar year.
    """

    definition: Mapping[str, Any]
    name: str
    title: str
    value: Number | None
    unit: str
    period: str
    n: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    status: str = "ok"
    scope: Mapping[str, Value | list[Value | None] | None] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    parents: tuple[Fact, ...] = ()

    @cached_property
    def id(self) -> str:
        return digest(self.definition)

    @property
    def kind(self) -> str:
        return str(self.definition["kind"])

    def __format__(self, spec: str) -> str:
        """A marker that only `say` and titles resolve: a fact never becomes plain text."""
        _INTERNED[self.id] = self
        return f"{START}{self.id}{BAR}{spec}{END}"

    def __str__(self) -> str:
        return format(self, "")

    def __add__(self, other: Fact) -> Fact:
        return _derive("+", self, other)

    def __sub__(self, other: Fact) -> Fact:
        return _derive("-", self, other)

    def __truediv__(self, other: Fact) -> Fact:
        return _derive("/", self, other)

    def named(self, name: str, title: str) -> Fact:
        """The same number under a name and a title of the author's."""
        return replace(self, name=name, title=title)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            "Ett faktum jämförs eller görs inte om till ett tal i kod: då går spåret förlorat. "
            "Använd word(), stat() eller räkna med fakta."
        )

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __bool__ = __float__ = __int__ = __index__ = __round__ = __abs__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Fact {self.name} {self.id}>"

    def family(self) -> Iterator[Fact]:
        """The fact and, before it, every fact it was computed from."""
        for parent in self.parents:
            yield from parent.family()
        yield self

    def record(self) -> dict[str, Any]:
        """The ledger's row (docs/architecture.md)."""
        value = self.value
        return {
            "id": self.id,
            "name": self.name,
            "scope": canonical(dict(self.scope)),
            "title": self.title,
            "kind": self.kind,
            "value": None if value is None else float(value),
            "unit": self.unit,
            "n": self.n,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "status": self.status,
            "definition": canonical(self.definition),
            "reads": canonical(list(self.reads)),
            "parents": canonical([f.id for f in self.parents]),
            "period": self.period,
        }


def interned(key: str) -> Fact:
    """The fact behind a marker made in this process."""
    return _INTERNED[key]


def exact(value: Number) -> Fraction:
    """A number as a fraction; a float by its shortest decimal, as it stood in the sheet."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _derive(op: str, a: Fact, b: Fact) -> Fact:
    if not isinstance(b, Fact):
        raise TypeError("Räkna bara fakta med fakta; en fast siffra skrivs const(5, why=…).")
    if op in "+-" and a.unit != b.unit:
        raise TypeError(f"{a.name} ({a.unit}) och {b.name} ({b.unit}) har olika enheter.")
    definition = {"kind": "derived", "op": op, "parents": [a.id, b.id]}
    value: Number | None = None
    status = status_of(a, b)
    if a.value is not None and b.value is not None:
        x, y = exact(a.value), exact(b.value)
        if op == "/" and y == 0:
            status = "tom"
        else:
            value = x + y if op == "+" else x - y if op == "-" else x / y
    unit = a.unit if op in "+-" else "andel" if counted(a) and counted(b) else "kvot"
    if op == "-" and a.unit == "andel":
        unit = "andelsskillnad"
    periods = a.period if a.period == b.period else f"{b.period}–{a.period}"
    same = dict(a.scope) == dict(b.scope)
    name = f"{a.name}_{ {'+': 'plus', '-': 'minus', '/': 'delat_med'}[op] }_{b.name}"
    top, bottom = _parts(a, b) if unit == "andel" and op == "/" else (None, None)
    return Fact(
        definition=definition,
        # Several pairs of classes can have the names in common.
        name=name if same else f"{name}_{digest(definition)[:8]}",
        title=f"{a.title} {'−' if op == '-' else op} {b.title}",
        value=value,
        unit=unit,
        period=periods,
        n=fewest(a, b) if bottom is None else bottom,
        numerator=top,
        denominator=bottom,
        status=status,
        scope=a.scope if same else {},
        reads=tuple(sorted({*a.reads, *b.reads})),
        parents=(a, b),
    )


def counted(fact: Fact) -> bool:
    """Whether it says how many: rows, or a sum."""
    return fact.kind in ("count", "sum")


def _parts(a: Fact, b: Fact) -> tuple[int, int] | tuple[None, None]:
    """Numerator and denominator of a share that two numbers make, if both are whole."""
    if a.value is None or b.value is None:
        return None, None
    x, y = exact(a.value), exact(b.value)
    return (int(x), int(y)) if x.denominator == y.denominator == 1 else (None, None)


def status_of(*facts: Fact) -> str:
    """The status of what is made of them: hidden if one is, else that of the first without a
    value."""
    found = [f.status for f in facts if f.status != "ok"]
    return HIDDEN if HIDDEN in found else found[0] if found else "ok"


def fewest(*facts: Fact) -> int | None:
    """The smallest n; None where one that rests on rows has none. A constant rests on none."""
    rest = [f.n for f in facts if f.kind != "constant"]
    known = [n for n in rest if n is not None]
    return min(known) if known and len(known) == len(rest) else None


def spliced(text: str) -> list[str | tuple[Fact, str]]:
    """A text with markers as pieces: plain text, and (fact, format) for each marker."""
    head, *marked = text.split(START)
    pieces: list[str | tuple[Fact, str]] = [head] if head else []
    for part in marked:
        marker, _, rest = part.partition(END)
        key, _, spec = marker.partition(BAR)
        pieces.append((interned(key), spec))
        if rest:
            pieces.append(rest)
    return pieces
