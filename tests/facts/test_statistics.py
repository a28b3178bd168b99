"""Statistics equal scipy and statsmodels called directly, and examples that others published; and
verification's own path computes every one of them to the same number."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from statistics import stdev
from types import SimpleNamespace
from unittest import mock

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from pipeline.errors import PredicateError
from pipeline.facts import statistics
from pipeline.facts.dataset import Dataset
from pipeline.facts.derive import constant, statistic
from pipeline.facts.fact import Fact
from pipeline.facts.measure import gas, mean, ratio, sd, share, total
from pipeline.facts.pattern import Pattern
from pipeline.report.swedish import show
from pipeline.trace.verify.answers import Answers
from pipeline.trace.verify.figures import Figures
from pipeline.trace.verify.swedish import expected_text

CHANGE = [-3, 0, 2, -5, -1, None, -4, 1, -2, -2]
HEARD = [c for c in CHANGE if c is not None]


def rows(n: int, **columns: list) -> Dataset:
    table = pa.table({"_kalla": ["a.csv"] * n, "_rad": range(n), **columns})
    return Dataset("svar", "Svar", 2025, 0, table, {}, protects="none")


def both(k: int, n: int, j: int, m: int) -> tuple[Dataset, Fact, Fact]:
    """k of n in group a, j of m in group b."""
    group = ["a"] * n + ["b"] * m
    data = rows(n + m, grupp=group, traff=[i < k for i in range(n)] + [i < j for i in range(m)])
    a, b = (share(data, "traff", of=f"grupp = '{g}'", name=g) for g in "ab")
    return data, a, b


def again(data: Dataset, *facts: Fact) -> dict[str, dict]:
    """What verification computes from the definitions."""
    family = {f.id: f for fact in facts for f in fact.family()}
    db = duckdb.connect()
    db.register("rows", data.table)
    db.execute(f"CREATE TABLE counted_{data.name} AS SELECT *, 2025 AS _y FROM rows")
    return Figures(
        Answers(lambda: db), {(2025, data.name)}, 2025, [f.record() for f in family.values()]
    ).made


def same(data: Dataset, *facts: Fact) -> None:
    """Verification agrees on value, n, status and unit, and on what it reads like."""
    found = again(data, *facts)
    for fact in facts:
        own, record = found[fact.id], fact.record()
        assert not own["broken"]
        if fact.value is None:
            assert own["value"] is None
        else:
            assert float(own["value"]) == pytest.approx(record["value"], rel=1e-12)
        for part in ("n", "numerator", "denominator", "status"):
            assert own[part] == record[part], (fact.name, part)
        assert own["unit"] in (None, fact.unit)
        text = show(fact).text
        parents = [found[p.id] for p in fact.parents]
        assert expected_text(text, own | {"unit": fact.unit}, "value", parents) == text


def changes(values: list) -> tuple[Dataset, Fact, Fact]:
    data = rows(len(values), andring=pa.array(values, pa.int64()))
    return data, mean(data, "andring", unit="steg"), sd(data, "andring", unit="steg")


def test_a_standard_deviation_is_the_samples_and_needs_two():
    data, _, spread = changes(CHANGE)
    assert spread.value == round(stdev(HEARD), 9)
    assert spread.n == len(HEARD)
    alone = sd(data, "andring", "andring = 1")
    assert (alone.value, alone.status, alone.n) == (None, "tom", 1)
    same(data, spread, alone)


def test_a_sum_is_exact_and_only_of_tables_about_nobody():
    data = rows(3, antal=[0.1, 0.2, None])
    whole = total(data, "antal")
    assert (whole.value, whole.n, whole.kind) == (Fraction(3, 10), 2, "sum")
    none = total(data, "antal", "antal > 1")
    assert (none.value, none.status) == (None, "tom")
    same(data, whole, none)
    about = Dataset("svar", "Svar", 2025, 0, data.table, {}, protects="person")
    with pytest.raises(PredicateError, match="inte summeras"):
        total(about, "antal")


def test_a_ratio_of_numbers_is_a_share_told_as_one():
    data = rows(3, antal=[6, 30, 0], roll=["a", "b", "c"])
    sent = {r: total(data, "antal", f"roll = '{r}'") for r in "abc"}
    rate = ratio(sent["a"], sent["b"], name="svarsfrekvens", title="Svarsfrekvens")
    assert (rate.value, rate.unit, rate.numerator, rate.n) == (Fraction(1, 5), "andel", 6, 30)
    few = ratio(sent["b"], sent["a"], name="few", title="Få")
    none = ratio(sent["b"], sent["c"], name="none", title="Inga")
    assert [show(f).text for f in (rate, few, none)] == ["20\u00a0%", "30 av 6", "inga svar"]
    same(data, rate, few, none)


def test_paired_change_equals_scipys_own_t_test():
    data, change, spread = changes(CHANGE)
    made = statistic("paired", change, spread)
    by = {f.definition["part"]: f for f in made}
    t = stats.ttest_1samp(HEARD, 0)
    interval = t.confidence_interval(0.95)
    assert by["p"].value == pytest.approx(t.pvalue, abs=1e-9)
    assert by["nedre"].value == pytest.approx(interval.low, abs=1e-8)
    assert by["övre"].value == pytest.approx(interval.high, abs=1e-8)
    assert by["dz"].value == pytest.approx(np.mean(HEARD) / np.std(HEARD, ddof=1), abs=1e-8)
    assert {f.unit for f in made} == {"effekt", "steg", "p"}
    assert {f.n for f in made} == {9}
    same(data, *made)


def test_paired_change_of_all_alike_has_no_numbers():
    data, change, spread = changes([2, 2, 2])
    made = statistic("paired", change, spread)
    assert {(f.value, f.status) for f in made} == {(None, "tom")}
    same(data, *made)


def test_paired_change_is_of_the_same_rows():
    data, change, _ = changes(CHANGE)
    with pytest.raises(PredicateError, match="samma rader"):
        statistic("paired", change, sd(data, "andring", "andring < 0"))


@pytest.mark.parametrize(
    ("k", "n", "j", "m", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10, contrasts a-h.
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_a_difference_has_newcombes_published_interval(k, n, j, m, low, high):
    _, a, b = both(k, n, j, m)
    difference, lower, upper = statistic("difference", a, b)
    assert difference.value == pytest.approx(k / n - j / m, abs=1e-9)
    assert (round(lower.value, 4), round(upper.value, 4)) == (low, high)


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (9, 10, 3, 10), (0, 25, 0, 30), (5, 5, 0, 9)])
def test_verification_agrees_on_differences(counts):
    data, a, b = both(*counts)
    made = [
        f for name in ("difference", "difference_test", "cohens_h") for f in statistic(name, a, b)
    ]
    same(data, *made)


def test_the_lady_who_tasted_tea():
    # Fisher, The Design of Experiments (1935), ch. II: three of four right, p = 17/35 one-sided;
    # two-sided 34/70.
    _, a, b = both(3, 4, 1, 4)
    (p,) = statistic("difference_test", a, b)
    assert p.value == pytest.approx(34 / 70, abs=1e-9)


def test_cohens_h_is_his_published_one():
    # Cohen (1988), table 6.2.2: phi(.65) - phi(.45) = 1.875 - 1.471 = .404.
    _, a, b = both(65, 100, 45, 100)
    (h,) = statistic("cohens_h", a, b)
    assert round(h.value, 2) == 0.40


def test_holm_adjusts_a_family_and_leaves_out_those_without_a_value():
    data = rows(
        120,
        grupp=["a"] * 40 + ["b"] * 40 + ["c"] * 40,
        traff=[i % 40 < 8 + i // 4 for i in range(120)],
    )
    groups = {g: share(data, "traff", of=f"grupp = '{g}'", name=g) for g in "abcd"}
    pairs = [("a", "b"), ("a", "c"), ("d", "a"), ("b", "c")]
    raw = [statistic("difference_test", groups[x], groups[y])[0] for x, y in pairs]
    made = statistic("holm", *raw)
    known = [i for i in range(4) if i != 2]
    wanted = multipletests([raw[i].value for i in known], method="holm")[1]
    assert [made[i].value for i in known] == pytest.approx(list(wanted), abs=1e-9)
    assert (made[2].value, made[2].status) == (None, "tom")
    assert len({(f.name, f.id) for f in made}) == 4
    same(data, *made)


@given(st.lists(st.sampled_from([0.0, 1e-9, 0.004, 0.01, 0.0125, 0.2, 0.5, 1.0]) | st.floats(0, 1),
                min_size=1, max_size=12))  # fmt: skip
def test_holm_is_statsmodels_own_to_the_last_bit(ps):
    parents = [SimpleNamespace(value=p) for p in ps]
    with mock.patch("gc.collect"):  # which statsmodels calls each time, and is most of it
        assert statistics._holm(*parents) == list(multipletests(ps, method="holm")[1])


def test_funnel_limits_hold_the_tails_they_promise():
    data, a, b = both(12, 50, 60, 200)
    made = statistic("funnel", a, b)
    low95, high95, low998, high998 = (f.value for f in made)
    assert low998 < low95 < 0.3 < high95 < high998
    # Spiegelhalter's limits lie between the two whole numbers on each side of the tail.
    for limit, tail in ((low95, 0.025), (high95, 0.975), (low998, 0.001), (high998, 0.999)):
        at = math.floor(limit * 50 + 1e-9)
        assert (
            stats.binom.cdf(at, 50, 0.3) <= tail + 1e-9 or stats.binom.cdf(at - 1, 50, 0.3) < tail
        )
        assert stats.binom.cdf(at + 1, 50, 0.3) >= tail
    same(data, *made)


def test_reliable_change_is_jacobson_and_truaxs():
    # Jacobson & Truax (1991), p. 14: SD 10, reliability .80, S_diff 6.32; a change from 47.5 to
    # 32.5 gives RC 2.37, so that 15 points are more than the limit of 1.96 * 6.32.
    (limit,) = statistic("reliable", constant(10, "SD"), constant(0.8, "r"))
    assert limit.value == pytest.approx(1.96 * 6.32, abs=0.01)
    assert round(15 / (limit.value / 1.96), 2) == 2.37


def test_a_statistic_of_other_facts_is_refused_in_swedish():
    _, change, _ = changes(CHANGE)
    with pytest.raises(PredicateError, match="gäller en andel och en andel"):
        statistic("difference", change, change)
    with pytest.raises(PredicateError, match="fel antal"):
        statistic("reliable", change)


def goals(*of_insats: list[tuple[int, int]]) -> Dataset:
    """Goals as (weight, level), a list an insats."""
    flat = [(f"I{i}", w, x) for i, own in enumerate(of_insats) for w, x in own]
    keys, weights, levels = (list(c) for c in zip(*flat, strict=True))
    return rows(len(flat), insats=keys, vikt=weights, niva=levels)


@pytest.mark.parametrize(
    ("own", "t"),
    # By hand from Kiresuk & Sherman's formula (1968): one goal gives 50 + 10x; the expected level
    # gives 50 whatever the weights; 50 + 20/√2.6; 50 + 10/√6.2.
    [
        ([(1, 1)], 60.0),
        ([(3, -2)], 30.0),
        ([(1, 0), (5, 0), (2, 0)], 50.0),
        ([(1, 1), (1, 1)], 62.4035),
        ([(2, 1), (1, -1)], 54.0161),
    ],
)
def test_the_t_of_goals_is_kiresuk_and_shermans(own, t):
    assert gas(goals(own), "niva", weight="vikt", key="insats").value == pytest.approx(t, abs=1e-4)


def test_each_insats_has_one_t_whatever_its_number_of_goals():
    data = goals([(1, 1)], [(1, 0), (1, 0), (1, 0)])
    score = gas(data, "niva", weight="vikt", key="insats")
    assert (score.value, score.n, score.unit) == (55.0, 2, "poäng")
    none = gas(data, "niva", weight="vikt", key="insats", where="niva > 1")
    assert (none.value, none.n, none.status) == (None, 0, "tom")
    same(data, score, none)


def test_the_change_in_t_has_the_interval_of_scipys_paired_test():
    before, after = [-1, -2, -1, 0], [1, -1, 0, 0]
    flat = rows(
        4, insats=["a", "a", "b", "c"], vikt=[1, 3, 2, 1], fore=before, efter=after,
        andring=[y - x for x, y in zip(before, after, strict=True)],
    )  # fmt: skip
    call = {"weight": "vikt", "key": "insats"}
    change = gas(flat, "andring", **call)
    spread = gas(flat, "andring", spread=True, **call)
    made = statistic("gas_change", change, spread)
    # By hand: one T an insats, √(0.7Σw² + 0.3(Σw)²) = √11.8, 2 and 1.
    t0 = [50 + 10 * s for s in (-7 / 11.8**0.5, -1.0, 0.0)]
    t1 = [50 + 10 * s for s in (-2 / 11.8**0.5, 0.0, 0.0)]
    limits = stats.ttest_rel(t1, t0).confidence_interval(0.95)
    wanted = (sum(t1) / 3 - sum(t0) / 3, limits.low, limits.high)
    assert [f.value for f in made] == pytest.approx(wanted, abs=1e-7)
    assert {(f.n, f.unit) for f in made} == {(3, "poäng")}
    alone = gas(flat, "andring", where="insats = 'a'", spread=True, **call)
    assert (alone.value, alone.status, alone.n) == (None, "tom", 1)
    same(flat, change, spread, *made, alone)
    with pytest.raises(PredicateError, match="samma rader"):
        statistic("gas_change", change, gas(flat, "efter", spread=True, **call))
    with pytest.raises(PredicateError, match="samma rader"):
        statistic("gas_change", change, change)


def test_a_family_of_tests_with_a_hidden_one_is_hidden():
    data, a, b = both(9, 30, 15, 30)
    (seen,) = statistic("difference_test", a, b)
    dark = replace(data, pattern=Pattern())
    hidden = [share(dark, "traff", of=f"grupp = '{g}'", name=g) for g in "ab"]
    (unseen,) = statistic("difference_test", *hidden)
    assert (unseen.value, unseen.n, unseen.status) == (None, None, "dold")
    assert {(f.value, f.status) for f in statistic("holm", seen, unseen)} == {(None, "dold")}
