"""Workbooks of comparisons that others publish, read by a mapping file: headers in several rows,
a column a measure, year and sex, and masks in place of numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigError, IntakeError
from pipeline.forms.codebook import load_codebooks
from pipeline.intake.mapping import joined_headers, load_mappings
from pipeline.intake.year import clean_year
from pipeline.run.annual import tables
from pipeline.trace.cellset import Cell, Sheet
from pipeline.trace.raw_values import RawFiles
from pipeline.trace.tables import Tables
from pipeline.workspace import REPO, Workspace, load_kommun
from tests.municipality import establish, settings, write_text, write_workbook
from tests.trace.test_verify_cleaning import apart

from .test_mapping import say

MAPPING = """
system = "öppna jämförelser"
fil = "öppna*.xlsx"
blad = "Tabell 1"
formular = "jamforelser"
rubrikrader = [3, 4, 5]

[kolumner]
"Kommunkod" = "kommun"

[masker]
"-" = "Not applicable"
".." = "Missing"
"*" = "Privacy"
"." = "Missing"

[[varde]]
kolumn = "Andel nöjda / 2024 / Kvinnor"
kpi = "U90001"
ar = 2024
kon = "K"

[[varde]]
kolumn = "Andel nöjda / 2024 / Totalt"
kpi = "U90001"
ar = 2024

[[varde]]
kolumn = "Svarsfrekvens"
kpi = "U90002"
ar = 2024

