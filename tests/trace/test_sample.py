"""The auditor's workbook: its formulas, evaluated as Excel does, give the report's numbers."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import os
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import UppfoljningError, UsageError
from pipeline.facts import predicate as p
from pipeline.run.editions import sample
from pipeline.trace.sample.draw import draw, drawn, rank
from pipeline.trace.sample.formula import is_true
from pipeline.workspace import Workspace
from tests.trace.excel import Book
from tests.trace.small import CHAPTER, YEAR, edition, municipality, set_cell

CHAPTER_ = {
    **CHAPTER,
    "insatser": "insatser = count(data('svaren', year), 'nojd > 1', distinct='insats', name='i')",
    "del": "andel = share(data('svaren', year), 'nojd > 3', of='nojd IS NOT NULL', "
    "distinct='insats', name='andel_insatser')",
    "sent": "sent = count(data('svaren', year), \"slut > DATE '2025-05-01' AND NOT "
    "(enhet = 'Norra' OR nojd IN (1, 2))\", name='sent')",
}
TABLE = pa.table(
    {
        "kon": ["k", "K", None, "m", "m", None],
        "nojd": [1, 4, 5, None, 4, 0],
        "vill": [True, None, False, True, None, False],
        "dag": [dt.date(2025, 1, d) if d else None for d in (1, 2, 0, 4, 5, 6)],
        "annan": [1, 3, 5, 2, None, 0],
    }
)
PREDICATES = [
    "nojd >= 4", "NOT (nojd >= 4)", "nojd <> 4", "nojd = 0", "nojd IS NULL", "nojd IS NOT NULL",
    "kon = 'k'", "kon <> 'k'", "kon IN ('k', 'm')", "kon NOT IN ('k')", "vill", "NOT vill",
    "vill IS NOT TRUE", "vill OR nojd > 3", "NOT (vill AND nojd > 3)", "dag >= DATE '2025-01-04'",
    "NOT (dag < DATE '2025-01-04' OR kon = 'm')", "nojd = annan", "NOT (nojd > annan)",
    "nojd BETWEEN 1 AND 4 AND kon IS NOT NULL", "nojd NOT IN (1, 5)", "TRUE",
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = municipality(tmp_path_factory.mktemp("kommun"))
    set_cell(made.raw / "2025" / "svaren.xlsx", "B3", "=1+1")
    edition(made, made.reports / str(YEAR) / "intern", CHAPTER_)
    return made


def workbook(workspace: Workspace, tmp_path: Path, n: int = 25) -> openpyxl.Workbook:
    path, _ = sample(workspace, YEAR, n, tmp_path / "stickprov.xlsx")
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def front(book: openpyxl.Workbook) -> tuple[int, list[str]]:
    """Row of the number of misses, and the sheets listed below it."""
    rows = [c.value for c in book["Översikt"]["A"]]
    return rows.index("Tal som inte stämmer") + 1, book.sheetnames[1:]


@pytest.mark.parametrize("text", PREDICATES)
def test_a_predicate_means_the_same_in_excel(text: str) -> None:
    node = p.parse(text)
    book = openpyxl.Workbook()
    sheet = book.active
    for row in zip(*(TABLE[c].to_pylist() for c in TABLE.column_names), strict=True):
        sheet.append(row)
    letters = dict(zip(TABLE.column_names, "ABCDE", strict=True))
    told = [
        Book(book).evaluate("Sheet", f"AND({is_true(node, lambda c, i=i: f'${letters[c]}{i}')})")
        for i in range(1, TABLE.num_rows + 1)
    ]
    assert told == p.mask(node, TABLE).to_pylist()


def test_every_formula_gives_the_number_in_the_report(workspace: Workspace, tmp_path: Path) -> None:
    book = workbook(workspace, tmp_path)
    values = Book(book)
    top, sheets = front(book)
    assert len(sheets) == 10  # every count, share and mean; the difference is none
    assert values.value("Översikt", f"B{top}") == 0
    for i in range(len(sheets)):
        assert values.value("Översikt", f"E{top + 3 + i}") == "lika"


def test_a_used_value_typed_over_shows_as_different(workspace: Workspace, tmp_path: Path) -> None:
    book = workbook(workspace, tmp_path)
    top, sheets = front(book)
    name = next(s for s in sheets if book[s]["A1"].value == "Medel")
    sheet = book[name]
    head = next(
        c for row in sheet.iter_rows() for c in row if str(c.value).endswith("använt värde")
    )
    sheet.cell(head.row + 1, head.column).value = 1
    assert Book(book).value("Översikt", f"B{top}") == 1


def test_raw_values_stand_beside_their_cells_and_never_become_formulas(
    workspace: Workspace, tmp_path: Path
) -> None:
    book = workbook(workspace, tmp_path)
    raw = openpyxl.load_workbook(workspace.raw / "2025" / "svaren.xlsx")["Svar"]
    seen = 0
    for name in front(book)[1]:
        for row in book[name].iter_rows():
            for address, value in itertools.pairwise(row):
                text = str(address.value)
                if text.startswith("2025/svaren.xlsx!Svar!C"):
                    assert value.value == raw[text.rpartition("!")[2]].value
                    seen += 1
    assert seen > 8


def test_a_looked_up_value_names_the_cell_it_came_from(
    workspace: Workspace, tmp_path: Path
) -> None:
    book = workbook(workspace, tmp_path)
    sheet = next(s for s in book.worksheets if s["A1"].value == "Nöjda kvinnor")
    found = {str(c.value) for row in sheet.iter_rows() for c in row}
    assert "2025/starter.xlsx!Svar!B2" in found


def test_the_draw_follows_from_the_manifest_alone(workspace: Workspace) -> None:
    folder = workspace.reports / str(YEAR) / "intern"
    first, again = draw(workspace, YEAR, 3), draw(workspace, YEAR, 3)
    assert [f["id"] for f in first.facts] == [f["id"] for f in again.facts]
    facts = pq.read_table(folder / "faktaregister.parquet").to_pylist()
    assert drawn(facts, first.seed, 4) == sorted(facts, key=lambda r: rank(first.seed, r["id"]))[:4]
    assert drawn(facts, "annat frö", 8) != drawn(facts, first.seed, 8)


def test_equal_editions_give_equal_bytes_that_only_the_owner_reads(
    workspace: Workspace, tmp_path: Path
) -> None:
    a, _ = sample(workspace, YEAR, 4, tmp_path / "a.xlsx")
    b, _ = sample(workspace, YEAR, 4, tmp_path / "b.xlsx")
    assert a.read_bytes() == b.read_bytes()
    if os.name == "posix":
        assert a.stat().st_mode & 0o077 == 0


def test_a_raw_file_that_changed_since_is_said_not_shown(tmp_path: Path) -> None:
    made = municipality(tmp_path / "kommun")
    edition(made, made.reports / str(YEAR) / "intern")
    set_cell(made.raw / "2025" / "svaren.xlsx", "C4", 5)
    with pytest.raises(UppfoljningError, match=r"svaren\.xlsx"):
        sample(made, YEAR, 5, tmp_path / "s.xlsx")


def test_without_an_edition_there_is_nothing_to_draw_from(tmp_path: Path) -> None:
    made = municipality(tmp_path / "kommun")
    with pytest.raises(UsageError, match="ingen rapport"):
        draw(made, YEAR)
