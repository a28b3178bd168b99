"""`Sammanställning <år>.xlsx`: the units' completed forms of bilaga 4, a sheet a tertial.

Every unit has compiled the first two tertials, two units the third. All are dated late enough to
lock, but for `EARLY`; the date of `UNREADABLE` is none.
"""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import world
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.sheets import Cell, Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = (
    "ar", "tertial", "enhet", "sammanstalld_av", "datum", "kommentar_insatser",
    "kommentar_alder_kon", "kommentar_behov", "kommentar_svarade_mot_behov",
    "kommentar_situation", "kommentar_avbrutna", "version",
)  # fmt: skip
COMPILED = {"T1": tuple(world.ENHETER), "T2": tuple(world.ENHETER), "T3": ("familj", "relation")}
READY = {"T1": (0, 6, 16), "T2": (0, 10, 17), "T3": (1, 2, 16)}  # years later, month, first day
EARLY = {(2025, "T2", "beroende"): dt.date(2025, 9, 19)}
UNREADABLE = {(2024, "T2", "ungdom"): "i höstas"}
ROLES = ("Enhetschef", "Utsedd medarbetare")
COMMENTS = {
    "kommentar_insatser": "Ungefär som väntat.",
    "kommentar_behov": "Fler kommer med flera problem samtidigt.",
    "kommentar_situation": "Vi når inte alla som avslutar; svaren ska läsas med försiktighet.",
    "kommentar_avbrutna": "De flesta avbrott kommer tidigt.",
}


def sheets(book: Codebook, seed: int, year: int) -> list[Sheet]:
    """The year's forms, one row a unit."""
    words, stream = Words(book), Stream(seed, "sammanstallning", year)
    return [
        Sheet(
            year, f"Sammanställning {year}.xlsx", tertial, "sammanstallning",
            headers(book, COLUMNS, {}), [_row(words, stream, year, tertial, u) for u in units],
            above=(f"Sammanställning efter tertialet, {tertial} {year}", world.NAMN, ""),
        )
        for tertial, units in COMPILED.items()
    ]  # fmt: skip


def _row(words: Words, stream: Stream, year: int, tertial: str, unit: str) -> Row:
    later, month, first = READY[tertial]
    drawn = working_day(dt.date(year + later, month, first + stream.integer(0, 9)))
    ready = EARLY.get((year, tertial, unit), drawn)
    clean: Record = {
        "ar": year, "tertial": tertial, "enhet": unit, "sammanstalld_av": stream.pick(ROLES),
        "datum": ready, **{k: t for k, t in COMMENTS.items() if stream.chance(0.4)},
    }  # fmt: skip
    cells: dict[str, Cell] = {k: words.write(k, v, Style()) for k, v in clean.items()}
    made = Row(cells, clean, dt.datetime.combine(ready, dt.time(9)))
    if text := UNREADABLE.get((year, tertial, unit)):
        made.cells["datum"], made.clean["datum"] = text, None
        made.marks.append(Mark("datum", "text i datum", Effect.BLANKED))
    return made
