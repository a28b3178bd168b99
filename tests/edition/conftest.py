"""Exempelkommun's edition of 2025, built once by the command, in two folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.workspace import REPO, Workspace

YEAR = 2025


@dataclass(frozen=True)
class Built:
    """A workspace after `annual`, and what the command said."""

    workspace: Workspace
    said: str

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"


def run(workspace: Workspace, *verb: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """`python -m pipeline …` on a workspace, as make calls it."""
    place = ["--raw", str(workspace.raw), "--processed", str(workspace.processed)]
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *verb, *place, "--reports", str(workspace.reports)],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip


def build(folder: Path, seed: str = "0") -> Built:
    workspace = Workspace(folder / "raw", folder / "processed", folder / "reports")
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
