"""`Mätningar <år>.xlsx`: ASI at start and at follow-up, of the unit for addiction.

Those whose insats ended in the year and who were interviewed at start: more of those who did not
break off are followed up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from pipeline.exempel import mess, world
from pipeline.exempel.avslut import LONGEST
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Life, Record, lives
from pipeline.exempel.mess import Fault, text
from pipeline.exempel.sheets import Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

UNIT = "beroende"
INTERVIEWED, ASKED_THEMSELVES = 0.9, 0.4
FOLLOWED_UP = {True: 0.45, False: 0.78}  # broken off or not
X_START, X_AFTER, N = 0.03, 0.05, 0.04
# Area → the problems of bakgrund that make it severe.
AREAS: Mapping[str, frozenset[str]] = {
    "fysisk_halsa": frozenset({"lakemedel"}),
    "arbete": frozenset({"ekonomi", "boende"}),
    "alkohol": frozenset({"alkohol"}),
    "narkotika": frozenset({"narkotika", "lakemedel"}),
    "rattsliga": frozenset({"kriminalitet"}),
    "familj": frozenset({"natverk_ensamhet", "vald_utsatt", "foraldraformaga"}),
    "psykisk_halsa": frozenset({"psykisk_ohalsa"}),
}
COLUMNS = (
    "arende_id", "instrument", "formularversion", "omrade", "skattare", "startdatum_matning",
    "varde_start", "uppfoljningsdatum", "varde_uppfoljning",
)  # fmt: skip
SIGNS = {"ej_besvarad": "X", "ej_relevant": "N"}


def _measured(field: str, skattare: str = "intervjuare") -> Callable[[Row], bool]:
    return lambda row: (
        isinstance(row.clean[field], int) and row.clean["skattare"] == skattare
    )  # fmt: skip


FAULTS = (
    Fault("varde_start", "utanför skalan", Effect.BLANKED, text(12), fits=_measured("varde_start")),
    Fault("varde_uppfoljning", "text i tal", Effect.BLANKED, text("lite bättre"),
          fits=_measured("varde_uppfoljning")),
    Fault("omrade", "okänd kod", Effect.QUARANTINED, text("Fritid")),
    Fault("uppfoljningsdatum", "text i datum", Effect.BLANKED, text("i höstas"),
          fits=_measured("varde_uppfoljning")),
)  # fmt: skip


def sheet(book: Codebook, seed: int, years: list[int], year: int, rows: int) -> Sheet:
    """One row an ärende, area and rater."""
    words = Words(book)
    ended = {str(life.bakgrund["arende_id"]): life for life in _ended(seed, years, year, rows)}
    made = [row for life in ended.values() for row in _rows(words, seed, life)]
    stream = Stream(seed, "matning", year)
    mess.spoil(made, FAULTS, stream)
    made += mess.repeat(made, stream, 0.005)
    return Sheet(
        year, f"Mätningar {year}.xlsx", "ASI", "matning", headers(book, COLUMNS, {}), made,
        above=("Mätningar med ASI", f"{world.NAMN}, {year}", "X: ej besvarad. N: ej relevant.", ""),
    )  # fmt: skip


def _ended(seed: int, years: list[int], year: int, rows: int) -> Iterator[Life]:
    """Adults of the unit whose insats ended in the year; of several in one ärende the last
    counts."""
    for started in years:
        for life in lives(seed, started, rows) if year - LONGEST <= started <= year else ():
            own = life.bakgrund["enhet"] == UNIT and life.bakgrund["malgrupp"] == world.VUXEN
            if own and life.slutdatum.year == year:
                yield life


def _rows(words: Words, seed: int, life: Life) -> Iterator[Row]:
    record = life.bakgrund
    s = Stream(seed, "asi", record["insats_id"])
    if not s.chance(INTERVIEWED):
        return
    start, problem = record["startdatum"], record["problem"]
    assert isinstance(start, dt.date) and isinstance(problem, tuple)
    broken_off = str(life.avslut[0].get("avslutsorsak")) in world.BREAKS
    after = s.chance(FOLLOWED_UP[broken_off])
    common: Record = {
        "arende_id": record["arende_id"],
        "instrument": "asi",
        "formularversion": "reviderad" if s.chance(0.9) else "fore_revision",
        "startdatum_matning": start,
        "uppfoljningsdatum": life.slutdatum if after else None,
    }
    raters = {"intervjuare": 9, **({"klient_hjalpbehov": 4} if s.chance(ASKED_THEMSELVES) else {})}
    for skattare, highest in raters.items():
        for area, problems in AREAS.items():
            before, later = _values(s, bool(problems & set(problem)), highest)
            clean = common | {
                "omrade": area, "skattare": skattare, "varde_start": before,
                "varde_uppfoljning": later if after else None,
            }  # fmt: skip
            yield _row(words, clean, life.slutdatum)


def _values(s: Stream, severe: bool, highest: int) -> tuple[int | str, int | str]:
    """At start and after: what is severe is eased by up to half of the scale."""
    if s.chance(N):
        return "ej_relevant", "ej_relevant"
    before = s.integer(highest // 2, highest) if severe else s.integer(0, highest // 3)
    eased = s.integer(-1, highest // 2 + 1) if severe else s.integer(-1, 1)
    after = min(max(before - eased, 0), highest)
    x_start, x_after = s.chance(X_START), s.chance(X_AFTER)
    return "ej_besvarad" if x_start else before, "ej_besvarad" if x_after else after


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    cells = {k: words.write(k, v, Style()) for k, v in clean.items() if not k.startswith("varde")}
    for name in ("varde_start", "varde_uppfoljning"):
        value = clean[name]
        cells[name] = value if isinstance(value, int) else SIGNS.get(str(value))
    return Row(cells, clean, dt.datetime.combine(day, dt.time(10)))
