"""Files that stop a year: all of them said at once, on a page and in marked copies, the tables of
before untouched."""

from __future__ import annotations

import datetime as dt
import stat
import tomllib
from pathlib import Path

import openpyxl
import pytest

from pipeline.publish.settings_form import settings_form
from pipeline.settings_book import in_book
from pipeline.validation.marked import MARK, SHEET
from pipeline.workspace import Workspace, load_kommun, settings_words
from tests.intake.torture.files import FILES
from tests.municipality import called, establish, settings, write_workbook

pytestmark = pytest.mark.usefixtures("lasting_kernels")
YEAR = 2025
HEAD = [
    "Enhet", "Insats utan individuell bedömning", "Månad", "Antal tillfällen", "Antal deltagare",
]  # fmt: skip
GOOD = ["Norra", "Råd", "Juni", 1, 1]
SECRET = "Qwerty Hemlig"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = establish(tmp_path, settings("Provkommun", ["n=Norra"], ["r=Råd"]), year=YEAR)
    write_workbook(made.raw / str(YEAR) / "volymer.xlsx", {"Volymer": [HEAD, GOOD]})
    return made


def spoil(workspace: Workspace) -> None:
    folder = workspace.raw / str(YEAR)
    head = [*HEAD[:2], "Månader", *HEAD[3:]]
    write_workbook(folder / "saknar.xlsx", {"Volymer": [["Titel"], [], head, [SECRET, *GOOD[1:]]]})
    write_workbook(
        folder / "okänd.xlsx", {"Svar": [["Fråga A", "Fråga B", "Fråga C"], [SECRET, "x", "y"]]}
    )
    (folder / "låst.xlsx").write_bytes(FILES["locked.xlsx"]())
    (folder / "halv.xlsx").write_bytes(FILES["half.xlsx"]())


def validate(workspace: Workspace) -> tuple[int, str]:
    return called(workspace, "validate", "--year", str(YEAR))


def test_all_files_are_said_at_once_and_the_tables_of_before_stay(workspace: Workspace) -> None:
    assert validate(workspace)[0] == 0
    tables = workspace.processed / str(YEAR)
    before = {p.name: p.read_bytes() for p in tables.rglob("*") if p.is_file()}
    spoil(workspace)
    code, said = validate(workspace)
    assert code == 1 and "Traceback" not in said and SECRET not in said
    for name in ("saknar.xlsx", "okänd.xlsx", "låst.xlsx", "halv.xlsx"):
        assert name in said
    assert "4 filer stoppar läsningen av 2025" in said
    assert {p.name: p.read_bytes() for p in tables.rglob("*") if p.is_file()} == before

    out = workspace.processed / "stoppade" / str(YEAR)
    page = (out / "inlasning.html").read_text("utf-8")
    for text in (
        "4 filer går inte att läsa", "låst.xlsx: filen är skyddad med lösenord",
        "kolumnen ”Månad” saknas", "Rubriken ”Månader” liknar ”Månad”", "make codebook",
        "volymer.xlsx, blad Volymer", "kopian saknar.xlsx i mappen att_ratta",
    ):  # fmt: skip
        assert text in page, text
    assert SECRET not in page
    copies = {p.name: p for p in (out / "att_ratta").iterdir()}
    assert copies.keys() == {"saknar.xlsx", "okänd.xlsx"}
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in copies.values())
    marked = openpyxl.load_workbook(copies["saknar.xlsx"])
    cells = {
        c.coordinate: c.comment.text
        for row in marked["Volymer"].iter_rows()
        for c in row
        if c.fill.fgColor.rgb == MARK.fgColor.rgb
    }
    assert cells.keys() == {"A3", "C3"}
    assert all("kolumnen ”Månad” saknas" in t and "Gör så här:" in t for t in cells.values())
    assert marked[SHEET]["A4"].value == "Volymer, A3, C3"

    # Mended, and what cannot be mended left out by name: the year is read, what stopped it is gone.
    kommun = workspace.raw / "kommun.toml"
    skip = 'hoppa_over = ["låst.xlsx", "halv.xlsx", "okänd.xlsx!Svar"]\n'
    kommun.write_text(skip + kommun.read_text("utf-8"), "utf-8")
    write_workbook(
        workspace.raw / str(YEAR) / "saknar.xlsx",
        {"Volymer": [HEAD, ["Norra", "Råd", "Maj", 2, 2]]},
    )
    code, said = validate(workspace)
    assert code == 0, said
    assert not out.exists()


def test_the_settings_are_named_as_the_municipality_has_them(workspace: Workspace) -> None:
    toml = workspace.raw / "kommun.toml"
    document = tomllib.loads(toml.read_text("utf-8"))
    made = settings_form(document, "Provkommun", dt.date(YEAR, 12, 31))
    (workspace.raw / "kommun.xlsx").write_bytes(made)
    toml.unlink()
    load_kommun.cache_clear()
    spoil(workspace)
    code, said = validate(workspace)
    assert code == 1 and "kommun.toml" not in said
    assert 'lägg till "okänd.xlsx!Svar" på bladet ”Hoppa över” i kommun.xlsx' in said


@pytest.mark.parametrize(
    ("said", "in_the_book"),
    [
        ("i listan hoppa_over i kommun.toml.", "på bladet ”Hoppa över” i kommun.xlsx."),
        ("Hoppas över enligt hoppa_over i kommun.toml.",
         "Hoppas över enligt bladet ”Hoppa över” i kommun.xlsx."),
        ("som alias i [[enheter]] i filen kommun.toml.",
         "som alias på bladet ”Enheter” i kommun.xlsx."),
        ("om filen står i rakna_alla_svar i kommun.toml.",
         "om filen står på bladet ”Räkna alla svar” i kommun.xlsx."),
        ("koder i kommun.toml: a", "koder i kommun.xlsx: a"),
    ],
)  # fmt: skip
def test_a_message_about_the_text_file_can_be_told_of_the_workbook(
    said: str, in_the_book: str, tmp_path: Path
) -> None:
    assert in_book(said) == in_the_book
    assert settings_words(tmp_path)(said) == said
