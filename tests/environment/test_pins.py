"""An environment is taken when it meets every pin of the lock, under the lock's markers."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from pipeline.environment import choose, pins

PYTEST = metadata.version("pytest")
LOCK = f"""\
# a comment
pytest=={PYTEST} \\
    --hash=sha256:aa \\
    --hash=sha256:bb
pywinpty==3.1.2 ; os_name == 'never' \\
    --hash=sha256:cc
uv==0.1.0 \\
    --hash=sha256:dd
uvloop==1.0 \\
    --hash=sha256:ee
"""


def test_entries_are_read_with_their_hashes() -> None:
    assert [pins.requirement(e) for e in pins.entries(LOCK)] == [
        f"pytest=={PYTEST}", "pywinpty==3.1.2 ; os_name == 'never'", "uv==0.1.0", "uvloop==1.0",
    ]  # fmt: skip
    assert pins.entry_of(LOCK, "uv") == "uv==0.1.0 \\\n    --hash=sha256:dd\n"


def test_what_is_missing_or_of_another_version_is_lacking_and_foreign_markers_are_not() -> None:
    assert pins.lacking(LOCK) == ["uv==0.1.0", "uvloop==1.0"]
    assert pins.lacking(f"pytest=={PYTEST} \\\n    --hash=sha256:aa\n") == []


def test_names_are_compared_as_the_index_does() -> None:
    version = metadata.version("pytest-xdist")
    assert pins.lacking(f"Pytest_XDist=={version} --hash=sha256:aa\n") == []


def test_another_python_is_asked_itself(tmp_path: Path) -> None:
    lock = tmp_path / "en låsfil.txt"
    lock.write_text(LOCK, encoding="utf-8")
    assert choose.lacking(Path(sys.executable), lock) == ["uv==0.1.0", "uvloop==1.0"]


def test_a_python_that_does_not_start_lacks_everything(tmp_path: Path) -> None:
    assert choose.lacking(tmp_path / "python", tmp_path / "lock") != []


def test_a_bare_environment_lacks_something(tmp_path: Path) -> None:
    bare = tmp_path / "bar miljö"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    lock = tmp_path / "lock"
    lock.write_text(LOCK, encoding="utf-8")
    assert choose.lacking(choose.python_of(bare), lock) == [pins.UNKNOWN]


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    assert pins.lacking("") == ["python>=3.11"]
