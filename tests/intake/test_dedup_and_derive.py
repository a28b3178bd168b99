from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import ConfigError
from pipeline.forms.codebook import Codebook, Derived
from pipeline.intake.clean import schema
from pipeline.intake.dedup import deduplicate
from pipeline.intake.derive import add_derived


def table(book: Codebook, *rows: dict[str, Any]) -> pa.Table:
    made = [{"_kalla": "a.xlsx!S", "_rad": i, **r} for i, r in enumerate(rows, 2)]
    return pa.Table.from_pylist(made, schema=schema(book))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_latest_date_of_one_key_is_kept(books: dict[str, Codebook]) -> None:
    book = books["provarenden"]
    made = deduplicate(
        table(
            book,
            {"arende_id": "A", "slutdatum": day("2025-06-01")},
            {"arende_id": "B", "slutdatum": None},
            {"arende_id": "A", "slutdatum": day("2025-03-01")},
            {"arende_id": "B", "slutdatum": day("2025-03-01")},
        ),
        book,
    )
    assert made.table["_rad"].to_pylist() == [2, 5]
    assert "senare datum i slutdatum" in made.duplicates["orsak"][0].as_py()
    assert made.duplicates.select(["_rad", "regel", "behallen_rad"]).to_pylist() == [
        {"_rad": 3, "regel": "dubblett_nyckel", "behallen_rad": 5},
        {"_rad": 4, "regel": "dubblett_nyckel", "behallen_rad": 2},
    ]


def test_of_equal_rows_the_last_is_kept_and_the_rule_says_so(books: dict[str, Codebook]) -> None:
    book = books["provarenden"]
    row = {"arende_id": "A", "slutdatum": day("2025-06-01"), "_fel_alder": "tolv"}
    other = {**row, "_fel_alder": "elva"}
    made = deduplicate(table(book, row, row, other, row), book)
    assert made.table["_rad"].to_pylist() == [5]
    assert made.duplicates["regel"].to_pylist() == [
        "dubblett_identisk", "dubblett_identisk", "dubblett_nyckel",
    ]  # fmt: skip
    assert "rad 5 i a.xlsx!S" in made.duplicates["orsak"][0].as_py()


def test_rows_without_a_whole_key_are_nobodys_duplicates(books: dict[str, Codebook]) -> None:
    book = books["provmal"]
    rows = [{"arende_id": "A", "mal_nr": None}] * 2 + [{"arende_id": None, "mal_nr": 1}] * 2
    made = deduplicate(table(book, *rows), book)
    assert made.table.num_rows == 4 and made.duplicates.num_rows == 0


def test_a_table_without_key_and_an_empty_table_are_left_as_they_are(
    books: dict[str, Codebook],
) -> None:
    assert deduplicate(table(books["provenkat"], {}, {}), books["provenkat"]).table.num_rows == 2
    assert deduplicate(table(books["provarenden"]), books["provarenden"]).table.num_rows == 0


def test_a_key_that_is_no_column_is_told(books: dict[str, Codebook]) -> None:
    book = dataclasses.replace(books["provarenden"], primary_key=("tertial",))
    with pytest.raises(ConfigError, match="tertial"):
        deduplicate(table(book, {}), book)


def reference(book: Codebook, *rows: dict[str, Any]) -> pa.Table:
    years = pa.array([r.pop("_ar") for r in rows], pa.int64())
    return table(book, *rows).append_column("_ar", years)


def test_lookups_come_from_the_newest_year_without_moving_rows(books: dict[str, Codebook]) -> None:
    book = books["provmal"]
    cases = reference(
        books["provarenden"],
        {"_ar": 2025, "arende_id": "A", "enhet": "ny", "slutdatum": day("2025-02-01")},
        {"_ar": 2024, "arende_id": "A", "enhet": "gammal"},
        {"_ar": 2024, "arende_id": "B", "enhet": "gammal", "problem__skola": True},
        {"_ar": 2026, "arende_id": "B", "enhet": "framtida"},
    )
    goals = table(
        book,
        {"arende_id": "B"},
        {"arende_id": "A", "uppfoljd": day("2025-02-15")},
        {"arende_id": None},
        {"arende_id": "C"},
    )
    made = add_derived(goals, book, 2025, {"provarenden": cases})
    assert made["arende_id"].to_pylist() == ["B", "A", None, "C"]
    assert made["enhet"].to_pylist() == ["gammal", "ny", None, None]
    assert made["problem__skola"].to_pylist() == [True, None, None, None]
    assert made["_provarenden_ar"].to_pylist() == [2024, 2025, None, None]
    assert made["_provarenden_rad"].to_pylist() == [4, 2, None, None]
    assert made["_provarenden_kalla"].to_pylist() == ["a.xlsx!S", "a.xlsx!S", None, None]
    assert made["dagar"].to_pylist() == [None, 14, None, None]


