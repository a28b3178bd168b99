"""Tertials are locked by the units' completed forms; what has changed since is written down for
the report (`PROCESSED/<year>/las.json`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.disposal.record import VOUCHED, disposals
from pipeline.facts.dataset import open_dataset
from pipeline.facts.fact import Fact, canonical
from pipeline.intake.store import write_json
from pipeline.privacy.key import PseudonymKey, key_of
from pipeline.report.completeness import role
from pipeline.report.locks import FILE
from pipeline.report.tertial import LAST_DAYS, earliest_lock
from pipeline.run.execute import Job
from pipeline.run.plan import chapters, common
from pipeline.run.planning import plan
from pipeline.trace.cellset import WHOLE_ROW
from pipeline.trace.lock import record
from pipeline.trace.lock.cells import LockedCells
from pipeline.trace.lock.changes import ADDED, CHANGED, DISPOSED, Change, changes
from pipeline.trace.reach import Lineage
from pipeline.trace.tables import Tables
from pipeline.workspace import Workspace, load_kommun

FORM, NOTEBOOK = "sammanstallning", "tertial.ipynb"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Completed:
    """A form as a unit has filled it in. `by`: a role, "" where none is said; `date`: None where
    none is said."""

    year: int
    tertial: str
    unit: str
    by: str
    date: dt.date | None

    @property
    def lacks(self) -> str:
        """Why it does not lock, in Swedish; empty where it does."""
        if not self.by:
            return "rollen som sammanställt saknas"
        if self.date is None:
            return "datumet saknas"
        earliest = earliest_lock(self.year, self.tertial)
        if self.date < earliest:
            return f"sammanställd {self.date}, men samtal kommer in sent: låser tidigast {earliest}"
        return ""


def completed(workspace: Workspace, year: int) -> list[Completed]:
    """The forms of a year, by tertial and unit; of another year's than their folder's none."""
    rows = open_dataset(workspace, FORM, year, year).table
    found = [
        Completed(year, r["tertial"], r["enhet"], role(r["sammanstalld_av"]), r["datum"])
        for r in (rows.to_pylist() if rows is not None else ())
        if r["ar"] == year
    ]
    return sorted(found, key=lambda c: (c.tertial, c.unit))


def lock(workspace: Workspace, year: int, say: Say) -> list[Path]:
    """Lock what completed forms of `year` and earlier lock and nothing has locked before. Returns
    the files that were written into RAW."""
    written: list[Path] = []
    for each in (y for y in workspace.years() if y <= year):
        new = [c for c in completed(workspace, each) if not (c.lacks or _locked(workspace, c))]
        if not new:
            continue
        key = key_of(workspace)
        cells = LockedCells(Tables(workspace, each), key)
        for tertial in sorted({c.tertial for c in new}):
            facts = _compiled(workspace, each, tertial)
            for c in (c for c in new if c.tertial == tertial):
                say(f"{tertial} {each} låses för {_label(workspace, c.unit)}.")
                groups = cells.groups(each, tertial, c.unit)
                told = {k: _digest(key, f) for k, f in _of_unit(facts, tertial, c.unit).items()}
                made = record.Lock(
                    each, tertial, c.unit, c.by, str(c.date), key.fingerprint, groups, told
                )
                written.append(record.write(workspace.raw, made))
    return written


def standing(workspace: Workspace, year: int, tertial: str) -> dict[str, str]:
    """Unit → how its form of a tertial stands, in a sentence; every unit of the catalogue."""
    forms = {c.unit: c for c in completed(workspace, year) if c.tertial == tertial}
    of_tertial = {k.unit: k for k in record.heads(workspace.raw, year) if k.tertial == tertial}
    fingerprint = key_of(workspace).fingerprint
    made = {}
    for unit in (o.value for o in load_kommun(workspace.raw).enheter):
        if unit in of_tertial:
            held = of_tertial[unit]
            made[unit] = f"Låst: sammanställd {held.date} av {held.by}"
            if held.key != fingerprint:
                made[unit] += ". Nyckeln har bytts sedan dess: ändringar går inte att se"
        elif unit in forms:
            made[unit] = f"Inte låst: {forms[unit].lacks}"
        else:
            made[unit] = "Inte låst: ingen sammanställning är inlämnad"
    return made


def write_changes(workspace: Workspace, year: int, say: Say, date: dt.date | None = None) -> None:
    """Write down for the report of `year` how its tertials stand, and every change in a locked
    tertial of it or of an earlier year, with the numbers that it moved."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in (y for y in workspace.years() if y <= year):
        for made in _changes(workspace, year, each, date):
            same = found.setdefault((made["adress"], made["andring"]), made)
            for of_lock in ("lasta", "andrade", "raknas"):
                same[of_lock] = list(dict.fromkeys([*same[of_lock], *made[of_lock]]))
    told = [
        {"tertial": t, "enhet": _label(workspace, unit), "text": text}
        for t in LAST_DAYS
        for unit, text in standing(workspace, year, t).items()
    ]
    write_json(
        {"las": told, "andringar": list(found.values())}, workspace.processed / str(year) / FILE
    )
    if found:
        say(f"Obs: {len(found)} ändringar har gjorts i låsta tertial. Se kapitlet om avstämning.")


