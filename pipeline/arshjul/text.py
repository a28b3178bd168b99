"""The wheel in the terminal, 80 columns wide and without colours, and for programs."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.arshjul.standing import AHEAD, BEGUN, DONE, LACKING, LATE, Released, Standing, Wheel
from pipeline.arshjul.steps import MEETINGS, Step
from pipeline.kalender import MONTHS, words

WIDTH, INDENT = 80, 33
MARKS = {DONE: "✓", BEGUN: "◐", AHEAD: "○", LATE: "▲", LACKING: "–"}
SHOWN = 8  # lines about what is lacking, or has changed; the rest is counted


def terminal(wheel: Wheel, notes: Iterable[str] = ()) -> str:
    """The wheel as text. `notes`: sentences about how far what is read is up to date."""
    head = f"Årshjulet för {wheel.year}"
    place = f"{wheel.kommun}, läget {words(wheel.day)}"
    lines = [f"{head}{place:>{WIDTH - len(head)}}", "─" * WIDTH]
    for note in notes:
        lines += textwrap.wrap(f"Obs: {note}", WIDTH, subsequent_indent="     ")
    lines += [*_summary(wheel)]
    for year in sorted({s.step.due.year for s in wheel.standings}):
        about = ", året som mäts" if year == wheel.year else ""
        lines += ["", f"{year}{about}"]
        for one in (s for s in wheel.standings if s.step.due.year == year):
            lines += _step(one)
    lines += [*_meetings(wheel), *_changes(wheel)]
    return "\n".join(line.rstrip() for line in lines)


def record(wheel: Wheel, notes: Iterable[str] = ()) -> dict[str, Any]:
    """The wheel as JSON: dates in ISO, states in Swedish."""
    return {
        "kommun": wheel.kommun, "ar": wheel.year, "per": wheel.day.isoformat(),
        "obs": list(notes),
        "steg": [_record(s) for s in wheel.standings],
        "flg": [{"datum": m.datum.isoformat(), "vad": m.vad} for m in wheel.meetings],
        "andrat_i_lasta_tertial": None if wheel.changes is None else [
            {"cell": c.address, "tertial": c.of, "andring": c.what} for c in wheel.changes
        ],
    }  # fmt: skip


def period(step: Step) -> str:
    """The days of a step in words: `1–30 april 2026`, `14 februari–15 mars 2026`."""
    a, b = step.opens, step.due
    first = "" if a == b else f"{a.day}–" if a.month == b.month else f"{_day(a)}–"
    return f"{first}{words(b)}"


def publication(released: Released) -> str:
    """A sentence about a release."""
    return f"Publicerat per {words(released.day)}, beslutat av {released.by} ({released.name})."


def _summary(wheel: Wheel) -> Iterator[str]:
    counted = {state: len(wheel.in_state(state)) for state in (BEGUN, LATE, LACKING)}
    late = "försenat" if counted[LATE] == 1 else "försenade"
    named = {BEGUN: "på gång", LATE: late, LACKING: "saknar underlag"}
    said = [f"{len(wheel.in_state(DONE))} av {len(wheel.standings)} steg är klara"]
    said += [f"{number} {named[state]}" for state, number in counted.items() if number]
    yield ", ".join(said[:-1]) + (" och " if said[:-1] else "") + said[-1] + "."
    ahead = [
        s.step for s in wheel.standings if s.state in (BEGUN, AHEAD) and s.step.due >= wheel.day
    ]
    if ahead:
        left = (ahead[0].due - wheel.day).days
        when = "i dag" if left == 0 else "i morgon" if left == 1 else f"om {left} dagar"
        yield from textwrap.wrap(
            f"Härnäst: {ahead[0].title}, senast {words(ahead[0].due)} ({when}).", WIDTH
        )


def _step(one: Standing) -> Iterator[str]:
    step, evidence = one.step, one.evidence
    title = textwrap.wrap(step.title, WIDTH - INDENT)
    lead = f" {MARKS[one.state]} {one.state:<15} {_day(step.due):>12}"
    yield f"{lead:<{INDENT}}{title[0]}"
    yield from _under(title[1:])
    dated = f" Senast daterat {words(evidence.last)}." if evidence.last else ""
    yield from _under(textwrap.wrap(evidence.told + dated, WIDTH - INDENT))
    if one.state == LACKING:
        yield from _under(_wrapped(evidence.blocked))
    elif one.state in (BEGUN, LATE):
        yield from _under(_listed(evidence.lacking))
    if one.state != AHEAD and evidence.files:
        yield from _under(_wrapped(f"Underlag: {', '.join(evidence.files)}"))
    if one.released:
        yield from _under(_wrapped(publication(one.released)))
    if one.state != DONE:
        yield from _under(_wrapped(f"Ansvarig: {step.who}"))


def _meetings(wheel: Wheel) -> Iterator[str]:
    if not wheel.meetings:
        return
    yield from ("", MEETINGS)
    for m in wheel.meetings:
        state = "passerat" if m.datum < wheel.day else "i dag" if m.datum == wheel.day else ""
        what = textwrap.wrap(m.vad, WIDTH - INDENT)
        yield f"{f'   {state:<9} {words(m.datum):>17}':<{INDENT}}{what[0]}"
        yield from _under(what[1:])


def _changes(wheel: Wheel) -> Iterator[str]:
    yield from ("", "Låsta tertial")
    if wheel.changes is None:
        yield "   Inte jämförda än: det görs när rapporten byggs (make annual)."
    elif not wheel.changes:
        yield "   Inga rader har ändrats sedan de låstes, när rapporten senast byggdes."
    else:
        yield f"   {len(wheel.changes)} ändringar sedan de låstes, när rapporten senast byggdes:"
        for line in _listed([f"{c.address} ({c.of}): {c.what}" for c in wheel.changes], 6):
            yield f"   {line}"


def _listed(entries: Sequence[str], indent: int = INDENT) -> list[str]:
    more = len(entries) - SHOWN
    some = [*entries[:SHOWN], f"och {more} till"] if more > 0 else entries
    return [
        line
        for entry in some
        for line in textwrap.wrap(f"– {entry}", WIDTH - indent, subsequent_indent="  ")
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - INDENT, subsequent_indent="  ")


def _under(lines: Iterable[str]) -> Iterator[str]:
    return (" " * INDENT + line for line in lines)


def _day(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _record(one: Standing) -> dict[str, Any]:
    step, evidence, released = one.step, one.evidence, one.released
    return {
        "steg": step.key, "titel": step.title, "bana": step.lane, "ansvarig": step.who,
        "fran": step.opens.isoformat(), "senast": step.due.isoformat(),
        "egen_dag": step.own, "lage": one.state, "vad": evidence.told,
        "aterstar": list(evidence.lacking), "hindras_av": evidence.blocked or None,
        "underlag": list(evidence.files),
        "senaste_datum": evidence.last.isoformat() if evidence.last else None,
        "publicerat": released and {
            "utgava": released.name, "per_datum": released.day.isoformat(),
            "beslutad_av": released.by,
        },
    }  # fmt: skip
