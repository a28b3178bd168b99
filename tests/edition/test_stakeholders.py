"""The survey of staff, referrers and partners, and the year's key figures, in the edition that is
built whole: figures counted by pandas over the generator's clean rows."""

from __future__ import annotations

import datetime as dt
import json
import re

import pandas as pd
import pytest

from pipeline.exempel import ROWS, SEED, expected_tables
from pipeline.trace.lineage import source_cells

from .conftest import YEAR, Built

THRESHOLD = 5
ROLES = ("medarbetare", "bestallare", "samarbetspartner")
ITEMS = (
    "relevanta", "nytta", "kvalitet", "kunskap", "mal", "uppfoljning", "samarbete", "fortroende",
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger(edition: Built) -> pd.DataFrame:
    found = pd.read_parquet(edition.intern / "faktaregister.parquet")
    found["scope"] = found.scope.map(json.loads)
    found["dataset"] = found.definition.map(lambda d: json.loads(d).get("dataset", ""))
    return found


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, int], pd.DataFrame]:
    """(table, year) → the generator's clean rows."""
    made = expected_tables((2023, 2024, 2025), ROWS, SEED)
    return {key: pd.DataFrame(found) for key, found in made.items()}


def chosen(table: pd.DataFrame, scope: dict[str, object]) -> pd.DataFrame:
    for column, value in scope.items():
        table = table[table[column].isin(value if isinstance(value, list) else [value])]
    return table


def facts(ledger: pd.DataFrame, name: str) -> pd.DataFrame:
    """The facts of a name that are shown; none where its units are shown together."""
    return ledger[(ledger.name == name) & (ledger.status == "ok")]


def test_what_is_shown_of_the_answers_equals_what_was_answered(ledger, rows):
    seen = 0
    for role in ROLES:
        for year in (YEAR, YEAR - 1):
            answers = rows["intressenter", year]
            mine = answers[answers.roll == role]
            told = ledger[ledger.period == str(year)]
            for item in ITEMS:
                for name in (f"{item}_medel_{role}", f"{item}_per_enhet_{role}"):
                    for fact in facts(told, name).itertuples():
                        values = chosen(mine, fact.scope)[item].dropna().astype(float)
                        assert (fact.value, fact.n) == (pytest.approx(values.mean()), len(values))
                        seen += 1
        answers = rows["intressenter", YEAR]
        mine = answers[answers.roll == role]
        for item in ITEMS:
            for fact in facts(ledger, f"{item}_{role}").itertuples():
                known = mine[mine[item].notna()]
                number = len(chosen(known, fact.scope))
                assert (fact.numerator, fact.denominator) == (number, len(known))
                seen += 1
    assert seen > 100


def test_rates_are_answers_of_those_who_were_asked(ledger, rows):
    answers, asked = rows["intressenter", YEAR], rows["utskick", YEAR]
    seen = 0
    for role in ROLES:
        for fact in facts(ledger, f"svarsandel_{role}").itertuples():
            mine = chosen(answers[answers.roll == role], fact.scope)
            sent = chosen(asked[asked.roll == role], fact.scope).antal.sum()
            assert fact.value == pytest.approx(len(mine) / sent)
            seen += 1
    assert seen > 6


def test_late_answers_are_counted_and_not_dropped(ledger, rows):
    answers = rows["intressenter", YEAR]
    late = answers.svarsdatum[answers.svarsdatum > dt.date(YEAR + 1, 3, 1)]
    assert len(late) > 0
    assert facts(ledger, "intressenter_sena").value.tolist() == [len(late)]
    assert facts(ledger, "intressenter_svar").value.tolist() == [len(answers)]


def test_the_internal_edition_keeps_small_groups_of_staff_hidden(edition, ledger):
    of_staff = ledger[ledger.dataset == "intressenter"]
    counts = of_staff[of_staff.kind == "count"].value.dropna()
    numbers = [counts, of_staff.n.dropna(), of_staff.numerator.dropna()]
    for found in numbers:
        assert not found.between(1, THRESHOLD - 1).any()
    left = (of_staff.denominator - of_staff.numerator).dropna()
    assert not left.between(1, THRESHOLD - 1).any()
    assert (of_staff.status == "dold").any()
    assert (of_staff.status == "ok").sum() > (of_staff.status == "dold").sum()
    # Nothing else is hidden inside but what rests on it.
    hidden = ledger[ledger.status == "dold"]
    assert set(hidden.dataset) <= {"intressenter", ""}
    page = (edition.intern / "arsrapport.html").read_text("utf-8")
    keys = set(hidden.id)
    texts = re.findall(r'<data class="fakta" value="[^"]*" data-fakta="(\w+)">([^<]*)', page)
    assert {text for key, text in texts if key in keys} == {".."}
    assert "inte heller i den interna utgåvan" in page and "Två punkter (..)" in page


def test_no_row_of_staff_lies_behind_a_number(edition, ledger):
    page = (edition.intern / "arsrapport.html").read_text("utf-8")
    panel = page[page.index('id="spar-data"') :]
    held, _ = json.JSONDecoder().raw_decode(panel[panel.index("{") :])
    files = {source["name"].partition("!")[0] for source in held["sources"]}
    assert {"Bakgrund 2025.xlsx", "Utskick februari 2026.xlsx"} <= files
    assert not [name for name in files if name.startswith("Enkät februari")]
    for name in ("intressenter_svar", "intressenter_sena"):
        [key] = facts(ledger, name).id
        assert source_cells(edition.workspace, YEAR, key) == []


def test_the_survey_has_one_chapter(edition):
    names = {p.stem for p in (edition.intern / "notebooks").glob("*.ipynb")}
    assert "20_medarbetare_bestallare_partners" in names
    assert {n for n in names if "enkat" in n} == {"35_enkat_brukarenkat"}


def test_own_measures_equal_what_pandas_counts(ledger, rows):
    for year in (2023, 2024, 2025):
        start, survey, ended = (rows[t, year] for t in ("bakgrund", "brukarenkat", "avslut"))
        weeks = survey.veckor_vantan.dropna()
        expected = {
            "informerade_vid_start": start.informerad_datum.notna().sum()
            / start.startdatum.notna().sum(),
            "lang_vantan": (weeks > 4).sum() / len(weeks),
            "inget_samtal_erbjudet": (ended.erbjuden == False).sum(),  # noqa: E712
        }
        for name, number in expected.items():
            found = facts(ledger[ledger.period == str(year)], name)
            assert found.value.tolist() == [pytest.approx(number)], (name, year)


def test_a_target_is_reached_when_the_number_is_on_its_better_side(edition, ledger):
    page = (edition.intern / "arsrapport.html").read_text("utf-8")
    key = {name: facts(ledger[ledger.period == str(YEAR)], name).value.iloc[0]
           for name in ("nojd_med_kontakten", "avbrutna", "inget_samtal_erbjudet")}  # fmt: skip
    reached = [key["nojd_med_kontakten"] >= 0.8, key["avbrutna"] <= 0.2,
               key["inget_samtal_erbjudet"] <= 15]  # fmt: skip
    titles = ("Nöjda med kontakten", "Avbrutna insatser",
              "Avslut där inget samtal erbjöds (antal)")  # fmt: skip
    table = page[page.index("Årets nyckeltal, 2025") :]
    for title, met in zip(titles, reached, strict=True):
        row = table[table.index(f">{title}<") :].split("</tr>")[0]
        last = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[-1]
        assert re.sub(r"<[^>]+>", "", last).strip() == ("nås" if met else "nås inte"), title
