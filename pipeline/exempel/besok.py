"""The visits that SAS and MAS make in Exempelkommun, and the kunder of each place visited.

They come round to everything in `len(ROTA)` years; what a visit finds is written here, what its
papers say is drawn. All of it depends on seed and year alone, not on how many insatser there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.exempel import world
from pipeline.exempel.chance import HOLIDAYS, Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.workspace import Option

FIRST_FULL = 2025  # a year in which the rota begins anew
DRAWN = 8  # kunder whose papers are read, where there are more
WEEK = dt.timedelta(7)
GRON, GUL, ROD, BLA = "gron", "gul", "rod", "bla"
SOL, HSL, TAKE_PART, EVENTS, ROUTINES, SKILLS, LEAD = (
    "dokumentation_sol", "dokumentation_hsl", "delaktighet", "avvikelser", "rutiner",
    "kompetens", "ledning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """`lagrum`: law → the share of its kunder whose papers are kept under it. `utforare`: the
    company that runs it, "" where the municipality does."""

    namn: str
    prefix: str
    lagrum: Mapping[str, float]
    yrken: tuple[str, ...]
    alias: tuple[str, ...] = ()
    utforare: str = ""


# Visited beside the units of öppenvården.
VERKSAMHETER: Mapping[str, Place] = {
    "hemtjanst_norr": Place(
        "Hemtjänst Norr", "HN", {"sol": 1, "hsl": 0.35},
        ("chef", "underskoterska", "vardbitrade", "planerare"), ("Hemtjänsten Norr", "Htj Norr"),
    ),
    "solglantan": Place(
        "Solgläntans äldreboende", "SG", {"sol": 1, "hsl": 1},
        ("chef", "underskoterska", "sjukskoterska"), ("Solgläntan",), "Påhittad Omsorg AB",
    ),
    "angen": Place(
        "Gruppbostaden Ängen", "GA", {"lss": 1, "hsl": 0.3},
        ("chef", "stodassistent"), ("Ängen", "Ängens gruppbostad"),
    ),
    "hemsjukvard": Place(
        "Hemsjukvården", "HS", {"hsl": 1},
        ("chef", "sjukskoterska", "arbetsterapeut", "fysioterapeut"), ("Hemsjukvård", "HSV"),
    ),
}  # fmt: skip
PLACES: Mapping[str, Place] = {
    **{
        code: Place(e.namn, e.prefix, {"sol": 1}, ("chef", "behandlare"), e.alias)
        for code, e in world.ENHETER.items()
    },
    **VERKSAMHETER,
}
FOLJS_UPP = tuple(Option(code, p.namn, p.alias) for code, p in VERKSAMHETER.items())


@dataclass(frozen=True, slots=True)
class Finding:
    """`fate` of a red one: `atgardad`, `i_tid`, `sen`, `saknas`, `ofullstandig` (a plan without
    how and when), `utan_dag` (no last day was given), `annu_inte` (the report is a draft); of a
    blue one: `beslutad`, `obeslutad`, `utan_agare`."""

    omrade: str
    farg: str
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of the rota. Without findings the visit was cancelled."""

    place: str
    month: int
    kunder: int
    findings: tuple[Finding, ...] = ()
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with its days; those that have not come, or will not, are None."""

    besok_id: str
    year: int
    nr: int
    planned: Planned
    besoksdatum: dt.date
    informationsdatum: dt.date | None
    urvalsbesked: dt.date | None
    utkast: dt.date | None
    beslutad: dt.date | None
    forra: dt.date | None

    @property
    def place(self) -> Place:
        return PLACES[self.planned.place]

    @property
    def made(self) -> bool:
        return bool(self.planned.findings)

    def colour(self, omrade: str) -> str:
        """The gravest of an area's colours that is the unit's own, or ""."""
        found = {f.farg for f in self.planned.findings if f.omrade == omrade}
        return next((c for c in (ROD, GUL, GRON) if c in found), "")


F = Finding
ROTA: tuple[tuple[Planned, ...], ...] = (
    (
        Planned("hemtjanst_norr", 2, 40, (
            F(SOL, GUL), F(TAKE_PART, GRON), F(EVENTS, ROD, "atgardad"), F(ROUTINES, GRON),
            F(SKILLS, GUL), F(SKILLS, BLA, "beslutad"),
        )),
        Planned("solglantan", 3, 14, (
            F(SOL, GUL), F(HSL, ROD, "sen"), F(TAKE_PART, GRON), F(EVENTS, GRON),
            F(LEAD, ROD, "saknas"), F(LEAD, BLA, "obeslutad"),
        )),
        Planned("angen", 4, 7, (
            F(SOL, GRON), F(TAKE_PART, GUL), F(ROUTINES, ROD, "ofullstandig"), F(SKILLS, GRON),
        )),
        Planned("beroende", 5, 9, (
            F(SOL, GRON), F(TAKE_PART, GRON), F(EVENTS, GUL), F(LEAD, GUL),
        )),
        Planned("hemsjukvard", 9, 8, (
            F(HSL, GUL), F(EVENTS, ROD, "utan_dag"), F(ROUTINES, GRON), F(SKILLS, BLA, "obeslutad"),
        )),
        Planned("relation", 10, 0, (
            F(TAKE_PART, GRON), F(ROUTINES, ROD, "annu_inte"), F(LEAD, GUL),
        ), decided=False),
        Planned("familj", 11, 12),
    ),
    (
        Planned("relation", 4, 5, (F(SOL, GUL), F(TAKE_PART, GRON), F(ROUTINES, GRON))),
        Planned("solglantan", 5, 13, (
            F(SOL, GUL), F(HSL, GUL), F(EVENTS, ROD, "atgardad"), F(ROUTINES, GRON),
        )),
        Planned("angen", 9, 7, (
            F(SOL, GRON), F(TAKE_PART, ROD, "sen"), F(SKILLS, BLA, "beslutad"),
        )),
        Planned("hemsjukvard", 11, 9, (F(HSL, GUL), F(ROUTINES, ROD, "atgardad"))),
    ),
    (
        Planned("hemsjukvard", 3, 10, (
            F(HSL, ROD, "atgardad"), F(EVENTS, GUL), F(ROUTINES, GRON),
        )),
        Planned("hemtjanst_norr", 6, 38, (  # June: neither spring nor autumn
            F(SOL, GUL), F(TAKE_PART, GRON), F(EVENTS, ROD, "i_tid"), F(SKILLS, BLA, "utan_agare"),
        )),
        Planned("ungdom", 9, 6, (F(SOL, GRON), F(TAKE_PART, GUL), F(LEAD, GRON))),
        Planned("beroende", 10, 11, (
            F(SOL, ROD, "atgardad"), F(TAKE_PART, GRON), F(EVENTS, GUL),
        )),
    ),
)  # fmt: skip


def visits(seed: int, year: int) -> list[Visit]:
    """The year's visits, in the order of their numbers."""
    return [_visit(seed, year, nr, p) for nr, p in enumerate(_rota(year), start=1)]


