"""Where rows go: labels at the left, as high as their lines need; and labels kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.charts import metrics, tokens
from pipeline.report.charts.canvas import Canvas
from pipeline.report.charts.model import Mark

GAP: Final = 3 * tokens.SPACE  # px between columns
NEAR: Final = 1.5 * tokens.SPACE  # px between a bar and its value
_BESIDE: Final = 96.0  # px: a wider sub goes under its label
_MANY: Final = 24  # rows: more of them are set tighter, to fit a printed page


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes in px of text, its line, the least row, the air in a row, the bar."""

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
TIGHT: Final = Density(size=12, leading=14, pitch=19, air=6, bar=12)


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
        height = max(look.pitch, count * look.leading + look.air)
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


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near the wanted ones as can be (least squares), ``gap`` apart, within bounds.

    Pool adjacent violators on the places less their rank's share of the gaps.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    pools: list[tuple[float, int]] = []  # mean, members
    for rank, i in enumerate(order):
        mean, members = wanted[i] - rank * gap, 1
        while pools and pools[-1][0] >= mean:
            before, many = pools.pop()
            mean = (before * many + mean * members) / (many + members)
            members += many
        pools.append((mean, members))
    shifted = [mean for mean, members in pools for _ in range(members)]
    last = high - gap * (len(wanted) - 1)
    places = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        places[i] = max(low, min(shifted[rank], last)) + rank * gap
    return places
