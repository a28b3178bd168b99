"""The tables that rows refer to: this year's, already validated, and all earlier years'."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import ConfigError
from pipeline.forms.codebook import Codebook

YEAR = "_ar"


def validation_order(names: Collection[str], books: Mapping[str, Codebook]) -> list[str]:
    """The tables so that each comes after those it refers to, else by name.

    Raises ConfigError where codebooks refer to each other in a ring.
    """
    waiting = {n: _referred(n, books) & set(names) for n in sorted(names)}
    order: list[str] = []
    while waiting:
        ready = [n for n, needs in waiting.items() if needs <= set(order)]
        if not ready:
            ring = ", ".join(waiting)
            raise ConfigError(
                f"Kodböckerna {ring} hänvisar till varandra i en ring (foreignKeys). "
                "Ta bort en av hänvisningarna."
            )
        order.append(ready[0])
        del waiting[ready[0]]
    return order


def references_for(book: Codebook, year: int, out: Path, processed: Path) -> dict[str, pa.Table]:
    """Every table that `book` refers to, with `_ar`, newest year first; absent where there is
    none. This year's comes from `out`, earlier ones from `processed/<year>`."""
    found: dict[str, pa.Table] = {}
    for resource in {k.resource for k in book.foreign_keys}:
        tables = [
            _with_year(pq.read_table(path), of)
            for of, path in _years(resource, year, out, processed)
        ]
        if tables:
            found[resource] = pa.concat_tables(tables, promote_options="permissive")
    return found


def _referred(name: str, books: Mapping[str, Codebook]) -> set[str]:
    return {k.resource for k in books[name].foreign_keys} - {name} if name in books else set()


def _years(resource: str, year: int, out: Path, processed: Path) -> list[tuple[int, Path]]:
    folders = {year: out}
    if processed.is_dir():
        for path in processed.iterdir():
            if re.fullmatch(r"(19|20)\d\d", path.name) and int(path.name) < year:
                folders[int(path.name)] = path
    found = [(y, folders[y] / f"{resource}.parquet") for y in sorted(folders, reverse=True)]
    return [(y, p) for y, p in found if p.is_file()]


def _with_year(table: pa.Table, year: int) -> pa.Table:
    return table.append_column(YEAR, pa.array([year] * table.num_rows, pa.int64()))
