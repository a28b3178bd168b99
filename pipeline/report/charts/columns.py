"""Vertical bars: the distribution of a number, or of a scale too long to diverge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.report.charts import metrics, seaborn_forms, tokens
from pipeline.report.charts.bars import reach
from pipeline.report.charts.canvas import ABOVE, Canvas, isolated
from pipeline.report.charts.model import Drawing, Mark

_PLOT: Final = 160.0  # px: the height of the highest column
_HEAD: Final = 20.0  # px for the value on top of it
_PITCH: Final = 104.0  # px: columns stand no wider apart
_BAR: Final = 56.0  # px: nor are they wider
_MOST: Final = 40
_SMALL: Final = 12.0
_LEADING: Final = 14.0


@isolated
def columns(
    marks: Sequence[Mark], *, full: float | None = None, ends: tuple[str, str] | None = None
) -> Drawing:
    """Columns from zero in the given order, value on top, the marks' labels as categories.

    ``full`` is the value at the top of the plot (the largest by default); ``ends`` names the
    low and the high end of the scale, under the first and the last column. Where columns
    stand too close, categories are thinned evenly and only peaks keep their values: a value
    that is not written is not among the drawing's marks.
    """
    if not 1 <= len(marks) <= _MOST:
        raise ValueError(f"1–{_MOST} columns can be drawn, not {len(marks)}")
    pitch = min(_PITCH, tokens.WIDTH / len(marks))
    bar = min(_BAR, 0.72 * pitch if len(marks) <= 20 else pitch - 3)
    middles = [pitch * (i + 0.5) for i in range(len(marks))]
    names = _names([mark.label for mark in marks], pitch)
    base = _HEAD + _PLOT
    under = base + tokens.SPACE + _LEADING * max(map(len, names))
    canvas = Canvas(under + (_LEADING + tokens.SPACE if ends else 0) + tokens.SPACE)
    top = reach(marks, full)
    values = [mark.value for mark in marks]
    ax = canvas.plot(0, tokens.WIDTH, (0, tokens.WIDTH), (0, top), top=_HEAD, height=_PLOT)
    [patches] = seaborn_forms.bars(
        ax, middles, [values], tokens.CATEGORIES[:1], horizontal=False, thickness=bar
    )
    drawn = iter(patches)
    size = _size(marks, pitch)
    written = _written(marks, pitch, bar, top, size)
    for i, (x, mark, lines) in enumerate(zip(middles, marks, names, strict=True)):
        if mark.value is not None:
            canvas.tag(next(drawn), "serie-1", mark, kind="rect")
            _interval(canvas, x, mark, base, _PLOT / top)
        if i in written:
            y = base - _PLOT * _end(mark) / top - 10
            canvas.value(x, y, mark, size=size, anchor="middle")
        if lines:
            y = base + 2 * tokens.SPACE + _LEADING * len(lines) / 2
            canvas.words(x, y, lines, size=_SMALL, anchor="middle", leading=_LEADING)
    wide = pitch * len(marks)
    canvas.rule([0, wide], [base, base], z=ABOVE)
    if ends:
        for x, anchor, words in ((0.0, "start", ends[0]), (wide, "end", ends[1])):
            canvas.words(x, under + tokens.SPACE + _LEADING / 2, words, "etikett svag",
                         size=_SMALL, fill=tokens.MUTED, anchor=anchor)  # fmt: skip
    return canvas.finish()


def _interval(canvas: Canvas, x: float, mark: Mark, base: float, unit: float) -> None:
    """A mark's interval as a thin line at ``x`` px, light where the column is behind it; 1.0 is
    ``unit`` px high."""
    if mark.value is None or mark.lo is None or mark.hi is None:
        return
    looks = (
        ("intervall-inne", tokens.PAPER, mark.lo, mark.value),
        ("intervall", tokens.INK, mark.value, mark.hi),
    )
    for css, stroke, low, high in looks:
        if low < high:
            canvas.rule([x, x], [base - unit * low, base - unit * high], css, stroke=stroke,
                        width=1.25, z=ABOVE)  # fmt: skip


def _end(mark: Mark) -> float:
    """The value where a column and its interval end; 0 without a column."""
    return 0.0 if mark.value is None else max(mark.value, mark.hi or 0.0)


def _names(labels: Sequence[str], pitch: float) -> list[tuple[str, ...]]:
    """Each category's lines: wrapped when its words fit under a column, thinned when not."""
    limit = pitch - 4
    longest = max(metrics.width(word, _SMALL) for label in labels for word in label.split(" "))
    if longest <= limit:
        return [metrics.wrap(label, _SMALL, limit) for label in labels]
    every = thin(metrics.widest(labels, _SMALL) + 8, pitch)
    return [(label,) if i % every == 0 else () for i, label in enumerate(labels)]


def thin(wide: float, pitch: float) -> int:
    """Every how many of labels ``wide`` px can be written, ``pitch`` px apart: 1, 2, 5, 10 …"""
    return next(k for k in (1, 2, 5, 10, 20, 50) if k * pitch >= wide or k == 50)


def _size(marks: Sequence[Mark], pitch: float) -> float:
    """The type size of the values: smaller before any is left out."""
    texts = [mark.text for mark in marks]
    fits = (s for s in (13.0, 12.0) if metrics.widest(texts, s, tokens.SEMIBOLD) + 3 <= pitch)
    return next(fits, 12.0)


def _written(marks: Sequence[Mark], pitch: float, bar: float, top: float, size: float) -> set[int]:
    """Which values are written: all that fit; else from the highest down those that keep clear.

    A value keeps clear that touches no written one and stands over no higher column, so the
    peaks are what is left.
    """
    wide = [metrics.width(mark.text, size, tokens.SEMIBOLD) for mark in marks]
    if max(wide) + 3 <= pitch:
        return set(range(len(marks)))
    heights = [_PLOT * _end(mark) / top for mark in marks]
    written: set[int] = set()
    for i in sorted(range(len(marks)), key=lambda i: (-heights[i], i)):
        others = [(j, abs(i - j) * pitch) for j in range(len(marks)) if j != i]
        over = any(away < (wide[i] + bar) / 2 and heights[j] > heights[i] + 1 for j, away in others)
        touching = any(
            j in written
            and away < (wide[i] + wide[j]) / 2 + 4
            and abs(heights[i] - heights[j]) < size + 2
            for j, away in others
        )
        inside = abs(pitch * (i + 0.5) - tokens.WIDTH / 2) + wide[i] / 2 <= tokens.WIDTH / 2
        if not over and not touching and inside:
            written.add(i)
    return written
