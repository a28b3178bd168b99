"""Counts, shares, means, quantiles, standard deviations and sums over a dataset, one or a table
of them.

A definition holds the whole truth about its rows: `where` (of a share the numerator, else the
rows) and `of` (share: the denominator), with dataset filter and classes
included, as SQL that stands on its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pyarrow as pa

from pipeline.errors import PredicateError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, Dimension
from pipeline.facts.fact import HIDDEN, Fact, Number, canonical, digest
from pipeline.facts.pattern import Merged, table_key
from pipeline.facts.table import TOTAL, FactTable, Key, Total
from pipeline.facts.values import gas_of, mean_of, quantile_of, sd_of, sum_of
from pipeline.forms.codebook import Value

By = str | Sequence[str] | None
Class = Value | Merged | None
Classes = tuple[tuple[Dimension, Class], ...]
# One cell of a table: the predicate of its classes (a distribution's own left out), and them.
Cell = Callable[[p.Node, Classes], Fact]


def count(
    data: Dataset,
    where: str | None = None,
    *,
    distinct: str | None = None,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
    total: bool = False,
) -> Any:
    """Number of rows: a Fact, or a FactTable when `by` names one or two dimensions.

    With `distinct`, the number of different values of that column (insatser, where several may
    have answered about one). With `total`, the table has a row and a column for all classes
    together.
    """
    node = p.parse(where) if where else p.TRUE
    heading = title or f"Antal, {data.title}"
    name = name or _name(data, "count", by, where=p.to_sql(node), distinct=distinct)
    extra = {"distinct": distinct} if distinct else {}

    def cell(within: p.Node, classes: Classes) -> Fact:
        rows = p.both(data.filter, within, node)
        definition = _definition(data, "count", classes, where=p.to_sql(rows), **extra)
        k = _tally(data, rows, distinct)
        return _fact(data, definition, heading, name, "antal", k, classes, rows, n=k)

    return _spread(data, cell, by, None, "count", heading, total)


def share(
    data: Dataset,
    where: str | None = None,
    *,
    of: str | None = None,
    over: str | None = None,
    distinct: str | None = None,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
    total: bool = False,
) -> Any:
    """Share of the rows `of` that also fulfil `where`: a Fact or a FactTable.

    `of` defaults to the rows where every column of `where` has a value. `over` names a dimension
    whose whole distribution is wanted: one share a class, of the rows with a value in it.
    With `distinct`, different values of that column are counted instead of rows.
    Exactly one of `where` and `over` is given.
    """
    if (where is None) == (over is None):
        raise PredicateError("share() behöver antingen ett villkor eller over=…")
    top = p.parse(where) if where else None
    spread = data.dimension(over) if over else None
    base = p.parse(of) if of else None
    extra = {"distinct": distinct} if distinct else {}
    heading = title or f"Andel, {data.title}"
    name = name or _name(
        data, "share", by, over=over, distinct=distinct,
        where=p.to_sql(top) if top else None, of=p.to_sql(base) if base else None,
    )  # fmt: skip

    def make(numerator: p.Node, denominator: p.Node, classes: Classes) -> Fact:
        definition = _definition(
            data, "share", classes, where=p.to_sql(numerator), of=p.to_sql(denominator), **extra
        )
        both = p.both(numerator, denominator)
        k, n = _tally(data, both, distinct), _tally(data, denominator, distinct)
        value = Fraction(k, n) if k is not None and n else None
        return _fact(
            data, definition, heading, name, "andel", value, classes, both,
            n=n, numerator=k, denominator=n,
        )  # fmt: skip

    def cell(within: p.Node, classes: Classes) -> Fact:
        if spread is None:
            assert top is not None
            default = p.both(*(p.known(c) for c in p.columns(top)))
            rest = default if base is None else base
            return make(top, p.both(data.filter, within, rest), classes)
        chosen = spread.where(classes[-1][1])
        rest = p.both(spread.known(), p.TRUE if base is None else base)
        return make(chosen, p.both(data.filter, within, rest), classes)

    return _spread(data, cell, by, spread, "share", heading, total)


def mean(
    data: Dataset,
    column: str,
    where: str | None = None,
    *,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
    quantile: str | None = None,
    unit: str = "",
) -> Any:
    """Mean of a numeric column over the rows that have a value, exact; with `quantile="0.5"` the
    median (linear between neighbours, Hyndman & Fan type 7, as SQL's quantile_cont)."""
    if quantile is None:
        heading = title or f"Medelvärde, {column}"
        return _of_values(data, "mean", mean_of, column, where, by, name, heading, unit)
    q = Fraction(quantile)
    return _of_values(
        data, "quantile", lambda values: quantile_of(values, q), column, where, by, name,
        title or f"Kvantil, {column}", unit, q=quantile,
    )  # fmt: skip


def sd(
    data: Dataset,
    column: str,
    where: str | None = None,
    *,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
    unit: str = "",
) -> Any:
    """Sample standard deviation (divided by n − 1) of a numeric column over the rows that have a
    value; of fewer than two there is none."""
    heading = title or f"Standardavvikelse, {column}"
    return _of_values(data, "sd", sd_of, column, where, by, name, heading, unit)


def total(
    data: Dataset,
    column: str,
    where: str | None = None,
    *,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
    unit: str = "antal",
) -> Any:
    """Sum of a numeric column over the rows that have a value, exact; none of no rows.

    Only of tables that protect nobody: the sum of a few persons' values tells of each of them.
    Raises PredicateError for another.
    """
    if data.protects != "none":
        raise PredicateError(
            f"Tabellen {data.name} handlar om personer: där kan rader räknas men inte summeras."
        )
    heading = title or f"Summa, {column}"
    return _of_values(data, "sum", sum_of, column, where, by, name, heading, unit)


def gas(
    data: Dataset,
    column: str,
    *,
    weight: str,
    key: str,
    where: str | None = None,
    spread: bool = False,
    by: By = None,
    name: str | None = None,
    title: str | None = None,
) -> Any:
    """Mean of the T of Goal Attainment Scaling, one T for each value of `key` (an insats) from its
    rows (goals) with a level −2 … +2 in `column` and a weight; n is how many have a T. With
    `spread` the sample standard deviation of the T (of fewer than two there is none).

    T = 50 + 10Σwx / √((1 − ρ)Σw² + ρ(Σw)²), ρ = 0.3 (Kiresuk & Sherman, Community Mental Health
    Journal 4, 1968, 443–453).
    """
    node = p.parse(where) if where else p.TRUE
    heading = title or f"GAS, T-värde, {column}"
    called = name or _name(
        data, "gas", by, column=column, weight=weight, where=p.to_sql(node),
        spread="sd" if spread else None,
    )  # fmt: skip

    def cell(within: p.Node, classes: Classes) -> Fact:
        rows = p.both(
            data.filter, within, node, p.known(column), p.known(weight), p.known(key)
        )  # fmt: skip
        definition = _definition(
            data, "gas", classes,
            where=p.to_sql(rows), column=column, weight=weight, distinct=key,
            **({"spread": "sd"} if spread else {}),
        )  # fmt: skip
        value, n = None, None
        if data.table is not None:
            kept = data.table.select([key, weight, column]).filter(pa.array(data.selected(rows)))
            value, n = gas_of(
                zip(*(kept[c].to_pylist() for c in (key, weight, column)), strict=True), spread
            )
        return _fact(data, definition, heading, called, "poäng", value, classes, rows, n=n)

    return _spread(data, cell, by, None, "gas", heading, total=False)


def ratio(a: Fact, b: Fact, *, name: str, title: str, unit: str = "") -> Fact:
    """One fact divided by another; a share where both say how many. Without a value where the
    other is zero. `unit`: what it is in, where the two do not tell (per cent by a hundred is an
    andel); it is then a part of the definition."""
    made = (a / b).named(name, title)
    if not unit:
        return made
    return replace(made, definition={**made.definition, "unit": unit}, unit=unit)


def _of_values(
    data: Dataset,
    kind: str,
    of: Callable[[Mapping[Any, int]], Number | None],
    column: str,
    where: str | None,
    by: By,
    name: str | None,
    heading: str,
    unit: str,
    **extra: str,
) -> Fact | FactTable:
    """A measure of a column's values over the rows that have one."""
    node = p.parse(where) if where else p.TRUE
    called = name or _name(data, kind, by, column=column, q=extra.get("q"), where=p.to_sql(node))

    def cell(within: p.Node, classes: Classes) -> Fact:
        rows = p.both(data.filter, within, node, p.known(column))
        definition = _definition(
            data, kind, classes, where=p.to_sql(rows), column=column, **extra
        )  # fmt: skip
        values = _column_values(data, column, rows)
        value = of(values) if values else None
        n = None if values is None else sum(values.values())
        return _fact(data, definition, heading, called, unit, value, classes, rows, n=n)

    return _spread(data, cell, by, None, kind, heading, total=False)


def _name(data: Dataset, kind: str, by: By, **call: str | None) -> str:
    """A name for the facts of one call, when the author gave none: the same every year."""
    asked = {"by": by, "filter": p.to_sql(data.filter), **call}
    return f"{kind}_{data.name}_{digest(asked)[:8]}"


def _definition(data: Dataset, kind: str, classes: Classes, **parts: str) -> dict[str, Any]:
    return {
        "kind": kind, "dataset": data.name, "period": data.offset, 
        "scope": _scope(classes), **parts,
    }  # fmt: skip


def _scope(classes: Classes) -> dict[str, Any]:
    """Dimension → class; classes shown as one are a sorted list."""
    return {
        d.name: sorted(v.values, key=canonical) if isinstance(v, Merged) else v for d, v in classes
    }


def _fact(
    data: Dataset,
    definition: dict[str, Any],
    title: str,
    name: str,
    unit: str,
    value: Any,
    classes: Classes,
    rows: p.Node,
    n: int | None = None,
    numerator: int | None = None,
    denominator: int | None = None,
) -> Fact:
    read = {*p.columns(rows), *filter(None, [definition.get("distinct")])}
    labels = "; ".join(f"{d.title}: {d.label(v)}" for d, v in classes)
    status = "saknas" if data.missing else "ok" if value is not None else "tom"
    if data.guarded and not data.missing:
        assert data.pattern is not None
        shown, n_shown = data.pattern.tells(definition)
        if not shown:
            value = numerator = None
            status = HIDDEN
        if not n_shown:
            n = denominator = None
    return Fact(
        definition=definition,
        name=name,
        title=f"{title} ({labels})" if labels else title,
        value=value,
        unit=unit,
        period=str(data.year),
        n=n,
        numerator=numerator,
        denominator=denominator,
        status=status,
        scope=_scope(classes),
        reads=tuple(f"{data.name}.{c}" for c in sorted(read)),
    )


def _tally(data: Dataset, rows: p.Node, distinct: str | None = None) -> int | None:
    if data.table is None:
        return None
    return data.bits.distinct(rows, distinct) if distinct else data.bits.count(rows)


def _column_values(data: Dataset, column: str, rows: p.Node) -> Mapping[Any, int] | None:
    """Each different value of a column in some rows, and how many have it."""
    if data.table is None:
        return None
    if column not in data.table.column_names or not (
        pa.types.is_integer(data.table.column(column).type)
        or pa.types.is_floating(data.table.column(column).type)
    ):
        raise PredicateError(f"Tabellen {data.name} har ingen talkolumn {column}.")
    return data.bits.tally(rows, column)


def _spread(
    data: Dataset,
    cell: Cell,
    by: By,
    over: Dimension | None,
    measure: str,
    title: str,
    total: bool,
) -> Fact | FactTable:
    """One fact, or one for each combination of classes."""
    names = [by] if isinstance(by, str) else list(by or ())
    groups = [data.dimension(n) for n in names]
    dims = (*groups, *([over] if over else []))
    if len(dims) > 2:
        raise PredicateError("En tabell har högst två dimensioner: dela upp den i flera.")
    key = table_key(data.name, p.to_sql(data.filter), tuple(d.name for d in dims))
    classes: list[tuple[Key, ...]] = []
    for d in dims:
        keys = _classes(data, key, d, d is over)
        classes.append((*keys, TOTAL) if total and d is not over else keys)
    cells = {}
    for combination in itertools.product(*classes):
        pairs = tuple(
            (d, k) for d, k in zip(dims, combination, strict=True) if not isinstance(k, Total)
        )
        within = p.both(*(d.where(k) for d, k in pairs if d is not over))
        cells[combination] = cell(within, pairs)
    made = FactTable(measure, title, dims, tuple(classes), cells, data, over) if dims else cells[()]
    if data.recorder is not None:
        data.recorder.asked(made)
    return made


def _classes(data: Dataset, key: str, dimension: Dimension, is_over: bool) -> tuple[Key, ...]:
    """The classes of a dimension in one table: as its pattern merges them, else one by one. A
    distribution is over those who have a value."""
    chosen = data.pattern.classes(key, dimension.name) if data.guarded and data.pattern else None
    if chosen is None:
        keys: list[Key] = [c.value for c in dimension.categories]
    else:
        keys = [_class(m, dimension) for m in chosen]
    if is_over:
        return tuple(k for k in keys if k is not None)
    told = any(k is None or (isinstance(k, Merged) and None in k.values) for k in keys)
    return tuple(keys if told or not data.has_unknown(dimension) else [*keys, None])


def _class(merged: Merged, dimension: Dimension) -> Key:
    """A class of one value is that value, unless it is called something else."""
    alone = len(merged.values) == 1 and merged.label == dimension.label(merged.values[0])
    return merged.values[0] if alone else merged
