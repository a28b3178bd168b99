"""The survey of staff, referrers and partners is drawn from what its module says."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from pipeline.exempel import SEED, intressenter
from pipeline.exempel.kommun import kommun
from pipeline.exempel.sheets import Effect, Sheet
from pipeline.forms.codebook import load_codebooks

YEAR = 2025


@pytest.fixture(scope="module")
def sheets() -> tuple[Sheet, Sheet]:
    answers, sent = intressenter.sheets(load_codebooks(kommun()), SEED, YEAR, rows=7000)
    return answers, sent


@pytest.fixture(scope="module")
def answers(sheets: tuple[Sheet, Sheet]) -> pd.DataFrame:
    return pd.DataFrame(row.clean for row in sheets[0].rows if row.status == "behandlad")


def test_each_role_answers_at_its_rate(sheets: tuple[Sheet, Sheet], answers: pd.DataFrame) -> None:
    asked = pd.DataFrame(row.clean for row in sheets[1].rows).groupby("roll").antal.sum()
    rate = answers.groupby("roll").size() / asked
    for role, expected in intressenter.ANSWERS.items():
        assert rate[role] == pytest.approx(expected, abs=0.03), role


def test_agreement_is_what_it_was_drawn_from(answers: pd.DataFrame) -> None:
    for (role, unit), some in answers.groupby(["roll", "enhet"]):
        for item in intressenter.ITEMS:
            known = pd.to_numeric(some[item], errors="coerce").dropna()
            expected = intressenter.agrees(role, unit, YEAR, item)
            assert (known >= 4).mean() == pytest.approx(expected, abs=0.1), (role, unit, item)


def test_some_answers_come_late_and_none_before_the_survey_is_out(answers: pd.DataFrame) -> None:
    assert answers.svarsdatum.min() >= dt.date(YEAR + 1, 2, 2)
    late = (answers.svarsdatum > dt.date(YEAR + 1, 3, 1)).mean()
    assert late == pytest.approx(intressenter.LATE, abs=0.02)


def test_the_usual_mess_is_planted(sheets: tuple[Sheet, Sheet]) -> None:
    found = {m.effect for row in sheets[0].rows for m in row.marks}
    assert found >= {Effect.QUARANTINED, Effect.BLANKED, Effect.DUPLICATE, Effect.RECODED}
