"""What cannot be drawn truly is refused, and says why."""

from __future__ import annotations

import pytest

from pipeline.report.charts import Mark, arrows, bars, columns, diverging, dots, grouped, line
from tests.charts.pictures import count, row, share, years


def test_a_value_to_draw_is_finite() -> None:
    with pytest.raises(ValueError, match="x: a value to draw is finite"):
        Mark("a", float("nan"), "1", "x")


def test_an_interval_has_both_bounds_in_order() -> None:
    with pytest.raises(ValueError, match="two bounds"):
        Mark("a", 0.5, "50 %", "x", lo=0.4)
    with pytest.raises(ValueError, match="reversed"):
        Mark("a", 0.5, "50 %", "x", lo=0.6, hi=0.4)


def test_bars_hold_no_value_outside_their_scale() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        bars([Mark("a", 1.2, "120 %", "x")], full=1.0)
    with pytest.raises(ValueError, match="does not fit"):
        bars([Mark("a", -0.2, "−20 %", "x")])


def test_lines_and_dots_hold_no_value_outside_their_bounds() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        line([years("", [0.5] * 5)], bounds=(0.6, 1))
    with pytest.raises(ValueError, match="does not fit"):
        dots([share("a", 0.5)], bounds=(0, 0.4))
    with pytest.raises(ValueError, match="does not fit"):
        arrows([row("a", [0.1, 0.5])], ("x", "y"), bounds=(0, 0.4))


def test_a_row_has_one_mark_for_each_group_or_step() -> None:
    with pytest.raises(ValueError, match="2 marks for 3 names"):
        grouped([row("a", [0.1, 0.2])], ["x", "y", "z"])
    with pytest.raises(ValueError, match="2 marks for 3 names"):
        diverging([row("a", [0.1, 0.2])], ["x", "y", "z"])
    with pytest.raises(ValueError, match="1 marks for 2 names"):
        arrows([row("a", [0.1])], ("x", "y"))


def test_forms_refuse_more_than_they_can_show() -> None:
    with pytest.raises(ValueError, match="use columns"):
        diverging([row("a", [0.1] * 11)], list("abcdefghijk"))
    with pytest.raises(ValueError, match="one to four groups"):
        grouped([row("a", [0.1] * 5)], list("abcde"))
    with pytest.raises(ValueError, match="1–40 columns"):
        columns([count(str(i), i) for i in range(41)])
    with pytest.raises(ValueError, match="1–8 lines"):
        line([years(str(i), [0.5] * 5) for i in range(9)])


def test_a_picture_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        bars([])
