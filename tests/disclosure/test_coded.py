"""Whole columns at once give what row after row gives."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.disclosure import coded


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """Rows of codes, and how many codes each column may have."""
    sizes = draw(st.lists(st.sampled_from([1, 2, 3, 7, 2**20, 2**40]), max_size=5))
    row = st.tuples(*(st.integers(0, size - 1) | st.just(0) for size in sizes))
    return [list(r) for r in draw(st.lists(row, max_size=40))], sizes


@settings(max_examples=300, deadline=None)
@given(tables())
def test_combinations_are_those_of_the_rows_in_their_order(
    given: tuple[list[list[int]], list[int]],
) -> None:
    rows, sizes = given
    columns = [np.array([r[j] for r in rows], dtype=np.int64) for j in range(len(sizes))]
    someone, places = coded.combinations(columns, sizes, len(rows))
    found = [rows[i] for i in someone.tolist()]
    assert found == [list(r) for r in sorted({tuple(r) for r in rows})]
    assert [found[place] for place in places.tolist()] == rows


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=60))
def test_the_kinds_of_rows_that_keys_have_are_counted(rows: list[tuple[int, int]]) -> None:
    number = {k: i for i, k in enumerate(dict.fromkeys(k for k, _ in rows))}
    own: dict[int, set[int]] = {}
    for key, code in rows:
        own.setdefault(key, set()).add(code)
    keys = np.array([number[k] for k, _ in rows], dtype=np.int64)
    codes = np.array([c for _, c in rows], dtype=np.int64)
    counted = coded.sets_of_keys(codes, keys, 5)
    assert counted == Counter(tuple(sorted(s)) for s in own.values())


@pytest.mark.parametrize(
    "values", [["b", None, "a", "b"], [3, 1, None, 3], [True, None, False, True], [], [None, None]]
)
def test_equal_values_have_one_code_and_no_value_one_of_its_own(values: list[object]) -> None:
    kind = pa.array([v for v in values if v is not None] or [""]).type
    column = pa.chunked_array([pa.array(values[:1], kind), pa.array(values[1:], kind)])
    codes, size = coded.encoded(column)
    said = list(zip(codes.tolist(), values, strict=True))
    assert all((a == b) == (u == v) for a, u in said for b, v in said)
    assert all(0 <= c < size for c in codes.tolist()) and codes.dtype == np.uint8


@pytest.mark.parametrize("kind", [pa.date32(), pa.string(), pa.bool_(), pa.int64(), pa.float64()])
def test_a_column_without_rows_has_no_codes(kind: pa.DataType) -> None:
    codes, size = coded.encoded(pa.chunked_array([], kind))
    assert (codes.size, size) == (0, 1)
