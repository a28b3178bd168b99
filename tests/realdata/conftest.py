"""The edition that the tests of real files read: built once a session."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .workspace import EXPORT, KOLADA, MISSING, REPO, YEAR, build


@dataclass(frozen=True, slots=True)
class Edition:
    """What `annual` left behind, and what it said."""

    processed: Path
    intern: Path
    code: int
    said: str


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "realdata: reads ../shared/realdata; skips without it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    present = EXPORT.is_file() and KOLADA.is_dir()
    for item in items:
        if item.get_closest_marker("realdata") and not present:
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """`make annual` on the workspace of the RSE survey."""
    folder = tmp_path_factory.mktemp("realdata")
    raw, processed, reports = build(folder), folder / "processed", folder / "reports"
    command = [
        sys.executable, "-m", "pipeline", "annual", "--year", str(YEAR), "--raw", str(raw),
        "--processed", str(processed), "--reports", str(reports),
    ]  # fmt: skip
    run = subprocess.run(
        command, cwd=REPO, capture_output=True, text=True, encoding="utf-8", check=False
    )
    said = run.stdout + run.stderr
    return Edition(processed / str(YEAR), reports / str(YEAR) / "intern", run.returncode, said)
