"""Running checks: any table, no values out, no network, no traces."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import UppfoljningError
from pipeline.validation.check import CheckResult, run_checks
from pipeline.validation.rules import Check
from pipeline.workspace import REPO

PERSONNUMMER = "19850412-2389"


def check(kind: str, name: str = "kontroll", severity: str = "warning", **kwargs: Any) -> Check:
    meta = {"kontroll": f"prov.{name}"}
    return Check(
        table="prov",
        kontroll=f"prov.{name}",
        falt="falt",
        severity=severity,
        type=kind,
        krav="Ska.",
        orsak="Är inte.",
        gor_sa="Rätta.",
        tommer=(),
        expectation={"type": kind, "kwargs": kwargs, "meta": meta, "severity": severity},
    )


def values(kind: str, name: str = "kontroll", column: str = "a", **kwargs: Any) -> Check:
    return check(f"expect_column_values_to_{kind}", name, column=column, **kwargs)


def one(column: pa.Array, *checks: Check, **parameters: Any) -> list[CheckResult]:
    return list(run_checks(pa.table({"a": column}), checks, parameters))


EVERY_KIND = (
    values("not_be_null", "saknas"),
    values("be_null", "tom", "_fel_a"),
    values("be_unique", "unik"),
    values("be_in_set", "alternativ", value_set=["x"]),
    values("match_regex", "format", regex="^x$"),
)


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.null()],
    ids=str,
)
def test_a_column_without_a_value_fails_only_where_one_is_required(
    kind: pa.DataType, rows: int
) -> None:
    checks = EVERY_KIND if kind in (pa.string(), pa.null()) else EVERY_KIND[:3]
    found = one(pa.nulls(rows, kind), *checks)
    assert [len(r.rows) for r in found] == [rows, *[0] * (len(checks) - 1)]
    assert [r.evaluated for r in found[:2]] == [rows, rows]
    assert all(r.evaluated == 0 for r in found[2:])


@pytest.mark.parametrize(
    ("column", "bounds", "failing"),
    [
        (pa.array([1, None, 6]), {"min_value": 1, "max_value": 5}, (2,)),
        (pa.array([0.5, None, 2.0]), {"min_value": 1}, (0,)),
        (
            pa.array([dt.date(2024, 12, 31), None, dt.date(2025, 1, 1)]),
            {"min_value": "2025-01-01"},
            (0,),
        ),
        (
            pa.array([dt.date(2024, 12, 31), None, dt.date(2025, 1, 1)]),
            {"max_value": {"$PARAMETER": "arets_forsta_dag"}},
            (),
        ),
    ],
    ids=["integer", "number", "date", "parameter"],
)
def test_limits_hold_for_numbers_and_dates(
    column: pa.Array, bounds: dict[str, Any], failing: tuple[int, ...]
) -> None:
    [found] = one(column, values("be_between", **bounds), arets_forsta_dag=dt.date(2025, 1, 1))
    assert (found.rows, found.evaluated) == (failing, 2)


def test_whole_numbers_too_large_for_a_float_stay_apart() -> None:
    [found] = one(pa.array([2**53, 2**53 + 1, None]), values("be_unique"))
    assert found.rows == ()


def test_a_boolean_can_be_forbidden() -> None:
    [found] = one(pa.array([True, False, None]), values("not_be_in_set", value_set=[True]))
    assert found.rows == (0,)


def test_a_date_is_compared_with_a_date_only_where_both_are_known() -> None:
    table = pa.table(
        {
            "a": pa.array([dt.date(2025, 1, 1), dt.date(2025, 1, 1), None]),
            "b": pa.array([dt.date(2025, 1, 2), None, dt.date(2025, 1, 2)]),
        }
    )
    rule = check(
        "expect_column_pair_values_a_to_be_greater_than_b",
        column_A="a",
        column_B="b",
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )
    [found] = run_checks(table, [rule])
    assert (found.rows, found.evaluated) == ((0,), 1)


def test_results_come_in_the_order_of_the_checks() -> None:
    checks = [values("not_be_null", n) for n in "cab"]
    assert [r.check.kontroll for r in one(pa.array(["x"]), *checks)] == [
        "prov.c",
        "prov.a",
        "prov.b",
    ]


def test_an_open_list_allows_any_value() -> None:
    rule = values("be_in_set", value_set={"$PARAMETER": "enheter"})
    [found] = one(pa.array(["x"]), rule, enheter=[])
    assert (found.applied, found.rows) == (False, ())
    [found] = one(pa.array(["x"]), rule, enheter=["y"])
    assert (found.applied, found.rows) == (True, (0,))


def test_results_hold_places_and_no_values() -> None:
    found = one(pa.array([PERSONNUMMER, "x"]), values("be_in_set", value_set=["x"]))
    assert found[0].rows == (0,)
    assert PERSONNUMMER not in repr(found)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (values("be_between", min_value=1), "passar inte kolumnen a"),
        (values("be_of_no_kind"), "gick inte att köra"),
        (values("match_regex", regex="["), "gick inte att köra|passar inte"),
        (values("not_be_null", column="b"), "b, som inte finns i tabellen prov"),
        (check("expect_table_row_count_to_be_between", min_value=2), "som helhet"),
    ],
)
def test_a_check_that_cannot_be_run_is_named_without_value_or_path(rule: Check, said: str) -> None:
    with pytest.raises(UppfoljningError, match=said) as caught:
        one(pa.array([PERSONNUMMER]), rule)
    message = str(caught.value)
    assert "Gör så här" in message
    assert caught.value.__cause__ is None
    assert PERSONNUMMER not in message and "site-packages" not in message


def test_nothing_is_printed_sent_or_left_behind(tmp_path: Path) -> None:
    """In a process of its own: no network, no file at home, nothing on the terminal."""
    script = """
import socket
def refuse(*a, **k): raise SystemExit("network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import sys
import pipeline.validation.year, pipeline.validation.pages, pipeline.validation.summary
assert "great_expectations" not in sys.modules, "imported before it is needed"
import pyarrow as pa
from tests.validation.test_check import one, values
[found] = one(pa.array(["a", None, 7 * "x"]), values("match_regex", regex="^a$"))
assert found.rows == (2,)
assert "matplotlib" not in sys.modules
"""
    home = tmp_path / "home"
    home.mkdir()
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": str(REPO), "USERPROFILE": str(home)}
    env.pop("GX_ANALYTICS_ENABLED", None)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [p for p in home.rglob("*") if p.is_file()] == []
    assert [p for p in tmp_path.iterdir() if p != home] == []
