"""A predicate as a function of one row, with SQL's three-valued logic."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pipeline.facts import predicate as p

Test = Callable[[Mapping[str, Any]], bool | None]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compiled(node: p.Node) -> Test:
    """True, False or None (unknown) for a row given as column → value."""
    kind = node[0]
    if kind in ("and", "or"):
        return _join([compiled(n) for n in node[1:]], kind == "and")
    if kind == "not":
        inner = compiled(node[1])
        return lambda row: None if (found := inner(row)) is None else not found
    if kind == "isnull":
        name = node[1]
        return lambda row: row[name] is None
    if kind == "in":
        name, values = node[1], frozenset(_value(v) for v in node[2])
        return lambda row: None if row[name] is None else row[name] in values
    if kind == "col":
        name = node[1]
        return lambda row: row[name]
    if kind == "bool":
        constant: bool = node[1]
        return lambda row: constant
    _, op, (_, left), right = node
    compare = _COMPARE[op]
    if right[0] == "col":
        other = right[1]
        return lambda row: (
            None if row[left] is None or row[other] is None else compare(row[left], row[other])
        )
    value = _value(right)
    return lambda row: None if row[left] is None else compare(row[left], value)


def _join(parts: list[Test], every: bool) -> Test:
    def joined(row: Mapping[str, Any]) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is None:
                unknown = True
            elif found is not every:
                return not every
        return None if unknown else every

    return joined


def _value(literal: p.Node) -> Any:
    if literal[0] == "num":
        whole = Decimal(literal[1])
        return int(whole) if whole == whole.to_integral_value() else float(whole)
    if literal[0] == "date":
        return dt.date.fromisoformat(literal[1])
    return literal[1]
