"""Every chapter runs alone, from its first cell and with the parameters that it has, on a plain
kernel as `make lab` starts it: in its own folder, with the variables of `make lab` and no others,
in a house at its own place with an example's data where the house keeps its data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from pipeline.environment.variables import child_variables
from pipeline.report.blocks import MIMETYPE
from pipeline.run.execute import NOTEBOOKS
from pipeline.run.plan import chapters
from pipeline.run.public import tell
from pipeline.workspace import REPO, Workspace
from tests.chapters import YEAR, known_municipality, shown

BEFORE = ("00_rensa", "01_validera")  # no chapters: they make the tables
NAMES = sorted({path.stem for path in NOTEBOOKS.glob("*.ipynb")} - {*BEFORE})
# Some have numbers of their own: of a tertial, of the visits. Questions have none.
OWN, WORDS = ("tertial", "verksamhet"), ("verksamhet_fragor",)
SAME = ("value", "n", "numerator", "denominator")
PATIENCE = 600  # seconds, for a cell and for a kernel: the machine may have other things to do


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, its notebooks and rules, and the known municipality's tables."""
    root = tmp_path_factory.mktemp("hus")
    for name in ("pipeline", "notebooks", "expectations"):
        shutil.copytree(REPO / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    workspace, _ = known_municipality()
    shutil.copytree(workspace.raw, root / "data" / "raw")
    shutil.copytree(workspace.processed, root / "data" / "processed")
    made = Workspace(*(root / p for p in ("data/raw", "data/processed", "reports")))
    # What `make annual` leaves for chapters that name the numbers of others.
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        tell(made, YEAR, "intern", chapters(made, YEAR, "intern"))
    return root


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    """Every number of the chapters, run in this process."""
    workspace, _ = known_municipality()
    told = shown(workspace, YEAR, chapters(workspace, YEAR, "intern"))
    blocks = (b for one in told.values() for cell in one.cells.values() for b in cell)
    return {key: record for block in blocks for key, record in block["facts"].items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_runs_alone_on_a_plain_kernel(
    name: str, house: Path, known: dict[str, dict[str, Any]]
) -> None:
    folder = house / "notebooks"
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=PATIENCE, startup_timeout=PATIENCE,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    client.execute(env=child_variables(Path(sys.executable), house))
    facts = [fact for fact in _facts(notebook) if fact["status"] == "ok"]
    assert facts or name in WORDS
    same = [fact for fact in facts if fact["id"] in known]
    assert [f for f in same if any(f[part] != known[f["id"]][part] for part in SAME)] == []
    assert len(same) == len(facts) or name in OWN


def _facts(notebook: nbformat.NotebookNode) -> Iterator[dict[str, Any]]:
    for cell in (c for c in notebook.cells if c.cell_type == "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            yield from data.get(MIMETYPE, {}).get("facts", {}).values()
            assert MIMETYPE not in data or data["text/html"]
