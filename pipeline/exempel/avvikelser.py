"""`Avvikelser <år>.xlsx`: what the deviation system exports.

What the reports are drawn from: `REPORTS` a month and started insats, `SUMMER` of them in July,
and `LIFT` times as many from `ROUTINE` on, when a new routine for reporting came (the shift that
a run chart shall find). Cause, law and type by the weights below. One report in ten is not
investigated, three in ten of the year's two last months.
"""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

REPORTS, SUMMER, LIFT, ROUTINE = 0.042, 0.8, 2.3, (2024, 9)
TRIALS = 4  # a month's reports are drawn as this many chances for each one expected
UNITS = {"familj": 0.26, "ungdom": 0.24, "beroende": 0.34, "relation": 0.16}
LAWS = {"sol": 0.82, "lss": 0.06, "hsl": 0.12}
TYPES = {
    "sol": {"arbetssatt": 0.34, "utforande": 0.22, "bemotande": 0.14, "rattssakerhet": 0.14,
            "miljo_teknik": 0.10, "overgrepp": 0.02, "annat": 0.04},
    "lss": {"utforande": 0.5, "arbetssatt": 0.3, "bemotande": 0.2},
    "hsl": {"lakemedel": 0.6, "annan_hsl": 0.3, "fall": 0.1},
}  # fmt: skip
CAUSES = {"kommunikation": 0.34, "processer": 0.30, "manniska": 0.18, "organisation": 0.12,
          "utrustning": 0.06}  # fmt: skip
LIKELY = {1: 0.30, 2: 0.38, 3: 0.24, 4: 0.08}
SERIOUS = {1: 0.36, 2: 0.40, 3: 0.20, 4: 0.04}
NOT_RATED = 0.12
SARAH = {"inget": 0.84, "risk": 0.07, "missforhallande": 0.06, "risk_allvarligt": 0.02,
         "allvarligt": 0.01}  # fmt: skip
TO_IVO = ("risk_allvarligt", "allvarligt")
MEASURES = (
    "Rutinen har gåtts igenom på arbetsplatsträff.",
    "Ny checklista för överlämning.",
    "Behörigheten har rättats.",
    "Handledning i arbetsgruppen.",
    "Kontakt med systemleverantören.",
)
COLUMNS = (
    "avvikelse_id", "handelsedatum", "rapportdatum", "enhet", "lagrum", "typ", "orsak",
    "sannolikhet", "allvar", "lex_sarah", "lex_maria", "till_ivo", "atgard", "utreddatum",
    "avslutad",
)  # fmt: skip


def _before_the_report(row: Row, stream: Stream) -> Cell:
    day = row.clean["rapportdatum"]
    assert isinstance(day, dt.date)
    return day - dt.timedelta(stream.integer(3, 20))


FAULTS = (
    Fault("allvar", "utanför skalan", Effect.BLANKED, text(5), fits=answered("allvar")),
    Fault("handelsedatum", "text i datum", Effect.BLANKED, text("strax före jul")),
    Fault("avslutad", "avslutad före rapporten", Effect.BLANKED, _before_the_report,
          fits=answered("avslutad")),
    Fault("orsak", "okänd kod", Effect.BLANKED, text("Slumpen"), fits=answered("orsak")),
    Fault("enhet", "okänd enhet", Effect.BLANKED, text("Stabsfunktionen")),
    Fault("avvikelse_id", "saknat id", Effect.QUARANTINED, text(None), share=0.003),
)  # fmt: skip


def sheet(book: Codebook, seed: int, year: int, rows: int) -> Sheet:
    words, stream = Words(book), Stream(seed, "avvikelser", year)
    days = [day for month in range(1, 13) for day in _days(stream, year, month, rows)]
    made = [_row(words, seed, year, number, day) for number, day in enumerate(sorted(days), 1)]
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, ("typ", "orsak"), stream)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.005)
    return Sheet(
        year, f"Avvikelser {year}.xlsx", "Avvikelser", "avvikelser", headers(book, COLUMNS, {}),
        made, above=("Uttag ur avvikelsesystemet", f"{world.NAMN}, {year}", ""),
    )  # fmt: skip


def _days(stream: Stream, year: int, month: int, rows: int) -> list[dt.date]:
    """The days of a month's reports."""
    level = REPORTS * (LIFT if (year, month) >= ROUTINE else 1) * (SUMMER if month == 7 else 1)
    trials = max(1, round(TRIALS * REPORTS * LIFT * rows))
    many = sum(stream.chance(level * rows / trials) for _ in range(trials))
    found = []
    for _ in range(many):
        day = working_day(dt.date(year, month, stream.integer(1, 28)))
        found.append(day if day.month == month else dt.date(year, month, 22))
    return found


def _row(words: Words, seed: int, year: int, number: int, day: dt.date) -> Row:
    s = Stream(seed, "avvikelse", year, number)
    law = s.weighted(LAWS)
    rated, waits = not s.chance(NOT_RATED), s.chance(0.3 if day.month > 10 else 0.1)
    done = None if waits else working_day(day + dt.timedelta(s.integer(3, 55)))
    closed = None if done is None or s.chance(0.12) else done + dt.timedelta(s.integer(0, 30))
    sarah = s.weighted(SARAH) if done and law != "hsl" else None
    maria = s.chance(0.06) if done and law == "hsl" else None
    clean: Record = {
        "avvikelse_id": f"A{year}-{number:04d}",
        "handelsedatum": None if s.chance(0.03) else day - dt.timedelta(s.integer(0, 8)),
        "rapportdatum": day,
        "enhet": s.weighted(UNITS),
        "lagrum": law,
        "typ": s.weighted(TYPES[law]),
        "orsak": s.weighted(CAUSES) if done else None,
        "sannolikhet": s.weighted(LIKELY) if rated else None,
        "allvar": s.weighted(SERIOUS) if rated else None,
        "lex_sarah": sarah,
        "lex_maria": maria,
        "till_ivo": (sarah in TO_IVO or maria is True) if done else None,
        "atgard": s.pick(MEASURES) if done and s.chance(0.7) else None,
        "utreddatum": done,
        "avslutad": closed,
    }
    style = Style(scale="number")
    cells = {name: words.write(name, value, style) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(9)))
