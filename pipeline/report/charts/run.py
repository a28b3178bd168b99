"""A run chart: when did it happen?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.report.charts import layout, metrics, seaborn_forms, tokens
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.line_labels import HEAD, Frame
from pipeline.report.charts.model import Drawing, Mark

_DOT: Final = 5.5  # px across
_SIGNAL_DOT: Final = 9.0  # those of the signal are told by size too, not by colour alone
_SMALL: Final = 11.0
_STEP: Final = 40.0  # px: points stand no further apart
_OFF: Final = 13.0  # px from a point to the middle of its value
_APART: Final = 16.0  # px between the values of two points
_LEAD: Final = 10.0  # px from the last point to the median's label


@isolated
def run(
    points: Sequence[Mark], median: Mark, *,
    under: Sequence[tuple[str, str]], signal: Sequence[int] = (),
) -> Drawing:  # fmt: skip
    """A line through ``points`` in order of time, from zero, with the median across.

    ``under`` has a short text for each point and the group it belongs to (a month's letter, its
    year), written once a group. ``signal``: places of the points that broke a rule, in a row;
    they are larger and of another colour. Written values: the last, the highest, the lowest. A
    line breaks where a value is None. Raises ValueError for no points, or values below zero.
    """
    if not points or len(under) != len(points):
        raise ValueError("a run chart has at least one point, and a text for each")
    low, high = layout.limits([*points, median], None)
    wide = metrics.widest([mark.text for mark in points], 13, tokens.SEMIBOLD)
    left = max(12.0, wide / 2)
    named = metrics.widest([median.label, median.text], 13, tokens.SEMIBOLD)
    right = left + _LEAD + named  # a value over the last point has as much room as one at the left
    step = min(_STEP, (tokens.WIDTH - left - right) / max(1, len(points) - 1))
    frame = Frame(left, step, low, high)
    canvas = Canvas(frame.base + 11 * tokens.SPACE)
    edge = frame.x(len(points) - 1)
    _median(canvas, frame, median, edge)
    canvas.rule([max(0.0, left - 8), edge + 8], [frame.base] * 2)
    _draw(canvas, frame, points, signal)
    _values(canvas, frame, points, median)
    _under(canvas, frame, under)
    return canvas.finish()


def _median(canvas: Canvas, frame: Frame, median: Mark, edge: float) -> None:
    """The line across, with its name and its value at the right end."""
    y = frame.y(median.value)
    if median.value is not None:
        canvas.rule([max(0.0, frame.left - 8), edge + 8], [y, y], "mal",
                    stroke=tokens.MUTED, width=1.25, dashes=(4, 3))  # fmt: skip
    x = edge + _LEAD + frame.left
    middle = min(max(y, 8.0), frame.base - 20)
    canvas.words(x, middle - 8, median.label, anchor="start")
    canvas.value(x, middle + 8, median)


def _draw(canvas: Canvas, frame: Frame, points: Sequence[Mark], signal: Sequence[int]) -> None:
    reach = max(len(points) - 1, 1)
    ax = canvas.plot(frame.left, frame.step * reach, (0, reach), (frame.low, frame.high),
                     top=HEAD, height=frame.height)  # fmt: skip
    chosen = frozenset(signal)
    looks = ((1, _DOT, range(len(points))), (3, _SIGNAL_DOT, sorted(chosen)))
    for colour, size, places in looks:
        kept = frozenset(places)
        values = [mark.value if i in kept else None for i, mark in enumerate(points)]
        [artists] = seaborn_forms.lines(ax, [values], [tokens.CATEGORIES[colour - 1]], size=size)
        for places_of_run, artist in zip(_runs(values), artists, strict=True):
            canvas.tag(artist, f"linje-{colour}", *[points[i] for i in places_of_run])


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Places of the values, in unbroken runs."""
    found: list[list[int]] = []
    for i, value in enumerate(values):
        if value is not None:
            if i == 0 or values[i - 1] is None:
                found.append([])
            found[-1].append(i)
    return found


def _values(canvas: Canvas, frame: Frame, points: Sequence[Mark], median: Mark) -> None:
    """The last value, the highest and the lowest, as far as they keep clear of one another."""
    known = [(i, mark.value) for i, mark in enumerate(points) if mark.value is not None]
    if not known:
        return
    highest = max(known, key=lambda item: item[1])[0]
    lowest = min(known, key=lambda item: item[1])[0]
    written: list[tuple[float, float]] = []
    for i in dict.fromkeys((known[-1][0], highest, lowest)):
        value, middle = points[i].value, median.value
        assert value is not None
        above = i == highest or (i != lowest and (middle is None or value >= middle))
        y = frame.y(value) + (-_OFF if above else _OFF)
        if y > frame.base - 8:  # no room between the point and the axis
            continue
        room = metrics.width(points[i].text, 13, tokens.SEMIBOLD) + 4
        if all(abs(frame.x(i) - x) > room or abs(y - other) > _APART for x, other in written):
            canvas.value(frame.x(i), y, points[i], anchor="middle")
            written.append((frame.x(i), y))


def _under(canvas: Canvas, frame: Frame, under: Sequence[tuple[str, str]]) -> None:
    """A short text under each point that has room for it, and each group's name once."""
    fits = metrics.widest([text for text, _ in under], _SMALL) + 2 <= frame.step
    free = 0.0
    for i, (text, group) in enumerate(under):
        x = frame.x(i)
        if fits:
            canvas.words(x, frame.base + 3 * tokens.SPACE, text, "etikett svag", size=_SMALL,
                         fill=tokens.MUTED, anchor="middle")  # fmt: skip
        if i and under[i - 1][1] == group:
            continue
        if i:
            between = x - frame.step / 2
            canvas.rule([between] * 2, [frame.base, frame.base + 8 * tokens.SPACE],
                        "hjalp", stroke=tokens.GUIDE)  # fmt: skip
        start = max(0.0, x - frame.step / 2 + 3 if i else x - frame.left + 3)
        if start >= free:
            canvas.words(start, frame.base + 7 * tokens.SPACE, group, size=12)
            free = start + metrics.width(group, 12) + 6
