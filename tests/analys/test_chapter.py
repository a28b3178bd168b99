"""The chapter of analysis: its facts are those that the generator's clean rows give, counted with
pandas, scipy and statsmodels; people's texts stand there with traced numbers."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from typing import Any

import nbformat
import pandas as pd
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize

from pipeline.analys import analyses
from pipeline.errors import IntakeError
from pipeline.exempel import expected_tables
from pipeline.facts.fact import Fact
from pipeline.facts.pattern import Pattern
from pipeline.report import author, blocks, groups
from pipeline.report.context import Context, pattern_of, planning
from pipeline.run.analyses import check_analyses
from pipeline.run.execute import Job
from pipeline.run.planning import _cell
from pipeline.run.public import decide, tell
from pipeline.workspace import REPO, Workspace
from tests import municipality

YEARS, YEAR = (2023, 2024, 2025), 2025
ASKED = {
    "behov_motta": ("motsvarade_behov", {"till_stor_del", "ja_helt"}),
    "situation_battre": ("situation_efter", {"lite_battre", "mycket_battre"}),
    "mal_nadda": ("maluppfyllelse_upplevd", {2, 3}),
}
NAMING = ("03_aret_i_korthet", "15_uppfoljningsgrad", "30_resultat", "40_analys")  # named from


def jobs(edition: str) -> list[Job]:
    given = {"year": YEAR, "edition": edition}
    return [Job(f"{name}.ipynb", name, given) for name in NAMING]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = municipality.copy(municipality.example(), tmp_path_factory.mktemp("analys"))
    decide(made, YEAR, "publik", jobs("publik"))
    for edition in ("intern", "publik"):
        tell(made, YEAR, edition, jobs(edition))
    return made


def run(
    workspace: Workspace, edition: str = "intern", pattern: Pattern | None = None
) -> dict[str, list[dict[str, Any]]]:
    """By cell the blocks that it displays."""
    shown: dict[str, list[dict[str, Any]]] = {}
    names: dict[str, Any] = {}
    notebook = nbformat.read(REPO / "notebooks" / "40_analys.ipynb", as_version=4)
    with (
        pytest.MonkeyPatch.context() as patch,
        planning(Context(workspace, YEAR, edition, pattern)),
    ):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                told = shown.setdefault(cell.id, [])
                for room, name in ((author, "_display"), (blocks, "display")):
                    patch.setattr(room, name, told.append)
                _cell(cell.source.replace('edition = "intern"', f'edition = "{edition}"'), names)
    return shown


@pytest.fixture(scope="module")
def chapter(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    return run(workspace)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.DataFrame(expected_tables(YEARS)["avslut", YEAR])


def text(shown: dict[str, list[dict[str, Any]]], cell: str) -> str:
    return "\n".join(str(blocks.bundle(b)["text/plain"]) for b in shown[cell])


def split(rows: pd.DataFrame, column: str, group: Any) -> tuple[pd.Series, pd.Series]:
    """Who is known to be of a group, and who is known not to be."""
    if column == "problem":
        mine = rows[f"problem__{group}"]
        return mine.eq(True), mine.eq(False)
    if column == "kon":
        return rows.kon.eq("kvinna"), rows.kon.eq("man")
    return rows[column].eq(group), rows[column].notna() & rows[column].ne(group)


@pytest.mark.parametrize("outcome", groups.OUTCOMES, ids=lambda o: o.name)
def test_groups_are_compared_as_scipy_and_statsmodels_do(workspace, rows, outcome):
    column, good = ASKED[outcome.name]
    asked = rows[rows[column].notna()]
    wanted: dict[tuple[str, Any], tuple[int, int, int, int]] = {}
    for name in groups.GROUPS:
        if name == "problem":
            keys = [c.removeprefix("problem__") for c in rows if str(c).startswith("problem__")]
        else:
            keys = sorted(asked[name].dropna().unique()) if name != "kon" else ["kvinna"]
        for key in keys:
            mine, other = (asked[m[asked.index]][column] for m in split(rows, name, key))
            if min(len(mine), len(other)) >= 20:
                counts = (mine.isin(good).sum(), len(mine), other.isin(good).sum(), len(other))
                wanted[name, key] = tuple(map(int, counts))
    tests = [fisher_exact([[k, n - k], [j, m - j]]).pvalue for k, n, j, m in wanted.values()]
    adjusted = dict(zip(wanted, multipletests(tests, method="holm")[1], strict=True))
    with planning(Context(workspace, YEAR, "intern")):
        author.open_chapter(YEAR, "intern")
        found = groups.contrasts(author.data("avslut"), outcome, groups.GROUPS).rows
    assert len(found) == len(wanted) > 3
    for row in found:
        [(name, key)] = row.group.scope.items()
        k, n, j, m = wanted[name, key]
        assert (row.group.numerator, row.group.n) == (k, n)
        assert (row.others.numerator, row.others.n) == (j, m)
        low, high = confint_proportions_2indep(k, n, j, m, method="newcomb", compare="diff")
        assert float(row.difference.value) == pytest.approx(k / n - j / m, abs=1e-8)
        assert (row.low.value, row.high.value) == pytest.approx((low, high), abs=1e-8)
        assert row.effect.value == pytest.approx(proportion_effectsize(k / n, j / m), abs=1e-8)
        assert row.p.value == pytest.approx(adjusted[name, key], abs=1e-8)
        assert row.sure.definition["words"][int(row.sure.value)] == (
            "ja" if adjusted[name, key] < 0.05 else "nej"
        )


def test_needs_are_counted_in_every_problem_that_somebody_has(chapter, rows):
    """Someone with several problems counts in each."""
    facts = {
        (r["name"], r["scope"]): r
        for block in chapter["behov-problem"] for r in block["facts"].values()
    }  # fmt: skip
    asked = rows[rows.motsvarade_behov.notna()]
    seen = 0
    for option in (c for c in rows if str(c).startswith("problem__")):
        mine = asked[asked[option].eq(True)].motsvarade_behov
        scope = f'{{"problem":"{str(option).removeprefix("problem__")}"}}'
        if len(mine) < 5:
            assert ("analys_behov_motta_problem", scope) not in facts
            continue
        seen += 1
        met = facts["analys_behov_motta_problem", scope]
        k = mine.isin(["till_stor_del", "ja_helt"]).sum()
        assert (met["numerator"], met["denominator"]) == (k, len(mine))
        assert facts["analys_omott_problem", scope]["value"] == len(mine) - k
    assert seen > 5


def unanswered(rows: pd.DataFrame, problems: list[str]) -> tuple[int, int]:
    """Answers that the insats did not meet the needs, and all answers, of who had a problem."""
    asked = rows[rows.motsvarade_behov.notna()]
    if problems:
        asked = asked[asked[[f"problem__{p}" for p in problems]].eq(True).any(axis=1)]
    return int(asked.motsvarade_behov.isin(["nej", "delvis"]).sum()), len(asked)


@pytest.mark.parametrize("edition", ["intern", "publik"])
def test_needs_without_an_insats_are_counted_by_problem(workspace, rows, edition):
    blocks_ = run(workspace, edition, pattern_of(workspace, YEAR, edition))["behov-utan-insats"]
    facts = {r["id"]: r for b in blocks_ for r in b["facts"].values()}.values()
    seen = 0
    for r in (r for r in facts if r["name"] == "behov_utan_insats_andel"):
        scope = json.loads(r["scope"]).get("problem", [])
        problems = scope if isinstance(scope, list) else [scope]
        assert None not in problems, "an unanswered question is no problem"
        k, n = unanswered(rows, problems)
        if r["status"] == "ok":
            assert (r["numerator"], r["denominator"]) == (k, n)
            seen += 1
        if edition == "publik" and (0 < k < 5 or 0 < n - k < 5):
            assert r["status"] == "dold" and r["value"] is None
    assert seen > 3
    k, n = unanswered(rows, [])
    told = "\n".join(str(blocks.bundle(b)["text/plain"]) for b in blocks_)
    assert f"{k} av {n} svar om behov säger att insatsen inte svarade mot behoven" in told


@pytest.mark.parametrize(
    ("whole", "inner", "outer"),
    [
        ((14, 20), "Ingen enhet ligger utanför de inre gränserna.", ""),
        ((18, 20), "Utanför de inre gränserna ligger A (över alla tillsammans).",
         "Ingen enhet ligger utanför de yttre gränserna."),
        ((2, 20), "Utanför de inre gränserna ligger A (under alla tillsammans).",
         "Utanför de yttre gränserna ligger A (under alla tillsammans)."),
    ],
)  # fmt: skip
def test_who_lies_outside_the_funnel_is_said(monkeypatch, whole, inner, outer):
    """A has 20 answers; of all 140 of 200 are good, so that 9.3 to 17.4 of 20 (95 %), and 6.7 to
    19.0 (99.8 %) are within: by the binomial's tails."""

    def made(k: int, n: int, name: str) -> Fact:
        definition = {"kind": "share", "dataset": "t", "k": k, "n": n}
        return Fact(definition, name, name, Fraction(k, n), "andel", "2025", n, k, n)

    one, every = made(*whole, "enheten"), made(140, 200, "alla")
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(author, "_display", told.append)
    groups._say_outside(every, [("A", one, author.stat("funnel", one, every))])
    assert [blocks.plain(b["runs"]) for b in told] == [t for t in (inner, outer) if t]
    words = [r for b in told for r in b["facts"].values() if r["kind"] == "word"]
    assert words and all(r["parents"] != "[]" for r in words)


