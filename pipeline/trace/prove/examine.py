"""What becomes of some rows of a table: joined, checked and set aside as validation does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipeline.forms.codebook import ForeignKey
from pipeline.intake.clean import MASKED
from pipeline.intake.derive import add_derived
from pipeline.trace.prove.checks import interpret
from pipeline.trace.prove.world import Key, Row, State, Table, World
from pipeline.validation.personal import NAME, masked_fields
from pipeline.validation.quarantine import apply_results
from pipeline.validation.records import DUPLICATE, PROCESSED, QUARANTINED
from pipeline.validation.records import MASKED as MASKED_CELL

At = tuple[int, str]  # year, table


@dataclass(slots=True)
class Run:
    """One mutation on its way through the tables. `now`: states that differ from the world's."""

    now: dict[At, dict[int, State]] = field(default_factory=dict)
    waiting: dict[At, set[int]] = field(default_factory=dict)
    patched: dict[At, tuple[int, pa.Table]] = field(default_factory=dict)


def examine(
    world: World, table: Table, kept: list[int], rows: pa.Table, run: Run
) -> tuple[dict[int, State], pa.Schema]:
    """The states of some rows, as validation gives them."""
    year, book = table.year, table.book
    references = _references(world, table, rows, run)
    full = add_derived(rows, book, year, references, world.books)
    results = interpret(full.to_pylist(), table.checks, world.parameters[year])
    outcome = apply_results(rows, results, book)
    counted = add_derived(outcome.kept, book, year, references, world.books)
    contents = iter(counted.to_pylist())
    marks: dict[int, list[Row]] = {}
    for m in outcome.marks:
        mark = {"falt": m.falt, "atgard": m.action, "kontroll": m.check.kontroll}
        marks.setdefault(m.row, []).append(_place(world, table, kept[m.row]) | mark)
    for i, masked in enumerate(rows[MASKED].to_pylist()):
        if masked is not None:
            marks.setdefault(i, []).extend(_masked(world, table, kept[i], masked))
    states = {}
    for i, position in enumerate(kept):
        out = i in outcome.quarantined
        status = _place(world, table, position) | {"status": QUARANTINED if out else PROCESSED}
        content = None if out else next(contents)
        states[position] = State(content, status, tuple(marks.get(i, ())))
    return states, counted.schema


def _place(world: World, table: Table, position: int) -> Row:
    kalla = table.cleaned["_kalla"][position].as_py()
    return {
        "_kalla": kalla,
        "_rad": table.cleaned["_rad"][position].as_py(),
        "fil": world.found[table.year][kalla].raw.file,
        "tabell": table.name,
    }


def duplicate(world: World, table: Table, position: int, masked: str | None) -> State:
    """The state of a duplicate. `masked`: its `_maskerat`."""
    place = _place(world, table, position)
    mark = {"falt": next(iter(table.book.primary_key), ""), "atgard": DUPLICATE,
            "kontroll": f"{table.name}.{DUPLICATE}"}  # fmt: skip
    others = _masked(world, table, position, masked) if masked else []
    return State(None, place | {"status": DUPLICATE}, (place | mark, *others))


def _masked(world: World, table: Table, position: int, masked: str) -> list[Row]:
    """The cells of a row that hold a personal identifier."""
    place = _place(world, table, position)
    mark = {"atgard": MASKED_CELL, "kontroll": f"{table.name}.{NAME}"}
    return [place | mark | {"falt": field} for field in masked_fields(masked)]


def _references(world: World, table: Table, rows: pa.Table, run: Run) -> dict[str, pa.Table]:
    """The rows that these rows refer to, as tables small enough to be searched anew."""
    found: dict[str, list[Row]] = {}
    schemas: dict[str, pa.Schema] = {}
    for key in table.book.foreign_keys:
        years = [
            y for y in reversed(world.years)
            if (y, key.resource) in world.tables
            and (y < table.year or (y == table.year and key.resource != table.name))
        ]  # fmt: skip
        if not years:
            continue
        schema = world.tables[years[0], key.resource].schema
        assert schema is not None
        schemas[key.resource] = schema.append(pa.field("_ar", pa.int64()))
        columns = [rows[f].cast(pa.string()).to_pylist() for f in key.fields]
        for texts in dict.fromkeys(zip(*columns, strict=True)):
            row = None if None in texts else _referred(world, key, texts, years, run)
            if row is not None:
                found.setdefault(key.resource, []).append(row)
    return {n: pa.Table.from_pylist(found.get(n, []), s) for n, s in schemas.items()}


def _referred(world: World, key: ForeignKey, texts: Key, years: list[int], run: Run) -> Row | None:
    """The newest row that counts and has this key."""
    for year in years:
        other = world.tables[year, key.resource]
        now = run.now.get((year, key.resource), {})
        held = other.held.get(key.reference_fields, {}).get(texts, [])
        for position in sorted({*held, *now}, reverse=True):
            row = (now.get(position) or other.states[position]).counted
            if texts_of(other, row, key.reference_fields) == texts:
                assert row is not None
                return row | {"_ar": year}
    return None


def texts_of(table: Table, row: Row | None, names: Iterable[str]) -> Key | None:
    """A key as the texts that it is compared by; None where part of it is missing."""
    if row is None:
        return None
    texts = tuple(_text(table, row.get(n), n) for n in names)
    return None if None in texts else texts


def _text(table: Table, value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    assert table.schema is not None
    text: str = pa.scalar(value, table.schema.field(name).type).cast(pa.string()).as_py()
    return text
