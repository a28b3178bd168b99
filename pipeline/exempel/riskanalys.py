"""`Riskanalyser <år>.xlsx`: possible events, `EVENTS` for each started insats, by `PROCESSES`.

A measure is decided for nine of ten risks from `DECIDED_FROM` on, for three of ten below it.
"""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import mess, world
from pipeline.exempel.avvikelser import LIKELY, SERIOUS
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, text
from pipeline.exempel.sheets import Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

EVENTS, DECIDED_FROM = 0.16, 4
PROCESSES = {"mottagande": 0.18, "insats": 0.22, "samverkan": 0.18, "dokumentation": 0.16,
             "bemanning": 0.12, "lokaler": 0.06, "forandring": 0.08}  # fmt: skip
POSSIBLE = (
    "Den som väntar på insats får inget besked.",
    "Två verksamheter tror att den andra har ansvaret.",
    "Uppgifter hamnar hos fel mottagare.",
    "Ingen kan metoden när ordinarie personal är borta.",
    "Besökaren möter den som den inte får träffa.",
)
PLANNED = ("Ny rutin för besked.", "Tydligare ansvar i avtalet.", "Utbildning av fler.")
COLUMNS = (
    "riskanalys_id", "datum", "enhet", "process", "handelse", "sannolikhet", "konsekvens",
    "atgardad", "atgard",
)  # fmt: skip
FAULTS = (Fault("konsekvens", "utanför skalan", Effect.BLANKED, text(9)),)


def sheet(book: Codebook, seed: int, year: int, rows: int) -> Sheet:
    words, stream = Words(book), Stream(seed, "riskanalys", year)
    many = max(2, round(rows * EVENTS))
    made = [_row(words, seed, year, number) for number in range(1, many + 1)]
    made.sort(key=lambda row: row.when)
    mess.spoil(made, FAULTS, stream)
    return Sheet(
        year, f"Riskanalyser {year}.xlsx", "Riskanalyser", "riskanalys",
        headers(book, COLUMNS, {}), made,
    )  # fmt: skip


def _row(words: Words, seed: int, year: int, number: int) -> Row:
    s = Stream(seed, "riskanalys", year, number)
    day, likely, serious = s.day_in(year), s.weighted(LIKELY), s.weighted(SERIOUS)
    decided = s.chance(0.9 if likely * serious >= DECIDED_FROM else 0.3)
    clean: Record = {
        "riskanalys_id": f"R{year}-{number:02d}",
        "datum": day,
        "enhet": s.pick(tuple(world.ENHETER)),
        "process": s.weighted(PROCESSES),
        "handelse": s.pick(POSSIBLE),
        "sannolikhet": likely,
        "konsekvens": serious,
        "atgardad": decided,
        "atgard": s.pick(PLANNED) if decided else None,
    }
    style = Style(scale="number")
    cells = {name: words.write(name, value, style) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(9)))
