"""The visits of the second routine, as the sample's own files tell of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from pipeline.exempel import SEED, besok, expected_tables, kunder, protokoll
from pipeline.exempel.granskning import CRITERIA
from pipeline.exempel.kommun import kommun
from pipeline.exempel.truth import Expected
from pipeline.forms.codebook import load_codebooks

YEARS = (2023, 2024, 2025)
Rows = list[Expected]
Tables = dict[tuple[str, int], Rows]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return expected_tables(YEARS)


def by_visit(rows: Rows) -> dict[Any, Rows]:
    found: dict[Any, Rows] = {}
    for row in rows:
        found.setdefault(row["besok_id"], []).append(row)
    return found


def test_frames_are_smaller_than_equal_to_and_larger_than_what_is_drawn(tables: Tables) -> None:
    plan = [r["besok_id"] for r in tables["uppfoljningsplan", 2025] if r["status"] == "genomfort"]
    frames = by_visit(tables["kunder", 2025])
    assert [len(frames.get(v, [])) for v in plan] == [40, 14, 7, 9, 8, 0]
    assert {r["besok_id"] for r in tables["urvalsram", 2025]} == set(plan)


def test_as_many_kunder_are_read_as_are_drawn(tables: Tables) -> None:
    for year in YEARS:
        read = by_visit(tables["granskning", year])
        for visit, frame in by_visit(tables["kunder", year]).items():
            open_ones = [k for k in frame if not k["skyddad"]]
            numbers = {r["kund_nr"] for r in read[visit]}
            assert numbers == set(range(1, min(8, len(open_ones)) + 1)), visit


def test_some_are_protected_and_some_came_within_six_months(tables: Tables) -> None:
    kunder = tables["kunder", 2025]
    assert sum(bool(k["skyddad"]) for k in kunder) == 3
    new: Counter[object] = Counter()
    for k in kunder:
        visit, start = k["besoksdatum"], k["insats_fran"]
        if isinstance(visit, dt.date) and isinstance(start, dt.date):
            new[k["besok_id"]] += (visit - start).days < 180
    assert new["V2025-04"] >= 1  # the frame of nine
    assert sum(n > 0 for n in new.values()) >= 3


def test_every_law_is_read_by_criteria_of_its_own(tables: Tables) -> None:
    for row in (r for year in YEARS for r in tables["granskning", year]):
        some = set() if row["lagrum"] == "hsl" else {"omsorgskontakt", "barnets_rost"}
        assert row["kriterium"] in some | {*CRITERIA[str(row["lagrum"])]}


def test_a_notice_is_given_in_the_calendar_week_before_but_for_one_a_year(tables: Tables) -> None:
    for year in YEARS:
        weeks = []
        for r in tables["uppfoljningsplan", year]:
            told, visit = r["urvalsbesked"], r["besoksdatum"]
            if isinstance(told, dt.date) and isinstance(visit, dt.date):
                same = (visit - dt.timedelta(7)).isocalendar()[:2] == told.isocalendar()[:2]
                weeks.append(same)
                assert r["veckor_fore_besoket"] == (1 if same else 2)
        assert weeks.count(False) == 1 and len(weeks) >= 4


def test_visits_are_in_the_routines_months_but_for_one(tables: Tables) -> None:
    months = [r["besoksmanad"] for y in YEARS for r in tables["uppfoljningsplan", y]]
    assert set(months) - {2, 3, 4, 5, 9, 10, 11} == {6} and months.count(6) == 1


def test_findings_have_every_colour_and_every_state_of_a_plan(tables: Tables) -> None:
    found = tables["bedomning", 2025]
    assert {r["farg"] for r in found} == {"gron", "gul", "rod", "bla"}
    red = [r for r in found if r["farg"] == "rod"]
    decided = [r for r in red if r["rapport_beslutad"]]
    late = [r for r in decided if r["plan_mottagen"] and late_by(r)]
    assert len(decided) == len(red) - 1 and all(r["plan_begard"] for r in decided)
    assert [r["besok_id"] for r in late] == ["V2025-02"]
    assert [r["omrade"] for r in decided if not r["plan_mottagen"]] == ["ledning"]
    without = [r for r in decided if r["plan_mottagen"] and not (r["hur"] or r["nar"])]
    assert [r["besok_id"] for r in without] == ["V2025-03"]
    assert sum(r["plan_senast"] is None for r in decided) == 1
    blue = [r for r in found if r["farg"] == "bla"]
    assert all(r["agare"] for r in blue) and {bool(r["beslut"]) for r in blue} == {True, False}


def late_by(row: Expected) -> bool:
    come, last = row["plan_mottagen"], row["plan_senast"]
    return isinstance(come, dt.date) and isinstance(last, dt.date) and come > last


def test_what_was_red_the_year_before_is_green(tables: Tables) -> None:
    def colours(year: int) -> set[object]:
        return {
            r["farg"]
            for r in tables["bedomning", year]
            if (r["enhet"], r["omrade"]) == ("beroende", "dokumentation_sol")
        }

    assert (colours(2024), colours(2025)) == ({"rod"}, {"gron"})


def test_one_visit_is_cancelled_and_one_report_is_not_decided(tables: Tables) -> None:
    plan = tables["uppfoljningsplan", 2025]
    assert Counter(r["status"] for r in plan) == {"genomfort": 6, "installt": 1}
    drafts = [r for r in plan if r["utkast_skickat"] and not r["rapport_beslutad"]]
    assert len(drafts) == 1
    outside = {r["utforare"] for r in plan if r["regi"] == "extern"}
    assert outside == {"Påhittad Omsorg AB"}


def test_the_visit_before_is_the_one_in_the_earlier_plan(tables: Tables) -> None:
    for year in YEARS[1:]:
        for visit in besok.visits(SEED, year):
            earlier = [
                r["besoksdatum"]
                for y in YEARS
                if y < year
                for r in tables["uppfoljningsplan", y]
                if r["enhet"] == visit.planned.place
            ]
            assert not earlier or str(visit.forra) == max(map(str, earlier))


def test_any_seed_and_year_has_visits_with_notices_in_the_week_before() -> None:
    books = load_codebooks(kommun())
    for seed in range(25):
        for year in (2022, 2024, 2025, 2031):
            visits = besok.visits(seed, year)
            made = [v for v in visits if v.made]
            assert len(made) >= 4
            for v in made:
                assert v.urvalsbesked and (v.besoksdatum.year, v.besoksdatum.month) == (
                    year, v.planned.month,
                )  # fmt: skip
                week = (v.besoksdatum - dt.timedelta(7)).isocalendar()[:2]
                assert v.urvalsbesked.isocalendar()[:2] == week
            assert len(kunder.sheets(books["kunder"], seed, visits, newest=False)) == len(made)
            assert protokoll.sheets(books, seed, visits)
