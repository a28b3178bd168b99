"""Bevakningslista: ended insatser that nobody has answered about, for the unit's own work.

Every ended insats shall be followed up (Östersund's routine, 3.1), without exception: those who
declined, or where a conversation was judged unsuitable, are listed with that reason. The deceased
are not. It is casework inside the unit and no report: no fact comes from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.workspace import Workspace

TABLE = "avslut"
# Somebody has answered: who it was, or when, is known. As chapter 15 counts.
ANSWERED = "respondent IS NOT NULL OR svarsdatum IS NOT NULL"
DECEASED = "avslutsorsak = 'avliden' OR bortfallsorsak = 'avliden'"
READ = (
    "insats_id", "enhet", "insats", "slutdatum", "avslutsorsak", "erbjuden", "bortfallsorsak",
    "_kalla", "_rad",
)  # fmt: skip
YES_NO = {True: "Ja", False: "Nej", None: ""}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One insats, by its pseudonym. `ended` is None where the date is missing; `days` since then.
    Texts are the codebook's labels, "" where nothing is said. `file`, `sheet` ("" of a file
    without sheets) and `row`: where it lies."""

    insats_id: str
    unit: str
    insats: str
    ended: dt.date | None
    days: int | None
    cause: str
    offered: str
    reason: str
    file: str
    sheet: str
    row: int


def waiting(
    workspace: Workspace, year: int, day: dt.date
) -> Mapping[str, tuple[Waiting, ...]] | None:
    """Unit → its insatser that ended by `day` and have no answer, the oldest first; units in the
    catalogue's order, also those that have none, and "" for insatser without a known unit.
    None where the form is missing."""
    found = open_dataset(workspace, TABLE, year, year)
    if found.table is None:
        return None
    settled = p.either(p.parse(ANSWERED), p.parse(DECEASED))
    table = found.table.select(list(READ))
    done = table["insats_id"].filter(pa.array(found.selected(settled))).unique()
    ended = pc.or_kleene(
        pc.is_null(table["slutdatum"]), pc.less_equal(table["slutdatum"], pa.scalar(day))
    )
    left = pc.and_(ended, pc.invert(pc.is_in(table["insats_id"], value_set=done)))
    listed: dict[str, list[Waiting]] = {
        str(c.value): [] for c in found.dimensions["enhet"].categories
    }
    for row in table.filter(left).to_pylist():
        listed.setdefault(row["enhet"] or "", []).append(_waiting(found, row, day))
    return {unit: tuple(sorted(rows, key=_oldest)) for unit, rows in listed.items()}


def _waiting(found: Dataset, row: Mapping[str, Any], day: dt.date) -> Waiting:
    def label(column: str) -> str:
        value = row[column]
        return "" if value is None else found.dimensions[column].label(value)

    ended = row["slutdatum"]
    file, _, sheet = row["_kalla"].partition("!")
    return Waiting(
        insats_id=row["insats_id"],
        unit=label("enhet"),
        insats=label("insats"),
        ended=ended,
        days=None if ended is None else (day - ended).days,
        cause=label("avslutsorsak"),
        offered=YES_NO[row["erbjuden"]],
        reason=label("bortfallsorsak"),
        file=file,
        sheet=sheet,
        row=row["_rad"],
    )


def _oldest(one: Waiting) -> tuple[dt.date, str, str, int]:
    return one.ended or dt.date.min, one.file, one.sheet, one.row