[varden.kommun]
"Riket" = "0000"
"""
ROWS = [
    ["Tabell 1. Brukare som är nöjda"],
    [],
    ["Kommunkod", "Kommun", "Andel nöjda", None, None, None, None],
    [None, None, 2023, 2024, None, None, "Antal och svar"],
    [None, None, "Totalt", "Kvinnor", "Män", "Totalt", "Svarsfrekvens"],
    ["Riket", None, 70, 71.5, 69, "70,2", 55],
    ["0114", "Upplands Väsby", 71, "..", "-", 0, "."],
    ["0115", "Vallentuna", 72, "*", 60, "-", 41.5],
    ["0117", "Österåker", 73, None, 61, 64, 42],
    [],
    ["Källa: en undersökning om öppenvård."],
]
EXPECTED = {  # (row, measure, sex): municipality, value, status; by hand
    (6, "U90001", "K"): ("0000", 71.5, None), (7, "U90001", "K"): ("0114", None, "Missing"),
    (8, "U90001", "K"): ("0115", None, "Privacy"), (9, "U90001", "K"): ("0117", None, None),
    (6, "U90001", "T"): ("0000", 70.2, None), (7, "U90001", "T"): ("0114", 0.0, None),
    (8, "U90001", "T"): ("0115", None, "Not applicable"), (9, "U90001", "T"): ("0117", 64.0, None),
    (6, "U90002", "T"): ("0000", 55.0, None), (7, "U90002", "T"): ("0114", None, "Missing"),
    (8, "U90002", "T"): ("0115", 41.5, None), (9, "U90002", "T"): ("0117", 42.0, None),
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    workspace = establish(tmp_path, settings("Provkommun", ["norr=Norr"]))
    (workspace.raw / "formular").mkdir(exist_ok=True)
    say(workspace, MAPPING)
    write_workbook(workspace.raw / "2025" / "Öppna jämförelser.xlsx", {"Tabell 1": ROWS})
    return workspace


def refusal(workspace: Workspace, tmp_path: Path) -> str:
    with pytest.raises((IntakeError, ConfigError)) as caught:
        clean_year(workspace, 2025, tmp_path / "ut")
    return str(caught.value)


def test_values_land_as_kolada_s_do_and_masks_are_kept_apart(
    made: Workspace, tmp_path: Path
) -> None:
    clean_year(made, 2025, tmp_path / "ut")
    table = pq.read_table(tmp_path / "ut" / "rensat" / "jamforelser.parquet").to_pylist()
    found = {(r["_rad"], r["kpi"], r["kon"]): (r["kommun"], r["varde"], r["status"]) for r in table}
    assert found == EXPECTED and len(table) == len(EXPECTED)
    assert {r["ar"] for r in table} == {2024}
    assert pq.read_table(tmp_path / "ut" / "rensat" / "fel.parquet").num_rows == 0


def test_each_column_is_a_source_of_its_own_with_the_sheet_s_own_addresses(
    made: Workspace, tmp_path: Path
) -> None:
    summary = clean_year(made, 2025, tmp_path / "ut")
    told = json.loads((tmp_path / "ut" / "kallor.json").read_text(encoding="utf-8"))
    of = told["Öppna jämförelser.xlsx!Tabell 1 [U90001 2024 K]"]
    assert of["columns"]["kommun"] == ["A"] and of["columns"]["varde"] == ["D"]
    assert of["columns"]["kpi"] == ["H"] and of["rows"] == 4 and of["header_row"] == 3
    assert "Kolumn D är U90001, 2024, K; kolumnerna H–K är mappningsfilens" in of["note"]
    assert "Raderna 1, 11 hör inte till tabellen" in of["note"]
    assert len(summary.sources) == 3


def test_verification_reads_it_by_means_of_its_own(made: Workspace) -> None:
    assert apart(made) == []


def test_a_text_file_is_read_alike(made: Workspace) -> None:
    text = MAPPING.replace("öppna*.xlsx", "*.csv").replace('blad = "Tabell 1"\n', "")
    say(made, text.replace("2024", "2022").replace("/ 2022 /", "/ 2024 /"), "text")
    write_text(
        made.raw / "2025" / "oj.csv", [["" if c is None else str(c) for c in r] for r in ROWS]
    )
    assert apart(made) == []
    assert pq.read_table(made.processed / "2025" / "jamforelser.parquet").num_rows == 24


def test_the_trace_shows_the_mask_as_it_stands(made: Workspace) -> None:
    tables(made, 2025, say=lambda _: None)
    books = load_codebooks(load_kommun(made.raw), [made.raw / "formular"])
    assert books
    files = RawFiles(Tables(made, 2025))
    sheet = Sheet(2025, "Öppna jämförelser.xlsx!Tabell 1 [U90001 2024 K]")
    record = files.record(Cell(sheet, 7, "varde", "D"))
    assert record["raw"] == ".." and record["address"].endswith("[U90001 2024 K]!D7")


def test_a_cell_to_mend_is_marked_in_the_workbook_s_own_sheet(made: Workspace) -> None:
    rows = [list(r) for r in ROWS]
    rows[7][3] = "ungefär 70"
    path = made.raw / "2025" / "Öppna jämförelser.xlsx"
    write_workbook(path, {"Försättsblad": [["Om tabellen"]], "Tabell 1": rows})
    tables(made, 2025, say=lambda _: None)
    (copy,) = (made.processed / "2025" / "att_ratta").glob("*.xlsx")
    book = openpyxl.load_workbook(copy)
    commented = [
        (s.title, c.coordinate) for s in book for row in s.iter_rows() for c in row if c.comment
    ]
    assert commented == [("Tabell 1", "D8")]


def test_headers_in_rows_reach_to_the_right_until_the_next() -> None:
    rows = [
        ["Om", None, None, "Nöjda", None, None],
        ["Kod", "Namn", None, 2023, None, 2024],
        [None, None, "n", "K", "M", None],
    ]
    assert joined_headers(rows) == (
        "Om / Kod", "Om / Namn", "Om / Namn / n", "Nöjda / 2023 / K", "Nöjda / 2023 / M",
        "Nöjda / 2024",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2024 / Kvinnor", "2025 / Kvinnor", "nämner ”Andel nöjda / 2025 / Kvinnor”"),
        ("Andel nöjda / 2024 / Totalt", "Totalt", "passar flera kolumner (C, F)"),
        ("[3, 4, 5]", "[3, 5]", "radernas nummer i följd"),
        ("[3, 4, 5]", "[3, 4, 5]\nforsta_rad = 4", "forsta_rad är den första raden"),
        ('kpi = "U90002"', "kpi = 90002", "i varje [[varde]]"),
        ('kpi = "U90002"', 'kpi = "U90001"', "U90001 2024 T står i två [[varde]]"),
        ('"*" = "Privacy"', '"*" = "Sekretess"', "Missing eller Privacy eller Not applicable"),
        ('formular = "jamforelser"', 'formular = "volymer"', "gäller bara formuläret"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_words(
    before: str, after: str, words: str, made: Workspace, tmp_path: Path
) -> None:
    assert before in MAPPING
    text = MAPPING.replace(before, after)
    say(made, text)
    assert words in refusal(made, tmp_path)


def test_the_handbook_s_example_is_one_that_works(made: Workspace, tmp_path: Path) -> None:
    page = (REPO / "docs" / "handbok.md").read_text(encoding="utf-8")
    _, example = re.findall(r"```toml\n(# [^\n]*mappning\.toml\n.*?)```", page, re.DOTALL)
    say(made, example)
    clean_year(made, 2025, tmp_path / "ut")
    table = pq.read_table(tmp_path / "ut" / "rensat" / "jamforelser.parquet").to_pylist()
    assert [(r["kommun"], r["varde"], r["status"]) for r in table[1:]] == [
        ("0114", None, "Missing"), ("0115", None, "Privacy"), ("0117", None, None),
    ]  # fmt: skip


def test_a_mapping_of_published_values_is_one_of_the_files(made: Workspace) -> None:
    books = load_codebooks(load_kommun(made.raw), [made.raw / "formular"])
    (one,) = load_mappings(made.raw / "formular", books)
    assert one.header_rows == (3, 4, 5) and one.first_row == 6
    assert [(p.kpi, p.year, p.gender) for p in one.published] == [
        ("U90001", 2024, "K"), ("U90001", 2024, "T"), ("U90002", 2024, "T"),
    ]  # fmt: skip