def _changes(
    workspace: Workspace, year: int, of_year: int, date: dt.date | None
) -> list[dict[str, Any]]:
    key, gone = key_of(workspace), disposals(workspace.raw)
    cells = LockedCells(Tables(workspace, of_year), key)
    found = [  # one lock at a time is held: its rows may be many
        (replace(k, groups=()), c)
        for k in record.each(workspace.raw, of_year)
        if k.key == key.fingerprint
        for c in changes(k, cells, gone)
        if c.kind != DISPOSED
    ]
    if not found:
        return []
    jobs = chapters(workspace, year, "intern", date)
    report = plan(workspace, year, "intern", jobs, None).facts
    counting = Lineage(workspace, year, [f.record() for f in report.values()])
    made = []
    for tertial in sorted({k.tertial for k, _ in found}):
        facts = _compiled(workspace, of_year, tertial)
        moving = Lineage(workspace, of_year, [f.record() for f in facts.values()])
        for held_by, change in ((k, c) for k, c in found if k.tertial == tertial):
            mine = _of_unit(facts, tertial, held_by.unit)
            moved = [k for k, f in mine.items() if held_by.facts.get(k) != _digest(key, f)]
            could = _could(change, moving, mine)
            hit = [facts[k].title for k in moved if k in could]
            # What is looked up elsewhere is of the tertial only as far as its numbers go.
            if change.own or hit:
                counted = _counted(change, counting)
                also = [f.title for k, f in report.items() if k in counted]
                made.append(_told(workspace, year, change) | {"andrade": hit, "raknas": also})
    return made


def _could(change: Change, lineage: Lineage, facts: Mapping[str, Fact]) -> set[str]:
    """The facts of the compilation that the change can have moved: of a row that came or went
    all that count in its table."""
    if change.kind == CHANGED and change.cell is not None:
        return lineage.could_change(change.cell.sheet, change.cell.row, change.field)
    return {k for k, f in facts.items() if f.definition["dataset"] == change.table}


def _counted(change: Change, lineage: Lineage) -> set[str]:
    """The report's facts that count what changed; of a row that is gone nobody can tell."""
    if change.cell is None or (change.field == WHOLE_ROW and change.kind != ADDED):
        return set()
    sheet, row = change.cell.sheet, change.cell.row
    if change.kind == CHANGED:
        return lineage.counts_in(sheet, row, change.field)
    fields = lineage.tables.sources[sheet.year][sheet.kalla]["columns"]
    return {k for field in fields for k in lineage.counts_in(sheet, row, field)}


def _told(workspace: Workspace, year: int, change: Change) -> dict[str, Any]:
    book = Tables(workspace, year).forms.books[change.table]
    of_year = change.cell.sheet.year if change.cell else change.year
    prefix = "" if of_year == year else f"{of_year}/"
    return {
        "lasta": [f"{_label(workspace, change.unit)}, {change.tertial} {change.year}"],
        "adress": f"{prefix}{change.address}",
        "uppgift": book.field(change.field).title if change.field else "Hela raden",
        "andring": change.kind,
    }  # fmt: skip


def _compiled(workspace: Workspace, year: int, tertial: str) -> dict[str, Fact]:
    """Every number of a tertial's compilation, as it is now."""
    given = {**common(workspace, year, "intern"), "tertial": tertial, "enhet": ""}
    return plan(workspace, year, "intern", [Job(NOTEBOOK, "tertial", given)], None).facts


def _of_unit(facts: Mapping[str, Fact], tertial: str, unit: str) -> dict[str, Fact]:
    ending = f"_{tertial.lower()}_{unit}"
    return {k: f for k, f in sorted(facts.items()) if f.name.endswith(ending)}


def _digest(key: PseudonymKey, fact: Fact) -> str:
    told = fact.record()
    return key.pseudonym(f"\0tal\0{canonical([told[k] for k in VOUCHED])}")


def _locked(workspace: Workspace, c: Completed) -> bool:
    return record.path_of(workspace.raw, c.year, c.tertial, c.unit).is_file()


def _label(workspace: Workspace, unit: str) -> str:
    options: Sequence[Any] = load_kommun(workspace.raw).enheter
    return next((str(o.label) for o in options if o.value == unit), unit)
