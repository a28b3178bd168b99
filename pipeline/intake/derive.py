"""Columns brought in from other tables, and columns computed by a named rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.forms.codebook import Codebook, Derived, ForeignKey, band_labels
from pipeline.intake.clean import schema


def add_derived(
    table: pa.Table,
    book: Codebook,
    year: int,
    references: Mapping[str, pa.Table],
    books: Mapping[str, Codebook] | None = None,
) -> pa.Table:
    """`table` with its lookups and derived columns, rows in the same order.

    `references`: the tables referred to, of `year` and earlier years together, with `_ar`,
    `_kalla` and `_rad`; the newest year wins. `books` gives the types of looked-up columns where
    there is no table to look in.
    """
    for key in book.foreign_keys:
        table = _look_up(table, key, year, references.get(key.resource), (books or {}))
    for derived in book.derived:
        table = table.append_column(derived.name, _RULES[derived.rule](table, derived))
    return table


def _look_up(
    table: pa.Table,
    key: ForeignKey,
    year: int,
    reference: pa.Table | None,
    books: Mapping[str, Codebook],
) -> pa.Table:
    if reference is None:
        known = schema(books[key.resource]) if key.resource in books else pa.schema([])
        reference = known.empty_table()
    for name, kind in (("_ar", pa.int64()), ("_kalla", pa.string()), ("_rad", pa.int64())):
        if name not in reference.column_names:
            reference = reference.append_column(name, pa.nulls(reference.num_rows, kind))
    at = _positions(table, key, year, reference)
    for name in _brought_in(key, reference):
        if name not in table.column_names:  # the row's own answer outranks the other table's
            table = table.append_column(name, _take(reference, name, at))
    for name in ("_ar", "_kalla", "_rad"):
        table = table.append_column(f"_{key.resource}{name}", _take(reference, name, at))
    return table


def _brought_in(key: ForeignKey, reference: pa.Table) -> list[str]:
    """The lookup's columns; of a list field its options, of every field its bortfall."""
    found = []
    for name in key.lookup:
        own = [c for c in reference.column_names if c == name or c.startswith(f"{name}__")]
        found += own or [name]
    return found


def _take(reference: pa.Table, name: str, at: pa.Array) -> pa.ChunkedArray | pa.Array:
    if name not in reference.column_names:
        return pa.nulls(len(at), pa.string())
    return reference[name].take(at)


def _positions(table: pa.Table, key: ForeignKey, year: int, reference: pa.Table) -> pa.Array:
    """For each row the position of the row referred to, NULL where there is none."""
    years = reference["_ar"].to_pylist()
    columns = [_texts(reference, f) for f in key.reference_fields]
    newest: dict[tuple[str | None, ...], int] = {}
    for i, values in enumerate(zip(*columns, strict=True)):
        if None in values or (years[i] or 0) > year:
            continue
        before = newest.get(values)
        if before is None or (years[i] or 0) >= (years[before] or 0):
            newest[values] = i
    own = zip(*(_texts(table, f) for f in key.fields), strict=True)
    return pa.array([newest.get(values) for values in own], pa.int64())


def _texts(table: pa.Table, name: str) -> list[str | None]:
    """Keys are compared as texts: 17 in one form may be "17" in the other."""
    if name not in table.column_names:
        return [None] * table.num_rows
    texts: list[str | None] = table[name].cast(pa.string()).to_pylist()
    return texts


def _band(table: pa.Table, derived: Derived) -> pa.Array:
    values = pc.cast(table[derived.source], pa.float64()).to_numpy(zero_copy_only=False)
    classes = np.searchsorted(np.array(derived.breaks, dtype=float), values, side="right") - 1
    outside = np.isnan(values) | (classes < 0)
    labels = np.array(band_labels(derived.breaks), dtype=object)
    return pa.array(labels[np.where(outside, 0, classes)], pa.string(), mask=outside)


def _year(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    return pc.year(_dates(table, derived.source))


def _tertial(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    column = table[derived.source]
    # A form that is kept by the month has its number in place of a date.
    by_month = pa.types.is_integer(column.type)
    month = column if by_month else pc.month(_dates(table, derived.source))
    number = pc.add(pc.divide(pc.subtract(month, 1), 4), 1)
    return pc.binary_join_element_wise("T", number.cast(pa.string()), "")


def _month(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    return pc.month(_dates(table, derived.source))


def _days_between(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    first, last = (_dates(table, n).cast(pa.int32()) for n in (derived.source, derived.to))
    return pc.subtract(last, first).cast(pa.int64())


def _weeks_between(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    """From the calendar week (Monday to Sunday) of the first to that of the second: zero within
    one week, one where the first lies in the week before. 1970-01-01 was a Thursday."""
    weeks = [
        pc.floor(pc.divide(pc.add(_dates(table, n).cast(pa.int32()), 3).cast(pa.float64()), 7.0))
        for n in (derived.source, derived.to)
    ]
    return pc.subtract(weeks[1], weeks[0]).cast(pa.int64())


def _product(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    """Of two whole numbers; NULL where one of them is."""
    return pc.multiply(*(table[n].cast(pa.int64()) for n in (derived.source, derived.to)))


def _dates(table: pa.Table, name: str) -> pa.ChunkedArray:
    column = table[name]
    # A lookup that found no table has no dates to compute from.
    if pa.types.is_date32(column.type):
        return column
    return pa.chunked_array([pa.nulls(table.num_rows, pa.date32())])


def _difference(table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    """The second minus the first, NULL where either is. Whole numbers stay whole."""
    return pc.subtract(table[derived.to], table[derived.source])


_RULES = {
    "band": _band, "year": _year, "tertial": _tertial, "month": _month,
    "days_between": _days_between, "weeks_between": _weeks_between, "difference": _difference,
    "product": _product,
}  # fmt: skip
