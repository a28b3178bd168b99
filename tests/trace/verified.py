"""A small Exempelkommun of two years, built by the commands and verified."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline import memory
from pipeline.memory import Memory
from pipeline.trace.verify import Verdict, verify
from pipeline.workspace import Workspace
from tests import municipality

from . import disposing

YEAR = 2025


@dataclass(frozen=True)
class Edition:
    workspace: Workspace

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"

    @property
    def public(self) -> Path:
        return self.workspace.reports / str(YEAR) / "publik"

    def verified(self, kept: Memory | None = None) -> Verdict:
        """`kept`: what a build remembers that verifies it."""
        with memory.opened(kept):
            return verify(self.workspace, YEAR, self.intern, self.workspace.processed)

    def run(self, *verb: str) -> subprocess.CompletedProcess[str]:
        return municipality.run(self.workspace, *verb)

    def copied(self, folder: Path) -> Edition:
        return Edition(municipality.copy(self.workspace, folder))


def build(folder: Path, seed: str = "0") -> Edition:
    """With texts in it that a disposal is to destroy. `seed`: of the order of hashes."""
    made = Edition(municipality.at(folder))
    years = ["--year", "2024", "--year", str(YEAR), "--rows", "40"]
    for verb in (["exempel", *years], ["annual", "--year", str(YEAR)]):
        done = municipality.run(made.workspace, *verb, env={"PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stderr
        if verb[0] == "exempel":
            disposing.plant(made.workspace.raw)
    return made
