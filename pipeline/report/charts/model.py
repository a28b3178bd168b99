"""What a picture is made of, and what comes out: plain frozen values, no facts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One number to draw.

    ``text`` is the number as the reader sees it ("62 %", "6 av 8", "..") and ``fact`` the id
    it is traced by. Without a ``value`` nothing but the text is drawn. ``lo`` and ``hi`` bound
    an interval in the unit of ``value``. ``sub`` stands beside the label in lighter ink
    ("n = 45"): a plain text, or a mark of its own when that number is to be traced too.
    """

    label: str
    value: float | None
    text: str
    fact: str
    lo: float | None = None
    hi: float | None = None
    sub: str | Mark = ""

    def __post_init__(self) -> None:
        numbers = (self.value, self.lo, self.hi)
        if not all(math.isfinite(x) for x in numbers if x is not None):
            raise ValueError(f"{self.fact}: a value to draw is finite, or None")
        if (self.lo is None) != (self.hi is None):
            raise ValueError(f"{self.fact}: an interval has two bounds, or none")
        if self.lo is not None and self.hi is not None and self.lo > self.hi:
            raise ValueError(f"{self.fact}: the interval's bounds are reversed")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with several numbers: a mark for each group, or for each step of a scale."""

    label: str
    pieces: Sequence[Mark]
    sub: str | Mark = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and a mark for each place on the x axis (the marks' labels)."""

    name: str
    points: Sequence[Mark]
    highlight: bool = False
    sub: str | Mark = ""  # after the name, in lighter ink


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture.

    ``marks`` are those whose text is written in the picture, the very objects that were
    passed in, in document order; ``texts`` is every text, in the same order. ``width`` and
    ``height`` are those of the viewBox, in px.
    """

    svg: str
    marks: tuple[Mark, ...]
    texts: tuple[str, ...]
    width: float
    height: float
