"""Exempelkommun's edition of 2025, built once by the command, in two folders."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.workspace import REPO, Workspace
from tests.municipality import at, run

YEAR = 2025


@dataclass(frozen=True)
class Built:
    """A workspace after `annual`, and what the command said."""

    workspace: Workspace
    said: str

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"


def build(folder: Path, seed: str = "0") -> Built:
    workspace = at(folder)
    shutil.copytree(REPO / "data" / "raw", workspace.raw)
    done = run(workspace, "annual", seed=seed)
    assert done.returncode == 0, done.stderr
    return Built(workspace, done.stdout)


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("utgava"))


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same files in a folder with another name, with another order of hashes."""
    return build(tmp_path_factory.mktemp("en annan mapp å"), seed="4711")
