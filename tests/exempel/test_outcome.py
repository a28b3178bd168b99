"""The chapter on results: its facts are those that the generator's clean rows give, counted with
pandas and scipy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from pipeline.exempel import expected_tables
from pipeline.run.execute import Job
from pipeline.workspace import Workspace
from tests.chapters import shown, text
from tests.municipality import example

YEARS, YEAR = (2023, 2024, 2025), 2025
Names = Mapping[str, Any]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return example()


def run(workspace: Workspace, edition: str = "intern") -> tuple[Names, dict[str, list[str]]]:
    """The chapter's names after its last cell, and by cell the text of each block displayed."""
    job = Job("30_resultat.ipynb", "30_resultat", {"year": YEAR, "edition": edition})
    told = shown(workspace, YEAR, [job], edition)[job.name]
    return told.names, {cell: [text(b) for b in some] for cell, some in told.cells.items()}


@pytest.fixture(scope="module")
def chapter(workspace: Workspace) -> tuple[Names, dict[str, list[str]]]:
    return run(workspace)


@pytest.fixture(scope="module")
def rows() -> dict[str, pd.DataFrame]:
    tables = expected_tables(YEARS)
    return {name: pd.DataFrame(tables[name, YEAR]) for name in ("avslut", "matning", "mal")}


def test_satisfaction_is_counted_by_who_answers(chapter, rows):
    slut = rows["avslut"]
    for name, column in (("kontakt", "nojd_kontakt"), ("resultat", "nojd_resultat")):
        table = chapter[0][name]
        for who in ("klient", "ungdom", "omsorgsperson"):
            answers = slut[slut.respondent == who][column].dropna()
            fact = table[who]
            assert (fact.numerator, fact.denominator) == ((answers >= 4).sum(), len(answers))


def test_goals_are_counted_as_rated_by_each(chapter, rows):
    slut = rows["avslut"]
    for name in ("upplevd", "bedomd"):
        answers = slut[f"maluppfyllelse_{'behandlare' if name == 'bedomd' else name}"].dropna()
        for level in range(4):
            fact = chapter[0][name][level]
            assert (fact.numerator, fact.denominator) == ((answers == level).sum(), len(answers))


def interviewer(rows) -> pd.DataFrame:
    asi = rows["matning"]
    return asi[(asi.instrument == "asi") & (asi.skattare == "intervjuare")]


def test_paired_change_in_every_area_is_scipys(chapter, rows):
    names, _ = chapter
    for area, of_area in interviewer(rows).groupby("omrade"):
        both = of_area.dropna(subset=["varde_start", "varde_uppfoljning"])
        before, after = both.varde_start.astype(float), both.varde_uppfoljning.astype(float)
        test = stats.ttest_rel(after, before)
        dz, low, high, p = names["parade"][area]
        assert names["forandring"][area].n == len(both) > 10
        assert float(names["fore"][area].value) == pytest.approx(before.mean())
        assert float(names["efter"][area].value) == pytest.approx(after.mean())
        assert p.value == pytest.approx(test.pvalue, abs=1e-9)
        limits = test.confidence_interval(0.95)
        assert (low.value, high.value) == pytest.approx((limits.low, limits.high), abs=1e-7)
        assert dz.value == pytest.approx((after - before).mean() / (after - before).std(), abs=1e-8)


def test_reliable_change_is_larger_than_the_limit_of_kommun_toml(chapter, rows):
    names, _ = chapter
    limit = 1.96 * 2.5 * 2**0.5 * (1 - 0.85) ** 0.5
    assert names["grans"].limit.value == pytest.approx(limit, abs=1e-9)
    for area, of_area in interviewer(rows).groupby("omrade"):
        change = (of_area.varde_uppfoljning - of_area.varde_start).dropna().astype(float)
        assert names["ned"][area].numerator == (change <= -limit).sum()
        assert names["upp"][area].numerator == (change >= limit).sum()


def test_attrition_keeps_unanswered_and_not_relevant_apart(chapter, rows):
    everybody, both, start, x, n = chapter[0]["antal"]
    for area, of_area in interviewer(rows).groupby("omrade"):
        gone = of_area[["varde_start__bortfall", "varde_uppfoljning__bortfall"]]
        heard = of_area.varde_uppfoljning.notna() | of_area.varde_uppfoljning__bortfall.notna()
        known = of_area.varde_start.notna()
        assert everybody[area].value == len(of_area)
        assert both[area].value == (known & of_area.varde_uppfoljning.notna()).sum()
        assert start[area].value == (known & ~heard).sum()
        assert x[area].value == (gone == "ej_besvarad").any(axis=1).sum()
        assert n[area].value == (gone == "ej_relevant").any(axis=1).sum()


def test_the_goals_of_each_insats_have_one_t(chapter, rows):
    goals = rows["mal"].dropna(subset=["niva_start", "niva_slut"])
    assert chapter[0]["nadda"].numerator == (goals.niva_slut >= 0).sum()
    weighed = goals.dropna(subset=["vikt"])
    for name, column in (("slut_t", "niva_slut"), ("start_t", "niva_start")):
        scores = []
        for _, own in weighed.groupby("insats_id"):
            w, x = own.vikt.astype(float), own[column].astype(float)
            scores.append(
                50 + 10 * (w * x).sum() / (0.7 * (w**2).sum() + 0.3 * w.sum() ** 2) ** 0.5
            )
        assert chapter[0][name].value == pytest.approx(sum(scores) / len(scores), abs=1e-8)
        assert chapter[0][name].n == len(scores)


def test_the_public_edition_asks_for_no_table_of_few_persons(workspace, chapter):
    """What divides those measured with ASI further than by area stands in the internal one."""
    names, shown = run(workspace, "publik")
    assert "bada" not in names and "antal" not in names
    assert shown["asi-tyngd"] == shown["asi-bortfall"] == shown["asi-vilka"] == []
    assert shown["asi-par"] == chapter[1]["asi-par"]
    assert "interna utgåvan" in shown["asi-rci-tabell"][0]
