"""What the recomputed tables answer, and what statistics give: each asked once, for all editions,
and remembered by all that it rests on. An aggregate rests on its own SQL and the tables, a
statistic on its definition and on what it is given of its parents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import duckdb

from pipeline.trace.verify.statistics import Function

BATCH = 20  # aggregates a SELECT: on few rows most of the time is planning, which grows faster
GIVEN = ("value", "n", "numerator", "denominator")  # of each parent of a statistic
Record = Mapping[str, Any]


class Unanswerable(Exception):
    """A definition cannot be computed; the first line says why."""


class Answers:
    """`known`: answers of earlier builds from the very same tables; new ones are put in `made`.
    `connect` gives the tables."""

    def __init__(
        self,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        known: Mapping[str, Any] | None = None,
        made: dict[str, Any] | None = None,
    ) -> None:
        self._connect = connect
        self._known = known or {}
        self._made: dict[str, Any] = {} if made is None else made
        self._wrong: dict[str, str] = {}

    def ask(self, year: int, table: str, parts: Iterable[str]) -> None:
        """Have the aggregates `parts` of a table's rows of one year computed."""
        waiting = [
            p for p in dict.fromkeys(parts)
            if not any(_name(year, table, p) in d for d in (self._known, self._made, self._wrong))
        ]  # fmt: skip
        for at in range(0, len(waiting), BATCH):
            self._batch(year, table, waiting[at : at + BATCH])

    def of(self, year: int, table: str, part: str) -> Any:
        """What was answered to `part`. Raises Unanswerable."""
        name = _name(year, table, part)
        if name in self._wrong:
            raise Unanswerable(self._wrong[name])
        return self._known[name] if name in self._known else self._made[name]

    def recalls(self, year: int, table: str, part: str) -> bool:
        """Whether it was computed by an earlier build, and not now."""
        return _name(year, table, part) in self._known

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT; none where it cannot be computed."""
        try:
            return self._connect().execute(sql).fetchall()
        except duckdb.Error:
            return []

    def statistic(self, function: Function, d: Record, parents: Sequence[Record]) -> float:
        """A statistic of parents, which it is given no more of than GIVEN."""
        given = [{k: p[k] for k in GIVEN} for p in parents]
        told = json.dumps(d, ensure_ascii=False, sort_keys=True)
        name = f"{told} {[tuple(p.values()) for p in given]!r}"
        if name not in self._known and name not in self._made:
            self._made[name] = function(d, given)
        found: float = self._known[name] if name in self._known else self._made[name]
        return found

    def _batch(self, year: int, table: str, parts: Sequence[str]) -> None:
        try:
            columns = ",\n".join(parts)  # a line each, so that a comment ends with its own
            asked = f"SELECT {columns}\nFROM {table} WHERE _y = {year}"
            found = self._connect().execute(asked).fetchmany(2)
            if [len(row) for row in found] != [len(parts)]:
                raise duckdb.InvalidInputException("definitionen är inget villkor")
        except duckdb.Error as error:
            if len(parts) > 1:  # one of them cannot be computed: find out which
                middle = len(parts) // 2
                self._batch(year, table, parts[:middle])
                self._batch(year, table, parts[middle:])
            else:
                self._wrong[_name(year, table, parts[0])] = str(error).splitlines()[0]
            return
        self._made |= {_name(year, table, p): v for p, v in zip(parts, found[0], strict=True)}


def _name(year: int, table: str, part: str) -> str:
    return f"{year} {table} {part}"
