"""The data-quality pages: valid, accessible, self-contained, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.validation.pages import write_pages
from tests.validation.conftest import CLOSING, END, START, Municipality, Year, changed

VOID = {"meta", "link", "br", "hr", "img", "input", "rect"}


class Page(HTMLParser):
    """The elements of a page; refuses unbalanced tags."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.html = path.read_text(encoding="utf-8")
        self.feed(self.html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def year(municipality: Municipality) -> Year:
    """Failures of every severity, a duplicate, a file name that is markup in disguise."""
    closing = [END, changed(END, _0="A2", _4=7), changed(END, _0="A2", _4=7, _2="Ungdom")]
    municipality.sheet("avslut <b>&.xlsx", CLOSING, *closing, name="Svar & frågor")
    return municipality.one_year(background=[START, START, changed(START, _0="A9", _1="Okänd")])


@pytest.fixture
def folder(year: Year, tmp_path: Path) -> Path:
    write_pages(year.out, tmp_path / "sidor", "Exempelkommun", back="../index.html")
    return tmp_path / "sidor"


@pytest.fixture
def pages(folder: Path) -> dict[str, Page]:
    return {p.name: Page(p) for p in folder.glob("*.html")}


def test_a_page_for_the_year_and_one_for_each_table(pages: dict[str, Page]) -> None:
    assert sorted(pages) == ["avslut.html", "bakgrund.html", "index.html"]
    index = pages["index.html"].words
    assert "Av 6 inlästa rader räknas 4, 1 ligger i karantän tills den är rättad" in index
    assert "och 1 är en dubblett" in index


def test_pages_are_in_swedish_with_headings_in_order(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert page.all("html") == [{"lang": "sv"}]
        assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


def test_tables_have_captions_and_headers_with_scope(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert len(page.all("caption")) == len(page.all("table")) > 0
        assert {h.get("scope") for h in page.all("th")} == {"col", "row"}
        assert all(c.get("data-rubrik") for c in page.all("td"))


def test_pages_load_nothing_and_allow_nothing(pages: dict[str, Page]) -> None:
    for page in pages.values():
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "img", "link", "iframe", "form", "object"}
        assert not re.search(r"https?:|//[a-z]|url\(|@import|\son\w+=|\sstyle=", page.html)
        [policy] = [
            str(m["content"])
            for m in page.all("meta")
            if m.get("http-equiv") == "Content-Security-Policy"
        ]
        style = re.search(r"<style>(.*?)</style>", page.html, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert policy.startswith("default-src 'none'; ")
        assert f"style-src 'sha256-{digest}';" in policy


def test_every_link_leads_somewhere(pages: dict[str, Page], folder: Path) -> None:
    ids = {name: Counter(str(a["id"]) for _, a in p.tags if "id" in a) for name, p in pages.items()}
    assert all(max(c.values()) == 1 for c in ids.values())
    for name, page in pages.items():
        for a in page.all("a"):
            file, _, anchor = str(a["href"]).partition("#")
            if file == "../index.html":
                continue
            assert (folder / (file or name)).is_file()
            assert not anchor or anchor in ids[file or name]


def test_failed_checks_lead_to_cells_by_address(pages: dict[str, Page]) -> None:
    page = pages["avslut.html"]
    assert {"class": "fel", "href": "#avslut-nojd_kontakt-olaslig"} in page.all("a")
    assert "avslut <b>&.xlsx, blad Svar & frågor: E3, E4" in page.words
    assert "◆ Cellen räknas som tom" in page.words


def test_names_cannot_become_markup(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert not page.all("b")
    assert "avslut &lt;b&gt;&amp;.xlsx" in pages["index.html"].html


def test_equal_content_gives_equal_bytes(year: Year, folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "igen"
    write_pages(year.out, again, "Exempelkommun", back="../index.html")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


def test_a_typeface_may_be_embedded_and_the_policy_allows_it(year: Year, tmp_path: Path) -> None:
    face = '@font-face{font-family:"Source Sans Pro";src:local("x")}'
    write_pages(year.out, tmp_path / "med", font_face=face)
    html = (tmp_path / "med/index.html").read_text(encoding="utf-8")
    assert face in html and "font-src data:" in html


def test_a_clean_year_says_so(municipality: Municipality, tmp_path: Path) -> None:
    year = municipality.one_year([END])
    write_pages(year.out, tmp_path / "ren")
    words = Page(tmp_path / "ren/index.html").words
    assert "Ingenting: alla uppgifter klarade kontrollerna." in words
    assert "Alla kontroller klarades." in words


def test_long_lists_of_cells_are_cut_and_the_rest_counted(
    municipality: Municipality, tmp_path: Path
) -> None:
    rows: list[Any] = [changed(END, _0=f"Z{i}", _4=9 - i % 2 * 5) for i in range(420)]
    year = municipality.one_year(rows)
    write_pages(year.out, tmp_path / "manga")
    words = Page(tmp_path / "manga/avslut.html").words
    assert "E400" in words and "E402" not in words
    assert "… och 10 celler till i listan." in words
