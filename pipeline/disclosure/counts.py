"""True counts of cells, and of several cells together, from the processed tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.disclosure.model import Mask
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.pattern import CountCell
from pipeline.workspace import Workspace


class Counts:
    """The tables of an edition's year and the years before it, opened once."""

    def __init__(self, workspace: Workspace, year: int) -> None:
        self._workspace, self._year = workspace, year
        self._datasets: dict[tuple[str, int], Dataset] = {}
        self._masks: dict[tuple[str, int, str], Mask] = {}

    def dataset(self, name: str, period: int) -> Dataset:
        """A table; `period` relative to the edition's year."""
        place = (name, period)
        if place not in self._datasets:
            year = self._year + period
            self._datasets[place] = open_dataset(self._workspace, name, year, self._year)
        return self._datasets[place]

    def rows(self, cell: CountCell) -> Mask:
        """The rows a cell counts (with `distinct`: whose values it counts)."""
        place = (cell.dataset, cell.period, cell.where)
        if place not in self._masks:
            data = self.dataset(cell.dataset, cell.period)
            self._masks[place] = data.selected(p.parse(cell.where))
        return self._masks[place]

    def together(self, cells: Iterable[CountCell]) -> int | None:
        """The count of the rows that fulfil any of `cells` (of one table, year and `distinct`).
        None where the source is missing."""
        several = sorted(set(cells))
        first = several[0]
        data = self.dataset(first.dataset, first.period)
        if data.table is None:
            return None
        chosen = np.logical_or.reduce([self.rows(c) for c in several])
        if not first.distinct:
            return int(chosen.sum())
        return int(pc.count_distinct(data.table[first.distinct].filter(pa.array(chosen))).as_py())
