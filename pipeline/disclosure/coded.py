"""Rows by the combination of codes that they have, in a few passes over whole columns.

A table may have a million rows and has few combinations: what is asked of a row is asked once of
its combination.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.disclosure.model import Ints

Codes = npt.NDArray[Any]  # whole numbers from 0, in the least type that holds them
TABULATED = 1 << 22  # as many codes as may have a place each; more are sorted


def least(codes: npt.ArrayLike, size: int) -> Codes:
    """Codes below `size` in the least type: there is one a row and variable."""
    return np.asarray(codes).astype(np.min_scalar_type(max(size - 1, 0)))


def encoded(column: pa.ChunkedArray) -> tuple[Codes, int]:
    """A code a row, equal for equal values and one for rows without, and how many codes."""
    coded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    size = max(len(coded.dictionary), 1)
    return least(coded.indices.to_numpy(zero_copy_only=False), size), size


def combinations(columns: Sequence[Codes], sizes: Sequence[int], rows: int) -> tuple[Ints, Ints]:
    """The different combinations, each as a row that has it, in the order of their codes (the
    first column's first), and for each row the place of its combination."""
    code: Ints = np.zeros(rows, dtype=np.int64)
    many = 1
    for column, size in zip(columns, sizes, strict=True):
        if many * size >= 2**62:
            found, code = np.unique(code, return_inverse=True)
            many = len(found)
        code *= size
        code += column
        many *= size
    if many > TABULATED:
        _, first, places = np.unique(code, return_index=True, return_inverse=True)
        return first, places
    someone = np.full(many, -1, dtype=np.int64)
    someone[code] = np.arange(rows)
    there = someone >= 0
    return someone[there], (np.cumsum(there) - 1)[code]


def sets_of_keys(codes: Ints, keys: Ints, size: int) -> Mapping[tuple[int, ...], int]:
    """How many keys have rows of exactly these codes: sorted codes → keys. `codes` (below `size`)
    and `keys` (from 0): of each row."""
    pairs = np.unique(keys * size + codes)
    key, code = pairs // size, pairs % size
    many = np.bincount(key)
    found: dict[tuple[int, ...], int] = {}
    for length in np.unique(many[many > 0]).tolist():
        same = code[many[key] == length].reshape(-1, length)
        first, places = combinations(list(same.T), [size] * length, len(same))
        counted = np.bincount(places, minlength=len(first))
        found |= zip(map(tuple, same[first].tolist()), counted.tolist(), strict=True)
    return found
