"""Ended insatser: a Microsoft Forms workbook for three units, a CSV list for the fourth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set

from pipeline.exempel import mess
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Life, Record, lives
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import BEHANDLARE, REVEALING, TEST_PERSONNUMMER
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

LONGEST = 2  # years between the start and the end of the longest insats
OWN_LIST = "ungdom"
TOOL = ("+ID", "+Starttid", "+Slutförandetid", "+E-post", "+Namn")
QUESTIONS = (
    "insats_id", "slutdatum", "avslutsorsak", "erbjuden", "bortfallsorsak", "respondent",
    "svarssatt", "genomford_av", "svarsdatum", "anvanda_insatser", "nojd_kontakt",
    "nojd_resultat", "maluppfyllelse_upplevd", "maluppfyllelse_behandlare", "motsvarade_behov",
    "situation_efter", "handelse", "handelse_text", "synpunkter", "forslag",
)  # fmt: skip
LIST_COLUMNS = tuple(q for q in QUESTIONS if q != "handelse_text")
SCALES = ("both", "number", "label")  # the form was made anew every year
VARIED = ("avslutsorsak", "bortfallsorsak", "respondent", "motsvarade_behov", "situation_efter")


def _one_year_early(row: Row, stream: Stream) -> Cell:
    end = row.clean["slutdatum"]
    assert isinstance(end, dt.date)
    return end.replace(year=end.year - 1, day=min(end.day, 28))


def _ends_before_start(row: Row) -> bool:
    early = _one_year_early(row, Stream(0))
    return row.start is not None and isinstance(early, dt.date) and early < row.start


def _unknown_id(row: Row, stream: Stream) -> Cell:
    return "XX" + str(row.clean["insats_id"])[2:]


def _revealing(field: str, sentence: str) -> Fault:
    def write(row: Row, stream: Stream) -> Cell:
        return sentence.format(personnummer=stream.pick(TEST_PERSONNUMMER))

    return Fault(field, "personuppgift", Effect.MASKED, write, 0.004, answered("respondent"))


FORM_FAULTS = (
    Fault("nojd_kontakt", "utanför skalan", Effect.BLANKED, text(7), fits=answered("nojd_kontakt")),
    Fault("slutdatum", "text i datum", Effect.BLANKED, text("i mars")),
    Fault("slutdatum", "slut före start", Effect.BLANKED, _one_year_early, fits=_ends_before_start),
    Fault("slutdatum", "saknat slutdatum", Effect.MISSING, text(None)),
    Fault("avslutsorsak", "okänd kod", Effect.BLANKED, text("Klar")),
    Fault("insats_id", "okänt insats-id", Effect.ORPHAN, _unknown_id),
    Fault("insats_id", "saknat id", Effect.QUARANTINED, text(None), share=0.003),
    *(_revealing(field, sentence) for field, sentence in REVEALING),
)  # fmt: skip
LIST_FAULTS = (
    Fault("maluppfyllelse_upplevd", "utanför skalan", Effect.BLANKED, text(9),
          fits=answered("maluppfyllelse_upplevd")),
    Fault("motsvarade_behov", "okänd kod", Effect.BLANKED, text("kanske"),
          fits=answered("motsvarade_behov")),
    Fault("svarsdatum", "text i datum", Effect.BLANKED, text("förra veckan"),
          fits=answered("svarsdatum")),
    Fault("slutdatum", "slut före start", Effect.BLANKED, _one_year_early, fits=_ends_before_start),
)  # fmt: skip


def sheets(
    book: Codebook, seed: int, years: list[int], year: int, rows: int, known: Set[str]
) -> list[Sheet]:
    """What ended in `year` among the insatser started in `years`.

    `known`: insats_id of every processed row of bakgrund; only of these the start is known.
    """
    words, stream = Words(book), Stream(seed, "avslut", year)
    form = Style(scale=SCALES[year % 3], trailing=True)
    own = Style(short=True, scale="number")
    told: list[Row] = []
    listed: list[Row] = []
    for started in years:
        for life in lives(seed, started, rows) if year - LONGEST <= started <= year else ():
            if life.slutdatum.year == year:
                short = life.bakgrund["enhet"] == OWN_LIST
                (listed if short else told).extend(
                    _row(words, life, record, own if short else form, stream)
                    for record in life.avslut
                )
    for row in told + listed:
        row.start = row.start if row.clean["insats_id"] in known else None
    for some, faults in ((told, FORM_FAULTS), (listed, LIST_FAULTS)):
        some.sort(key=lambda row: row.when)
        mess.vary(some, VARIED, stream)
        mess.spoil(some, faults, stream)
    handed_in_twice = mess.repeat(listed, stream, 0.005, _later, _answered_in_time)
    told += mess.repeat(told, stream, 0.01, None, answered("respondent"))
    told += mess.repeat(told, stream, 0.01, _later, _answered_in_time)
    # The old answer lies in the form, the new one in the unit's own list.
    old = [row for row in listed if row.status == "dubblett"]
    listed = [row for row in listed if row.status != "dubblett"] + handed_in_twice
    told += [_rewritten(words, row, form) for row in old]
    told.sort(key=lambda row: row.when)
    for number, row in enumerate(told, start=1):
        row.cells |= _tool_columns(number, row)
    for row in listed:
        row.clean["handelse_text"] = None
    aliases = {q: book.field(q).aliases[0] for q in LIST_COLUMNS}
    return [
        Sheet(year, f"Avslutande samtal {year}.xlsx", "Sheet1", "avslut",
              headers(book, TOOL + QUESTIONS, {}), told),
        Sheet(year, f"avslut ungdom {year}.csv", "", "avslut",
              headers(book, LIST_COLUMNS, aliases), listed,
              encoding="utf-8-sig", delimiter=","),
    ]  # fmt: skip


def _row(words: Words, life: Life, record: Record, style: Style, stream: Stream) -> Row:
    clean = {name: record.get(name) for name in QUESTIONS}
    cells = {name: words.write(name, value, style) for name, value in clean.items()}
    day = clean["svarsdatum"] or life.slutdatum + dt.timedelta(stream.integer(20, 30))
    start = life.bakgrund["startdatum"]
    assert isinstance(day, dt.date) and isinstance(start, dt.date)
    minute = stream.integer(8 * 60, 17 * 60 - 1)
    when = dt.datetime.combine(day, dt.time(minute // 60, minute % 60))
    return Row(cells, clean, when, start)


def _answered_in_time(row: Row) -> bool:
    return isinstance(row.clean["svarsdatum"], dt.date) and bool(row.clean["respondent"])


def _later(row: Row, stream: Stream) -> None:
    """The conversation was held once more, and the answer is another."""
    day = row.clean["svarsdatum"]
    assert isinstance(day, dt.date)
    later = day + dt.timedelta(3)
    row.clean |= {"svarsdatum": later, "nojd_resultat": 4}
    row.cells |= {"svarsdatum": later, "nojd_resultat": 4}
    row.when += dt.timedelta(3)


def _rewritten(words: Words, row: Row, style: Style) -> Row:
    """The same answer as another file's people would have written it."""
    row.cells = {name: words.write(name, row.clean[name], style) for name in QUESTIONS}
    return row


def _tool_columns(number: int, row: Row) -> dict[str, Cell]:
    """What Microsoft Forms puts in front of the questions: staff are logged in, clients not."""
    role = None if row.clean["svarssatt"] == "enkat" else BEHANDLARE[number % len(BEHANDLARE)]
    return {
        "+ID": number,
        "+Starttid": row.when - dt.timedelta(minutes=4 + number % 9),
        "+Slutförandetid": row.when,
        "+E-post": f"{role.lower().replace(' ', '.')}@exempelkommun.example"
        if role
        else "anonymous",
        "+Namn": role,
    }
