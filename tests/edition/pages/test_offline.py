"""The edition without a network and without scripts, in a folder whose name has blanks and Swedish
letters: all content is there, nothing is asked for and nothing complained of."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.browser import told

from .conftest import Site, listen

VIOLATIONS = """() => { window.brott = [];
  document.addEventListener("securitypolicyviolation",
    e => window.brott.push(e.violatedDirective)); }"""
LINKS = """() => [...new Set([...document.querySelectorAll("a[href]")]
  .map(a => new URL(a.getAttribute("href"), location.href).href))]
  .filter(u => u.startsWith("file:"))"""
ANCHORS = "() => [...document.querySelectorAll('[id]')].map(e => e.id)"


@pytest.fixture(scope="module")
def moved(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The year's folder by links: a copy is as large as the edition."""
    folder = tmp_path_factory.mktemp("flyttad") / "Rapport för å ä ö" / site.year.name
    try:
        shutil.copytree(site.year, folder, copy_function=os.link)
    except OSError:  # another file system
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(site.year, folder)
    return folder


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_pages_ask_for_nothing_and_break_no_policy(browser, chosen, moved, scripts):
    context = browser.new_context(java_script_enabled=scripts, offline=True)
    context.add_init_script(f"({VIOLATIONS})()")
    page, said, asked, broken = context.new_page(), [], [], []
    listen(page, said, asked)
    for name, _ in chosen:
        page.goto((moved / name).as_uri())
        assert page.locator("main").inner_text().strip(), name
        if scripts:
            broken += [f"{name}: {each}" for each in page.evaluate("window.brott")]
    context.close()
    assert said == [] and broken == []
    assert all(url.startswith((moved.as_uri(), "data:")) for url in asked)


def test_a_request_and_a_breach_are_noticed(browser, tmp_path):
    page = tmp_path / "prov.html"
    page.write_text(
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
        "<style>p { color: red }</style><main>x</main>", "utf-8",
    )  # fmt: skip
    context = browser.new_context(offline=True)
    context.add_init_script(f"({VIOLATIONS})()")
    made, said, asked = context.new_page(), [], []
    listen(made, said, asked)
    made.goto(page.as_uri())
    assert made.evaluate("window.brott") == ["style-src-elem"]
    assert any("Content Security Policy" in text for text in said)
    assert asked == [page.as_uri()]
    context.close()


def test_without_scripts_the_report_is_whole(opened, moved):
    """Its text is the same, numbers lead to the register, tables unfold, contents lead on."""
    report = moved / "publik" / "arsrapport.html"
    plain = opened(report, java_script_enabled=False)
    scripted = opened(report)
    texts = [page.locator("main").evaluate("e => e.textContent.length") for page in (scripted,)]
    assert len(plain.locator("main").text_content()) == texts[0]
    figure = plain.locator("figure").first
    assert not figure.locator("table").is_visible()
    figure.locator("summary").press("Enter")
    assert figure.locator("table").is_visible()
    number = plain.locator("main p a:has(> .fakta)").first
    target = number.get_attribute("href")
    number.press("Enter")
    assert plain.url.endswith(target)
    assert plain.locator(f'[id="{target[1:]}"] .mer').is_visible()
    chapter = plain.locator(".innehall a").last
    chapter.press("Enter")
    assert plain.url.endswith(chapter.get_attribute("href"))


def test_links_between_pages_hold_in_the_moved_folder(browser, site, moved):
    """Every address that a page gives is a file of the edition, and its anchor is there."""
    context = browser.new_context()
    page, missing = context.new_page(), []
    anchors: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    for name, _ in site.chosen:
        page.goto((moved / name).as_uri())
        links[name] = told(page, LINKS)
        anchors[page.url] = set(told(page, ANCHORS))
    context.close()
    files = {p.as_uri() for p in moved.rglob("*")}
    for name, urls in links.items():
        for url in urls:
            address, _, anchor = url.partition("#")
            there = address.rstrip("/") in files
            if not there or (anchor and anchor not in anchors.get(address, {anchor})):
                missing.append(f"{name}: {url}")
    assert not missing, "\n".join(missing)
