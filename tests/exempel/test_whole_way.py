"""Intake and validation against the truth: every row counted, every processed cell equal."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.exempel import Truth, expected_tables
from pipeline.exempel.sheets import Effect
from pipeline.exempel.truth import Expected
from pipeline.workspace import REPO
from tests.chapters import ROWS, SEED, YEARS, known_municipality
from tests.exempel.test_chapters_truth import VISITED

IDENTIFYING = {
    "insats_id", "arende_id", "familj_id", "svar_id", "avvikelse_id", "klagomal_id", "kund_id",
}  # fmt: skip
FIGURES = ("rows", "processed", "duplicates", "quarantined")


@pytest.fixture(scope="module")
def built() -> tuple[Truth, Path]:
    """An example that is not the committed one, through intake and validation."""
    workspace, truth = known_municipality()
    return truth, workspace.processed


@pytest.mark.parametrize("year", YEARS)
def test_the_balance_is_the_truths(built: tuple[Truth, Path], year: int) -> None:
    truth, processed = built
    found = json.loads((processed / str(year) / "balance.json").read_text(encoding="utf-8"))
    for file in {s.file for s in truth.sources if s.year == year}:
        mine = [s for s in truth.sources if (s.year, s.file) == (year, file)]
        wanted = {k: sum(getattr(s, k) for s in mine) for k in FIGURES}
        wanted["cells_blanked"] = sum(s.blanked for s in mine)
        assert {k: found["files"][file][k] for k in wanted} == wanted, file


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    "table",
    [
        "bakgrund",
        "avslut",
        "brukarenkat",
        "avstamning",
        "lopande",
        "volymer",
        "avvikelser",
        "riskanalys",
        "klagomal",
        "handlingsplan",
        *sorted(VISITED),
    ],
)
def test_every_processed_cell_is_the_truths(
    built: tuple[Truth, Path], table: str, year: int
) -> None:
    truth, processed = built
    screened = {(p.source, p.row, p.field) for p in truth.planted if p.effect is Effect.MASKED}
    wanted = by_row(expected_tables(YEARS, ROWS, SEED)[table, year])
    for row in wanted.values():
        for field in IDENTIFYING & row.keys():
            row[field] = row[field] and pseudonym(str(row[field]))
    found = by_row(pq.read_table(processed / str(year) / f"{table}.parquet").to_pylist())
    assert found.keys() == wanted.keys()
    differ = [
        (*key, column)
        for key, row in wanted.items()
        for column, value in row.items()
        if found[key][column] != value and (*key, column) not in screened
    ]
    assert differ == []


@pytest.mark.parametrize(
    ("year", "apart"),
    [(2024, {("ungdom", "avslut"): 2}), (2025, {("beroende", "avslut"): 3})],
)
def test_the_case_system_counts_what_was_handed_in_but_for_one_unit_a_year(
    built: tuple[Truth, Path], year: int, apart: dict[tuple[str, str], int]
) -> None:
    folder = built[1] / str(year)
    differ = duckdb.sql(f"""
        SELECT c.enhet, c.tabell, c.antal - count(DISTINCT r.insats_id) AS more
        FROM '{folder}/avstamning.parquet' c LEFT JOIN (
            SELECT enhet, insats_id, 'bakgrund' AS tabell FROM '{folder}/bakgrund.parquet'
            UNION ALL SELECT enhet, insats_id, 'avslut' FROM '{folder}/avslut.parquet'
        ) r ON r.enhet = c.enhet AND r.tabell = c.tabell
        GROUP BY c.enhet, c.tabell, c.antal""").fetchall()
    assert len(differ) == 8
    assert {(unit, table): more for unit, table, more in differ if more} == apart


@pytest.mark.parametrize("year", YEARS)
def test_every_planted_identifier_is_masked_and_reported_and_nothing_else(
    built: tuple[Truth, Path], year: int
) -> None:
    truth, processed = built
    planted = {
        (p.source, p.row, p.field)
        for p in truth.planted
        if p.effect is Effect.MASKED and p.year == year
    }
    cells = pq.read_table(processed / str(year) / "celler.parquet").to_pylist()
    told = {(c["_kalla"], c["_rad"], c["falt"]) for c in cells if c["atgard"] == "maskerad"}
    assert planted and told == planted


@pytest.mark.parametrize("year", YEARS)
def test_every_fault_about_a_visit_is_told_by_its_cell_and_nothing_else_is(
    built: tuple[Truth, Path], year: int
) -> None:
    truth, processed = built
    told_as = {
        Effect.BLANKED: "tomd", Effect.FLAGGED: "flaggad", Effect.MISSING: "flaggad",
        Effect.QUARANTINED: "karantan", Effect.MASKED: "maskerad",
    }  # fmt: skip
    wanted = {
        (p.address, told_as[p.effect])
        for p in truth.planted
        if p.year == year and truth.source(p.source).table in VISITED and p.effect in told_as
    }
    cells = pq.read_table(processed / str(year) / "celler.parquet").to_pylist()
    told = {
        (c["adress"], c["atgard"])
        for c in cells
        if c["tabell"] in VISITED and c["atgard"] != "dubblett"
    }
    assert len(wanted) > 15 and told == wanted


def pseudonym(text: str) -> str:
    """By the demo key as it stands in its file, and the standard library."""
    lines = (REPO / "pipeline" / "privacy" / "demonyckel.txt").read_text("utf-8").splitlines()
    return hmac.digest(bytes.fromhex(lines[-1]), text.encode(), "sha256").hex()[:16]


def by_row(rows: list[Expected]) -> dict[tuple[object, object], Expected]:
    return {(row["_kalla"], row["_rad"]): row for row in rows}
