"""What one changed cell does to the rows of all tables: only the rows concerned are cleaned,
deduplicated, checked and joined again, by the same functions that make the year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from pipeline.intake.clean import MASKED, clean, remasked
from pipeline.intake.dialects import dialect_of
from pipeline.intake.headers import fit
from pipeline.intake.raw import Cell, NotRead, RawTable, Recognised
from pipeline.intake.recognise import HEADER_WITHIN, extent_of, recognise
from pipeline.intake.stacked import STACKED
from pipeline.privacy.key import PseudonymKey
from pipeline.trace.prove.cells import Mutation, mutated
from pipeline.trace.prove.examine import At, Run, duplicate, examine, texts_of
from pipeline.trace.prove.world import (
    Row,
    State,
    Table,
    World,
    keys_of,
    ranks_of,
    winner,
    with_source,
)
from pipeline.validation.records import DUPLICATE

Change = tuple[Row | None, Row | None]
Changes = dict[tuple[str, int], list[Change]]  # (dataset, year) → rows before and after
UNIQUE = "expect_column_values_to_be_unique"


def settle(world: World) -> World:
    """Examine every row: the world as intake and validation make it."""
    run = Run()
    for year in world.years:
        for name in world.order(year):
            table = world.tables[year, name]
            lost = {p for members in table.groups.values() for p in _losers(table, members)}
            kept = [p for p in range(table.cleaned.num_rows) if p not in lost]
            rows = table.cleaned.take(pa.array(kept, pa.int64()))
            states, table.schema = examine(world, table, kept, rows, run)
            masked = table.cleaned[MASKED]
            twice = {p: duplicate(world, table, p, masked[p].as_py()) for p in lost}
            table.states = states | twice
            _index(world, table, kept)
    return world


def replay(world: World, mutation: Mutation) -> Changes | None:
    """The rows that a mutation changes, in every table that facts are asked of. None where the
    file could no longer be read with it, so that there would be no edition."""
    run = Run()
    rebuilt = world
    for year in world.years_of(mutation.place):
        before = world.found[year][mutation.place.source]
        after = _recognised(world, before, mutated(before.raw, mutation), mutation.place.row)
        if isinstance(after, NotRead):
            return None
        if _shape(before) != _shape(after):  # another extent: nothing can be taken over
            rebuilt = with_source(rebuilt, year, after)
        else:
            _patch(world.tables[year, mutation.place.table], after, mutation, world.key, run)
    if rebuilt is not world:
        return _difference(world, settle(rebuilt))
    for year in world.years:
        for name in world.order(year):
            if run.waiting.get((year, name)):
                _carry_on(world, world.tables[year, name], run)
    return _changes(world, run.now)


def _recognised(world: World, before: Recognised, raw: RawTable, row: int) -> Recognised | NotRead:
    """What intake makes of the table. A row that is no header row, before or after, can only
    change where the table ends."""
    rivals = [before.raw.rows[row - 1], raw.rows[row - 1]] if row <= HEADER_WITHIN else []
    known = before.raw.dialect
    if known is not None and known.name != STACKED:
        raw = replace(raw, dialect=known if known.form else dialect_of(raw.rows))
    if any(_like_header(world, r) for r in rivals) or raw.dialect != known:
        again = replace(raw, dialect=None) if known and known.name == STACKED else raw
        return recognise(again, world.books, *world.settings)
    header = before.header_row - 1
    rows, notes = extent_of(raw, header, fit(raw.header(header), before.codebook))
    aside = {i: rule for i, rule in before.set_aside.items() if i in {*rows}}
    return replace(before, raw=raw, rows=rows, notes=notes, set_aside=aside)


def _like_header(world: World, row: Sequence[Cell]) -> bool:
    """Whether a row has as many headers of some form as recognition asks for."""
    books = world.books.values()
    return any(fit(row, b).explained >= min(2, len(b.fields)) for b in books)


def _shape(found: Recognised) -> tuple[Any, ...]:
    return (
        found.codebook.name, found.header_row, found.rows, found.columns, found.spread_fields,
        found.set_aside,
    )  # fmt: skip


def _patch(
    table: Table, after: Recognised, mutation: Mutation, key: PseudonymKey, run: Run
) -> None:
    """The cleaned row with the mutated field cleaned again."""
    place = mutation.place
    wanted = table.book.field(place.field)
    alone = replace(
        after,
        codebook=replace(table.book, fields=(wanted,), derived=(), foreign_keys=()),
        columns={place.field: after.columns[place.field]},
        rows=(place.row,),
    )
    made = clean(alone, key).table
    position = table.at[place.source, place.row]
    row = table.cleaned.slice(position, 1)
    before, found = (t[MASKED][0].as_py() for t in (row, made))
    whole = pa.array([remasked(before, place.field, found)], pa.string())
    made = made.set_column(made.column_names.index(MASKED), MASKED, whole)
    for name in made.column_names:
        row = row.set_column(row.column_names.index(name), name, made[name])
    at = (table.year, table.name)
    run.patched[at] = (position, row)
    run.waiting.setdefault(at, set()).add(position)


def _carry_on(world: World, table: Table, run: Run) -> None:
    """Examine the waiting rows of a table, and let those that refer to them wait in turn."""
    at = (table.year, table.name)
    concerned = set(run.waiting[at])
    if any(c.type == UNIQUE for c in table.checks):
        concerned |= set(range(table.cleaned.num_rows))
    lost = {p for p in concerned if table.states[p].status["status"] == DUPLICATE}
    patch = run.patched.get(at)
    if patch:
        members, losers = _regroup(table, *patch)
        concerned |= members
        lost = (lost - members) | losers
    kept = sorted(concerned - lost)
    rows = _rows(table, kept, patch)
    states, _ = examine(world, table, kept, rows, run)
    for p in lost & concerned:
        at_hand = patch[1][MASKED][0] if patch and p == patch[0] else table.cleaned[MASKED][p]
        states[p] = duplicate(world, table, p, at_hand.as_py())
    changed = {p: s for p, s in states.items() if s != table.states[p]}
    run.now[at] = changed
    for other, key in world.pointing_at(table.name):
        texts = {
            t
            for p, s in changed.items()
            for row in (table.states[p].counted, s.counted)
            if (t := texts_of(table, row, key.reference_fields)) is not None
        }
        for year in (y for y in world.years if y >= table.year and (y, other) in world.tables):
            pointing = world.tables[year, other].pointing.get(key.fields, {})
            found = set().union(*(pointing.get(t, set()) for t in texts))
            run.waiting.setdefault((year, other), set()).update(found)


def _regroup(table: Table, position: int, row: pa.Table) -> tuple[set[int], set[int]]:
    """The rows that share a key with the mutated row before or after, and who of them are now
    duplicates."""
    (new,), (rank,) = keys_of(row, table.book), ranks_of(row, table.book)
    members, losers = {position}, set()
    for key in dict.fromkeys(k for k in (table.keys[position], new) if k is not None):
        group = [p for p in table.groups.get(key, ()) if p != position]
        group += [position] if key == new else []
        best = winner((rank if p == position else table.ranks[p], p) for p in group)
        members |= set(group)
        losers |= {p for p in group if p != best}
    return members, losers


def _losers(table: Table, members: Iterable[int]) -> set[int]:
    best = winner((table.ranks[p], p) for p in members)
    return {p for p in members if p != best}


def _rows(table: Table, kept: list[int], patch: tuple[int, pa.Table] | None) -> pa.Table:
    if not patch or patch[0] not in kept:
        return table.cleaned.take(pa.array(kept, pa.int64()))
    at = kept.index(patch[0])
    before, after = (pa.array(part, pa.int64()) for part in (kept[:at], kept[at + 1 :]))
    parts = [table.cleaned.take(before), patch[1], table.cleaned.take(after)]
    return pa.concat_tables([t for t in parts if t.num_rows]).combine_chunks()


def _index(world: World, table: Table, kept: list[int]) -> None:
    """Make the rows findable by the keys that other tables refer to them by, and their own."""
    for _, key in world.pointing_at(table.name):
        held = table.held.setdefault(key.reference_fields, {})
        for position in kept:
            texts = texts_of(table, table.states[position].counted, key.reference_fields)
            if texts is not None and position not in held.get(texts, ()):
                held.setdefault(texts, []).append(position)
    for key in table.book.foreign_keys:
        pointing = table.pointing.setdefault(key.fields, {})
        columns = [table.cleaned[f].cast(pa.string()).to_pylist() for f in key.fields]
        for position, texts in enumerate(zip(*columns, strict=True)):
            pointing.setdefault(texts, set()).add(position)


def _changes(world: World, now: Mapping[At, Mapping[int, State]]) -> Changes:
    found: Changes = {}
    for (year, name), states in now.items():
        for position, state in states.items():
            _add(found, name, year, world.tables[year, name].states[position], state)
    return found


NOTHING = State(None, {}, ())


def _add(found: Changes, name: str, year: int, old: State, new: State) -> None:
    if old.counted != new.counted:
        found.setdefault((name, year), []).append((old.counted, new.counted))
    if old.status != new.status:
        found.setdefault(("rader", year), []).append((old.status or None, new.status or None))
    if old.marks != new.marks:
        marks = found.setdefault(("celler", year), [])
        marks += [(m, None) for m in old.marks] + [(None, m) for m in new.marks]


def _difference(old: World, new: World) -> Changes:
    """All rows that differ between two worlds."""
    found: Changes = {}
    for (year, name), table in old.tables.items():
        other = new.tables[year, name]
        for place in {**table.at, **other.at, **table.aside, **other.aside}:
            before, after = (
                t.states[t.at[place]] if place in t.at else t.aside.get(place, NOTHING)
                for t in (table, other)
            )
            _add(found, name, year, before, after)
    return found
