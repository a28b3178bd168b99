"""A LimeSurvey export of real people, compiled with a codebook and no code of its own.

The figures to meet are those that its authors published; `rse/EXPECTED.md` says which can be met.
"""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.municipality import tables as read

from .compare import DIFFERS, Crosswalk, Row, compare
from .conftest import Edition
from .drafted import Compiled
from .expected import outcome, read_expected
from .published import Table, read_headers, read_tables
from .workspace import CODEBOOK, EXPORT, PUBLISHED, RSE, YEAR, build

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return list(read_tables(PUBLISHED, read_headers(EXPORT)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Read and validated; the survey's chapter runs in this process."""
    workspace = build(tmp_path_factory.mktemp("rse"))
    read(workspace, YEAR)
    return Compiled(workspace, CODEBOOK, CODEBOOK.stem)


@pytest.fixture(scope="module")
def rows(made: Compiled, tables: list[Table]) -> list[Row]:
    return compare(tables, made.ledger(YEAR), Crosswalk(CODEBOOK), YEAR)


def test_annual_builds_report_pdf_and_a_ledger_that_meets_the_tables_as_well(
    edition: Edition, rows: list[Row], tables: list[Table]
) -> None:
    assert edition.code == 0, edition.said
    for name in ("arsrapport.html", "arsrapport.pdf"):
        assert (edition.intern / name).stat().st_size > 0, name
    ledger = pd.read_parquet(edition.intern / "faktaregister.parquet")
    assert compare(tables, ledger, Crosswalk(CODEBOOK), YEAR) == rows


def test_all_253_people_are_processed_and_no_cell_is_blanked(made: Compiled) -> None:
    survey = made.balance(YEAR)[EXPORT.name]
    assert survey["rows"] == survey["processed"] == 253
    assert survey["duplicates"] == survey["quarantined"] == survey["cells_blanked"] == 0


def test_every_column_but_the_row_number_is_read(made: Compiled) -> None:
    folder = made.workspace.processed / str(YEAR)
    sources = json.loads((folder / "kallor.json").read_text(encoding="utf-8"))
    survey = sources[EXPORT.name]
    assert survey["table"] == "rse2017uk"
    assert sum(map(len, survey["columns"].values())) == 244
    assert len(survey["unread"]) == 1


def test_every_table_of_one_question_equals_ours_to_the_person(
    rows: list[Row], tables: list[Table]
) -> None:
    expected = read_expected(RSE / "EXPECTED.md")
    single = {
        t.name
        for t in tables
        if t.layout in ("single", "yes_no") and len({c.column for c in t.cells}) == 1
    }
    reachable = {name for name in single if not expected[name].reasons}
    assert len(reachable) == 25
    assert [r for r in rows if r.table in reachable and not r.equal] == []


def test_no_number_differs_without_a_known_reason(rows: list[Row]) -> None:
    assert [r for r in rows if r.reason == DIFFERS] == []


def test_the_tables_that_differ_are_those_expected_for_the_reasons_expected(
    rows: list[Row], tables: list[Table]
) -> None:
    found = outcome(rows, {t.name: t.layout for t in tables})
    assert found == read_expected(RSE / "EXPECTED.md")
