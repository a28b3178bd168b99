"""Rows handed in beside the case system's count."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.facts.dataset import codebooks
from pipeline.intake.year import clean_year
from pipeline.report.completeness import Completeness, attested, completeness
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace, load_kommun

HEADER = ["Enhet", "Vad som är räknat", "Antal i verksamhetssystemet", "Uttagsdatum",
          "Intygat av (roll)"]  # fmt: skip
DAY = dt.datetime(2026, 1, 20)
KOMMUN = '[[enheter]]\nkod = "norra"\nnamn = "Norra"\n[[enheter]]\nkod = "sodra"\nnamn = "Södra"\n'


def workspace(folder: Path, rows: list[list[Any]]) -> Workspace:
    """`avstamning` read as a file; the counted tables put in place as they would be."""
    made = Workspace(folder / "raw", folder / "processed", folder / "reports")
    (made.raw / "2025").mkdir(parents=True)
    (made.raw / "kommun.toml").write_text(KOMMUN, encoding="utf-8")
    book = openpyxl.Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    book.save(made.raw / "2025" / "avstämning.xlsx")
    load_kommun.cache_clear()
    codebooks.cache_clear()
    out = made.processed / "2025"
    clean_year(made, 2025, out)
    validate_year(made, 2025, out)
    units = ["norra", "norra", "norra", "sodra"]
    for name, ids in {"bakgrund": ["1", "2", "3", "4"], "avslut": ["1", "1", "2", "4"]}.items():
        pq.write_table(pa.table({"enhet": units, "insats_id": ids}), out / f"{name}.parquet")
    return made


def told(found: Completeness) -> tuple[Any, ...]:
    numbers = (found.handed_in.value, found.system.value, found.missing.value)
    return found.unit.value, found.table, *numbers, found.agrees


FULL = [
    ["Norra", "Påbörjade insatser", 3, DAY, "Systemförvaltare"],
    ["Södra", "Påbörjade insatser", 2, DAY, "Systemförvaltare"],
    ["Norra", "Avslutade insatser", 2, DAY, "Systemförvaltare"],
]


def test_each_unit_and_form_is_set_beside_the_case_system(tmp_path: Path) -> None:
    found = completeness(workspace(tmp_path, FULL), 2025)
    assert [told(c) for c in found] == [
        ("norra", "bakgrund", 3, 3, 0, True),
        ("sodra", "bakgrund", 1, 2, 1, False),
        ("norra", "avslut", 2, 2, 0, True),  # two answered about insats 1: it counts once
        ("sodra", "avslut", 1, None, None, None),
    ]
    assert (found[0].drawn, found[0].attested_by) == ("2026-01-20", "Systemförvaltare")
    assert found[1].missing.parents == (found[1].system, found[1].handed_in)


@pytest.mark.parametrize(("missing", "expected"), [(1, True), (2, False)])
def test_attested_means_every_count_agrees(tmp_path: Path, missing: int, expected: bool) -> None:
    rows = [*FULL[:1], ["Södra", "Påbörjade insatser", missing, DAY, "SAS"], FULL[2],
            ["Södra", "Avslutade insatser", 1, DAY, "SAS"]]  # fmt: skip
    assert attested(workspace(tmp_path, rows), 2025) is expected


def test_the_latest_count_of_a_unit_is_the_one_that_holds(tmp_path: Path) -> None:
    later = ["Norra", "Påbörjade insatser", 9, DAY + dt.timedelta(days=1), "SAS"]
    found = completeness(workspace(tmp_path, [later, *FULL]), 2025)
    assert told(found[0])[3] == 9
