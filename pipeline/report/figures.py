"""Figures: a table of facts drawn by a chart form, with its finding, alt text and table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.errors import PredicateError
from pipeline.facts.fact import Fact, spliced
from pipeline.facts.pattern import DOTS, Merged
from pipeline.facts.runs import runs as runs_of
from pipeline.facts.statistics import FUNNEL, binomial_limit
from pipeline.facts.table import FactTable, Joined
from pipeline.report import hidden, legends, tables, tabular
from pipeline.report.blocks import Block, Registry, Runs, occurrence, plain, runs
from pipeline.report.blocks import figure as figure_block
from pipeline.report.charts import (
    Drawing,
    Limits,
    Mark,
    Panel,
    Row,
    arrows,
    bars,
    columns,
    diverging,
    dots,
    funnel,
    line,
    multiples,
    run,
)
from pipeline.report.charts import Series as Line
from pipeline.report.contrasts import Contrasts, Funnel
from pipeline.report.pairs import AFTER, BEFORE
from pipeline.report.swedish import NBSP, number
from pipeline.report.tables import WIDE
from pipeline.report.tabular import Grid, KeyFigures, Run, Series, Stack, Tabular, Uncertain

Lines = Mapping[str, Sequence[Fact]]  # facts over years: label → year by year
ALT_LIMIT = 12  # numbers told in an alt text; the rest are in the table


def _plain(title: str) -> str:
    """A title without its number: what is missing when there is none."""
    return plain(p for p in spliced(title) if isinstance(p, str)).partition(":")[0].strip()


class _Pen:
    """Makes marks of facts and remembers which occurrence each mark is."""

    def __init__(self, limits: Mapping[str, tuple[Fact, Fact]]) -> None:
        self.facts: Registry = {}
        self._limits = limits
        self._made: dict[int, tuple[Mark, dict[str, Any], str]] = {}

    def mark(self, label: str, fact: Fact, told: str = "", sub: Mark | str = "") -> Mark:
        shown = occurrence(fact, "", self.facts)
        seen = number(fact)  # what the picture shows is no finer than what its text says
        value = None if seen is None else float(seen)
        mark = Mark(label, value, shown["text"], fact.id, sub=sub)
        ends = [number(limit, ".0%") for limit in self._limits.get(fact.id, ())]
        if value is not None and ends and None not in ends:
            low, high = (float(end) for end in ends if end is not None)
            mark = replace(mark, lo=min(low, value), hi=max(high, value))
        return self._keep(mark, shown, told or label)

    def n(self, fact: Fact, part: str = "n") -> Mark:
        shown = occurrence(fact, part, self.facts)
        return self._keep(Mark("", None, f"n = {shown['text']}", fact.id), shown, "")

    def _keep(self, mark: Mark, shown: dict[str, Any], told: str) -> Mark:
        self._made[id(mark)] = (mark, shown, told)
        return mark

    def again(self, mark: Mark, low: float, high: float) -> Mark:
        """The same mark with an interval."""
        _, shown, told = self._made.pop(id(mark))
        return self._keep(replace(mark, lo=low, hi=high), shown, told)

    def written(self, drawing: Drawing) -> list[Any]:
        """The occurrences of a drawing's marks, in its order."""
        return [self._made[id(m)][1] for m in drawing.marks]

    def told(self, drawing: Drawing) -> list[tuple[str, dict[str, Any]]]:
        """What an alt text says of each mark that may be seen: its name and its occurrence."""
        made = [self._made[id(m)] for m in drawing.marks]
        return [(name, shown) for _, shown, name in made if name and shown["text"] != DOTS]


def as_table(table: Tabular | list[Fact] | Lines, title: str) -> Tabular:
    """A chart's table; facts over years become one."""
    if isinstance(table, list):
        return Series(table[0].title if table else _plain(title), (("", tuple(table)),))
    if isinstance(table, Mapping):
        lines = tuple((label, tuple(facts)) for label, facts in table.items())
        return Series(_plain(title), lines)
    return table


