"""The proof's own interpreters agree with what they stand for: Great Expectations, Arrow, the
readers."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from pipeline.errors import UppfoljningError
from pipeline.facts import predicate as p
from pipeline.forms.codebook import load_codebooks
from pipeline.intake.clean import schema
from pipeline.intake.derive import add_derived
from pipeline.intake.readers import read_file
from pipeline.trace.prove import files
from pipeline.trace.prove.cells import Mutation, Place, mutated
from pipeline.trace.prove.checks import interpret
from pipeline.trace.prove.compiled import compiled
from pipeline.validation.check import run_checks
from pipeline.validation.rules import Check, load_checks
from pipeline.workspace import Kommun

BOOKS = load_codebooks(Kommun())
GIVEN = {
    "enheter": ["norr", "soder"], "insatser": ["MET"],
    "arets_forsta_dag": dt.date(2025, 1, 1), "arets_sista_dag": dt.date(2025, 12, 31),
}  # fmt: skip
NOWHERE = Path("finns-inte")


def any_value(kind: pa.DataType, dice: random.Random) -> object:
    if dice.random() < 0.3:
        return None
    if pa.types.is_boolean(kind):
        return dice.random() < 0.5
    if pa.types.is_integer(kind):
        return dice.choice([-3, 0, 1, 5, 111, 1800, 2025, 9999])
    if pa.types.is_floating(kind):
        return dice.choice([-1.5, 0.0, 3.25, 1e9])
    if pa.types.is_date(kind):
        return dt.date(1980, 1, 1) + dt.timedelta(dice.randrange(20_000))
    return dice.choice(
        ["norr", "soder", "MET", "K", "U30447", "0180", "fel", "planenligt", "allvarligt", ""]
    )


def any_table(name: str, seed: int) -> pa.Table:
    """Rows of a form with whatever stands in them, looked-up and derived columns included."""
    dice, book = random.Random(seed), BOOKS[name]
    columns = {f.name: [any_value(f.type, dice) for _ in range(80)] for f in schema(book)}
    table = pa.table(columns, schema=schema(book))
    return add_derived(table, book, 2025, {}, BOOKS)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["avslut", "avvikelser", "bakgrund", "jamforelser"])
def test_checks_fail_on_the_rows_that_great_expectations_names(name: str, seed: int):
    table = any_table(name, seed)
    checks = load_checks(BOOKS[name], NOWHERE)
    real = run_checks(table, checks, GIVEN)
    ours = interpret(table.to_pylist(), checks, GIVEN)
    assert [(r.check.kontroll, r.rows, r.applied) for r in ours] == [
        (r.check.kontroll, r.rows, r.applied) for r in real
    ]
    assert any(r.rows for r in ours)


def check(kind: str, **kwargs: object) -> Check:
    expectation = {
        "type": kind, "kwargs": kwargs, "severity": "warning",
        "meta": {"kontroll": "x.y", "falt": "y"},
    }  # fmt: skip
    return Check("avslut", "x.y", "y", "warning", kind, "", "", "", ("y",), expectation)


ROWS = pa.table(
    {
        "a": pa.array([1, 2, 2, None, 5, 5], pa.int64()),
        "b": pa.array([1, 1, None, None, 9, 4], pa.int64()),
        "t": pa.array(["x1", "y", None, "x", "", "ax"], pa.string()),
    }
)
COLUMN, PAIR = "expect_column_values_to_", "expect_column_pair_values_a_to_be_greater_than_b"
EITHER = "either_value_is_missing"


@pytest.mark.parametrize(
    "asked",
    [
        check(COLUMN + "be_unique", column="a"),
        check(COLUMN + "not_be_in_set", column="a", value_set=[2]),
        check(COLUMN + "match_regex", column="t", regex="^x"),
        check(COLUMN + "match_regex", column="t", regex="x$"),
        check(COLUMN + "be_between", column="a", min_value=2, max_value=4),
        check(PAIR, column_A="a", column_B="b", or_equal=True, ignore_row_if=EITHER),
        check(PAIR, column_A="a", column_B="b", or_equal=False, ignore_row_if=EITHER),
    ],
)
def test_every_sort_of_check_agrees(asked: Check):
    (real,) = run_checks(ROWS, [asked])
    (ours,) = interpret(ROWS.to_pylist(), [asked], {})
    assert ours.rows == real.rows


def test_what_it_cannot_interpret_is_refused():
    unknown = check(COLUMN + "match_like_pattern", column="t", like_pattern="x%")
    mostly = check(COLUMN + "be_between", column="a", min_value=3, mostly=0.9)
    pair = check(PAIR, column_A="a", column_B="b", ignore_row_if="both_values_are_missing")
    for asked in (unknown, mostly, pair):
        with pytest.raises(UppfoljningError, match="kan inte tolka"):
            interpret(ROWS.to_pylist(), [asked], {})


PREDICATES = [
    "a >= 2 AND b IS NOT NULL", "NOT (a = 2 OR b > 1)", "a IN (1, 5) OR t = 'x'", "a > b",
    "NOT (a IN (2, 5))", "t IS NULL AND NOT (b = 9)", "a <> b", "a >= 1.5", "t < 'x2'", "d",
    "NOT d", "d IS TRUE OR when_ >= DATE '2025-02-01'", "when_ BETWEEN DATE '2025-01-01' AND "
    "DATE '2025-01-31'",
]  # fmt: skip


@pytest.mark.parametrize("text", PREDICATES)
def test_a_compiled_predicate_selects_the_same_rows(text: str):
    table = ROWS.append_column("d", pa.array([True, False, None] * 2)).append_column(
        "when_", pa.array([dt.date(2025, m, 1) for m in (1, 2, 3)] * 2, pa.date32())
    )
    node = p.parse(text)
    test = compiled(node)
    assert [test(row) is True for row in table.to_pylist()] == p.mask(node, table).to_pylist()


def place(source: str, row: int, column: int) -> Place:
    return Place(2025, source, row, column, "", "")


@pytest.mark.parametrize(
    ("column", "after"),
    [(0, "ny text <&>"), (1, 7), (1, "sju"), (1, ""), (2, dt.date(2024, 2, 29)), (2, "i våras"),
     (3, "där inget stod"), (1, 2.5)],
)  # fmt: skip
def test_a_cell_of_a_workbook_is_changed_and_no_other(tmp_path: Path, column: int, after: object):
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Text", "Tal", "Datum", "Tom"])
    book.active.append(["a", 1, dt.date(2025, 1, 1)])
    book.active.append(["b", 2, dt.date(2025, 1, 2), "x"])
    path = tmp_path / "bok.xlsx"
    book.save(path)
    (raw,) = read_file(path, path.name)
    change = Mutation(place(raw.source, 2, column), "", None, after)
    assert files.write(path, raw, change)
    (found,) = read_file(path, path.name)
    assert found.rows == mutated(raw, change).rows


def test_a_cell_of_a_text_file_is_changed(tmp_path: Path):
    path = tmp_path / "svar.csv"
    path.write_bytes("Fråga;Svar\r\nhöst;1\r\nvår;2\r\n".encode("utf-8-sig"))
    (raw,) = read_file(path, path.name)
    assert files.write(path, raw, Mutation(place(raw.source, 3, 1), "", "2", "tre; fyra"))
    assert read_file(path, path.name)[0].rows[2] == ("vår", "tre; fyra")


def test_one_value_of_an_entry_of_kolada_is_changed(tmp_path: Path):
    values = [{"gender": g, "value": v, "status": "", "count": 1} for g, v in (("K", 1), ("M", 2))]
    entry = {"kpi": "U1", "municipality": "0180", "period": 2025, "values": values}
    path = tmp_path / "kolada.json"
    path.write_text(json.dumps({"values": [entry]}), encoding="utf-8")
    (raw,) = read_file(path, path.name)
    assert files.write(path, raw, Mutation(place(raw.source, 3, 0), "", "U1", "U2"))
    (found,) = read_file(path, path.name)
    assert [row[0] for row in found.rows[1:]] == ["U1", "U2"]


def test_content_that_a_file_cannot_hold_leaves_it_as_it_was(tmp_path: Path):
    path = tmp_path / "svar.csv"
    path.write_bytes(b"a;b\n1;2\n")
    (raw,) = read_file(path, path.name)
    assert not files.write(path, raw, Mutation(place(raw.source, 2, 0), "", "1", 1))
    assert path.read_bytes() == b"a;b\n1;2\n"
