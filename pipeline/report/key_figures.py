"""The year's key figures: this year, last year, target and a small trend. The municipality's own
measures (`[[matt]]` in kommun.toml) stand among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from pipeline.facts import own
from pipeline.facts import predicate as p
from pipeline.facts.fact import Fact
from pipeline.facts.measure import mean, ratio
from pipeline.matt import Matt
from pipeline.report import author
from pipeline.report.context import current
from pipeline.report.tabular import KeyFigure, KeyFigures

GUIDELINES = "riktlinjer"
LONGEST = 5  # years of a trend
PERCENT = "en andel skrivs i procent"
TITLE = "Årets nyckeltal"


def key_figure(measure: Callable[[int], Fact]) -> KeyFigure:
    """A key figure from a measure of one year: `measure(2025)`. Its target is the guideline of
    the measure's name."""
    line = _line(measure)
    return _held(line, *guideline(line[-1]))


def own_key_figures() -> list[KeyFigure]:
    """The municipality's own measures. One without a target of its own has the guideline's."""
    made = []
    for each in own.own_measures(current().workspace):
        line = _line(partial(_own, each))
        target, better = guideline(line[-1])
        if each.mal is not None:
            why = f"Kommunens eget mål för ”{each.titel}”"
            value = each.mal / 100 if each.of else each.mal
            target = author.const(value, why, unit=line[-1].unit)
            better = each.riktning
        made.append(replace(_held(line, target, better), unit=each.enhet))
    return made


def show_key_figures(figures: Iterable[KeyFigure]) -> None:
    """All of them as small multiples and a table."""
    table = KeyFigures(TITLE, tuple(figures))
    note = "Målen är riktlinjernas och kommunens egna. Varje linje börjar på noll."
    author.chart("multiples", table, _title(table), "I år, förra året, mål och utveckling", note)


def _title(table: KeyFigures) -> str:
    """How many of the targets are reached; those of a measure without a number left out."""
    known = [each.met for each in table.figures if each.met is not None]
    held = [met for met in known if met.status in ("ok", "dold")]
    if not held:
        return TITLE
    missed, reached = author.stat("below", *held, as_="mal_att_na", title="Mål som nås")
    return f"{reached:d} av {reached + missed:d} mål nås"


def _line(measure: Callable[[int], Fact]) -> tuple[Fact, ...]:
    here = current()
    before = [year for year in author.years("rader") if year < here.year]
    return tuple(measure(year) for year in [*before, here.year][-LONGEST:])


def _own(measure: Matt, year: int) -> Fact:
    return own.of_year(measure, author.data(measure.tabell, year))


def _held(line: tuple[Fact, ...], target: Fact | None, better: str) -> KeyFigure:
    """The line beside its target: `word` says whether it is reached, by how far it is on the
    better side."""
    if target is None:
        return KeyFigure(line)
    higher = better == "hogre"
    over = line[-1] - target if higher else target - line[-1]
    met = author.word(over, "nås", "nås inte", "nås")
    return KeyFigure(line, target, "minst" if higher else "högst", met)


def guideline(fact: Fact) -> tuple[Fact | None, str]:
    """The target of a measure as a fact in the measure's unit, and what is better; no target
    where the year's guidelines have none."""
    data = author.data(GUIDELINES)
    row = p.both(p.equals("matt", fact.name), p.known("mal"))
    if data.table is None or not data.selected(row).any():
        return None, "hogre"
    [told] = data.table.filter(p.mask(row, data.table)).to_pylist()
    name, title, where = f"mal_{fact.name}", f"Mål: {fact.title}", p.to_sql(row)
    if told["mats_i"] == "procent":
        part: Fact = mean(data, "mal", where, name=f"{name}_procent", title=title, unit="procent")
        whole = author.const(100, why=PERCENT)
        target = ratio(part, whole, name=name, title=title, unit=fact.unit)
    else:
        target = mean(data, "mal", where, name=name, title=title, unit=fact.unit)
    return target, str(told["riktning"])
