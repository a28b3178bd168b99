from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.codebook import Category, Codebook, Field
from pipeline.intake.convert import RULES, Converted, converter
from pipeline.intake.dates import parse_date
from pipeline.intake.numbers import parse_integer, parse_number
from pipeline.intake.raw import Cell

D = dt.date(2025, 3, 1)


def run(books: dict[str, Codebook], field: str, cell: Cell) -> Converted:
    book = next(b for b in books.values() if b.has(field))
    made = converter(book.field(field), book)(cell)
    assert made.rule is None or made.rule in RULES
    if made.error and isinstance(cell, str) and len(cell) > 2:
        assert cell not in made.error, "a reason holds no value"
    return made


@pytest.mark.parametrize(
    "cell",
    [
        D,
        dt.datetime(2025, 3, 1, 14, 5),
        "2025-03-01",
        "2025-03-01 14:05",
        "2025-03-01T14:05:33.123Z",
        "2025/03/01 3:54:21 PM MDT",
        "2025/3/1",
        "2025.03.01",
        "1/3 2025",
        "01.03.2025",
        "1 mars 2025",
        "den 1 mar. 2025",
        "1 March 2025",
        "20250301",
        20250301,
        45717,
        45717.5,
        " 2025-03-01 ",
    ],
)
def test_dates_are_read_however_they_are_written(cell: Cell) -> None:
    assert parse_date(cell)[0] == D


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("3/4/2025", "två sätt"),
        ("03-04-2025", "två sätt"),
        ("3/4/2025 14:05", "två sätt"),
        ("2025-02-30", "kalendern"),
        ("31/31/2025", "kalendern"),
        ("25-03-01", "två siffror"),
        ("2025", "årtal"),
        (2025, "årtal"),
        (3.5, "årtal"),
        ("våren", "inget datum"),
        ("1 floreal 2025", "inget datum"),
        (True, "inget datum"),
        ("0025-03-01", "1900"),
    ],
)
def test_what_is_no_certain_date_is_refused(cell: Cell, word: str) -> None:
    value, rule, error = parse_date(cell)
    assert value is None and not rule and word in error


def test_a_day_above_twelve_tells_day_from_month() -> None:
    assert parse_date("25/3/2025")[0] == parse_date("3/25/2025")[0] == dt.date(2025, 3, 25)
    assert parse_date("3/3/2025")[0] == dt.date(2025, 3, 3)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2099, 12, 31)))
def test_every_date_survives_every_certain_notation(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    compact = int(f"{day:%Y%m%d}")
    written = f"{day.day}/{day.month} {day.year}"
    for cell in (day, day.isoformat(), f"{day} 09:30", compact, str(compact), serial, written):
        assert parse_date(cell)[0] == day


@given(st.text(max_size=12))
def test_no_text_breaks_the_readers_of_dates_and_numbers(text: str) -> None:
    date, _, no_date = parse_date(text)
    number, _, no_number = parse_number(text)
    assert (date is None) == bool(no_date) and (number is None) == bool(no_number)
    assert number is None or math.isfinite(number)


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_decimals_mean_the_same_with_comma_point_and_thousands(value: Any) -> None:
    plain = f"{value:.2f}"
    swedish = f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")
    minus = plain.replace("-", "−")
    for text in (plain, plain.replace(".", ","), swedish, minus):
        assert parse_number(text)[0] == float(plain)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("2,5", 2.5, "decimalkomma"),
        ("2.5", 2.5, "talsomtext"),
        ("1 234,5", 1234.5, "tusentalsavgransare"),
        ("1.234,5", 1234.5, "tusentalsavgransare"),
        ("1,234.5", 1234.5, "tusentalsavgransare"),
        ("1,234", 1.234, "decimalkomma"),
        (",5", 0.5, "decimalkomma"),
        ("1,5E+03", 1500.0, "decimalkomma"),
    ],
)
def test_numbers_are_read_by_named_rules(text: str, value: float, rule: str) -> None:
    assert parse_number(text)[:2] == (value, rule)


@pytest.mark.parametrize("cell", ["62 %", "3 st", "nan", "inf", "1e999", "1,2,3", True, "9" * 500])
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    assert parse_number(cell)[0] is None and parse_number(cell)[2]


def test_whole_numbers_may_have_zero_decimals_only() -> None:
    assert [parse_integer(c)[0] for c in ("3", "3.0", "3,0", 3, 3.0)] == [3] * 5
    assert parse_integer("3,5")[2] == parse_integer(3.5)[2] != ""
    assert parse_integer("9" * 20)[2]


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "Uppgift saknas", float("nan")])
def test_missing_marks_are_empty(cell: Cell, books: dict[str, Codebook]) -> None:
    for field in ("alder", "slutdatum", "enhet", "synpunkter", "problem"):
        made = run(books, field, cell)
        assert made.value is None and made.error is None and made.bortfall is None
    assert (run(books, "alder", cell).rule == "saknas") == (cell in ("-", "Uppgift saknas"))


