"""The ledger's facts evaluated again from their definitions, over whole tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UppfoljningError
from pipeline.facts import derive, grade
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import MEASURED, Fact, Number, exact
from pipeline.facts.values import gas_of, mean_of, quantile_of, sd_of, sum_of

# What a mutation may change and the ledger must foresee: value, n, numerator, denominator.
GOAL = ("distinct", "weight", "column")  # what a goal's row says of it
Numbers = tuple[float | None, int | None, int | None, int | None]
# Statistics computed so far: function and parents → its values.
Known = dict[tuple[str, tuple[str, ...]], tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact of the ledger as a question. `dataset`: table and year; None for what is computed
    from parents."""

    record: Mapping[str, Any]
    definition: Mapping[str, Any]
    dataset: tuple[str, int] | None
    parents: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.record["id"])

    @property
    def words(self) -> str:
        """`nojd_med_kontakten {"enhet":"Norr"} 2025 (1f0c…)`"""
        scope = "" if self.record["scope"] == "{}" else f" {self.record['scope']}"
        return f"{self.record['name']}{scope} {self.record['period']} ({self.id})"

    def within(self) -> p.Node:
        """The rows the fact rests on: a share's denominator, else its rows."""
        d = self.definition
        if "of" in d:
            return p.parse(d["of"])
        node = p.parse(d["where"])
        if d["kind"] == "cited":
            assert self.dataset is not None
            year = self.dataset[1] + d["period"]
            return p.both(node, p.equals(d["period_column"], year))
        return node

    def counted(self) -> p.Node:
        """The rows of a share's numerator; elsewhere the rows themselves."""
        if "of" not in self.definition:
            return self.within()
        return p.both(p.parse(self.definition["where"]), self.within())

    def columns(self) -> frozenset[str]:
        """Every column of its table that the definition names."""
        d = self.definition
        named = {d[k] for k in ("column", "distinct", "weight") if k in d}
        return frozenset({*p.columns(self.counted()), *named})

    def fact(self, value: Any, n: int | None, k: int | None = None, of: int | None = None) -> Fact:
        r = self.record
        return Fact(
            self.definition, r["name"], r["title"], value, r["unit"], r["period"],
            n=n, numerator=k, denominator=of,
            status="ok" if value is not None else "saknas" if n is None else "tom",
            scope=json.loads(r["scope"]),
        )  # fmt: skip


def asked(ledger: Iterable[Mapping[str, Any]], year: int) -> list[Asked]:
    """The facts of an edition's ledger, parents before children; hidden ones have no number that
    a mutation could be seen to change."""
    waiting = {}
    for record in ledger:
        if record["status"] == "dold":
            continue
        definition = json.loads(record["definition"])
        dataset = None
        if definition["kind"] in MEASURED:
            offset = 0 if definition["kind"] == "cited" else definition["period"]
            dataset = (definition["dataset"], year + offset)
        parents = tuple(json.loads(record["parents"]))
        waiting[record["id"]] = Asked(record, definition, dataset, parents)
    ordered: dict[str, Asked] = {}
    while waiting:
        ready = [a for a in waiting.values() if not set(a.parents) & set(waiting)]
        ordered |= {a.id: a for a in ready}
        for a in ready:
            del waiting[a.id]
    return list(ordered.values())


def numbers(fact: Fact) -> Numbers:
    """What is compared: the numbers as the ledger writes them."""
    value = None if fact.value is None else float(fact.value)
    return value, fact.n, fact.numerator, fact.denominator


def recorded(record: Mapping[str, Any]) -> Numbers:
    return record["value"], record["n"], record["numerator"], record["denominator"]


def evaluate(facts: Sequence[Asked], open_: Callable[[str, int], Dataset]) -> dict[str, Fact]:
    """Every fact from its definition. `open_(table, year)` gives the tables."""
    made: dict[str, Fact] = {}
    datasets: dict[tuple[str, int], Dataset] = {}
    known: Known = {}
    for a in facts:
        if a.dataset is None:
            made[a.id] = combine(a, [made[i] for i in a.parents], known)
            continue
        if a.dataset not in datasets:
            datasets[a.dataset] = open_(*a.dataset)
        made[a.id] = _measured(a, datasets[a.dataset])
    return made


def _measured(a: Asked, data: Dataset) -> Fact:
    if data.table is None:
        return a.fact(None, None)
    kind = a.definition["kind"]
    if kind in ("count", "share"):
        n = _tally(a, data, a.within())
        if kind == "count":
            return a.fact(n, n)
        k = _tally(a, data, a.counted())
        return a.fact(Fraction(k, n) if n else None, n, k, n)
    if kind == "gas":
        names = [a.definition[c] for c in GOAL]
        goals = zip(*(_column(c, data, a.within()).to_pylist() for c in names), strict=True)
        return a.fact(*gas_of(goals, "spread" in a.definition))
    values = _column(a.definition["column"], data, a.within()).to_pylist()
    return from_values(a, values)


def from_values(a: Asked, values: Sequence[Any]) -> Fact:
    """A measure of values, or a citation, from the values of its rows."""
    if a.definition["kind"] == "cited":
        if len(values) > 1:
            raise UppfoljningError(f"Flera värden för {a.words}.")
        return a.fact(values[0] if values else None, None)
    if not values:
        return a.fact(None, 0)
    if a.definition["kind"] == "quantile":
        return a.fact(quantile_of(values, Fraction(a.definition["q"])), len(values))
    of: Callable[[Sequence[Any]], Number | None] = _OF_VALUES[a.definition["kind"]]
    return a.fact(of(values), len(values))


_OF_VALUES = {"mean": mean_of, "sd": sd_of, "sum": sum_of}


def _column(name: str, data: Dataset, rows: p.Node) -> pa.ChunkedArray:
    assert data.table is not None
    return data.table.column(name).filter(pa.array(data.selected(rows)))


def _tally(a: Asked, data: Dataset, rows: p.Node) -> int:
    distinct = a.definition.get("distinct")
    if distinct:
        return int(pc.count_distinct(_column(distinct, data, rows)).as_py())
    return int(data.selected(rows).sum())


def combine(a: Asked, parents: Sequence[Fact], known: Known) -> Fact:
    """A fact computed from other facts: by the report's own arithmetic. The values of one
    statistic are several facts; `known` sees to it that they are computed together."""
    d = a.definition
    if d["kind"] == "constant":
        return a.fact(float(d["value"]), None)
    if d["kind"] == "derived":
        x, y = parents
        computed = x + y if d["op"] == "+" else x - y if d["op"] == "-" else x / y
        # The author may have said another unit, which decides what the fact can be added to.
        return replace(computed, unit=a.record["unit"])
    if d["kind"] == "statistic":
        key = (d["function"], a.parents)
        if key not in known:
            known[key] = derive.statistic(d["function"], *parents)
        return next(f for f in known[key] if f.definition["part"] == d["part"])
    if d["kind"] == "word" and d["rule"] == "sign":
        same, up, down = d["words"]
        return derive.wording(parents[0], up, down, same, d["decimals"])
    if d["kind"] == "word" and d["rule"] == "largest":
        return a.fact(_largest(parents), None)
    if d["kind"] == "word" and d["rule"] in grade.RULES:
        return a.fact(grade.place(d, parents), None)
    raise UppfoljningError(f"Beviset kan inte räkna om {a.words}: sorten är okänd.")


def _largest(parents: Sequence[Fact]) -> int | None:
    """The place of the largest; None where two share it."""
    sizes = [exact(f.value or 0) for f in parents]
    top = max(sizes, default=Fraction())
    return sizes.index(top) if top and sizes.count(top) == 1 else None
