"""The calendar of visits: what the routine says of when a visit is made and what is told before it
(Östra Göinge, *Rutin för uppföljning av verksamhet*). Standard library only."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.errors import UppfoljningError
from pipeline.kalender import MONTHS

VISITED = frozenset({2, 3, 4, 5, 9, 10, 11})  # the routine: "februari, mars, april och maj samt …"
REVIEWED_MONTHS = 6  # "Granskningen omfattar 6 månader tillbaka i tiden"
# The routine gives no day for the information: a proposal, which leaves time to answer.
INFORMATION_WEEKS = 4
LONG_AGO = 3  # years without a visit that the plan remarks upon; the routine says nothing of it
PLANNED, MADE, CANCELLED = "planerat", "genomfort", "installt"
_NAME = re.compile(r"[^\W_][\w-]{0,39}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # of Windows
_WEEKEND = {5: "lördag", 6: "söndag"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A row of `uppfoljningsplan`. `name`: what the unit is called; `omraden` and
    `yrkeskategorier`: code → label, in the codebook's order."""

    besok_id: str
    enhet: str
    name: str
    dnr: str = ""
    utforare: str = ""
    regi: str = ""
    omraden: Mapping[str, str] = field(default_factory=dict)
    ansvarig: str = ""
    forra_besoket: dt.date | None = None
    besoksdatum: dt.date | None = None
    informationsdatum: dt.date | None = None
    urvalsbesked: dt.date | None = None
    yrkeskategorier: Mapping[str, str] = field(default_factory=dict)
    status: str = PLANNED
    rapport_beslutad: dt.date | None = None

    @property
    def cancelled(self) -> bool:
        return self.status == CANCELLED


@dataclass(frozen=True, slots=True)
class Standing:
    """When a unit was last visited before the year, as far as the plans tell, and this year's
    visits that are not cancelled. `told`: what this year's plan itself says of the last one."""

    enhet: str
    name: str
    last: dt.date | None
    told: dt.date | None
    visits: tuple[Visit, ...]


def file_name(besok_id: str) -> str:
    """The number of a visit as the name of a folder. Raises UppfoljningError for one that no
    folder can have on every system."""
    if not _NAME.fullmatch(besok_id) or _RESERVED.fullmatch(besok_id):
        raise UppfoljningError(
            f"Besökets nummer ”{besok_id}” går inte att använda: mappar och filer får\n"
            "sitt namn efter det.\n"
            "Gör så här: skriv det med bokstäver, siffror och bindestreck i uppföljningsplanen,\n"
            "till exempel V2025-03."
        )
    return besok_id


def week_before(visit: dt.date) -> tuple[dt.date, dt.date]:
    """Monday and Friday of the calendar week before a visit: "information om urvalet veckan innan
    uppföljningen"."""
    monday = visit - dt.timedelta(days=visit.weekday() + 7)
    return monday, monday + dt.timedelta(days=4)


def reviewed_from(visit: dt.date, months: int = REVIEWED_MONTHS) -> dt.date:
    """The same day of the month so many months earlier, or that month's last day."""
    whole = visit.year * 12 + visit.month - 1 - months
    year, month = divmod(whole, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(visit.day, last))


def information_proposed(visit: dt.date) -> dt.date:
    """The day on which the information is proposed to go out."""
    return visit - dt.timedelta(weeks=INFORMATION_WEEKS)


def remarks(visit: Visit, year: int, day: dt.date) -> Iterator[str]:
    """What in a row of the plan for `year` breaks the calendar or is missing, as of `day`, in
    Swedish sentences. Of a cancelled visit nothing."""
    if visit.cancelled:
        return
    if not visit.dnr:
        yield "Diarienummer saknas. Det ska stå på varje handling som går ut: breven görs inte."
    made = visit.status == MADE
    if visit.besoksdatum is None:
        yield "Besöksdatum saknas."
    else:
        yield from _of_day(visit.besoksdatum, year)
        if not made and visit.besoksdatum < day:
            yield f"Besöket skulle ha gjorts {visit.besoksdatum}, men står kvar som planerat."
    if made and visit.informationsdatum is None:
        yield "Besöket är genomfört, men det framgår inte när informationen skickades."
    if made and visit.urvalsbesked is None:
        yield "Besöket är genomfört, men det framgår inte när beskedet om urvalet lämnades."
    yield from _of_notices(visit)


def _of_day(day: dt.date, year: int) -> Iterator[str]:
    if day.year != year:
        yield f"Besöksdatumet {day} ligger i ett annat år än planen."
    if day.month not in VISITED:
        yield (
            f"Besöket {day} är lagt i {MONTHS[day.month - 1]}. Uppföljningar görs i februari–maj "
            "och i september–november."
        )
    if day.weekday() in _WEEKEND:
        yield f"Besöket {day} är lagt på en {_WEEKEND[day.weekday()]}."


def _of_notices(visit: Visit) -> Iterator[str]:
    if visit.besoksdatum is None:
        return
    if (sent := visit.informationsdatum) and sent >= visit.besoksdatum:
        yield f"Informationen skickades {sent}, inte före besöket {visit.besoksdatum}."
    if told := visit.urvalsbesked:
        monday, friday = week_before(visit.besoksdatum)
        week = f"kalenderveckan före besöket, {monday}–{friday}"
        if told < monday:
            yield f"Beskedet om urvalet lämnades {told}: för tidigt. Det ska lämnas {week}."
        elif told > monday + dt.timedelta(days=6):
            yield f"Beskedet om urvalet lämnades {told}: för sent. Det ska lämnas {week}."


def standings(
    units: Mapping[str, str], visits: list[Visit], earlier: list[Visit]
) -> list[Standing]:
    """Every unit that may be visited (code → name, in the catalogue's order). `earlier`: the rows
    of earlier years' plans."""
    made = []
    for enhet, name in units.items():
        own = [v for v in visits if v.enhet == enhet]
        before = [v for v in earlier if v.enhet == enhet]
        seen = [v.besoksdatum for v in before if v.status == MADE and v.besoksdatum]
        said = [v.forra_besoket for v in own if v.forra_besoket]
        older = [v.forra_besoket for v in before if v.forra_besoket]
        last = max([*seen, *said, *older], default=None)
        going = tuple(v for v in own if not v.cancelled)
        made.append(Standing(enhet, name, last, max(said, default=None), going))
    return made


def neglected(standing: Standing, year: int) -> str:
    """What is to be said of a unit that nobody has visited for long or ever; else nothing. As of
    the end of the year, or of this year's first visit where there is one."""
    planned = [v.besoksdatum for v in standing.visits if v.besoksdatum]
    by = min(planned, default=dt.date(year, 12, 31))
    if standing.last is None:
        known = "Inget tidigare besök är känt"
        return f"{known}." if standing.visits else f"{known}, och inget besök görs i år."
    if standing.last <= reviewed_from(by, 12 * LONG_AGO):
        by_then = "årets besök" if standing.visits else "årets slut, och inget besök görs i år"
        return f"Senast följd upp {standing.last}: mer än tre år före {by_then}."
    return ""


def disagreement(standing: Standing) -> str:
    """Where this year's plan says another last visit than earlier plans tell; else nothing."""
    if standing.told and standing.last and standing.told != standing.last:
        return (
            f"Planen säger att förra besöket gjordes {standing.told}, men ett senare, "
            f"{standing.last}, står i en tidigare plan."
        )
    return ""
