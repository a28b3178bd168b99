"""What is written at a line's points and ends, and the room it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.charts import layout, metrics, tokens
from pipeline.report.charts.canvas import Canvas
from pipeline.report.charts.model import Mark

PLOT: Final = 112.0  # px from the lowest value to the highest: a trend is flat, and paper costs
HEAD: Final = 26.0  # px above it, for a label on the highest point
SMALL: Final = 12.0  # px: the categories
_SIZE: Final = 13.0
_EVERY: Final = 5  # points: a line with more is labelled at its ends only
_LEAD: Final = 18.0  # px from the last point to its label
_APART: Final = 17.0  # px between labels at a line's end
_LEADING: Final = 15.0  # px between lines of one label
_NAME: Final = 200.0  # px: longer names wrap
_SUB: Final = 8.0  # px between a name and its sub
_ROW: Final = 16.0  # px between the lines of a wrapped name, as they are written
_STRAY: Final = 4.0  # px: a label further from its point has a leader
_OFF: Final = 14.0  # px from a point to the middle of its label


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn: its colour 1–4 (0: grey), places of its first and last value."""

    name: str
    points: Sequence[Mark]
    colour: int
    ends: tuple[int, int] | None
    sub: str | Mark = ""

    @property
    def starts(self) -> bool:
        """Whether its first value is written at its left."""
        return self.colour > 0 and self.ends is not None and self.ends[0] < self.ends[1]

    @property
    def first(self) -> Mark:
        return self.points[self.ends[0] if self.ends else 0]

    @property
    def last(self) -> Mark:
        return self.points[self.ends[1] if self.ends else -1]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the plot lies: first category, step and height in px, values at both bounds."""

    left: float
    step: float
    low: float
    high: float
    height: float = PLOT

    @property
    def base(self) -> float:
        """The y of the lower bound, px."""
        return HEAD + self.height

    def x(self, place: int) -> float:
        return self.left + self.step * place

    def y(self, value: float | None) -> float:
        """The y of a value, px; just above the base for none."""
        if value is None:
            return self.base - 12
        return HEAD + self.height * (self.high - value) / (self.high - self.low)


def shade(colour: int) -> str:
    """The stroke of colour 1–4, or of the grey lines."""
    return tokens.CATEGORIES[colour - 1] if colour else tokens.GREY


def alone(lines: Sequence[Line]) -> bool:
    """Whether values stand at the points, not at the ends: one line, of more than a point."""
    return len(lines) == 1 and len(lines[0].points) > 1


def margins(
    lines: Sequence[Line], labels: Sequence[str], target: Mark | None
) -> tuple[float, float, float]:
    """Px for labels left of the first point and right of the last, and their height there."""
    subs = [layout.words_of(mark.sub) for mark in lines[0].points] if len(lines) == 1 else []
    left = right = max(12.0, metrics.widest([*labels, *subs], SMALL) / 2)
    if alone(lines):
        texts = [mark.text for mark in lines[0].points]
        left = right = max(left, metrics.widest(texts, _SIZE, tokens.SEMIBOLD) / 2)
    else:
        texts = [one.first.text for one in lines if one.starts]
        left = max(left, metrics.widest(texts, _SIZE, tokens.SEMIBOLD) + 10)
    entries = _entries(lines, target)
    if entries:
        widest = max(entry.width for entry in entries)
        right = max(right, _lead(lines) + _indent(entries) + widest)
    return left, right, sum(entry.height for entry in entries)


def at_points(canvas: Canvas, frame: Frame, line: Line, target: Mark | None) -> None:
    """Values above or below the points of a line that is alone, on the side that is freer."""
    for i, mark in enumerate(line.points):
        wide = metrics.width(mark.text, _SIZE, tokens.SEMIBOLD)
        if mark.value is None:
            if wide <= frame.step:
                canvas.value(frame.x(i), frame.y(None), mark, anchor="middle", size=SMALL)
        elif len(line.points) <= _EVERY or i in (line.ends or ()):
            if mark.lo is not None and _isolated(line.points, i):
                x, anchor = (frame.x(i) - 8, "end") if i else (frame.x(i) + 8, "start")
                canvas.value(x, _off_target(frame, mark, target), mark, anchor=anchor)
                continue
            side = min((-1, 1), key=lambda s: (_crowd(frame, line.points, i, s, wide, target), s))
            canvas.value(frame.x(i), frame.y(mark.value) + side * _OFF, mark, anchor="middle")


def _isolated(points: Sequence[Mark], i: int) -> bool:
    """Whether no line runs to point ``i``: its interval is then drawn where its label would be."""
    return all(points[j].value is None for j in (i - 1, i + 1) if 0 <= j < len(points))


def _off_target(frame: Frame, mark: Mark, target: Mark | None) -> float:
    """The y of a label beside its point: the point's, or as far away as clears the target."""
    y = frame.y(mark.value)
    if target is None or target.value is None:
        return y
    line = frame.y(target.value)
    return max(y, line + 10) if y >= line else min(y, line - 10)


