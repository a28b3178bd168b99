"""The truth about the example adds up, and the files say what the truth says."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.exempel import Truth, expected_tables, make_example, world
from pipeline.exempel.sheets import Effect
from pipeline.forms.codebook import Codebook, Field, load_codebooks
from pipeline.workspace import load_kommun

YEARS = (2023, 2024, 2025)
ROWS = 140
Table = list[list[object]]  # as the spreadsheet shows it: row 1 first


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("raw")


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return make_example(folder, YEARS, ROWS)


@pytest.fixture(scope="module")
def books(folder: Path, truth: Truth) -> dict[str, Codebook]:
    return load_codebooks(load_kommun(folder), [folder / "formular"])


@pytest.fixture(scope="module")
def tables(folder: Path, truth: Truth) -> dict[str, Table]:
    """Source → cells, read without the project's own readers."""
    found: dict[str, Table] = {}
    for source in truth.sources:
        path = folder / str(source.year) / source.file
        if path.suffix == ".xlsx":
            sheet = load_workbook(path)[source.source.rpartition("!")[2]]
            found[source.source] = [list(row) for row in sheet.iter_rows(values_only=True)]
        else:
            survey = source.table == "brukarenkat"
            encoding, delimiter = ("cp1252", ";") if survey else ("utf-8-sig", ",")
            with path.open(encoding=encoding, newline="") as file:
                found[source.source] = [list(row) for row in csv.reader(file, delimiter=delimiter)]
    return found


def plain(value: object) -> str:
    return " ".join(str(value).split()).rstrip(":.").casefold()


def field_of(book: Codebook, header: object) -> Field | None:
    for field in book.fields:
        names = (field.name, field.title, *field.aliases, *(c.header for c in field.columns))
        if plain(header) in {plain(n) for n in names}:
            return field
    return None


def answers_of(field: Field) -> set[str]:
    return {
        plain(text)
        for category in field.categories
        for text in (category.value, category.label, *category.aliases)
    }


def test_raw_rows_are_processed_duplicates_and_quarantined(truth: Truth) -> None:
    for s in truth.sources:
        assert s.rows == s.processed + s.duplicates + s.quarantined, s.source
        marks = Counter(p.effect for p in truth.planted if p.source == s.source)
        assert marks[Effect.QUARANTINED] == s.quarantined, s.source
        assert marks[Effect.DUPLICATE] == s.duplicates, s.source
        assert marks[Effect.BLANKED] == s.blanked, s.source


def test_as_many_insatser_start_as_were_asked_for(truth: Truth) -> None:
    for year in YEARS:
        mine = [s for s in truth.sources if (s.table, s.year) == ("bakgrund", year)]
        assert sum(s.rows - s.duplicates for s in mine) == ROWS


def test_every_table_holds_the_processed_rows_of_its_files(truth: Truth) -> None:
    # Free text is coded and released in the last year alone: two tables more.
    assert len(truth.tables) == 26 * len(YEARS) + 2
    for t in truth.tables:
        mine = [s for s in truth.sources if (s.table, s.year) == (t.table, t.year)]
        assert t.processed == sum(s.processed for s in mine)
        for column, counts in t.counts.items():
            assert sum(counts.values()) == t.processed, column
        assert all(n <= t.processed for n, _ in t.sums.values())


def test_every_kind_of_mess_is_there_every_year(truth: Truth) -> None:
    for year in YEARS:
        assert {p.effect for p in truth.planted if p.year == year} == set(Effect)
        assert {p.kind for p in truth.planted if p.year == year} >= {
            "okänd enhet", "känd felstavning", "text i datum", "slut före start", "okänd kod",
            "utanför skalan", "text i tal", "personuppgift", "okänt insats-id", "saknat id",
            "likadan", "ändrad",
        }  # fmt: skip


def test_files_hold_the_rows_that_the_truth_counts(
    truth: Truth, tables: Mapping[str, Table]
) -> None:
    for s in truth.sources:
        below = tables[s.source][s.header_row :]
        assert sum(sum(c not in (None, "") for c in row) > 1 for row in below) == s.rows, s.source


