"""Small tables with codebooks, and an attacker who tries every table of rows there could be."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.facts.dataset import open_dataset
from pipeline.facts.fact import Fact
from pipeline.facts.pattern import count_cells
from pipeline.facts.plan import TableCall
from pipeline.facts.table import FactTable
from pipeline.workspace import Workspace
from tests.municipality import establish, settings

YEAR = 2025
KOMMUN = settings("Provkommun", "ABC")


def workspace(folder: Path, book: Mapping[str, Any], rows: Sequence[Mapping[str, Any]],
              schema: pa.Schema, year: int = YEAR) -> Workspace:  # fmt: skip
    made = establish(folder, KOMMUN, book)
    (made.processed / str(year)).mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([dict(r) for r in rows], schema=schema)
    pq.write_table(table, made.processed / str(year) / f"{book['name']}.parquet")
    return made


def data(made: Workspace, name: str, year: int = YEAR) -> Any:
    return open_dataset(made, name, year, YEAR)


def planned(*asked: Fact | FactTable) -> tuple[list[Any], list[TableCall]]:
    """Cells and tables, as a planning run tells them."""
    facts = [f for a in asked for f in ([a] if isinstance(a, Fact) else a)]
    calls = [TableCall.of(a) for a in asked if isinstance(a, FactTable)]
    return [c for f in facts for c in count_cells(f.definition)], calls


def largest_by_trying(
    kinds: Sequence[frozenset[str]], most: int, shown: Mapping[str, int], secret: frozenset[str]
) -> int:
    """The largest number of rows of the kinds that have all of `secret`, over every table of up
    to `most` rows of each kind that agrees with the shown counts. A kind is the set of the
    conditions it fulfils; `shown`: condition → count."""
    best = -1
    for sizes in itertools.product(range(most + 1), repeat=len(kinds)):
        if all(
            sum(n for n, kind in zip(sizes, kinds, strict=True) if c in kind) == k
            for c, k in shown.items()
        ):
            mine = sum(n for n, kind in zip(sizes, kinds, strict=True) if secret <= kind)
            best = max(best, mine)
    return best
