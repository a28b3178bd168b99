"""Small multiples: where does each key figure stand, and which way is it going?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.charts import layout, metrics, seaborn_forms, tokens
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.model import Drawing, Mark

_COLUMNS: Final = 2
_BETWEEN: Final = 8 * tokens.SPACE  # px between the columns
_WIDE: Final = (tokens.WIDTH - (_COLUMNS - 1) * _BETWEEN) / _COLUMNS
_LEADING: Final = 16.0
_SMALL: Final = 12.0
_LARGE: Final = 23.0
_TREND: Final = 38 * tokens.SPACE  # px from a panel's left edge to its trend
_TALL: Final = 13 * tokens.SPACE  # px of a trend
_BODY: Final = 25 * tokens.SPACE  # px of a panel under its title
_DOT: Final = 6.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One key figure: ``points`` over the years (the last is this year's), its ``target``."""

    title: str
    points: Sequence[Mark]
    target: Mark | None = None
    top: float | None = None  # the value at the top of the trend; the largest by default
    sub: str | Mark = ""  # beside this year's number, in lighter ink


@isolated
def multiples(panels: Sequence[Panel], before: str, target: str) -> Drawing:
    """Panels in two columns, each with this year's number large, last year's (called ``before``)
    and the target's (called ``target``) under it, and beside them a line over all years from zero,
    with the target dashed. A line breaks where a value is None."""
    if not panels:
        raise ValueError("a picture needs at least one panel")
    rows = [panels[i : i + _COLUMNS] for i in range(0, len(panels), _COLUMNS)]
    titles = [[metrics.wrap(p.title, tokens.SIZES[0], _WIDE) for p in row] for row in rows]
    heads = [max(map(len, row)) * _LEADING + 2 * tokens.SPACE for row in titles]
    canvas = Canvas(sum(heads) + _BODY * len(rows))
    y = 0.0
    for row, lines, head in zip(rows, titles, heads, strict=True):
        for place, (panel, title) in enumerate(zip(row, lines, strict=True)):
            x = place * (_WIDE + _BETWEEN)
            middle = y + _LEADING * len(title) / 2 + tokens.SPACE / 2
            canvas.words(x, middle, title, weight=tokens.SEMIBOLD)
            _numbers(canvas, panel, x, y + head, before, target)
            _trend(canvas, panel, x + _TREND, y + head)
        y += head + _BODY
    return canvas.finish()


def _numbers(canvas: Canvas, panel: Panel, x: float, y: float, before: str, target: str) -> None:
    """This year's number, and under it the two that it is held against."""
    now = panel.points[-1]
    size = tokens.SIZES[0] if now.value is None else _LARGE
    canvas.value(x, y + _LARGE / 2, now, size=size)
    if panel.sub:
        layout.note(canvas, x + _TREND - 4 * tokens.SPACE, y + _LARGE / 2, panel.sub, size=_SMALL,
                    anchor="end")  # fmt: skip
    under = [(before, panel.points[-2])] if len(panel.points) > 1 else []
    under += [(target, panel.target)] if panel.target is not None else []
    for line, (name, mark) in enumerate(under):
        at = y + _LARGE + tokens.SPACE * 2 + _LEADING * (line + 0.5)
        canvas.words(x, at, name, size=_SMALL, fill=tokens.MUTED)
        end = x + _TREND - 4 * tokens.SPACE
        canvas.words(end, at, mark.text, "varde", size=_SMALL, anchor="end", mark=mark)


def _trend(canvas: Canvas, panel: Panel, x: float, y: float) -> None:
    """The line over the years, the first and the last year under its ends."""
    marks = [*panel.points, *([panel.target] if panel.target else [])]
    high = panel.top or max((m.value or 0.0 for m in marks), default=0.0) * 1.1 or 1.0
    width = _WIDE - _TREND - 2 * tokens.SPACE
    reach = max(len(panel.points) - 1, 1)
    canvas.rule([x, x + width], [y + _TALL] * 2)
    if panel.target is not None and panel.target.value is not None:
        level = y + _TALL * (1 - panel.target.value / high)
        canvas.rule([x, x + width], [level] * 2, "mal", stroke=tokens.MUTED, width=1.25,
                    dashes=(4, 3))  # fmt: skip
    inset = 4 * tokens.SPACE  # the years under the ends stay inside the panel
    ax = canvas.plot(x + inset, width - 2 * inset, (0, reach), (0, high), top=y, height=_TALL)
    values = [mark.value for mark in panel.points]
    [drawn] = seaborn_forms.lines(ax, [values], [tokens.CATEGORIES[0]], size=_DOT)
    for run, artist in zip(layout.runs(values), drawn, strict=True):
        canvas.tag(artist, "linje-1", *[panel.points[i] for i in run])
    ends = {0, len(panel.points) - 1}
    for i in sorted(ends):
        at = x + inset + (width - 2 * inset) * i / reach
        canvas.words(at, y + _TALL + _LEADING * 0.7, panel.points[i].label, size=_SMALL,
                     fill=tokens.MUTED, anchor="middle")  # fmt: skip
