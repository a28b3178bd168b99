"""Exempelkommun's edition of 2025, built once by the command; for the long tests twice, in two
folders, with nothing to take over."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.run.reproduce import TWO, Circumstances
from pipeline.workspace import REPO, Workspace
from tests.municipality import at, committed, run
from tests.shared import shared

YEAR = 2025


@dataclass(frozen=True)
class Built:
    """A workspace after `annual`, and what the command said."""

    workspace: Workspace
    said: str

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"


def build(parent: Path, under: Circumstances, cold: bool = False) -> Built:
    workspace = at(parent / under.folder)
    if cold:
        shutil.copytree(REPO / "data" / "raw", workspace.raw, copy_function=shutil.copyfile)
    else:
        committed(parent / under.folder)
    (parent / "hem").mkdir()
    done = run(workspace, "annual", env=under.variables(parent / "hem"), umask=under.umask)
    assert done.returncode == 0, done.stderr
    return Built(workspace, done.stdout)


SAID = "sagt.txt"  # what the command said


@pytest.fixture(scope="session")
def edition() -> Built:
    """To be read: all the processes of a run share it."""

    def make(folder: Path) -> None:
        (folder / SAID).write_text(build(folder, TWO[0]).said, encoding="utf-8")

    made = shared("utgavan", make)
    return Built(at(made / TWO[0].folder), (made / SAID).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    """The same files under circumstances that may not matter: another folder, time zone, locale,
    order of hashes, number of kernels, umask and home."""
    return [build(tmp_path_factory.mktemp("igen"), under, cold=True) for under in TWO]
