"""True counts of cells, and of several cells together, from the processed tables."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.pattern import CountCell
from pipeline.workspace import Workspace


class Counts:
    """The tables of an edition's year and the years before it, opened once."""

    def __init__(self, workspace: Workspace, year: int) -> None:
        self._workspace, self._year = workspace, year
        self._datasets: dict[tuple[str, int], Dataset] = {}

    def dataset(self, name: str, period: int) -> Dataset:
        """A table; `period` relative to the edition's year."""
        place = (name, period)
        if place not in self._datasets:
            year = self._year + period
            self._datasets[place] = open_dataset(self._workspace, name, year, self._year)
        return self._datasets[place]

    def together(self, cells: Iterable[CountCell]) -> int | None:
        """The count of the rows that fulfil any of `cells` (of one table, year and `distinct`).
        None where the source is missing."""
        several = sorted(set(cells))
        first = several[0]
        data = self.dataset(first.dataset, first.period)
        if data.table is None:
            return None
        return data.bits.any_of((p.parse(c.where) for c in several), first.distinct)
