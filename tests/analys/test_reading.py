"""What people have written about the year: found by unit and section, or told what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipeline.analys import OF_SECTOR, SECTIONS, SECTOR, Analys, analyses
from pipeline.errors import IntakeError
from pipeline.intake.year import clean_year
from pipeline.workspace import Workspace
from tests.municipality import establish, settings, write_text

HEAD = '+++\ndatum = 2026-04-21\ndeltog = ["enhetschef", "behandlare"]\n{}+++\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return establish(tmp_path, settings("Provby", ["fam=Familjeteamet", "ung=Ungdomsteamet"]))


def write(workspace: Workspace, place: str, text: str) -> Path:
    path = workspace.raw / "2025" / "analys" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(workspace: Workspace) -> dict[tuple[str, str], Analys]:
    return {(a.enhet, a.avsnitt): a for a in analyses(workspace, 2025)}


def messages(workspace: Workspace) -> list[str]:
    with pytest.raises(IntakeError) as raised:
        analyses(workspace, 2025)
    return raised.value.messages


def test_every_section_of_every_unit_and_of_the_sector_is_there_written_or_not(workspace):
    write(workspace, "fam/behov.md", HEAD.format("") + "\nVi ser {{uppfoljda}}.\n")
    write(workspace, "ung/mal.md", " \n")
    write(workspace, "ung/behov.md", HEAD.format("") + "\n")
    found = read(workspace)
    assert list(found) == [
        *((u, s) for u in ("fam", "ung", SECTOR) for s in SECTIONS),
        *((SECTOR, s) for s in OF_SECTOR),
    ]
    assert [k for k, a in found.items() if a.skriven] == [("fam", "behov")]
    assert found["ung", "slutsatser"].file == "2025/analys/ung/slutsatser.md"


def test_what_stands_above_the_text_is_read(workspace):
    more = 'beslut = "Pröva gruppverksamhet"\nprotokoll = "SN § 14"\npublik = true\n'
    write(workspace, "sektor/slutsatser.md", "\ufeff" + HEAD.format(more) + "\n\nEtt.\n\n- Två\n")
    made = read(workspace)[SECTOR, "slutsatser"]
    assert made.datum == dt.date(2026, 4, 21)
    assert made.deltog == ("enhetschef", "behandlare")
    assert (made.beslut, made.protokoll) == ("Pröva gruppverksamhet", "SN § 14")
    assert made.publik and made.text == "Ett.\n\n- Två" and made.rad == 10


def test_without_files_all_is_unwritten(workspace):
    assert not any(a.skriven or a.datum for a in analyses(workspace, 2025))


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("fam/behov.md", "Bara text.", ["2025/analys/fam/behov.md: filen börjar inte", "datum ="]),
        ("fam/behov.md", "+++\ndatum = 21 april\n+++\nHej", ["md, rad 2", "går inte att läsa"]),
        ("fam/behov.md", "+++\n+++\nHej", ["behov.md, rad 1: datum", "vilka som deltog"]),
        ("fam/behov.md", HEAD.format('dattum = "x"\n') + "Hej", ["rad 4: dattum", "skriv datum"]),
        ("fam/behov.md", HEAD.format("publik = true\n") + "Hej", ["rad 4: bara sektorns texter"]),
        ("fam/behov.md", HEAD.format("beslut = 3\n") + "Hej", ["rad 4: beslut är ingen text"]),
        ("fam/behov.md", HEAD.format("") + "# Rubrik\n", ["rad 5: texten innehåller en rubrik"]),
        ("fam/behov.md", HEAD.format("") + "\n<b>x</b>", ["rad 6", "rå HTML"]),
        ("fam/utfall.md", HEAD.format("") + "Hej", ["inget avsnitt", "behov.md, mal.md"]),
        ("fam/behov.docx", "x", ["inget avsnitt", "inte Word"]),
        ("fam/resurser.md", HEAD.format("") + "Hej", ["inget avsnitt", "behov.md, mal.md"]),
        ("Familjeteamet/behov.md", "x", ["ingen enhets kod", "”fam”"]),
        ("ungg/behov.md", "x", ["ingen enhets kod", "”ung”"]),
        ("behov.md", "x", ["inte i en enhets mapp"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_what_to_do(workspace, place, text, told):
    write(workspace, place, text)
    said = "\n".join(messages(workspace))
    assert all(part in said for part in (*told, "Gör så här:")), said


def test_an_identifier_is_told_by_line_and_never_repeated(workspace):
    text = HEAD.format("") + "Först.\nRing 070-174 06 35 till Anna, anna@exempel.se.\n"
    write(workspace, "fam/mal.md", text)
    (said,) = messages(workspace)
    assert "2025/analys/fam/mal.md, rad 6" in said and "telefon och e-post" in said
    assert "070" not in said and "anna@" not in said


def test_the_faults_of_all_files_are_told_at_once(workspace):
    write(workspace, "fam/behov.md", "Utan uppgifter.")
    write(workspace, "ung/utfall.md", "x")
    write(workspace, "sektor/mal.md", HEAD.format("publik = 1\n") + "## Rubrik")
    assert len(messages(workspace)) == 4


def test_litter_of_other_programs_is_passed_over(workspace):
    write(workspace, "fam/.DS_Store", "x")
    write(workspace, "fam/behov.md~", "x")
    assert not any(a.skriven for a in analyses(workspace, 2025))


def test_intake_leaves_the_analyses_alone(workspace, tmp_path):
    write_text(
        workspace.raw / "2025" / "riktlinjer.csv",
        [("Mått", "Mål", "Målet mäts i", "Riktning", "Källa", "Gäller från"),
         ("uppfoljda", 70, "procent", "högre", "egen", "2025-01-01")],
    )  # fmt: skip
    clean_year(workspace, 2025, tmp_path / "utan")
    write(workspace, "fam/behov.md", HEAD.format("") + "Hej.")
    clean_year(workspace, 2025, tmp_path / "med")
    made = [sorted((p.name, p.read_bytes()) for p in (tmp_path / x).iterdir() if p.is_file())
            for x in ("utan", "med")]  # fmt: skip
    assert made[0] == made[1] and made[0]
