"""How each step stands on a day, judged from what there is of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.arshjul.steps import Step
from pipeline.kalender import Mote

DONE, BEGUN, AHEAD, LATE, LACKING = "klar", "på gång", "ska göras", "försenad", "underlag saknas"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is of a step on a day. `told`: a sentence, with how many of how many; `lacking`:
    what is not there yet, a line each; `files`: what it rests on, from RAW/<year> or the edition;
    `last`: the latest date in what is there; `blocked`: what the step rests on and is not there."""

    told: str
    done: bool = False
    begun: bool = False
    lacking: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    last: dt.date | None = None
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """A release of a stage: the edition's day and the role that decided. `name`: `01-mars`."""

    name: str
    stage: str
    day: dt.date
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A step, how it stands, on what evidence; `released`: the latest release of its stage."""

    step: Step
    state: str
    evidence: Evidence
    released: Released | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that has changed in a locked tertial: where, in whose tertial, what is done to it."""

    address: str
    of: str
    what: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """The year's wheel on a day. `changes`: in locked tertials, None where nobody has compared."""

    kommun: str
    year: int
    day: dt.date
    standings: tuple[Standing, ...]
    meetings: tuple[Mote, ...] = ()
    changes: tuple[Change, ...] | None = None

    def in_state(self, state: str) -> tuple[Standing, ...]:
        return tuple(s for s in self.standings if s.state == state)


def judge(step: Step, evidence: Evidence, day: dt.date, late: bool) -> str:
    """The state of a step on a day; `late` says also that it is overdue, which a page never does.

    A step whose ground is missing is not itself late: what it waits for is.
    """
    if evidence.done:
        return DONE
    if evidence.blocked and not evidence.begun and day >= step.opens:
        return LACKING
    if late and day > step.due:
        return LATE
    return BEGUN if evidence.begun else AHEAD


def standing(
    step: Step, evidence: Evidence, released: Mapping[str, Released], day: dt.date, late: bool
) -> Standing:
    """A step with its state and its stage's release."""
    return Standing(step, judge(step, evidence, day, late), evidence, released.get(step.stage))
