"""What the chapters of an edition ask for, taken over from an earlier build or asked again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline import memory
from pipeline.facts.dataset import codebooks, open_tables
from pipeline.facts.pattern import Pattern
from pipeline.facts.recorder import Recorder
from pipeline.memory import Memory
from pipeline.run import planning
from pipeline.run.execute import NOTEBOOKS, Job
from pipeline.run.plan import chapters
from pipeline.workspace import Workspace
from tests.chapters import known_municipality

YEAR = 2025
# A number that nobody asked for, and one more name of a number that other chapters name.
MORE = """
nya = count(data("avslut"), "nojd_kontakt = 5", name="helt_nojda_{k}", title="Helt nöjda")
say(f"Helt nöjda var {{nya}}.")
"""


def spelled(asked: Recorder) -> list[Any]:
    """All that a plan says, in order."""
    tables = [(repr(t), list(t.cells)) for t in asked.tables]
    cells = [(name, list(cells)) for name, cells in asked.chapters.items()]
    facts = [(key, fact.record()) for key, fact in asked.facts.items()]
    return [repr(tables), cells, asked.groups, facts, list(asked.told.items())]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the notebooks, to alter."""
    made = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, made, ignore=shutil.ignore_patterns(".*"))
    monkeypatch.setattr(planning, "NOTEBOOKS", made)
    return made


def edited(house: Path, job: Job, added: str) -> None:
    path = house / job.notebook
    book = json.loads(path.read_text(encoding="utf-8"))
    last = [c for c in book["cells"] if c["cell_type"] == "code"][-1]
    last["source"] = "".join(last["source"]) + added
    path.write_text(json.dumps(book), encoding="utf-8")


def jobs(w: Workspace) -> list[Job]:
    return list(chapters(w, YEAR, "publik"))


def pattern(w: Workspace) -> Pattern:
    """One that hides every other cell."""
    cells = planning.plan(w, YEAR, "publik", jobs(w), None).cells
    shown = frozenset(cell.key for cell in cells[::2])
    return Pattern(shown, open=open_tables(codebooks(w.raw), "publik"))


@pytest.mark.parametrize("hiding", [False, True], ids=["alla tal", "med mönster"])
def test_what_is_taken_over_is_what_a_plan_of_all_says(
    hiding: bool, house: Path, tmp_path: Path
) -> None:
    """Each chapter is changed in turn; what the others said before is said again in its place."""
    w = known_municipality()[0]
    chosen = pattern(w) if hiding else None
    kept = Memory(tmp_path / "minne")
    every = jobs(w)
    with memory.opened(kept):
        planning.plan(w, YEAR, "publik", every, chosen, "underlaget")
        assert len(kept.ran) == len(every)
        kept.ran.clear()
        planning.plan(w, YEAR, "publik", every, chosen, "underlaget")
        assert kept.ran == []
        for k, job in enumerate(every[:: 4 if hiding else 1]):
            edited(house, job, MORE.format(k=k) if "count" in _imports(house, job) else "\nx = 1\n")
            kept.ran.clear()
            mixed = planning.plan(w, YEAR, "publik", every, chosen, "underlaget")
            assert any(job.name in step for step, _ in kept.ran)
            assert len(kept.ran) < len(every)
            assert spelled(mixed) == spelled(planning.plan(w, YEAR, "publik", every, chosen))


def _imports(house: Path, job: Job) -> str:
    """The names that a chapter imports of the author's."""
    book = json.loads((house / job.notebook).read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    lines = [line for text in code for line in text.splitlines() if "import" in line]
    text = " ".join(lines)
    return "count" if all(name in text for name in ("count", "data", "say")) else ""


def test_a_number_that_a_later_chapter_names_is_asked_for_again(
    house: Path, tmp_path: Path
) -> None:
    """The summary of the year names what the results tell."""
    w = known_municipality()[0]
    every = jobs(w)
    kept = Memory(tmp_path / "minne")
    with memory.opened(kept):
        first = planning.plan(w, YEAR, "publik", every, None, "underlaget")
        kept.ran.clear()
        path = house / "15_uppfoljningsgrad.ipynb"
        text = path.read_text(encoding="utf-8")
        title = first.told[next(k for k, r in first.told.items() if r["name"] == "uppfoljda")]
        assert str(title["title"]) in text
        path.write_text(text.replace(str(title["title"]), "En annan rubrik"), encoding="utf-8")
        again = planning.plan(w, YEAR, "publik", every, None, "underlaget")
        ran = [step.split()[2] for step, _ in kept.ran]
        assert ran[0] == "15_uppfoljningsgrad" and len(ran) > 1
        assert spelled(again) == spelled(planning.plan(w, YEAR, "publik", every, None))
        kept.ran.clear()
        planning.plan(w, YEAR, "publik", every, None, "ett annat underlag")
        assert len(kept.ran) == len(every)
