"""Extracts of case systems, whose headers nobody here decides, read by a mapping file."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigError, IntakeError
from pipeline.intake.year import clean_year
from pipeline.workspace import REPO, Workspace
from tests.municipality import establish, settings, write_text, write_workbook
from tests.trace.test_verify_cleaning import apart

from .conftest import ARENDEN, ENKAT

MAPPING = """
system = "Verksamhetssystemet"
fil = "uttag*.xlsx"
blad = "Uttag"
formular = "provarenden"
rubrikrad = 3

[kolumner]
"Ärende nr" = "arende_id"
"Avslutat den" = "slutdatum"
"Org.kod" = "enhet"
"kolumn G" = "problem"
"Omdöme" = "nojd"

[varden.enhet]
"4711 IFO Familj" = "fam"
"4712  ifo vuxen" = "vux"

[varden.problem]
"A-problematik" = "alkohol"
"""
HEAD = ["Klientens namn", "Ärende nr", "Avslutat den", "Org.kod", "Handläggare", "Omdöme"]
ROWS = [
    ["Uttag 2025-03-31"], [], HEAD,
    ["Test Person", "A1", dt.date(2025, 3, 1), "4711 IFO Familj", "abc", 5, "A-problematik"],
    ["Test Person", "A2", dt.date(2025, 3, 2), "4712 IFO VUXEN", "abc", 4, "spel"],
    ["Test Person", "A3", dt.date(2025, 3, 3), "4799 Okänd", "abc", 4],
]  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    workspace = establish(tmp_path, settings("Provkommun", ["norr=Norr"]), ARENDEN, ENKAT)
    say(workspace, MAPPING)
    write_workbook(workspace.raw / "2025" / "Uttag mars.xlsx", {"Uttag": ROWS, "Urval": [["a"]]})
    return workspace


def say(workspace: Workspace, text: str, name: str = "system") -> None:
    path = workspace.raw / "formular" / f"{name}.mappning.toml"
    path.write_text(text, encoding="utf-8")


def refusal(workspace: Workspace, tmp_path: Path) -> str:
    with pytest.raises((IntakeError, ConfigError)) as caught:
        clean_year(workspace, 2025, tmp_path / "ut")
    return str(caught.value)


def test_columns_and_answers_are_read_as_the_mapping_says(made: Workspace, tmp_path: Path) -> None:
    summary = clean_year(made, 2025, tmp_path / "ut")
    table = pq.read_table(tmp_path / "ut" / "rensat" / "provarenden.parquet").to_pydict()
    assert table["arende_id"] == ["A1", "A2", "A3"] and table["_rad"] == [4, 5, 6]
    assert table["enhet"] == ["fam", "vux", None] and table["nojd"] == [5, 4, 4]
    assert table["problem__alkohol"] == [True, False, None]
    assert table["_fel_enhet"] == [None, None, "4799 Okänd"]
    (source,) = (s for s in summary.sources if s.table)
    assert "mappningsfilen system.mappning.toml (uttag ur Verksamhetssystemet)" in source.note
    told = json.loads((tmp_path / "ut" / "kallor.json").read_text(encoding="utf-8"))
    of = told["Uttag mars.xlsx!Uttag"]
    assert of["columns"]["arende_id"] == ["B"] and of["columns"]["problem"] == ["G"]
    assert of["rules"]["mappat"] == 3 and of["header_row"] == 3
    assert [u.split(" (")[0] for u in of["unread"]] == ["Klientens namn", "Handläggare"]


def test_verification_reads_it_by_means_of_its_own(made: Workspace) -> None:
    assert apart(made) == []


def test_a_text_file_is_mapped_alike(made: Workspace) -> None:
    say(made, MAPPING.replace("uttag*.xlsx", "*.csv").replace('blad = "Uttag"\n', ""), "text")
    rows = [[str(c) for c in r] for r in ROWS]
    rows[3][1:2], rows[4][1:2], rows[5][1:2] = ["B1"], ["B2"], ["B3"]
    write_text(made.raw / "2025" / "lista.csv", rows)
    assert apart(made) == []
    (table,) = made.processed.glob("2025/provarenden.parquet")
    assert pq.read_table(table).num_rows == 6


def test_a_column_that_is_not_there_is_told_with_those_that_are(
    made: Workspace, tmp_path: Path
) -> None:
    say(made, MAPPING.replace("Avslutat den", "Avslutsdatum"))
    text = refusal(made, tmp_path)
    assert "nämner ”Avslutsdatum”, som inte finns på rad 3" in text and "”Avslutat den”" in text
    assert "Gör så här" in text and "Test Person" not in text


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('= "slutdatum"', '= "slutdatun"', "inget fält ”slutdatun”.\nMenade du slutdatum?"),
        ('"provarenden"', '"provarende"', "formuläret ”provarende” finns inte.\nMenade du prov"),
        ('fil = "uttag*.xlsx"', 'filer = "a"', "okänd uppgift filer"),
        ('fil = "uttag*.xlsx"', "", "fil saknas"),
        ('system = "', "system = ", "går inte att läsa"),
    ],
)
def test_a_mapping_file_that_says_what_cannot_be_is_refused_in_words(
    before: str, after: str, words: str, made: Workspace, tmp_path: Path
) -> None:
    say(made, MAPPING.replace(before, after))
    text = refusal(made, tmp_path)
    assert "Mappningsfilen system.mappning.toml" in text and words in text


def test_two_mapping_files_about_one_sheet_are_refused(made: Workspace, tmp_path: Path) -> None:
    say(made, MAPPING, "en till")
    assert "två mappningsfiler gäller samma tabell" in refusal(made, tmp_path)


def test_the_handbook_s_example_is_one_that_works(tmp_path: Path) -> None:
    page = (REPO / "docs" / "handbok.md").read_text(encoding="utf-8")
    example, _published = re.findall(r"```toml\n(# [^\n]*mappning\.toml\n.*?)```", page, re.DOTALL)
    said = tomllib.loads(example)
    workspace = establish(tmp_path, settings("Provkommun", ["ov_vuxen=Öppenvård vuxen"]))
    (workspace.raw / "formular").mkdir(exist_ok=True)
    say(workspace, example)
    values = {
        "Insatsnummer": "I1", "Typ av insats": "SoL Öppenvård", "Enhet": "1204 ÖV Vuxen",
        "Avslut": "2025-04-01", "Avslutsorsak": "01 Enl plan", "Person-id": "P1",
    }  # fmt: skip
    head = [h for h in said["kolumner"]]
    rows = [[]] * (said["rubrikrad"] - 1) + [head, [values.get(h, "") for h in head]]
    write_workbook(workspace.raw / "2025" / "Lifecare avslut 2025.xlsx", {said["blad"]: rows})
    summary = clean_year(workspace, 2025, tmp_path / "ut")
    assert [(s.table, s.rows) for s in summary.sources] == [(said["formular"], 1)]
    errors = pq.read_table(tmp_path / "ut" / "rensat" / "fel.parquet").to_pylist()
    assert errors == []
