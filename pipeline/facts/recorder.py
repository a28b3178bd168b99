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
    """In the chapters' order: `tables`; `chapters`, the cells of every fact of each (those of
    tables included); `groups`, the keys of tables that are shown side by side and share one
    merging. `facts`: every measured fact by id. `chapter` is the one that runs."""

    tables: list[TableCall] = field(default_factory=list)
    chapters: dict[str, dict[CountCell, None]] = field(default_factory=dict)
    chapter: str = ""
    groups: list[tuple[str, ...]] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def cells(self) -> list[CountCell]:
        """Every cell once."""
        return list({cell: None for cells in self.chapters.values() for cell in cells})

    def asked(self, made: Fact | FactTable) -> None:
        """A measure was asked for; a source that is not there has nothing to decide about."""
        if isinstance(made, FactTable):
            self.tables.append(TableCall.of(made))
        facts = made if isinstance(made, FactTable) else (made,)
        cells = self.chapters.setdefault(self.chapter, {})
        for fact in facts:
            self.facts.setdefault(fact.id, fact)
            if fact.status != "saknas":
                cells.update(dict.fromkeys(count_cells(fact.definition)))

    def beside(self, keys: Sequence[str]) -> None:
        """Tables stand side by side."""
        unique = tuple(dict.fromkeys(keys))
        if len(unique) > 1 and unique not in self.groups:
            self.groups.append(unique)
