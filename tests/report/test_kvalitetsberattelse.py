"""The kvalitetsberättelse and the papers: every number is the very one of the chapter it comes from
(same id), the generator's rows give the same, and a missing table leaves them whole."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pipeline.exempel import expected_tables
from pipeline.report import author, blocks
from pipeline.report.context import Context, pattern_of, planning
from pipeline.run.plan import chapters
from pipeline.run.planning import _cell
from pipeline.run.public import tell
from pipeline.workspace import REPO, Workspace
from tests.chapters import ROWS, SEED, YEAR, YEARS, known_municipality
from tests.municipality import copy

CHAPTER = "90_kvalitetsberattelse"
PAPERS = ("underlag_namnden", "underlag_ledningsgruppen")
OWN = re.compile("kvalitet_|konstant_|ord_|.*_minus_")  # counted here, or made of named facts
# How many were asked says nothing without answers, nor does a target without its result.
GOES_WITH = {"intressenter": ["utskick"], "avslut": ["riktlinjer"]}
Blocks = list[dict[str, Any]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = copy(known_municipality()[0], tmp_path_factory.mktemp("berattelse"))
    tell(made, YEAR, "intern", chapters(made, YEAR, "intern"))
    return made


def run(workspace: Workspace, notebook: str) -> Blocks:
    """The blocks that a notebook displays, its code run in this process."""
    made: Blocks = []
    here = Context(workspace, YEAR, "intern", pattern_of(workspace, YEAR, "intern"))
    with pytest.MonkeyPatch.context() as patch, planning(here):
        patch.setattr(blocks, "display", made.append)
        for module in (author, *(m for m in _modules() if hasattr(m, "display"))):
            name = "_display" if module is author else "display"
            patch.setattr(module, name, made.append)
        names: dict[str, object] = {"__name__": "__main__"}
        for cell in nbformat.read(REPO / "notebooks" / f"{notebook}.ipynb", as_version=4).cells:
            if cell.cell_type == "code":
                _cell(cell.source.replace('edition = "publik"', 'edition = "intern"'), names)
    return made


def _modules() -> list[Any]:
    from pipeline.report import action_plan, comparison

    return [action_plan, comparison]


@pytest.fixture(scope="module")
def told(workspace: Workspace) -> Blocks:
    return run(workspace, CHAPTER)


def facts(found: Blocks) -> dict[str, dict[str, Any]]:
    return {key: record for b in found for key, record in b["facts"].items()}


def text(found: Blocks) -> str:
    return "\n".join(blocks.bundle(b)["text/plain"] for b in found)


def elsewhere(workspace: Workspace) -> set[str]:
    """The ids of what the other chapters count."""
    jobs = [j for j in chapters(workspace, YEAR, "intern") if j.name != CHAPTER]
    less = Workspace(workspace.raw, workspace.processed, workspace.reports)
    tell(less, YEAR, "intern", jobs)
    path = workspace.processed / str(YEAR) / "fakta-intern.json"
    found = {r["id"] for r in json.loads(path.read_text("utf-8"))}
    tell(workspace, YEAR, "intern", chapters(workspace, YEAR, "intern"))
    return found


def test_every_number_is_that_of_a_chapter_by_its_id(workspace: Workspace, told: Blocks) -> None:
    shown, there = facts(told), elsewhere(workspace)
    new = {r["name"] for key, r in shown.items() if key not in there}
    assert {name for name in new if not OWN.match(name)} == set()
    assert len(shown) > 60 and len(shown.keys() & there) > 50
    assert {name for name in new if name.startswith("kvalitet_")} == {
        "kvalitet_sammanstallda", "kvalitet_atgarder_kvar",
    }  # fmt: skip


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_shows_nothing_that_the_report_does_not(workspace: Workspace, paper: str) -> None:
    shown = facts(run(workspace, paper))
    assert len(shown) > 10 and shown.keys() <= known(workspace)


def test_the_numbers_are_those_of_the_generators_rows(told: Blocks) -> None:
    rows = expected_tables(YEARS, ROWS, SEED)
    ended = rows["avslut", YEAR]
    every = {r["insats_id"] for r in ended}
    heard = {r["insats_id"] for r in ended if r["respondent"] or r["svarsdatum"]}
    [told_of] = [r for r in facts(told).values()
                 if r["name"] == "uppfoljda" and r["period"] == str(YEAR)]  # fmt: skip
    assert (told_of["numerator"], told_of["denominator"]) == (len(heard), len(every))
    forms = Counter(
        r["tertial"] for r in rows["sammanstallning", YEAR] if r["sammanstalld_av"] and r["datum"]
    )
    compiled = {json.loads(r["scope"])["tertial"]: r["value"] for r in facts(told).values()
                if r["name"] == "kvalitet_sammanstallda"}  # fmt: skip
    assert {t: compiled[t] for t in forms} == forms and sum(compiled.values()) == sum(
        forms.values()
    )
    waiting = sum(r["status"] in ("planerad", "pagar") for r in rows["handlingsplan", YEAR])
    [left] = [r for r in facts(told).values() if r["name"] == "kvalitet_atgarder_kvar"]
    assert left["value"] == waiting > 0


def test_it_answers_the_three_questions_for_the_sector_and_every_unit(told: Blocks) -> None:
    headings = [
        line
        for cell in nbformat.read(REPO / "notebooks" / f"{CHAPTER}.ipynb", as_version=4).cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    assert [h for h in headings if h.endswith("?")][:3] == [
        "## Hur har arbetet bedrivits?", "## Vilka åtgärder har vidtagits?",
        "## Vilka resultat har uppnåtts?",
    ]  # fmt: skip
    units = [blocks.plain(b["runs"]) for b in told if b["kind"] == "heading"]
    assert units == [
        "Familjeteamet", "Ungdomsmottagningen", "Beroendeteamet", "Relationsvåldsteamet",
    ]  # fmt: skip
    said = text(told)
    assert "Underlag saknas: Granskning av dokumentation." not in said
    assert "inte skriven" in said  # nobody has written these units' analyses


def rests_on(found: dict[str, dict[str, Any]], key: str, table: str) -> bool:
    record = found[key]
    here = json.loads(record["definition"]).get("dataset") == table
    above = json.loads(record["parents"])
    return here or f'"{table}.' in record["reads"] or any(rests_on(found, p, table) for p in above)


@pytest.mark.parametrize(
    ("table", "lacking"),
    [("avslut", "Uppföljda insatser"), ("handlingsplan", "Årets handlingsplan"),
     ("intressenter", "Synpunkter från medarbetare")],
)  # fmt: skip
def test_without_a_table_all_else_stands(
    workspace: Workspace, told: Blocks, tmp_path: Path, table: str, lacking: str
) -> None:
    less = Workspace(workspace.raw, tmp_path / "p", tmp_path / "r")
    for year in YEARS:
        shutil.copytree(workspace.processed / str(year), less.processed / str(year))
        (less.processed / str(year) / f"{table}.parquet").unlink()
    tell(less, YEAR, "intern", chapters(less, YEAR, "intern"))
    found = run(less, CHAPTER)
    was, now = facts(told), facts(found)
    gone = [table, *GOES_WITH.get(table, ())]
    counted = (key for key, record in was.items() if record["kind"] != "constant")
    kept = {key for key in counted if not any(rests_on(was, key, t) for t in gone)}
    assert sorted(was[key]["name"] for key in kept - now.keys()) == []
    assert len(kept) > 20 and all(was[key] == now[key] for key in kept)
    rest = (key for key in now if rests_on(now, key, table))
    assert not [key for key in rest if now[key]["value"] is not None]
    assert f"Underlag saknas: {lacking}" in text(found)
    for paper in PAPERS:
        assert facts(run(less, paper)).keys() <= known(less)


def known(workspace: Workspace) -> set[str]:
    path = workspace.processed / str(YEAR) / "fakta-intern.json"
    return {r["id"] for r in json.loads(path.read_text("utf-8"))}
