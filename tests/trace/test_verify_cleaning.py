"""The second path through the files gives, cell by cell, what the first one gives: on every
spelling people use, written by hand and drawn at random."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.forms.codebook import load_codebooks
from pipeline.trace.verify.cleaning import clean, load
from pipeline.trace.verify.persons import secret_of
from pipeline.trace.verify.processed import compare_processed
from pipeline.trace.verify.tables import count_tables
from pipeline.workspace import REPO, Workspace, load_kommun
from tests import municipality
from tests.municipality import establish, settings, tables

YEAR = 2025
KOMMUN = (
    settings("Provkommun", ["soder=Öppenvård Söder", "norr=Öppenvård Norr"])
    + 'alias = ["Norr", "ÖV-Norr"]\n'  # of the last
)
SCALE = [
    {"value": 1, "label": "Dåligt"}, {"value": 2, "label": "Varken eller"},
    {"value": 3, "label": "Mycket bra", "aliases": ["Toppen!"]},
    {"value": "vet_ej", "label": "Vet ej", "aliases": ["ingen åsikt"], "missing": True},
]  # fmt: skip
FORM: dict[str, Any] = {
    "name": "prov", "title": "Prov", "kind": "register", "protects": "person",
    "primaryKey": ["nyckel"], "keep": "dag", "missingValues": ["", "-", "saknas"],
    "fields": [
        {"name": "nyckel", "title": "Nyckel", "type": "string", "constraints": {"required": True}},
        {"name": "dag", "title": "Vilken dag?", "type": "date",
         "constraints": {"minimum": "2000-01-01"}},
        {"name": "slut", "title": "Slutdag", "type": "date", "severity": "info"},
        {"name": "antal", "title": "Antal", "type": "integer",
         "constraints": {"minimum": 0, "maximum": 20000}},
        {"name": "timmar", "title": "Timmar", "type": "number", "severity": "info",
         "constraints": {"maximum": 1000.5}},
        {"name": "tolk", "title": "Tolk", "type": "boolean"},
        {"name": "enhet", "title": "Enhet", "type": "string", "categories": "kommun:enheter",
         "severity": "critical"},
        {"name": "betyg", "title": "Betyg", "type": "integer", "categories": SCALE},
        {"name": "ord", "title": "Ord", "type": "string",
         "categories": ["ett", "två", {"value": "+", "label": "Plus"}]},
        {"name": "val", "title": "Val", "type": "list", "categories": [
            "a", {"value": "b", "label": "Bo; eller inte"}, {"value": "c", "label": "Ce"},
            {"value": "vet", "label": "Vet inte", "missing": True}]},
        {"name": "svar", "title": "Svar", "type": "string", "categories": [
            "ja", {"value": "annat", "label": "Annat", "ownWords": True},
            {"value": "vet", "label": "Vet inte", "missing": True}]},
        {"name": "flera", "title": "Flera", "type": "list", "categories": [
            "a", {"value": "b", "label": "Bo; eller inte"},
            {"value": "annat", "label": "Annat", "ownWords": True},
            {"value": "vet", "label": "Vet inte", "missing": True}]},
        {"name": "kryss", "title": "Kryss", "type": "list", "categories": [
            "x1", "x2", {"value": "inget", "label": "Inget", "missing": True}]},
        {"name": "kod", "title": "Kod", "type": "string", "constraints": {
            "pattern": "[A-Z]{2}[0-9]+"}},
        {"name": "fritt", "title": "Fritt", "type": "string"},
        # `celler` has a column of this name, which no path recomputes; a form's own is its own.
        {"name": "orsak", "title": "Orsak", "type": "string"},
    ],
    "derived": [
        {"name": "band", "title": "Band", "rule": "band", "from": "antal", "breaks": [0, 13, 18]},
        {"name": "ar", "title": "År", "rule": "year", "from": "dag"},
        {"name": "tertial", "title": "Tertial", "rule": "tertial", "from": "dag"},
        {"name": "manad", "title": "Månad", "rule": "month", "from": "dag"},
        {"name": "dagar", "title": "Dagar", "rule": "days_between", "from": "dag", "to": "slut"},
        {"name": "veckor", "title": "Veckor", "rule": "weeks_between", "from": "dag",
         "to": "slut"},
        {"name": "produkt", "title": "Produkt", "rule": "product", "from": "antal", "to": "betyg"},
    ],
}  # fmt: skip
HEADERS = [
    "Nyckel", " vilken dag? ", "SLUTDAG:", "Antal", "Timmar", "Tolk", "Enhet", "Betyg", "Ord",
    "Val", "Svar", "Flera", "Kryss [x1]", "Kryss [x2]", "kryss[inget]", "Kod", "Fritt", "Eget",
]  # fmt: skip
DATES = [
    "2025-03-01", "2025/3/1", "2025.03.01", "20250301", "1/3 2025", "01.03.2025", "13/3/2025",
    "3/13/2025", "3/4/2025", "4/4/2025", "1 mars 2025", "den 1:e mars 2025", "1 Mars. 2025",
    "3 may 2025", "12 sept 2025", "2025-03-01 10:30", "2025-03-01T10:30:00Z", "2025-02-30",
    "förra veckan", "2025", "25-03-01", "1899-12-31", "1999-05-05", "1-3-2025", "2025-03/01",
    dt.date(2025, 5, 5), dt.datetime(2025, 6, 6, 12, 30), 45000, 45000.5, 20250301, 7, True,
    "-", "Saknas", "2025-12-31", "12 Okt 2025 10.30", "2025-3-1 9:05:01.5",
]  # fmt: skip
NUMBERS = [
    0, 5, 12, 17, 18, 20001, -1, 3.0, 2.5, "7", " 8 ", "7,0", "7,5", "1 234", "1\u00a0234",
    "12 345,6", "1.234,5", "1,234.5", "1,234,567", "−3", "–3", "+4", "1e3", "fem", "5 st", ",5",
    "5,", "1'234", "", None, "saknas", True, "1000,5", 1000.6, "12,", "1 23", "9" * 45, "1e400",
    "62 %", "61,5\u00a0%", "7%", "%", "5 % %",
]  # fmt: skip
ANSWERS: dict[str, list[Any]] = {
    "Betyg": [1, 2, 3, 4, "1", "3.0", "3,0", "3 – Mycket bra", "3 mycket bra", "MYCKET  BRA",
              "toppen", "toppen!", "vet ej", "Ingen åsikt", "-", "kanske", 2.5, "varken-eller",
              "2 - Varken eller", True, "−1", "1 Dåligt", ""],
    "Ord": ["ett", "Ett", " två", "TVÅ ", "tre", "+", "plus", "Plus.", 1, "-"],
    "Tolk": ["ja", "Nej", "J", "n", "1", "0", 1, 0, "x", "sant", "FALSKT", "kanske", True, False,
             "yes", "-"],
    "Enhet": ["norr", "Öppenvård Norr", "ÖV–Norr", "öppenvård  söder", "väst", "soder", "-"],
    "Val": ["a", "a;Ce", "A ; ce", "Bo; eller inte", "a;bo; ELLER inte;Ce", "Vet inte", "a;vet",
            "a;okänd", "okänd", ";", "-", "b;c", 1],
    "Svar": ["ja", "JA ", "Annat", "Annat: hos grannen", "ring 070-123 45 67", "vet inte", "-", "",
             3, "  eget  ord\u00a0", "#N/A"],
    "Flera": ["a", "a;b", "a; hos mormor ", "egna, ord; a;Vet inte", "Bo; eller inte;x y", "Annat",
              "-", "; ;", "Vet inte", 5, "mejla a@example.org;a", "ett eget;ett till;annat"],
    "Kryss [x1]": ["ja", "nej", "", None, "x1", "X", "0", "kanske", "-", True, 1],
    "Kryss [x2]": ["ja", "nej", "", None, "nej", "x2", 0],
    "kryss[inget]": ["", "", None, "ja", "nej", "Inget"],
    "Kod": ["AB12", "ab12", " AB1 ", "AB", "XAB12", 12, "-"],
    "Fritt": ["hej", " hej\u00a0", "\tord ", 5, 2.5, True, dt.date(2025, 1, 2), "-", "a; b",
              dt.datetime(2025, 1, 2, 3, 4), "#N/A"],
    "Eget": ["anteckning", "", 3],
}  # fmt: skip
Rows = list[list[Any]]


def workspace(folder: Path, form: dict[str, Any] = FORM) -> Workspace:
    return establish(folder, KOMMUN, form)


def drawn(seed: int, rows: int) -> Rows:
    """Rows in which every cell is drawn from the spellings of its column."""
    chance = random.Random(seed)
    keys: list[Any] = [f"k{i}" for i in range(rows)] + ["k1", "k2", "K3", None, 17, "17"]
    made = []
    for _ in range(rows):
        row: list[Any] = [chance.choice(keys)]
        row += [chance.choice(DATES), chance.choice(DATES)]
        row += [chance.choice(NUMBERS), chance.choice(NUMBERS)]
        row += [chance.choice(ANSWERS[h]) for h in HEADERS[5:]]
        made.append(row)
    return made


def write_workbook(
    path: Path, rows: Rows, headers: Sequence[str] = HEADERS, above: int = 0
) -> None:
    titles = [["Titel" if not i else None] for i in range(above)]
    municipality.write_workbook(path, {"Sheet": [*titles, headers, *rows]})


def write_text(path: Path, rows: Rows, encoding: str, separator: str) -> None:
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerows([HEADERS, *rows])


def apart(made: Workspace) -> list[str]:
    """What the two paths do not agree on."""
    tables(made, YEAR)
    kommun = load_kommun(made.raw)
    every = load_codebooks(kommun, [made.raw / "formular"])
    with duckdb.connect() as db:
        raw = load(db, made, YEAR, kommun, every)
        books = {n: b for n, b in every.items() if n in {t for _, t in raw.tables}}
        clean(db, books, secret_of(kommun))
        count_tables(db, books, kommun, [REPO / "expectations", made.raw / "formular"])
        found, _ = compare_processed(db, raw, books, made.processed)
    return [f"{d.where} {d.what}: {d.shown!r} {d.recomputed!r} {d.rows}" for d in found]


@pytest.mark.parametrize("seed", range(2))
def test_both_paths_read_a_workbook_of_odd_spellings_alike(tmp_path: Path, seed: int):
    made = workspace(tmp_path)
    write_workbook(made.raw / str(YEAR) / "prov.xlsx", drawn(seed, 400), above=seed)
    assert apart(made) == []


@pytest.mark.parametrize(
    ("encoding", "separator"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-16", "\t")]
)
def test_both_paths_read_text_files_alike(tmp_path: Path, encoding: str, separator: str):
    made = workspace(tmp_path)
    write_text(made.raw / str(YEAR) / "prov å.csv", drawn(11, 300), encoding, separator)
    write_workbook(made.raw / str(YEAR) / "fler.xlsx", drawn(12, 100))
    assert apart(made) == []