def test_every_header_fits_its_field(
    truth: Truth, tables: Mapping[str, Table], books: Mapping[str, Codebook]
) -> None:
    for s in truth.sources:
        header = tables[s.source][s.header_row - 1]
        found = [field_of(books[s.table], h) for h in header]
        unread = tuple(str(h) for h, f in zip(header, found, strict=True) if f is None)
        assert unread == s.unread, s.source
        names = [f.name for f in found if f and not f.columns]
        assert len(names) == len(set(names)), s.source


def test_every_answer_is_known_but_the_planted_ones(
    truth: Truth, tables: Mapping[str, Table], books: Mapping[str, Codebook]
) -> None:
    planted = {(p.source, p.row, p.field) for p in truth.planted}
    for s in truth.sources:
        table = tables[s.source]
        for column, header in enumerate(table[s.header_row - 1]):
            field = field_of(books[s.table], header)
            if field is None or not field.substantive or field.columns:
                continue
            known = answers_of(field)
            for number, row in enumerate(table[s.header_row :], start=s.header_row + 1):
                cell = row[column] if column < len(row) else None
                if cell in (None, "") or (s.source, number, field.name) in planted:
                    continue
                parts = str(cell).split(";") if field.type == "list" else [str(cell)]
                assert {plain(p) for p in parts if p} <= known, (s.source, number, field.name)


def test_planted_faults_lie_where_the_truth_says(
    truth: Truth, tables: Mapping[str, Table], books: Mapping[str, Codebook]
) -> None:
    for p in truth.planted:
        if not p.field:
            continue
        s = truth.source(p.source)
        table = tables[p.source]
        fields = [field_of(books[s.table], h) for h in table[s.header_row - 1]]
        column = next(i for i, f in enumerate(fields) if f and f.name == p.field)
        cell = table[p.row - 1][column]
        if p.kind == "text i datum":
            assert isinstance(cell, str) and not cell[:1].isdigit(), p
        if p.effect is Effect.MISSING or p.kind == "saknat id":
            assert cell in (None, ""), p


def test_a_key_is_processed_once(truth: Truth) -> None:
    for (table, year), rows in expected_tables(YEARS, ROWS).items():
        assert len(rows) == truth.table(table, year).processed
        if table == "avslut":
            keys = [(r["insats_id"], r["respondent"]) for r in rows]
            assert len(keys) == len(set(keys)), year
        assert len({(r["_kalla"], r["_rad"]) for r in rows}) == len(rows)


def test_no_insats_ends_before_it_starts() -> None:
    for (table, _), rows in expected_tables(YEARS, ROWS).items():
        for row in rows if table == "avslut" else ():
            start, end = row["startdatum"], row["slutdatum"]
            if isinstance(start, dt.date) and isinstance(end, dt.date):
                assert start < end


def test_a_late_ending_is_looked_up_in_the_year_it_started() -> None:
    rows = expected_tables(YEARS, ROWS)["avslut", 2025]
    earlier = [r for r in rows if str(r["insats_id"])[2:4] == "24"]
    assert len(earlier) > 30
    assert sum(r["enhet"] is None for r in earlier) <= 4  # quarantined at the start


def test_shares_are_those_the_world_was_drawn_from() -> None:
    rows = [
        r for r in expected_tables([2025], 4000)["avslut", 2025] if r["avslutsorsak"] is not None
    ]
    assert sum(bool(r["erbjuden"]) for r in rows) / len(rows) == pytest.approx(
        world.offered(2025), abs=0.03
    )
    for name in world.ENHETER:
        grades = [
            r["nojd_kontakt"]
            for r in rows
            if r["enhet"] == name and r["avslutsorsak"] not in world.BREAKS
        ]
        known = [g for g in grades if isinstance(g, int)]
        assert sum(g >= 4 for g in known) / len(known) == pytest.approx(
            world.satisfied(name, 2025, broken_off=False), abs=0.08
        )


def test_comparators_have_one_missing_and_one_withheld_value(truth: Truth) -> None:
    assert Counter(v.status for v in truth.kolada) == {"": 124, "Missing": 1, "Privacy": 1}
    assert all((v.value is None) == bool(v.status) for v in truth.kolada)
    assert {v.municipality for v in truth.kolada} == {"0000", "9999"}
