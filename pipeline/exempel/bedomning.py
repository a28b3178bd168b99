"""What comes of a visit: findings with their colours and plans, and the unit's remarks on the
draft. A red finding's plan goes as the rota says (`besok.Finding.fate`)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.exempel import mess
from pipeline.exempel.besok import BLA, ROD, Finding, Visit
from pipeline.exempel.besok_texter import DECISIONS, FINDINGS, HOW, OWNERS, REMARKS
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = (
    "besok_id", "omrade", "nr", "iakttagelse", "forslag", "farg", "motivering", "beslutad_av",
    "beslutad_datum", "plan_begard", "plan_senast", "plan_mottagen", "hur", "nar", "atgardat",
    "agare", "beslut",
)  # fmt: skip
REMARK_COLUMNS = ("besok_id", "nr", "avsnitt", "synpunkt", "inkommen", "utfall", "atgard")
DAYS_FOR_A_PLAN = 30
ROLES = "SAS och MAS"
# What is told of a finding's row: fate → the fields left empty that ought not to be.
TOLD = {"ofullstandig": ("hur", "nar"), "utan_dag": ("plan_senast",), "utan_agare": ("agare",)}
FAULTS = (Fault("beslutad_datum", "text i datum", Effect.BLANKED, text("enligt protokoll"), 0,
                answered("beslutad_datum")),)  # fmt: skip
REMARK_FAULTS = (Fault("utfall", "okänd kod", Effect.BLANKED, text("Noterat"), 0),)


def findings(book: Codebook, seed: int, visits: Sequence[Visit]) -> list[Row]:
    """One row a finding, and one whose colour is none."""
    year, words = visits[0].year, Words(book)
    made = [row for visit in visits if visit.made for row in _findings(words, seed, visit)]
    mess.spoil(made, FAULTS, Stream(seed, "bedomning", year))
    unclear = made[0].copy(made[0].when)
    unclear.cells |= {"nr": 9, "farg": "Orange"}
    unclear.marks, unclear.status = [Mark("farg", "okänd färg", Effect.QUARANTINED)], "karantan"
    return [*made, unclear]


def remarks(book: Codebook, seed: int, visits: Sequence[Visit]) -> Sheet:
    """`Korrektur <år>.xlsx`: two or three remarks a draft, most of them taken care of."""
    year, words = visits[0].year, Words(book)
    made = [
        _row(words, clean, visit.besoksdatum)
        for visit in visits
        if visit.utkast
        for clean in _remarks(seed, visit)
    ]
    mess.spoil(made, REMARK_FAULTS, Stream(seed, "korrektur", year))
    return Sheet(
        year, f"Korrektur {year}.xlsx", "Synpunkter", "korrektur",
        headers(book, REMARK_COLUMNS, {}), made,
    )  # fmt: skip


def _findings(words: Words, seed: int, visit: Visit) -> Iterator[Row]:
    numbers: Counter[str] = Counter()
    for finding in visit.planned.findings:
        s = Stream(seed, "bedomning", visit.besok_id, finding.omrade, finding.farg)
        numbers[finding.omrade] += 1
        seen, proposal, why = s.pick(FINDINGS[finding.omrade, finding.farg])
        clean: Record = {
            "besok_id": visit.besok_id,
            "omrade": finding.omrade,
            "nr": numbers[finding.omrade],
            "iakttagelse": seen,
            "forslag": proposal,
            "farg": finding.farg,
            "motivering": why,
            "beslutad_av": ROLES if visit.beslutad else None,
            "beslutad_datum": visit.beslutad,
        }
        if finding.farg == ROD and visit.beslutad:
            clean |= _plan(s, finding.fate, visit.beslutad)
        if finding.farg == BLA:
            clean |= _owned(s, finding)
        row = _row(words, dict.fromkeys(COLUMNS) | clean, visit.besoksdatum)
        for field in TOLD.get(finding.fate, ()):
            mess.flag(row, field, f"{field} saknas", None)
        yield row


def _plan(s: Stream, fate: str, asked: dt.date) -> Record:
    last = working_day(asked + dt.timedelta(DAYS_FOR_A_PLAN))
    days = s.integer(12, 25) if fate == "sen" else -s.integer(2, 9)
    come = working_day(last + dt.timedelta(days))
    by = working_day(come + dt.timedelta(s.integer(30, 75)))
    done = working_day(by - dt.timedelta(s.integer(3, 12)))
    made: Record = {"plan_begard": asked, "plan_senast": last}
    if fate != "saknas":
        made |= {"plan_mottagen": come, "hur": s.pick(HOW), "nar": by}
    return made | ({"atgardat": done} if fate == "atgardad" else {})


def _owned(s: Stream, finding: Finding) -> Record:
    made: Record = {"agare": s.pick(OWNERS)}
    return made | ({"beslut": s.pick(DECISIONS)} if finding.fate == "beslutad" else {})


def _remarks(seed: int, visit: Visit) -> Iterator[Record]:
    s = Stream(seed, "korrektur", visit.besok_id)
    assert visit.utkast
    for nr, said in enumerate(s.shuffled(REMARKS)[: s.integer(2, 3)], start=1):
        part, remark, outcome, how = said
        open_still = visit.beslutad is None and nr > 1
        yield {
            "besok_id": visit.besok_id, "nr": nr, "avsnitt": part, "synpunkt": remark,
            "inkommen": working_day(visit.utkast + dt.timedelta(s.integer(2, 10))),
            "utfall": None if open_still else outcome, "atgard": None if open_still else how,
        }  # fmt: skip


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(15)))
