"""The edition that the long tests of real files read: built once, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.workspace import Workspace
from tests.municipality import run

from .workspace import EXPORT, HERE, KOLADA, MISSING, YEAR, build


@dataclass(frozen=True, slots=True)
class Edition:
    """What `annual` left behind, and what it said."""

    workspace: Workspace
    code: int
    said: str

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the edition waits two minutes for it, and belongs to the long tests."""
    present = EXPORT.is_file() and KOLADA.is_dir()
    for item in items:
        if item.get_closest_marker("realdata") and not present:
            item.add_marker(pytest.mark.skip(reason=MISSING))
        if item.path.parent == HERE and "edition" in item.fixturenames:  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """`make annual` on the workspace of the RSE survey."""
    workspace = build(tmp_path_factory.mktemp("realdata"))
    done = run(workspace, "annual", "--year", str(YEAR))
    return Edition(workspace, done.returncode, done.stdout + done.stderr)
