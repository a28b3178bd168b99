"""Exempelkommun's edition of 2025, built once by the command, in two folders."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.run.reproduce import TWO, Circumstances
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


def build(parent: Path, under: Circumstances) -> Built:
    workspace = at(parent / under.folder)
    shutil.copytree(REPO / "data" / "raw", workspace.raw, copy_function=shutil.copyfile)
    (parent / "hem").mkdir()
    done = run(workspace, "annual", env=under.variables(parent / "hem"), umask=under.umask)
    assert done.returncode == 0, done.stderr
    return Built(workspace, done.stdout)


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("utgava"), TWO[0])


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same files under circumstances that may not matter: another folder, time zone, locale,
    order of hashes, number of kernels, umask and home."""
    return build(tmp_path_factory.mktemp("igen"), TWO[1])