def test_targets_are_held_in_their_own_direction(chapter, rows):
    told = text(chapter, "mal")
    broken = rows[rows.avslutsorsak.isin(["avbrots_klient", "avbrots_verksamhet", "uteblev"])]
    known = rows[rows.avslutsorsak.notna()]
    share = broken.insats_id.nunique() / known.insats_id.nunique()
    line = next(x for x in told.splitlines() if x.startswith("Avbrutna"))
    assert "högst 20\u00a0%" in line and line.endswith("nås inte" if share > 0.2 else "| nås")


def test_the_funnel_has_the_whole_and_each_unit(chapter, rows):
    figure = chapter["tratt"][0]
    answers = rows[rows.situation_efter.notna()]
    for unit, mine in answers.groupby("enhet"):
        met = mine.situation_efter.isin(["lite_battre", "mycket_battre"]).sum()
        scope = f'{{"enhet":"{unit}"}}'
        [fact] = [
            r for r in figure["facts"].values()
            if r["name"] == "analys_situation_battre_enhet" and r["scope"] == scope
        ]  # fmt: skip
        assert (fact["numerator"], fact["denominator"]) == (met, len(mine))
    assert figure["svg"].count("hjalp") >= 4, "two limits on each side"


def test_what_people_wrote_stands_there_with_traced_numbers(chapter, workspace):
    told = text(chapter, "texter")
    assert told.count("Inte skriven än.") == sum(not a.skriven for a in analyses(workspace, YEAR))
    assert "Skriven 21 april 2026. Deltog: enhetschef, behandlare, gruppledare." in told
    assert "Beslut: Gemensamma" in told and "Protokoll: ledningsgruppen 12 maj 2026, § 14." in told
    assert "{{" not in told and "\ue010" not in told
    kinds = {b["kind"] for b in chapter["texter"]}
    assert kinds == {"heading", "paragraph", "list"}
    listed = [b for b in chapter["texter"] if b["kind"] == "paragraph" and b["facts"]]
    assert len(listed) > 5
    names = {r["name"] for b in listed for r in b["facts"].values()}
    assert {"behov_motta", "avbrutna", "uppfoljda_per_enhet"} <= names


