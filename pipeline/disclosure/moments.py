"""Means and the like beside hidden counts of the same answers.

A mean of few answers on a short scale says nearly how they are distributed, so that it fills in
what a hidden count left open. Suppression works on counts alone; a mean is therefore withheld
wherever a count that reads the same answers is hidden and the two have rows in common, or could be
compared by way of a shown count that reaches from one to the other. Where all counts of the answers
are shown, a mean adds nothing that anybody has asked to hide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.disclosure.structure import Structure
from pipeline.disclosure.variables import reads_value
from pipeline.facts import predicate as p
from pipeline.facts.pattern import CountCell, value_key

BETRAYS = "talet skulle röja ett dolt antal svar på samma fråga"


def betraying(
    definitions: Iterable[Mapping[str, Any]],
    shown: Collection[CountCell],
    hidden: Collection[CountCell],
    structures: Mapping[str, Structure],
) -> frozenset[str]:
    """Keys (`value_key`) of the means, quantiles, deviations and T values to withhold."""
    found = set()
    for d in definitions:
        key = value_key(d)
        if not key:
            continue
        kin = _kin(d["column"], structures[d["dataset"]])
        secret = [c for c in hidden if _about(c, d, kin)]
        told = [c for c in shown if _about(c, d, kin)]
        if any(_meet(c.where, d["where"]) for c in secret) or any(
            _meet(c.where, d["where"])
            and not _within(c.where, d["where"], d["column"])
            and any(_meet(c.where, other.where) for other in secret)
            for c in told
        ):
            found.add(key)
    return frozenset(found)


def _about(cell: CountCell, definition: Mapping[str, Any], kin: frozenset[str]) -> bool:
    """Whether a count of the same table and year reads the answers in question."""
    same = (cell.dataset, cell.period) == (definition["dataset"], definition["period"])
    return same and not kin.isdisjoint(reads_value(p.parse(cell.where)))


def _kin(column: str, structure: Structure) -> frozenset[str]:
    """The column, what it is computed from, and what is computed from it or from those."""
    made = {column, *structure.column(column).source}
    return frozenset(made | {c.name for c in structure.columns.values() if made & {*c.source}})


@lru_cache(maxsize=20_000)
def _limits(where: str) -> Mapping[str, frozenset[p.Node]]:
    """Column → the constants that a predicate leaves it, as far as its parts say so plainly."""
    found: dict[str, frozenset[p.Node]] = {}
    for part in _parts(where):
        if part[0] == "cmp" and part[1] == "=" and part[3][0] != "col":
            column, values = part[2][1], frozenset([part[3]])
        elif part[0] == "in":
            column, values = part[1], frozenset(part[2])
        else:
            continue
        found[column] = found.get(column, values) & values
    return found


@lru_cache(maxsize=20_000)
def _parts(where: str) -> frozenset[p.Node]:
    node = p.parse(where)
    return frozenset(node[1:] if node[0] == "and" else (node,))


def _meet(a: str, b: str) -> bool:
    """Whether two predicates could have a row in common."""
    one, other = _limits(a), _limits(b)
    return all(one[column] & other[column] for column in one.keys() & other.keys())


def _within(a: str, b: str, column: str) -> bool:
    """Whether rows of `a`, which reads a value of the column, are plainly rows of `b`."""
    return _parts(b) - {p.known(column)} <= _parts(a)