def figure(
    form: str, table: Tabular | list[Fact] | Lines, title: str, subtitle: str = "", note: str = ""
) -> Block:
    """A figure block. Where the source is missing, the paragraph that says so; where there is
    nothing to draw that may be seen, the table alone."""
    if form not in _FORMS:
        raise PredicateError(f"Diagramformen ”{form}” finns inte (finns: {', '.join(_FORMS)}).")
    table = as_table(table, title)
    under = tables.block(table, explain=False)
    if under["kind"] != "table":
        return under
    if not _drawable(form, table):
        return tables.block(table, note)
    limits = table.limits if isinstance(table, Uncertain) else {}
    inner = table.table if isinstance(table, Uncertain) else table
    pen = _Pen(limits)
    heading = runs(_finding(title, table), pen.facts)
    drawing = _FORMS[form](inner, pen)
    marks = pen.written(drawing)
    under_title = runs("" if hidden.hides(subtitle) else subtitle, pen.facts)
    foot = runs(" ".join(filter(None, (legends.UNCERTAIN if limits else "", note))), pen.facts)
    return figure_block(
        heading,
        [*under_title, *_n_of_all(inner, pen)],
        drawing.svg,
        _alt(form, heading, drawing, pen),
        marks,
        under,
        tables.explained(foot, under),
        pen.facts,
    )


def _finding(title: str, table: Tabular) -> str:
    """The title as it can be said: without its number it is the table's own, and says so where
    the source is missing."""
    if hidden.hides(title):
        return tabular.title(table)
    numbers = [piece for piece in spliced(title) if not isinstance(piece, str)]
    gone = [fact for fact, _ in numbers if fact.status == "saknas"]
    return f"{tabular.title(table)}: {gone[0]}" if gone else title


def _n_of_all(table: Tabular, pen: _Pen) -> Runs:
    """How many a distribution rests on: one number for all its shares."""
    chosen = table.tables[-1] if isinstance(table, Joined) else table
    if not isinstance(chosen, FactTable) or chosen.over is None or len(chosen.dims) != 1:
        return []
    if not chosen.classes[0]:
        return []
    whole = occurrence(chosen[chosen.classes[0][0]], "denominator", pen.facts)
    return [] if whole["text"] == DOTS else [f" (n{NBSP}={NBSP}", whole, ")"]


def _drawable(form: str, table: Tabular) -> bool:
    """Whether there is something to see in the picture: a value, in whole rows for those that
    show a row only as a whole."""
    if isinstance(table, Uncertain):
        table = table.table
    if form == "diverging":
        rows = _scales(table)
        return (
            bool(rows)
            and 2 <= len(rows[0]) <= WIDE
            and any(all(f.value is not None for f in row) for row in rows)
        )
    if isinstance(table, Series):
        return any(f.value is not None for _, facts in table.lines for f in facts)
    if isinstance(table, KeyFigures):
        return any(f.value is not None for each in table.figures for f in each.line)
    if isinstance(table, Grid):
        return any(_pair(row) is not None for _, row in table.rows)
    if isinstance(table, Run):
        return any(f.value is not None for _, _, f in table.points)
    if isinstance(table, Contrasts | Funnel):
        return any(f.value is not None for f in table.facts)
    chosen = _shares(table)
    keys = chosen.classes[0]
    if len(keys) == 1 and isinstance(keys[0], Merged):  # all put together: nothing to compare
        return False
    return any(chosen[key].value is not None for key in keys)


def _scales(table: Tabular) -> list[list[Fact]]:
    """The rows of a scale: a question's, or a group's."""
    if isinstance(table, Stack):
        return [[t[k] for k in t.classes[0]] for _, t in table.rows]
    assert isinstance(table, FactTable)
    return [[table[row, k] for k in table.classes[1]] for row in table.classes[0]]


_KIND = {
    "arrows": "Pilar från start till uppföljning",
    "bars": "Liggande staplar", "columns": "Stående staplar",
    "diverging": "Delade staplar kring mitten av skalan", "line": "Linje över år",
    "multiples": "En ruta för varje nyckeltal",
    "run": "Seriediagram med medianen som linje tvärs över",
    "dots": "Punkter med osäkerhetsintervall kring en linje för ingen skillnad",
    "funnel": "Trattdiagram: enheternas andelar efter antal svar, med gränser kring allas andel",
}  # fmt: skip


