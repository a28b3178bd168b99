"""A browser on the pages of the edition that the tests share, or, for `make pages`, on all
pages of the edition that lies in REPORTS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium
from tests.edition.conftest import YEAR

from . import walk

GIVEN = os.environ.get("UPPFOLJNING_SIDOR", "")  # REPORTS of a finished edition
WHOLE = os.environ.get("UPPFOLJNING_SIDOR_ALLA", "") == "1"
WIDE, NARROW, TALL = 1280, 320, 900
MODES = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]


@dataclass(frozen=True)
class Site:
    """A year's folder in REPORTS. `whole`: every page is looked at, and all of each."""

    year: Path
    whole: bool

    @property
    def chosen(self) -> list[tuple[str, Path]]:
        found = walk.pages(self.year) if self.whole else walk.sample(self.year)
        return list(walk.named(found, self.year))


def given() -> Site:
    """The finished edition that is asked about."""
    years = sorted(p for p in Path(GIVEN).resolve().glob("[0-9]*") if (p / "intern").is_dir())
    wanted = os.environ.get("UPPFOLJNING_SIDOR_AR") or (years[-1].name if years else str(YEAR))
    return Site(Path(GIVEN).resolve() / wanted, WHOLE)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Site:
    return given() if GIVEN else Site(request.getfixturevalue("edition").intern.parent, WHOLE)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each page of a finished edition is a test of its own: one hears how far it has come, and
    the processes share them."""
    if "looked_at" in metafunc.fixturenames:
        names = [name for name, _ in given().chosen] if GIVEN else ["sample"]
        metafunc.parametrize("looked_at", names)
    if "modes" in metafunc.fixturenames:
        each = [(mode,) for mode in MODES] if WHOLE else [MODES[::3]]
        metafunc.parametrize("modes", each, ids=lambda modes: "-".join(f"{w}{s}" for w, s in modes))


@pytest.fixture
def chosen(site: Site, looked_at: str) -> list[tuple[str, Path]]:
    """The pages to look at, with their names."""
    return [(looked_at, site.year / looked_at)] if GIVEN else site.chosen


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a window of its own. `opened.said`: what it has complained of;
    `opened.asked`: addresses that it has asked for."""
    contexts = []

    def page(address: Path, width: int = WIDE, height: int = TALL, **options: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        made = contexts[-1].new_page()
        listen(made, page.said, page.asked)
        made.goto(address.as_uri())
        return made

    page.said, page.asked = [], []
    yield page
    for context in contexts:
        context.close()


def listen(page: Any, said: list[str], asked: list[str]) -> None:
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
