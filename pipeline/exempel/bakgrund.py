"""`Bakgrund <år>.xlsx`: a workbook kept by the units, two sheets, with title rows and a note."""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Life, lives
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import BEHANDLARE
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

UNITS = {
    "Familj och relation": ("familj", "relation"),
    "Ungdom och beroende": ("ungdom", "beroende"),
}
COLUMNS = (
    "insats_id", "arende_id", "familj_id", "enhet", "utforare", "insats", "insatskod",
    "behovsprovad", "malgrupp", "startdatum", "alder_vid_start", "kon", "initiativ", "problem",
    "hjalpbehov", "tolk", "barn_i_hushallet", "informerad_datum", "+Behandlare",
)  # fmt: skip
VARIED = ("insats", "malgrupp", "kon", "initiativ", "problem", "hjalpbehov")
OLD_HEADERS = {"alder_vid_start": "Ålder", "problem": "Problemområden", "kon": "Kön (K/M)"}
SEX = {"kvinna": ("Kvinna", "K", "kvinna", "Kvinna"), "man": ("Man", "M", "man", "Man")}


def _misspelt(row: Row, stream: Stream) -> Cell:
    return world.ENHETER[str(row.clean["enhet"])].felstavad


def _year_of_birth(row: Row, stream: Stream) -> Cell:
    """In the column for age."""
    age = row.clean["alder_vid_start"]
    assert isinstance(age, int) and row.start
    return row.start.year - age


FAULTS = (
    Fault("enhet", "okänd enhet", Effect.QUARANTINED, _misspelt),
    Fault("insats", "okänd insats", Effect.QUARANTINED, text("Samtalsserie")),
    Fault("startdatum", "text i datum", Effect.QUARANTINED, text("i mars")),
    Fault("insats_id", "saknat id", Effect.QUARANTINED, text(None), share=0.002),
    Fault("alder_vid_start", "utanför gränserna", Effect.BLANKED, _year_of_birth),
    Fault("kon", "okänd kod", Effect.BLANKED, text("X"), fits=answered("kon")),
    Fault("initiativ", "okänd kod", Effect.BLANKED, text("Grannen"), fits=answered("initiativ")),
)


def sheets(book: Codebook, seed: int, year: int, rows: int) -> list[Sheet]:
    """The year's started insatser, in order of start."""
    words, stream = Words(book), Stream(seed, "bakgrund", year)
    made = [_row(words, life, year, stream) for life in lives(seed, year, rows)]
    made.sort(key=lambda row: row.when)
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, VARIED, stream)
    mess.spoil(made, FAULTS, stream)
    placed = {
        title: [r for r in made if r.clean["enhet"] in units] for title, units in UNITS.items()
    }
    for some in placed.values():
        some += mess.repeat(some, stream, 0.005)
        some += mess.repeat(some, stream, 0.005, _corrected, answered("initiativ"))
    return [
        Sheet(
            year, f"Bakgrund {year}.xlsx", title, "bakgrund",
            headers(book, COLUMNS, OLD_HEADERS if year % 3 == 1 else {}), some,
            above=(
                "Bakgrundsinformation vid påbörjad insats",
                f"{world.NAMN}, {title.lower()}, {year}",
                "Fylls i av behandlaren vid start. Inga namn, inga personnummer.",
                "",
            ),
            below=("", "Anm. Barn i hushållet räknas också när barnet bor växelvis."),
        )
        for title, some in placed.items()
    ]  # fmt: skip


def _row(words: Words, life: Life, year: int, stream: Stream) -> Row:
    clean = life.bakgrund
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    if clean["kon"] in SEX:
        kon = str(clean["kon"])
        cells["kon"] = kon[0].upper() if year % 3 == 1 else stream.pick(SEX[kon])
    cells["+Behandlare"] = stream.pick(BEHANDLARE)
    start = clean["startdatum"]
    assert isinstance(start, dt.date)
    return Row(cells, dict(clean), dt.datetime.combine(start, dt.time(8)), start)


def _corrected(row: Row, stream: Stream) -> None:
    """Handed in again with another answer, and another way of writing it."""
    row.clean["initiativ"] = "annan"
    row.cells["initiativ"] = "annan"
