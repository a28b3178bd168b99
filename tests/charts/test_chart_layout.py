"""Lines break where they should, labels keep apart, colours can be read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.charts import layout, metrics, tokens

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=80)


@given(WORDS, st.floats(20, 400))
def test_lines_joined_are_the_text(text: str, limit: float) -> None:
    lines = metrics.wrap(text, 13, limit)
    assert "".join(lines) == metrics.tidy(text)


@given(WORDS, st.floats(40, 400))
def test_no_line_is_wider_than_the_limit(text: str, limit: float) -> None:
    assert metrics.widest(metrics.wrap(text, 13, limit), 13) <= limit


def test_lines_are_evenly_long() -> None:
    one, other = metrics.wrap("Jag har fått det stöd som jag behövde", 13, 200)
    assert abs(metrics.width(one, 13) - metrics.width(other, 13)) < 40


def test_lines_break_after_hyphens_and_slashes_but_never_at_a_hard_space() -> None:
    assert metrics.wrap("missbruks-/beroendevård", 13, 90)[0] == "missbruks-/"
    assert metrics.wrap("mer än 62\u00a0%", 13, 50)[-1] == "62\u00a0%"


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(10, 40)), min_size=1, max_size=5))
def test_labels_keep_apart_in_order_and_inside(labels: list[tuple[float, float]]) -> None:
    wanted, heights = [w for w, _ in labels], [h for _, h in labels]
    places = layout.spread(wanted, heights, 0, 200)
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], i))
    for one, other in pairwise(order):
        assert places[other] - places[one] >= (heights[one] + heights[other]) / 2 - 1e-9
    assert places[order[0]] >= heights[order[0]] / 2 - 1e-9
    assert places[order[-1]] <= 200 - heights[order[-1]] / 2 + 1e-9


def test_labels_that_are_apart_stay_where_they_are() -> None:
    assert layout.spread([150, 20, 80], [16, 16, 16], 0, 200) == [150, 20, 80]


@pytest.mark.parametrize("fill", tokens.SCALE)
def test_text_on_every_piece_can_be_read(fill: str) -> None:
    assert tokens.contrast(tokens.text_on(fill), fill) >= 4.5


@pytest.mark.parametrize(("colours", "page"), [
    (tokens.CATEGORIES, tokens.PAPER), (tokens.CATEGORIES_DARK, tokens.PAPER_DARK),
])  # fmt: skip
def test_categories_show_on_their_page(colours: tuple[str, ...], page: str) -> None:
    assert min(tokens.contrast(colour, page) for colour in colours) >= 3.0


def test_ink_can_be_read() -> None:
    for ink in (tokens.INK, tokens.MUTED):
        assert tokens.contrast(ink, tokens.PAPER) >= 4.5
        assert tokens.contrast(ink, tokens.TRACK) >= 4.5
