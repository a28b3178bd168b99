"""`Mål <år>.csv`: the goals of ended insatser, rated by Goal Attainment Scaling, of two units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipeline.exempel import mess, world
from pipeline.exempel.avslut import LONGEST
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Life, Record, lives
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

UNITS = ("familj", "relation")
WITH_GOALS = 0.6
COLUMNS = (
    "insats_id", "mal_nr", "mal_text", "vikt", "niva_start", "niva_slut", "skattad_av",
)  # fmt: skip
TEXTS = (
    "Lugnare morgnar hemma", "Sova hela natten", "Prata med varandra utan att skrika",
    "Komma till skolan varje dag", "Känna sig trygg hemma", "Ha någon att ringa",
)  # fmt: skip


def _unknown_id(row: Row, stream: Stream) -> Cell:
    return "XX" + str(row.clean["insats_id"])[2:]


FAULTS = (
    Fault("niva_slut", "utanför skalan", Effect.BLANKED, text(4), fits=answered("niva_slut")),
    Fault("vikt", "text i tal", Effect.BLANKED, text("viktigast"), fits=answered("vikt")),
    Fault("insats_id", "okänt insats-id", Effect.ORPHAN, _unknown_id),
)


def sheet(book: Codebook, seed: int, years: list[int], year: int, rows: int) -> Sheet:
    """One row a goal."""
    words, stream = Words(book), Stream(seed, "mal", year)
    made = [row for life in _ended(seed, years, year, rows) for row in _rows(words, seed, life)]
    made.sort(key=lambda row: row.when)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.005)
    return Sheet(
        year, f"Mål {year}.csv", "", "mal", headers(book, COLUMNS, {}), made,
        encoding="utf-8-sig", delimiter=",",
    )  # fmt: skip


def _ended(seed: int, years: list[int], year: int, rows: int) -> Iterator[Life]:
    for started in years:
        for life in lives(seed, started, rows) if year - LONGEST <= started <= year else ():
            if life.bakgrund["enhet"] in UNITS and life.slutdatum.year == year:
                yield life


def _rows(words: Words, seed: int, life: Life) -> Iterator[Row]:
    s = Stream(seed, "gas", life.bakgrund["insats_id"])
    if not s.chance(WITH_GOALS):
        return
    broken_off = str(life.avslut[0].get("avslutsorsak")) in world.BREAKS
    ease, reached = s.between(0, 1), 0.4 if broken_off else 0.7
    rater = s.weighted({"tillsammans": 0.7, "behandlare": 0.2, "klient": 0.1})
    for number in range(1, s.integer(2, 4) + 1):
        high = s.alike(reached, ease)
        clean: Record = {
            "insats_id": life.bakgrund["insats_id"],
            "mal_nr": number,
            "mal_text": s.pick(TEXTS) if s.chance(0.5) else None,
            "vikt": s.integer(1, 3),
            "niva_start": s.weighted({-2: 0.3, -1: 0.7}),
            "niva_slut": None if s.chance(0.06) else (
                s.weighted({0: 0.5, 1: 0.35, 2: 0.15} if high else {-1: 0.7, -2: 0.3})
            ),
            "skattad_av": rater,
        }  # fmt: skip
        cells = {k: words.write(k, v, Style(scale="number")) for k, v in clean.items()}
        yield Row(cells, clean, dt.datetime.combine(life.slutdatum, dt.time(10, number)))
