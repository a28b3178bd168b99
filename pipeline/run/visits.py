"""The year's visits and what they rest on, read from the tables; the January plan, fixed once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.audit.january import January, fixed
from pipeline.audit.records import january_of, write_january
from pipeline.audit.visits import Visit
from pipeline.errors import UsageError
from pipeline.facts.dataset import codebooks
from pipeline.facts.visits import PLAN, rows
from pipeline.workspace import Workspace, load_kommun, per_datum

Say = Callable[[str], None]
Row = dict[str, Any]


def visits(workspace: Workspace, year: int) -> list[Visit]:
    """The rows of a year's plan, by day and number; those without a day last."""
    made = [_visit(workspace, row) for row in rows(workspace, year, PLAN)]
    return sorted(made, key=lambda v: (v.besoksdatum or dt.date.max, v.besok_id))


def earlier(workspace: Workspace, year: int) -> list[Visit]:
    """The rows of every earlier year's plan."""
    return [v for y in workspace.years() if y < year for v in visits(workspace, y)]


def visit_of(workspace: Workspace, year: int, besok_id: str) -> Visit:
    """One visit of the year's plan. Raises UsageError for one that does not stand in it."""
    found = visits(workspace, year)
    for one in found:
        if one.besok_id == besok_id:
            return one
    known = ", ".join(sorted(v.besok_id for v in found)) or "inga"
    what = f"Besöket {besok_id} står inte i" if besok_id else "Ange vilket besök, BESOK=…, ur"
    raise UsageError(f"{what} uppföljningsplanen för {year}.\nBesök som står där: {known}.")


def chosen(workspace: Workspace, table: str, field: str, row: Row) -> dict[str, str]:
    """The options of a list field that a row has: value → label, in the codebook's order."""
    asked = codebooks(workspace.raw)[table].field(field)
    return {
        str(c.value): c.label for c in asked.substantive if row.get(asked.option_column(c.value))
    }


def label(workspace: Workspace, table: str, field: str, value: Any) -> str:
    """What a category is called; an empty value is nothing."""
    options = codebooks(workspace.raw)[table].field(field).categories
    return next((c.label for c in options if c.value == value), str(value or ""))


def fix_plan(
    workspace: Workspace, year: int, date: dt.date | None, say: Say, now: bool = False
) -> list[Path]:
    """Fix the January plan where it is not fixed yet: when January is over by the edition's day,
    or `now`, because letters go out or a draw is made. Returns what was written into RAW."""
    day = per_datum(workspace, year, date)
    planned = visits(workspace, year)
    over = day >= dt.date(year, 1, 31)
    if not planned or not (now or over) or january_of(workspace.raw, year) is not None:
        return []
    path = write_january(workspace.raw, fixed(year, day.isoformat(), planned))
    say(f"Uppföljningsplanen för {year} är fastställd: {path.parent.name}/{path.name}.")
    return [path]


def fixed_plan(workspace: Workspace, year: int) -> January:
    """The January plan, which must be fixed."""
    found = january_of(workspace.raw, year)
    assert found is not None
    return found


def units(workspace: Workspace) -> dict[str, str]:
    """Everything that may be visited: code → name."""
    return {o.value: o.label for o in load_kommun(workspace.raw).verksamheter}


def _visit(workspace: Workspace, row: Row) -> Visit:
    def text(field: str) -> str:
        return str(row[field] or "")

    return Visit(
        besok_id=row["besok_id"],
        enhet=text("enhet"),
        name=label(workspace, PLAN, "enhet", row["enhet"]),
        dnr=text("dnr"),
        utforare=text("utforare"),
        regi=text("regi"),
        omraden=chosen(workspace, PLAN, "omraden", row),
        ansvarig=label(workspace, PLAN, "ansvarig", row["ansvarig"]),
        yrkeskategorier=chosen(workspace, PLAN, "yrkeskategorier", row),
        status=text("status"),
        **{d: row[d] for d in _days()},
    )


def _days() -> Iterator[str]:
    yield from ("forra_besoket", "besoksdatum", "informationsdatum", "urvalsbesked")
    yield "rapport_beslutad"
