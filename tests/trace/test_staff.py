"""Of what staff have answered, small numbers are hidden inside too, and no row is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.facts.dataset import codebooks, open_tables
from pipeline.facts.measure import count
from pipeline.facts.pattern import CountCell, Pattern, path
from pipeline.publish.panel.lineage import trace_all
from pipeline.report import author
from pipeline.report.context import pattern_of
from pipeline.trace.lineage import STAFF, dependents, source_cells, trace_fact
from pipeline.trace.show import fact_text

from . import world
from .world import YEAR, World


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small municipality, its survey answered by staff."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "SURVEY", {**world.SURVEY, "protects": "staff"})
        return world.build(tmp_path_factory.mktemp("personal"), lambda data: [
            count(data("enkat"), "betyg = 3", name="treor"),
            count(data("bakgrund"), "enhet = 'norr'", name="norr"),
        ])  # fmt: skip


def test_a_number_of_staff_has_no_cells_and_says_why(staffed: World):
    w, fact = staffed.workspace, staffed.facts["treor"].id
    answer = trace_fact(w, YEAR, fact)
    assert (answer["cells"], answer["cells_total"], answer["withheld"]) == ([], 0, STAFF)
    assert source_cells(w, YEAR, fact) == []
    assert STAFF in fact_text(answer, YEAR)
    other = trace_fact(w, YEAR, staffed.facts["norr"].id)
    assert other["cells_total"] > 0 and other["withheld"] == ""


def test_a_cell_that_staff_answered_in_is_not_shown(staffed: World):
    with pytest.raises(UsageError, match="Svar från medarbetare"):
        dependents(staffed.workspace, YEAR, "enkat.csv!B2")


def test_the_panel_holds_no_row_of_staff(staffed: World):
    records = [f.record() for f in staffed.facts.values()]
    held = trace_all(staffed.workspace, YEAR, records)
    fact = staffed.facts["treor"].id
    assert not held.cells[fact] and held.totals[fact] == 0 and held.withheld == {fact: STAFF}
    assert {s.file for s in held.sources} == {"bakgrund.xlsx"}


def test_the_internal_edition_hides_staffs_numbers_until_a_pattern_shows_them(staffed: World):
    w = staffed.workspace
    codebooks.cache_clear()
    pattern = pattern_of(w, YEAR, "intern")
    assert pattern == Pattern(open=open_tables(codebooks(w.raw), "intern"))
    assert "enkat" not in pattern.open and "bakgrund" in pattern.open
    cell = CountCell("enkat", 0, "betyg = 3")
    decided = Pattern(frozenset([cell.key]), {}, pattern.open)
    place: Path = path(w.processed, YEAR, "intern")
    place.write_text(decided.to_json(), encoding="utf-8")
    try:
        with pytest.MonkeyPatch.context() as patch:
            for key, value in w.environment().items():
                patch.setenv(key, value)
            author.open_chapter(YEAR, "intern")
            data = author.data("enkat")
            told = [count(data, "betyg = 3").value, count(data, "betyg = 2").status]
            assert told == [1, "dold"]
            assert count(author.data("bakgrund")).value == 2
    finally:
        place.unlink()
    assert json.loads(decided.to_json())["shown"] == [cell.key]
