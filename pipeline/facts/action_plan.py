"""The action plan as it was decided: its measures, and the numbers that they name.

A measure rests on a finding (`brist_ref`) and, when it is done, on evidence of its effect
(`effekt_belagg`): each the name of a number that a chapter shows. Evidence may be words instead.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.named import (
    REFERENCE,
    MergedAwayError,
    Names,
    UnknownNameError,
    from_json,
    parse,
    path,
)
from pipeline.workspace import Workspace

TABLE = "handlingsplan"
SNAPSHOT = f"{TABLE}.parquet"  # the plan as it was, in the internal part of a release
OPEN = ("planerad", "pagar")
SECTOR = "Hela sektorn"


@dataclass(frozen=True, slots=True)
class Measure:
    """One row. Texts are the codebook's labels where it has any, "" where nothing is said; `codes`
    are the values. `places`: field → the address of its cell."""

    atgard_id: str
    brist_ref: str
    applies_to: str
    typ: str
    atgard: str
    ansvarig: str
    slut: dt.date | None
    prioritet: str
    status: str
    genomford: dt.date | None
    effekt_belagg: str
    codes: Mapping[str, Any]
    places: Mapping[str, str]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.codes["status"] in OPEN


def measures(workspace: Workspace, year: int) -> tuple[Measure, ...] | None:
    """The plan of the year measured: the sector's measures, then each unit's as the catalogue has
    them, the most urgent first. None where there is no plan."""
    found = open_dataset(workspace, TABLE, year, year)
    if found.table is None:
        return None
    columns = _columns(workspace.processed / str(year) / "kallor.json")
    order = {
        name: {c.value: i for i, c in enumerate(found.dimensions[name].categories)}
        for name in ("enhet", "prioritet")
    }

    def urgency(row: Mapping[str, Any]) -> tuple[int, int, dt.date, str]:
        place = {n: order[n].get(row[n], len(order[n])) for n in order}
        unit = -1 if row["enhet"] is None else place["enhet"]
        return unit, place["prioritet"], row["slut"] or dt.date.max, row["atgard_id"]

    rows = sorted(found.table.to_pylist(), key=urgency)
    return tuple(_measure(found, row, columns.get(row["_kalla"], {})) for row in rows)


def _measure(found: Dataset, row: Mapping[str, Any], columns: Mapping[str, Any]) -> Measure:
    def label(name: str) -> str:
        return "" if row[name] is None else found.dimensions[name].label(row[name])

    where = {name: f"{row['_kalla']}!{c[0]}{row['_rad']}" for name, c in columns.items() if c}
    sector = SECTOR if row["niva"] == "sektor" else ""
    return Measure(
        atgard_id=row["atgard_id"],
        brist_ref=row["brist_ref"] or "",
        applies_to=label("enhet") or sector,
        typ=label("typ"),
        atgard=row["atgard"] or "",
        ansvarig=row["ansvarig"] or "",
        slut=row["slut"],
        prioritet=label("prioritet"),
        status=label("status"),
        genomford=row["genomford"],
        effekt_belagg=row["effekt_belagg"] or "",
        codes=row,
        places=where,
    )


def snapshot(workspace: Workspace, year: int, stage: str = "maj") -> Mapping[str, str] | None:
    """Measure → its status, as it was when a stage of the year was last released; None where it has
    not been."""
    folders = (workspace.raw / str(year) / "protokoll" / "utgavor").glob(f"[0-9]*-{stage}")
    kept = [f for folder in sorted(folders) if (f := folder / "intern" / SNAPSHOT).is_file()]
    if not kept:
        return None
    rows = pq.read_table(kept[-1], columns=["atgard_id", "status"]).to_pylist()
    return {r["atgard_id"]: r["status"] for r in rows}


def names_a_number(text: str) -> bool:
    """Whether a text is the name of a number, known or not, rather than words."""
    return REFERENCE.match(text.strip()) is not None


def wrong_names(found: Iterable[Measure], names: Names) -> Iterator[tuple[str, str]]:
    """(address, why) of each cell that names a number that no chapter shows."""
    for measure in found:
        named = {"brist_ref": measure.brist_ref}
        if names_a_number(measure.effekt_belagg):
            named["effekt_belagg"] = measure.effekt_belagg
        for field, text in named.items():
            try:
                if text:
                    names.find(parse(text))
            except MergedAwayError:
                continue
            except UnknownNameError as error:
                yield measure.places.get(field, ""), str(error)


def unfollowed(workspace: Workspace, year: int) -> Iterator[tuple[str, str]]:
    """`wrong_names` of the year's plan and the internal edition's numbers, as written down."""
    told = from_json(path(workspace.processed, year, "intern").read_text(encoding="utf-8"))
    yield from wrong_names(measures(workspace, year) or (), Names(told, year, "intern"))


def overdue(day: dt.date) -> str:
    """The measures that should have been done by `day` and are not, as a predicate."""
    listed = ", ".join(f"'{s}'" for s in OPEN)
    return f"status IN ({listed}) AND slut < DATE '{day.isoformat()}'"


def _columns(file: Path) -> Mapping[str, Mapping[str, Any]]:
    told = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {source: entry.get("columns", {}) for source, entry in told.items()}
