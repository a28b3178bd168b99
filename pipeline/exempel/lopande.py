"""`Löpande dokumentation <år>.xlsx`: what two units note while an insats goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipeline.exempel import mess, world
from pipeline.exempel.avslut import LONGEST
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Life, Record, lives
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = ("insats_id", "datum", "slag", "varde")
UNITS = ("ungdom", "beroende")  # the others keep no such list
KEPT = 0.6  # share of these units' insatser that something is noted about
EVERY = 45  # days between two notes, at most: uniform from a third of it
NOTES = {"plan": 0.28, "delmal": 0.18, "mote": 0.16, "uteblivet": 0.16, "skattning": 0.22}
LOWEST, HIGHEST = 2, 9  # of the client's own rating


def _unknown_id(row: Row, stream: Stream) -> Cell:
    return "XX" + str(row.clean["insats_id"])[2:]


FAULTS = (
    Fault("slag", "okänt slag", Effect.QUARANTINED, text("Telefon")),
    Fault("datum", "text i datum", Effect.BLANKED, text("i mars")),
    Fault("varde", "utanför skalan", Effect.BLANKED, text(55), fits=answered("varde")),
    Fault("insats_id", "okänt insats-id", Effect.ORPHAN, _unknown_id),
)


def sheet(book: Codebook, seed: int, years: list[int], year: int, rows: int) -> Sheet:
    """What was noted in `year` about the insatser started in `years`."""
    words, stream = Words(book), Stream(seed, "lopande", year)
    made = [
        Row({k: words.write(k, v, Style()) for k, v in note.items()}, note, _noon(note))
        for started in years
        for life in (lives(seed, started, rows) if year - LONGEST <= started <= year else ())
        for note in _notes(seed, life)
        if _noon(note).year == year
    ]
    made.sort(key=lambda row: row.when)
    mess.vary(made, ("slag",), stream)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.01)
    return Sheet(
        year, f"Löpande dokumentation {year}.xlsx", "Anteckningar", "lopande",
        headers(book, COLUMNS, {}), made,
        above=(
            "Löpande dokumentation under insatsen",
            f"{world.NAMN}, {year}",
            "Bara slag, dag och värde. Texten står i akten.",
            "",
        ),
    )  # fmt: skip


def _notes(seed: int, life: Life) -> Iterator[Record]:
    """All notes of one insats, in order; one of a kind a day."""
    insats_id, day = life.bakgrund["insats_id"], life.bakgrund["startdatum"]
    assert isinstance(day, dt.date)
    s = Stream(seed, "lopande", insats_id)
    if life.bakgrund["enhet"] not in UNITS or not s.chance(KEPT):
        return
    while True:
        day = working_day(day + dt.timedelta(s.integer(EVERY // 3, EVERY)))
        if day > life.slutdatum:
            return
        slag = s.weighted(NOTES)
        value = s.integer(LOWEST, HIGHEST) if slag == "skattning" else None
        yield {"insats_id": insats_id, "datum": day, "slag": slag, "varde": value}


def _noon(note: Record) -> dt.datetime:
    day = note["datum"]
    assert isinstance(day, dt.date)
    return dt.datetime.combine(day, dt.time(12))
