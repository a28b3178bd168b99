"""`Uppföljningsplan <år>.xlsx`: the plan of January as it stands when the year is over, and how
each visit's list of kunder was taken out.

One notice a year, that of visit `WRONG_WEEK`, is dated in a week other than the one before the
visit; one visit of the rota is made in June. A cancelled visit has two rows: the second counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pipeline.exempel import mess, world
from pipeline.exempel.besok import PLACES, WEEK, Visit
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

WRONG_WEEK = 3
COLUMNS = (
    "besok_id", "dnr", "enhet", "utforare", "regi", "omraden", "ansvarig", "forra_besoket",
    "besoksdatum", "informationsdatum", "urvalsbesked", "yrkeskategorier", "status",
    "utkast_skickat", "rapport_beslutad", "beslutad_av",
)  # fmt: skip
FRAME_COLUMNS = (
    "besok_id", "uttag", "uttagsdatum", "undantagna", "undantagna_skal", "intygad_av",
    "intygad_datum",
)  # fmt: skip
ROLE = "Systemförvaltare"
PROTECTED = "Skyddade personuppgifter."
ASKED = "Alla kunder med beslut eller pågående insats hos {namn} under sex månader före besöket."
OPEN = "Alla med insats hos {namn} under sex månader. Insatserna ges öppet: inga akter förs."
FAULTS = (
    Fault("forra_besoket", "text i datum", Effect.BLANKED, text("hösten innan"), 0,
          answered("forra_besoket")),
    Fault("ansvarig", "okänd kod", Effect.BLANKED, text("Enhetschefen"), 0),
)  # fmt: skip


def sheets(books: Mapping[str, Codebook], seed: int, visits: Sequence[Visit]) -> list[Sheet]:
    """The plan and the frames' origin, in one workbook."""
    year = visits[0].year
    file, words = f"Uppföljningsplan {year}.xlsx", Words(books["uppfoljningsplan"])
    plan = [row for visit in visits for row in _rows(words, seed, visit)]
    stream = Stream(seed, "uppfoljningsplan", year)
    mess.misspell(plan, stream, {code: p.alias for code, p in PLACES.items()})
    mess.spoil(plan, FAULTS, stream)
    taken = [_frame(Words(books["urvalsram"]), seed, v) for v in visits if v.made]
    taken[-1].cells["intygad_av"] = taken[-1].clean["intygad_av"] = None
    taken[-1].marks.append(Mark("intygad_av", "inte intygad", Effect.MISSING))
    return [
        Sheet(
            year, file, "Plan", "uppfoljningsplan",
            headers(books["uppfoljningsplan"], COLUMNS, {}), plan,
            above=(f"Uppföljningsplan {year}", "SAS och MAS", ""),
        ),
        Sheet(
            year, file, "Urvalsram", "urvalsram",
            headers(books["urvalsram"], FRAME_COLUMNS, {}), taken,
        ),
    ]  # fmt: skip


def _rows(words: Words, seed: int, visit: Visit) -> list[Row]:
    s = Stream(seed, "uppfoljningsplan", visit.year, visit.nr)
    place = visit.place
    laws = set(place.lagrum)
    found = dict.fromkeys(f.omrade for f in visit.planned.findings)
    clean: Record = {
        "besok_id": visit.besok_id,
        "dnr": f"VON {visit.year}/{s.integer(20, 180) * 10 + visit.nr:04d}",
        "enhet": visit.planned.place,
        "utforare": place.utforare or world.NAMN,
        "regi": "extern" if place.utforare else "egen",
        "omraden": tuple(found) or ("dokumentation_sol", "delaktighet", "rutiner"),
        "ansvarig": "mas" if laws == {"hsl"} else "sas_mas" if "hsl" in laws else "sas",
        "forra_besoket": visit.forra,
        "besoksdatum": visit.besoksdatum,
        "informationsdatum": visit.informationsdatum,
        "urvalsbesked": visit.urvalsbesked,
        "yrkeskategorier": place.yrken,
        "status": "genomfort" if visit.made else "installt",
        "utkast_skickat": visit.utkast,
        "rapport_beslutad": visit.beslutad,
        "beslutad_av": "SAS och MAS" if visit.beslutad else None,
    }
    row = _row(words, clean, visit.besoksdatum)
    if visit.nr == WRONG_WEEK and visit.urvalsbesked:
        early = visit.urvalsbesked - WEEK
        mess.flag(row, "urvalsbesked", "besked i fel vecka", early)
    if visit.made and visit.besoksdatum.month == 6:
        row.marks.append(Mark("besoksdatum", "besök utanför månaderna", Effect.FLAGGED))
    if visit.made:
        return [row]
    before = _row(words, clean | {"status": "planerat"}, visit.besoksdatum)
    before.status = "dubblett"
    before.marks.append(Mark("", "ändrad", Effect.DUPLICATE))
    return [before, row]


def _frame(words: Words, seed: int, visit: Visit) -> Row:
    s = Stream(seed, "urvalsram", visit.year, visit.nr)
    assert visit.urvalsbesked
    day = working_day(visit.urvalsbesked - dt.timedelta(s.integer(3, 9)))
    day = min(day, visit.urvalsbesked)
    left = s.weighted({0: 0.6, 1: 0.3, 2: 0.1}) if visit.planned.kunder else 0
    clean: Record = {
        "besok_id": visit.besok_id,
        "uttag": (ASKED if visit.planned.kunder else OPEN).format(namn=visit.place.namn),
        "uttagsdatum": day,
        "undantagna": left,
        "undantagna_skal": PROTECTED if left else None,
        "intygad_av": ROLE,
        "intygad_datum": day,
    }
    return _row(words, clean, day)


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    return Row(cells, dict(clean), dt.datetime.combine(day, dt.time(9)))
