"""What truly happened: insatser that start in a year, how they end, who answers what.

Values are the codebook's codes; `vet_ej` and `None` (no answer) are kept apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.exempel import world
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.phrases import FORSLAG, HANDELSER, SYNPUNKTER

Clean = str | int | float | bool | dt.date | tuple[str, ...] | None
Record = dict[str, Clean]


@dataclass(frozen=True, slots=True)
class Person:
    """A client as an ärende: a pure function of seed, year of the first insats, and number."""

    arende_id: str
    familj_id: str | None
    enhet: str
    malgrupp: str
    kon: str
    alder: int


@dataclass(frozen=True, slots=True)
class Life:
    """One insats: its row at the start, and those at the end (one a respondent)."""

    bakgrund: Record
    slutdatum: dt.date
    avslut: tuple[Record, ...]


def person(seed: int, year: int, number: int) -> Person:
    s = Stream(seed, "person", year, number)
    enhet = s.weighted({k: e.andel for k, e in world.ENHETER.items()})
    unit = world.ENHETER[enhet]
    malgrupp = s.weighted({m: v[0] for m, v in unit.malgrupper.items()})
    _, lowest, highest = unit.malgrupper[malgrupp]
    kon = "kvinna" if s.chance(unit.kvinnor) else "man"
    if s.chance(0.025):
        kon = s.pick(("annat", "uppgift_saknas"))
    in_family = enhet == "familj" or (malgrupp != world.VUXEN and s.chance(0.5))
    return Person(
        arende_id=f"A{year % 100:02d}-{number + 1:04d}",
        familj_id=f"F{year % 100:02d}-{number // 3 + 1:04d}" if in_family else None,
        enhet=enhet,
        malgrupp=malgrupp,
        kon=kon,
        alder=s.integer(lowest, highest),
    )


def lives(seed: int, year: int, rows: int) -> Iterator[Life]:
    """The insatser that start in `year`, in no order of time."""
    for number in range(rows):
        s = Stream(seed, "insats", year, number)
        origin = s.weighted({"new": 0.83, "same year": 0.10, "year before": 0.07})
        if origin == "year before":
            who = person(seed, year - 1, s.integer(0, rows - 1))
        else:
            who = person(seed, year, number if origin == "new" else s.integer(0, number))
        alder = who.alder + (origin == "year before")
        start = s.day_in(year)
        record = _bakgrund(s, who, alder, start, f"{year % 100:02d}-{number + 1:04d}")
        yield _life(Stream(seed, "avslut", year, number), record, start)


def _bakgrund(s: Stream, who: Person, alder: int, start: dt.date, number: str) -> Record:
    unit = world.ENHETER[who.enhet]
    fitting = dict.fromkeys(_fitting(unit, who.malgrupp), 1.0)
    if "atv" in fitting:
        fitting["atv"] = 3.0 if who.kon == "man" else 0.15
    insats = s.weighted(fitting)
    problem = _problem(s, who, alder, insats)
    wanted = tuple(p for p in problem if s.chance(0.7))
    grown = who.malgrupp in (world.VUXEN, world.NARSTAENDE)
    children = s.weighted({0: 6, 1: 2, 2: 1.5, 3: 0.5}) if grown else s.integer(1, 4)
    informed = start + dt.timedelta(s.integer(0, 14)) if s.chance(0.88) else None
    outside = insats == "tolvsteg" and s.chance(0.5)
    return {
        "insats_id": f"{unit.prefix}{number}",
        "arende_id": who.arende_id,
        "familj_id": who.familj_id,
        "enhet": who.enhet,
        "utforare": "Exempelvård AB" if outside else "Kommunen",
        "insats": insats,
        "insatskod": world.INSATSER[insats].kod,
        "behovsprovad": s.chance(0.35 if who.enhet == "ungdom" else 0.75),
        "malgrupp": who.malgrupp,
        "startdatum": start,
        "alder_vid_start": alder,
        "kon": who.kon,
        "initiativ": None if s.chance(0.02) else s.weighted(
            world.INITIATIV["vuxen" if grown else "barn"]
        ),
        "problem": problem,
        "hjalpbehov": wanted or None,
        "tolk": None if s.chance(0.03) else s.chance(0.09),
        "barn_i_hushallet": None if s.chance(0.06) else children,
        "informerad_datum": informed,
    }  # fmt: skip


def _fitting(unit: world.Enhet, malgrupp: str) -> list[str]:
    """The unit's insatser for a target group."""
    return [i for i in unit.insatser if malgrupp in world.INSATSER[i].malgrupper]


def _problem(s: Stream, who: Person, alder: int, insats: str) -> tuple[str, ...]:
    always = world.INSATSER[insats].galler
    never = set(world.NOT_FOR.get(who.malgrupp, ()))
    never |= {"skola", "skolfranvaro"} if alder < 7 else set()
    never |= {"vald_utsatt"} if always == "vald_utovat" else set()
    unit = world.ENHETER[who.enhet]
    probabilities = {p: q for p, q in unit.problem.items() if p not in never}
    if always:
        probabilities[always] = 1.0
    return s.subset(probabilities) or (next(iter(probabilities)),)