def _crowd(
    frame: Frame, points: Sequence[Mark], i: int, side: int, wide: float, target: Mark | None
) -> float:
    """How much of the lines runs through a label above (-1) or below (1) point ``i``."""
    y = frame.y(points[i].value)
    label = y + side * _OFF
    crowd = max(0.0, label + 9 - frame.base)
    for neighbour in (points[j] for j in (i - 1, i + 1) if 0 <= j < len(points)):
        if neighbour.value is not None:
            # How far the line has gone to that side where the label ends.
            gone = side * (frame.y(neighbour.value) - y) * min(1.0, wide / 2 / frame.step)
            crowd += max(0.0, gone - 4)
    if target is not None and target.value is not None:
        crowd += max(0.0, 11 - abs(frame.y(target.value) - label))
    return crowd


def at_left(canvas: Canvas, frame: Frame, lines: Sequence[Line]) -> None:
    """First values of the coloured lines, left of their points."""
    shown = [(one.ends[0], one.first) for one in lines if one.ends and one.starts]
    wanted = [frame.y(mark.value) for _, mark in shown]
    places = layout.spread(wanted, [_APART] * len(shown), 0, frame.base + _APART / 2)
    for (i, mark), y in zip(shown, places, strict=True):
        canvas.value(frame.x(i) - 10, y, mark, anchor="end")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A label at the right end: a name, its value if written, the place it belongs to."""

    name: str
    shown: Mark | None
    value: float | None
    place: int | None
    colour: int
    sub: str | Mark = ""

    @property
    def weight(self) -> int:
        return tokens.SEMIBOLD if self.colour else tokens.REGULAR

    @property
    def lines(self) -> tuple[str, ...]:
        return metrics.wrap(self.name, _SIZE, _NAME, tokens.SEMIBOLD)

    @property
    def width(self) -> float:
        """Px of the widest line, the last with its sub."""
        sub = layout.words_of(self.sub)
        wide = [metrics.width(line, _SIZE, tokens.SEMIBOLD) for line in self.lines] or [0.0]
        wide[-1] += _SUB + metrics.width(sub, SMALL) if sub else 0.0
        return max(wide)

    @property
    def height(self) -> float:
        more = len(self.lines) - 1
        return _APART + _LEADING * more + (tokens.SPACE if more else 0)


def at_right(
    canvas: Canvas, frame: Frame, lines: Sequence[Line], target: Mark | None, last: int
) -> None:
    """Last value and name of each line, and the target's, right of place ``last``; kept apart."""
    entries = _entries(lines, target)
    wanted = [frame.y(entry.value) for entry in entries]
    heights = [entry.height for entry in entries]
    places = layout.spread(wanted, heights, 0, frame.base + _APART)
    edge = frame.x(last)
    lead = _lead(lines)
    left = edge + lead + _indent(entries)
    for entry, own, y in zip(entries, wanted, places, strict=True):
        start = edge + 12 if entry.place is None else frame.x(entry.place) + 6
        xs, ys = [start, max(start, edge + 6), edge + lead - 3], [own, own, y]
        if start < edge:  # it ended earlier: what leads on must not look like a line
            canvas.rule(xs, ys, "grans", stroke=tokens.RULE, width=0.75, dashes=(1, 3))
        elif entry.value is not None and (entry.colour or abs(y - own) > _STRAY):
            canvas.rule(xs, ys, f"linje-{entry.colour}", stroke=shade(entry.colour))
        if entry.shown is not None:
            canvas.value(left - 8, y, entry.shown, anchor="end", weight=entry.weight)
        x = left if entry.shown is not None else edge + lead
        canvas.words(x, y, entry.lines, weight=entry.weight)
        if entry.sub:
            after = x + metrics.width(entry.lines[-1], _SIZE, entry.weight) + _SUB
            bottom = y + _ROW * (len(entry.lines) - 1) / 2
            layout.note(canvas, after, bottom, entry.sub, size=SMALL)


def _entries(lines: Sequence[Line], target: Mark | None) -> list[_Entry]:
    """What stands at the right end."""
    values = not alone(lines)
    entries = [
        _Entry(
            one.name, one.last if values else None, one.last.value,
            one.ends[1] if one.ends else None, one.colour, one.sub,
        )
        for one in lines
        if one.name or values
    ]  # fmt: skip
    if target is not None:
        entries.append(_Entry(target.label, target, target.value, None, 0))
    return entries


def _lead(lines: Sequence[Line]) -> float:
    """Px from the last point to its label, beyond the value that may stand over the point."""
    if not alone(lines):
        return _LEAD
    return max(_LEAD, metrics.width(lines[0].last.text, _SIZE, tokens.SEMIBOLD) / 2 + 6)


def _indent(entries: Sequence[_Entry]) -> float:
    """Px from the first value to the names; none where no value is written."""
    values = [entry.shown.text for entry in entries if entry.shown is not None]
    return metrics.widest(values, _SIZE, tokens.SEMIBOLD) + 8 if values else 0.0
