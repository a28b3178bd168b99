"""Questions under one scale get one merging."""

from pipeline.disclosure.scale import joined
from pipeline.facts.pattern import Merged


def test_the_common_classes_are_the_finest_that_hold_those_of_all():
    one = (*(Merged((v,), str(v)) for v in (1, 2, 3)), Merged((4, 5), "4 eller 5"))
    other = (Merged((1, 2), "1 eller 2"), *(Merged((v,), str(v)) for v in (3, 4, 5)))
    assert joined([one, other]) == (
        Merged((1, 2), "1 eller 2"), Merged((3,), "3"), Merged((4, 5), "4 eller 5"),
    )  # fmt: skip


def test_classes_that_overlap_become_one():
    one = (Merged((1, 2), "a"), Merged((3,), "3"), Merged((4,), "4"))
    other = (Merged((1,), "1"), Merged((2, 3), "b"), Merged((4,), "4"))
    assert [m.values for m in joined([one, other])] == [(1, 2, 3), (4,)]
