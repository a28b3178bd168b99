"""Facts made from facts: statistics, cited values, constants, wording."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from pipeline.errors import PredicateError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact, exact
from pipeline.facts.pattern import HIDDEN, Merged
from pipeline.facts.table import FactTable, Total
from pipeline.facts.told import told

CONFIDENCE = 0.95
PLACES = 9  # statistics are rounded here, so that bytes repeat across machines


def constant(value: float, why: str, unit: str = "") -> Fact:
    """A number that policy sets. `why` says which policy."""
    definition = {"kind": "constant", "value": str(value), "why": why}
    return Fact(definition, f"konstant_{why}", why, value, unit, "")


def _wilson(x: Fact) -> tuple[float, float]:
    """Wilson's score interval (E. B. Wilson, JASA 22, 1927) for a share."""
    from statsmodels.stats.proportion import proportion_confint

    if x.kind != "share":
        raise PredicateError("stat('wilson') gäller en andel.")
    low, high = proportion_confint(
        x.numerator, x.denominator, alpha=1 - CONFIDENCE, method="wilson"
    )
    return float(low), float(high)


# name → (function of facts → values, names of the values, unit)
STATISTICS: dict[str, tuple[Callable[..., tuple[float, ...]], tuple[str, ...], str]] = {
    "wilson": (_wilson, ("nedre", "övre"), "andel"),
}


def statistic(name: str, *facts: Fact) -> tuple[Fact, ...]:
    """The values of a named statistic as facts, with the given facts as parents.

    Raises PredicateError for an unknown name. A parent without a value gives facts without one.
    """
    if name not in STATISTICS:
        raise PredicateError(f"Statistiken {name} finns inte (finns: {', '.join(STATISTICS)}).")
    function, parts, unit = STATISTICS[name]
    status = next((f.status for f in facts if f.status != "ok"), "ok")
    values: tuple[float | None, ...] = (None,) * len(parts)
    if status == "ok":
        values = tuple(_rounded(v) for v in function(*facts))
    made = []
    for part, value in zip(parts, values, strict=True):
        definition = {
            "kind": "statistic", "function": name, "part": part,
            "parents": [f.id for f in facts], "confidence": str(CONFIDENCE),
        }  # fmt: skip
        made.append(
            Fact(
                definition,
                f"{name}_{part}_{facts[0].name}",
                f"{part} gräns, {name}: {facts[0].title}",
                value,
                unit,
                facts[0].period,
                n=facts[0].n,
                status=status,
                scope=facts[0].scope,
                reads=tuple(sorted({r for f in facts for r in f.reads})),
                parents=facts,
            )
        )
    return tuple(made)


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
    plain = [(k, f) for k, f in plain if f.value and not isinstance(k, Total) and k is not None]
    ranked = sorted(plain, key=lambda item: exact(item[1].value or 0), reverse=True)
    if not ranked or (len(ranked) > 1 and _value(ranked[0][1]) == _value(ranked[1][1])):
        return None
    key, top = ranked[0]
    if isinstance(key, Merged):
        return None
    parents = tuple(f for _, f in plain)
    words = [table.label(0, k) for k, _ in plain]
    definition = {
        "kind": "word", "rule": "largest", "parents": [f.id for f in parents], "words": words,
    }  # fmt: skip
    place = [k for k, _ in plain].index(key)
    name = Fact(
        definition, f"storst_{top.name}", f"Störst: {table.title}", place, "ord", top.period,
        parents=parents,
        reads=tuple(sorted({r for f in parents for r in f.reads})),
    )  # fmt: skip
    return name, top


def _value(fact: Fact) -> Fraction:
    """What decides the place: a mean only as far as it is told."""
    if fact.kind in ("mean", "quantile"):
        return told(fact) or Fraction()
    return exact(fact.value or 0)


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
