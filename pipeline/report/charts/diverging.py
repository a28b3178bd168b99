"""Diverging stacked bars: how did they answer on an ordered scale?"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report.charts import layout, metrics, tokens
from pipeline.report.charts.bars import check_lengths
from pipeline.report.charts.canvas import Canvas, isolated
from pipeline.report.charts.layout import GAP, Density, Slot
from pipeline.report.charts.model import Drawing, Mark, Row

_PADDING = 6.0  # px, both sides of a text inside a piece


@isolated
def diverging(rows: Sequence[Row], scale: Sequence[str]) -> Drawing:
    """Rows of shares (0–1), one piece a step of ``scale`` from its low end to its high.

    The steps below the middle lie left of the middle line and those above it right; the
    neutral step of an odd scale straddles it. A piece's text is written inside when it fits,
    and left out when not. A row in which a piece has no value shows that piece's text alone:
    where the others lie would give the missing one away. n (``Row.sub``) stands at the right.
    """
    if len(scale) not in tokens.STEPS:
        raise ValueError(f"a scale of 2–7 steps can diverge, not {len(scale)}: use columns")
    check_lengths(rows, scale)
    look = layout.density(len(rows))
    places = tokens.STEPS[len(scale)]
    key = layout.flow(scale, 0)
    top = layout.key_height(key)
    stack = layout.stack([(row.label, "") for row in rows], look, share=0.38, top=top)
    subs = metrics.widest([layout.words_of(row.sub) for row in rows], look.small)
    width = tokens.WIDTH - stack.left - (subs + GAP if subs else 0.0)
    below = [_below(row) for row in rows]
    before = max(below)
    after = max(_total(row) - start for row, start in zip(rows, below, strict=True))
    whole = before + after or 1.0

    canvas = Canvas(stack.bottom)
    looks = [(f"skala-{place + 1}", tokens.SCALE[place]) for place in places]
    layout.key(canvas, key, [(name, *look) for name, look in zip(scale, looks, strict=True)])
    middle = stack.left + width * before / whole
    canvas.rule([middle, middle], [top, stack.bottom])
    whole_rows = [i for i, row in enumerate(rows) if _missing(row) is None]
    ax = canvas.plot(stack.left, width, (-before, whole - before), (canvas.height, 0))
    starts = [-below[i] for i in whole_rows]
    for step, place in enumerate(places):
        marks = [rows[i].pieces[step] for i in whole_rows]
        values = [mark.value or 0.0 for mark in marks]
        pieces = ax.barh(
            [stack.slots[i].middle for i in whole_rows], values, left=starts, height=look.bar + 2,
            color=tokens.SCALE[place], edgecolor=tokens.PAPER, linewidth=1.5,
        )  # fmt: skip
        for piece, mark in zip(pieces, marks, strict=True):
            if mark.value:
                canvas.tag(piece, f"skala-{place + 1}", mark, kind="rect")
        starts = [start + value for start, value in zip(starts, values, strict=True)]
    for slot, row, start in zip(stack.slots, rows, below, strict=True):
        stack.label(canvas, slot)
        missing = _missing(row)
        if missing is not None:
            canvas.value(middle + layout.NEAR, slot.middle, missing, size=look.size)
        else:
            _inside(canvas, row, slot, places, middle - start * width / whole, width / whole, look)
        layout.note(canvas, tokens.WIDTH, slot.middle, row.sub, size=look.small, anchor="end")
    return canvas.finish()


def _inside(
    canvas: Canvas, row: Row, slot: Slot, places: Sequence[int], x: float, unit: float,
    look: Density,
) -> None:  # fmt: skip
    """Write the texts that fit their pieces; the first begins at ``x``, 1.0 is ``unit`` px."""
    size = look.small
    for piece, place in zip(row.pieces, places, strict=True):
        wide = (piece.value or 0.0) * unit
        if wide >= metrics.width(piece.text, size, tokens.SEMIBOLD) + _PADDING:
            fill = tokens.text_on(tokens.SCALE[place])
            tone = "pa-mork" if fill == tokens.PAPER else "pa-ljus"
            canvas.words(
                x + wide / 2, slot.middle, piece.text, f"varde {tone}", size=size,
                weight=tokens.SEMIBOLD, fill=fill, anchor="middle", mark=piece,
            )  # fmt: skip
        x += wide


def _missing(row: Row) -> Mark | None:
    """The first piece without a value."""
    return next((piece for piece in row.pieces if piece.value is None), None)


def _below(row: Row) -> float:
    """How far a row reaches left of the middle; 0 for a row that cannot be drawn."""
    values = [piece.value or 0.0 for piece in row.pieces]
    if _missing(row) is not None:
        return 0.0
    half, odd = divmod(len(values), 2)
    return sum(values[:half]) + (values[half] / 2 if odd else 0.0)


def _total(row: Row) -> float:
    """The length of a row; 0 for a row that cannot be drawn."""
    return 0.0 if _missing(row) else sum(piece.value or 0.0 for piece in row.pieces)
