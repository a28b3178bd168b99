"""The edition that the tests of real files read: built once, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.workspace import Workspace
from tests.municipality import run

from .workspace import EXPORT, KOLADA, MISSING, YEAR, build


@dataclass(frozen=True, slots=True)
class Edition:
    """What `annual` left behind, and what it said."""

    workspace: Workspace
    code: int
    said: str

    @property
    def processed(self) -> Path:
        return self.workspace.processed / str(YEAR)

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    present = EXPORT.is_file() and KOLADA.is_dir()
    for item in items:
        if item.get_closest_marker("realdata") and not present:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """`make annual` on the workspace of the RSE survey."""
    workspace = build(tmp_path_factory.mktemp("realdata"))
    done = run(workspace, "annual", "--year", str(YEAR))
    return Edition(workspace, done.returncode, done.stdout + done.stderr)
