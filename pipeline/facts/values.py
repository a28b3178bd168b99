"""Arithmetic on the values of a measure's rows: exact where it can be.

Values come one by one, or each different one with how many have it: the same number.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from statistics import stdev
from typing import Any

from pipeline.facts.fact import PLACES, exact

Values = Sequence[Any] | Mapping[Any, int]
RHO = Fraction(3, 10)  # Kiresuk & Sherman's assumed correlation between goals


def sum_of(values: Values) -> Fraction:
    """The exact sum. Answers are few and given by many: each is multiplied once."""
    return sum((exact(v) * many for v, many in Counter(values).items()), Fraction())


def mean_of(values: Values) -> Fraction:
    """The exact mean of one value or more."""
    return sum_of(values) / Counter(values).total()


def sd_of(values: Values) -> float | None:
    """The sample standard deviation, rounded; None of fewer than two values."""
    counted = Counter(values)
    if counted.total() < 2:
        return None
    middle = mean_of(counted)
    squares = sum(((exact(v) - middle) ** 2 * n for v, n in counted.items()), Fraction())
    return round(math.sqrt(squares / (counted.total() - 1)), PLACES)


def gas_of(goals: Iterable[tuple[Any, Any, Any]], spread: bool = False) -> tuple[float | None, int]:
    """The mean T, or with `spread` the sample standard deviation of the T, rounded, and how many
    have one, from (key, weight, level) of each goal."""
    own: dict[Any, list[tuple[Fraction, Fraction]]] = {}
    for key, weight, level in goals:
        own.setdefault(key, []).append((exact(weight), exact(level)))
    scores = [t for t in map(_t_score, own.values()) if t is not None]
    if spread:
        return (round(stdev(scores), PLACES) if len(scores) > 1 else None), len(own)
    return (round(math.fsum(scores) / len(scores), PLACES) if scores else None), len(own)


def _t_score(goals: Sequence[tuple[Fraction, Fraction]]) -> float | None:
    """None where all the weights are zero."""
    reached = sum((w * x for w, x in goals), Fraction())
    squares, whole = sum(w * w for w, _ in goals), sum(w for w, _ in goals)
    spread = (1 - RHO) * squares + RHO * whole**2
    return 50 + 10 * float(reached) / math.sqrt(spread) if spread else None


def quantile_of(values: Values, q: Fraction) -> Fraction:
    """Linear between neighbours (Hyndman & Fan type 7), of one value or more."""
    counted = Counter(values)
    ordered = sorted(counted)
    upto = list(accumulate(counted[v] for v in ordered))
    place = q * (upto[-1] - 1)
    low = int(place)
    at = (ordered[bisect(upto, i)] for i in (low, min(low + 1, upto[-1] - 1)))
    below, above = map(exact, at)
    return below + (above - below) * (place - low)
