"""What a chapter asks for, written down while an edition is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class Request:
    """One call of `count`, `share` or `mean`: the facts it makes, one a cell of its table.

    `key`: the table's (`pattern.table_key`); `dims`: its dimensions in order, `over` the one
    whose distribution the shares are, or "". `period` is relative to the edition's year; `filter`
    and the conditions `where` and `of` (of a share; "" where not given) are SQL. `classes`: the
    keys of each dimension, in order; a class of several values is a `Merged`, a total left out.
    """

    key: str
    dataset: str
    period: int
    filter: str
    measure: str
    dims: tuple[str, ...]
    classes: tuple[tuple[object, ...], ...]
    over: str
    total: bool
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Recorder:
    """What the chapters of an edition ask for, in their order. `together`: the keys of tables
    that are shown side by side and share one merging."""

    requests: list[Request] = field(default_factory=list)
    together: list[tuple[str, ...]] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        self.requests.append(request)

    def beside(self, keys: Sequence[str]) -> None:
        unique = tuple(dict.fromkeys(keys))
        if len(unique) > 1 and unique not in self.together:
            self.together.append(unique)
