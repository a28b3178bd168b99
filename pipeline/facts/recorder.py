"""What the chapters of an edition ask for, written down while it is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.facts.fact import Fact
from pipeline.facts.pattern import CountCell, count_cells
from pipeline.facts.plan import TableCall
from pipeline.facts.table import FactTable


@dataclass(slots=True)
class Recorder:
    """In the chapters' order: `tables`, `cells` (of every fact, those of tables included) and
    `groups`, the keys of tables that are shown side by side and share one merging."""

    tables: list[TableCall] = field(default_factory=list)
    cells: dict[CountCell, None] = field(default_factory=dict)
    groups: list[tuple[str, ...]] = field(default_factory=list)

    def asked(self, made: Fact | FactTable) -> None:
        """A measure was asked for; a source that is not there has nothing to decide about."""
        if isinstance(made, FactTable):
            self.tables.append(TableCall.of(made))
        facts = made if isinstance(made, FactTable) else (made,)
        for fact in facts:
            if fact.status != "saknas":
                self.cells.update(dict.fromkeys(count_cells(fact.definition)))

    def beside(self, keys: Sequence[str]) -> None:
        """Tables stand side by side."""
        unique = tuple(dict.fromkeys(keys))
        if len(unique) > 1 and unique not in self.groups:
            self.groups.append(unique)
