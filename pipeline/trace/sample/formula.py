"""A predicate as an Excel formula about one row, true where SQL's is; NULL is an empty cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from pipeline.facts.predicate import Node

Ref = Callable[[str], str]  # column → the cell that holds its value in the row, `$F12`


def is_true(node: Node, ref: Ref) -> str:
    """`TRUE` exactly where the predicate is true: neither false nor NULL."""
    return _formula(node, ref, True)


def _formula(node: Node, ref: Ref, wanted: bool) -> str:
    kind = node[0]
    if kind == "not":
        return _formula(node[1], ref, not wanted)
    if kind in ("and", "or"):
        if len(node) == 1:
            return _word((kind == "and") == wanted)
        join = "AND" if (kind == "and") == wanted else "OR"
        return f"{join}({','.join(_formula(n, ref, wanted) for n in node[1:])})"
    if kind == "bool":
        return _word(bool(node[1]) == wanted)
    if kind == "isnull":
        return f'{ref(node[1])}{"=" if wanted else "<>"}""'
    if kind == "col":
        return f'AND({ref(node[1])}<>"",{ref(node[1])}={_word(wanted)})'
    if kind == "in":
        cell = ref(node[1])
        any_of = f"OR({','.join(_compare('=', cell, v, ref) for v in node[2])})"
        return f'AND({cell}<>"",{any_of if wanted else f"NOT({any_of})"})'
    _, op, left, right = node
    known = [f'{ref(n[1])}<>""' for n in (left, right) if n[0] == "col"]
    told = _compare(op, ref(left[1]), right, ref)
    return f"AND({','.join([*known, told if wanted else f'NOT({told})'])})"


def _compare(op: str, cell: str, right: Node, ref: Ref) -> str:
    other = _value(right, ref)
    if right[0] in ("str", "col") and op in ("=", "<>", "!="):
        same = f"EXACT({cell},{other})"  # Excel's own = does not see capitals
        return same if op == "=" else f"NOT({same})"
    return f"{cell}{'<>' if op == '!=' else op}{other}"


def _value(node: Node, ref: Ref) -> str:
    kind = node[0]
    if kind == "col":
        return ref(node[1])
    if kind == "bool":
        return _word(bool(node[1]))
    if kind == "date":
        day = dt.date.fromisoformat(node[1])
        return f"DATE({day.year},{day.month},{day.day})"
    if kind == "str":
        return '"' + str(node[1]).replace('"', '""') + '"'
    return str(node[1])


def _word(truth: bool) -> str:
    return "TRUE" if truth else "FALSE"
