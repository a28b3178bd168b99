"""The compilation of a tertial (bilaga 4): a document a unit and one for the sector, all made by
one notebook. What a cell shows for one of them is marked with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, share
from pipeline.facts.table import FactTable, Joined
from pipeline.report import author, context

SECTOR, SECTOR_NAME = "sektor", "Hela sektorn"
LAST_DAYS = {"T1": (4, 30), "T2": (8, 31), "T3": (12, 31)}
SETTLED = dt.timedelta(45)  # conversations arrive late: a tertial is not locked before


@dataclass(frozen=True, slots=True)
class Part:
    """One document. `unit`: the unit's code, or SECTOR. `started`: rows of bakgrund of insatser
    that began in the tertial, `ended`: rows of avslut of those that ended in it."""

    unit: str
    label: str
    tertial: str
    started: Dataset
    ended: Dataset

    def named(self, what: str) -> str:
        """The name of one of its facts."""
        return f"{what}_{self.tertial.lower()}_{self.unit}"

    def titled(self, what: str) -> str:
        """The title of one of its facts or tables."""
        return f"{what}, {self.label} {self.tertial}"


def last_day(year: int, tertial: str) -> dt.date:
    """The day a tertial ends."""
    return dt.date(year, *LAST_DAYS[tertial])


def earliest_lock(year: int, tertial: str) -> dt.date:
    """The first day on which a completed form locks the tertial."""
    return last_day(year, tertial) + SETTLED


def ended_by(year: int, day: dt.date) -> list[str]:
    """The tertials of a year that are over on a day."""
    return [t for t in LAST_DAYS if last_day(year, t) <= day]


def units() -> dict[str, str]:
    """Code → name of the documents: the units of the catalogue, and the sector last."""
    of_unit = author.data("bakgrund").dimension("enhet").categories
    return {str(c.value): c.label for c in of_unit} | {SECTOR: SECTOR_NAME}


def parts(tertial: str, unit: str = "") -> Iterator[Part]:
    """The documents of a tertial, or only the one of `unit`. What is displayed while one of them
    is at hand belongs to it. Raises UsageError for a unit that is not in the catalogue."""
    known = units()
    if unit and unit not in known:
        raise UsageError(f"Enheten ”{unit}” finns inte (finns: {', '.join(known)}).")
    for code, label in known.items():
        if unit in ("", code):
            with context.part(code):
                yield Part(
                    code, label, tertial,
                    _rows("bakgrund", "start_tertial", tertial, code),
                    _rows("avslut", "slut_tertial", tertial, code),
                )  # fmt: skip


def distribution(part: Part, over: str, what: str, name: str, answers: bool = False) -> Joined:
    """How a column is distributed, number beside share, without those who have no value.
    `answers`: of the ended insatser's answers, else of the started insatser. `name`: of the
    facts, `what`: of the table."""
    rows = part.ended if answers else part.started
    number: FactTable = count(
        rows, by=over, name=part.named(f"{name}_antal"), title=part.titled(what)
    )
    of_all: FactTable = share(rows, over=over, name=part.named(name), title=part.titled(what))
    number = number.answered().shown()
    return number | of_all.only(*number.classes[0])


def answered(part: Part, column: str, name: str) -> Fact:
    """The share of the ended insatser about which somebody has answered a question."""
    known: Fact = share(
        part.ended, f"{column} IS NOT NULL", of="insats_id IS NOT NULL", distinct="insats_id",
        name=part.named(name), title=part.titled("Avslutade insatser med svar"),
    )  # fmt: skip
    return known


def lay(table: FactTable | Joined, otherwise: str, note: str = "") -> None:
    """A table; where nothing is to be counted the sentence `otherwise`."""
    first = table.tables[0] if isinstance(table, Joined) else table
    if first.missing or first.classes[0]:
        author.show(table, note)
    else:
        author.say(otherwise, "note")


def _rows(name: str, column: str, tertial: str, unit: str) -> Dataset:
    within = p.to_sql(p.equals(column, tertial))
    rows = author.data(name).where(within)
    return rows if unit == SECTOR else rows.where(p.to_sql(p.equals("enhet", unit)))
