"""What people have written, quoted as it stands: in tables, and as paragraphs. Internal edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipeline.report.blocks import Registry, Run, Runs, display, paragraph, quoted, runs, table

NOTHING = "–"
Row = tuple[Runs, Sequence[Runs]]


def text(said: object, otherwise: str = NOTHING) -> Runs:
    """A text or a date as a cell."""
    told = said.isoformat() if isinstance(said, dt.date) else str(said or "")
    return [quoted(told)] if told else [otherwise]


def lay(
    title: str | Runs,
    heads: Sequence[str],
    rows: Sequence[Row],
    facts: Registry | None = None,
    note: str = "",
    right: Sequence[int] = (),
) -> None:
    """A table of texts and facts. `heads`: those of the columns, the first over the row headers;
    `right`: the columns of numbers; `facts`: those of the cells."""
    known: Registry = {} if facts is None else facts
    caption: Runs = [title] if isinstance(title, str) else title
    columns = [
        {"header": runs(head, known), "align": "right" if place in right else "left"}
        for place, head in enumerate(heads)
    ]
    made = [{"header": label, "cells": list(cells), "total": False} for label, cells in rows]
    display(table(caption, columns, made, runs(note, known), known))


def tell(*said: Run | str, style: str = "body") -> None:
    """A paragraph of texts and of what people have written; no facts."""
    display({**paragraph("", style), "runs": [r for r in said if r]})
