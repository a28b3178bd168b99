"""A generated year whose truth is known: every number of every chapter is what the generator's own
clean rows give when somebody else counts them (`independent.py`), a dozen of them what pandas gives
by hand, and in a large year they are near the probabilities that the rows were drawn with."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy.stats import binomtest

from pipeline.exempel import Truth, avvikelser, expected_tables, intressenter, matning, world
from pipeline.exempel.brukarenkat import ITEMS
from pipeline.exempel.kolada import FILE as KOLADA
from pipeline.exempel.sheets import Effect
from pipeline.run.audit import NOTEBOOKS
from pipeline.run.execute import Job
from pipeline.run.plan import chapters
from pipeline.run.planning import plan
from pipeline.run.tertial import built, job
from tests.chapters import ROWS, SEED, YEAR, YEARS, known_municipality
from tests.exempel.independent import Independent, Rows, t_scores

Told = dict[str, Mapping[str, Any]]
Tables = dict[tuple[str, int], Rows]
VISITED = {
    "uppfoljningsplan", "urvalsram", "kunder", "granskning", "intervjuer", "rutiner", "dokument",
    "avvikelsegranskning", "bedomning", "korrektur",
}  # fmt: skip
CLOSE = 1e-7  # statistics are rounded to nine places, and rest on others that are
RARE = 1e-4  # a rate further from its probability than this happens to one in so many
# Facts that rest on what the generator does not tell: part of the definition → why.
NO_TRUTH = {
    (
        "celler",
        "atgard = 'flaggad'",
    ): "flagged are cells that nobody spoilt, too",
    ("celler", "kontroll"): "which rule flags a cell is the suites' own word",
}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return known_municipality()[1]


@pytest.fixture(scope="module")
def told() -> Told:
    """The ledger rows of all chapters."""
    workspace, _ = known_municipality()
    jobs = chapters(workspace, YEAR, "intern")
    return dict(plan(workspace, YEAR, "intern", jobs, None).told)


@pytest.fixture(scope="module")
def tertials(told: Told) -> Told:
    """Those that the tertials' compilations have besides."""
    workspace, _ = known_municipality()
    made: Told = {}
    for tertial in built(workspace, YEAR, None):
        made |= plan(workspace, YEAR, "intern", [job(workspace, YEAR, tertial)], None).told
    return {key: row for key, row in made.items() if key not in told}


@pytest.fixture(scope="module")
def visits() -> Told:
    """Those of the reports of the year's visits."""
    workspace, _ = known_municipality()
    jobs = [Job(name, Path(name).stem, {"year": YEAR}) for name in NOTEBOOKS]
    return dict(plan(workspace, YEAR, "intern", jobs, None).told)


@pytest.fixture(scope="module")
def rows(truth: Truth) -> Tables:
    made: Tables = dict(expected_tables(YEARS, ROWS, SEED))
    for year in YEARS:
        made["rader", year] = [
            {"fil": file, "tabell": table, "status": status}
            for file, table, counts in _files(truth, year)
            for status, many in counts.items()
            for _ in range(many)
        ]
        made["celler", year] = [
            {"fil": truth.source(p.source).file, "atgard": MARKS[p.effect], "kontroll": None}
            for p in truth.planted
            if p.year == year and p.effect in MARKS
        ]
    made["jamforelser", YEAR] = [
        {"kpi": v.kpi, "kommun": v.municipality, "ar": v.year, "kon": v.gender, "varde": v.value}
        for v in truth.kolada
    ]
    return made


MARKS = {Effect.BLANKED: "tomd", Effect.MASKED: "maskerad"}


def _files(truth: Truth, year: int) -> Iterable[tuple[str, str, Mapping[str, int]]]:
    for s in truth.sources:
        if s.year == year:
            yield s.file, s.table, {
                "behandlad": s.processed, "dubblett": s.duplicates, "karantan": s.quarantined,
            }  # fmt: skip
    yield f"kolada/{KOLADA}", "jamforelser", {"behandlad": len(truth.kolada)}


def rests_on_no_truth(key: str, told: Told) -> bool:
    d = json.loads(told[key]["definition"])
    parts = f"{d.get('where')} {d.get('of')}"
    here = any(d.get("dataset") == table and word in parts for table, word in NO_TRUTH)
    return here or any(rests_on_no_truth(p, told) for p in d.get("parents", ()))


