"""How many decimals a number is told with when the author asks for no others."""

from __future__ import annotations

from fractions import Fraction

from pipeline.facts.fact import Fact, exact
from pipeline.facts.rounding import round_half_away
from pipeline.facts.statistics import EFFECT, P

DECIMALS = {EFFECT: 2, P: 3}


def unit_of(fact: Fact) -> str:
    """The format's unit: `%`, `pp` (percentage points) or `f`."""
    return {"andel": "%", "andelsskillnad": "pp"}.get(fact.unit, "f")


def places_of(fact: Fact, unit: str) -> int:
    """Decimals in that unit."""
    if unit in ("pp", "pe"):
        return 1
    if unit in "%d" or fact.kind == "count":
        return 0
    if fact.unit in DECIMALS:
        return DECIMALS[fact.unit]
    # What was averaged or derived keeps one decimal; what was cited or declared whole stays whole.
    whole = fact.value is not None and exact(fact.value).denominator == 1
    return 0 if whole and fact.kind in ("constant", "derived", "sum") else 1


def told(fact: Fact) -> Fraction | None:
    """The value as a table tells it: an order that no finer value decides."""
    if fact.value is None:
        return None
    unit = unit_of(fact)
    scale = 1 if unit == "f" else 100
    return round_half_away(exact(fact.value) * scale, places_of(fact, unit)) / scale
