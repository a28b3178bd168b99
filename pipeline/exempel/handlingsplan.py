"""`Handlingsplan <år>.xlsx`: what ledningsgruppen decides in May of the year after, `MEASURES` for
each started insats, each unit (or the sector) and decision of `DECISIONS` equally often.

The last year's plan is new: what should have started by the end of May has. Of an earlier plan the
share `DONE` is done, `LATE` of it after its day, and `BROKEN_OFF` was broken off.
"""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import TEST_PERSONNUMMER
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

MEASURES, FEWEST = 0.1, 5
DONE, LATE, BROKEN_OFF = 0.6, 0.3, 0.1
PRIORITIES = {"hog": 0.4, "mellan": 0.4, "lag": 0.2}
Decision = tuple[str, str, str, str, str]
Chosen = tuple[str | None, Decision]  # unit, None for the sector, and what it decides
# Kind, what to do, what should become better, and the measure that the finding and the evidence of
# effect are numbers of: for the sector, for a unit.
DECISIONS: tuple[Decision, ...] = (
    ("rutin", "Boka avslutande samtal redan vid insatsens start.",
     "Fler avslut följs upp.", "uppfoljda", "uppfoljda_per_enhet[enhet={enhet}]"),
    ("rutin", "Erbjud enkät när ett samtal inte går att få till.",
     "Färre avslut där inget erbjuds.", "inget_samtal_erbjudet",
     "uppfoljda_per_enhet[enhet={enhet}]"),
    ("kompetens", "Utbilda 2 medarbetare per enhet i motiverande samtal.",
     "Färre avbryter sin insats.", "avbrutna", "avbrutna"),
    ("insats", "Pröva insatser på kvällstid.\nBörja med en grupp.",
     "Fler får en bättre situation.", "situation_battre", "situation_battre"),
    ("resurs", "Fördela om handledningstid mellan enheterna.",
     "Nöjdare klienter.", "nojd_med_kontakten", "nojd_med_kontakten"),
    ("rutin", "Ge information om uppföljningen vid första besöket.",
     "Alla vet hur uppgifterna används.", "informerade_vid_start", "informerade_vid_start"),
    ("annat", "Gemensamt möte med ”beställarna” två gånger per år.",
     "Kortare väntan.", "lang_vantan", "lang_vantan"),
)  # fmt: skip
IN_WORDS = "Ny rutin är känd av alla; kontrollerad på arbetsplatsträff."
STATES = {"klar": DONE, "pagar": 1 - DONE - BROKEN_OFF, "avbruten": BROKEN_OFF}
SAID = {
    "klar": ("Klart enligt plan.", "Klart, med stöd av kvalitetsutvecklaren."),
    "pagar": ("Dröjer: vikarie saknas.", "Följer planen, men har inte nått alla än."),
    "avbruten": ("Ersatt av en åtgärd för hela sektorn.",),
}
MISSPELT = "uppfoljd"  # what the last measure of every plan rests on: no chapter shows it
COLUMNS = (
    "atgard_id", "brist_ref", "enhet", "niva", "typ", "atgard", "ansvarig", "start", "slut",
    "prioritet", "status", "genomford", "onskad_effekt", "effekt_belagg", "uppfoljning",
)  # fmt: skip


def _before_it_starts(row: Row, stream: Stream) -> Cell:
    day = row.clean["start"]
    assert isinstance(day, dt.date)
    return day - dt.timedelta(stream.integer(1, 20))


def _revealing(row: Row, stream: Stream) -> Cell:
    return f"Se ärendet {stream.pick(TEST_PERSONNUMMER)}."


FAULTS = (
    Fault("slut", "klar före start", Effect.BLANKED, _before_it_starts),
    Fault("prioritet", "okänd kod", Effect.BLANKED, text("Akut")),
    Fault("uppfoljning", "personuppgift", Effect.MASKED, _revealing),
    Fault("genomford", "klar utan datum", Effect.MISSING, text(None), fits=answered("genomford")),
)  # fmt: skip


def sheet(book: Codebook, seed: int, years: list[int], year: int, rows: int) -> Sheet:
    words, stream = Words(book), Stream(seed, "handlingsplan", year)
    many = max(FEWEST, round(rows * MEASURES))
    last = year == years[-1]
    chosen = stream.shuffled([(unit, d) for unit in (None, *world.ENHETER) for d in DECISIONS])
    made = []
    for i in range(1, many + 1):
        s = Stream(seed, "handlingsplan", year, i)
        made.append(_row(words, s, f"H{year}-{i:02d}", year, chosen[i % len(chosen)], last))
    made[-1].cells["brist_ref"] = made[-1].clean["brist_ref"] = MISSPELT
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.spoil(made, FAULTS, stream)
    return Sheet(
        year, f"Handlingsplan {year}.xlsx", "Åtgärder", "handlingsplan",
        headers(book, COLUMNS, {}), made,
        above=(f"Handlingsplan utifrån resultaten {year}", world.NAMN, ""),
    )  # fmt: skip


def _row(words: Words, s: Stream, number: str, year: int, chosen: Chosen, last: bool) -> Row:
    unit, (kind, measure, better, for_sector, for_unit) = chosen
    first = dt.date(year + 1, 5, 2)
    start = working_day(first + dt.timedelta(s.integer(0, 120)))
    end = working_day(start + dt.timedelta(s.integer(45, 150)))
    begun = start <= dt.date(year + 1, *world.TOLD_AS_OF)
    status = ("pagar" if begun else "planerad") if last else s.weighted(STATES)
    done = status == "klar"
    day = working_day(end + dt.timedelta(s.integer(7, 40) if s.chance(LATE) else -7))
    clean: Record = {
        "atgard_id": number,
        "brist_ref": for_unit.format(enhet=unit) if unit else for_sector,
        "enhet": unit,
        "niva": "enhet" if unit else "sektor",
        "typ": kind,
        "atgard": measure,
        "ansvarig": "Enhetschef" if unit else "Verksamhetschef",
        "start": start,
        "slut": end,
        "prioritet": s.weighted(PRIORITIES),
        "status": status,
        "genomford": day if done else None,
        "onskad_effekt": better,
        "effekt_belagg": (IN_WORDS if s.chance(0.25) else for_sector) if done else None,
        "uppfoljning": None if last else s.pick(SAID[status]),
    }
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(start, dt.time(9)))
