"""A small municipality whose files go through intake and validation, as in a year's run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.intake.year import clean_year
from pipeline.validation.records import Finding, ValidationSummary
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace
from tests.municipality import at, settings, write_form, write_text

KOMMUN = settings("Exempelkommun", ["norr=Öppenvård Norr", "soder=Öppenvård Söder"], ["MET", "KBT"])
BACKGROUND = ("Insats-id", "Enhet", "Insats", "Startdatum", "Ålder vid start", "Kön", "Problem")
CLOSING = (
    "Insats-id",
    "Slutdatum",
    "Vem svarar?",
    "Svarsdatum",
    "Nöjd med kontakten",
    "Nöjd med resultatet",
)
START = ("A1", "Öppenvård Norr", "MET", "2025-01-10", 34, "Kvinna", "Alkohol")
END = ("A1", "2025-06-01", "Klient", "2025-06-20", 5, 4)
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Year:
    """A validated year: its folder and what it says."""

    workspace: Workspace
    out: Path
    summary: ValidationSummary

    def parquet(self, name: str) -> pa.Table:
        return pq.read_table(self.out / f"{name}.parquet")

    def table(self, name: str) -> list[dict[str, Any]]:
        return self.parquet(name).to_pylist()

    def findings(self, action: str = "", check: str = "") -> list[Finding]:
        return [
            f
            for f in self.summary.findings
            if action in ("", f.atgard) and f.kontroll.endswith(check)
        ]


class Municipality:
    """Writes files into RAW and runs a year."""

    def __init__(self, root: Path) -> None:
        self.workspace = at(root)
        self.workspace.raw.mkdir(parents=True)
        (self.workspace.raw / "kommun.toml").write_text(KOMMUN, encoding="utf-8")

    def form(self, doc: Mapping[str, Any]) -> None:
        write_form(self.workspace, doc)

    def sheet(self, file: str, *rows: Sequence[Any], year: int = 2025, name: str = "Svar") -> None:
        """A sheet of a workbook; a workbook that exists gets another."""
        path = self._path(file, year)
        book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
        page = book.create_sheet(name) if path.exists() else book.active
        page.title = name
        for row in rows:
            page.append(list(row))
        book.save(path)

    def text(self, file: str, *rows: Sequence[Any], year: int = 2025) -> None:
        write_text(self._path(file, year), rows)

    def clean(self, year: int = 2025) -> Path:
        out = self.workspace.processed / str(year)
        out.mkdir(parents=True)
        clean_year(self.workspace, year, out)
        return out

    def run(self, year: int = 2025) -> Year:
        out = self.clean(year)
        return Year(self.workspace, out, validate_year(self.workspace, year, out))

    def one_year(self, closing: Rows = (), background: Rows = (START,)) -> Year:
        """A year with background forms and, if any, closing forms."""
        self.sheet("bakgrund.xlsx", BACKGROUND, *background)
        if closing:
            self.sheet("avslut.xlsx", CLOSING, *closing)
        return self.run()

    def _path(self, file: str, year: int) -> Path:
        path = self.workspace.raw / str(year) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@pytest.fixture
def municipality(tmp_path: Path) -> Municipality:
    return Municipality(tmp_path)


def changed(row: Sequence[Any], **cells: Any) -> tuple[Any, ...]:
    """A row with other cells: `changed(END, _4=7)` puts 7 in the fifth column."""
    made = list(row)
    for place, value in cells.items():
        made[int(place[1:])] = value
    return tuple(made)
