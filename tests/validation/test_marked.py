"""What goes back to whoever filled in a file, and what reading says of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import stat
from pathlib import Path

import openpyxl
import pytest

from pipeline.facts.dataset import codebooks
from pipeline.run.annual import open_elsewhere
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
