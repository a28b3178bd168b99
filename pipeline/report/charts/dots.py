"""Dots with intervals, one row a group: do units or groups differ?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pipeline.report.charts import layout, metrics, seaborn_forms, tokens
from pipeline.report.charts.bars import intervals
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.layout import GAP
from pipeline.report.charts.model import Drawing, Mark

_HEAD: Final = 6 * tokens.SPACE  # px for the reference's name
_DOT: Final = 10.0  # px across
_SPACE: Final = 4.0  # px between its name and its value


@isolated
def dots(
    rows: Sequence[Mark], *, bounds: tuple[float, float] | None = None,
    reference: Mark | None = None,
) -> Drawing:  # fmt: skip
    """A dot and its interval in each row, in the given order; the value at the right.

    ``bounds`` are the values at both ends of the plot (0 and the largest by default);
    ``reference`` is a dashed line through all rows, with its label on top. Raises ValueError
    for values outside the bounds.
    """
    look = layout.density(len(rows))
    stack = layout.stack(
        [(row.label, row.sub) for row in rows], look, share=0.45, top=_HEAD if reference else 0.0
    )
    low, high = layout.limits([*rows, reference] if reference else rows, bounds)
    right = metrics.widest([row.text for row in rows], look.size, tokens.SEMIBOLD) + GAP
    width = tokens.WIDTH - stack.left - right

    def x(value: float) -> float:
        return stack.left + width * (value - low) / (high - low)

    canvas = Canvas(stack.bottom)
    ax = canvas.plot(stack.left, width, (low, high), (canvas.height, 0))
    if reference is not None:
        _reference(canvas, reference, x, stack.bottom)
    for slot in stack.slots:
        canvas.rule([stack.left, stack.left + width], [slot.middle] * 2, "hjalp",
                    stroke=tokens.GUIDE)  # fmt: skip
    intervals(canvas, ax, rows, stack.middles, on_bars=False)
    line = seaborn_forms.points(
        ax, stack.middles, [row.value for row in rows], tokens.CATEGORIES[0], size=_DOT
    )
    if line is not None:
        canvas.tag(line, "serie-1", *[row for row in rows if row.value is not None])
        line.set_zorder(4)
    for slot, row in zip(stack.slots, rows, strict=True):
        stack.label(canvas, slot)
        canvas.value(tokens.WIDTH, slot.middle, row, size=look.size, anchor="end")
    return canvas.finish()


def _reference(canvas: Canvas, mark: Mark, x: Callable[[float], float], bottom: float) -> None:
    """The dashed line with name and value on top, kept inside the picture."""
    if mark.value is None:
        return
    at = x(mark.value)
    canvas.rule(
        [at, at], [_HEAD - 4, bottom], "mal", stroke=tokens.MUTED, width=1.25, dashes=(4, 3)
    )
    name = metrics.width(mark.label, 13)
    value = metrics.width(mark.text, 13, tokens.SEMIBOLD)
    wide = name + (_SPACE + value if mark.text else 0)
    left = max(0.0, min(at - wide / 2, tokens.WIDTH - wide))
    canvas.words(left, 9, mark.label)
    if mark.text:  # a line that stands for no number of anybody's: no difference
        canvas.value(left + name + _SPACE, 9, mark)
