"""A recognised table as typed columns. Every refused cell is kept as text in `_fel_<field>`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.forms.codebook import Codebook, Field, Value
from pipeline.intake.convert import Converted, Converter, converter, dummy_converter, translated
from pipeline.intake.headers import dummies
from pipeline.intake.personal import guarded
from pipeline.intake.raw import Cell, RawTable, Recognised, address
from pipeline.privacy.key import PseudonymKey

ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
ERRORS = pa.schema(
    [
        ("_kalla", pa.string()),
        ("_rad", pa.int64()),
        ("tabell", pa.string()),
        ("falt", pa.string()),
        ("adress", pa.string()),
        ("orsak", pa.string()),
    ]
)
# Which cells of a row hold a personal identifier: `synpunkter=e-post,telefon;utforare=adress`.
MASKED, FIELDS, KINDS, KIND = "_maskerat", ";", "=", ","
# Answers that their tool marks as incomplete, tests or the like. `regel`: a key of dialects.RULES.
# `adress`: the cell that says so, where one column alone can.
ASIDE = pa.schema(
    [
        ("_kalla", pa.string()),
        ("_rad", pa.int64()),
        ("tabell", pa.string()),
        ("regel", pa.string()),
        ("adress", pa.string()),
        (MASKED, pa.string()),
    ]
)
Codes = np.ndarray[tuple[int], np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`table`: `schema(codebook)`, one row a row of the source. `rules`: field → rule → cells.
    `errors`: one row a refused cell, with the reason in Swedish and without its value. `aside`:
    `ASIDE`, the rows that were set aside and are in neither of the two."""

    recognised: Recognised
    table: pa.Table
    rules: Mapping[str, Mapping[str, int]]
    errors: pa.Table
    aside: pa.Table


def error_column(field: str) -> str:
    """Where the text of a refused cell stands."""
    return f"_fel_{field}"


def remasked(masked: str | None, field: str, found: str | None) -> str | None:
    """`_maskerat` of a row whose cell in one field was read anew."""
    kept = [m for m in (masked or "").split(FIELDS) if m and m.split(KINDS)[0] != field]
    return FIELDS.join(sorted([*kept, *([found] if found else [])])) or None


