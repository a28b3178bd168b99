"""Numbers of other chapters by name: the same fact, or a message that helps."""

from __future__ import annotations

import json

import pytest

from pipeline.facts.fact import exact
from pipeline.facts.measure import count, share
from pipeline.facts.named import (
    MergedAwayError,
    Names,
    OtherYearError,
    UnknownNameError,
    from_json,
    parse,
    to_json,
)
from tests.facts.test_facts import dataset

YEAR, DATA = 2025, dataset()
RECORDS = {}
for fact in (
    *share(DATA, "nojd >= 4", of="nojd IS NOT NULL", by="kon",
           name="nojda", title="Nöjda"),
    share(DATA, "nojd >= 4", of="nojd IS NOT NULL", name="nojda", title="Nöjda"),
    count(DATA, name="svar", title="Svar"),
):  # fmt: skip
    RECORDS[fact.id] = fact.record()


def names(edition: str = "intern") -> Names:
    return Names(from_json(to_json(RECORDS.values())), YEAR, edition)


def test_a_name_gives_the_same_fact():
    for record in RECORDS.values():
        pairs = ",".join(f"{k}={v or 'saknas'}" for k, v in json.loads(record["scope"]).items())
        found = names().find(parse(f"{record['name']}[{pairs}]" if pairs else record["name"]))
        assert found.record() == record


def test_a_share_is_as_exact_as_it_was():
    found = names().find(parse("nojda"))
    assert exact(found.value) * found.denominator == found.numerator


def test_a_misspelt_name_is_told_what_it_looks_like():
    with pytest.raises(UnknownNameError, match="Menar du nojda"):
        names().find(parse("nojdaa"))


def test_a_year_that_nobody_shows_is_told():
    with pytest.raises(UnknownNameError, match="finns inte en gång för 2023"):
        names().find(parse("svar@-2"))


def test_of_a_year_without_its_source_it_is_the_same_definition_missing():
    with pytest.raises(OtherYearError) as told:
        names().find(parse("nojda[kon=k]@-1"))
    gone = told.value.unsourced
    assert gone.status == "saknas" and gone.value is gone.denominator is None
    was = names().find(parse("nojda[kon=k]"))
    assert (gone.period, gone.definition) == ("2024", {**was.definition, "period": -1})


def test_classes_that_are_not_there():
    with pytest.raises(UnknownNameError, match="kon=k"):
        names().find(parse("nojda[kon=vet ej]"))
    with pytest.raises(MergedAwayError):
        names("publik").find(parse("nojda[kon=vet ej]"))


@pytest.mark.parametrize("text", ["", "62 %", "svar[kon]", "svar@1", "svar]", "Svar svar"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(UnknownNameError, match="inget namn på ett tal"):
        parse(text)
