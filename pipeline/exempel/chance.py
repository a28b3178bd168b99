"""The only source of chance: seeded by words, the same on every Python.

Every table and every person has a stream of its own, so that a new table or a changed rule
leaves the others as they were. Only `Random.random()` is used: Python promises its sequence.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
HOLIDAYS = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}


class Stream:
    """Draws for one purpose: `Stream(seed, "person", 2025, 17)`."""

    __slots__ = ("_random",)

    def __init__(self, seed: int, *purpose: object) -> None:
        self._random = random.Random("/".join(map(str, (seed, *purpose)))).random

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def integer(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        return low + self._random() * (high - low)

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._random() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key, with probability in proportion to its weight."""
        left = self._random() * sum(weights.values())
        for option, weight in weights.items():
            left -= weight
            if left < 0:
                return option
        return list(weights)[-1]

    def subset(self, probabilities: Mapping[T, float]) -> tuple[T, ...]:
        """Every key on its own, with its probability, in the order given."""
        return tuple(option for option, p in probabilities.items() if self._random() < p)

    def shuffled(self, options: Sequence[T]) -> list[T]:
        made = list(options)
        for last in range(len(made) - 1, 0, -1):
            other = int(self._random() * (last + 1))
            made[last], made[other] = made[other], made[last]
        return made

    def alike(self, probability: float, ease: float) -> bool:
        """A chance that follows `ease` (uniform, one a person) three times of five.

        One person's answers resemble each other, and every share stays what it was.
        """
        return (ease if self.chance(0.6) else self._random()) < probability

    def day_in(self, year: int) -> dt.date:
        """A working day of the year."""
        first = dt.date(year, 1, 1)
        days = (dt.date(year + 1, 1, 1) - first).days
        day = working_day(first + dt.timedelta(int(self._random() * days)))
        return day if day.year == year else dt.date(year, 12, 23)


def working_day(day: dt.date) -> dt.date:
    """The day, or the first one after it that is neither a weekend nor a fixed holiday."""
    while day.weekday() > 4 or (day.month, day.day) in HOLIDAYS:
        day += dt.timedelta(1)
    return day
