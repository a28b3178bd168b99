"""Files that nobody in this project wrote. They are read in place and never committed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import IntakeError
from pipeline.intake.raw import NotRead
from pipeline.intake.readers import READERS, read_file
from pipeline.intake.recognise import recognise

from .conftest import shipped

FOLDER = Path(__file__).parents[2].parent / "shared" / "realdata"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there"),
]
FILES = sorted(p for p in FOLDER.rglob("*") if p.suffix.lower() in READERS and p.is_file())
CHECKED = ["spack-2020.xlsx", "geometry.xlsx", "types.xlsx", "deaths.xlsx", "Category-1.xlsx"]


def named(name: str) -> Path:
    found = [p for p in FILES if p.name == name]
    if not found:
        pytest.skip(f"{name} is not there")
    return found[0]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_every_file_is_read_and_recognised_or_refused_in_words(path: Path) -> None:
    try:
        tables = read_file(path, path.name)
    except IntakeError as error:
        assert path.suffix == ".json" and "Gör så här" in str(error)
        return
    books = shipped()
    for table in tables:
        try:
            found = recognise(table, books)
        except IntakeError as error:
            assert table.file in str(error) and "Gör så här" in str(error)
            continue
        if isinstance(found, NotRead):
            assert found.reason
        else:
            assert found.codebook.name == "jamforelser" or found.rows


@pytest.mark.parametrize("name", CHECKED)
def test_cells_lie_where_openpyxl_has_them(name: str) -> None:
    path = named(name)
    book = openpyxl.load_workbook(path, data_only=True)
    for table in read_file(path, name):
        seen = 0
        for row in book[table.sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("#"):
                    ours = table.rows[cell.row - 1][(cell.column or 0) - 1]
                    assert str(ours).split() == cell.value.replace("_x000D_", "").split()
                    seen += 1
        if any(any(r) for r in table.rows):
            assert seen or name == "geometry.xlsx"


def test_error_cells_of_a_real_workbook_are_found() -> None:
    path = named("types.xlsx")
    book = openpyxl.load_workbook(path, data_only=True)
    for table in read_file(path, path.name):
        errors = {
            (c.row, c.column)
            for row in book[table.sheet].iter_rows()
            for c in row
            if c.data_type == "e"
        }
        assert set(table.problems) == errors


def test_the_limesurvey_export_has_its_253_answers() -> None:
    (table,) = read_file(named("2017-uk-public_data.csv"), "rse.csv")
    assert len(table.rows) == 1 + 253 and {len(r) for r in table.rows} == {245}


def test_csv_and_workbook_of_one_survey_have_the_same_rows() -> None:
    (csv,) = read_file(named("spack-2020.csv"), "a.csv")
    (xlsx,) = read_file(named("spack-2020.xlsx"), "a.xlsx")
    assert len(csv.rows) == len(xlsx.rows)
    assert [str(c).split() for c in csv.rows[0]] == [str(c).split() for c in xlsx.rows[0]]


def test_the_kolada_answer_gives_a_row_a_value() -> None:
    path = named("raw_kolada_hemtjanst.json")
    answer = json.loads(path.read_text(encoding="utf-8-sig"))
    (table,) = read_file(path, "kolada/svar.json")
    assert len(table.rows) - 1 == sum(len(v["values"]) for v in answer["values"])
    found = recognise(table, shipped())
    assert not isinstance(found, NotRead)
    assert found.codebook.name == "jamforelser" and not found.unread and not found.notes
