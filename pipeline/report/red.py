"""How many red findings there are, and how far the units' plans for them have come by a day."""

from __future__ import annotations

import datetime as dt

from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count

_RED = "farg = 'rod'"
_COME = f"{_RED} AND plan_mottagen <= {{day}}"
STATES = {  # name → its condition and the title
    "roda": (_RED, "Röda iakttagelser"),
    "roda_med_plan": (_COME, "Röda iakttagelser med mottagen handlingsplan"),
    "roda_med_sen_plan": (
        f"{_COME} AND plan_mottagen > plan_senast",
        "Röda iakttagelser med handlingsplan som kom för sent",
    ),
    "roda_plan_underkand": (
        f"{_COME} AND (hur IS NULL OR nar IS NULL)",
        "Röda iakttagelser med handlingsplan utan hur eller när",
    ),
    "roda_utan_plan_i_tid": (
        f"{_RED} AND plan_senast < {{day}} AND (plan_mottagen IS NULL OR plan_mottagen > {{day}})",
        "Röda iakttagelser där handlingsplanen saknas efter sista dag",
    ),
    "roda_atgardade": (f"{_RED} AND atgardat <= {{day}}", "Åtgärdade röda iakttagelser"),
}


def red(findings: Dataset, state: str, day: dt.date) -> Fact:
    """How many of the findings are in a state of STATES on `day`."""
    condition, title = STATES[state]
    where = condition.format(day=f"DATE '{day.isoformat()}'")
    made: Fact = count(findings, where, name=state, title=title)
    return made
