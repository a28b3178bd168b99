"""Which numbers: drawn by the manifest's own hash, so that the draw can be repeated by anyone and
chosen by no one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from pipeline.crate.record import FILE as CRATE
from pipeline.crate.record import read as read_crate
from pipeline.errors import UsageError
from pipeline.trace.tables import Tables
from pipeline.trace.verify.disposed import disposed_in
from pipeline.workspace import Workspace

KINDS = ("count", "share", "mean")
MOST_ROWS = 2000
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draw:
    """The facts drawn, in the order of the draw. `among`: how many could have been."""

    facts: tuple[Record, ...]
    shown: Mapping[str, tuple[Record, ...]]  # fact → its occurrences
    seed: str
    among: int
    manifest: Record


def draw(workspace: Workspace, year: int, n: int = 25, edition: str = "intern") -> Draw:
    """Draw `n` of the counts, shares and means that the report shows and that rest on a table of
    at most MOST_ROWS rows. Raises UsageError where there is no edition or `n` is no number of
    facts."""
    folder = workspace.reports / str(year) / edition
    path = folder / CRATE
    if not path.is_file():
        raise UsageError(f"Det finns ingen rapport för {year}. Kör make annual YEAR={year} först.")
    if n < 1:
        raise UsageError("Antalet tal i stickprovet ska vara minst 1.")
    seed = hashlib.sha256(path.read_bytes()).hexdigest()
    shown: dict[str, tuple[Record, ...]] = {}
    for row in pq.read_table(folder / "forekomster.parquet").to_pylist():
        shown[row["fact"]] = (*shown.get(row["fact"], ()), row)
    facts = pq.read_table(folder / "faktaregister.parquet").to_pylist()
    tables = Tables(workspace, year)
    gone = disposed_in(workspace, year, folder).facts  # nothing is left to recompute them from
    able = [r for r in facts if r["id"] in shown and r["id"] not in gone and _able(r, tables)]
    return Draw(
        tuple(drawn(able, seed, n)), shown, seed, len(able), read_crate(folder),
    )  # fmt: skip


def drawn(facts: Iterable[Record], seed: str, n: int) -> list[Record]:
    """The `n` facts with the smallest sha256 of seed and id, in that order."""
    return sorted(facts, key=lambda r: rank(seed, r["id"]))[:n]


def rank(seed: str, fact: str) -> str:
    """A fact's place in the draw."""
    return hashlib.sha256(f"{seed}{fact}".encode()).hexdigest()


def _able(record: Record, tables: Tables) -> bool:
    definition = json.loads(record["definition"])
    if record["kind"] not in KINDS or record["value"] is None:
        return False
    name = definition["dataset"]
    if name not in tables.forms.books:
        return False  # rows and cells that the pipeline itself counts
    if tables.forms.books[name].protects == "staff":
        return False  # whose rows nobody is shown
    rows = tables.dataset(name, tables.year + definition["period"]).table
    return rows is not None and rows.num_rows <= MOST_ROWS
