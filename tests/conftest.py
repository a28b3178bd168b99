"""Property tests draw the same cases each run; HYPOTHESIS_PROFILE=nya draws new ones. No test
makes a key in the user's own folder: the key of all of them is a file of the session.

A process takes the tests of a file at a time, those of LONGEST first: nobody then waits at the end
for a single process that began the longest last."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

_KEYS = tempfile.TemporaryDirectory(prefix="uppfoljning-nyckel-")  # removed when Python ends
_KEY = Path(_KEYS.name) / "nyckel.txt"
_KEY.touch(mode=0o600)
_KEY.write_text("5e" * 32 + "\n", encoding="utf-8")
os.environ["UPPFOLJNING_NYCKEL"] = str(_KEY)

settings.register_profile("samma", derandomize=True, deadline=None)
settings.register_profile("nya", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "samma"))

# How files' names begin. Those that begin alike run in one process: they read one build.
LONGEST = (
    "trace/test_verify", "edition/", "realdata/", "privacy/test_planted", "public/",
    "trace/test_prove",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[int, str]:
        file = item.path.relative_to(Path(__file__).parent).as_posix()
        return next(((n, b) for n, b in enumerate(LONGEST) if file.startswith(b)), (99, file))

    for item in items:
        item.add_marker(pytest.mark.xdist_group(place(item)[1]))
    items.sort(key=lambda item: place(item)[0])