def _life(s: Stream, record: Record, start: dt.date) -> Life:
    insats, enhet = str(record["insats"]), world.ENHETER[str(record["enhet"])]
    broken_off = s.chance(enhet.avbryter)
    days = world.INSATSER[insats].dagar * s.between(0.4, 1.6)
    days *= s.between(0.15, 0.6) if broken_off else 1
    end = working_day(start + dt.timedelta(max(7, int(days))))
    cause = s.weighted(world.BREAKS if broken_off else world.ENDS)
    offered = cause != "avliden" and s.chance(world.offered(end.year))
    more = s.pick(_fitting(enhet, str(record["malgrupp"])))
    ease = s.between(0, 1)
    ended: Record = {
        "insats_id": record["insats_id"],
        "slutdatum": end,
        "avslutsorsak": cause,
        "erbjuden": offered,
        "anvanda_insatser": (insats, more) if more != insats and s.chance(0.3) else (insats,),
        "maluppfyllelse_behandlare": _goal(s, 0.45 if broken_off else 0.7, ease),
    }
    if not (offered and s.chance(enhet.svarar * (0.7 if broken_off else 1))):
        why = "avliden" if cause == "avliden" else s.weighted(world.BORTFALL[offered])
        return Life(record, end, ({**ended, "bortfallsorsak": why},))
    answers = [
        ended | _answer(s, respondent, str(record["enhet"]), end, broken_off, ease)
        for respondent in _respondents(s, record)
    ]
    for other in answers[1:]:
        other["maluppfyllelse_behandlare"] = None
    return Life(record, end, tuple(answers))


def _respondents(s: Stream, record: Record) -> tuple[str, ...]:
    age = record["alder_vid_start"]
    assert isinstance(age, int)
    if record["malgrupp"] not in (world.BARN, world.FAMILJ) or age > 20:
        return ("klient",)
    if age < 13:
        return ("omsorgsperson",)
    return ("ungdom", "omsorgsperson") if s.chance(0.3) else ("ungdom",)


def _answer(
    s: Stream, respondent: str, enhet: str, end: dt.date, broken_off: bool, ease: float
) -> Record:
    contact = world.satisfied(enhet, end.year, broken_off)
    result = world.satisfied(enhet, end.year, broken_off, with_result=True)
    late = s.chance(world.LATE)
    answered = working_day(end + dt.timedelta(s.integer(32, 90) if late else s.integer(0, 25)))
    way = s.weighted({"samtal": 0.58, "enkat": 0.32, "intervju": 0.10})
    happened = _question(s, s.weighted({"ja": 0.22, "nej": 0.78}))
    own = s.chance(0.65)
    return {
        "respondent": respondent,
        "svarssatt": way,
        "genomford_av": None if way == "enkat" else ("egen_behandlare" if own else "annan"),
        "svarsdatum": min(answered, dt.date(end.year + 1, 2, 28)),
        "nojd_kontakt": _grade(s, contact, ease),
        "nojd_resultat": _grade(s, result, ease),
        "maluppfyllelse_upplevd": _goal(s, result, ease),
        "motsvarade_behov": _question(
            s,
            s.weighted({"ja_helt": 0.5, "till_stor_del": 0.5})
            if s.alike(result, ease)
            else s.weighted({"delvis": 0.7, "nej": 0.3}),
        ),
        "situation_efter": _question(
            s,
            s.weighted({"mycket_battre": 0.42, "lite_battre": 0.58})
            if s.alike(result, ease)
            else s.weighted({"oforandrad": 0.7, "lite_samre": 0.2, "mycket_samre": 0.1}),
        ),
        "handelse": happened,
        "handelse_text": s.pick(HANDELSER) if happened == "ja" and s.chance(0.8) else None,
        "synpunkter": s.pick(SYNPUNKTER) if s.chance(0.35) else None,
        "forslag": s.pick(FORSLAG) if s.chance(0.25) else None,
    }


def _question(s: Stream, answer: str | int) -> str | int | None:
    if s.chance(world.VET_EJ):
        return "vet_ej"
    return None if s.chance(world.UNANSWERED) else answer


def _grade(s: Stream, satisfied: float, ease: float) -> str | int | None:
    high = s.alike(satisfied, ease)
    return _question(s, s.weighted({5: 0.55, 4: 0.45} if high else {3: 0.55, 2: 0.3, 1: 0.15}))


def _goal(s: Stream, reached: float, ease: float) -> str | int | None:
    high = s.alike(reached, ease)
    return _question(s, s.weighted({3: 0.4, 2: 0.6} if high else {1: 0.65, 0: 0.35}))
