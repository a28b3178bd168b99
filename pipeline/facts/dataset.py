"""Datasets: a table of one year as chapters see it, with the dimensions its codebook gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import PredicateError
from pipeline.facts import predicate as p
from pipeline.facts.bits import Bits, Mask
from pipeline.facts.pattern import Merged, Pattern
from pipeline.forms.codebook import Category, Codebook, Value, load_codebooks
from pipeline.workspace import Workspace, load_kommun

if TYPE_CHECKING:  # a recorder knows tables of facts, which know datasets
    from pipeline.facts.recorder import Recorder

# What the pipeline itself writes about a year's rows; read like any other table.
SYSTEM_TABLES: Mapping[str, Mapping[str, str]] = {
    "rader": {"fil": "Fil", "tabell": "Formulär", "status": "Vad som hände med raden"},
    "celler": {"fil": "Fil", "tabell": "Formulär", "falt": "Fält", "atgard": "Åtgärd"},
}
STATUSES = (
    Category("behandlad", "Behandlade"),
    Category("dubblett", "Dubbletter"),
    Category("karantan", "I karantän"),
)
ACTIONS = (
    Category("tomd", "Tömda celler"),
    Category("flaggad", "Flaggade celler"),
    Category("maskerad", "Maskerade celler"),
)
UNKNOWN = "Uppgift saknas"
YES_NO = (Category(False, "False"), Category(True, "True"))


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a table can be broken down by. `options`: the boolean columns of a list field.
    `always`: by its codebook no row is without a value."""

    name: str
    title: str
    categories: tuple[Category, ...] = ()
    ordered: bool = False
    options: Mapping[Value, str] | None = None
    always: bool = False

    def where(self, value: Value | Merged | None) -> p.Node:
        """The rows that belong to one class; None is the class of rows without a value."""
        if isinstance(value, Merged):
            known = [v for v in value.values if v is not None]
            if self.options is not None or not known:
                return p.either(*(self.where(v) for v in value.values))
            found = p.is_in(self.name, map(p.literal, known))
            unknown = len(known) < len(value.values)
            return p.either(found, self.where(None)) if unknown else found
        if self.options is None:
            return p.equals(self.name, value)
        return p.negate(self.known()) if value is None else ("col", self.options[value])

    def known(self) -> p.Node:
        """The rows that have a value. A list field is answered as a whole or not at all."""
        column = self.name if self.options is None else next(iter(self.options.values()))
        return p.known(column)

    def reads(self) -> tuple[str, ...]:
        return (self.name,) if self.options is None else tuple(self.options.values())

    def label(self, value: Value | Merged | None) -> str:
        if isinstance(value, Merged):
            return value.label
        if value is None:
            return UNKNOWN
        return next((c.label for c in self.categories if c.value == value), str(value))


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table of one year, narrowed by `filter`. `table` is None where the source is missing.

    `offset` is the year relative to the edition's: 0, -1, … `pattern` decides what an edition
    shows of the rows (None: everything); `recorder` hears what is asked for. `protects`: whom the
    codebook protects (`person`, `staff`, `none`).
    """

    name: str
    title: str
    year: int
    offset: int
    table: pa.Table | None
    dimensions: Mapping[str, Dimension]
    filter: p.Node = p.TRUE
    pattern: Pattern | None = None
    recorder: Recorder | None = None
    protects: str = "person"
    _bits: list[Bits] = field(default_factory=list, repr=False, compare=False)

    @property
    def bits(self) -> Bits:
        """What has been asked of the rows; the same for all that is narrowed from one table."""
        assert self.table is not None
        if not self._bits or self._bits[0].table is not self.table:
            self._bits[:] = [Bits(self.table)]
        return self._bits[0]

    def selected(self, rows: p.Node) -> Mask:
        """Which rows a predicate selects."""
        return self.bits.mask(rows)

    @property
    def missing(self) -> bool:
        return self.table is None

    @property
    def guarded(self) -> bool:
        """Whether a pattern decides what may be seen of these rows."""
        return self.pattern is not None and self.name not in self.pattern.open

    def where(self, text: str) -> Dataset:
        """The same table with fewer rows."""
        return replace(self, filter=p.both(self.filter, p.parse(text)))

    def dimension(self, name: str) -> Dimension:
        """A dimension with its classes: the codebook's, then any other value in the rows. Of
        guarded rows only what the codebook and the column's type tell: which values occur is
        nobody's to see."""
        if name in self.dimensions:
            found = self.dimensions[name]
        elif self.table is None or name in self.table.column_names:
            found = Dimension(name, name)
        else:
            raise PredicateError(f"Tabellen {self.name} har ingen kolumn {name}.")
        if found.options is not None or self.table is None or name not in self.table.column_names:
            return found
        if self.guarded:
            closed = found.categories or not pa.types.is_boolean(self.table.schema.field(name).type)
            return found if closed else replace(found, categories=YES_NO)
        listed = {c.value for c in found.categories}
        others = sorted(v for v in self.bits.values(self.filter, name) if v not in listed)
        extra = tuple(Category(v, _plain(v)) for v in others)
        return replace(found, categories=found.categories + extra)

    def has_unknown(self, dimension: Dimension) -> bool:
        """Whether some row of the (narrowed) table has no value in the dimension; of guarded rows
        whether one could."""
        if self.guarded:
            return not dimension.always
        if self.table is None or not set(dimension.reads()) <= set(self.table.column_names):
            return False
        rows = p.both(self.filter, p.negate(dimension.known()))
        return self.bits.count(rows) > 0