def _alt(form: str, heading: Runs, drawing: Drawing, pen: _Pen) -> Runs:
    """What the picture shows, for those who do not see it: form, finding, its numbers."""
    told: Runs = [f"{_KIND[form]}. ", *heading]
    if not plain(heading).endswith((".", "?", "!")):
        told.append(".")
    numbers = pen.told(drawing)
    for name, shown in numbers[:ALT_LIMIT]:
        told += [f" {name}: ", shown, "."]
    if len(numbers) > ALT_LIMIT:
        told.append(" Övriga värden står i tabellen.")
    return told


def _shares(table: Tabular) -> FactTable:
    """The measure that is drawn: of tables side by side, the last."""
    chosen = table.tables[-1] if isinstance(table, Joined) else table
    if not isinstance(chosen, FactTable) or len(chosen.dims) != 1:
        raise PredicateError("Den här diagramformen ritar en tabell med en dimension.")
    return chosen


def _bars(table: Tabular, pen: _Pen) -> Drawing:
    chosen = _shares(table)
    marks = []
    for key in chosen.classes[0]:
        fact = chosen[key]
        own_n = chosen.measure != "count" and chosen.over is None
        marks.append(pen.mark(chosen.label(0, key), fact, sub=pen.n(fact) if own_n else ""))
    return bars(marks, full=1.0 if chosen.measure == "share" else None)


def _columns(table: Tabular, pen: _Pen) -> Drawing:
    chosen = _shares(table)
    marks = [pen.mark(chosen.label(0, k), chosen[k]) for k in chosen.classes[0]]
    return columns(marks)


def _diverging(table: Tabular, pen: _Pen) -> Drawing:
    """A stack of questions, or one measure over a scale by groups."""
    rows = []
    if isinstance(table, Stack):
        scale = table.rows[0][1]
        names = [scale.label(0, k) for k in scale.classes[0]]
        for label, t in table.rows:
            pieces = [
                pen.mark(t.label(0, k), t[k], f"{label}, {t.label(0, k)}") for k in t.classes[0]
            ]
            rows.append(Row(label, pieces, sub=pen.n(t[t.classes[0][0]], "denominator")))
    elif isinstance(table, FactTable) and table.over is not None and len(table.dims) == 2:
        names = [table.label(1, k) for k in table.classes[1]]
        for row in table.classes[0]:
            label = table.label(0, row)
            pieces = [pen.mark(table.label(1, k), table[row, k], f"{label}, {table.label(1, k)}")
                      for k in table.classes[1]]  # fmt: skip
            first = table[row, table.classes[1][0]]
            rows.append(Row(label, pieces, sub=pen.n(first, "denominator")))
    else:
        raise PredicateError("Delade staplar ritar en skala per fråga eller per grupp.")
    return diverging(rows, names)


def _line(table: Tabular, pen: _Pen) -> Drawing:
    """Lines over years; a single year is a bar a line."""
    if not isinstance(table, Series):
        raise PredicateError("Linjer ritar fakta över flera år.")
    if len(table.lines[0][1]) == 1:
        return bars([pen.mark(label or f.period, f) for label, (f,) in table.lines])
    several = len(table.lines) > 1
    lines = []
    for place, (label, facts) in enumerate(table.lines):
        told = f"{label}, " if several else ""
        points = [
            pen.mark(f.period, f, told + f.period, "" if several or not _counted(f) else pen.n(f))
            for f in facts
        ]
        last = facts[-1]
        many = pen.n(last) if several and last.kind == "share" and last.status == "ok" else ""
        lines.append(Line(label, points, highlight=place == 0, sub=many))
    shares = table.lines[0][1][0].unit == "andel"
    return line(lines, bounds=(0.0, 1.0) if shares else None)


def _counted(fact: Fact) -> bool:
    """Whether it is a share whose n stands under its year."""
    return fact.kind == "share" and fact.status in ("ok", "dold")


def _pair(row: Sequence[Fact | None]) -> tuple[Fact, Fact] | None:
    """The facts before and after of a row, if both have a value."""
    before, after = row[:2]
    if before is None or after is None or None in (before.value, after.value):
        return None
    return before, after


