"""Lines over the years: has it changed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes

from pipeline.report.charts import layout, line_labels, metrics, seaborn_forms, tokens
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.columns import thin
from pipeline.report.charts.line_labels import HEAD, PLOT, SMALL, Frame, Line
from pipeline.report.charts.model import Drawing, Mark, Series

_STEP: Final = 150.0  # px: years stand no further apart
_OVER: Final = 8.0  # px the baseline reaches past the points
_DOT: Final = 8.0  # px across
_FAINT_DOT: Final = 5.5
_MOST: Final = 8  # series
_BAND: Final = 0.15  # opacity
_UNDER: Final = 16.0  # px from a category to the sub under it


@isolated
def line(
    series: Sequence[Series], *, bounds: tuple[float, float] | None = None,
    target: Mark | None = None, categories: Sequence[str] | None = None,
) -> Drawing:  # fmt: skip
    """A line for each series over ``categories`` (the labels of the first series' marks).

    ``bounds`` are the values at the bottom and the top of the plot (0 and the largest by
    default). One series has its values at its points: all up to five, else both ends. Several
    have value and name at the right end; when some are highlighted the others are grey, and
    only coloured ones have a value at the left end and a band from ``lo`` to ``hi``. ``target``
    is a dashed line with its label. A line breaks where a value is None. Raises ValueError
    for values outside the bounds.
    """
    labels = _labels(series, categories)
    lines = _coloured(series)
    marks = [mark for one in series for mark in one.points]
    low, high = layout.limits([*marks, target] if target else marks, bounds)
    left, right, tall = line_labels.margins(lines, labels, target)
    step = min(_STEP, (tokens.WIDTH - left - right) / max(1, len(labels) - 1))
    frame = Frame(left, step, low, high, max(PLOT, tall - HEAD))
    last = frame.x(len(labels) - 1)

    under = [layout.words_of(mark.sub) for mark in lines[0].points] if len(lines) == 1 else []
    canvas = Canvas(frame.base + 7 * tokens.SPACE + (_UNDER if any(under) else 0.0))
    if target is not None and target.value is not None:
        y = frame.y(target.value)
        canvas.rule([max(0.0, left - _OVER), last + 1.5 * _OVER], [y, y], "mal",
                    stroke=tokens.MUTED, width=1.25, dashes=(4, 3))  # fmt: skip
    canvas.rule([max(0.0, left - _OVER), last + _OVER], [frame.base] * 2)
    _draw(canvas, frame, lines)
    _years(canvas, frame, labels, lines[0].points if any(under) else ())
    if line_labels.alone(lines):
        line_labels.at_points(canvas, frame, lines[0], target)
    else:
        line_labels.at_left(canvas, frame, lines)
    line_labels.at_right(canvas, frame, lines, target, len(labels) - 1)
    return canvas.finish()


def _draw(canvas: Canvas, frame: Frame, lines: Sequence[Line]) -> None:
    """Bands, then lines with their dots: grey ones under coloured ones."""
    reach = max(len(lines[0].points) - 1, 1)
    ax = canvas.plot(frame.left, frame.step * reach, (0, reach), (frame.low, frame.high),
                     top=HEAD, height=frame.height)  # fmt: skip
    shades = [line_labels.shade(one.colour) for one in lines]
    values = [[mark.value for mark in one.points] for one in lines]
    drawn = seaborn_forms.lines(ax, values, shades, size=_DOT)
    for one, shade, artists in zip(lines, shades, drawn, strict=True):
        runs = layout.runs([mark.value for mark in one.points])
        for run, artist in zip(runs, artists, strict=True):
            canvas.tag(artist, f"linje-{one.colour}", *[one.points[i] for i in run])
            if not one.colour:
                artist.set(zorder=1.5, linewidth=1.5, markersize=_FAINT_DOT)
            if one.colour:
                _band(canvas, frame, ax, [(i, one.points[i]) for i in run], one.colour, shade)


def _band(
    canvas: Canvas, frame: Frame, ax: Axes, run: Sequence[tuple[int, Mark]], colour: int, shade: str
) -> None:
    """The intervals along a run: an area, or a thin line at a point that is alone."""
    bounded = [(i, m.lo, m.hi) for i, m in run if m.lo is not None and m.hi is not None]
    if len(bounded) == 1:
        [(i, lo, hi)] = bounded
        canvas.rule([frame.x(i)] * 2, [frame.y(lo), frame.y(hi)], "intervall",
                    stroke=tokens.INK, width=1.25)  # fmt: skip
    elif bounded:
        xs, lows, highs = (list(column) for column in zip(*bounded, strict=True))
        [area] = ax.fill(xs + xs[::-1], lows + highs[::-1],
                         facecolor=(shade, _BAND), linewidth=0, zorder=1)  # fmt: skip
        canvas.tag(area, f"band-{colour}")
        for edge in (lows, highs):  # what is seen of the band where its colour is too faint
            canvas.rule([frame.x(i) for i in xs], [frame.y(value) for value in edge], "grans",
                        stroke=tokens.RULE, width=0.75)  # fmt: skip


def _years(canvas: Canvas, frame: Frame, labels: Sequence[str], counted: Sequence[Mark]) -> None:
    """The category under each point; thinned from the last one backward, the first kept. Under it
    the sub of the marks of a line that is ``counted``."""
    subs = [layout.words_of(mark.sub) for mark in counted]
    need = metrics.widest([*labels, *subs], SMALL) + 10
    every = thin(need, frame.step)
    last = len(labels) - 1
    for i, label in enumerate(labels):
        kept = (last - i) % every == 0 and (i * frame.step >= need or every == 1)
        if kept or i == 0:
            y = frame.base + 4 * tokens.SPACE
            canvas.words(frame.x(i), y, label, size=SMALL, anchor="middle")
            if counted and subs[i]:
                layout.note(canvas, frame.x(i), y + _UNDER, counted[i].sub, size=SMALL,
                            anchor="middle")  # fmt: skip


def _labels(series: Sequence[Series], categories: Sequence[str] | None) -> list[str]:
    """What stands under the points, which all series share."""
    if not 1 <= len(series) <= _MOST:
        raise ValueError(f"1–{_MOST} lines can be drawn, not {len(series)}")
    labels = list(categories or [mark.label for mark in series[0].points])
    if not labels or any(len(one.points) != len(labels) for one in series):
        raise ValueError("lines in one picture have as many points, at least one")
    return labels


def _coloured(series: Sequence[Series]) -> list[Line]:
    """The lines with their colours: the highlighted ones', or all's when they are few."""
    chosen = [one.highlight for one in series]
    if not any(chosen):
        chosen = [len(series) <= len(tokens.CATEGORIES)] * len(series)
    if sum(chosen) > len(tokens.CATEGORIES):
        raise ValueError("at most four lines can be highlighted")
    lines = []
    for i, one in enumerate(series):
        places = [k for k, mark in enumerate(one.points) if mark.value is not None]
        ends = (places[0], places[-1]) if places else None
        colour = sum(chosen[: i + 1]) if chosen[i] else 0
        lines.append(Line(one.name, one.points, colour, ends, one.sub))
    return lines