def masked_cells(masked: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(field, kinds) of what stands in `_maskerat`."""
    for entry in masked.split(FIELDS):
        field, kinds = entry.split(KINDS)
        yield field, tuple(kinds.split(KIND))


def option_values(field: Field) -> tuple[Value, ...]:
    """The options of a list field that have a column each, in order."""
    if field.categories:
        return tuple(c.value for c in field.substantive)
    return tuple(dict.fromkeys(c.value for c in field.columns))


def schema(book: Codebook) -> pa.Schema:
    """The columns of a cleaned table, in order. Any cell can hold #N/A, so every field has its
    `_fel_` column, also those whose texts are never refused."""
    columns: list[tuple[str, pa.DataType]] = []
    for f in book.fields:
        if f.type == "list":
            columns += [(f.option_column(v), pa.bool_()) for v in option_values(f)]
        else:
            columns.append((f.name, ARROW[f.type]))
        if f.has_missing_categories:
            columns.append((f.bortfall_column, pa.string()))
        if f.own_words:
            columns.append((f.own_words_column, pa.string()))
    columns += [(error_column(f.name), pa.string()) for f in book.fields]
    return pa.schema(
        [*columns, (MASKED, pa.string()), ("_kalla", pa.string()), ("_rad", pa.int64())]
    )


def clean(recognised: Recognised, key: PseudonymKey) -> Cleaned:
    """Type, recode and blank by named rules; identifiers become pseudonyms under `key`, personal
    identifiers in texts are masked. Fields that the file lacks become NULL."""
    raw, book = recognised.raw, recognised.codebook
    rows = np.array(recognised.rows, dtype=np.int64)
    made: dict[str, pa.Array] = {
        "_kalla": pa.repeat(pa.scalar(raw.source, pa.string()), len(rows)),
        "_rad": pa.array(rows),
    }
    rules: dict[str, dict[str, int]] = {}
    errors: list[pa.Table] = []
    masked = np.full(len(rows), None, dtype=object)
    for field in book.fields:
        columns = recognised.columns.get(field.name, ())
        if not columns:
            continue
        read = [_read(recognised, field, at, columns, key) for at in range(len(columns))]
        made.update(_spread(field, read) if recognised.spread(field) else _single(field, read[0]))
        rules[field.name] = _count(read)
        errors += [e.errors(raw, book, field, rows) for e in read]
        _note_masked(masked, field, read)
    made[MASKED] = pa.array(masked, pa.string())
    table = pa.table(
        [made[c.name] if c.name in made else pa.nulls(len(rows), c.type) for c in schema(book)],
        schema=schema(book),
    )
    refused = pa.concat_tables([ERRORS.empty_table(), *errors])
    return Cleaned(
        recognised=recognised,
        table=_without(table, recognised.set_aside),
        rules={name: counted for name, counted in rules.items() if counted},
        errors=_without(refused, recognised.set_aside),
        aside=_aside(recognised, table),
    )


def _without(table: pa.Table, aside: Mapping[int, str]) -> pa.Table:
    if not aside:
        return table
    return table.filter(pc.invert(pc.is_in(table["_rad"], pa.array(aside, pa.int64()))))


def _aside(recognised: Recognised, table: pa.Table) -> pa.Table:
    """The rows set aside, with the cell that says why."""
    aside, raw = recognised.set_aside, recognised.raw
    rows = [i for i in recognised.rows if i in aside]
    told = raw.dialect.decided_by if raw.dialect is not None else ()
    where = [address(raw.source, told[0], i) if len(told) == 1 else "" for i in rows]
    kept = table.filter(pc.is_in(table["_rad"], pa.array(rows, pa.int64())))
    return pa.table(
        [
            [raw.source] * len(rows),
            rows,
            [recognised.codebook.name] * len(rows),
            [aside[i] for i in rows],
            where,
            kept[MASKED],
        ],
        schema=ASIDE,
    )


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A column as codes into what its different cells were converted to."""

    column: int
    codes: Codes
    results: Sequence[Converted]

    def take(self, values: Sequence[object], kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind).take(pa.array(self.codes))

    def refused(self) -> np.ndarray:
        """The refused text of each row, or None."""
        texts = np.empty(len(self.results), dtype=object)
        texts[:] = [r.bad for r in self.results]
        return texts[self.codes]

    def errors(self, raw: RawTable, book: Codebook, field: Field, rows: np.ndarray) -> pa.Table:
        refused = np.array([r.error is not None for r in self.results], dtype=bool)
        at = np.flatnonzero(refused[self.codes]) if len(self.codes) else np.array([], int)
        places = [int(rows[i]) for i in at]
        return pa.table(
            [
                [raw.source] * len(at),
                places,
                [book.name] * len(at),
                [field.name] * len(at),
                [address(raw.source, self.column, row) for row in places],
                [self.results[self.codes[i]].error for i in at],
            ],
            schema=ERRORS,
        )


def _read(
    recognised: Recognised, field: Field, at: int, columns: Sequence[int], key: PseudonymKey
) -> _Encoded:
    """One column converted. A column that the file lacks (-1) is read as blank."""
    raw, column = recognised.raw, columns[at]
    if recognised.spread(field):
        convert: Converter = dummy_converter(field, recognised.codebook, at)
    else:
        convert = converter(field, recognised.codebook, plain_text=raw.kind == "csv")
    convert = translated(convert, raw.dialect, column)
    convert = guarded(convert, field, recognised.codebook, key)
    index: dict[tuple[type, Cell], int] = {}
    cells = _cells(raw, recognised.rows, column)
    # The type is part of the key: to Python, True, 1 and 1.0 are one key.
    codes = np.fromiter(
        (index.setdefault((c.__class__, c), len(index)) for c in cells),
        np.int32,
        len(recognised.rows),
    )
    results = [convert(cell) for _, cell in index]
    position = {row: i for i, row in enumerate(recognised.rows)} if raw.problems else {}
    for (row, number), reason in raw.problems.items():
        if number == column + 1 and row in position:
            shown = str(raw.rows[row - 1][column])
            codes[position[row]] = len(results)
            results.append(Converted(error=reason, bad=shown))
    return _Encoded(column, codes, results)


def _cells(raw: RawTable, rows: Sequence[int], column: int) -> Iterator[Cell]:
    for row in rows:
        cells = raw.rows[row - 1]
        yield cells[column] if 0 <= column < len(cells) else None


def _note_masked(masked: np.ndarray, field: Field, read: Sequence[_Encoded]) -> None:
    """Add a field's personal identifiers to what is known of each row."""
    kinds: dict[int, list[str]] = {}
    for e in read:
        found = np.array([bool(r.kinds) for r in e.results], dtype=bool)
        for i in np.flatnonzero(found[e.codes]) if len(e.codes) else ():
            kinds.setdefault(int(i), []).extend(e.results[e.codes[i]].kinds)
    for row, several in kinds.items():
        entry = f"{field.name}{KINDS}{KIND.join(dict.fromkeys(several))}"
        masked[row] = remasked(masked[row], field.name, entry)


def _count(read: Sequence[_Encoded]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for e in read:
        touched = np.bincount(e.codes, minlength=len(e.results))
        for result, cells in zip(e.results, touched, strict=True):
            if result.rule and cells:
                counted[result.rule] += int(cells)
    return dict(sorted(counted.items()))


def _single(field: Field, e: _Encoded) -> dict[str, pa.Array]:
    """The columns of a field that stands in one column of the file."""
    made = {error_column(field.name): e.take([r.bad for r in e.results], pa.string())}
    if field.has_missing_categories:
        made[field.bortfall_column] = e.take([r.bortfall for r in e.results], pa.string())
    if field.own_words:
        made[field.own_words_column] = e.take([r.own for r in e.results], pa.string())
    if field.type != "list":
        made[field.name] = e.take([r.value for r in e.results], ARROW[field.type])
        return made
    for value in option_values(field):
        chosen = [_chosen(r, str(value)) for r in e.results]
        made[field.option_column(value)] = e.take(chosen, pa.bool_())
    return made


def _chosen(result: Converted, value: str) -> bool | None:
    return value in result.value if isinstance(result.value, frozenset) else None


def _spread(field: Field, read: Sequence[_Encoded]) -> dict[str, pa.Array]:
    """The columns of a list field that the file spreads over dummy columns.

    Some tools leave the unchosen blank: where any option has an answer, a blank is False.
    """
    rows = len(read[0].codes)
    answered = np.zeros(rows, dtype=bool)
    chosen: dict[str, np.ndarray] = {}
    for column, e in zip(dummies(field), read, strict=True):
        if e.column < 0:
            continue  # not offered in this file: the option stays NULL
        answer = np.array([r.value is not None for r in e.results], dtype=bool)[e.codes]
        picked = np.array([r.value is True for r in e.results], dtype=bool)[e.codes]
        answered |= answer
        chosen[column.value] = chosen.get(column.value, np.zeros(rows, dtype=bool)) | picked
    options = [v for v in option_values(field) if str(v) in chosen]
    substantive = np.zeros(rows, dtype=bool)
    for v in options:
        substantive |= chosen[str(v)]
    bortfall = np.full(rows, None, dtype=object)
    for c in field.categories:
        if c.missing and str(c.value) in chosen:
            bortfall[chosen[str(c.value)] & ~substantive] = str(c.value)
    # "vet ej" alone: the question has no answer, and leaves the denominator of every option.
    answered &= bortfall == None  # noqa: E711  elementwise
    made = {
        field.option_column(v): pa.array(chosen[str(v)], pa.bool_(), mask=~answered)
        for v in options
    }
    if field.has_missing_categories:
        made[field.bortfall_column] = pa.array(bortfall, pa.string())
    made[error_column(field.name)] = _joined([e.refused() for e in read], rows)
    return made


def _joined(texts: Sequence[np.ndarray], rows: int) -> pa.Array:
    """What was refused in the dummy columns of a row, together."""
    joined = np.full(rows, None, dtype=object)
    for bad in texts:
        for i in np.flatnonzero(bad != None):  # noqa: E711  elementwise
            joined[i] = bad[i] if joined[i] is None else f"{joined[i]}; {bad[i]}"
    return pa.array(joined, pa.string())
