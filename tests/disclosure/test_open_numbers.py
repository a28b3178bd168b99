"""A number that may also be a word for no answer (X, N) can hold any number within its limits."""

from __future__ import annotations

from pipeline.disclosure.attack.domain import NULL, could_be, finite
from pipeline.facts import predicate as p
from pipeline.forms.codebook import load_codebooks
from pipeline.workspace import Kommun

BOOKS = load_codebooks(Kommun())


def test_the_attacker_takes_a_measured_value_to_be_a_number_or_missing():
    values, _, _ = could_be(BOOKS["matning"], BOOKS, "varde_start", [p.parse("varde_start >= 4")])
    assert {0, 4, 9} <= set(values)
    assert values[-1] is NULL


def test_values_up_to_a_hundred_are_no_scale_of_answers():
    assert not finite(BOOKS["matning"], BOOKS, "varde_start")
    assert finite(BOOKS["avslut"], BOOKS, "nojd_kontakt")
