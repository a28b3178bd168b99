"""A real survey and real open data: every number of their edition is verified."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.trace.verify import verify
from pipeline.workspace import REPO, Workspace
from tests.realdata.workspace import EXPORT, KOLADA, MISSING, YEAR, build


@pytest.mark.skipif(not (EXPORT.is_file() and KOLADA.is_dir()), reason=MISSING)
def test_every_number_of_the_real_survey_is_verified(tmp_path: Path):
    workspace = Workspace(build(tmp_path), tmp_path / "processed", tmp_path / "reports")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "annual", "--raw", str(workspace.raw),
         "--processed", str(workspace.processed), "--reports", str(workspace.reports)],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    verdict = verify(workspace, YEAR, workspace.reports / str(YEAR) / "intern", workspace.processed)
    assert list(verdict.lines()) == [f"verifierat {verdict.total} av {verdict.total} tal"]
    assert verdict.checked == verdict.total > 5000
