"""Facts count what they say, keep their parents and refuse to become plain numbers."""

from fractions import Fraction

import pyarrow as pa
import pytest

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, Dimension
from pipeline.facts.derive import constant, statistic, wording
from pipeline.facts.fact import spliced
from pipeline.facts.measure import count, mean, share
from pipeline.facts.table import TOTAL
from pipeline.forms.codebook import Category

# Six rows, counted by hand.
TABLE = pa.table(
    {
        "_kalla": ["a.xlsx!Svar"] * 6,
        "_rad": [2, 3, 4, 5, 6, 7],
        "nojd": [1, 4, 5, None, 4, 2],
        "kon": ["k", "m", "k", None, "m", "k"],
        "p__a": [True, False, None, True, True, False],
        "p__b": [True, True, None, False, False, False],
    }
)
KON = Dimension("kon", "Kön", (Category("k", "Kvinna"), Category("m", "Man")))
PROBLEM = Dimension(
    "p", "Problem", (Category("a", "A"), Category("b", "B")), options={"a": "p__a", "b": "p__b"}
)


def dataset(offset: int = 0, table: pa.Table | None = TABLE) -> Dataset:
    return Dataset("avslut", "Avslut", 2025 + offset, offset, table, {"kon": KON, "p": PROBLEM})


def test_a_share_leaves_out_rows_without_an_answer():
    nojda = share(dataset(), "nojd >= 4")
    assert (nojda.value, nojda.numerator, nojda.denominator) == (Fraction(3, 5), 3, 5)


def test_a_table_has_a_row_for_those_without_a_value_and_a_total():
    table = count(dataset(), by="kon", total=True)
    assert {k[0]: f.value for k, f in table.cells.items()} == {"k": 3, "m": 2, None: 1, TOTAL: 6}


def test_several_choices_have_the_same_denominator_those_who_answered():
    table = share(dataset(), over="p")
    assert {k[0]: (f.numerator, f.denominator) for k, f in table.cells.items()} == {
        "a": (3, 5),
        "b": (2, 5),
    }


def test_means_are_exact_and_skip_missing_values():
    assert mean(dataset(), "nojd").value == Fraction(16, 5)
    assert mean(dataset(), "nojd", quantile="0.5").value == 4
    assert mean(dataset(), "nojd", "kon = 'k'").value == Fraction(8, 3)


def test_the_same_definition_has_the_same_id_however_it_is_written():
    a = share(dataset(), "nojd >= 4")
    b = share(dataset(), " (4 <= nojd)", name="annat_namn", title="Annan rubrik")
    assert a.id == b.id


def test_this_years_number_meets_last_years_by_its_relative_period():
    now, before = count(dataset(), name="x"), count(dataset(-1), name="x")
    assert now.definition["period"] == 0 and before.definition["period"] == -1
    assert now.id != before.id and (now.period, before.period) == ("2025", "2024")


def test_a_missing_source_is_a_fact_without_value():
    fact = share(dataset(table=None), "nojd >= 4")
    assert (fact.value, fact.status) == (None, "saknas")


def test_an_empty_denominator_is_said_not_divided_by():
    fact = share(dataset(), "nojd >= 4", of="kon = 'finns_inte'")
    assert (fact.value, fact.status, fact.denominator) == (None, "tom", 0)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda a, b: a > b, lambda a, b: a == b, lambda a, b: a != b, lambda a, b: float(a),
        lambda a, b: int(a), lambda a, b: bool(a), lambda a, b: round(a), lambda a, b: a - 1,
    ],
)  # fmt: skip
def test_a_fact_does_not_become_a_plain_number_in_code(attempt):
    with pytest.raises(TypeError):
        attempt(count(dataset()), count(dataset()))


def test_a_difference_keeps_its_parents_and_is_exact():
    a, b = share(dataset(), "nojd >= 4"), share(dataset(), "nojd >= 5")
    difference = a - b
    assert difference.value == Fraction(2, 5)
    assert [f.id for f in difference.parents] == [a.id, b.id]
    assert [f.id for f in difference.family()] == [a.id, b.id, difference.id]


def test_different_units_are_not_subtracted():
    with pytest.raises(TypeError, match="olika enheter"):
        count(dataset()) - share(dataset(), "nojd >= 4")


def test_formatting_gives_a_marker_not_a_text():
    fact = count(dataset())
    before, (found, spec), after = spliced(f"Det var {fact:d} rader.")
    assert (before, found.id, spec, after) == ("Det var ", fact.id, "d", " rader.")


def test_wilson_equals_the_published_example():
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, Wilson 0.2553–0.3662.
    table = pa.table({"_kalla": ["x"] * 263, "_rad": range(263), "v": [1] * 81 + [0] * 182})
    low, high = statistic("wilson", share(dataset(table=table), "v = 1"))
    assert (round(low.value, 4), round(high.value, 4)) == (0.2553, 0.3662)


def test_the_word_follows_the_number_as_it_is_shown():
    small = constant(0.0004, "liten skillnad", "andelsskillnad")
    words = ("ökade", "minskade", "var oförändrad")
    assert wording(small, *words).value == 0
    assert wording(constant(-0.02, "fall", "andelsskillnad"), *words).value == 2


def test_the_definition_stands_on_its_own_as_sql():
    cell = share(dataset().where("nojd > 1"), "p__a", by="kon")["k"]
    denominator = p.mask(p.parse(cell.definition["of"]), TABLE).to_pylist()
    assert denominator == [False, False, False, False, False, True]
