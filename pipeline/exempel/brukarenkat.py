"""`Brukarenkät <år>.csv`: the municipality's own survey, as an older tool exports it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import KOMMENTARER
from pipeline.exempel.sheets import Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

ANSWERS_PER_INSATS = 0.8
ITEMS = {"latt_kontakt": -0.10, "bra_information": 0.0, "bemotande": 0.08,
         "inflytande": -0.06, "hjalp_nytta": -0.02}  # fmt: skip
HELP = {"samtal": 0.8, "praktiskt": 0.3, "kontakter": 0.35, "grupp": 0.2, "annat": 0.05}
AGES: Mapping[str, Mapping[str, float]] = {
    "familj": {"13_17": 2, "25_49": 7, "50_64": 1},
    "ungdom": {"13_17": 7, "18_24": 3},
    "beroende": {"18_24": 2, "25_49": 5, "50_64": 2.5, "65_plus": 0.5},
    "relation": {"13_17": 1, "18_24": 2, "25_49": 5, "50_64": 1.5, "65_plus": 0.5},
}
FAULTS = (
    Fault("bemotande", "utanför skalan", Effect.BLANKED, text(6), fits=answered("bemotande")),
    Fault("rekommendera", "utanför skalan", Effect.BLANKED, text(11)),
    Fault("enhet", "okänd enhet", Effect.BLANKED, text("Minns inte")),
    Fault("veckor_vantan", "text i tal", Effect.BLANKED, text("ca 3")),
    Fault("kon", "okänd kod", Effect.BLANKED, text("Z"), fits=answered("kon")),
)


def sheet(book: Codebook, seed: int, year: int, rows: int) -> Sheet:
    words, stream = Words(book), Stream(seed, "brukarenkat", year)
    answers = max(1, round(rows * ANSWERS_PER_INSATS))
    made = [_row(words, seed, year, number) for number in range(1, answers + 1)]
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, ("kon", "aldersgrupp"), stream)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.006)
    options = {f"hjalp__{c.value}": c.header for c in book.field("hjalp").columns}
    keys = tuple(k for f in book.fields for k in (options if f.name == "hjalp" else (f.name,)))
    return Sheet(
        year, f"Brukarenkät {year}.csv", "", "brukarenkat", headers(book, keys, options), made,
        encoding="cp1252", delimiter=";", decimal=",",
    )  # fmt: skip


def _row(words: Words, seed: int, year: int, number: int) -> Row:
    s = Stream(seed, "brukarenkat", year, number)
    enhet = s.weighted({k: e.andel for k, e in world.ENHETER.items()})
    kon = "kvinna" if s.chance(world.ENHETER[enhet].kvinnor) else "man"
    pleased, ease = world.satisfied(enhet, year, broken_off=False), s.between(0, 1)
    day = dt.date(year, 10, 1) + dt.timedelta(s.integer(0, 30))
    clean: Record = {
        "svar_id": number,
        "svarsdatum": day,
        "enhet": enhet,
        "kon": "uppgift_saknas" if s.chance(0.03) else kon,
        "aldersgrupp": s.weighted(AGES[enhet]),
        **{item: _agreement(s, pleased + shift, ease) for item, shift in ITEMS.items()},
        "hjalp": None if s.chance(0.04) else s.subset(HELP),
        "rekommendera": s.integer(8, 10) if s.alike(pleased, ease) else s.integer(1, 7),
        "veckor_vantan": None if s.chance(0.05) else s.integer(0, 24) / 2,
        "kommentar": s.pick(KOMMENTARER) if s.chance(0.2) else None,
    }
    chosen = clean["hjalp"]
    style = Style(scale="number")
    cells = {name: words.write(name, v, style) for name, v in clean.items() if name != "hjalp"}
    for option in HELP:
        ticked = isinstance(chosen, tuple) and option in chosen
        cells[f"hjalp__{option}"] = None if chosen is None else ("Ja" if ticked else "Nej")
    return Row(cells, clean, dt.datetime.combine(day, dt.time(12)))


def _agreement(s: Stream, agrees: float, ease: float) -> str | int | None:
    if s.chance(world.VET_EJ):
        return "vet_ej"
    if s.chance(world.UNANSWERED):
        return None
    return s.weighted({5: 0.6, 4: 0.4} if s.alike(agrees, ease) else {3: 0.5, 2: 0.3, 1: 0.2})
