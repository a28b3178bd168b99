"""Where rows go: labels at the left, as high as their lines need; and labels kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.report.charts import metrics, tokens
from pipeline.report.charts.canvas import Canvas
from pipeline.report.charts.model import Mark

GAP: Final = 3 * tokens.SPACE  # px between columns
SWATCH: Final = 16.0  # px: a swatch and the space to its name
NEAR: Final = 1.5 * tokens.SPACE  # px between a bar and its value
_BESIDE: Final = 96.0  # px: a wider sub goes under its label
_MANY: Final = 24  # rows: more of them are set tighter, to fit a printed page


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes in px of text, its line, the least row, the air in a row of several lines, the bar."""

    size: float
    leading: float
    pitch: float
    air: float
    bar: float

    @property
    def small(self) -> float:
        """Size of the text in lighter ink."""
        return self.size - 1


ROOMY: Final = Density(size=13, leading=16, pitch=28, air=12, bar=18)
TIGHT: Final = Density(size=12, leading=14, pitch=17, air=8, bar=11)


def density(rows: int) -> Density:
    """The density for so many rows."""
    return ROOMY if rows <= _MANY else TIGHT


@dataclass(frozen=True, slots=True)
class Slot:
    """One row's place: its label's lines, and its top and height in px."""

    lines: tuple[str, ...]
    sub: str | Mark
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Stack:
    """Rows on one another: their slots, where the plot begins (px), where the last ends."""

    slots: tuple[Slot, ...]
    left: float
    bottom: float
    beside: bool
    density: Density

    @property
    def middles(self) -> list[float]:
        return [slot.middle for slot in self.slots]

    def label(self, canvas: Canvas, slot: Slot) -> None:
        """Write a row's label and its sub."""
        look = self.density
        sub = words_of(slot.sub)
        below = bool(sub) and not self.beside
        middle = slot.middle - (look.leading / 2 if below else 0)
        canvas.words(0, middle, slot.lines, size=look.size, leading=look.leading)
        if sub:
            x, anchor = (self.left - GAP, "end") if self.beside else (0.0, "start")
            y = slot.middle + (look.leading * len(slot.lines) / 2 if below else 0)
            note(canvas, x, y, slot.sub, size=look.small, anchor=anchor)


def stack(
    rows: Sequence[tuple[str, str | Mark]], look: Density, *, share: float, top: float = 0.0
) -> Stack:
    """Rows of (label, sub), the labels at most ``share`` of the width, from ``top`` px."""
    if not rows:
        raise ValueError("a picture needs at least one row")
    subs = [words_of(sub) for _, sub in rows]
    sub_width = metrics.widest(subs, look.small)
    beside = 0 < sub_width <= _BESIDE
    limit = tokens.WIDTH * share - (sub_width + GAP if beside else 0)
    slots: list[Slot] = []
    y = top
    for (label, sub), words in zip(rows, subs, strict=True):
        lines = metrics.wrap(label, look.size, limit)
        count = len(lines) + (1 if words and not beside else 0)
        height = max(look.pitch, count * look.leading + look.air if count > 1 else 0.0)
        slots.append(Slot(lines, sub, y, height))
        y += height
    left = metrics.widest([line for slot in slots for line in slot.lines], look.size)
    if not beside:
        left = max(left, sub_width)
    left += sub_width + GAP if beside else 0.0
    return Stack(tuple(slots), left + GAP if left else 0.0, y, beside, look)


def words_of(sub: str | Mark) -> str:
    """The text of a sub."""
    return sub.text if isinstance(sub, Mark) else sub


def note(
    canvas: Canvas, x: float, y: float, sub: str | Mark, *, size: float, anchor: str = "start"
) -> None:
    """Write a sub in lighter ink; as a mark, if it is one."""
    mark = sub if isinstance(sub, Mark) else None
    canvas.words(
        x, y, words_of(sub), "etikett svag",
        size=size, fill=tokens.MUTED, anchor=anchor, mark=mark,
    )  # fmt: skip


def limits(marks: Sequence[Mark], bounds: tuple[float, float] | None) -> tuple[float, float]:
    """The values at both ends of a plot, 0 and the largest by default; they hold all marks."""
    numbers = [(mark, x) for mark in marks for x in (mark.value, mark.lo, mark.hi) if x is not None]
    low, high = bounds or (0.0, max((x for _, x in numbers), default=0.0) or 1.0)
    for mark, x in numbers:
        if not low <= x <= high:
            raise ValueError(f"{mark.fact}: {x} does not fit a plot from {low} to {high}")
    if low >= high:
        raise ValueError(f"a plot cannot reach from {low} to {high}")
    return low, high


def flow(names: Sequence[str], left: float) -> list[tuple[float, int]]:
    """Where the swatches of a key go: x in px from ``left``, and the line, as many as needed."""
    places: list[tuple[float, int]] = []
    x, line = left, 0
    for name in names:
        wide = SWATCH + metrics.width(name, ROOMY.size)
        if x > left and x + wide > tokens.WIDTH:
            x, line = left, line + 1
        places.append((x, line))
        x += wide + 5 * tokens.SPACE
    return places


def key(
    canvas: Canvas, places: Sequence[tuple[float, int]], entries: Sequence[tuple[str, str, str]]
) -> None:
    """Swatches with names at the places of ``flow``, from (name, class, fill)."""
    for (x, line), (name, css, fill) in zip(places, entries, strict=True):
        y = (line + 0.5) * ROOMY.leading
        canvas.box(x, y - 5, 10, 10, css, fill)
        canvas.words(x + SWATCH, y, name)


def key_height(places: Sequence[tuple[float, int]]) -> float:
    """Px that a key takes, with the space below it."""
    return (places[-1][1] + 1) * ROOMY.leading + 2 * tokens.SPACE


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Middles as near the wanted ones as can be (least squares), none overlapping, in bounds.

    Pool adjacent violators on the wanted places less the heights before them; all in px.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    before = [0.0]
    for one, following in pairwise(order):
        before.append(before[-1] + (heights[one] + heights[following]) / 2)
    pools: list[tuple[float, int]] = []  # mean, members
    for i, taken in zip(order, before, strict=False):
        mean, members = wanted[i] - taken, 1
        while pools and pools[-1][0] >= mean:
            earlier, many = pools.pop()
            mean = (earlier * many + mean * members) / (many + members)
            members += many
        pools.append((mean, members))
    places = [0.0] * len(wanted)
    if order:
        first = low + heights[order[0]] / 2
        last = high - heights[order[-1]] / 2 - before[-1]
        shifted = [mean for mean, members in pools for _ in range(members)]
        for i, mean, taken in zip(order, shifted, before, strict=True):
            places[i] = max(first, min(mean, last)) + taken
    return places


def runs(values: Sequence[float | None]) -> list[list[int]]:
    """Places of the values that there are, in unbroken runs."""
    found: list[list[int]] = [[]]
    for i, value in enumerate(values):
        if value is not None:
            found[-1].append(i)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]
