"""Runs around the median, as a run chart reads a series of numbers in order of time.

J. Anhøj & A. V. Olesen, "Run Charts Revisited: A Simulation Study of Run Chart Rules for Detection
of Non-Random Variation in Health Care Processes", PLoS ONE 9(11), 2014, e113825. Two rules, whose
limits follow the number of useful points n (those that do not lie on the median): a *shift* is a
run on one side of the median of more than round(log2 n) + 3 points; too few *crossings* are fewer
than the fifth percentile of the binomial distribution (n − 1, 0.5). A run neither ends nor grows
on the median. The older rule of a trend (five points rising or falling) is left out: the same
study finds it useless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

FEWEST = 12  # points: in a shorter series the rules say little
TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Runs:
    """`longest`: useful points of the longest run, `most` what it may have; `crossings` of the
    median, `fewest` what they may be. `shifts`: the places of each run that is a shift, from its
    first to its last useful point."""

    median: float
    longest: int
    most: int
    crossings: int
    fewest: int
    shifts: tuple[range, ...]


def runs(values: Sequence[float]) -> Runs:
    """What there is to say of numbers in order of time; at least one."""
    from scipy.stats import binom

    middle = median(values)
    useful = [(i, value > middle) for i, value in enumerate(values) if value != middle]
    found: list[list[int]] = []
    side = None
    for i, above in useful:
        if above is not side:
            found.append([])
            side = above
        found[-1].append(i)
    n = max(1, len(useful))
    most = round(math.log2(n)) + 3
    return Runs(
        median=middle,
        longest=max(map(len, found), default=0),
        most=most,
        crossings=max(0, len(found) - 1),
        fewest=int(binom.ppf(TAIL, n - 1, 0.5)),
        shifts=tuple(range(run[0], run[-1] + 1) for run in found if len(run) > most),
    )
