"""Numbers as Swedish readers expect them."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PredicateError
from pipeline.facts.derive import constant
from pipeline.facts.fact import Fact
from pipeline.facts.rounding import round_half_away
from pipeline.report.swedish import agree, decimal, show

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("12.5", 0, "13"), ("-12.5", 0, "−13"), ("0.05", 1, "0,1"), ("-0.04", 1, "0,0"),
        ("9999", 0, "9999"), ("10000", 0, f"10{NB}000"), ("1234567.25", 1, f"1{NB}234{NB}567,3"),
        ("2.675", 2, "2,68"), ("0", 0, "0"), ("0.005", 2, "0,01"),
    ],
)  # fmt: skip
def test_decimals(value, places, text):
    assert decimal(Fraction(value), places) == text


def test_a_sign_is_shown_on_request_and_never_on_zero():
    assert decimal(Fraction("1.2"), 1, sign=True) == "+1,2"
    assert decimal(Fraction("0.01"), 1, sign=True) == "0,0"


@given(st.integers(-(10**9), 10**9), st.integers(1, 1000), st.integers(0, 3))
def test_rounding_is_never_further_than_half_a_unit_and_is_symmetric(a, b, places):
    value = Fraction(a, b)
    rounded = round_half_away(value, places)
    assert abs(rounded - value) <= Fraction(1, 2 * 10**places)
    assert round_half_away(-value, places) == -rounded


def share_of(k: int, n: int) -> Fact:
    definition = {"kind": "share", "dataset": "t", "k": k, "n": n}
    return Fact(definition, "s", "s", Fraction(k, n), "andel", "2025", n, k, n)


def test_shares_of_fewer_than_twenty_are_counts():
    assert show(share_of(6, 8), ".0%").text == "6 av 8"
    assert show(share_of(12, 20), ".0%").text == f"60{NB}%"
    assert show(share_of(31, 50), ".1%").text == f"62,0{NB}%"


def test_small_groups_are_not_compared_in_percentage_points():
    assert show(share_of(6, 8) - share_of(30, 60), "+.1pp").text.startswith("ej jämfört")
    assert show(share_of(31, 50) - share_of(30, 60), "+.1pp").text == f"+12,0{NB}procentenheter"
    assert show(share_of(6, 8) - share_of(30, 60), "+.1pe").text.startswith("ej jämfört")
    assert show(share_of(31, 50) - share_of(30, 60), "+.0pe").text == f"+12{NB}p.e."


def test_a_word_agrees_with_its_number_as_told_and_says_nothing_of_a_hidden_one():
    def said(fact: Fact, spec: str = "") -> str:
        return agree(fact, "åtgärd", "åtgärder", spec)

    assert [said(constant(n, "x")) for n in (0, 1, 2, 21)] == ["åtgärder", "åtgärd"] + [
        "åtgärder"
    ] * 2
    assert said(constant(1.4, "x")) == "åtgärder" and said(constant(1.4, "x"), ".0f") == "åtgärd"
    assert said(share_of(1, 30), "numerator") == "åtgärd"
    hidden = replace(constant(1, "x"), value=None, status="dold")
    assert show(hidden, "").text == ".." and said(hidden) == "åtgärder"


def test_parts_of_a_fact_are_shown_as_counts():
    fact = share_of(12345, 20000)
    assert show(fact, "n").text == f"20{NB}000"
    assert show(fact, "numerator").text == f"12{NB}345"


def test_an_unknown_format_is_refused():
    with pytest.raises(PredicateError):
        show(constant(1, "x"), "e")
