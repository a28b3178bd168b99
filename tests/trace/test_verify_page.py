"""A page is read as a reader of the standard library reads it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.trace.verify.page import read_page

from .verified import Edition


class Reader(HTMLParser):
    """The same page read tag by tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers: list[tuple[str, str, str, str]] = []
        self.marks: list[tuple[str, str]] = []
        self.alts: list[str] = []
        self.entries: dict[str, list[str]] = {}
        self.inside: dict[str, str] | None = None
        self.tag = self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag == "svg" and "aria-label" in given:
            self.alts.append(given["aria-label"])
        if tag == "li" and given.get("class") == "post":
            self.entries[given["id"].removeprefix("f-")] = []
        shown = tag in ("dt", "dd") or given.get("class") == "visat"
        if shown or (tag in ("data", "text") and "data-fakta" in given):
            self.inside, self.tag, self.text = given, tag, ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self.inside is None or tag != self.tag:
            return
        given, self.inside = self.inside, None
        if tag == "data":
            part = given.get("data-del") or "value"
            self.numbers.append((given["data-fakta"], part, self.text, given.get("value", "")))
        elif tag == "text":
            self.marks.append((given["data-fakta"], self.text))
        elif self.entries:
            self.entries[list(self.entries)[-1]].append(self.text)


@pytest.mark.parametrize("place", ["intern/arsrapport.html", "publik/arsrapport.html"])
def test_nothing_of_a_page_is_read_otherwise(sound: Edition, place: str):
    path = sound.intern.parent / place
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    page = read_page(path)
    assert list(page.numbers) == reader.numbers and len(reader.numbers) > 200
    assert list(page.marks) == reader.marks and reader.marks
    assert list(page.alts) == reader.alts and reader.alts
    assert page.register.keys() == reader.entries.keys()
    for key, told in page.register.items():
        first, *terms = reader.entries[key]
        assert told == {"": first, **dict(zip(terms[::2], terms[1::2], strict=True))}
    assert (page.panel is None) == (place.startswith("publik"))


@pytest.mark.parametrize(
    ("html", "numbers"),
    [
        (
            '<p><data value="5" data-fakta="a">5&nbsp;%</data></p>',
            [("a", "value", "5\u00a0%", "5")],
        ),
        ('<data data-fakta="a" data-del="n">1 <b>2</b></data>', [("a", "n", "1 2", "")]),
        ('<!-- <data data-fakta="a">5</data> --><p>', []),
        ('<script>"<data data-fakta=1>5</data>"</script>', []),
        ("<style>data[data-fakta] > p {}</style><data>5</data>", []),
        ('<p title="<data data-fakta=a>5</data>">x', []),
        ('<svg><title>a</title><data data-fakta="a">5</data></svg>', [("a", "value", "5", "")]),
    ],
)
def test_a_number_is_what_a_reader_sees(tmp_path: Path, html: str, numbers: list[object]):
    (tmp_path / "sida.html").write_text(f"<!doctype html><body>{html}", encoding="utf-8")
    assert list(read_page(tmp_path / "sida.html").numbers) == numbers


@pytest.mark.parametrize("data", [b"", "<p>å".encode("latin-1"), b"\xff\xfe<p>"])
def test_a_page_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "sida.html").write_bytes(data)
    with pytest.raises(ValueError):
        read_page(tmp_path / "sida.html")
