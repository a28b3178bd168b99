"""Facts made from facts: statistics, cited values, constants, wording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pipeline.errors import PredicateError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import HIDDEN, PLACES, Fact, digest, exact, fewest, status_of
from pipeline.facts.pattern import Merged
from pipeline.facts.statistics import CONFIDENCE, STATISTICS, Part, Statistic
from pipeline.facts.table import FactTable, Total
from pipeline.facts.told import told


def constant(value: float, why: str, unit: str = "") -> Fact:
    """A number that policy sets. `why` says which policy."""
    definition = {"kind": "constant", "value": str(value), "why": why}
    return Fact(definition, f"konstant_{why}", why, value, unit, "")


def statistic(name: str, *facts: Fact, as_: str = "", title: str = "") -> tuple[Fact, ...]:
    """The values of a named statistic as facts, with the given facts as parents.

    `as_`, `title`: what they are called instead of after the first fact. A parent without a value
    gives facts without one. Raises PredicateError for an unknown name and for facts that the
    statistic is not about.
    """
    if name not in STATISTICS:
        raise PredicateError(f"Statistiken {name} finns inte (finns: {', '.join(STATISTICS)}).")
    known = STATISTICS[name]
    known.check(name, facts)
    return tuple(
        _statistic(name, part, place, value, facts, as_, title)
        for place, (part, value) in enumerate(_values(known, facts))
    )


def _values(known: Statistic, facts: tuple[Fact, ...]) -> list[tuple[Part, float | None]]:
    status = status_of(*facts)
    if known.each:
        used = [] if status == HIDDEN else [i for i, f in enumerate(facts) if f.value is not None]
        made = dict(zip(used, known.values(*(facts[i] for i in used)) if used else (), strict=True))
        return [
            (replace(known.parts[0], name=str(i + 1)), _rounded(made.get(i, math.nan)))
            for i in range(len(facts))
        ]
    if status != "ok":
        return [(part, None) for part in known.parts]
    return [(p, _rounded(v)) for p, v in zip(known.parts, known.values(*facts), strict=True)]


def _statistic(
    function: str, part: Part, place: int, value: float | None, facts: tuple[Fact, ...],
    called: str, title: str,
) -> Fact:  # fmt: skip
    known = STATISTICS[function]
    definition = {
        "kind": "statistic", "function": function, "part": part.name,
        "parents": [f.id for f in facts],
        **({"confidence": str(CONFIDENCE)} if known.levelled else {}),
    }  # fmt: skip
    about = facts[place] if known.each else facts[0]
    # Comparisons of one fact with several others are told apart by what they are made of.
    mark = "" if len(facts) == 1 else f"_{digest(definition)[:8]}"
    name = f"{called}_{part.name}" if called else f"{function}_{part.name}_{about.name}{mark}"
    status = status_of(about) if known.each and status_of(*facts) != HIDDEN else status_of(*facts)
    return Fact(
        definition,
        name,
        f"{part.title}: {title or about.title}",
        value,
        about.unit if part.unit is None else part.unit,
        about.period,
        n=fewest(*facts),
        status="tom" if status == "ok" and value is None else status,
        scope=about.scope,
        reads=tuple(sorted({r for f in facts for r in f.reads})),
        parents=facts,
    )


def _rounded(value: float) -> float | None:
    return round(value, PLACES) + 0.0 if math.isfinite(value) else None


def cited(data: Dataset, column: str, period_column: str, year: int, edition_year: int,
          source: str, name: str, title: str, unit: str, **key: str) -> Fact:  # fmt: skip
    """A value as a comparator published it: the one row of `data` with this key and year.

    The definition holds the year relative to the edition's, so that the same citation meets its
    twin in next year's edition. Raises PredicateError if several rows fit.
    """
    fixed = p.both(*(p.equals(k, v) for k, v in key.items()))
    definition = {
        "kind": "cited", "source": source, "dataset": data.name, "column": column,
        "where": p.to_sql(fixed), "period_column": period_column, "period": year - edition_year,
        **key,
    }  # fmt: skip
    rows = p.both(fixed, p.equals(period_column, year))
    found: list[Any] = []
    if data.table is not None:
        found = data.table.column(column).filter(p.mask(rows, data.table)).to_pylist()
    if len(found) > 1:
        raise PredicateError(f"Flera värden i {data.name} för {p.to_sql(rows)}.")
    value = found[0] if found else None
    return Fact(
        definition, name, title, value, unit, str(year),
        n=None,
        status="ok" if value is not None else "saknas",
        scope=dict(key),
        reads=tuple(f"{data.name}.{c}" for c in sorted({*p.columns(rows), column})),
    )  # fmt: skip


def largest(table: FactTable) -> tuple[Fact, Fact] | None:
    """The class with the largest value of a one-dimensional table: its label, as a wording that
    rests on every number compared, and its number. None where two share the place as they are
    told, where none has a value, where one is hidden, and where it is several put together."""
    plain = [(k, f) for (k,), f in table.cells.items() if k in table.classes[0]]
    if any(f.status == HIDDEN for _, f in plain):
        return None
    plain = [(k, f) for k, f in plain if not isinstance(k, Total) and k is not None]
    found = highest(table.title, [(table.label(0, k), f) for k, f in plain])
    merged = {f.id for k, f in plain if isinstance(k, Merged)}
    return None if found is None or found[1].id in merged else found


def highest(title: str, numbered: Sequence[tuple[str, Fact]]) -> tuple[Fact, Fact] | None:
    """The same of numbers under labels: which is largest, `title` being what they are about."""
    if any(f.status == HIDDEN for _, f in numbered):
        return None
    plain = [(label, f) for label, f in numbered if f.value]
    ranked = sorted(plain, key=lambda item: exact(item[1].value or 0), reverse=True)
    if not ranked or (len(ranked) > 1 and _value(ranked[0][1]) == _value(ranked[1][1])):
        return None
    _, top = ranked[0]
    parents = tuple(f for _, f in plain)
    words = [label for label, _ in plain]
    definition = {
        "kind": "word", "rule": "largest", "parents": [f.id for f in parents], "words": words,
    }  # fmt: skip
    place = [f.id for f in parents].index(top.id)
    name = Fact(
        definition, f"storst_{top.name}", f"Störst: {title}", place, "ord", top.period,
        parents=parents,
        reads=tuple(sorted({r for f in parents for r in f.reads})),
    )  # fmt: skip
    return name, top


def _value(fact: Fact) -> Fraction:
    """What decides whether two share a place: a number as far as it is told."""
    return told(fact) or Fraction()


def wording(fact: Fact, up: str, down: str, same: str, decimals: int | None = None) -> Fact:
    """Which of three words fits a difference, decided by the number as it is shown: 0 no
    difference, 1 larger, 2 smaller.

    `decimals` of the shown number; by default 1 for percentage points, 0 otherwise.
    """
    from pipeline.facts.rounding import round_half_away

    shares = fact.unit in ("andel", "andelsskillnad")
    places = (1 if shares else 0) if decimals is None else decimals
    value = None
    if fact.value is not None:
        shown = round_half_away(exact(fact.value) * (100 if shares else 1), places)
        value = 1 if shown > 0 else 2 if shown < 0 else 0
    definition = {
        "kind": "word", "rule": "sign", "parents": [fact.id], "words": [same, up, down],
        "decimals": places,
    }  # fmt: skip
    return Fact(
        definition, f"ord_{fact.name}", f"Ordval efter {fact.title}", value, "ord", fact.period,
        status=fact.status, scope=fact.scope, reads=fact.reads, parents=(fact,),
    )  # fmt: skip
