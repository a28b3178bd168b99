"""A funnel plot: do units differ more than chance would make them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.charts import layout, metrics, tokens
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.model import Drawing, Mark

_TALL: Final = 70 * tokens.SPACE  # px of the plot
_TOP: Final = 5 * tokens.SPACE
_NAMES: Final = 56 * tokens.SPACE  # px right of the plot for the units' names
_DOT: Final = 9.0
_LINE: Final = 16.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Two curves around the whole: `lower` and `upper` have a share for each place of `at`."""

    name: str
    at: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


@isolated
def funnel(
    points: Sequence[tuple[Mark, float]], whole: Mark, limits: Sequence[Limits], below: str
) -> Drawing:
    """Shares (0–1) against how many answered (the number beside each mark), the whole's share as
    a dashed line, and the limits around it as curves, the narrower first. Names and values stand
    at the right. `below`: what the width stands for. Raises ValueError for no points."""
    if not points:
        raise ValueError("a funnel has at least one point")
    width = tokens.WIDTH - _NAMES
    most = max(n for _, n in points) * 1.08 or 1.0
    canvas = Canvas(_TOP + _TALL + 7 * tokens.SPACE)

    def x(n: float) -> float:
        return width * n / most

    def y(share: float) -> float:
        return _TOP + _TALL * (1 - share)

    canvas.rule([0, width], [y(0)] * 2)
    canvas.rule([0, width], [y(1)] * 2, "hjalp", stroke=tokens.GUIDE)
    for number, each in enumerate(limits):
        for curve in (each.lower, each.upper):
            inside = [(x(n), y(s)) for n, s in zip(each.at, curve, strict=True) if n <= most]
            xs, ys = [place for place, _ in inside], [level for _, level in inside]
            canvas.rule(xs, ys, "grans", stroke=tokens.RULE, width=1.5 - 0.5 * number)  # fmt: skip
    ax = canvas.plot(0, width, (0, most), (0, 1), top=_TOP, height=_TALL)
    if whole.value is not None:
        canvas.rule([0, width], [y(whole.value)] * 2, "mal", stroke=tokens.MUTED, width=1.25,
                    dashes=(4, 3))  # fmt: skip
    for mark, n in points:
        if mark.value is not None:
            [dot] = ax.plot([n], [mark.value], "o", color=tokens.CATEGORIES[0], markersize=_DOT,
                            markeredgewidth=0, zorder=4)  # fmt: skip
            canvas.tag(dot, "serie-1", mark)
    _names(canvas, points, whole, width, x, y)
    canvas.words(width / 2, _TOP + _TALL + 4 * tokens.SPACE, below, "etikett svag", size=12,
                 fill=tokens.MUTED, anchor="middle")  # fmt: skip
    return canvas.finish()


def _names(
    canvas: Canvas, points: Sequence[tuple[Mark, float]], whole: Mark, width: float,
    x: Callable[[float], float], y: Callable[[float], float],
) -> None:  # fmt: skip
    """Every unit's name and value at the right, as near its height as there is room for."""
    shown = [*(mark for mark, _ in points), whole]
    wanted = [y(0.0 if mark.value is None else mark.value) for mark in shown]
    room = tokens.WIDTH - width - layout.GAP - metrics.widest(
        [m.text for m in shown], 13, tokens.SEMIBOLD
    ) - 2 * tokens.SPACE  # fmt: skip
    lines = [metrics.wrap(mark.label, 13, room) for mark in shown]
    heights = [_LINE * len(each) + 2 for each in lines]
    places = layout.spread(wanted, heights, 0.0, canvas.height)
    for place, (mark, at, label) in enumerate(zip(shown, places, lines, strict=True)):
        if mark.value is not None:  # a thread from the point to its name
            start = x(points[place][1]) + _DOT / 2 if place < len(points) else width
            canvas.rule([start, width, width + layout.GAP - 3], [wanted[place], wanted[place], at],
                        "hjalp", stroke=tokens.GUIDE)  # fmt: skip
        canvas.words(width + layout.GAP, at, label)
        canvas.value(tokens.WIDTH, at, mark, anchor="end")
