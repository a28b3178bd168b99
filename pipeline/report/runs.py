"""A register's counts by month over the years, and what the rules of a run chart say of them."""

from __future__ import annotations

import datetime as dt

from pipeline.facts.fact import Fact
from pipeline.facts.measure import count
from pipeline.facts.runs import FEWEST
from pipeline.facts.table import FactTable
from pipeline.report import author
from pipeline.report.blocks import display
from pipeline.report.context import current
from pipeline.report.tables import missing
from pipeline.report.tabular import Run

NOTE = (
    "Ligger många månader i rad på samma sida om medianen har något förändrats. Större punkter: "
    "månader i ett sådant skift. Månader på medianen räknas inte med. Reglerna är Anhøjs och "
    "Olesens (Run Charts Revisited, PLoS ONE)."
)


def show_months(form: str, month: str, name: str, what: str, when: str) -> None:
    """The run chart of a form's rows by `month` (a derived column) in the years without a gap up
    to the edition's, months that have ended only; then what the rules say. `what`: what is
    counted, in the plural ("avvikelser"), by the month `when` ("då de rapporterades"). In a
    shorter series than a year no rule is tried."""
    title = f"Antal {what} per månad"
    points = _months(form, month, name, title)
    if not points:
        display(missing(title))
        return
    facts = [fact for _, _, fact in points]
    median, longest, most, crossings, fewest = author.stat("runs", *facts, as_=name, title=title)
    series = Run(title, tuple(points), median)
    under = f"Antal per månad {when}"
    if len(points) < FEWEST:
        author.chart("run", series, title, under)
        return
    few = author.word(fewest - crossings, "färre än", "inte färre än", "inte färre än")
    shift = author.word(longest - most, "ett skift i nivån", "inget skift", "inget skift")
    author.chart("run", series, f"Antal {what} per månad: {shift}", under, NOTE)
    author.say(
        f"Medianen är {median:.1f} i månaden. Som mest ligger {longest:d} "
        f"{author.agree(longest, 'månad', 'månader', 'd')} i rad på samma sida om den; av bara "
        f"slumpen vore högst {most:d} att vänta. Linjen korsar medianen {crossings:d} "
        f"{author.agree(crossings, 'gång', 'gånger', 'd')}, {few} de {fewest:d} som vore minst "
        "att vänta av bara slumpen."
    )


def _months(form: str, month: str, name: str, title: str) -> list[tuple[str, str, Fact]]:
    """(year, month, count) in order of time."""
    here = current()
    begun = here.day + dt.timedelta(days=1)  # a month is over on its last day
    found = []
    for year in _unbroken(author.years(form), here.year):
        table: FactTable = count(author.data(form, year), by=month, name=name, title=title)
        for key in table.classes[0]:
            if isinstance(key, int) and (year, key) < (begun.year, begun.month):
                found.append((str(year), table.label(0, key), table[key]))
    return found


def _unbroken(years: list[int], last: int) -> list[int]:
    """The years that lead up to the last without a gap."""
    first = last
    while first - 1 in years:
        first -= 1
    return list(range(first, last + 1)) if last in years else []
