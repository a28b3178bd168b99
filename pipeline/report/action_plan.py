"""The action plan in the internal edition: each measure as it is written, beside the number that it
rests on and the one that shows its effect. What people have written is quoted as it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from pipeline.facts.action_plan import (
    Measure,
    measures,
    names_a_number,
    snapshot,
    wrong_names,
)
from pipeline.facts.again import again
from pipeline.facts.fact import MEASURED, Fact
from pipeline.facts.named import MergedAwayError, UnknownNameError, parse
from pipeline.report import author
from pipeline.report.blocks import Registry, Runs, display, paragraph, quoted, runs
from pipeline.report.context import current
from pipeline.report.key_figures import GUIDELINES, guideline
from pipeline.report.named import names
from pipeline.report.tables import missing
from pipeline.report.written import NOTHING, Row
from pipeline.report.written import lay as _show
from pipeline.report.written import text as _text


def day() -> dt.date:
    """The day that the plan is told as of: the edition's."""
    return current().day


def show_measures() -> None:
    """The year's measures, as decided."""
    found = _plan(0)
    if found is None:
        return
    heads = ("Åtgärd", "Gäller", "Slag", "Ansvarig", "Ska vara klar", "Prioritet", "Status")
    rows = [
        (_called(m), [_text(t) for t in (
            m.applies_to, m.typ, m.ansvarig, _date(m.slut), m.prioritet, m.status
        )])
        for m in found
    ]  # fmt: skip
    _show(f"Åtgärderna i planen utifrån {current().year}", heads, rows)


def show_findings() -> None:
    """The numbers that the year's measures rest on, this year and the year before."""
    found = _plan(0)
    if found is None:
        return
    facts: Registry = {}
    rows: list[Row] = []
    for finding in dict.fromkeys(m.brist_ref for m in found if m.brist_ref):
        now = number(finding)
        if now is None:
            continue
        before = number(finding, -1)
        resting = ", ".join(m.atgard_id for m in found if m.brist_ref == finding)
        numbers = [runs(text, facts) for text in (f"{now}", *_against(now, before))]
        rows.append(([now.title], [*numbers, [quoted(resting)]]))
    year = current().year
    heads = ("Brist", f"{year}", f"{year - 1}", "Skillnad", "Åtgärder")
    _show(f"Talen som åtgärderna vilar på, {year}", heads, rows, facts)


def show_follow_up() -> None:
    """Last year's measures: how far they came, the number they rest on then and now, and the
    evidence of their effect."""
    found = _plan(-1)
    if found is None:
        return
    facts: Registry = {}
    rows = []
    for m in found:
        then, now = (number(m.brist_ref, years) for years in (-1, 0))
        told = [runs(NOTHING if f is None else f"{f}", facts) for f in (then, now)]
        done = m.status if m.genomford is None else f"{m.status} {m.genomford.isoformat()}"
        cells = [_text(done), _text(_date(m.slut)), *told, _evidence(m, facts)]
        rows.append((_called(m), cells))
    year = current().year
    heads = ("Åtgärd", "Läge", "Skulle vara klar", f"Bristen {year - 1}", f"{year}",
             "Belägg för effekt")  # fmt: skip
    _show(f"Åtgärderna i planen utifrån {year - 1}, och hur det gick", heads, rows, facts)


def show_goals() -> None:
    """The goals of the measures that the two plans name, and whether they are reached."""
    if author.data(GUIDELINES).missing:
        display(missing("mål för det som åtgärderna gäller"))
        return
    facts: Registry = {}
    rows: list[Row] = []
    for name in _named_measures():
        now = number(name)
        target, better = (None, "") if now is None else guideline(now)
        if now is None or target is None:
            continue
        words = ("nås", "nås inte") if better == "hogre" else ("nås inte", "nås")
        met = author.word(now - target, *words, "nås")
        wish = "minst" if better == "hogre" else "högst"
        told = (f"{now}", f"{wish} {target}", f"{met}")
        rows.append(([now.title], [runs(t, facts) for t in told]))
    if rows:
        heads = ("Mått", f"{current().year}", "Mål", "Målet")
        _show("Mål för det som åtgärderna gäller", heads, rows, facts)
    else:
        display(paragraph("Inget av talen som åtgärderna vilar på har ett mål i riktlinjerna."))


