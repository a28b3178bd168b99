"""`Volymer <år>.xlsx`: insatser without individual assessment, counted by the month.

How often an insats is held is `OPEN`'s number a month, one fewer or more, half as often in July;
each time between `FEWEST` and `MOST` come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, text
from pipeline.exempel.sheets import Cell, Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = ("enhet", "insats", "manad", "tillfallen", "deltagare")
# Unit → insats → how many times a month. HAP is given openly from the second year on.
OPEN: Mapping[str, Mapping[str, int]] = {
    "familj": {"cosp": 4, "komet": 3},
    "ungdom": {"ungdomssamtal": 9, "hap": 2},
    "beroende": {"craft": 2, "aterfallsprevention": 4},
    "relation": {"stodsamtal_vald": 5},
}
NOT_YET = {("ungdom", "hap"): 2024}
FEWEST, MOST = 2, 9
JULY = 7


def _misspelt(row: Row, stream: Stream) -> Cell:
    return world.ENHETER[str(row.clean["enhet"])].felstavad


FAULTS = (
    Fault("enhet", "okänd enhet", Effect.QUARANTINED, _misspelt),
    Fault("manad", "okänd månad", Effect.QUARANTINED, text("Vår")),
    Fault("deltagare", "text i tal", Effect.BLANKED, text("ca tio")),
    Fault("tillfallen", "utanför gränserna", Effect.BLANKED, text(-3)),
)


def sheet(book: Codebook, seed: int, year: int) -> Sheet:
    """One row a unit, insats and month, with some rows handed in twice."""
    words, stream = Words(book), Stream(seed, "volymer", year)
    made = [
        _row(words, seed, year, unit, insats, month)
        for unit, insatser in OPEN.items()
        for insats in insatser
        if year >= NOT_YET.get((unit, insats), year)
        for month in range(1, 13)
    ]
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, ("insats", "manad"), stream)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.01)
    return Sheet(
        year, f"Volymer {year}.xlsx", "Volymer", "volymer", headers(book, COLUMNS, {}), made,
        above=(
            "Insatser utan individuell bedömning",
            f"{world.NAMN}, {year}",
            "Bara antal. Inga namn, inga personer.",
            "",
        ),
    )  # fmt: skip


def _row(words: Words, seed: int, year: int, unit: str, insats: str, month: int) -> Row:
    s = Stream(seed, "volymer", year, unit, insats, month)
    times = max(0, OPEN[unit][insats] + s.integer(-1, 1))
    times = times // 2 if month == JULY else times
    clean: Record = {
        "enhet": unit, "insats": insats, "manad": month, "tillfallen": times,
        "deltagare": sum(s.integer(FEWEST, MOST) for _ in range(times)),
    }  # fmt: skip
    cells: dict[str, Cell] = {k: words.write(k, v, Style()) for k, v in clean.items()}
    return Row(cells, clean, dt.datetime(year, month, 28, 16))
