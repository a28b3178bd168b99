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

Records = Mapping[str, Mapping[str, Any]]  # a fact's id → its row in the ledger


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A measure was asked for: the facts of a table, or one alone (`table` is None), and the cells
    that they rest on."""

    table: TableCall | None
    facts: tuple[Fact, ...]
    cells: tuple[CountCell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Facts would be shown."""

    records: Records


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Tables with these keys stand side by side."""

    keys: tuple[str, ...]


Heard = Asked | Told | Beside


@dataclass(slots=True)
class Recorder:
    """In the chapters' order: `tables`; `chapters`, the cells of every fact of each (those of
    tables included); `groups`, the keys of tables that are shown side by side and share one
    merging. `facts`: every measured fact by id; `told`: the ledger's rows of all that was asked
    for or would be shown, parents among them, with all `names` they were given.
    `chapter` is the one that runs, `heard` all that it has said so far: said again in its place
    (`hear`), it is as if the chapter were run."""

    tables: list[TableCall] = field(default_factory=list)
    chapters: dict[str, dict[CountCell, None]] = field(default_factory=dict)
    chapter: str = ""
    groups: list[tuple[str, ...]] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    _names: Names | None = None  # of `told` as it is now

    @property
    def cells(self) -> list[CountCell]:
        """Every cell once."""
        return list({cell: None for cells in self.chapters.values() for cell in cells})

    def begin(self, chapter: str) -> None:
        """A chapter runs."""
        self.chapter, self.heard = chapter, []

    def asked(self, made: Fact | FactTable) -> None:
        """A measure was asked for; a source that is not there has nothing to decide about."""
        if isinstance(made, FactTable):
            table = TableCall.of(made)
            facts, cells = tuple(made), tuple(table.cells.values())
        else:
            table, facts, cells = None, (made,), (count_cells(made.definition),)
        there = (of for f, of in zip(facts, cells, strict=True) if f.status != "saknas")
        self.hear(Asked(table, facts, tuple(dict.fromkeys(c for of in there for c in of))))

    def tell(self, records: Records) -> None:
        """Facts would be shown, maybe under other names than they were asked for under: the ledger
        has the name that is shown first, and every name finds the fact."""
        self.hear(Told(records))

    def beside(self, keys: Sequence[str]) -> None:
        """Tables stand side by side."""
        self.hear(Beside(tuple(dict.fromkeys(keys))))

    def hear(self, what: Heard) -> None:
        """The chapter that runs says this, or said it when it was run."""
        self.heard.append(what)
        match what:
            case Asked(table, facts, cells):
                self.tables += [] if table is None else [table]
                self.chapters.setdefault(self.chapter, {}).update(dict.fromkeys(cells))
                for fact in facts:
                    if fact.id not in self.facts:
                        self.facts[fact.id] = fact
                        self._tell(fact.id, fact.record(), shown=False)
            case Told(records):
                for key, record in records.items():
                    self._tell(key, record, shown=True)
            case Beside(keys):
                if len(keys) > 1 and keys not in self.groups:
                    self.groups.append(keys)

    def _tell(self, key: str, record: Mapping[str, Any], shown: bool) -> None:
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
