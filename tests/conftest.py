"""Property tests draw the same cases each run; HYPOTHESIS_PROFILE=nya draws new ones. No test
makes a key in the user's own folder: the key of all of them is a file of the session.

A process takes the tests of a file at a time, those of LONGEST first: nobody then waits at the end
for a single process that began the longest last."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

import pipeline  # noqa: F401  before openpyxl, which it tells how to write
from tests.kernels import lasting_kernels  # noqa: F401  a fixture for those that ask for it
from tests.shared import run_begins

_KEYS = tempfile.TemporaryDirectory(prefix="uppfoljning-nyckel-")  # removed when Python ends
_KEY = Path(_KEYS.name) / "nyckel.txt"
_KEY.touch(mode=0o600)
_KEY.write_text("5e" * 32 + "\n", encoding="utf-8")
os.environ["UPPFOLJNING_NYCKEL"] = str(_KEY)

settings.register_profile("samma", derandomize=True, deadline=None)
settings.register_profile("nya", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "samma"))

# How files' names begin. Those that begin alike run in one process: they share a browser. Two that
# read one build that takes minutes (tests/shared.py) are not neighbours: the later would wait.
LONGEST = (
    "tests/trace/test_verify_altered", "tests/privacy/test_planted", "tests/edition/test_edition.",
    "tests/exempel/test_chapters_left", "tests/run/test_taken_over", "tests/edition/pages/",
    "tests/trace/test_prove.", "tests/exempel/test_chapters_alone",
    "tests/trace/test_verify_disposal", "tests/run/test_fork", "tests/public/test_leaks",
    "tests/public/test_whole_way", "tests/realdata/test_drafted", "tests/verksamhet/test_versions",
    "tests/exempel/test_chapters_truth",
)  # fmt: skip


def _place(nodeid: str) -> tuple[int, str]:
    """Among LONGEST (the others after them), and the name of those that it runs together with."""
    file = nodeid.partition("::")[0]
    alike = ((n, name) for n, name in enumerate(LONGEST) if file.startswith(name))
    return next(alike, (len(LONGEST), file))


class _Together(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _place(nodeid)[1]


def pytest_configure(config: pytest.Config) -> None:
    """The run's own folder, until its first process ends."""
    if (folder := run_begins()) is not None:
        config.add_cleanup(folder.cleanup)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together | None:
    """None: xdist's own, where another way of dividing is asked for (`make pages`)."""
    return _Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.nodeid)[0])
