"""A mean beside hidden counts of the same answers. What holds was worked out by hand."""

from pipeline.disclosure.moments import betraying
from pipeline.disclosure.structure import Column, Structure
from pipeline.facts.pattern import CountCell, value_key

COLUMNS = {
    "svar": Column("svar", "svar"),
    "roll": Column("roll", "roll"),
    "andring": Column("andring", "andring", source=("fore", "efter")),
    "fore": Column("fore", "fore"),
    "efter": Column("efter", "efter"),
}
STRUCTURES = {"enkat": Structure("staff", COLUMNS)}
KNOWN = "svar IS NOT NULL"


def mean(where: str, column: str = "svar", period: int = 0) -> dict[str, object]:
    return {
        "kind": "mean", "dataset": "enkat", "period": period, "where": where, "column": column,
    }  # fmt: skip


def cell(where: str, period: int = 0) -> CountCell:
    return CountCell("enkat", period, where)


def withheld(definition: dict[str, object], hidden: list[str], shown: tuple[str, ...] = ()) -> bool:
    cells = [[cell(w) for w in wheres] for wheres in (shown, hidden)]
    found = betraying([definition], *cells, STRUCTURES)
    assert found <= {value_key(definition)}
    return bool(found)


def test_a_mean_is_withheld_where_a_count_of_its_answers_is_hidden():
    assert withheld(mean(KNOWN), ["svar IN (1, 2)"], ("svar = 3",))
    assert not withheld(
        mean(KNOWN),
        [],
        (
            "svar IN (1, 2)",
            "svar = 3",
        ),
    )


def test_that_a_question_is_unanswered_and_other_questions_do_not_matter():
    assert not withheld(mean(KNOWN), [f"roll = 'a' AND {KNOWN}", "roll = 'b'"])


def test_another_group_matters_only_where_a_shown_count_reaches_over_both():
    here, there = f"roll = 'a' AND {KNOWN}", "roll = 'b' AND svar IN (1, 2)"
    assert not withheld(mean(here), [there], ("roll = 'a' AND svar IN (1, 2)",))
    assert withheld(mean(here), [there], ("svar IN (1, 2)",))
    assert withheld(mean(here), [there], ("roll IN ('a', 'b') AND svar IN (1, 2)",))
    assert withheld(mean(here), ["roll IN ('a', 'b') AND svar = 1"])


def test_a_change_tells_of_what_it_is_computed_from():
    change = mean("andring IS NOT NULL", "andring")
    assert withheld(change, ["fore = 1"])
    assert withheld(mean("fore IS NOT NULL", "fore"), ["andring >= 2"])


def test_another_year_and_another_table_do_not_matter():
    elsewhere = [cell("svar = 1", -1), CountCell("annan", 0, "svar = 1")]
    assert betraying([mean(KNOWN)], [], elsewhere, STRUCTURES) == frozenset()
    assert betraying([mean(KNOWN, period=-1)], [], elsewhere, STRUCTURES)


def test_counts_and_derived_facts_have_no_value_of_their_own():
    count = {"kind": "count", "dataset": "enkat", "period": 0, "where": KNOWN}
    assert value_key(count) == "" and value_key({"kind": "derived"}) == ""
    assert betraying([count], [], [cell("svar = 1")], STRUCTURES) == frozenset()