@pytest.mark.parametrize(
    "cell", [5, 5.0, "5", "Mycket nöjd", "mycket  NÖJD ", "5 – Mycket nöjd", "5 - mycket nöjd",
             "5. Mycket nöjd", "5=Mycket nöjd", "5 (Mycket nöjd)"],
)  # fmt: skip
def test_a_category_is_known_by_value_label_and_both(
    cell: Cell, books: dict[str, Codebook]
) -> None:
    made = run(books, "nojd", cell)
    assert made.value == 5 and type(made.value) is int
    assert made.rule == (None if cell in (5, "5") else "omkodat")


def test_vet_ej_leaves_the_column_and_stands_as_bortfall(books: dict[str, Codebook]) -> None:
    for cell in (9, "Vet ej", "vet inte"):
        assert run(books, "nojd", cell) == Converted(bortfall="9", rule="vet_ej")


def test_an_unknown_category_is_kept_as_text_and_the_nearest_is_named(
    books: dict[str, Codebook],
) -> None:
    made = run(books, "enhet", "Familjteamet!")
    assert made.value is None and made.bad == "Familjteamet!"
    assert made.error is not None and "Menade du ”Familjeteamet”?" in made.error
    assert "Menade du" not in (run(books, "enhet", "Qqq").error or "")


def test_a_step_outside_the_scale_is_refused(books: dict[str, Codebook]) -> None:
    assert run(books, "nojd", 6).error and run(books, "nojd", "6").bad == "6"


def test_signs_tell_steps_of_a_scale_apart() -> None:
    steps = tuple(Category(v, str(v)) for v in (-2, -1, 0, 1))
    field = Field("niva", "Nivå", "integer", categories=steps)
    book = Codebook("x", "X", "register", "none", (field,))
    convert = converter(field, book)
    assert [convert(c).value for c in (-2, "−2", "–1", "+1", "1", 0)] == [-2, -2, -1, 1, 1, 0]
    assert convert("2").value is None and convert("2").error


def test_ja_and_nej_in_many_tongues_are_booleans(books: dict[str, Codebook]) -> None:
    for cell in ("Ja", "yes", "TRUE", 1, "sant", True, "x"):
        assert run(books, "erbjuden", cell).value is True
    for cell in ("Nej", "no", "False", 0, "falskt", False):
        assert run(books, "erbjuden", cell).value is False
    assert run(books, "erbjuden", "kanske").error


def test_several_answers_are_split_but_labels_keep_their_delimiter(
    books: dict[str, Codebook],
) -> None:
    assert run(books, "problem", "Alkohol;Spel; pengar;").value == {"alkohol", "spel"}
    assert run(books, "problem", "alkohol").value == {"alkohol"}
    assert run(books, "problem", "alkohol").rule is None


def test_an_unknown_option_is_kept_as_text_and_the_known_ones_stay(
    books: dict[str, Codebook],
) -> None:
    made = run(books, "problem", "Alkohol;Skolk;Skola")
    assert made.value == {"alkohol", "skola"} and made.bad == "Skolk"
    assert made.error is not None and "Menade du ”Skola”?" in made.error


def test_vet_ej_alone_is_bortfall_and_beside_an_answer_is_not(books: dict[str, Codebook]) -> None:
    assert run(books, "problem", "Vet ej").bortfall == "vet_ej"
    made = run(books, "problem", "Vet ej;Alkohol")
    assert made.value == {"alkohol"} and made.bortfall is None


def test_texts_are_trimmed_and_numbers_in_them_become_text(books: dict[str, Codebook]) -> None:
    assert run(books, "synpunkter", " a\nb\u00a0") == Converted("a\nb", rule="trimmat")
    assert run(books, "arende_id", 17) == Converted("17", rule="tal_till_text")
    assert run(books, "synpunkter", "a") == Converted("a")


def test_a_file_without_types_has_nothing_to_say_of_plain_texts(
    books: dict[str, Codebook],
) -> None:
    book = books["provarenden"]
    assert converter(book.field("alder"), book, plain_text=True)("17").rule is None
    assert converter(book.field("slutdatum"), book, plain_text=True)("2025-03-01").rule is None
    assert converter(book.field("slutdatum"), book, plain_text=True)("1/3 2025").rule
    assert converter(book.field("alder"), book)("17").rule == "talsomtext"
