"""How the plan for a red finding stands on a day.

The routine (points 8 and "Sammanställning av resultat"): with red comes a request for a plan that
says how and when. The plan comes after the report: one that has not come yet is no fault, a late
one is told as late, and only a plan that has come and lacks how or when is not accepted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.audit.grades import RED

ACCEPTED, LATE, FAILED, WAITING, OVERDUE, UNASKED = (
    "godtagen", "sen", "underkand", "vantas", "saknas", "inte_begard",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: one of the six; `text`: the same in a sentence, with its dates."""

    state: str
    text: str


def plan_standing(row: Mapping[str, Any], day: dt.date) -> Standing | None:
    """How the plan for a finding stands on `day`; None where none is needed. `row`: of the table
    bedomning. What bears a later date than `day` is not there yet."""
    if row["farg"] != RED:
        return None
    asked, latest, come = (row[f"plan_{what}"] for what in ("begard", "senast", "mottagen"))
    if come is not None and come <= day:
        late = latest is not None and come > latest
        lacks = [word for key, word in (("hur", "hur"), ("nar", "när")) if not row[key]]
        when = f"Handlingsplanen kom {come}"
        if late:
            when += f", för sent: den skulle ha kommit {latest}"
        if lacks:
            return Standing(FAILED, f"{when}. Den säger inte {' och '.join(lacks)} bristen "
                                    "åtgärdas och godtas inte.")  # fmt: skip
        return Standing(LATE if late else ACCEPTED, f"{when}.")
    if asked is None or latest is None:
        lacking = [w for w, d in (("när den begärdes", asked), ("när den ska ha kommit", latest))
                   if d is None]  # fmt: skip
        return Standing(UNASKED, f"Uppgift saknas om {' och '.join(lacking)}.")
    if latest < day:
        return Standing(
            OVERDUE, f"Handlingsplanen saknas: den begärdes {asked} och skulle ha kommit {latest}."
        )
    return Standing(WAITING, f"Handlingsplanen begärdes {asked} och ska ha kommit {latest}.")


def remedied(row: Mapping[str, Any], day: dt.date) -> str:
    """Whether a red finding is remedied by `day`, against when the plan says."""
    done, due = row["atgardat"], row["nar"]
    if done is not None and done <= day:
        late = due is not None and done > due
        return f"Åtgärdat {done}" + (f", efter planens {due}." if late else ".")
    if due is None:
        return "Inte åtgärdat."
    return f"Inte åtgärdat: det skulle vara klart {due}." if due < day else f"Ska vara klart {due}."
