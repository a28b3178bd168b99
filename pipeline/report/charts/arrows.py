"""Arrows from before to after, one row a group: did it change for the same persons?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pipeline.report.charts import layout, metrics, seaborn_forms, tokens
from pipeline.report.charts.bars import check_lengths
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.layout import NEAR
from pipeline.report.charts.model import Drawing, Mark, Row

_DOT: Final = 10.0  # px across
_HEAD: Final = 5.0  # px: length, and half the height, of an arrow's head
_CSS: Final = ("serie-0", "serie-1")
_FILL: Final = (tokens.GREY, tokens.CATEGORIES[0])


@isolated
def arrows(
    rows: Sequence[Row], names: tuple[str, str], *, bounds: tuple[float, float] | None = None
) -> Drawing:
    """A dot before, an arrow and a dot after in each row, in the given order, a value beside each
    dot. ``names``: what the two dots are, for the key.

    ``bounds`` are the values at both ends of the plot (0 and the largest by default). A row in
    which a value is missing shows that one's text alone. Raises ValueError for rows that are no
    pairs and for values outside the bounds.
    """
    check_lengths(rows, names)
    look = layout.density(len(rows))
    key = layout.flow(names, 0)
    stack = layout.stack(
        [(row.label, row.sub) for row in rows], look, share=0.45, top=layout.key_height(key)
    )
    whole = [i for i, row in enumerate(rows) if _missing(row) is None]
    low, high = layout.limits([mark for i in whole for mark in rows[i].pieces], bounds)
    texts = [mark.text for row in rows for mark in row.pieces]
    beside = metrics.widest(texts, look.size, tokens.SEMIBOLD) + NEAR + _DOT / 2
    left = stack.left + beside
    width = tokens.WIDTH - left - beside

    def x(mark: Mark) -> float:
        assert mark.value is not None
        return left + width * (mark.value - low) / (high - low)

    canvas = Canvas(stack.bottom)
    layout.key(canvas, key, list(zip(names, _CSS, _FILL, strict=True)))
    ax = canvas.plot(left, width, (low, high), (canvas.height, 0))
    for slot in stack.slots:
        canvas.rule([left, left + width], [slot.middle] * 2, "hjalp", stroke=tokens.GUIDE)
    middles = [stack.slots[i].middle for i in whole]
    for i, middle in zip(whole, middles, strict=True):
        before, after = rows[i].pieces
        _arrow(canvas, x(before), x(after), middle)
    for side, (css, fill) in enumerate(zip(_CSS, _FILL, strict=True)):
        marks = [rows[i].pieces[side] for i in whole]
        values = [mark.value for mark in marks]
        line = seaborn_forms.points(ax, middles, values, fill, size=_DOT)
        if line is not None:
            canvas.tag(line, css, *marks)
            line.set_zorder(4 + side)
    for slot, row in zip(stack.slots, rows, strict=True):
        stack.label(canvas, slot)
        missing = _missing(row)
        if missing is None:
            _values(canvas, row, x, slot.middle, look.size)
        else:
            canvas.value(left, slot.middle, missing, size=look.size)
    return canvas.finish()


def _missing(row: Row) -> Mark | None:
    """The first piece without a value."""
    return next((piece for piece in row.pieces if piece.value is None), None)


def _values(canvas: Canvas, row: Row, x: Callable[[Mark], float], y: float, size: float) -> None:
    """Each text on the side of its dot that the arrow is not."""
    before, after = row.pieces
    reach = _DOT / 2 + NEAR / 2
    down = x(after) < x(before)
    for mark, right in ((before, down), (after, not down)):
        weight = tokens.SEMIBOLD if mark is after else tokens.REGULAR
        place = x(mark) + (reach if right else -reach)
        canvas.value(place, y, mark, size=size, anchor="start" if right else "end", weight=weight)


def _arrow(canvas: Canvas, start: float, end: float, y: float) -> None:
    """The line between two dots, with a head where there is room for one."""
    way = 1 if end > start else -1
    canvas.rule([start, end], [y, y], "linje-1", stroke=tokens.CATEGORIES[0], width=2)
    tip = end - way * _DOT / 2
    if way * (tip - start) > _DOT / 2 + _HEAD:
        back = tip - way * _HEAD
        canvas.rule(
            [back, tip, back], [y - _HEAD, y, y + _HEAD], "linje-1",
            stroke=tokens.CATEGORIES[0], width=2,
        )  # fmt: skip
