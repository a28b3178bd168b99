"""The edition that the tests of verification and disposal read: built once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.memory import Memory
from pipeline.trace.verify import Verdict, opened, pdf_text
from tests.municipality import at
from tests.shared import shared

from .verified import YEAR, Edition, build


@pytest.fixture(scope="session")
def sound() -> Edition:
    """To be read: `edition` is a copy."""
    return Edition(at(shared("liten-kommun", build)))


@pytest.fixture(scope="session")
def remembering() -> list[tuple[Any, str, Any]]:
    """What reads a file in a verification (where it stands, its name), as one that reads files with
    the very same bytes once. All that is computed from it or compared with it is done each time."""
    return [
        (opened, "read_page", _by_content(opened.read_page)),
        (pdf_text, "read_pdf", _by_content(pdf_text.read_pdf)),
    ]


def _by_content(function: Callable[[Path], Any]) -> Callable[[Path], Any]:
    made: dict[bytes, Any] = {}

    def remembering(path: Path) -> Any:
        data = path.read_bytes()
        if data not in made:
            made[data] = function(path)
        return made[data]

    return remembering


@pytest.fixture(scope="session")
def plain(sound: Edition) -> Verdict:
    """Of `sound`, with nothing remembered."""
    return sound.verified()


@pytest.fixture(scope="session")
def first(sound: Edition, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Verdict]:
    """What the build remembers that is the first to verify `sound`, and its verdict."""
    folder = tmp_path_factory.mktemp("minne") / str(YEAR)
    kept = Memory(folder)
    verdict = sound.verified(kept)
    kept.settle(sound=True, finished=True)
    return folder, verdict


@pytest.fixture
def remembered(first: tuple[Path, Verdict], tmp_path: Path) -> Callable[[], Memory]:
    """The memory of a build after that one."""

    def build() -> Memory:
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / str(YEAR)
        shutil.copytree(first[0], folder)
        return Memory(folder)

    return build


@pytest.fixture
def edition(
    sound: Edition,
    tmp_path: Path,
    remembering: list[tuple[Any, str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Edition:
    """A copy to alter."""
    for place, name, function in remembering:
        monkeypatch.setattr(place, name, function)
    return sound.copied(tmp_path)
