"""Which rows of a table a predicate selects, with a bit a row.

An edition asks a few hundred different things of a table's rows (`enhet = 'familj'`, `alder >= 18`)
in tens of thousands of combinations. Each is evaluated in one pass over its column and kept, an
eighth of a byte a row; a combination is the bits together, a count how many are set. So a number
costs no pass over the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.facts import predicate as p

Mask = npt.NDArray[np.bool_]
Packed = npt.NDArray[np.uint64]
WORD = 64  # rows that stand together


class Bits:
    """A table, and what has been asked of its rows so far."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._parts: dict[p.Node, Packed] = {}
        self._codes: dict[str, tuple[npt.NDArray[np.int32], list[Any]]] = {}

    def mask(self, rows: p.Node) -> Mask:
        """Which rows a predicate selects: one truth value a row."""
        return self._unpacked(self._selected(rows))

    def count(self, rows: p.Node) -> int:
        """How many rows a predicate selects."""
        return int(np.bitwise_count(self._selected(rows)).sum())

    def distinct(self, rows: p.Node, column: str) -> int:
        """How many different values, no value left aside, a column has in the rows selected."""
        return int(self._seen(self._selected(rows), column).sum())

    def any_of(self, several: Iterable[p.Node], distinct: str = "") -> int:
        """How many rows at least one of some predicates selects; with `distinct`, how many
        different values of that column they have."""
        chosen = np.bitwise_or.reduce([self._selected(rows) for rows in several])
        if distinct:
            return int(self._seen(chosen, distinct).sum())
        return int(np.bitwise_count(chosen).sum())

    def values(self, rows: p.Node, column: str) -> list[Any]:
        """The different values that a column has in the rows selected, no value left aside."""
        seen = self._seen(self._selected(rows), column)
        return [v for v, here in zip(self._codes[column][1], seen, strict=True) if here]

    def tally(self, rows: p.Node, column: str) -> dict[Any, int]:
        """The different values that a column has in the rows selected, no value left aside, and
        how many rows have each."""
        codes, values = self._coded(column)
        many = np.bincount(codes[self.mask(rows)], minlength=len(values))[: len(values)]
        return {values[i]: int(many[i]) for i in np.flatnonzero(many)}

    def _seen(self, chosen: Packed, column: str) -> Mask:
        """Which of a column's different values occur in the rows chosen."""
        codes, values = self._coded(column)
        seen = np.zeros(len(values) + 1, dtype=np.bool_)  # the last: no value
        seen[codes[self._unpacked(chosen)]] = True
        return seen[:-1]

    def _coded(self, column: str) -> tuple[npt.NDArray[np.int32], list[Any]]:
        """A column's code a row, one past the values' where it has none, and the values."""
        if column not in self._codes:
            coded = pc.dictionary_encode(self.table.column(column).combine_chunks())
            codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy()
            self._codes[column] = codes, coded.dictionary.to_pylist()
        return self._codes[column]

    def _selected(self, rows: p.Node) -> Packed:
        """The parts of a conjunction are evaluated once each: the cells of a table share most of
        theirs."""
        parts = rows[1:] if rows[0] == "and" else (rows,)
        if not parts:
            return _packed(np.ones(self.table.num_rows, dtype=np.bool_))
        chosen = self._part(parts[0])
        for part in parts[1:]:
            chosen = chosen & self._part(part)
        return chosen

    def _unpacked(self, chosen: Packed) -> Mask:
        bits = chosen.view(np.uint8)
        return np.unpackbits(bits, count=self.table.num_rows, bitorder="little").view(np.bool_)

    def _part(self, part: p.Node) -> Packed:
        if part not in self._parts:
            self._parts[part] = _packed(p.mask(part, self.table).to_numpy())
        return self._parts[part]


def _packed(mask: Mask) -> Packed:
    """A bit a row, in whole words, those beyond the last row not set."""
    words = np.zeros(-(-len(mask) // WORD), dtype=np.uint64)
    packed = np.packbits(mask, bitorder="little")
    words.view(np.uint8)[: len(packed)] = packed
    return words
