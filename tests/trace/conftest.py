"""The edition that the tests of verification and disposal read: built once."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline.trace.verify as package

from .verified import Edition, ReadOnce, build


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return build(tmp_path_factory.mktemp("verifieras"))


@pytest.fixture
def edition(sound: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edition:
    """A copy to alter."""
    monkeypatch.setattr(package, "PdfText", ReadOnce)
    return sound.copied(tmp_path)
