"""Files that nobody in this project wrote. They are read in place and never committed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import xlrd

from pipeline.errors import IntakeError
from pipeline.intake.describe import describe
from pipeline.intake.raw import NotRead
from pipeline.intake.readers import DOCUMENTS, READERS, read_file
from pipeline.intake.recognise import recognise
from pipeline.trace.verify import reading
from pipeline.trace.verify.tools import layout_of

from .conftest import shipped
from .test_torture import our_cells

FOLDER = Path(__file__).parents[2].parent / "shared" / "realdata"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there"),
]
FILES = sorted(p for p in FOLDER.rglob("*") if p.suffix.lower() in READERS and p.is_file())
TABLES = [p for p in FILES if p.suffix.lower() != ".json"]
# openpyxl takes a format for no date, or cannot tell an escaped sign from one that stands there.
OTHERWISE = ("los-angeles-arrests-xlsx.xlsx", "new_line_errors.xlsx")
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


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_rows_and_cells_are_as_many_as_another_program_counts(path: Path) -> None:
    ours = {
        t.sheet: sorted(n for row in t.rows if (n := sum(map(bool, map(_text, row)))))
        for t in read_file(path, path.name)
    }
    for sheet, rows in _counted(path).items():
        assert ours[sheet] == rows, sheet


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_verification_reads_the_same_cells_and_the_same_tool(path: Path) -> None:
    other: dict[str, list[reading.Sheet]] = {}
    for s in reading.sheets_of(path.name, path.suffix.lower(), path.read_bytes()):
        other.setdefault(s.name, []).append(s)
    for table in read_file(path, path.name):
        (sheet,) = other[table.sheet]
        ours = {k: _loose(c) for k, c in our_cells(table).items()}
        readings = [
            ({(i, j): _loose(c) for i, r in enumerate(rows, 1) for j, c in enumerate(r, 1) if c},
             sheet.layout or layout_of(rows))
            for rows in sheet.readings
        ]  # fmt: skip
        same = [layout for cells, layout in readings if cells == ours]
        if path.name not in OTHERWISE:
            assert same
        for layout in same[:1]:
            known = table.dialect
            assert (layout is None) == (known is None)
            if layout is not None and known is not None:
                assert [h + 1 for h in layout.heads] == list(known.header_rows)
                assert layout.first + 1 == known.first_row
                assert list(map(tuple, layout.names)) == list(known.headers)
                assert {i + 1: r for i, r in layout.aside.items()} == dict(known.set_aside)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _loose(cell: reading.Cell) -> reading.Cell:
    """Without the blanks at the ends, which calamine leaves out."""
    assert cell is not None
    return cell[0], cell[1].strip()


def _counted(path: Path) -> dict[str, list[int]]:
    """Sheet → how many cells each row that has any holds, by pandas, openpyxl, xlrd, pyreadstat."""

    def of(rows: Iterable[Iterable[object]]) -> list[int]:
        return sorted(n for row in rows if (n := sum(map(bool, map(_text, row)))))

    match path.suffix.lower():
        case ".xlsx":
            book = openpyxl.load_workbook(path, data_only=True, read_only=True)
            return {s.title: of(s.iter_rows(values_only=True)) for s in book.worksheets}
        case ".xls":
            old = xlrd.open_workbook(path)
            return {s.name: of(s.row_values(i) for i in range(s.nrows)) for s in old.sheets()}
        case ".sav":
            frame, meta = pyreadstat.read_sav(str(path))
            assert len(frame) == meta.number_rows
            return {"": sorted([*frame.replace("", None).notna().sum(axis=1), len(frame.columns)])}
        case ".dta":
            frame = pd.read_stata(path, convert_categoricals=False)
            return {"": sorted([*frame.replace("", None).notna().sum(axis=1), len(frame.columns)])}
        case _:
            said = _decoded(path.read_bytes())
            heads = {s: next(csv.reader(io.StringIO(said), delimiter=s)) for s in ",;\t|"}
            separator = max(heads, key=lambda s: len(heads[s]))
            width = max(map(len, csv.reader(io.StringIO(said, newline=""), delimiter=separator)))
            frame = pd.read_csv(
                io.StringIO(said), sep=separator, header=None, dtype=str, keep_default_na=False,
                names=range(width), skip_blank_lines=True,
            )  # fmt: skip
            return {"": of(frame.fillna("").itertuples(index=False, name=None))}


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


REST = sorted(
    p
    for p in FOLDER.rglob("*")
    if p.is_file() and p.suffix.lower() not in READERS and p.suffix.lower() not in DOCUMENTS
)


@pytest.mark.parametrize("path", REST, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_a_file_of_another_kind_is_refused_by_its_kind(path: Path) -> None:
    with pytest.raises(IntakeError) as caught:
        read_file(path, path.name)
    text = str(caught.value)
    assert path.name in text and "Gör så här" in text and "hoppa_over" in text


TOOLS = {
    "msforms": "microsoft_forms", "googleforms": "google_forms", "qualtrics": "qualtrics",
    "redcap": "redcap", "limesurvey-rse-2017-uk": "limesurvey",
}  # fmt: skip


def test_each_tool_is_known_and_nothing_else_is_taken_for_one() -> None:
    wrong = []
    for path in TABLES:
        folder = path.relative_to(FOLDER).parts[0]
        tool = TOOLS.get(folder, "")
        # Dictionaries, lists of headers and a rewritten export are no exports.
        if "dictionar" in path.stem or "dictionay" in path.stem or "Headers" in path.stem:
            tool = ""
        if path.stem in ("event", "example_long_and_lean") or "published" in path.parts:
            tool = ""
        tool = {".sav": "spss", ".dta": "stata"}.get(path.suffix, tool)
        for table in read_file(path, path.name):
            known = table.dialect.name if table.dialect is not None else ""
            if known != tool:
                wrong.append((path.name, table.sheet, tool, known))
    assert wrong == []


def test_qualtrics_answers_that_are_none_are_counted_as_by_hand() -> None:
    for path in (p for p in TABLES if "qualtrics" in p.parts and p.suffix == ".csv"):
        (table,) = read_file(path, path.name)
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        head = rows[0] if "Status" in rows[0] else rows[1]
        status, finished = head.index("Status"), head.index("Finished")
        answers = [r for r in rows if r and re.fullmatch(r"R_\w+", r[head.index(ID(head))])]
        none = [r for r in answers if r[status] in ("1", "2", "8") or r[finished] == "0"]
        assert table.dialect is not None
        assert len(table.dialect.set_aside) == len(none), path.name
        assert len(table.rows) - table.dialect.first_row + 1 == len(answers), path.name


def ID(head: list[str]) -> str:
    return "ResponseID" if "ResponseID" in head else "ResponseId"


def test_the_labels_of_a_real_spss_file_are_those_that_pyreadstat_gives() -> None:
    path = named("PreventOSAspss.sav")
    (table,) = describe(path)
    _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    labels = {c.header: {float(str(v)): t for v, t in c.labels.items()} for c in table.columns}
    assert {n: t for n, t in labels.items() if t} == meta.variable_value_labels
    assert len(table.rows) == meta.number_rows and len(table.columns) == meta.number_columns


def test_a_real_structure_names_the_columns_of_its_export() -> None:
    (structure,) = describe(FOLDER / "limesurvey-rse-2017-uk" / "uk_core_survey.lss")
    (export,) = describe(named("2017-uk-public_data.csv"))
    ours = {c.header: c for c in structure.columns}
    there = {c.header.split(". ")[0]: c for c in export.columns}
    both = ours.keys() & there.keys()
    assert len(both) > 100
    # The authors mended spelling ("Neitheir", "Sometime") in what they published, and grouped
    # some answers: most answers of a question are labels of the structure, not all.
    listed = [n for n in both if len(ours[n].labels) > 2]
    told = {n: {str(v) for v in export.values(there[n])} for n in listed}
    known = [n for n in listed if len(told[n] & {*ours[n].labels.values()}) * 2 >= len(told[n])]
    assert len(listed) > 40 and len(known) >= len(listed) * 0.9


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
