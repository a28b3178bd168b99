"""What a predicate selects, counted bit by bit, is what DuckDB counts."""

from __future__ import annotations

import datetime as dt
import random

import duckdb
import pyarrow as pa
import pytest

from pipeline.facts import predicate as p
from pipeline.facts.bits import Bits

WHERE = (
    "TRUE", "FALSE", "a >= 3", "a IS NULL", "NOT (a = 2 OR b = 'y')", "b IN ('x', 'å')",
    "a >= 2 AND b = 'x' AND c", "c", "NOT c", "d < DATE '2025-06-01' AND a IS NOT NULL",
)  # fmt: skip
# Around the ends of words, several chunks among them.
SIZES = (0, 1, 63, 64, 65, 128, 1000)


def table(rows: int) -> pa.Table:
    dice = random.Random(rows)
    whole = pa.table(
        {
            "a": pa.array([dice.choice((None, 1, 2, 3, 4)) for _ in range(rows)], pa.int64()),
            "b": pa.array([dice.choice((None, "x", "y", "å")) for _ in range(rows)], pa.string()),
            "c": pa.array([dice.choice((None, True, False)) for _ in range(rows)], pa.bool_()),
            "d": pa.array(
                [
                    dice.choice((None, dt.date(2025, 5, 1), dt.date(2025, 7, 1)))
                    for _ in range(rows)
                ],
                pa.date32(),
            ),
        }
    )
    return pa.concat_tables([whole.slice(0, rows // 3), whole.slice(rows // 3)])


@pytest.mark.parametrize("rows", SIZES)
def test_rows_and_different_values_are_counted_as_duckdb_does(rows: int) -> None:
    data = table(rows)
    bits = Bits(data)
    base = duckdb.connect()
    base.register("data", data)
    for where in WHERE:
        node = p.parse(where)
        [told] = base.sql(
            f"SELECT count(*), count(DISTINCT b), count(DISTINCT a) FROM data WHERE {where}"
        ).fetchall()
        assert (bits.count(node), bits.distinct(node, "b"), bits.distinct(node, "a")) == told
        chosen = bits.mask(node)
        assert len(chosen) == rows
        truths = base.sql(f"SELECT coalesce(({where}), false) FROM data").fetchall()
        assert chosen.tolist() == [t for (t,) in truths]
        values = base.sql(f"SELECT DISTINCT b FROM data WHERE ({where}) AND b IS NOT NULL")
        assert sorted(bits.values(node, "b")) == sorted(v for (v,) in values.fetchall())
        many = base.sql(
            f"SELECT a, count(*) FROM data WHERE ({where}) AND a IS NOT NULL GROUP BY a"
        )
        assert bits.tally(node, "a") == dict(many.fetchall())


@pytest.mark.parametrize("rows", SIZES)
def test_rows_of_several_predicates_are_counted_once(rows: int) -> None:
    data = table(rows)
    base = duckdb.connect()
    base.register("data", data)
    several = ("a >= 3", "b = 'x'", "c")
    either = " OR ".join(f"({w})" for w in several)
    nodes = [p.parse(w) for w in several]
    [told] = base.sql(f"SELECT count(*), count(DISTINCT a) FROM data WHERE {either}").fetchall()
    assert (Bits(data).any_of(nodes), Bits(data).any_of(nodes, "a")) == told
