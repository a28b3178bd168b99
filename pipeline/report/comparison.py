"""Comparators as they were published: Kolada's series, one table and one picture a measure."""

from __future__ import annotations

from pipeline.report import author
from pipeline.report.context import current
from pipeline.report.tables import Series
from pipeline.workspace import load_kommun

MANY = 8  # more lines than this cannot be told apart: the table alone


def kolada_measures() -> list[str]:
    """The measures among the year's Kolada answers; says *underlag saknas* where there are none."""
    found = author.data("jamforelser")
    if found.table is None:
        author.say(f"{author.count(found, title='Svar från Kolada')}")
        return []
    return sorted(set(found.table.column("kpi").to_pylist()))


def show_measure(kpi: str) -> None:
    """One measure: every municipality over the years, both sexes together, as Kolada has it.

    The workspace's own municipality stands first.
    """
    lines = author.cited_series(kpi)
    own = load_kommun(current().workspace.raw)
    first = own.kommuner.get(own.kod, own.kod)
    ordered = sorted(lines, key=lambda name: (name != first, name))
    series = Series(f"{kpi} (Källa: Kolada)", tuple((n, tuple(lines[n])) for n in ordered))
    author.heading(kpi)
    source = "Källa: Kolada. Värdena återges som de publicerats."
    if len(ordered) > MANY:
        author.show(series, source)
    else:
        author.chart("line", series, f"{kpi}, utveckling per kommun", "Per år", source)
