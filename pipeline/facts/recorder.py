"""What the chapters of an edition ask for, written down while it is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.facts.fact import Fact
from pipeline.facts.named import Names
from pipeline.facts.pattern import CountCell, count_cells
from pipeline.facts.plan import TableCall
from pipeline.facts.table import FactTable


@dataclass(slots=True)
class Recorder:
    """In the chapters' order: `tables`; `chapters`, the cells of every fact of each (those of
    tables included); `groups`, the keys of tables that are shown side by side and share one
    merging. `facts`: every measured fact by id; `told`: the ledger's rows of all that was asked
    for or would be shown, parents among them, with all `names` they were given.
    `chapter` is the one that runs."""

    tables: list[TableCall] = field(default_factory=list)
    chapters: dict[str, dict[CountCell, None]] = field(default_factory=dict)
    chapter: str = ""
    groups: list[tuple[str, ...]] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _names: Names | None = None  # of `told` as it is now

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
            if fact.id not in self.facts:
                self.facts[fact.id] = fact
                self.tell({fact.id: fact.record()}, shown=False)
            if fact.status != "saknas":
                cells.update(dict.fromkeys(count_cells(fact.definition)))

    def tell(self, records: Mapping[str, Mapping[str, Any]], shown: bool = True) -> None:
        """Facts are asked for and, maybe under other names, shown: the ledger has the name that
        is shown first, and every name finds the fact."""
        for key, record in records.items():
            known = self.told.get(key)
            names = {record["name"], *(known or {}).get("names", ())}
            keep = known if known is not None and (known["shown"] or not shown) else record
            was = shown or (known is not None and known["shown"])
            now = {**keep, "names": sorted(names), "shown": was}
            if known is None or known != now:
                self.told[key] = now
                self._names = None

    def names(self, year: int, edition: str) -> Names:
        """What has been told, by name."""
        if self._names is None:
            self._names = Names(self.told.values(), year, edition)
        return self._names

    def beside(self, keys: Sequence[str]) -> None:
        """Tables stand side by side."""
        unique = tuple(dict.fromkeys(keys))
        if len(unique) > 1 and unique not in self.groups:
            self.groups.append(unique)
