"""What is drawn is as long, as high and as far along as its value says."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.charts import (
    Drawing,
    Limits,
    Mark,
    Series,
    arrows,
    bars,
    columns,
    diverging,
    dots,
    funnel,
    grouped,
    line,
    tokens,
)  # fmt: skip
from tests.charts.pictures import LONG, QUESTIONS, SCALE, count, pair, row, share, years

SVG = "{http://www.w3.org/2000/svg}"
CLOSE = 0.02  # px: coordinates are rounded to two decimals, and a length has two


def shapes(drawing: Drawing, css: str) -> list[ET.Element]:
    """Elements but texts with a class, in document order."""
    found = ET.fromstring(drawing.svg)
    return [e for e in found if e.tag != f"{SVG}text" and css in e.get("class", "").split()]


def sizes(drawing: Drawing, css: str, attribute: str) -> list[float]:
    return [float(element.get(attribute, "nan")) for element in shapes(drawing, css)]


def points(drawing: Drawing, css: str) -> list[tuple[float, float]]:
    """The corners of all paths with a class."""
    paths = " ".join(element.get("d", "") for element in shapes(drawing, css))
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", paths)]
    return list(zip(numbers[0::2], numbers[1::2], strict=True))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=12))
def test_bars_are_in_proportion_to_the_whole(values: list[float | None]) -> None:
    drawing = bars([share(f"{LONG} {i}", v) for i, v in enumerate(values)], full=1.0)
    drawn = [value for value in values if value is not None]
    whole = max(sizes(drawing, "spar", "width"), default=0.0)
    assert sizes(drawing, "serie-1", "width") == pytest.approx(
        [value * whole for value in drawn], abs=CLOSE
    )
    assert [e.get("data-fakta") for e in shapes(drawing, "serie-1")] == [
        mark.fact for mark in drawing.marks if mark.value is not None
    ]


def test_bars_of_counts_fill_the_plot_with_the_largest() -> None:
    drawing = bars([count("a", 40), count("b", 10), count("c", 0)])
    largest, smaller, nothing = sizes(drawing, "serie-1", "width")
    assert (smaller, nothing) == pytest.approx((largest / 4, 0), abs=CLOSE)


def test_an_interval_reaches_from_its_lower_to_its_upper_bound() -> None:
    drawing = bars([Mark("a", 0.5, "50 %", "a", 0.25, 0.75)], full=1.0)
    [left], [whole] = sizes(drawing, "spar", "x"), sizes(drawing, "spar", "width")
    inner, outer = points(drawing, "intervall-inne"), points(drawing, "intervall")
    ends = [x for x, _ in (*inner, *outer)]
    expected = [left + share * whole for share in (0.25, 0.5, 0.5, 0.75)]
    assert ends == pytest.approx(expected, abs=CLOSE)


def test_dodged_bars_share_one_scale_and_keep_their_row() -> None:
    drawing = grouped([row("a", [0.5, 1]), row("b", [None, 0.25])], ["Kvinnor", "Män"], full=1.0)
    # The key's swatches come first.
    assert sizes(drawing, "serie-1", "width")[1:] == pytest.approx(
        [sizes(drawing, "serie-2", "width")[1] / 2], abs=CLOSE
    )
    women, men = sizes(drawing, "serie-1", "y")[1:], sizes(drawing, "serie-2", "y")[1:]
    assert women[0] < men[0] < men[1]


def test_panels_share_one_scale() -> None:
    values = [0.2, 0.4, 0.8]
    drawing = grouped([row("a", values)], ["x", "y", "z"], full=1.0)
    whole = sizes(drawing, "spar", "width")
    assert sizes(drawing, "serie-1", "width") == pytest.approx(
        [value * whole[0] for value in values], abs=CLOSE
    )


def test_pieces_are_in_proportion_and_the_neutral_one_straddles_the_middle() -> None:
    values = [[0.1, 0.2, 0.3, 0.2, 0.2], [0.4, 0.1, 0.2, 0.2, 0.1]]
    rows = [row(q, v) for q, v in zip(QUESTIONS, values, strict=False)]
    drawing = diverging(rows, SCALE)
    middle = points(drawing, "axel")[0][0]
    pieces = [shapes(drawing, f"skala-{place + 1}")[1:] for place in tokens.STEPS[5]]
    lengths = [[float(piece.get("width", "")) for piece in step] for step in pieces]
    unit = lengths[0][0] / values[0][0]
    for i, answers in enumerate(values):
        assert [step[i] for step in lengths] == pytest.approx(
            [unit * answer for answer in answers], abs=CLOSE
        )
        neutral = pieces[2][i]
        assert float(neutral.get("x", "")) + lengths[2][i] / 2 == pytest.approx(middle, abs=CLOSE)


def test_an_even_scale_divides_at_the_middle() -> None:
    drawing = diverging([row("a", [0.3, 0.7]), row("b", [0.6, 0.4])], ["Nej", "Ja"])
    middle = points(drawing, "axel")[0][0]
    assert sizes(drawing, "skala-7", "x")[1:] == pytest.approx([middle] * 2, abs=CLOSE)


def test_a_row_with_a_hidden_piece_shows_nothing_but_its_text() -> None:
    drawing = diverging([row("a", [0.3, None, 0.5])], ["Sämre", "Lika", "Bättre"])
    assert [mark.text for mark in drawing.marks] == ["underlag saknas", "n = 45"]
    assert [len(shapes(drawing, f"skala-{i}")) for i in (1, 4, 7)] == [1, 1, 1]  # the key


def test_a_piece_too_narrow_for_its_text_is_drawn_but_not_listed() -> None:
    drawing = diverging([row("a", [0.01, 0.99])], ["Nej", "Ja"])
    assert len(shapes(drawing, "skala-1")) == 2
    assert [mark.text for mark in drawing.marks] == ["99\u00a0%", "n = 45"]


def test_columns_are_in_proportion() -> None:
    drawing = columns([count(str(i), i * i) for i in range(11)])
    highest = sizes(drawing, "serie-1", "height")[-1]
    assert sizes(drawing, "serie-1", "height") == pytest.approx(
        [highest * i * i / 100 for i in range(11)], abs=CLOSE
    )


def test_columns_too_close_keep_the_values_of_their_peaks() -> None:
    marks = [share(str(i), 0.5 if i == 20 else 0.1 + i % 2 / 100) for i in range(40)]
    drawing = columns(marks)
    assert marks[20] in drawing.marks
    assert len(drawing.marks) < len(marks)


def test_points_are_at_their_values_between_the_bounds() -> None:
    values = [0.2, 0.4, None, 0.8, 1.0]
    drawing = line([years("", values)], bounds=(0, 1), target=share("Mål", 0.6))
    base = points(drawing, "axel")[0][1]
    heights = [base - y for y in sizes(drawing, "punkt", "cy")]
    assert heights == pytest.approx([heights[-1] * v for v in values if v], abs=2 * CLOSE)
    assert base - points(drawing, "mal")[0][1] == pytest.approx(0.6 * heights[-1], abs=CLOSE)
    xs = sizes(drawing, "punkt", "cx")
    assert xs[2] - xs[1] == pytest.approx(2 * (xs[1] - xs[0]), abs=CLOSE)


def test_a_line_breaks_where_a_value_is_missing() -> None:
    drawing = line([years("", [0.2, 0.4, None, 0.8, 1.0])], bounds=(0, 1))
    assert len(shapes(drawing, "linje-1")) == 2
    assert "underlag saknas" in drawing.texts


def test_highlighted_lines_are_coloured_and_the_others_grey() -> None:
    series = [years(f"{LONG} {i}", [i / 10] * 5, highlight=i == 2) for i in range(5)]
    drawing = line(series, bounds=(0, 1))
    assert len(sizes(drawing, "serie-1", "cx")) == 5
    assert len(sizes(drawing, "serie-0", "cx")) == 20


def test_a_line_may_name_its_categories_apart_from_its_marks() -> None:
    series = [Series("Kvinnor", [share(f"Kvinnor, {y}", 0.5) for y in ("2024", "2025")])]
    assert {"2024", "2025"} <= set(line(series, categories=["2024", "2025"]).texts)


def test_dots_are_at_their_values_between_the_bounds() -> None:
    drawing = dots([share("a", 1.0), share("b", None), share("c", 3.0)], bounds=(1, 5),
                   reference=share("Alla", 2.0))  # fmt: skip
    (left, _), (right, _) = points(drawing, "hjalp")[:2]
    expected = [left, left + (right - left) / 2]
    assert sizes(drawing, "serie-1", "cx") == pytest.approx(expected, abs=CLOSE)
    at = points(drawing, "mal")[0][0]
    assert at == pytest.approx(left + (right - left) / 4, abs=CLOSE)


def test_arrows_go_from_the_value_before_to_the_one_after() -> None:
    rows = [pair("a", 1.0, 4.0), pair("b", 5.0, 2.0), pair("c", None, 3.0), pair("d", 3.0, 3.0)]
    drawing = arrows(rows, ("Start", "Uppföljning"), bounds=(0, 6))
    (left, _), (right, _) = points(drawing, "hjalp")[:2]
    at = [left + (right - left) * v / 6 for v in range(7)]
    # The key's swatches come first.
    drawn = [sizes(drawing, css, "cx")[1:] for css in ("serie-0", "serie-1")]
    assert drawn[0] == pytest.approx([at[1], at[5], at[3]], abs=CLOSE)
    assert drawn[1] == pytest.approx([at[4], at[2], at[3]], abs=CLOSE)
    tips = [points_of(e) for e in shapes(drawing, "linje-1") if len(points_of(e)) == 3]
    assert [back[0] < tip[0] for back, tip, _ in tips] == [True, False]
    assert "4,00" in drawing.texts and ".." in drawing.texts and "3,00" in drawing.texts
    hidden = [mark.text for mark in drawing.marks if mark.fact.startswith("c-")]
    assert hidden == [".."]  # where the other lies is not said


def points_of(element: ET.Element) -> list[tuple[float, float]]:
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", element.get("d", ""))]
    return list(zip(numbers[0::2], numbers[1::2], strict=True))


def test_the_limits_of_a_funnel_end_where_the_plot_does() -> None:
    """They are computed for any n; the names begin where the plot ends."""
    at = [float(n) for n in range(2, 400)]
    limits = Limits("95", at, [0.4] * len(at), [0.8] * len(at))
    points = [(share("Norr", 0.62), 30.0), (share("Söder", 0.5), 12.0)]
    drawing = funnel(points, share("Alla", 0.6), [limits], "Antal svar")
    names = min(
        float(e.get("x", "nan")) for e in ET.fromstring(drawing.svg)
        if e.tag == f"{SVG}text" and "".join(e.itertext()) in ("Norr", "Söder")
    )  # fmt: skip
    # Curves are of a class that a dark page gives contrast.
    drawn = [e.get("d") or e.get("points") or "" for e in shapes(drawing, "grans")]
    ends = [float(x) for way in drawn for x in re.findall(r"(-?[\d.]+)[ ,]-?[\d.]+", way)]
    assert ends and max(ends) <= names
    assert len(shapes(drawing, "grans")) == 2
