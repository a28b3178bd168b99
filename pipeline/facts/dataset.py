"""Datasets: a table of one year as chapters see it, with the dimensions its codebook gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import PredicateError
from pipeline.facts import predicate as p
from pipeline.forms.codebook import Category, Codebook, Value, load_codebooks
from pipeline.workspace import Workspace, load_kommun

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
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a table can be broken down by. `options`: the boolean columns of a list field."""

    name: str
    title: str
    categories: tuple[Category, ...] = ()
    ordered: bool = False
    options: Mapping[Value, str] | None = None

    def where(self, value: Value | None) -> p.Node:
        """The rows that belong to one class; None is the class of rows without a value."""
        if self.options is None:
            return p.equals(self.name, value)
        return p.negate(self.known()) if value is None else ("col", self.options[value])

    def known(self) -> p.Node:
        """The rows that have a value. A list field is answered as a whole or not at all."""
        column = self.name if self.options is None else next(iter(self.options.values()))
        return p.known(column)

    def reads(self) -> tuple[str, ...]:
        return (self.name,) if self.options is None else tuple(self.options.values())

    def label(self, value: Value | None) -> str:
        if value is None:
            return UNKNOWN
        return next((c.label for c in self.categories if c.value == value), str(value))


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table of one year, narrowed by `filter`. `table` is None where the source is missing.

    `offset` is the year relative to the edition's: 0, -1, …
    """

    name: str
    title: str
    year: int
    offset: int
    table: pa.Table | None
    dimensions: Mapping[str, Dimension]
    filter: p.Node = p.TRUE
    _masks: dict[p.Node, Mask] = field(default_factory=dict, repr=False, compare=False)

    def selected(self, rows: p.Node) -> Mask:
        """Which rows a predicate selects. The parts of a conjunction are evaluated once each:
        the cells of a table share most of theirs."""
        assert self.table is not None
        parts = rows[1:] if rows[0] == "and" else (rows,)
        chosen = np.ones(self.table.num_rows, dtype=bool)
        for part in parts:
            if part not in self._masks:
                self._masks[part] = p.mask(part, self.table).to_numpy()
            chosen &= self._masks[part]
        return chosen

    @property
    def missing(self) -> bool:
        return self.table is None

    def where(self, text: str) -> Dataset:
        """The same table with fewer rows."""
        return replace(self, filter=p.both(self.filter, p.parse(text)))

    def dimension(self, name: str) -> Dimension:
        """A dimension with its classes: the codebook's, then any other value in the rows."""
        if name in self.dimensions:
            found = self.dimensions[name]
        elif self.table is None or name in self.table.column_names:
            found = Dimension(name, name)
        else:
            raise PredicateError(f"Tabellen {self.name} har ingen kolumn {name}.")
        if found.options is not None or self.table is None or name not in self.table.column_names:
            return found
        listed = {c.value for c in found.categories}
        column = self.table.column(name).filter(pa.array(self.selected(self.filter)))
        seen = pc.unique(column).to_pylist()
        others = sorted(v for v in seen if v is not None and v not in listed)
        extra = tuple(Category(v, _plain(v)) for v in others)
        return replace(found, categories=found.categories + extra)

    def has_unknown(self, dimension: Dimension) -> bool:
        """Whether some row of the (narrowed) table has no value in the dimension."""
        if self.table is None or not set(dimension.reads()) <= set(self.table.column_names):
            return False
        rows = p.both(self.filter, p.negate(dimension.known()))
        return bool(self.selected(rows).any())


def _plain(value: object) -> str:
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


@lru_cache(maxsize=4)
def codebooks(raw: Path) -> Mapping[str, Codebook]:
    """The shipped codebooks and the workspace's own."""
    return load_codebooks(load_kommun(raw), [raw / "formular"])


@lru_cache(maxsize=64)
def _read(path: Path, stamp: int) -> pa.Table:
    return pq.read_table(path)


def open_dataset(workspace: Workspace, name: str, year: int, edition_year: int) -> Dataset:
    """The table `name` of `year`. A table that is not there is a Dataset without rows:
    the chapter prints *underlag saknas*, it does not vanish.

    Raises PredicateError for a name that neither a codebook nor the pipeline knows.
    """
    books = codebooks(workspace.raw)
    if name not in books and name not in SYSTEM_TABLES:
        raise PredicateError(f"Det finns ingen tabell som heter {name}.")
    path = workspace.processed / str(year) / f"{name}.parquet"
    table = _read(path, path.stat().st_mtime_ns) if path.is_file() else None
    return Dataset(
        name=name,
        title=books[name].title if name in books else name,
        year=year,
        offset=year - edition_year,
        table=table,
        dimensions=dimensions(name, books),
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
            found.update({c: other[c] for c in key.lookup if c in other})
    for f in book.fields:
        options = None
        if f.type == "list":
            options = {c.value: f.option_column(c.value) for c in f.substantive}
        found[f.name] = Dimension(f.name, f.title, f.substantive, f.ordered, options)
        if f.has_missing_categories:
            gone = tuple(c for c in f.categories if c.missing)
            found[f.bortfall_column] = Dimension(f.bortfall_column, f"{f.title}: bortfall", gone)
    for d in book.derived:
        found[d.name] = Dimension(d.name, d.title, d.categories, ordered=True)
    return found
