"""The calendar of a year's follow-up: when each step is due by the routine, and what the
municipality has decided otherwise in kommun.toml (`[arshjul.<steg>]`, `[[flg]]`).

The routine (Östersund, *Rutin för systematisk uppföljning och förbättringsarbete*, section 3)
names months and no days: a step is due on the last day of its month. What a step is called and
rests on: `pipeline.arshjul`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import ConfigError

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
Day = tuple[int, int]  # month, day
_DAY = re.compile(r"(\d{1,2})\.?\s+([a-z]+)")
_LEAST = {"t1": (6, 14), "t2": (10, 15), "t3": (2, 14)}  # 45 days after the tertial's end


@dataclass(frozen=True, slots=True)
class Frist:
    """When a step may begin and when it is due, and who is responsible. `after`: years after the
    year measured; `own`: whether the municipality has decided the day."""

    after: int
    opens: Day
    due: Day
    who: str
    own: bool = False

    def begins(self, year: int) -> dt.date:
        """The first day of the step, for the year measured."""
        return dt.date(year + self.after, *self.opens)

    def ends(self, year: int) -> dt.date:
        """The last day of the step, for the year measured."""
        return dt.date(year + self.after, *self.due)


@dataclass(frozen=True, slots=True)
class Mote:
    """A day in the calendar of ledningsgruppen (FLG)."""

    datum: dt.date
    vad: str


_HEAD = "enhetschef eller utsedd medarbetare"
_ANY = "den som kommunen utser"  # the routine does not say
# Section 3.1: background at start, conversation after each ended insats, bilaga 3 in February with
# answers by 1 March. 3.2: compiled three times a year (a tertial is locked at the earliest 45 days
# after its end, and due the last day of that month), diagrams ready in March. 3.3: analysis in
# April by the head with the staff, ledningsgrupp in May. 3.4: the plan, in May. 5: follow-up in the
# autumn. 6: kvalitetsberättelsen, for which the routine gives no month: by the end of that year.
# That the last conversations are in a month after the year's end is nuso.se's rule (DOMAIN).
FRISTER: Mapping[str, Frist] = {
    "t1": Frist(0, (6, 14), (6, 30), _HEAD),
    "t2": Frist(0, (10, 15), (10, 31), _HEAD),
    "underlag": Frist(1, (1, 1), (1, 31), "enhetschef"),
    "t3": Frist(1, (2, 14), (2, 28), _HEAD),
    "utskick": Frist(1, (2, 1), (2, 28), _ANY),
    "svar": Frist(1, (2, 1), (3, 1), _ANY),
    "diagram": Frist(1, (3, 1), (3, 31), _HEAD),
    "analys": Frist(1, (4, 1), (4, 30), "enhetschef, med medarbetarna"),
    "ledningsgrupp": Frist(1, (5, 1), (5, 31), "ledningsgruppen"),
    "handlingsplan": Frist(1, (5, 1), (5, 31), "enhetschef; ledningsgruppen prioriterar"),
    "host": Frist(1, (9, 1), (11, 30), "den som ansvarar för åtgärden; ledningsgruppen"),
    "kvalitetsberattelse": Frist(1, (1, 1), (12, 31), _ANY),
}


def words(day: dt.date) -> str:
    """`16 mars 2026`, with plain blanks, for lines that are folded."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def read_calendar(given: Any) -> dict[str, Frist]:
    """`[arshjul.<steg>]` upon what the routine says. Raises ConfigError with the entry."""
    made = dict(FRISTER)
    if not isinstance(given, dict):
        raise ConfigError("kommun.toml: skriv [arshjul.analys] på en egen rad före stegets dag.")
    for step, told in given.items():
        where = f"kommun.toml, [arshjul.{step}]"
        if step not in FRISTER:
            raise ConfigError(f"{where}: steget finns inte. Steg: {', '.join(FRISTER)}.")
        if not isinstance(told, dict) or set(told) - {"senast", "ansvarig", "ar_efter"}:
            raise ConfigError(f"{where}: här kan senast, ansvarig och ar_efter stå.")
        made[step] = _decided(step, told, where)
    return made


def read_meetings(entries: Any) -> tuple[Mote, ...]:
    """`[[flg]]`, by date. Raises ConfigError with the entry."""
    if not isinstance(entries, list | tuple) or not all(isinstance(e, dict) for e in entries):
        raise ConfigError("kommun.toml: skriv [[flg]] på en egen rad före varje möte.")
    made = []
    for number, entry in enumerate(entries, start=1):
        where = f"kommun.toml, [[flg]] nummer {number}"
        if set(entry) != {"datum", "vad"}:
            raise ConfigError(f"{where}: här ska datum och vad stå.")
        day, what = entry["datum"], entry["vad"]
        if type(day) is not dt.date:
            raise ConfigError(f"{where}: datum skrivs utan citattecken, datum = 2026-05-13.")
        if not isinstance(what, str) or not what.strip():
            raise ConfigError(f'{where}: vad är en text, vad = "Enheternas analyser".')
        made.append(Mote(day, what.strip()))
    return tuple(sorted(made, key=lambda m: (m.datum, m.vad)))


def _decided(step: str, told: Mapping[str, Any], where: str) -> Frist:
    by_routine = FRISTER[step]
    who = told.get("ansvarig", by_routine.who)
    if not isinstance(who, str) or not who.strip():
        raise ConfigError(f'{where}: ansvarig är en roll, ansvarig = "enhetschef".')
    made = replace(by_routine, who=who.strip())
    if "senast" not in told:
        if "ar_efter" in told:
            raise ConfigError(
                f"{where}: ar_efter säger vilket år senast gäller. Skriv senast också."
            )
        return made
    if step == "svar":
        raise ConfigError(
            f"{where}: svaren ska vara inne den 1 mars. Formulärets kontroller räknar med det."
        )
    day, after = _day(told["senast"], where), told.get("ar_efter", by_routine.after)
    if type(after) is not int or not 0 <= after <= 2:
        raise ConfigError(f"{where}: ar_efter är 0, 1 eller 2 år efter året som mäts.")
    least = (by_routine.after, *_LEAST.get(step, (1, 1)))
    if step in _LEAST and (after, *day) < least:
        earliest = f"{least[2]} {MONTHS[least[1] - 1]}"
        raise ConfigError(
            f"{where}: ett tertial kan låsas tidigast {earliest}, för samtal kommer in sent."
        )
    opens = min(by_routine.opens, day) if after == by_routine.after else (1, 1)
    return replace(made, after=after, opens=opens, due=day, own=True)


def _day(given: Any, where: str) -> Day:
    found = _DAY.fullmatch(given.strip().lower()) if isinstance(given, str) else None
    if found and found[2] in MONTHS:
        month, day = MONTHS.index(found[2]) + 1, int(found[1])
        try:
            dt.date(2025, month, day)  # no leap year: the day exists every year
        except ValueError:
            pass
        else:
            return month, day
    raise ConfigError(f'{where}: senast är en dag som finns varje år, senast = "8 maj".')
