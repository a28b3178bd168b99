"""A measure of values is the same whether they come one by one or counted."""

from __future__ import annotations

import statistics
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.facts.values import mean_of, quantile_of, sd_of, sum_of

SOME = st.lists(st.integers(-5, 9) | st.sampled_from([0.5, 2.25, -1.75]), min_size=1, max_size=40)


@given(SOME, st.sampled_from(["0", "0.1", "0.25", "0.5", "0.9", "1"]))
def test_counted_values_measure_as_the_values_do(values: list[float], q: str) -> None:
    counted = Counter(values)
    exact = [Fraction(v) for v in values]
    assert sum_of(values) == sum_of(counted) == sum(exact)
    assert mean_of(values) == mean_of(counted) == statistics.mean(exact)
    assert sd_of(values) == sd_of(counted)
    found = quantile_of(counted, Fraction(q))
    assert found == quantile_of(values, Fraction(q))
    assert float(found) == pytest.approx(float(np.quantile(values, float(q))))
    if len(values) > 1:
        assert sd_of(counted) == pytest.approx(statistics.stdev(values), abs=1e-8)
