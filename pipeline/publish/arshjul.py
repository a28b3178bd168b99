"""The wheel on the front page: a row a month, a column a lane. What is done is told as of the
edition's day, and nothing is called late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pipeline.arshjul.standing import AHEAD, BEGUN, DONE, LACKING, Standing, Wheel
from pipeline.arshjul.steps import LANES, MEETINGS
from pipeline.arshjul.text import period, publication
from pipeline.kalender import MONTHS, Mote

STATES = {  # as the page marks them
    DONE: "klar", BEGUN: "pagar", AHEAD: "kommer", LACKING: "saknas",
}  # fmt: skip
Entry = Standing | Mote


@dataclass(frozen=True, slots=True)
class Month:
    """A row. `here`: the edition's day is in it; `lanes`: what each lane has, by day."""

    name: str
    here: bool
    lanes: tuple[tuple[Entry, ...], ...]


def resources(wheel: Wheel | None) -> dict[str, Any]:
    """What the front page's template reads; of no wheel there is no section."""
    return {
        "months": months(wheel) if wheel else (), "lanes": LANES, "wheel_states": STATES,
        "period": period, "publication": publication,
    }  # fmt: skip


def months(wheel: Wheel) -> tuple[Month, ...]:
    """The months in which something is due or met about, and the edition's own."""
    entries: list[tuple[dt.date, str, Entry]] = [
        *((s.step.due, s.step.lane, s) for s in wheel.standings),
        *((m.datum, MEETINGS, m) for m in wheel.meetings),
    ]
    here = (wheel.day.year, wheel.day.month)
    held = sorted({(day.year, day.month) for day, _, _ in entries} | {here})
    return tuple(
        Month(
            f"{MONTHS[month - 1]} {year}",
            (year, month) == here,
            tuple(
                tuple(e for day, at, e in entries if at == lane and (day.year, day.month) == key)
                for lane in LANES
            ),
        )
        for key in held
        for year, month in [key]
    )
