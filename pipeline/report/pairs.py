"""A measure before and after, of the same rows: a table that the chart form `arrows` draws."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.facts.table import FactTable, Key
from pipeline.report import tabular
from pipeline.report.tabular import Grid

BEFORE, AFTER = "Start", "Uppföljning"


def pairs(title: str, what: str, before: FactTable, after: FactTable, keys: Sequence[Key]) -> Grid:
    """A row a class: the value before, the one after, and how many the latter rests on. `what`: the
    header of the classes."""
    return tabular.grid(
        title,
        [what, BEFORE, AFTER, "Antal|n"],
        {after.label(0, k): [before[k], after[k], after[k]] for k in keys},
    )
