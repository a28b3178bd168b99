"""The edition that the tests of verification and disposal read: built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .verified import Edition, build


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return build(tmp_path_factory.mktemp("verifieras"))


@pytest.fixture
def edition(sound: Edition, tmp_path: Path) -> Edition:
    """A copy to alter."""
    return sound.copied(tmp_path)