def show_since_may() -> None:
    """What has changed since the edition of May was published."""
    found, was = _plan(0), snapshot(current().workspace, current().year)
    if found is None:
        return
    if was is None:
        display(paragraph("Majutgåvan är inte publicerad: det finns inget att jämföra planen med."))
        return
    labels = author.data("handlingsplan").dimensions["status"].label
    ids = {m.atgard_id for m in found}
    rows: list[Row] = []
    for m in found:
        status = m.codes["status"]
        if m.atgard_id not in was:
            rows.append((_called(m), [_text("Ny"), _text(m.status)]))
        elif was[m.atgard_id] != status:
            before = was[m.atgard_id]
            rows.append((_called(m), [_text(labels(before)), _text(labels(status))]))
    rows += [
        ([quoted(i)], [_text(labels(was[i])), _text("Borttagen")]) for i in was if i not in ids
    ]
    if rows:
        _show("Ändrat sedan majutgåvan", ("Åtgärd", "I maj", "Nu"), rows)
    else:
        display(paragraph("Ingen åtgärd har ändrat läge sedan majutgåvan."))


def show_overdue() -> None:
    """The measures of both plans that should have been done and are not."""
    late = [
        m
        for m in (*(_measures(-1) or ()), *(_measures(0) or ()))
        if m.is_open and m.slut is not None and m.slut < day()
    ]
    rows = [
        (_called(m), [_text(t) for t in (m.applies_to, m.ansvarig, _date(m.slut), m.status)])
        for m in late
    ]
    if rows:
        heads = ("Åtgärd", "Gäller", "Ansvarig", "Skulle vara klar", "Status")
        _show(f"Försenade åtgärder per {day().isoformat()}", heads, rows)


def show_unfollowed() -> None:
    """The cells that name a number that no chapter shows, and what was meant perhaps."""
    wrong = [
        w for years in (-1, 0) for w in wrong_names(_measures(years) or (), names())
    ]  # fmt: skip
    if wrong:
        rows: list[Row] = [([quoted(address)], [[quoted(why)]]) for address, why in wrong]
        _show("Hänvisningar som inte går att följa", ("Cell", "Varför"), rows)


def number(text: str, years: int = 0) -> Fact | None:
    """The number of that name, as many `years` later (before: negative) as asked. What the report
    does not show of another year is counted again by the same definition. None where there is no
    such number."""
    try:
        wanted = parse(text)
    except UnknownNameError:
        return None
    shifted = replace(wanted, offset=wanted.offset + years)
    try:
        return names().find(shifted)
    except MergedAwayError:
        return None
    except UnknownNameError:
        known = number(text) if years else None
    if known is None or known.kind not in MEASURED:
        return None
    here = current()
    return again(known, author.data(known.definition["dataset"], here.year + shifted.offset))


def _against(now: Fact, before: Fact | None) -> tuple[str, str]:
    """The year before, and the difference."""
    if before is None or before.unit != now.unit:
        return NOTHING, NOTHING
    return f"{before}", f"{now - before:+}"


def _evidence(m: Measure, facts: Registry) -> Runs:
    now = number(m.effekt_belagg) if names_a_number(m.effekt_belagg) else None
    if now is None:
        return _text(m.effekt_belagg)
    before, _ = _against(now, number(m.effekt_belagg, -1))
    return runs(f"{now.title}: {now}, året före {before}", facts)


def _named_measures() -> list[str]:
    """The names in both plans' findings and evidence, once each."""
    both = (*(_measures(-1) or ()), *(_measures(0) or ()))
    return list(dict.fromkeys(t for m in both for t in (m.brist_ref, m.effekt_belagg) if t))


def _measures(years: int) -> tuple[Measure, ...] | None:
    return measures(current().workspace, current().year + years)


def _plan(years: int) -> tuple[Measure, ...] | None:
    """The measures of a year's plan; where there is none the report says so."""
    found = _measures(years)
    if found is None:
        display(missing("förra årets handlingsplan" if years else "årets handlingsplan"))
    return found


def _called(m: Measure) -> Runs:
    return [quoted(f"{m.atgard_id}. {m.atgard}")]


def _date(value: dt.date | None) -> str:
    return "" if value is None else value.isoformat()