def _plain(value: object) -> str:
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


@lru_cache(maxsize=4)
def codebooks(raw: Path) -> Mapping[str, Codebook]:
    """The shipped codebooks and the workspace's own."""
    return load_codebooks(load_kommun(raw), [raw / "formular"])


@lru_cache(maxsize=64)
def _read(path: Path, stamp: int) -> Bits:
    """A table; whoever opens it in this process shares what has been asked of its rows."""
    return Bits(pq.read_table(path))


def open_tables(books: Mapping[str, Codebook], edition: str) -> frozenset[str]:
    """The tables of which an edition shows every number: the internal one of all but those that
    protect staff, the public one of those that protect nobody and what the pipeline says of its
    own work."""
    closed = ("staff",) if edition == "intern" else ("staff", "person")
    return frozenset({n for n, b in books.items() if b.protects not in closed} | {*SYSTEM_TABLES})


def open_dataset(
    workspace: Workspace,
    name: str,
    year: int,
    edition_year: int,
    pattern: Pattern | None = None,
    recorder: Recorder | None = None,
) -> Dataset:
    """The table `name` of `year`. A table that is not there is a Dataset without rows:
    the chapter prints *underlag saknas*, it does not vanish.

    Raises PredicateError for a name that neither a codebook nor the pipeline knows.
    """
    books = codebooks(workspace.raw)
    if name not in books and name not in SYSTEM_TABLES:
        raise PredicateError(f"Det finns ingen tabell som heter {name}.")
    path = workspace.processed / str(year) / f"{name}.parquet"
    bits = [_read(path, path.stat().st_mtime_ns)] if path.is_file() else []
    return Dataset(
        name=name,
        title=books[name].title if name in books else name,
        year=year,
        offset=year - edition_year,
        table=bits[0].table if bits else None,
        dimensions=dimensions(name, books),
        pattern=pattern,
        recorder=recorder,
        protects=books[name].protects if name in books else "none",
        _bits=bits,
    )


def dimensions(name: str, books: Mapping[str, Codebook]) -> dict[str, Dimension]:
    """Every column of a table that has a title: own fields, derived and looked-up columns."""
    if name in SYSTEM_TABLES:
        classes = {"status": STATUSES, "atgard": ACTIONS}
        return {c: Dimension(c, t, classes.get(c, ())) for c, t in SYSTEM_TABLES[name].items()}
    book = books[name]
    found = {}
    for key in book.foreign_keys:
        if key.resource in books:
            other = dimensions(key.resource, books)
            # A row may refer to nothing: what is looked up can always be without a value.
            brought = (c for c in key.lookup if c in other)
            found.update({c: replace(other[c], always=False) for c in brought})
    for f in book.fields:
        options = None
        if f.type == "list":
            options = {c.value: f.option_column(c.value) for c in f.substantive}
        # A critical field that is empty sends its row to quarantine.
        always = f.required and f.severity == "critical"
        found[f.name] = Dimension(f.name, f.title, f.substantive, f.ordered, options, always)
        if f.has_missing_categories:
            gone = tuple(c for c in f.categories if c.missing)
            found[f.bortfall_column] = Dimension(f.bortfall_column, f"{f.title}: bortfall", gone)
    for d in book.derived:
        certain = d.rule in ("tertial", "month", "year") and found[d.source].always
        found[d.name] = Dimension(d.name, d.title, d.categories, ordered=True, always=certain)
    return found
