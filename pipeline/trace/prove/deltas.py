"""The facts after a mutation, computed from the rows that changed alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.facts.fact import Fact, exact
from pipeline.facts.values import gas_of
from pipeline.trace.prove.compiled import Test, compiled
from pipeline.trace.prove.facts import GOAL, Asked, Known, combine, from_values, numbers
from pipeline.trace.prove.replay import Change, Changes
from pipeline.trace.prove.world import Row, World

ROW = ("_kalla", "_rad", "fil", "tabell")
SYSTEM = {"rader": {*ROW, "status"}, "celler": {*ROW, "falt", "atgard", "kontroll"}}


@dataclass(slots=True)
class Tally:
    """What a fact adds up over its rows: how many (of each value, where values are told apart),
    their sum, and the values themselves where the order of them matters."""

    rows: int = 0
    top: int = 0  # of a share, those in the numerator
    seen: Counter[Any] = field(default_factory=Counter)
    seen_top: Counter[Any] = field(default_factory=Counter)
    total: Fraction = Fraction()


@dataclass(frozen=True, slots=True)
class Moved:
    """A row before and after a mutation, one of them None where it came or went; `columns`: those
    that differ, None for all of them."""

    old: Row | None
    new: Row | None
    columns: frozenset[str] | None

    @classmethod
    def of(cls, change: Change) -> Moved:
        old, new = change
        if old is None or new is None:
            return cls(old, new, None)
        return cls(old, new, frozenset(c for c in old if old[c] != new[c]))


@dataclass(slots=True)
class Measured:
    """A fact that counts rows, ready to be told about changed rows."""

    asked: Asked
    within: Test
    top: Test | None
    columns: frozenset[str]
    base: Tally

    def after(self, changes: Iterable[Moved]) -> Fact | None:
        """The fact after the changes; None where no row of its own changed."""
        made: Tally | None = None
        for moved in changes:
            if moved.columns is not None and self.columns.isdisjoint(moved.columns):
                continue
            for row, sign in ((moved.old, -1), (moved.new, 1)):
                if row is not None and self.within(row) is True:
                    made = made or self._copy()
                    self.add(made, row, sign)
        return None if made is None else self.fact(made)

    def _copy(self) -> Tally:
        b = self.base
        return Tally(b.rows, b.top, Counter(b.seen), Counter(b.seen_top), b.total)

    def add(self, tally: Tally, row: Row, sign: int) -> None:
        d = self.asked.definition
        tally.rows += sign
        in_top = self.top is not None and self.top(row) is True
        tally.top += sign * in_top
        if d["kind"] == "gas":
            tally.seen[tuple(row[d[c]] for c in GOAL)] += sign
        elif "distinct" in d:
            value = row[d["distinct"]]
            if value is not None:
                tally.seen[value] += sign
                tally.seen_top[value] += sign * in_top
        elif d["kind"] in ("mean", "sum"):
            tally.total += sign * exact(row[d["column"]])
        elif "column" in d:
            tally.seen[row[d["column"]]] += sign

    def fact(self, t: Tally) -> Fact:
        a, d = self.asked, self.asked.definition
        n, k = t.rows, t.top
        if d["kind"] == "gas":
            goals = (goal for goal, times in t.seen.items() for _ in range(times))
            return a.fact(*gas_of(goals, "spread" in d))
        if "distinct" in d:
            n, k = (sum(c > 0 for c in counts.values()) for counts in (t.seen, t.seen_top))
        if d["kind"] == "count":
            return a.fact(n, n)
        if d["kind"] == "share":
            return a.fact(Fraction(k, n) if n else None, n, k, n)
        if d["kind"] == "mean":
            return a.fact(t.total / n if n else None, n)
        if d["kind"] == "sum":
            return a.fact(t.total if n else None, n)
        return from_values(a, [v for v, times in t.seen.items() for _ in range(times)])


class Facts:
    """The ledger's facts over the unmutated world."""

    def __init__(self, world: World, asked: Sequence[Asked]) -> None:
        self.asked = asked
        self.measured: dict[tuple[str, int], list[Measured]] = defaultdict(list)
        self.base: dict[str, Fact] = {}
        self._children: dict[str, list[str]] = defaultdict(list)
        rows: dict[tuple[str, int], list[Row]] = {}
        known: Known = {}
        for a in asked:
            for parent in a.parents:
                self._children[parent].append(a.id)
            if a.dataset is None:
                self.base[a.id] = combine(a, [self.base[i] for i in a.parents], known)
                continue
            if a.dataset not in rows:
                rows[a.dataset] = list(rows_of(world, *a.dataset))
            if a.dataset[1] not in world.found or not _exists(world, *a.dataset):
                self.base[a.id] = a.fact(None, None)
                continue
            _check(a)
            top = compiled(a.counted()) if "of" in a.definition else None
            made = Measured(a, compiled(a.within()), top, a.columns(), Tally())
            for row in rows[a.dataset]:
                if made.within(row) is True:
                    made.add(made.base, row, 1)
            self.measured[a.dataset].append(made)
            self.base[a.id] = made.fact(made.base)
        self._numbers = {i: numbers(f) for i, f in self.base.items()}
        self._order = {a.id: (i, a) for i, a in enumerate(asked)}

    def after(self, changes: Changes) -> dict[str, Fact]:
        """The facts whose value, n, numerator or denominator a mutation changes."""
        made: dict[str, Fact] = {}
        known: Known = {}
        for dataset, rows in changes.items():
            moved = [Moved.of(change) for change in rows]
            for m in self.measured.get(dataset, ()):
                fact = m.after(moved)
                if fact is not None and numbers(fact) != self._numbers[m.asked.id]:
                    made[m.asked.id] = fact
        for key in self._descendants(made):
            _, a = self._order[key]
            fact = combine(a, [made[i] if i in made else self.base[i] for i in a.parents], known)
            if numbers(fact) != self._numbers[key]:
                made[key] = fact
        return made

    def _descendants(self, changed: Mapping[str, Fact]) -> list[str]:
        found: set[str] = set()
        waiting = list(changed)
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return sorted(found, key=lambda i: self._order[i][0])


def rows_of(world: World, name: str, year: int) -> Iterable[Row]:
    """The rows of a dataset."""
    for (y, table), made in world.tables.items():
        if y != year or name not in (table, *SYSTEM):
            continue
        for _, state in sorted(made.states.items()):
            if name == "rader":
                yield state.status
            elif name == "celler":
                yield from state.marks
            elif state.counted is not None:
                yield state.counted


def _exists(world: World, name: str, year: int) -> bool:
    return name in SYSTEM or (year, name) in world.tables


def _check(a: Asked) -> None:
    assert a.dataset is not None
    beyond = a.columns() - SYSTEM.get(a.dataset[0], a.columns())
    if beyond:
        raise UppfoljningError(
            f"Beviset kan inte följa {a.words}: kolumnen {', '.join(sorted(beyond))}."
        )