def kunder(seed: int, visit: Visit) -> list[Record]:
    """The frame of a visit, in the order that the case system has them: one record a kund."""
    place, day = visit.place, visit.besoksdatum
    numbers: list[int] = []
    s = Stream(seed, "kunder", visit.besok_id)
    while len(numbers) < visit.planned.kunder:
        number = s.integer(1000, 9899)
        if number not in numbers:
            numbers.append(number)
    made = [_kund(seed, visit, place, day, number, i) for i, number in enumerate(sorted(numbers))]
    if len(made) > DRAWN:  # one who came after the six months began, whatever is drawn
        made[-1]["insats_fran"], made[-1]["insats_till"] = working_day(day - 6 * WEEK), None
    for at in (3, 17) if len(made) > 30 else (5,) if len(made) > 12 else ():
        made[at]["skyddad"] = True
    return made


def reviewed(seed: int, visit: Visit) -> list[Record]:
    """Kunder whose papers are read: as many as are drawn. Which they are the draw says."""
    return [k for k in kunder(seed, visit) if not k["skyddad"]][:DRAWN] if visit.made else []


def _rota(year: int) -> tuple[Planned, ...]:
    return ROTA[(year - FIRST_FULL) % len(ROTA)]


def _visit(seed: int, year: int, nr: int, planned: Planned) -> Visit:
    s = Stream(seed, "besok", year, nr)
    day = _day(seed, year, nr, planned)
    told = working_day(day - WEEK * s.integer(4, 6))
    monday = day - dt.timedelta(day.weekday()) - WEEK
    before = [monday + dt.timedelta(i) for i in range(5)]
    draft = working_day(day + dt.timedelta(s.integer(14, 25)))
    decided = working_day(draft + dt.timedelta(s.integer(14, 20)))
    notice = s.pick([d for d in before if (d.month, d.day) not in HOLIDAYS])
    made = bool(planned.findings)
    return Visit(
        f"V{year}-{nr:02d}", year, nr, planned, day, told, notice if made else None,
        draft if made else None, decided if made and planned.decided else None,
        _before(seed, year, planned.place),
    )  # fmt: skip


def _day(seed: int, year: int, nr: int, planned: Planned) -> dt.date:
    s = Stream(seed, "besoksdatum", year, nr)
    return working_day(dt.date(year, planned.month, s.integer(6, 24)))


def _before(seed: int, year: int, place: str) -> dt.date | None:
    """The day of the place's visit before, within one round of the rota."""
    for earlier in range(year - 1, year - 1 - len(ROTA), -1):
        for nr, planned in enumerate(_rota(earlier), start=1):
            if planned.place == place and planned.findings:
                return _day(seed, earlier, nr, planned)
    return None


def _kund(seed: int, visit: Visit, place: Place, day: dt.date, number: int, at: int) -> Record:
    s = Stream(seed, "kund", visit.besok_id, at)
    new, gone = s.chance(0.15), s.chance(0.1)
    start = day - dt.timedelta(s.integer(10, 150) if new else s.integer(200, 1600))
    end = working_day(day - dt.timedelta(s.integer(14, 120)))
    return {
        "besok_id": visit.besok_id,
        "kund_id": f"{place.prefix}-{number}",
        "lagrum": s.subset(place.lagrum),
        "insats_fran": working_day(start),
        "insats_till": end if gone and not new else None,
        "skyddad": False,
    }
