"""A Chromium for tests that use pages as people do. It waits for as long as a machine with other
things to do may take: what never comes fails all the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE = 240_000  # milliseconds; Playwright's own is 30 seconds


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, until the block ends. Skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE
        )
        launched.new_context = _patient(launched.new_context)
        launched.new_page = _patient(launched.new_page)
        yield launched


def told(page: Any, function: str) -> Any:
    """What a function gives in the page, as one text: a list of a hundred thousand comes over value
    by value otherwise."""
    return json.loads(page.evaluate(f"async () => JSON.stringify(await ({function})())"))


def _patient(opened: Callable[..., Any]) -> Callable[..., Any]:
    """A window or a page, that waits."""

    @wraps(opened)
    def made(**options: Any) -> Any:
        one = opened(**options)
        one.set_default_timeout(PATIENCE)
        return one

    return made
