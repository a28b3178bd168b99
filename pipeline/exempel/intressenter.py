"""`Enkät februari <år>.xlsx`: what staff, referrers and partners answered, as Microsoft Forms
exports it, and `Utskick februari <år>.xlsx`: how many were asked.

Truth: a role and unit of `SENT` is asked (in proportion to the rows of the example), each answers
with `ANSWERS` of its role, agrees (4 or 5) with `agrees(...)`, and comes after 1 March with `LATE`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pipeline.exempel import mess, world
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import BATTRE, BRA
from pipeline.exempel.sheets import Cell, Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

USUAL = 140  # rows of the example that SENT is stated for
SENT: Mapping[str, Mapping[str, int]] = {
    "medarbetare": {"familj": 24, "ungdom": 20, "beroende": 22, "relation": 5},
    "bestallare": {"familj": 40, "ungdom": 32, "beroende": 34, "relation": 18},
    "samarbetspartner": {"familj": 28, "ungdom": 30, "beroende": 24, "relation": 9},
}
ANSWERS = {"medarbetare": 0.84, "bestallare": 0.52, "samarbetspartner": 0.46}
PLEASED = {"medarbetare": -0.02, "bestallare": -0.10, "samarbetspartner": -0.06}
ITEMS = {
    "relevanta": 0.02, "nytta": 0.06, "kvalitet": 0.03, "kunskap": 0.0, "mal": -0.12,
    "uppfoljning": -0.20, "samarbete": -0.05, "fortroende": 0.08,
}  # fmt: skip
LATE = 0.09
TOOL = ("svar_id", "+Starttid", "svarsdatum", "+E-post", "+Namn")
TEXTS = ("fungerar_bra", "kan_bli_battre")
TOOLS_OWN = {"svar_id": "ID", "svarsdatum": "Slutförandetid"}
SENT_COLUMNS = ("enkat", "roll", "enhet", "antal", "skickad_den")
FAULTS = (
    Fault("enhet", "okänd enhet", Effect.QUARANTINED, text("Flera enheter")),
    Fault("roll", "saknad roll", Effect.QUARANTINED, text(None)),
    Fault("samarbete", "utanför skalan", Effect.BLANKED, text(9), fits=answered("samarbete")),
)
# (year, role, unit) whose number of sent is no number.
GUESSED = {(2024, "samarbetspartner", "ungdom"): "ca 30"}


def agrees(role: str, enhet: str, year: int, item: str) -> float:
    """Share that agrees (4 or 5) among those with an opinion: rises by 2 points a year."""
    level = world.ENHETER[enhet].nojda + 0.02 * (year - world.EPOCH)
    return min(0.97, max(0.05, level + PLEASED[role] + ITEMS[item]))


def sheets(books: Mapping[str, Codebook], seed: int, year: int, rows: int) -> list[Sheet]:
    """The survey about `year`, out in February of the year after, and the list of who got it."""
    asked = {
        (role, enhet): max(1, round(n * rows / USUAL))
        for role, units in SENT.items()
        for enhet, n in units.items()
    }
    return [
        _answers(books["intressenter"], seed, year, asked),
        _sent(books["utskick"], year, asked),
    ]


def _answers(book: Codebook, seed: int, year: int, asked: Mapping[tuple[str, str], int]) -> Sheet:
    words, stream = Words(book), Stream(seed, "intressenter", year)
    given = [_answer(seed, year, role, enhet, number)
             for (role, enhet), n in asked.items() for number in range(n)]  # fmt: skip
    made = [_row(words, clean, stream) for clean in given if clean is not None]
    made.sort(key=lambda row: row.when)
    for number, row in enumerate(made, start=1):
        row.clean["svar_id"] = row.cells["svar_id"] = number
    mess.misspell(made, stream, {k: e.alias for k, e in world.ENHETER.items()})
    mess.vary(made, ("roll",), stream)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.006)
    questions = ("roll", "enhet", *ITEMS, *TEXTS)
    return Sheet(
        year, f"Enkät februari {year + 1}.xlsx", "Sheet1", "intressenter",
        headers(book, TOOL + questions, TOOLS_OWN), made,
    )  # fmt: skip


def _answer(seed: int, year: int, role: str, enhet: str, number: int) -> Record | None:
    """What one of those asked answers; None for who does not."""
    s = Stream(seed, "intressenter", year, role, enhet, number)
    if not s.chance(ANSWERS[role]):
        return None
    first, late = dt.date(year + 1, 2, 2), s.chance(LATE)
    ease = s.between(0, 1)
    return {
        "roll": role,
        "enhet": enhet,
        "svarsdatum": first + dt.timedelta(s.integer(28, 45) if late else s.integer(0, 26)),
        **{item: _opinion(s, agrees(role, enhet, year, item), ease) for item in ITEMS},
        "fungerar_bra": s.pick(BRA) if s.chance(0.15) else None,
        "kan_bli_battre": s.pick(BATTRE) if s.chance(0.2) else None,
    }


def _opinion(s: Stream, agreeing: float, ease: float) -> str | int | None:
    if s.chance(world.VET_EJ):
        return "vet_ej"
    if s.chance(world.UNANSWERED):
        return None
    return s.weighted({5: 0.4, 4: 0.6} if s.alike(agreeing, ease) else {3: 0.5, 2: 0.3, 1: 0.2})


def _row(words: Words, clean: Record, stream: Stream) -> Row:
    day = clean["svarsdatum"]
    assert isinstance(day, dt.date)
    minute = stream.integer(8 * 60, 17 * 60 - 1)
    when = dt.datetime.combine(day, dt.time(minute // 60, minute % 60))
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    tool: dict[str, Cell] = {
        "+Starttid": when - dt.timedelta(minutes=6), "svarsdatum": when, "+E-post": "anonymous",
        "+Namn": None,
    }  # fmt: skip
    return Row(cells | tool, clean, when)


def _sent(book: Codebook, year: int, asked: Mapping[tuple[str, str], int]) -> Sheet:
    words, day = Words(book), dt.date(year + 1, 2, 2)
    made = []
    for (role, enhet), n in asked.items():
        clean: Record = {
            "enkat": "intressenter", "roll": role, "enhet": enhet, "antal": n, "skickad_den": day,
        }  # fmt: skip
        cells: dict[str, Cell] = {k: words.write(k, v, Style()) for k, v in clean.items()}
        row = Row(cells, clean, dt.datetime.combine(day, dt.time(9)))
        if (year, role, enhet) in GUESSED:
            row.cells["antal"] = GUESSED[year, role, enhet]
            row.status = "karantan"
            row.marks.append(Mark("antal", "text i tal", Effect.QUARANTINED))
        made.append(row)
    return Sheet(
        year, f"Utskick februari {year + 1}.xlsx", "Utskick", "utskick",
        headers(book, SENT_COLUMNS, {}), made,
        above=("Utskickade enkäter", f"{world.NAMN}, enkäten om {year}", ""),
    )  # fmt: skip