def _arrows(table: Tabular, pen: _Pen) -> Drawing:
    """A row a class, from the first fact to the second; the third tells how many."""
    if not isinstance(table, Grid):
        raise PredicateError("Pilar ritar en tabell med värden före och efter: pairs(…).")
    rows = []
    for label, facts in table.rows:
        before, after, many = (fact for fact in facts if fact is not None)
        told = ((before, BEFORE), (after, AFTER))
        pieces = [pen.mark(label, fact, f"{label}, {when.lower()}") for fact, when in told]
        rows.append(Row(label, pieces, sub=pen.n(many)))
    return arrows(rows, (BEFORE, AFTER))


def _multiples(table: Tabular, pen: _Pen) -> Drawing:
    """A panel a key figure."""
    if not isinstance(table, KeyFigures):
        raise PredicateError("Rutor ritar årets nyckeltal.")
    panels = []
    for each in table.figures:
        name = each.label
        told = [f"{name}, {when}" for when in ("tidigare", "förra året", "i år")]
        told = [told[0]] * (len(each.line) - 2) + told[-min(2, len(each.line)) :]
        points = [pen.mark(f.period, f, t) for f, t in zip(each.line, told, strict=True)]
        target = None if each.target is None else pen.mark("", each.target, f"{name}, mål")
        top = 1.0 if each.line[-1].unit == "andel" else None
        now = each.line[-1]
        many = pen.n(now) if now.kind == "share" and now.status in ("ok", "dold") else ""
        panels.append(Panel(name, points, target, top, many))
    return multiples(panels, "Förra året", "Mål")


def _run(table: Tabular, pen: _Pen) -> Drawing:
    """Months in order; those of a shift are marked, as far as every number may be seen."""
    if not isinstance(table, Run) or table.median is None:
        raise PredicateError("Ett seriediagram ritar antal per månad.")
    points = [pen.mark(f"{month} {year}", fact) for year, month, fact in table.points]
    known = [mark.value for mark in points if mark.value is not None]
    shifts = runs_of(known).shifts if len(known) == len(points) else ()
    return run(
        points,
        pen.mark("Median", table.median),
        under=[(month[:1].upper(), year) for year, month, _ in table.points],
        signal=[place for shift in shifts for place in shift],
    )


def _dots(table: Tabular, pen: _Pen) -> Drawing:
    """Differences with their intervals, around none."""
    if not isinstance(table, Contrasts):
        raise PredicateError("Punkter med intervall ritar jämförelser av grupper.")
    marks = []
    for each in table.rows:
        mark = pen.mark(each.label, each.difference, sub=pen.n(each.group))
        ends = [number(fact) for fact in (each.low, each.high)]
        if mark.value is not None and None not in ends:
            low, high = (float(end) for end in ends if end is not None)
            mark = pen.again(mark, min(low, mark.value), max(high, mark.value))
        marks.append(mark)
    far = max((abs(x) for m in marks for x in (m.value, m.lo, m.hi) if x is not None), default=0.5)
    return dots(marks, bounds=(-far, far), reference=Mark("Ingen skillnad", 0.0, "", ""))


def _funnel(table: Tabular, pen: _Pen) -> Drawing:
    """Units around the share of all; the curves follow from that share alone."""
    if not isinstance(table, Funnel):
        raise PredicateError("En tratt ritar enheters andelar kring helhetens.")
    points = [(pen.mark(label, share), float(share.n or 0)) for label, share, _ in table.rows]
    whole = pen.mark("Alla", table.whole)
    theta = whole.value
    most = int(max(n for _, n in points) * 1.08) + 1
    at = [*range(1, min(most, 40)), *range(40, most, max(1, most // 60))]
    curves = []
    for level in FUNNEL if theta is not None and 0 < theta < 1 else ():
        tail = (1 - level) / 2
        assert theta is not None
        sides = [[binomial_limit(n, theta, p) for n in at] for p in (tail, 1 - tail)]
        curves.append(Limits(str(level), at, *sides))
    return funnel(points, whole, curves, "Antal svar")


_FORMS: dict[str, Callable[[Tabular, _Pen], Drawing]] = {
    "arrows": _arrows, "bars": _bars, "columns": _columns, "diverging": _diverging, "line": _line,
    "multiples": _multiples, "dots": _dots, "funnel": _funnel,
    "run": _run,
}  # fmt: skip
