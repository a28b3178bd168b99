"""Editions that would silently differ from what was once reported are not built."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.disposal.record import Disposal, disposals
from pipeline.errors import GateError, UppfoljningError
from pipeline.trace.verify.disposed import told
from pipeline.workspace import Workspace

SHOWN = 5


def refuse_rebuilt(workspace: Workspace, year: int) -> None:
    """Raise UppfoljningError where rows of this very year have been destroyed."""
    if hit := tuple(r for r in disposals(workspace.raw) if r.year == year):
        rows = sum(r.rows for r in hit)
        raise UppfoljningError(
            f"Rapporten för {year} byggs inte om: {rows} rader i årets filer är borta, "
            f"{told(hit)}, och talen skulle bli andra än de som en gång redovisades. Den färdiga "
            "rapporten ligger kvar och går att verifiera.\nGör så här: vill du ändå ha en rapport "
            'över de rader som finns kvar, kör make annual med ARGS="--efter-gallring".'
        )


def refuse_resting(workspace: Workspace, year: int, edition: Path) -> None:
    """Raise GateError where a number of this new edition counts rows of a table and year in
    which rows have been destroyed: last year's numbers would differ from those once reported."""
    every = disposals(workspace.raw)
    if not every:
        return
    hit: dict[str, Disposal] = {}
    for row in pq.read_table(edition / "faktaregister.parquet").to_pylist():
        definition = json.loads(row["definition"])
        if "dataset" not in definition or definition["kind"] == "cited":
            continue
        of_year = year + int(definition["period"])
        for record in every:
            if definition["dataset"] in record.tables.get(of_year, ()):
                hit.setdefault(f"{row['title']}, {row['period']}", record)
    if hit:
        some = "".join(f"\n  {title}" for title in list(hit)[:SHOWN])
        more = f"\n  … och {len(hit) - SHOWN} till" if len(hit) > SHOWN else ""
        raise GateError(
            f"{len(hit)} tal i rapporten för {year} räknas i tabeller där rader är borta, "
            f"{told(tuple(hit.values()))}. De skulle inte bli desamma som när de redovisades:"
            f"{some}{more}\nGör så här: vill du räkna på de rader som finns kvar, kör make annual "
            'med ARGS="--efter-gallring". Den förra rapporten ligger kvar.'
        )
