"""What pictures say: their titles are findings that hold, and answers have their uncertainty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from statsmodels.stats.proportion import proportion_confint

from pipeline.facts.dataset import Dataset
from pipeline.facts.derive import constant, wording
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, share
from pipeline.report import author, comparison, figures, groups, legends, tables
from pipeline.report.blocks import plain, runs
from pipeline.report.context import Context, enter
from pipeline.report.intervals import uncertain
from pipeline.report.key_figures import TITLE, _title
from pipeline.report.kolada import called, parted, per_cent
from pipeline.report.tabular import KeyFigure, KeyFigures, Series, grid
from pipeline.trace.verify.statistics import STATISTICS
from pipeline.workspace import REPO, Workspace

HIDDEN = {"status": "dold", "value": None, "n": None, "numerator": None, "denominator": None}


@pytest.fixture(autouse=True)
def _house(tmp_path: Path) -> None:
    place = Workspace(REPO / "data" / "raw", tmp_path / "processed", tmp_path / "reports")
    enter(Context(place, 2025, "intern"))


def asked(k: int, n: int, year: int = 2025) -> Dataset:
    """n who answered, k of them yes."""
    table = pa.table({"_kalla": ["a.csv"] * n, "_rad": range(n), "ja": [i < k for i in range(n)]})
    return Dataset("svar", "Svar", year, year - 2025, table, {}, protects="none")


def answers(k: int, n: int, year: int = 2025) -> Fact:
    made: Fact = share(asked(k, n, year), "ja", of="ja IS NOT NULL", name="ja", title="Svarade ja")
    return made


def hidden(fact: Fact) -> Fact:
    from dataclasses import replace

    return replace(fact, **HIDDEN)


def text(title: str) -> str:
    return plain(runs(title, {})).replace("\u00a0", " ")


def cells(block: dict[str, Any]) -> list[list[str]]:
    rows = ([plain(c).replace("\u00a0", " ") for c in row["cells"]] for row in block["rows"])
    return list(rows)


def test_a_trend_has_wilsons_interval_for_each_year_in_table_and_picture() -> None:
    years = [answers(12, 40, 2024), answers(30, 50)]
    block = figures.figure("line", uncertain(Series("Ja", (("", tuple(years)),))), "Ja")
    told = cells(block["table"])
    for row, (k, n) in zip(told, ((12, 40), (30, 50)), strict=True):
        low, high = proportion_confint(k, n, method="wilson")
        assert row[0] == f"{k * 100 // n} % (n = {n})"
        assert row[1] == f"{low * 100:.0f} %–{high * 100:.0f} %"
    assert "band-1" in block["svg"]
    assert block["svg"].count('"grans"') == 2  # the band's edges, which its faint colour needs
    assert "konfidensintervall" in plain(block["note"])


def test_a_table_of_differences_says_that_they_are_of_unrounded_numbers() -> None:
    before, now = answers(11, 32, 2024), answers(17, 32)  # 34 and 53 %, but 18.75 between
    told = tables.block(
        grid("Ja", ["År", "Andel", "Skillnad|+.0pp"], {"2025": [now, now - before]})
    )
    assert cells(told)[0][1] == "+19 procentenheter"
    assert plain(told["note"]) == legends.ROUNDED
    whole = count(asked(17, 32), "ja", name="n") - count(asked(11, 32, 2024), "ja", name="n")
    assert plain(tables.block(grid("Ja", ["År", "Skillnad"], {"2025": [whole]}))["note"]) == ""


def test_without_rows_a_sentence_stands_for_picture_and_table() -> None:
    empty = count(asked(3, 9), by="ja", name="ja").only()
    for block in (tables.block(empty), figures.figure("bars", empty, "Flest ja")):
        assert plain(block["runs"]) == "Inget att redovisa under ”Antal, Svar, 2025”."


def test_only_the_first_of_several_lines_has_a_band_and_an_interval() -> None:
    lines = tuple(
        (name, (answers(k, 40, 2024), answers(k, 41))) for name, k in (("A", 9), ("B", 30))
    )
    block = figures.figure("line", uncertain(Series("Ja", lines)), "Ja")
    heads = [plain(column["header"]) for column in block["table"]["columns"]]
    assert heads == ["År", "A", tables.INTERVAL, "B"]
    assert ("band-1" in block["svg"], "band-2" in block["svg"]) == (True, False)


def test_a_hidden_share_has_no_interval_and_no_band() -> None:
    years = (hidden(answers(12, 40, 2024)), hidden(answers(30, 50)))
    block = tables.block(uncertain(Series("Ja", (("", (years[0], answers(30, 50))),))))
    assert cells(block)[0] == [".. (n = ..)", ".."]
    drawn = figures.figure("line", uncertain(Series("Ja", (("", years),))), "Ja")
    assert drawn["kind"] == "paragraph"


def test_a_trend_says_which_way_it_went_and_only_of_enough_answers() -> None:
    grown = author.trend("Andelen", [answers(12, 40, 2024), answers(30, 50)])
    assert text(grown) == "Andelen ökade: 60 % i år, 30 % året före"
    doubtful = [answers(20, 40, 2024), answers(26, 50)]
    assert text(author.trend("Andelen", doubtful)).startswith("Andelen ökade: ")
    assert text(author.trend("Andelen", doubtful, sample=True)).startswith("Andelen: 52 % i år")
    sure = author.trend("Andelen", [answers(12, 40, 2024), answers(30, 50)], sample=True)
    assert sure.startswith("Andelen ")
    assert text(sure) == text(grown)
    same = author.trend("Andelen", [answers(30, 50, 2024), answers(30, 50)])
    assert text(same) == "Andelen var oförändrad: 60 % i år, 60 % året före"
    few = author.trend("Andelen", [answers(1, 8, 2024), answers(30, 50)])
    assert text(few) == "Andelen: 60 % i år, 1 av 8 året före"
    assert text(author.trend("Andelen", [answers(30, 50)])) == "Andelen: 60 % i år"
    assert author.trend("Andelen", []) == "Andelen"
    unknown = author.trend("Andelen", [hidden(answers(12, 40, 2024)), answers(30, 50)])
    assert text(unknown) == "Andelen: 60 % i år"


def figure(value: float, target: float, higher: bool = True) -> KeyFigure:
    now, goal = constant(value, f"nu {value}", "antal"), constant(target, f"mål {target}", "antal")
    over = now - goal if higher else goal - now
    return KeyFigure((now,), goal, "minst", wording(over, "nås", "nås inte", "nås"))


def test_key_figures_say_how_many_targets_are_reached() -> None:
    told = (figure(10, 8), figure(8, 8), figure(7, 8), figure(7, 8, higher=False))
    bare = KeyFigure((constant(3, "utan mål", "antal"),))
    assert text(_title(KeyFigures("Nyckeltal", (*told, bare)))) == "3 av 4 mål nås"
    assert _title(KeyFigures("Nyckeltal", (bare,))) == TITLE


@pytest.mark.parametrize(
    ("ps", "said"),
    [
        ((0.2, 1.0), "Behov: ingen säkerställd skillnad"),
        ((0.01, 0.2), "Behov: 1 säkerställd skillnad"),
        ((0.01, 0.02, 0.05), "Behov: 2 säkerställda skillnader"),
        ((), "Behov: för få för att säkerställa en skillnad"),
    ],
)
def test_a_family_of_comparisons_says_how_many_are_established(
    ps: tuple[float, ...], said: str
) -> None:
    found = groups.established("Behov", [constant(p, f"p {p}", "p") for p in ps])
    assert text(found) == said


def test_verification_counts_wordings_by_its_own_code() -> None:
    words = [{"value": v} for v in (0, 2, 1, 2)]
    function, unit = STATISTICS["below"]
    assert function({"part": "under"}, words) == 2
    assert function({"part": "ej_under"}, words) == 2
    assert unit({}) == "antal"


def test_a_published_measure_stands_beside_the_nations() -> None:
    kpi = "U30447"
    assert parted(kpi) == ("Individ- och familjeomsorg totalt", "Få kontakt")
    assert per_cent(kpi) and not per_cent("N33850") and not per_cent("U00000")
    assert called(kpi).endswith("(U30447)")

    def cited(value: float | None) -> list[Fact]:
        return [constant(value, f"värde {value}", "kolada")] if value is not None else []

    title = comparison._published
    assert text(title(kpi, cited(80.7), cited(78.7))).startswith("Få kontakt: 80,7 procent, mer än")
    assert "mindre än" in text(title(kpi, cited(78.0), cited(78.7)))
    assert text(title(kpi, cited(78.4), None)) == "Få kontakt: 78,4 procent"
    assert title(kpi, None, cited(78.7)) == "Få kontakt, per kommun"
