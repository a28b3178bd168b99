"""Every chapter runs alone, from its first cell and with the parameters that it has, on a kernel
as `make lab` starts it: in its own folder, with the variables of `make lab` and no others, in a
house at its own place with an example's data where the house keeps its data.

A chapter of each sort has a plain kernel. Those of the others are forked from one process that has
imported the house's own modules: they begin in the same state (tests/run/test_fork.py)."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from pipeline.environment.variables import child_variables
from pipeline.report.blocks import MIMETYPE
from pipeline.run import forked
from pipeline.run.execute import NOTEBOOKS
from pipeline.run.forked import Forked, ForkServer, can_fork, provisioner
from pipeline.run.plan import chapters
from pipeline.run.public import tell
from pipeline.workspace import REPO, Workspace
from tests.chapters import YEAR, known_municipality, shown

BEFORE = ("00_rensa", "01_validera")  # no chapters: they make the tables
NAMES = sorted({path.stem for path in NOTEBOOKS.glob("*.ipynb")} - {*BEFORE})
# Some have numbers of their own: of a tertial, of the visits. Questions have none.
OWN, WORDS = ("tertial", "verksamhet"), ("verksamhet_fragor",)
PLAIN = ("30_resultat", "enkat", "tertial", "underlag_namnden")
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
def server(house: Path) -> Iterator[ForkServer | None]:
    """What kernels are forked from, begun in the house; where there is none they are plain."""
    if not can_fork():
        yield None
        return
    given = child_variables(Path(sys.executable), house)
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # else nothing is forked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forked, "REPO", house)
        made = ForkServer({**given, **one_thread}, house / "karnor.log")
    yield made
    made.close()


def managed(server: ForkServer, log: Path) -> type[AsyncKernelManager]:
    """The manager of kernels that are forked from it."""

    class Manager(AsyncKernelManager):
        async def _async_pre_start_kernel(self, **given: Any) -> Any:
            self.provisioner = provisioner(server, self.kernel_spec, self)
            return await super()._async_pre_start_kernel(**given)

        async def _async_launch_kernel(self, kernel_cmd: list[str], **given: Any) -> None:
            with log.open("ab") as told:
                await super()._async_launch_kernel(kernel_cmd, stderr=told, **given)
            assert isinstance(getattr(self.provisioner, "process", None), Forked)

    return Manager


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    """Every number of the chapters, run in this process."""
    workspace, _ = known_municipality()
    told = shown(workspace, YEAR, chapters(workspace, YEAR, "intern"))
    blocks = (b for one in told.values() for cell in one.cells.values() for b in cell)
    return {key: record for block in blocks for key, record in block["facts"].items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_runs_alone(
    name: str, house: Path, known: dict[str, dict[str, Any]], server: ForkServer | None
) -> None:
    folder = house / "notebooks"
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    own: dict[str, Any] = {}
    if server is not None and name not in PLAIN:
        own = {"kernel_manager_class": managed(server, house / "karnor.log")}
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=PATIENCE, startup_timeout=PATIENCE,
        resources={"metadata": {"path": str(folder)}}, **own,
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
