"""What the generator knows about its files: for tests, never written beside the data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.exempel.kolada import KoladaValue
from pipeline.exempel.lives import Clean
from pipeline.exempel.sheets import Effect, Row, Sheet
from pipeline.forms.codebook import Codebook, Derived, Field, ForeignKey, band_labels
from pipeline.intake.raw import address

Expected = dict[str, Clean]
Looked = dict[str, Expected]  # key → the row that it finds
Known = dict[str, Looked]  # by table


@dataclass(frozen=True, slots=True)
class SourceTruth:
    """One sheet, or one file without sheets. rows = processed + duplicates + quarantined.

    `blanked`: cells that a rule must empty; `unread`: headers that no form knows.
    """

    year: int
    file: str
    source: str
    table: str
    header_row: int
    rows: int
    processed: int
    duplicates: int
    quarantined: int
    blanked: int
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted fault and where it lies. `field` is empty for a whole row."""

    year: int
    source: str
    row: int
    field: str
    address: str
    kind: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class TableTruth:
    """Processed rows of one table and year.

    `counts`: column → value as text → rows; "" counts rows without a value. List fields stand
    as one column an option, with "True" and "False". `sums`: column → (rows with a value, sum).
    """

    year: int
    table: str
    processed: int
    counts: Mapping[str, Mapping[str, int]]
    sums: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Truth:
    """All of it. `rows` is the number of started insatser a year that was asked for."""

    seed: int
    rows: int
    years: tuple[int, ...]
    sources: tuple[SourceTruth, ...]
    planted: tuple[Planted, ...]
    tables: tuple[TableTruth, ...]
    kolada: tuple[KoladaValue, ...]

    def table(self, name: str, year: int) -> TableTruth:
        return next(t for t in self.tables if (t.table, t.year) == (name, year))

    def source(self, source: str) -> SourceTruth:
        return next(s for s in self.sources if s.source == source)


def source_truth(sheet: Sheet) -> SourceTruth:
    statuses = Counter(row.status for row in sheet.rows)
    blanked = [m for row in sheet.rows for m in row.marks if m.effect is Effect.BLANKED]
    return SourceTruth(
        year=sheet.year,
        file=sheet.file,
        source=sheet.source,
        table=sheet.table,
        header_row=sheet.header_row,
        rows=len(sheet.rows),
        processed=statuses["behandlad"],
        duplicates=statuses["dubblett"],
        quarantined=statuses["karantan"],
        blanked=len(blanked),
        unread=tuple(text for key, text in sheet.header.items() if key.startswith("+")),
    )


def planted(sheet: Sheet) -> list[Planted]:
    columns = {key: i for i, key in enumerate(sheet.header)}
    made = []
    for row in sheet.rows:
        for mark in row.marks:
            cell = columns.get(mark.field)
            where = f"{sheet.source}!{row.number}"
            if cell is not None:
                where = address(sheet.source, cell, row.number)
            made.append(
                Planted(sheet.year, sheet.source, row.number, mark.field, where, mark.kind,
                        mark.effect)
            )  # fmt: skip
    return made


def expected_rows(book: Codebook, sheets: Sequence[Sheet], known: Known) -> list[Expected]:
    """The processed rows as docs/architecture.md lays them out, free text unmasked.

    `known`: table → key → what a lookup finds there, of this year and the years before.
    """
    columns = [_columns(field) for field in book.fields]
    return [
        _expected(book, columns, sheet, row, known)
        for sheet in sheets
        for row in sheet.rows
        if row.status == "behandlad"
    ]


@dataclass(frozen=True, slots=True)
class _Columns:
    """A field's columns: one an option for a list, else its own and the one for `vet_ej`."""

    name: str
    options: Mapping[str, str]
    missing: frozenset[object]
    bortfall: str


def _columns(field: Field) -> _Columns:
    several = field.categories if field.type == "list" else ()
    missing = frozenset(c.value for c in field.categories if c.missing)
    return _Columns(
        name=field.name,
        options={field.option_column(c.value): str(c.value) for c in several},
        missing=missing,
        bortfall=field.bortfall_column if missing else "",
    )


def _expected(
    book: Codebook, columns: Sequence[_Columns], sheet: Sheet, row: Row, known: Known
) -> Expected:
    made: Expected = {"_kalla": sheet.source, "_rad": row.number}
    for field in columns:
        value = row.clean.get(field.name)
        if field.options:
            chosen = value if isinstance(value, tuple) else None
            for column, option in field.options.items():
                made[column] = None if chosen is None else option in chosen
            continue
        made[field.name] = None if value in field.missing else value
        if field.bortfall:
            made[field.bortfall] = value if value in field.missing else None
    for key in book.foreign_keys:
        made |= _looked_up(key, made, known.get(key.resource, {}))
    for derived in book.derived:
        made[derived.name] = _derived(derived, made)
    return made


def _looked_up(key: ForeignKey, row: Expected, known: Looked) -> Expected:
    """What a lookup brings in; of a list field its options."""
    found = known.get(str(row[key.fields[0]]), {})
    columns = brought_in(key, next(iter(known.values()))) if known else key.lookup
    return {column: found.get(column) for column in columns}


def brought_in(key: ForeignKey, row: Expected) -> Expected:
    """The part of a row of the referred table that a lookup brings in."""
    return {c: v for c, v in row.items() if c in key.lookup or c.partition("__")[0] in key.lookup}


def _derived(rule: Derived, row: Expected) -> Clean:
    value = row[rule.source]
    if rule.rule == "band" and isinstance(value, int):
        below = [i for i, start in enumerate(rule.breaks) if start <= value]
        return band_labels(rule.breaks)[below[-1]] if below else None
    if rule.rule == "tertial" and isinstance(value, dt.date | int):
        month = value if isinstance(value, int) else value.month
        return f"T{(month - 1) // 4 + 1}"
    if rule.rule == "difference" and isinstance(value, int):
        after = row[rule.to]
        return after - value if isinstance(after, int) else None
    if rule.rule == "month" and isinstance(value, dt.date):
        return value.month
    if rule.rule == "product" and isinstance(value, int):
        other = row[rule.to]
        return value * other if isinstance(other, int) else None
    if rule.rule == "days_between" and isinstance(value, dt.date):
        end = row[rule.to]
        return (end - value).days if isinstance(end, dt.date) else None
    if rule.rule == "weeks_between" and isinstance(value, dt.date):
        end = row[rule.to]
        return (_monday(end) - _monday(value)).days // 7 if isinstance(end, dt.date) else None
    return None


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


def table_truth(book: Codebook, year: int, rows: Sequence[Expected]) -> TableTruth:
    """Distributions of every column with classes, and sums of the numeric ones."""
    classed = {f.name for f in book.fields if f.categories or f.type == "boolean"}
    classed |= {d.name for d in book.derived if d.categories}
    looked_up = {c for k in book.foreign_keys for c in k.lookup}
    classed |= looked_up - {
        "alder_vid_start",
        "startdatum",
        "besoksdatum",
        "rapport_beslutad",
        "utkast_skickat",
    }
    counts: dict[str, Mapping[str, int]] = {}
    sums: dict[str, tuple[int, float]] = {}
    for column in rows[0] if rows else ():
        values = [row[column] for row in rows]
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        if numbers and not column.startswith("_"):
            sums[column] = (len(numbers), sum(numbers))
        if column in classed or "__" in column:
            found = Counter("" if v is None else str(v) for v in values)
            counts[column] = dict(sorted(found.items()))
    return TableTruth(year, book.name, len(rows), counts, sums)