def test_without_the_other_table_the_columns_are_there_and_null(books: dict[str, Codebook]) -> None:
    book = books["provmal"]
    goals = table(book, {"arende_id": "A", "uppfoljd": day("2025-02-15")})
    made = add_derived(goals, book, 2025, {}, books)
    assert made["slutdatum"].type == pa.date32() and made["dagar"].to_pylist() == [None]
    assert {"problem__skola", "_provarenden_ar"} <= set(made.column_names)
    assert add_derived(goals, book, 2025, {})["dagar"].to_pylist() == [None]


def test_weeks_are_counted_from_monday_to_monday(books: dict[str, Codebook]) -> None:
    """ISO 8601: Sunday ends its week; the weeks of a new year go on from the old one's."""
    weeks = Derived("veckor", "Veckor", "weeks_between", "slutdatum", "uppfoljd")
    book = dataclasses.replace(books["provmal"], derived=(weeks,))
    pairs = [
        ("2025-03-10", "2025-03-17"), ("2025-03-16", "2025-03-17"), ("2025-03-10", "2025-03-16"),
        ("2025-03-14", "2025-03-28"), ("2024-12-30", "2025-01-07"), ("2025-03-17", "2025-03-14"),
        ("1969-12-28", "1969-12-29"),
    ]  # fmt: skip
    cases = reference(
        books["provarenden"],
        *({"_ar": 2025, "arende_id": str(i), "slutdatum": day(a)} for i, (a, _) in
          enumerate(pairs)),
    )  # fmt: skip
    rows = [{"arende_id": str(i), "uppfoljd": day(b)} for i, (_, b) in enumerate(pairs)]
    made = add_derived(table(book, *rows, {"arende_id": "0"}), book, 2025, {"provarenden": cases})
    assert made["veckor"].to_pylist() == [1, 1, 0, 2, 1, -1, 1, None]


def test_bands_years_and_tertials_follow_their_source(books: dict[str, Codebook]) -> None:
    book = books["provarenden"]
    ages = [-1, 0, 12, 13, 17, 18, 64, 65, 99, None]
    dates = ["2024-12-31", "2025-01-01", "2025-04-30", "2025-05-01", "2025-08-31", "2025-09-01"]
    rows = [
        {"alder": a, "slutdatum": day(dates[i]) if i < len(dates) else None}
        for i, a in enumerate(ages)
    ]
    made = add_derived(table(book, *rows), book, 2025, {})
    assert made["aldersband"].to_pylist() == [
        None, "0–12", "0–12", "13–17", "13–17", "18–64", "18–64", "65+", "65+", None,
    ]  # fmt: skip
    assert made["tertial"].to_pylist() == ["T3", "T1", "T1", "T2", "T2", "T3", *[None] * 4]
    assert made["ar"].to_pylist() == [2024, *[2025] * 5, *[None] * 4]


def test_the_number_of_a_month_has_a_tertial_as_a_date_has(books: dict[str, Codebook]) -> None:
    book = dataclasses.replace(
        books["provarenden"], derived=(Derived("tertial", "Tertial", "tertial", "alder"),)
    )
    rows = [{"alder": month} for month in (1, 4, 5, 8, 9, 12, None)]
    made = add_derived(table(book, *rows), book, 2025, {})
    assert made["tertial"].to_pylist() == ["T1", "T1", "T2", "T2", "T3", "T3", None]


def test_a_month_has_its_number_and_a_product_needs_both_numbers(
    books: dict[str, Codebook],
) -> None:
    book = dataclasses.replace(
        books["provarenden"],
        derived=(
            Derived("manad", "Månad", "month", "slutdatum"),
            Derived("risk", "Risk", "product", "alder", to="nojd"),
        ),
    )
    rows = [
        {"alder": 3, "nojd": 4, "slutdatum": day("2025-12-31")},
        {"alder": 0, "nojd": 4, "slutdatum": day("2025-01-01")},
        {"alder": None, "nojd": 4},
        {"alder": 3, "nojd": None},
    ]
    made = add_derived(table(book, *rows), book, 2025, {})
    assert made["risk"].to_pylist() == [12, 0, None, None]
    assert made["risk"].type == pa.int64()
    assert made["manad"].to_pylist() == [12, 1, None, None]
    assert [c.label for c in book.derived[0].categories][::11] == ["januari", "december"]
