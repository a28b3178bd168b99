"""`Klagomål och synpunkter <år>.csv`: the list of a case register.

`VIEWS` for each started insats, `KINDS` and `ABOUT` by weight; answers come within three weeks,
one in six within six; one complaint in eight and half of the praise is not answered.
"""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import TEST_PERSONNUMMER
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

VIEWS = 0.5
KINDS = {"klagomal": 0.44, "synpunkt": 0.32, "berom": 0.24}
ABOUT = {"tillganglighet": 0.26, "bemotande": 0.22, "innehall": 0.16, "information": 0.14,
         "delaktighet": 0.10, "handlaggning": 0.08, "annat": 0.04}  # fmt: skip
FROM = {"klient": 0.52, "narstaende": 0.30, "samverkan": 0.08, "annan": 0.10}
UNANSWERED = {"klagomal": 0.12, "synpunkt": 0.25, "berom": 0.5}
SAID = (
    "Det var svårt att få en tid.",
    "Personalen lyssnade på oss.",
    "Jag fick inte veta vad som skulle hända sedan.",
    "Vill ha fler träffar på kvällen.",
    "Tack för all hjälp!",
)
DONE = ("Samtal med den som lämnade synpunkten.", "Informationen har skrivits om.")
COLUMNS = (
    "klagomal_id", "datum", "enhet", "fran_vem", "typ", "kategori", "beskrivning", "svarsdatum",
    "atgard",
)  # fmt: skip


def _before_it_came(row: Row, stream: Stream) -> Cell:
    day = row.clean["datum"]
    assert isinstance(day, dt.date)
    return day - dt.timedelta(stream.integer(1, 10))


def _revealing(row: Row, stream: Stream) -> Cell:
    return f"Gäller mitt barn, {stream.pick(TEST_PERSONNUMMER)}."


FAULTS = (
    Fault("kategori", "okänd kod", Effect.BLANKED, text("Parkeringen")),
    Fault("svarsdatum", "svar före synpunkten", Effect.BLANKED, _before_it_came,
          fits=answered("svarsdatum")),
    Fault("beskrivning", "personuppgift", Effect.MASKED, _revealing),
    Fault("datum", "text i datum", Effect.QUARANTINED, text("i somras")),
)  # fmt: skip


def sheet(book: Codebook, seed: int, year: int, rows: int) -> Sheet:
    words, stream = Words(book), Stream(seed, "klagomal", year)
    many = max(2, round(rows * VIEWS))
    made = [_row(words, seed, year, number) for number in range(1, many + 1)]
    made.sort(key=lambda row: row.when)
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, ("fran_vem", "kategori"), stream)
    mess.spoil(made, FAULTS, stream)
    return Sheet(
        year, f"Klagomål och synpunkter {year}.csv", "", "klagomal", headers(book, COLUMNS, {}),
        made, encoding="utf-8-sig", delimiter=",",
    )  # fmt: skip


def _row(words: Words, seed: int, year: int, number: int) -> Row:
    s = Stream(seed, "klagomal", year, number)
    day, kind = s.day_in(year), s.weighted(KINDS)
    late = s.chance(1 / 6)
    answer = day + dt.timedelta(s.integer(22, 42) if late else s.integer(1, 21))
    replied = not s.chance(UNANSWERED[kind])
    clean: Record = {
        "klagomal_id": f"K{year}-{number:03d}",
        "datum": day,
        "enhet": s.weighted({k: e.andel for k, e in world.ENHETER.items()}),
        "fran_vem": s.weighted(FROM),
        "typ": kind,
        "kategori": s.weighted(ABOUT),
        "beskrivning": s.pick(SAID),
        "svarsdatum": answer if replied else None,
        "atgard": s.pick(DONE) if replied and s.chance(0.5) else None,
    }
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(9)))
