"""What goes back to whoever filled in a file, and what reading says of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import stat
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import IntakeError
from pipeline.facts.dataset import codebooks
from pipeline.intake.readers import read_file
from pipeline.run.annual import open_elsewhere
from pipeline.validation.extract import sheets_size
from pipeline.validation.inlasning import nearest, outdated, write_inlasning
from pipeline.validation.marked import FOLDER, MARK, SHEET, write_marked
from pipeline.validation.mending import NAME
from pipeline.validation.records import read_summary
from pipeline.workspace import Workspace
from tests.municipality import establish, run, settings, tables, write_text, write_workbook

YEAR = 2025
SECRET = "Qwerty Hemlig"
HEAD = [
    "Enhet",
    "Insats utan individuell bedömning",
    "Månad",
    "Antal tillfällen",
    "Antal deltagare",
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = establish(tmp_path, settings("Provkommun", ["n=Norra"], ["r=Råd"]), year=YEAR)
    rows = [
        ["Volymer", None], [None], [*HEAD, "Antal deltagande", "Annat"],
        ["Norra", "Råd", "Mars", 3, 7, 1, "x"],
        ["Nora", "Råd", "April", 3, 7, 1, "x"],
        ["Norra", "Råd", "Maj", "tre", SECRET, 1, "x"],
    ]  # fmt: skip
    write_workbook(made.raw / str(YEAR) / "volymer.xlsx", {"Volymer": rows, "Tomt": []})
    write_text(made.raw / str(YEAR) / "klagomål.csv", [
        ["Löpnummer", "När kom det in?", "Enhet", "Klagomål, synpunkt eller beröm?"],
        ["1", "2025-02-03", "Norra", "Klgomål"], ["2", "i våras", "Norra", "Beröm"],
    ])  # fmt: skip
    write_workbook(
        made.raw / str(YEAR) / "hel.xlsx", {"Svar": [HEAD, ["Norra", "Råd", "Juni", 1, 1]]}
    )
    tables(made, YEAR)
    return made


def test_each_file_with_mistakes_has_a_copy_with_its_cells_marked(workspace: Workspace) -> None:
    out = workspace.processed / str(YEAR)
    findings = read_summary(out).findings
    written = write_marked(workspace.raw / str(YEAR), out, YEAR, findings)
    assert {p.name for p in written} == {"volymer.xlsx", "klagomål.xlsx"}, "and hel.xlsx has none"
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in written)
    first = [p.read_bytes() for p in written]
    assert [p.read_bytes() for p in write_marked(
        workspace.raw / str(YEAR), out, YEAR, findings)] == first  # fmt: skip
    marked, listed = {}, {}
    for path in written:
        book = openpyxl.load_workbook(path)
        assert book.properties.created.date() == dt.date(YEAR, 12, 31), "and not today"
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.fill.fgColor.rgb == MARK.fgColor.rgb:
                        assert cell.comment and "Gör så här:" in cell.comment.text
                        marked[path.name, sheet.title, cell.coordinate] = cell.comment.text
        listed[path.name] = [row[0].value for row in book[SHEET].iter_rows(min_row=4)]
    told = csv.DictReader(io.StringIO((out / NAME).read_text("utf-8-sig")), delimiter=";")
    sheets = {"": "Blad1"}
    assert {(Path(r["Fil"]).stem, sheets.get(r["Blad"], r["Blad"]), r["Cell"]) for r in told} == {
        (name.removesuffix(".xlsx"), sheet, cell) for name, sheet, cell in marked
    }
    assert "Menade du ”Norra”?" in marked["volymer.xlsx", "Volymer", "A5"]
    assert not any(SECRET in text for text in marked.values())
    assert {n: len(rows) for n, rows in listed.items()} == {"volymer.xlsx": 3, "klagomål.xlsx": 2}
    assert openpyxl.load_workbook(written[1])["Volymer"]["E6"].value == SECRET, "as the original"


def test_a_copy_that_comes_back_mended_is_read_as_it_is(workspace: Workspace) -> None:
    out = workspace.processed / str(YEAR)
    raw = workspace.raw / str(YEAR)
    [_, copy] = write_marked(raw, out, YEAR, read_summary(out).findings)
    book = openpyxl.load_workbook(copy)
    sheet = book["Volymer"]
    sheet["A5"], sheet["D6"], sheet["E6"] = "Norra", 3, 9
    book.save(raw / "volymer.xlsx")
    tables(workspace, YEAR)
    assert {f.fil for f in read_summary(out).findings} == {"klagomål.csv"}


def test_the_page_tells_what_was_understood_and_what_was_not(workspace: Workspace) -> None:
    out = workspace.processed / str(YEAR)
    path = workspace.reports / "inlasning.html"
    path.parent.mkdir(parents=True)
    books = codebooks(workspace.raw)
    write_inlasning(out, path, books, "Provkommun", "index.html")
    page = path.read_text("utf-8")
    for text in (
        "3 filer är lästa med 6 rader", "volymer.xlsx, blad Volymer", "Bladet är tomt.",
        "Kolumnen ”Annat” är inte läst.", "blad Volymer, A5", "Menade du ”Norra”?",
        "klagomål.csv", f"I mappen {FOLDER}", "http-equiv=\"Content-Security-Policy\"",
    ):  # fmt: skip
        assert text in page, text
    assert SECRET not in page and "i våras" not in page
    assert outdated(out) == []
    again = workspace.reports / "igen.html"
    write_inlasning(out, again, books, "Provkommun", "index.html")
    assert again.read_bytes() == path.read_bytes()


def test_the_nearest_question_is_one_that_has_no_column_yet() -> None:
    book = codebooks(Path("finns-inte"))["volymer"]
    assert nearest("Antal deltagande", book, ()) == "Antal deltagare"
    assert nearest("Antal deltagande", book, ("deltagare", "tillfallen")) == ""
    assert nearest("Hemlig", book, ()) == ""


def test_a_file_that_excel_has_open_is_told(workspace: Workspace) -> None:
    (workspace.raw / str(YEAR) / "~$volymer.xlsx").write_bytes(b"x")
    assert open_elsewhere(workspace.raw / str(YEAR)) == ["volymer.xlsx"]
    done = run(workspace, "validate", "--year", str(YEAR))
    assert done.returncode == 0, done.stderr
    assert "volymer.xlsx är öppen i Excel" in done.stdout
    assert (workspace.processed / str(YEAR) / FOLDER / "volymer.xlsx").is_file()
    assert FOLDER in done.stdout and SECRET not in done.stdout


def _large(made: Workspace, rows: int) -> Path:
    """A year with a file of so many rows, of which the fifteenth and the last name no unit."""
    path = made.raw / str(YEAR) / "volymer.xlsx"
    path.unlink()
    listed = [["Norra", "Råd", "Mars", i, i] for i in range(1, rows + 1)]
    listed[14][0], listed[-1][0] = "Nora", "=1+1"
    write_text(path.with_suffix(".csv"), [HEAD, *listed])
    tables(made, YEAR)
    return path.with_suffix(".csv")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_of_a_large_file_the_copy_holds_the_rows_to_mend_with_their_numbers(
    workspace: Workspace, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.validation.marked.WHOLE", 300)
    path = _large(workspace, 100)
    if suffix == ".xlsx":
        rows = list(csv.reader(path.read_text("utf-8").splitlines(), delimiter=";"))
        path.unlink()
        write_workbook(path.with_suffix(suffix), {"Volymer": rows})
        tables(workspace, YEAR)
    out, raw = workspace.processed / str(YEAR), workspace.raw / str(YEAR)
    findings = read_summary(out).findings
    [_, copy] = write_marked(raw, out, YEAR, findings)
    assert copy.name == "volymer (utdrag).xlsx", "klagomål.csv is small, and is copied whole"
    before = copy.read_bytes()
    assert write_marked(raw, out, YEAR, findings)[1].read_bytes() == before
    book = openpyxl.load_workbook(copy)
    shown, listed = book.worksheets
    rows = [[c.value for c in row] for row in shown.iter_rows()]
    assert rows[0] == [*HEAD, "Rad i filen"]
    assert [row[-1] for row in rows[1:]] == [*range(2, 11), 16, 101], "the head, and what is wrong"
    odd = {".csv": "=1+1", ".xlsx": "#FORMEL"}[suffix]
    assert [row[0] for row in rows[-2:]] == ["Nora", odd], "as reading has them"
    assert shown["A12"].data_type == "s", "and no formula"
    assert shown["A11"].comment.text.startswith("I filen är det A16.\nEnhet: ")
    assert shown["A11"].fill.fgColor.rgb == shown["A12"].fill.fgColor.rgb == MARK.fgColor.rgb
    cells = [row[0].value for row in listed.iter_rows(min_row=5)]
    assert [c.removeprefix("Volymer, ") for c in cells] == ["A16", "A101"]
    assert "Rad i filen" in listed["A3"].value


def test_an_extract_is_never_read_in_the_place_of_its_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.validation.marked.WHOLE", 300)
    path = _large(workspace, 100)
    out, raw = workspace.processed / str(YEAR), workspace.raw / str(YEAR)
    [_, copy] = write_marked(raw, out, YEAR, read_summary(out).findings)
    (raw / "mendad.xlsx").write_bytes(copy.read_bytes())
    path.unlink()
    with pytest.raises(IntakeError, match=r"mendad\.xlsx: filen är ett utdrag") as stopped:
        tables(workspace, YEAR)
    assert "lägg in den och ta bort utdraget" in str(stopped.value)


def test_a_small_workbook_is_copied_with_its_looks_whatever_its_size_in_bytes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.raw / str(YEAR) / "volymer.xlsx"
    book = openpyxl.load_workbook(path)
    book["Volymer"].column_dimensions["A"].width = 33
    book.save(path)
    tables(workspace, YEAR)
    out = workspace.processed / str(YEAR)
    cells = sum(len(t.rows) * 7 for t in read_file(path, path.name))
    assert sheets_size(path) > cells, "about forty bytes a cell, and some"
    monkeypatch.setattr("pipeline.validation.marked.WHOLE", cells)
    [_, copy] = write_marked(workspace.raw / str(YEAR), out, YEAR, read_summary(out).findings)
    assert copy.name == "volymer.xlsx"
    assert openpyxl.load_workbook(copy)["Volymer"].column_dimensions["A"].width == 33