@pytest.mark.parametrize(("which", "least"), [("told", 2000), ("tertials", 2000), ("visits", 800)])
def test_every_number_is_what_somebody_else_counts_in_the_clean_rows(
    which: str, least: int, rows: Tables, request: pytest.FixtureRequest
) -> None:
    told: Told = request.getfixturevalue(which)
    other = Independent(rows, told, YEAR)
    known = [key for key in told if not rests_on_no_truth(key, told)]
    assert len(known) > 0.99 * len(told) > least
    wrong = [difference for key in known if (difference := _differs(told[key], other.fact(key)))]
    assert wrong == []


def _differs(row: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    wanted, found = made["value"], row["value"]
    alike = (wanted is None) == (found is None) and (
        wanted is None or abs(float(wanted) - found) <= CLOSE
    )
    parts = [p for p in ("n", "numerator", "denominator", "status") if made[p] != row[p]]
    if alike and not parts:
        return ""
    return f"{row['title']} {row['period']} {row['scope']}: {row['value']}, not {made}"


def test_no_class_is_shown_of_rows_that_its_table_leaves_out(told: Told, visits: Told) -> None:
    """Such a class has nought everywhere, as if nothing of the kind had happened."""
    left_out = []
    for row in (*told.values(), *visits.values()):
        definition = json.loads(row["definition"])
        for column, value in definition.get("scope", {}).items():
            listed = re.findall(rf"\b{column} IN \(([^)]*)\)", definition.get("where") or "")
            if isinstance(value, str) and any(f"'{value}'" not in values for values in listed):
                left_out.append((row["name"], column, value))
    assert left_out == []


def test_every_table_of_the_year_is_counted_by_some_chapter(
    told: Told, visits: Told, rows: Tables
) -> None:
    shown = (*told.values(), *visits.values())
    read = {json.loads(row["definition"]).get("dataset") for row in shown}
    # What a unit writes about its tertial, answers quoted word for word, and how a visit was
    # planned and its frame drawn, are no numbers.
    elsewhere = {"sammanstallning", "fritext_godkand", "uppfoljningsplan", "urvalsram"}
    assert {name for name, _ in rows} - read <= elsewhere


@pytest.fixture(scope="module")
def ended(rows: Tables) -> pd.DataFrame:
    return pd.DataFrame(rows["avslut", YEAR])


def number(told: Told, name: str, year: int = YEAR, **scope: object) -> Mapping[str, Any]:
    """The one fact with a name and classes."""
    found = [
        r for r in told.values()
        if name in r["names"] and r["period"] == str(year) and json.loads(r["scope"]) == scope
    ]  # fmt: skip
    assert len(found) == 1, [r["title"] for r in found]
    return found[0]


def share(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["numerator"], row["denominator"]


def test_by_hand_the_rows_of_all_files(told: Told, truth: Truth) -> None:
    mine = [s for s in truth.sources if s.year == YEAR]
    assert number(told, "rader_alla")["value"] == sum(s.rows for s in mine) + len(truth.kolada)
    blanked = sum(s.blanked for s in mine)
    assert number(told, "celler_tomda")["value"] == blanked


@pytest.mark.parametrize("year", YEARS)
def test_by_hand_the_key_figures_of_three_years(told: Told, rows: Tables, year: int) -> None:
    ended, started = (pd.DataFrame(rows[name, year]) for name in ("avslut", "bakgrund"))
    assert number(told, "paborjade", year)["value"] == len(started)
    assert number(told, "avslutade", year)["value"] == ended.insats_id.nunique()
    grades = ended.nojd_kontakt.dropna()
    assert share(number(told, "nojd_med_kontakten", year)) == ((grades > 3).sum(), len(grades))
    known = ended.dropna(subset="avslutsorsak")
    broken = known[known.avslutsorsak.isin(list(world.BREAKS))]
    wanted = broken.insats_id.nunique(), known.insats_id.nunique()
    assert share(number(told, "avbrutna", year)) == wanted
    informed = started.informerad_datum.notna() & started.startdatum.notna()
    assert number(told, "informerade_vid_start", year)["numerator"] == informed.sum()


def test_by_hand_the_compilation(told: Told, rows: Tables, ended: pd.DataFrame) -> None:
    started = pd.DataFrame(rows["bakgrund", YEAR])
    for age, many in started.aldersgrupp.value_counts().items():
        assert number(told, "alder_antal", aldersgrupp=age)["value"] == many
    assert number(told, "problem_antal", problem="alkohol")["value"] == sum(
        started.problem__alkohol == True  # noqa: E712
    )
    for answer, many in ended.motsvarade_behov.value_counts().items():
        assert number(told, "motsvarade_behov", motsvarade_behov=answer)["numerator"] == many


def test_by_hand_who_was_followed_up_and_when(
    told: Told, rows: Tables, ended: pd.DataFrame
) -> None:
    heard = ended[ended.respondent.notna() | ended.svarsdatum.notna()]
    wanted = heard.insats_id.nunique(), ended.insats_id.nunique()
    assert share(number(told, "uppfoljda")) == wanted
    days = pd.to_datetime(ended.svarsdatum) - pd.to_datetime(ended.slutdatum)
    late = number(told, "sena_svar")
    assert share(late) == ((days.dt.days > 31).sum(), days.notna().sum())
    groups = pd.DataFrame(rows["volymer", YEAR])
    assert number(told, "deltagare")["value"] == groups.deltagare.sum()


def test_by_hand_staff_referrers_and_partners(told: Told, rows: Tables) -> None:
    answers = pd.DataFrame(rows["intressenter", YEAR])
    for role, own in answers.groupby("roll"):
        trust = own.fortroende.dropna()
        assert share(number(told, f"har_fortroende_{role}")) == ((trust >= 4).sum(), len(trust))
    late = pd.to_datetime(answers.svarsdatum) > pd.Timestamp(dt.date(YEAR + 1, 3, 1))
    assert number(told, "intressenter_sena")["value"] == late.sum()


def test_by_hand_goals_and_measurements(told: Told, rows: Tables) -> None:
    goals = pd.DataFrame(rows["mal", YEAR]).dropna(subset=["niva_start", "niva_slut"])
    reached = number(told, "gas_nadda")
    assert share(reached) == ((goals.niva_slut >= 0).sum(), len(goals))
    weighed = goals.dropna(subset=["vikt"])[["insats_id", "vikt", "niva_slut"]]
    scores = t_scores(list(weighed.itertuples(index=False, name=None)))
    assert number(told, "gas_t_slut")["value"] == pytest.approx(sum(scores) / len(scores))
    asi = pd.DataFrame(rows["matning", YEAR]).query("skattare == 'intervjuare'")
    for area, own in asi.groupby("omrade"):
        change = (own.varde_uppfoljning - own.varde_start).dropna()
        fact = number(told, "asi_forandring", omrade=area)
        assert (fact["value"], fact["n"]) == (pytest.approx(change.mean()), len(change))


def test_by_hand_the_survey_and_its_comparison(told: Told, rows: Tables, truth: Truth) -> None:
    answers = pd.DataFrame(rows["brukarenkat", YEAR])
    easy = answers.latt_kontakt.dropna()
    assert share(number(told, "brukarenkat_u30447")) == ((easy >= 4).sum(), len(easy))
    assert number(told, "brukarenkat_veckor_vantan_medel")["value"] == pytest.approx(
        answers.veckor_vantan.mean()
    )
    published = {(v.kpi, v.municipality, v.year, v.gender): v.value for v in truth.kolada}
    scope = {"kommun": "0000", "kon": "T", "kpi": "U30447"}
    cited = number(told, "kolada_u30447_0000_t", **scope)
    assert cited["value"] == published["U30447", "0000", YEAR, "T"]


def test_by_hand_deviations_risks_and_complaints(told: Told, rows: Tables) -> None:
    reports = pd.DataFrame(rows["avvikelser", YEAR])
    for cause, many in reports.orsak.value_counts().items():
        assert number(told, "orsak_antal", orsak=cause)["value"] == many
    risk = (reports.sannolikhet * reports.allvar).dropna()
    assert share(number(told, "risk_fran_gransen")) == ((risk >= 4).sum(), len(risk))
    for month, many in pd.to_datetime(reports.rapportdatum).dt.month.value_counts().items():
        assert number(told, "avvikelser_manad", rapport_manad=month)["value"] == many
    complaints = pd.DataFrame(rows["klagomal", YEAR])
    for kind, many in complaints.typ.value_counts().items():
        assert number(told, "framfort_antal", typ=kind)["value"] == many


@pytest.fixture(scope="module")
def large(told: Told) -> Independent:
    """The chapters' own definitions, of a year with so many rows that rates are near the
    probabilities they were drawn with."""
    made = expected_tables([YEAR], 4000, SEED)
    return Independent(made, told, YEAR)


def rate(of: Independent, told: Told, name: str, *scopes: Mapping[str, object]) -> tuple[int, int]:
    """Numerator (of several classes together) and denominator of a share."""
    made = [of.fact(number(told, name, **scope)["id"]) for scope in scopes or ({},)]
    assert len({m["denominator"] for m in made}) == 1
    return sum(m["numerator"] for m in made), made[0]["denominator"]


def likely(counts: tuple[int, int], probability: float) -> bool:
    return binomtest(*counts, probability).pvalue > RARE


def test_rates_are_near_the_probabilities_of_the_world(told: Told, large: Independent) -> None:
    assert likely(rate(large, told, "sena_svar"), world.LATE)
    assert likely(rate(large, told, "handelse_ja"), 0.22)
    for unit, its in world.ENHETER.items():
        own = {"enhet": unit}
        women = rate(large, told, "brukarenkat_kon_andel_per_enhet", {**own, "kon": "kvinna"})
        assert likely(women, its.kvinnor), unit
        assert likely(rate(large, told, "brukarenkat_enhet_andel", own), its.andel), unit
        told_so = rate(large, told, "svarssatt_per_enhet", {**own, "svarssatt": "samtal"})
        assert likely(told_so, 0.58), unit
        level = world.satisfied(unit, YEAR, broken_off=False)
        for item, shift in ITEMS.items():
            high = [{**own, item: grade} for grade in (4, 5)]
            agree = rate(large, told, f"brukarenkat_{item}_andel_per_enhet", *high)
            assert likely(agree, level + shift), (unit, item)


def test_rates_of_reports_measurements_and_offers_are_near_theirs(
    told: Told, large: Independent
) -> None:
    for name, column, weights in (
        ("orsak_andel", "orsak", avvikelser.CAUSES), ("lex_sarah", "lex_sarah", avvikelser.SARAH),
        ("avvikelser_lagrum", "lagrum", avvikelser.LAWS),
    ):  # fmt: skip
        made = {
            c: large.fact(number(told, name, **{column: c})["id"]) for c in weights
        }  # fmt: skip
        whole = sum(m["numerator"] or m["value"] for m in made.values())
        for c, p in weights.items():
            assert likely((int(made[c]["numerator"] or made[c]["value"]), int(whole)), p), (name, c)
    for area in matning.AREAS:
        everybody, irrelevant = (
            large.fact(number(told, f"asi_bortfall_{i}", omrade=area)["id"])["value"]
            for i in (0, 4)
        )
        assert likely((irrelevant, everybody), matning.N), area
    offered = world.offered(YEAR)  # but for the deceased, of whom nobody is asked
    k, n = rate(large, told, "erbjudna")
    assert likely((k, n), offered * (1 - world.ENDS["avliden"] * 0.8))


def test_trust_of_every_role_is_near_its_probability(told: Told, large: Independent) -> None:
    """Units weigh as many as were asked in each."""
    for role, units in intressenter.SENT.items():
        mixed = sum(
            n * intressenter.agrees(role, unit, YEAR, "fortroende") for unit, n in units.items()
        )
        wanted = mixed / sum(units.values())
        assert likely(rate(large, told, f"har_fortroende_{role}"), wanted), role


def test_the_evaluator_tells_a_wrong_number(told: Told, rows: Tables) -> None:
    """One row less, and the numbers that count it differ."""
    some = [number(told, name) for name in ("avslutade", "uppfoljda", "paborjade")]
    of_some = {row["id"]: row for row in some}
    fewer = {**rows, ("avslut", YEAR): rows["avslut", YEAR][1:]}
    other = Independent(fewer, of_some, YEAR)
    assert [bool(_differs(row, other.fact(row["id"]))) for row in some] == [True, True, False]
    half = {**some[2], "value": some[2]["value"] / 2}
    assert _differs(half, Independent(rows, of_some, YEAR).fact(half["id"]))
