"""The edition that the tests of verification and disposal read: built once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.trace.verify import register, shown
from pipeline.trace.verify.edition import Page
from pipeline.trace.verify.pdf_text import PdfText
from tests.municipality import at
from tests.shared import shared

from .verified import Edition, build


@pytest.fixture(scope="session")
def sound() -> Edition:
    """To be read: `edition` is a copy."""
    return Edition(at(shared("liten-kommun", build)))


@pytest.fixture(scope="session")
def remembering() -> list[tuple[Any, str, Any]]:
    """What reads a file in a verification (where it stands, its name), as one that reads files with
    the very same bytes once. All that is computed from it or compared with it is done each time."""
    pages, pdfs = shown.read_page, PdfText.pages
    entries = register._entries
    read = _by_content(pages)
    known: dict[bytes, list[str]] = {}

    def read_pdf(pdf: PdfText) -> Iterator[str]:
        data = pdf._path.read_bytes() if pdf._path.is_file() else b""
        if data not in known:
            try:
                known[data] = list(pdfs(pdf))
            except ValueError:  # as far as it can be read, each time
                yield from pdfs(pdf)
                return
        yield from known[data]

    return [
        (shown, "read_page", read), (PdfText, "pages", read_pdf),
        (register, "_entries", cache(entries)),
    ]  # fmt: skip


def _by_content(function: Callable[[Path], Page]) -> Callable[[Path], Page]:
    made: dict[bytes, Any] = {}

    def remembering(path: Path) -> Page:
        data = path.read_bytes()
        if data not in made:
            made[data] = function(path)
        return made[data]

    return remembering


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
