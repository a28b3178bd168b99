"""The visits of a year as they are noted, and what has been frozen about them.

Files of a visit lie in the folder of the calendar year in which it is made.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.audit.reports import TABLES
from pipeline.audit.visits import file_name
from pipeline.errors import GateError, UppfoljningError
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.workspace import Workspace

PLAN = "uppfoljningsplan"
FROZEN = Path("protokoll") / "verksamhet"
RECORD, NUMBERS = "utgava.json", "tal.json"
DRAFT, FINAL = "v0", "v1"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit. `unit`: what is followed up, as people call it; `plan`: its row."""

    id: str
    unit: str
    plan: Row


@dataclass(frozen=True, slots=True)
class Version:
    """A report as it was sent. `by`: the role that decided; `numbers`: what it showed, as rows of
    a ledger; `grades`: (area, number, grade) of every finding."""

    name: str
    day: dt.date
    by: str
    folder: Path
    numbers: Sequence[Row]
    grades: Sequence[tuple[str, int, str]]


def visits(workspace: Workspace, year: int) -> tuple[Visit, ...]:
    """The visits that have something noted, in the plan's order of days. Those whose number cannot
    name a folder are left out: `unnamed` tells them."""
    return tuple(v for v in _noted(workspace, year) if is_named(v.id))


def unnamed(workspace: Workspace, year: int) -> tuple[str, ...]:
    """What keeps a visit from having a report: a number that cannot name a folder, rows about a
    visit that the plan does not have. A line each, with the file and sheet."""
    told = [
        f"{v.plan['_kalla']}, rad {v.plan['_rad']}: besökets nummer ”{v.id}” kan inte heta så. "
        "Bokstäver, siffror, bindestreck och understreck går bra. Besöket får ingen rapport."
        for v in _noted(workspace, year)
        if not is_named(v.id)
    ]
    planned = {r["besok_id"] for r in rows(workspace, year, PLAN)}
    for table in (*TABLES, "korrektur"):
        strange = [r for r in rows(workspace, year, table) if r["besok_id"] not in planned]
        for visit, source in sorted({(r["besok_id"], r["_kalla"]) for r in strange}):
            told.append(
                f"{source}: besöket {visit} står inte i uppföljningsplanen för {year}. "
                "Raderna kommer inte med i någon rapport."
            )
    return tuple(told)


def is_named(visit: str) -> bool:
    """Whether a visit's number can name its folder."""
    try:
        return bool(file_name(visit))
    except UppfoljningError:
        return False


def _noted(workspace: Workspace, year: int) -> list[Visit]:
    held = {r["besok_id"] for table in TABLES for r in rows(workspace, year, table)}
    plan = open_dataset(workspace, PLAN, year, year)
    found = [r for r in rows(workspace, year, PLAN) if r["besok_id"] in held]
    found.sort(key=lambda r: (r["besoksdatum"] or dt.date.max, r["besok_id"]))
    return [
        Visit(r["besok_id"], plan.dimension("enhet").label(r["enhet"]), r)
        for r in found
    ]  # fmt: skip


def rows(workspace: Workspace, year: int, table: str, visit: str = "") -> list[dict[str, Any]]:
    """The rows of a table, of one visit or of all, as they lie; none where there is no such
    table."""
    found: Dataset = open_dataset(workspace, table, year, year)
    if found.table is None:
        return []
    every = found.table.to_pylist()
    return [r for r in every if r["besok_id"] == visit] if visit else every


def folder_of(raw: Path, year: int, visit: str, version: str) -> Path:
    """Where a report lies as it was sent."""
    return raw / str(year) / FROZEN / visit / version


def version(raw: Path, year: int, visit: str, name: str) -> Version | None:
    """A report as it was sent, or None. Raises UppfoljningError where its record cannot be read,
    GateError where a file of it is another than when it was frozen."""
    folder = folder_of(raw, year, visit, name)
    if not folder.is_dir():
        return None
    where = f"protokoll/verksamhet/{visit}/{name}"
    restore = (
        "Gör så här: hämta tillbaka mappen ur säkerhetskopian; den skrivs en gång och ska inte "
        "ändras."
    )
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        made = Version(
            name, dt.date.fromisoformat(told["datum"]), str(told["beslutad_av"]), folder,
            json.loads((folder / NUMBERS).read_text(encoding="utf-8")),
            [(g["omrade"], int(g["nr"]), g["farg"]) for g in told["bedomningar"]],
        )  # fmt: skip
        files = {f["namn"]: f["sha256"] for f in told["filer"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UppfoljningError(f"Rapporten i {where} går inte att läsa.\n{restore}") from error
    for file, digest in files.items():
        path = folder / file
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise GateError(f"{where}/{file} är inte som när rapporten frystes.\n{restore}")
    return made
