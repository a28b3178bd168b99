"""The steps of a year, each with its days by the routine or the municipality's decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.kalender import Frist

UNITS, SECTOR = "Enheterna", "Sektorn och ledningsgruppen"
MEETINGS = "Ledningsgruppens kalender (FLG)"
LANES = (UNITS, SECTOR, MEETINGS)
_TITLES: Mapping[str, tuple[str, str, str]] = {  # step → title, lane, the stage it is released as
    "t1": ("Tertial 1 sammanställt", UNITS, ""),
    "t2": ("Tertial 2 sammanställt", UNITS, ""),
    "underlag": ("Bakgrund och avslutande samtal inne och avstämda", UNITS, ""),
    "t3": ("Tertial 3 sammanställt", UNITS, ""),
    "utskick": ("Enkäten ute hos medarbetare, beställare och partner", SECTOR, ""),
    "svar": ("Svaren på enkäten inne", SECTOR, ""),
    "diagram": ("Året i diagram", UNITS, "mars"),
    "analys": ("Analys med medarbetarna", UNITS, "april"),
    "ledningsgrupp": ("Analys och slutsatser i ledningsgruppen", SECTOR, "maj"),
    "handlingsplan": ("Handlingsplan, prioriterad", SECTOR, ""),
    "host": ("Höstens uppföljning av handlingsplanen", SECTOR, "host"),
    "kvalitetsberattelse": ("Kvalitetsberättelse", SECTOR, "kvalitetsberattelse"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `opens`, `due`: its first and last day; `stage`: the release that tells of it, or
    ""; `own`: the municipality has decided the day itself."""

    key: str
    title: str
    lane: str
    who: str
    opens: dt.date
    due: dt.date
    stage: str
    own: bool


def steps(year: int, calendar: Mapping[str, Frist]) -> tuple[Step, ...]:
    """The steps of the year measured, the first due first."""
    made = [
        Step(
            key, title, lane, calendar[key].who, calendar[key].begins(year),
            calendar[key].ends(year), stage, calendar[key].own,
        )
        for key, (title, lane, stage) in _TITLES.items()
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda s: s.due))
