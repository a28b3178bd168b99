"""Rows handed in beside the case system's count."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.report import completeness_table
from pipeline.report.blocks import plain
from pipeline.report.completeness import Completeness, completeness, explained, reasons
from pipeline.workspace import Workspace
from tests.municipality import establish, settings, tables, write_workbook

HEADER = ["Enhet", "Vad som är räknat", "Antal i verksamhetssystemet", "Uttagsdatum",
          "Intygat av (roll)", "Förklaring om antalen skiljer sig"]  # fmt: skip
DAY = dt.datetime(2026, 1, 20)
KOMMUN = settings("Provkommun", ["norra=Norra", "sodra=Södra"])


def workspace(folder: Path, rows: list[list[Any]]) -> Workspace:
    """`avstamning` read as a file; the counted tables put in place as they would be."""
    made = establish(folder, KOMMUN)
    write_workbook(made.raw / "2025" / "avstämning.xlsx", {"Svar": [HEADER, *rows]})
    tables(made, 2025)
    units = ["norra", "norra", "norra", "sodra"]
    for name, ids in {"bakgrund": ["1", "2", "3", "4"], "avslut": ["1", "1", "2", "4"]}.items():
        counted = pa.table({"enhet": units, "insats_id": ids})
        pq.write_table(counted, made.processed / "2025" / f"{name}.parquet")
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
    assert (not reasons(workspace(tmp_path, rows), 2025)) is expected


def test_the_latest_count_of_a_unit_is_the_one_that_holds(tmp_path: Path) -> None:
    later = ["Norra", "Påbörjade insatser", 9, DAY + dt.timedelta(days=1), "SAS"]
    found = completeness(workspace(tmp_path, [later, *FULL]), 2025)
    assert told(found[0])[3] == 9


REST = ["Södra", "Avslutade insatser", 1, DAY, "SAS"]


def test_the_reasons_name_unit_form_and_by_how_many(tmp_path: Path) -> None:
    rows = [["Norra", "Påbörjade insatser", 1, DAY, "SAS"], FULL[1], FULL[2][:4]]
    assert reasons(workspace(tmp_path, rows), 2025) == (
        "Norra, Påbörjade insatser: verksamhetssystemet har 2 färre än de inlämnade raderna "
        "(1 mot 3). Det är inte förklarat.",
        "Södra, Påbörjade insatser: verksamhetssystemet har 1 fler än de inlämnade raderna "
        "(2 mot 1). Det är inte förklarat.",
        "Norra, Avslutade insatser: ingen roll intygar antalet.",
        "Södra, Avslutade insatser: antalet i verksamhetssystemet saknas.",
    )


def test_a_difference_that_is_explained_holds(tmp_path: Path) -> None:
    made = workspace(tmp_path, [FULL[0], [*FULL[1], "En rad i karantän."], FULL[2], REST])
    assert reasons(made, 2025) == ()
    (told,) = explained(completeness(made, 2025))
    assert "(2 mot 1). Förklaring finns." in told and "karantän" not in told


@pytest.mark.parametrize("role", [None, "-", "3", " "])
def test_what_is_no_role_attests_nothing(tmp_path: Path, role: str | None) -> None:
    rows = [FULL[0], ["Södra", "Påbörjade insatser", 1, DAY, role], FULL[2], REST]
    assert reasons(workspace(tmp_path, rows), 2025) == (
        "Södra, Påbörjade insatser: ingen roll intygar antalet.",
    )


def test_without_the_form_there_is_one_reason_and_the_chapter_says_what_is_missing(
    tmp_path: Path,
) -> None:
    made = workspace(tmp_path, FULL)
    (made.processed / "2025" / "avstamning.parquet").unlink()
    (reason,) = reasons(made, 2025)
    assert reason.startswith("Formuläret Avstämning saknas för 2025")
    (block,) = completeness_table.blocks(completeness(made, 2025), 2025)
    assert plain(block["runs"]) == "Underlag saknas: Avstämning mot verksamhetssystemet."


def test_surveys_alone_have_nothing_to_attest(tmp_path: Path) -> None:
    made = workspace(tmp_path, FULL)
    for name in ("avstamning", "bakgrund", "avslut"):
        (made.processed / "2025" / f"{name}.parquet").unlink()
    assert reasons(made, 2025) == ()


def test_the_chapter_shows_every_number_as_a_fact_and_who_attests_it(tmp_path: Path) -> None:
    made = workspace(tmp_path, [FULL[0], [*FULL[1], "Förklarat."], FULL[2]])
    started, ended = completeness_table.blocks(completeness(made, 2025), 2025)
    shown = [[plain(c) for c in row["cells"]] for row in (*started["rows"], *ended["rows"])]
    assert shown == [
        ["3", "3", "0", "Systemförvaltare, 2026-01-20"],
        ["1", "2", "+1", "Systemförvaltare, 2026-01-20; skillnaden är förklarad"],
        ["2", "2", "0", "Systemförvaltare, 2026-01-20"],
        ["1", "saknas", "saknas", "ingen"],
    ]
    numbers = [run for row in started["rows"] for cell in row["cells"][:3] for run in cell]
    assert all(run["fact"] in started["facts"] for run in numbers)
