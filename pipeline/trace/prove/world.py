"""A workspace in memory: raw tables read once, every row cleaned, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from pipeline.facts.dataset import codebooks
from pipeline.forms.codebook import Codebook, ForeignKey
from pipeline.intake.clean import MASKED, clean
from pipeline.intake.mapping import load_mappings
from pipeline.intake.raw import NotRead, Recognised
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import as_mapped, passed_over, recognise
from pipeline.intake.year import files
from pipeline.privacy.key import PseudonymKey, key_of
from pipeline.trace.prove.cells import Place
from pipeline.validation.personal import NAME, masked_fields
from pipeline.validation.records import MASKED as MASKED_CELL
from pipeline.validation.records import QUARANTINED
from pipeline.validation.references import validation_order
from pipeline.validation.rules import Check, load_checks, year_days
from pipeline.validation.suites import shipped_codebooks
from pipeline.workspace import CATALOGUES, Workspace, load_kommun

Row = dict[str, Any]
Key = tuple[Any, ...]
Settings = tuple[tuple[str, ...], tuple[str, ...]]  # hoppa_over, rakna_alla_svar
LONG_AGO = dt.date.min


@dataclass(frozen=True, slots=True)
class State:
    """What became of a row: its content in the year's table (None: it does not count), its row
    in `rader` and its rows in `celler`."""

    counted: Row | None
    status: Row
    marks: tuple[Row, ...]


@dataclass(slots=True)
class Table:
    """A table of one year before duplicates leave it. Rows are known by their position.

    `held` and `pointing` look rows up by the texts of a key: those that others refer to, among
    rows that count, and those that refer to others, among rows that are no duplicates.
    """

    year: int
    book: Codebook
    checks: tuple[Check, ...]
    cleaned: pa.Table
    at: dict[tuple[str, int], int]
    keys: list[Key | None]
    ranks: list[dt.date]
    groups: dict[Key, list[int]]
    states: dict[int, State] = field(default_factory=dict)
    schema: pa.Schema | None = None
    aside: dict[tuple[str, int], State] = field(default_factory=dict)
    held: dict[tuple[str, ...], dict[Key, list[int]]] = field(default_factory=dict)
    pointing: dict[tuple[str, ...], dict[Key, set[int]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.book.name


@dataclass(slots=True)
class World:
    """`found`: the recognised tables of each year, by source. `tables`: (year, name) → table."""

    workspace: Workspace
    year: int
    books: Mapping[str, Codebook]
    settings: Settings
    found: dict[int, dict[str, Recognised]]
    tables: dict[tuple[int, str], Table]
    parameters: dict[int, dict[str, Any]]
    key: PseudonymKey
    twins: frozenset[str] = frozenset()  # files that are read once though they lie there twice

    def order(self, year: int) -> list[str]:
        """The tables of a year, each after those it refers to."""
        return validation_order({n for y, n in self.tables if y == year}, self.books)

    @property
    def years(self) -> list[int]:
        return sorted(self.found)

    def pointing_at(self, name: str) -> list[tuple[str, ForeignKey]]:
        """The tables that refer to one, with the key by which they do."""
        return [(b.name, k) for b in self.books.values() for k in b.foreign_keys
                if k.resource == name]  # fmt: skip

    def years_of(self, place: Place) -> list[int]:
        """The years whose tables a cell goes into."""
        if not place.every_year:
            return [place.year]
        return [y for y in self.years if place.source in self.found[y]]

    def row(self, place: Place, year: int) -> tuple[Table, int] | None:
        table = self.tables[year, place.table]
        position = table.at.get((place.source, place.row))
        return None if position is None else (table, position)


def read_world(workspace: Workspace, year: int) -> World:
    """The years up to `year`, read and recognised as intake does; rows not yet examined."""
    kommun = load_kommun(workspace.raw)
    forms = workspace.raw / "formular"
    books = codebooks(workspace.raw)
    twins: set[str] = set()
    settings = (kommun.hoppa_over, kommun.rakna_alla_svar)
    found = {
        y: _recognised(workspace, y, books, settings, twins) for y in workspace.years() if y <= year
    }
    catalogues = {n: [o.value for o in kommun.catalogue(n)] for n in CATALOGUES}
    parameters = {y: {**catalogues, **year_days(y)} for y in found}
    key = key_of(workspace)
    world = World(workspace, year, books, settings, found, {}, parameters, key, frozenset(twins))
    open_books = shipped_codebooks(forms)
    checks = {n: load_checks(open_books[n], forms) for n in open_books}
    for y, sources in found.items():
        for name in sorted({r.codebook.name for r in sources.values()}):
            own = [r for r in sources.values() if r.codebook.name == name]
            world.tables[y, name] = make_table(y, books[name], checks[name], own, key)
    return world


def with_source(world: World, year: int, made: Recognised) -> World:
    """A world where one source is another; its table is made anew, rows to be examined."""
    found = {**world.found, year: {**world.found[year], made.raw.source: made}}
    name = made.codebook.name
    tables = {k: replace(t, states={}, schema=None, held={}, pointing={})
              for k, t in world.tables.items()}  # fmt: skip
    own = [r for r in found[year].values() if r.codebook.name == name]
    old = world.tables[year, name]
    tables[year, name] = make_table(year, old.book, old.checks, own, world.key)
    return replace(world, found=found, tables=tables)


def _recognised(
    workspace: Workspace,
    year: int,
    books: Mapping[str, Codebook],
    settings: Settings,
    twins: set[str],
) -> dict[str, Recognised]:
    made: dict[str, Recognised] = {}
    mappings = load_mappings(workspace.raw / "formular", books)
    seen: dict[str, str] = {}
    for path, name in files(workspace, year):
        if passed_over(name, settings[0]):
            continue
        tables = read_file(path, name)
        if tables and tables[0].kind != "dokument":
            twin = seen.setdefault(tables[0].sha256, name)
            if twin != name:
                twins.add(twin)  # a change in it would make them two
                continue
        laid_out = (t for raw in tables for t in as_mapped(raw, mappings, settings[0]))
        for raw in laid_out:
            found = recognise(raw, books, *settings)
            if not isinstance(found, NotRead):
                made[found.raw.source] = found
    return made


def make_table(
    year: int,
    book: Codebook,
    checks: Sequence[Check],
    sources: Iterable[Recognised],
    key: PseudonymKey,
) -> Table:
    """The cleaned rows of all sources of a form, and its groups of equal keys."""
    made = [clean(r, key) for r in sources]
    cleaned = pa.concat_tables([c.table for c in made]).combine_chunks()
    places = zip(cleaned["_kalla"].to_pylist(), cleaned["_rad"].to_pylist(), strict=True)
    table = Table(
        year=year,
        book=book,
        checks=tuple(checks),
        cleaned=cleaned,
        at={place: i for i, place in enumerate(places)},
        keys=keys_of(cleaned, book),
        ranks=ranks_of(cleaned, book),
        groups=defaultdict(list),
        aside={
            (r["_kalla"], r["_rad"]): _set_aside(r, c.recognised.raw.file)
            for c in made
            for r in c.aside.to_pylist()
        },
    )
    for i, of_row in enumerate(table.keys):
        if of_row is not None:
            table.groups[of_row].append(i)
    return table


def _set_aside(row: Row, file: str) -> State:
    """The state of an answer that its tool marks as none."""
    name = row["tabell"]
    place = {"_kalla": row["_kalla"], "_rad": row["_rad"], "fil": file, "tabell": name}
    mark = {"falt": "", "atgard": QUARANTINED, "kontroll": f"{name}.{row['regel']}"}
    hidden = {"atgard": MASKED_CELL, "kontroll": f"{name}.{NAME}"}
    masked = masked_fields(row[MASKED]) if row[MASKED] else ()
    marks = (place | mark, *(place | hidden | {"falt": f} for f in masked))
    return State(None, place | {"status": QUARANTINED}, marks)


def keys_of(cleaned: pa.Table, book: Codebook) -> list[Key | None]:
    """The primary key of each row; None where part of it is missing."""
    if not book.primary_key:
        return [None] * cleaned.num_rows
    columns = [cleaned[k].to_pylist() for k in book.primary_key]
    return [None if None in key else key for key in zip(*columns, strict=True)]


def ranks_of(cleaned: pa.Table, book: Codebook) -> list[dt.date]:
    if not book.keep or book.keep not in cleaned.column_names:
        return [LONG_AGO] * cleaned.num_rows
    return [d or LONG_AGO for d in cleaned[book.keep].to_pylist()]


def winner(members: Iterable[tuple[dt.date, int]]) -> int | None:
    """Which of the rows with one key is kept: the latest, among equals the last."""
    return max(members, default=(LONG_AGO, None))[1]
