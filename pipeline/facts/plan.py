"""What a planning run tells: every table that an edition's chapters would make, before anything is
decided about it.

Disclosure control reads it and writes a Pattern (`pattern.py`); nothing here is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dimension
from pipeline.facts.pattern import CountCell, count_cells, table_key
from pipeline.facts.table import FactTable, Key


@dataclass(frozen=True, slots=True, eq=False)
class TableCall:
    """One call that made a table.

    `key`: what merging is decided for. `filter`: SQL of the dataset's own rows. `classes[i]`: the
    keys of `dims[i]` in its own order (None: rows without a value; TOTAL: all together).
    `cells`: combination of keys → the count cells of its fact, the value's own first, the
    denominator's last. `over`: the dimension whose distribution the shares are, or "".
    `missing`: the source is not there.
    """

    key: str
    dataset: str
    period: int
    filter: str
    dims: tuple[Dimension, ...]
    classes: tuple[tuple[Key, ...], ...]
    cells: Mapping[tuple[Key, ...], tuple[CountCell, ...]]
    over: str = ""
    missing: bool = False

    @classmethod
    def of(cls, table: FactTable) -> TableCall:
        """The call behind a table as a measure returned it (before `only`, `sorted`, …)."""
        data = table.data
        sql = p.to_sql(data.filter)
        return cls(
            key=table_key(data.name, sql, tuple(d.name for d in table.dims)),
            dataset=data.name,
            period=data.offset,
            filter=sql,
            dims=table.dims,
            classes=table.classes,
            cells={k: count_cells(f.definition) for k, f in table.cells.items()},
            over="" if table.over is None else table.over.name,
            missing=data.missing,
        )

    def axis(self, dimension: str) -> int:
        """The place of a dimension."""
        return [d.name for d in self.dims].index(dimension)
