"""The rules of a run chart, on series counted by hand and by the limits that others published."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from pipeline.facts.runs import runs
from pipeline.trace.verify.statistics import STATISTICS

PARTS = ("median", "längst", "högst", "korsningar", "minst")


def verified(values: list[float]) -> tuple[float, ...]:
    function, _ = STATISTICS["runs"]
    parents = [{"value": Fraction(v)} for v in values]
    return tuple(function({"part": part}, parents) for part in PARTS)


def reported(values: list[float]) -> tuple[float, ...]:
    found = runs(values)
    return found.median, found.longest, found.most, found.crossings, found.fewest


# Useful observations → upper limit of the longest run, lower limit of crossings: appendix 2 of the
# vignette of J. Anhøj's own R package qicharts2.
@pytest.mark.parametrize(
    ("useful", "most", "fewest"),
    [
        (10, 6, 2), (11, 6, 2), (12, 7, 3), (13, 7, 3), (14, 7, 4), (15, 7, 4), (16, 7, 4),
        (17, 7, 5), (18, 7, 5), (19, 7, 6), (20, 7, 6), (21, 7, 6), (22, 7, 7), (23, 8, 7),
        (24, 8, 8), (25, 8, 8), (26, 8, 8),
    ],
)  # fmt: skip
def test_limits_are_the_published_ones(useful: int, most: int, fewest: int) -> None:
    series: list[float] = [1, 3] * (useful // 2) + [2] * 3
    series += [3] if useful % 2 else []
    if useful % 2:  # the odd one moves no median: three on it are in the middle
        assert sorted(series)[len(series) // 2] == 2
    for found in (reported(series), verified(series)):
        assert (found[2], found[4]) == (most, fewest)


@pytest.mark.parametrize(
    ("series", "median", "longest", "crossings"),
    [
        ([4, 6, 3, 7, 2, 8], 5, 1, 5),
        ([1, 2, 3, 7, 8, 9], 5, 3, 1),
        ([1, 5, 2, 5, 9, 8], 5, 2, 1),  # on the median: the run goes on, and does not grow
        ([3, 3, 3], 3, 0, 0),
        ([7], 7, 0, 0),
        ([0, 0, 0, 4, 0, 5, 6], 0, 3, 0),  # nothing lies below a median of zero
    ],
)
def test_runs_and_crossings_are_those_counted_by_hand(
    series: list[float], median: float, longest: int, crossings: int
) -> None:
    for found in (reported(series), verified(series)):
        assert (found[0], found[1], found[3]) == (median, longest, crossings)


def test_a_shift_is_longer_than_its_limit_and_has_its_places() -> None:
    low, high = [3, 2, 4, 3, 2, 1, 3, 2], [8, 9, 7, 8, 9, 8, 7, 9]
    assert runs(low + high).shifts == (range(8), range(8, 16))  # 8 of 16 useful; the limit is 7
    mixed = [*low[:7], 9, 2, *high[:7]]  # runs of 7, 1, 1 and 7
    assert (runs(mixed).longest, runs(mixed).most, runs(mixed).shifts) == (7, 7, ())


def test_verification_counts_the_same_in_any_series() -> None:
    chance = random.Random(7)
    for _ in range(500):
        top = chance.choice((1, 3, 12))
        series: list[float] = [chance.randint(0, top) for _ in range(chance.randint(1, 60))]
        assert reported(series) == verified(series), series
