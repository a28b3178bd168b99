"""A table of facts of one measure over one or two dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, Dimension
from pipeline.facts.fact import HIDDEN, Fact
from pipeline.facts.pattern import Merged, table_key
from pipeline.facts.told import told
from pipeline.forms.codebook import Value


class Total:
    """The class of all rows together."""

    def __repr__(self) -> str:
        return "TOTAL"

    def __reduce__(self) -> str:
        return "TOTAL"  # there is one


TOTAL: Final = Total()
Key = Value | Merged | None | Total


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    """`cells[(class of dims[0], class of dims[1])]`; `over` is the dimension whose distribution
    the shares are (it is the last of `dims`), None otherwise."""

    measure: str
    title: str
    dims: tuple[Dimension, ...]
    classes: tuple[tuple[Key, ...], ...]
    cells: Mapping[tuple[Key, ...], Fact]
    data: Dataset
    over: Dimension | None = None
    head: str = ""  # of its column, where it is not called after the measure

    def __getitem__(self, key: Key | tuple[Key, ...]) -> Fact:
        return self.cells[key if isinstance(key, tuple) else (key,)]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.cells.values())

    def __or__(self, other: FactTable | Joined) -> Joined:
        return Joined((self,)) | other

    @property
    def missing(self) -> bool:
        return self.data.missing

    @property
    def key(self) -> str:
        """What the table's merging is found by."""
        names = tuple(d.name for d in self.dims)
        return table_key(self.data.name, p.to_sql(self.data.filter), names)

    def label(self, axis: int, key: Key) -> str:
        return "Totalt" if isinstance(key, Total) else self.dims[axis].label(key)

    def headed(self, head: str) -> FactTable:
        """The same table with its column called otherwise."""
        return replace(self, head=head)

    def only(self, *keys: Key) -> FactTable:
        """The same table with some of the rows, in the given order."""
        return replace(self, classes=(tuple(keys), *self.classes[1:]))

    def answered(self) -> FactTable:
        """Without the row of those who have no value."""
        return self.only(*(k for k in self.classes[0] if k is not None))

    def shown(self) -> FactTable:
        """Without rows where every number is zero or empty: for long catalogues. A row with a
        hidden number stays: that it is left out would tell that it is zero."""
        kept = [
            k
            for k in self.classes[0]
            if k is TOTAL
            or any(f.value or f.status == HIDDEN for c, f in self.cells.items() if c[0] == k)
        ]
        return self.only(*kept)

    def sorted(self, by: FactTable | None = None) -> FactTable:
        """Rows by falling value as it is told (ties by the dimension's own order; then rows
        without a number to see, then classes put together; unknown and total last)."""
        order = (by or self).cells
        plain = [k for k in self.classes[0] if k is not TOTAL and k is not None]
        several = [k for k in plain if isinstance(k, Merged)]
        plain = [k for k in plain if k not in several]
        ranked = sorted(plain, key=lambda k: -max(_size(f) for c, f in order.items() if c[0] == k))
        rest = [k for k in self.classes[0] if k is TOTAL or k is None]
        return self.only(*ranked, *several, *rest)


def _size(fact: Fact) -> float:
    value = told(fact)
    return -1.0 if value is None else float(value)


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """One-dimensional tables over the same dimension, side by side: one column a measure."""

    tables: tuple[FactTable, ...]

    def __or__(self, other: FactTable | Joined) -> Joined:
        added = other.tables if isinstance(other, Joined) else (other,)
        if any(len(t.dims) != 1 or t.dims[0].name != self.tables[0].dims[0].name for t in added):
            raise TypeError("Bara tabeller över samma enda dimension kan stå bredvid varandra.")
        return Joined((*self.tables, *added))
