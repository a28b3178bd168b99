"""The steps of merging, as a reader would put classes together."""

import pytest

from pipeline.disclosure.ladder import steps
from pipeline.facts.dataset import Dimension
from pipeline.forms.codebook import Category, Field


def of(values, labels=None, ordered=True):
    shown = labels or [str(v) for v in values]
    pairs = zip(values, shown, strict=True)
    return Dimension("x", "X", tuple(Category(v, label) for v, label in pairs), ordered)


def made(dimension, size=None, threshold=5):
    values = [c.value for c in dimension.categories]
    size = size or dict.fromkeys(values, 9)
    return [[m.values for m in s] for s in steps(dimension, values, None, size, threshold)]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (3, []),
        (4, [[(1, 2), (3, 4)]]),
        (5, [[(1, 2), (3,), (4, 5)]]),
        (7, [[(1, 2, 3), (4,), (5, 6, 7)]]),
    ],
)
def test_scales_are_put_together_from_both_ends(n, expected):
    assert made(of(range(1, n + 1))) == expected


def test_ages_are_put_together_at_the_cuts_of_national_statistics():
    bands = ["0–12", "13–17", "18–20", "21–24", "25–34", "35–49", "50–64", "65+"]
    dimension = of(bands, [f"{b} år" for b in bands])
    found = list(steps(dimension, bands, None, dict.fromkeys(bands, 9), 5))
    assert [[m.label for m in s] for s in found] == [
        ["0–12 år", "13–20 år", "21–34 år", "35–64 år", "65+ år"],
        ["0–12 år", "13–20 år", "21+ år"],
        ["0–20 år", "21+ år"],
    ]


def test_other_ages_from_both_ends():
    labels = ["13–17 år", "18–24 år", "25–49 år", "50–64 år", "65 år eller äldre"]
    dimension = of(list("abcde"), labels)
    (found,) = steps(dimension, list("abcde"), None, dict.fromkeys("abcde", 9), 5)
    assert [m.label for m in found] == ["13–24 år", "25–49 år", "50 år eller äldre"]


def test_the_rare_of_an_unordered_list_never_one_alone():
    dimension = of(list("abcd"), ordered=False)
    assert made(dimension, {"a": 20, "b": 3, "c": 9, "d": 30})[0] == [("a",), ("d",), ("b", "c")]
    assert made(dimension, {"a": 20, "b": 3, "c": 2, "d": 30})[0] == [("a",), ("d",), ("b", "c")]
    assert made(dimension, {"a": 20, "b": 1, "c": 2, "d": 30})[0] == [("d",), ("a", "b", "c")]


def test_sex_stays_but_for_those_who_are_neither_or_unknown():
    dimension = of(["kvinna", "man", "annat"], ordered=False)
    size = {"kvinna": 20, "man": 20, "annat": 1}
    assert made(dimension, size) == []
    assert made(dimension, size | {None: 2}) == [[("kvinna",), ("man",), ("annat", None)]]


def test_numbers_go_into_bins_of_one_width():
    found = list(steps(of([0, 1, 2, 7], ordered=False), [0, 1, 2, 7], None,
                       dict.fromkeys([0, 1, 2, 7], 1), 5))  # fmt: skip
    assert [m.label for m in found[0]] == ["0–1", "2–3", "6–7"]
    assert [m.label for m in found[1]] == ["0–4", "5–9"]


def test_the_last_bin_ends_where_the_scale_does():
    values = [0, 2, 6, 10]
    scale = Field("troligt", "Hur troligt?", "integer", minimum=0, maximum=10)
    found = list(steps(of(values, ordered=False), values, scale, dict.fromkeys(values, 1), 5))
    assert [m.label for m in found[0]] == ["0–4", "5–9", "10"]
    assert [m.label for m in found[1]] == ["0–9", "10"]
