"""An edition has one day: its chapters, tertials and papers are told the one of its manifest."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import nbformat
import pytest

from pipeline.errors import UsageError
from pipeline.report import author
from pipeline.report.context import Context, current, planning
from pipeline.run import state, tertial, underlag
from pipeline.run.execute import NOTEBOOKS
from pipeline.run.plan import chapters
from pipeline.workspace import Workspace
from tests.municipality import at

YEAR = 2025
DAY, OTHER = dt.date(2026, 3, 16), dt.date(2026, 9, 30)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = at(tmp_path)
    (made.raw / str(YEAR)).mkdir(parents=True)
    (made.processed / str(YEAR)).mkdir(parents=True)
    (made.raw / "kommun.toml").write_text(f"per_datum = {DAY}\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(("given", "told"), [(None, DAY), (OTHER, OTHER)])
def test_every_notebook_of_an_edition_is_told_its_day(
    workspace: Workspace, given: dt.date | None, told: dt.date
) -> None:
    jobs = [
        *(job for e in ("intern", "publik") for job in chapters(workspace, YEAR, e, given)),
        tertial.job(workspace, YEAR, "T1", given),
        *(job for job, _ in underlag.jobs(workspace, YEAR, workspace.reports, given)),
    ]
    assert len(jobs) > 20
    assert {job.parameters["date"] for job in jobs} == {told.isoformat()}


OPENING = sorted(p for p in NOTEBOOKS.glob("*.ipynb") if not p.name.startswith(("00_", "01_")))


@pytest.mark.parametrize("path", OPENING, ids=lambda p: p.stem)
def test_a_notebook_opens_with_the_day_that_it_is_told(path: Path) -> None:
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    [parameters] = [c.source for c in cells if "parameters" in c.metadata.get("tags", ())]
    assert 'date = ""' in parameters
    assert any("open_chapter(year=year, edition=edition, date=date)" in c.source for c in cells)


def test_an_opened_chapter_knows_the_day_also_when_it_is_planned(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in workspace.environment().items():
        monkeypatch.setenv(key, value)
    for date, told in (("", DAY), (OTHER.isoformat(), OTHER)):
        author.open_chapter(YEAR, "intern", date)
        assert current().day == told
        with planning(Context(workspace, YEAR, "intern")):
            author.open_chapter(YEAR, "intern", date)
            assert current().day == told
    with pytest.raises(UsageError, match="inget datum"):
        author.open_chapter(YEAR, "intern", "30 september")


def test_what_follows_an_edition_takes_the_day_that_it_was_built_with(
    workspace: Workspace,
) -> None:
    assert state.date_of(workspace, YEAR) is None
    for date in (OTHER, None):
        state.record_edition(workspace, YEAR, date, {})
        assert state.date_of(workspace, YEAR) == date
        key = json.loads((workspace.processed / ".tillstand" / f"{YEAR}.json").read_text("utf-8"))[
            "key"
        ]
        state.renew_edition(workspace, YEAR, key)
        assert state.date_of(workspace, YEAR) == date
