"""Bars from zero: how large are the shares, the counts?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from pipeline.report.charts import layout, metrics, seaborn_forms, tokens
from pipeline.report.charts.canvas import ABOVE, Canvas, isolated
from pipeline.report.charts.layout import GAP, NEAR, Stack
from pipeline.report.charts.model import Drawing, Mark, Row

_DODGED = 2  # series: more stand side by side, for their colours fail in greyscale


@isolated
def bars(rows: Sequence[Mark], *, full: float | None = None) -> Drawing:
    """Horizontal bars in the given order, value at the end, interval as a thin line.

    ``full`` is the length of the whole plot (1.0 for shares, whose whole is then drawn pale
    behind the bars); without it the largest value fills the plot. Raises ValueError for
    values below zero or above ``full``.
    """
    look = layout.density(len(rows))
    stack = layout.stack([(row.label, row.sub) for row in rows], look, share=0.45)
    top = reach(rows, full)
    right = metrics.widest(_shown(rows), look.size, tokens.SEMIBOLD) + NEAR
    width = tokens.WIDTH - stack.left - right
    canvas = Canvas(stack.bottom)
    _plot(canvas, stack, rows, left=stack.left, width=width, top=top, track=full is not None)
    return canvas.finish()


@isolated
def grouped(rows: Sequence[Row], series: Sequence[str], *, full: float | None = None) -> Drawing:
    """Bars for up to four groups in each row; ``series`` names them.

    Two groups are dodged under a key, more stand side by side in panels under their names:
    four colours cannot be told apart in greyscale, places can.
    """
    if not 1 <= len(series) <= len(tokens.CATEGORIES):
        raise ValueError(f"one to four groups can be drawn, not {len(series)}")
    check_lengths(rows, series)
    return (_dodged if len(series) <= _DODGED else _panels)(rows, series, full)


def _dodged(rows: Sequence[Row], series: Sequence[str], full: float | None) -> Drawing:
    thickness, gap = 13.0, 2.0
    cluster = len(series) * (thickness + gap) + 4 * tokens.SPACE
    look = layout.Density(size=13, leading=16, pitch=cluster, air=12, bar=thickness)
    labels = [(row.label, row.sub) for row in rows]
    left = layout.stack(labels, look, share=0.45).left
    places = layout.flow(series, left)
    if places[-1][1]:  # long names have the whole width
        places = layout.flow(series, 0)
    head = layout.key_height(places)
    stack = layout.stack(labels, look, share=0.45, top=head)
    marks = [[row.pieces[i] for row in rows] for i in range(len(series))]
    top = reach([mark for column in marks for mark in column], full)
    right = metrics.widest([t for m in marks for t in _shown(m)], 12, tokens.SEMIBOLD) + NEAR
    width = tokens.WIDTH - stack.left - right
    canvas = Canvas(stack.bottom)
    looks = [(f"serie-{i + 1}", colour) for i, colour in enumerate(tokens.CATEGORIES)]
    layout.key(canvas, places, [(name, *look) for name, look in zip(series, looks, strict=False)])
    ax = canvas.plot(stack.left, width, (0, top), (canvas.height, 0))
    values = [[mark.value for mark in column] for column in marks]
    drawn: list[tuple[Mark, float]] = []
    patches = [iter(bar) for bar in seaborn_forms.bars(
        ax, stack.middles, values, tokens.CATEGORIES[: len(series)],
        horizontal=True, thickness=thickness, gap=gap,
    )]  # fmt: skip
    for slot, row in zip(stack.slots, rows, strict=True):
        stack.label(canvas, slot)
        for i, mark in enumerate(row.pieces):
            y = slot.middle + (i - (len(series) - 1) / 2) * (thickness + gap)
            if mark.value is not None:
                canvas.tag(next(patches[i]), f"serie-{i + 1}", mark, kind="rect")
            canvas.value(stack.left + width * _end(mark) / top + NEAR, y, mark, size=12)
            drawn.append((mark, y))
    intervals(canvas, ax, [mark for mark, _ in drawn], [y for _, y in drawn])
    zero(canvas, stack.left, head, stack.bottom)
    return canvas.finish()


def _panels(rows: Sequence[Row], series: Sequence[str], full: float | None) -> Drawing:
    look = layout.density(len(rows))
    labels = [(row.label, row.sub) for row in rows]
    space = tokens.WIDTH - layout.stack(labels, look, share=0.36).left + GAP
    names = [metrics.wrap(name, 13, space / len(series) - GAP, tokens.SEMIBOLD) for name in series]
    head = max(map(len, names)) * look.leading + 2 * tokens.SPACE
    stack = layout.stack(labels, look, share=0.36, top=head)
    every = [mark for row in rows for mark in row.pieces]
    top = reach(every, full)
    right = metrics.widest(_shown(every), look.size, tokens.SEMIBOLD) + NEAR
    canvas = Canvas(stack.bottom)
    for i, lines in enumerate(names):
        left = stack.left + i * space / len(series)
        middle = head - 2 * tokens.SPACE - len(lines) * look.leading / 2
        canvas.words(left, middle, lines, weight=tokens.SEMIBOLD, leading=look.leading)
    for slot in stack.slots:
        stack.label(canvas, slot)
    for i in range(len(series)):
        _plot(
            canvas, stack, [row.pieces[i] for row in rows], labels=False,
            left=stack.left + i * space / len(series), width=space / len(series) - GAP - right,
            top=top, track=full is not None,
        )  # fmt: skip
    return canvas.finish()


def _plot(
    canvas: Canvas, stack: Stack, rows: Sequence[Mark], *,
    left: float, width: float, top: float, track: bool, labels: bool = True,
) -> None:  # fmt: skip
    """One column of bars with their values, and the row labels if they are wanted."""
    look = stack.density
    ax = canvas.plot(left, width, (0, top), (canvas.height, 0))
    [patches] = seaborn_forms.bars(
        ax, stack.middles, [[row.value for row in rows]], tokens.CATEGORIES[:1],
        horizontal=True, thickness=look.bar,
    )  # fmt: skip
    bar = iter(patches)
    for slot, row in zip(stack.slots, rows, strict=True):
        if labels:
            stack.label(canvas, slot)
        if row.value is not None:
            canvas.tag(next(bar), "serie-1", row, kind="rect")
            if track:
                y = slot.middle - look.bar / 2
                canvas.box(left, y, width, look.bar, "spar", tokens.TRACK)
        canvas.value(left + width * _end(row) / top + NEAR, slot.middle, row, size=look.size)
    intervals(canvas, ax, rows, stack.middles)
    zero(canvas, left, stack.slots[0].top, stack.bottom)


def intervals(
    canvas: Canvas, ax: Axes, rows: Iterable[Mark], at: Iterable[float], *, on_bars: bool = True
) -> None:
    """The marks' intervals as thin lines at data heights ``at``; light where a bar is behind."""
    bounded = [
        (row.lo, row.value if on_bars else row.lo, row.hi, y)
        for row, y in zip(rows, at, strict=True)
        if row.value is not None and row.lo is not None and row.hi is not None
    ]
    inner = [(lo, min(end, hi), y) for lo, end, hi, y in bounded if lo < end]
    outer = [(max(lo, end), hi, y) for lo, end, hi, y in bounded if end < hi]
    looks = (("intervall-inne", tokens.PAPER, inner), ("intervall", tokens.INK, outer))
    for css, stroke, pieces in looks:
        if pieces:
            xs = [x for start, end, _ in pieces for x in (start, end, math.nan)]
            ys = [y for _, _, y in pieces for _ in range(3)]
            [line] = ax.plot(
                xs, ys, color=stroke, linewidth=1.25, solid_capstyle="butt", zorder=ABOVE
            )
            canvas.tag(line, css)


def zero(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    """The line that bars start from."""
    canvas.rule([x, x], [top, bottom], z=ABOVE)


def _end(mark: Mark) -> float:
    """The value where a bar and its interval end; 0 without a bar."""
    return 0.0 if mark.value is None else max(mark.value, mark.hi or 0.0)


def reach(marks: Sequence[Mark], full: float | None) -> float:
    """The value at the far end of the plot; ValueError if a mark lies outside it."""
    return layout.limits(marks, (0.0, full) if full else None)[1]


def check_lengths(rows: Sequence[Row], names: Sequence[str]) -> None:
    """ValueError if a row has not one mark for each name."""
    for row in rows:
        if len(row.pieces) != len(names):
            raise ValueError(f"{row.label}: {len(row.pieces)} marks for {len(names)} names")


def _shown(marks: Iterable[Mark]) -> list[str]:
    """Texts that stand at the end of a bar; those without a bar have the whole plot."""
    return [mark.text for mark in marks if mark.value is not None]