def test_the_public_edition_holds_no_units_text(workspace):
    shown = run(workspace, "publik")
    told = text(shown, "texter")
    written = [a for a in analyses(workspace, YEAR) if a.skriven]
    hidden = [a for a in written if not a.publik]
    assert len(hidden) == 8 and {a.enhet for a in written if a.publik} == {"sektor"}
    for each in hidden:
        first = each.text.split("{{")[0].split("\n")[0]
        assert first not in told and first
    assert "Vi prioriterar två saker" in told
    for cell in ("behov-insats", "behov-par", "mal-enhet"):
        assert shown[cell] == []
    scopes = {r["scope"] for b in shown["grupper-behov"] for r in b.get("facts", {}).values()}
    assert not any("problem" in s or "enhet" in s for s in scopes)


@pytest.mark.parametrize(
    ("table", "kept"), [("avslut", ()), ("riktlinjer", ("behov", "grupper", "tratt"))]
)
def test_a_missing_table_is_told_and_nothing_else_changes(
    workspace, chapter, tmp_path, table, kept
):
    fewer = Workspace(workspace.raw, tmp_path, workspace.reports)
    for year in YEARS:
        shutil.copytree(workspace.processed / str(year), tmp_path / str(year))
    (tmp_path / str(YEAR) / f"{table}.parquet").unlink()
    shown = run(fewer)
    for cell, made in chapter.items():
        if cell == "mal-enhet" or not made:
            continue
        if (
            cell == "texter"
            or cell.split("-")[0] in kept
            or (table != "avslut" and cell == "tratt")
        ):
            assert text(shown, cell) == text(chapter, cell), cell
        else:
            assert "nderlag saknas" in text(shown, cell), cell


