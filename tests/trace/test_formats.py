"""Files of every kind, through intake and validation and by verification's own path."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.intake.raw import RawTable
from pipeline.intake.readers import read_file
from pipeline.trace.cellset import Cell, Sheet
from pipeline.trace.prove.cells import Mutation, Place
from pipeline.trace.prove.files import write
from pipeline.trace.raw_values import RawFiles
from pipeline.trace.tables import Tables
from pipeline.workspace import Workspace
from tests.intake.conftest import ARENDEN, ENKAT, MAL
from tests.intake.test_torture import EXPECTED, READ
from tests.intake.torture.files import FILES
from tests.municipality import establish, settings

from .test_verify_cleaning import apart


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return establish(tmp_path, settings("Provkommun", ["norr=Norr"]), ARENDEN, ENKAT, MAL)


def put(workspace: Workspace, name: str) -> Path:
    path = workspace.raw / "2025" / name
    path.write_bytes(FILES[name]())
    return path


def test_every_torture_file_gives_the_same_tables_by_both_paths(made: Workspace) -> None:
    # Files with the same bytes are read once.
    for name in READ:
        put(made, name)
    assert apart(made) == []
    rows = pq.read_table(made.processed / "2025" / "rader.parquet").to_pylist()
    wanted = {n: len(EXPECTED[n]["rows"]) for n in READ}
    counted = {n: sum(r["fil"] == n for r in rows) for n in {r["fil"] for r in rows}}
    assert {n: wanted[n] for n in counted} == counted
    left_out = {wanted[n] for n in READ if n not in counted}
    assert len(counted) > 70 and left_out <= {2}  # twins: utf8 under another name


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_a_workbook_saved_by_libreoffice_is_read_by_both_paths_alike(
    suffix: str, made: Workspace, tmp_path: Path
) -> None:
    for name in ("error_cells.xlsx", "hidden_row_and_column.xlsx", "dates_1904.xlsx", "kobo.xlsx"):
        source = tmp_path / name
        source.write_bytes(FILES[name]())
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless",
             "--convert-to", suffix, "--outdir", str(made.raw / "2025"), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    assert apart(made) == []

    def table(name: str) -> RawTable:
        return read_file(made.raw / "2025" / f"{name}.{suffix}", f"{name}.{suffix}")[0]

    errors = table("error_cells")
    assert set(errors.problems) == {(2, 4), (3, 4)} and errors.rows[1][3] == "#N/A"
    assert "#DIV/0!: formeln delar med noll" in errors.problems[3, 4]
    assert table("dates_1904").rows[1][1] == dt.date(2025, 3, 1)
    assert "Rad 3 är dold i Excel men läses ändå." in table("hidden_row_and_column").note
    kobo = table("kobo").dialect
    assert kobo is not None and dict(kobo.set_aside) == {3: "underkant_svar"}


def test_the_trace_tells_the_formula_of_a_cell(made: Workspace) -> None:
    put(made, "formula.xlsx")
    assert apart(made) == []
    raw = RawFiles(Tables(made, 2025))
    found = raw.record(Cell(Sheet(2025, "formula.xlsx!Blad1"), 2, "alder", "D"))
    assert found["raw"] == 34 and found["rules"][0] == "formel: =30+4"
    other = raw.record(Cell(Sheet(2025, "formula.xlsx!Blad1"), 3, "alder", "D"))
    assert not any("formel" in r for r in other["rules"])


def test_the_trace_shows_the_cell_of_a_statistics_file(made: Workspace) -> None:
    put(made, "spss.sav")
    assert apart(made) == []
    raw = RawFiles(Tables(made, 2025))
    assert raw.record(Cell(Sheet(2025, "spss.sav"), 3, "betyg", "B"))["raw"] == 9


def test_the_proof_leaves_a_file_that_it_cannot_write_as_it_was(made: Workspace) -> None:
    path = put(made, "spss.sav")
    assert apart(made) == []
    table = RawFiles(Tables(made, 2025)).table(Sheet(2025, "spss.sav"))
    before = path.read_bytes()
    place = Place(2025, "spss.sav", 3, 1, "provenkat", "betyg")
    assert not write(path, table, Mutation(place, "annat värde", 9, 4))
    assert path.read_bytes() == before
