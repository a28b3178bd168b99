"""Shares of answers with their uncertainty: a line on a bar, a band around a trend, a column in
the table. What is known of everybody has none: the chapter says which shares are answers."""

from __future__ import annotations

from pipeline.facts import derive
from pipeline.facts.fact import Fact
from pipeline.facts.table import FactTable, Joined
from pipeline.report.tabular import ACROSS, Series, Uncertain


def uncertain(table: FactTable | Joined | Series) -> Uncertain:
    """A table of answers with Wilson's interval (95 per cent) for each share that is drawn: of
    tables side by side the last one's, of several lines over years those of the first, which alone
    has a band."""
    limits = {}
    for fact in _drawn(table):
        if fact.kind == "share":
            low, high = derive.statistic("wilson", fact)
            limits[fact.id] = (low, high)
    return Uncertain(table, limits)


def _drawn(table: FactTable | Joined | Series) -> tuple[Fact, ...]:
    if isinstance(table, Series):
        return table.lines[0][1] if 0 < len(table.lines) <= ACROSS else ()
    chosen = table.tables[-1] if isinstance(table, Joined) else table
    keys = chosen.classes[0] if len(chosen.dims) == 1 else ()
    return tuple(chosen[key] for key in keys)
