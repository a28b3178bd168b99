"""What validation leaves behind about a year, as frozen values; none of them holds a cell's value.

Written beside the tables (`balance.json`, `kontroller.json`, `rader.parquet`, `celler.parquet`)
and read back from there, so that pages and terminal say what the files say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DUPLICATE, QUARANTINED, BLANKED, FLAGGED = "dubblett", "karantan", "tomd", "flaggad"
MASKED = "maskerad"
PROCESSED = "behandlad"
ACTIONS: Mapping[str, str] = {  # in the order a person mends them
    QUARANTINED: "Raden ligger i karantän och räknas inte",
    MASKED: "Personuppgiften är maskerad i allt som görs av filen",
    BLANKED: "Cellen räknas som tom, raden räknas",
    FLAGGED: "Uppgiften räknas, men bör kontrolleras",
    DUPLICATE: "Raden är en dubblett och räknas inte",
}
DUPLICATE_TODO = "Stämmer det inte: ta bort den rad som är fel, eller ge raderna olika id."
ROWS_SCHEMA = pa.schema(
    [("_kalla", pa.string()), ("_rad", pa.int64())]
    + [(n, pa.string()) for n in ("fil", "tabell", "status", "orsak")]
)
CELLS_SCHEMA = pa.schema(
    [("_kalla", pa.string()), ("_rad", pa.int64())]
    + [(n, pa.string()) for n in ("fil", "tabell", "falt", "adress", "atgard", "kontroll", "orsak")]
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The balance of a file: `rows = processed + duplicates + quarantined`."""

    rows: int = 0
    processed: int = 0
    duplicates: int = 0
    quarantined: int = 0
    cells_blanked: int = 0
    cells_masked: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def balanced(self) -> bool:
        return self.rows == self.processed + self.duplicates + self.quarantined

    def json(self) -> dict[str, int]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell or row to look at. `kolumn`: the column's title as the form writes it."""

    kalla: str
    rad: int
    fil: str
    tabell: str
    falt: str
    adress: str
    atgard: str
    kontroll: str
    orsak: str
    kolumn: str = ""
    allmant: str = ""  # the check's reason, the same for all its cells
    gor_sa: str = ""
    att_gora: bool = True

    @property
    def sheet(self) -> str:
        """The sheet of its file; empty for a file without sheets."""
        return self.kalla.removeprefix(self.fil).removeprefix("!")

    @property
    def cell(self) -> str:
        """`H14` in its own sheet, `rad 14` where the file lacks the column; an address in
        another file is given whole."""
        if not self.adress:
            return f"rad {self.rad}"
        return self.adress.removeprefix(f"{self.kalla}!")


@dataclass(frozen=True, slots=True)
class Checked:
    """One expectation about one table: what it demands and how it went."""

    table: str
    kontroll: str
    falt: str
    title: str
    severity: str
    type: str
    krav: str
    orsak: str
    gor_sa: str
    att_gora: bool
    applied: bool
    evaluated: int
    unexpected: int


@dataclass(frozen=True, slots=True)
class ValidationSummary:
    """A year's validation. `tables`: name → title, `files`: file → balance."""

    year: int
    files: Mapping[str, Figures]
    tables: Mapping[str, str]
    checks: tuple[Checked, ...]
    findings: tuple[Finding, ...]

    @property
    def total(self) -> Figures:
        return sum(self.files.values(), Figures())


def read_summary(folder: Path, findings: bool = True) -> ValidationSummary:
    """The validation of a year from its files in `PROCESSED/<year>`. Without `findings` it has
    none: they may be hundreds of thousands."""
    balance = json.loads((folder / "balance.json").read_text(encoding="utf-8"))
    doc = json.loads((folder / "kontroller.json").read_text(encoding="utf-8"))
    checks = tuple(Checked(**c) for c in doc["checks"])
    by_id = {c.kontroll: c for c in checks}
    titles = {(c.table, c.falt): c.title for c in checks}
    rows = pq.read_table(folder / "celler.parquet").to_pylist() if findings else []
    return ValidationSummary(
        year=balance["year"],
        files={name: Figures(**f) for name, f in balance["files"].items()},
        tables=doc["tables"],
        checks=checks,
        findings=tuple(_finding(r, by_id, titles) for r in rows),
    )


def _finding(
    row: Mapping[str, Any],
    checks: Mapping[str, Checked],
    titles: Mapping[tuple[str, str], str],
) -> Finding:
    check = checks.get(row["kontroll"])
    return Finding(
        kalla=row["_kalla"],
        rad=row["_rad"],
        **{n: row[n] or "" for n in CELLS_SCHEMA.names[2:]},
        kolumn=titles.get((row["tabell"], row["falt"]), row["falt"] or ""),
        allmant=check.orsak if check else row["orsak"],
        gor_sa=check.gor_sa if check else DUPLICATE_TODO,
        att_gora=check.att_gora if check else False,
    )