def written(workspace: Workspace, tmp_path, body: str, section: str = "behov") -> list[str]:
    made = Workspace(tmp_path / "raw", workspace.processed, workspace.reports)
    shutil.copytree(workspace.raw, made.raw, dirs_exist_ok=True)
    path = made.raw / str(YEAR) / "analys" / "familj" / f"{section}.md"
    head = '+++\ndatum = 2026-04-21\ndeltog = ["enhetschef"]\n+++\n'
    path.write_text(head + body, encoding="utf-8")
    with pytest.raises(IntakeError) as raised:
        check_analyses(made, YEAR)
    return raised.value.messages


def test_the_examples_own_texts_have_no_fault(workspace):
    check_analyses(workspace, YEAR)


def test_a_misspelt_name_and_a_typed_number_are_told_together(workspace, tmp_path, rows):
    n = rows.insats_id.nunique()
    told = rows[rows.respondent.notna() | rows.svarsdatum.notna()].insats_id.nunique()
    body = f"Vi följde upp {{{{uppfolda}}}} i år.\nDet är {100 * told / n:.0f} % av alla.\n"
    first, second = written(workspace, tmp_path, body)
    assert "2025/analys/familj/behov.md, rad 5" in first and "Menar du uppfoljda" in first
    assert "rad 6" in second and "skrivet för hand" in second and "heter uppfoljda" in second


def test_dates_years_and_numbered_lists_are_no_typed_numbers(workspace, tmp_path):
    body = (
        "1. Vi började i mars 2025.\n2. Mötet den 14 maj 2026 gällde 13–17 år.\n\n"
        "Det var 987 gånger.\n"
    )
    [message] = written(workspace, tmp_path, body)
    assert "”987”" in message and "talet har inget namn" in message and "rad 8" in message


def test_braces_that_do_not_close_and_formats_that_do_not_exist(workspace, tmp_path):
    messages = written(workspace, tmp_path, "Det är {{uppfoljda} och {{uppfoljda:procent}}.\n")
    assert len(messages) >= 1 and "rad 5" in messages[0]
