"""The suites' expectations interpreted row by row: the same answers as Great Expectations gives,
a thousand times sooner. `prove` asserts that the two agree."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.validation.check import CheckResult
from pipeline.validation.rules import PARAMETER, Check

Row = Mapping[str, Any]
Counts = Mapping[str, Counter[Any]]  # column → its values in the rows not looked at
_COLUMN = "expect_column_values_to_"
_PAIR = "expect_column_pair_values_a_to_be_greater_than_b"
# What says nothing about which rows fail.
_SILENT = frozenset({"column", "column_A", "column_B", "row_condition", "condition_parser"})


def interpret(
    rows: Sequence[Row],
    checks: Sequence[Check],
    given: Mapping[str, Any],
    others: Counts | None = None,
) -> tuple[CheckResult, ...]:
    """The checks of some rows of a table, in their order. `others`: for columns that must be
    unique, the values of the table's other rows. Raises UppfoljningError for an expectation
    that the interpreter does not know."""
    return tuple(_result(c, rows, given, others or {}) for c in checks)


def _result(check: Check, rows: Sequence[Row], given: Mapping[str, Any], others: Counts) -> Any:
    held = {k: v for k, v in given.items() if v not in ([], ())}
    absent = rows and not set(check.columns) <= {*rows[0], *_error_columns(check)}
    if absent or not set(check.parameters) <= set(held):
        return CheckResult(check, 0, (), False)
    kwargs = {k: _bound(v, held) for k, v in check.expectation["kwargs"].items()}
    asked = _condition(kwargs.get("row_condition"))
    where = [i for i, row in enumerate(rows) if asked(row)]
    fails = _failing(check, kwargs, [rows[i] for i in where], others)
    found = tuple(i for i, bad in zip(where, fails, strict=True) if bad)
    return CheckResult(check, len(where), found)


def _error_columns(check: Check) -> set[str]:
    return {c for c in check.columns if c.startswith("_fel_")}


def _bound(value: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping) and PARAMETER in value:
        return given[value[PARAMETER]]
    return value


def _failing(
    check: Check, kwargs: Mapping[str, Any], rows: Sequence[Row], others: Counts
) -> list[bool]:
    kind = check.type
    if kind == _PAIR:
        _refuse_unknown(check, kwargs)
        if kwargs.get("ignore_row_if") != "either_value_is_missing":
            raise unknown(check)  # what Great Expectations itself stops at
        return [_pair_fails(kwargs, row) for row in rows]
    values = [row.get(kwargs["column"]) for row in rows]
    if kind == _COLUMN + "be_null":
        return [v is not None for v in values]
    if kind == _COLUMN + "not_be_null":
        return [v is None for v in values]
    if kind == _COLUMN + "be_unique":
        column = kwargs["column"]
        seen = Counter(values) + others.get(column, Counter())
        return [v is not None and seen[v] > 1 for v in values]
    holds = _test(check, kwargs, values)
    return [v is not None and not holds(v) for v in values]


def _test(check: Check, kwargs: Mapping[str, Any], values: Sequence[Any]) -> Callable[[Any], bool]:
    _refuse_unknown(check, kwargs)
    dates = any(isinstance(v, dt.date) for v in values)
    kind = check.type.removeprefix(_COLUMN)
    if kind == "be_between":
        low, high = (_date(kwargs.get(k), dates) for k in ("min_value", "max_value"))
        return lambda v: (low is None or v >= low) and (high is None or v <= high)
    if kind in ("be_in_set", "not_be_in_set"):
        allowed = {_date(v, dates) for v in kwargs["value_set"]}
        wanted = kind == "be_in_set"
        return lambda v: (v in allowed) == wanted
    if kind in ("match_regex", "not_match_regex"):
        pattern, wanted = _pattern(kwargs["regex"]), kind == "match_regex"
        return lambda v: (pattern.search(str(v)) is not None) == wanted
    raise unknown(check)


_KNOWN = frozenset({"min_value", "max_value", "value_set", "regex", "or_equal", "ignore_row_if"})


def _refuse_unknown(check: Check, kwargs: Mapping[str, Any]) -> None:
    if any(v not in (None, False) for k, v in kwargs.items() if k not in _KNOWN | _SILENT):
        raise unknown(check)


def unknown(check: Check) -> UppfoljningError:
    return UppfoljningError(
        f"Beviset kan inte tolka kontrollen {check.kontroll} ({check.type}) i tabellen "
        f"{check.table}."
    )


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _date(value: Any, dates: bool) -> Any:
    return dt.date.fromisoformat(value[:10]) if dates and isinstance(value, str) else value


def _pair_fails(kwargs: Mapping[str, Any], row: Row) -> bool:
    a, b = row.get(kwargs["column_A"]), row.get(kwargs["column_B"])
    if a is None or b is None:
        return False
    return not (a >= b if kwargs.get("or_equal") else a > b)


def _condition(found: Any) -> Callable[[Row], bool]:
    """A row condition of Great Expectations' JSON form."""
    if not found:
        return lambda row: True
    kind = found.get("type") if isinstance(found, Mapping) else None
    if kind in ("and", "or"):
        parts = [_condition(c) for c in found["conditions"]]
        join = all if kind == "and" else any
        return lambda row: join(part(row) for part in parts)
    if kind == "nullity":
        column, null = found["column"]["name"], bool(found["is_null"])
        return lambda row: (row.get(column) is None) == null
    if kind == "comparison" and found["operator"] in ("==", "!="):
        column, wanted, equal = (
            found["column"]["name"],
            found["parameter"],
            found["operator"] == "==",
        )
        return lambda row: row.get(column) is not None and (row[column] == wanted) == equal
    raise UppfoljningError(f"Beviset kan inte tolka radvillkoret {found}.")
