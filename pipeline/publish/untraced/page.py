"""The HTML: its numbers are the document's, in order, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser

from pipeline.memory import remembered_value
from pipeline.publish.document import Document
from pipeline.publish.text import as_written
from pipeline.publish.untraced import said
from pipeline.publish.untraced.allowed import Allowed
from pipeline.publish.untraced.finding import Finding
from pipeline.publish.untraced.said import Said, agrees, compare, lines
from pipeline.publish.untraced.tokens import flat, has_number

WHAT = "Webbsidan"
# What a reader never meets as text. The trace panel's data lies in scripts.
UNSEEN = frozenset({"script", "template"})
SPOKEN = frozenset(
    "aria-label aria-description aria-roledescription aria-valuetext aria-valuenow aria-placeholder"
    " alt title placeholder label summary".split()
)
RASTER = frozenset("img picture canvas image object embed iframe video foreignobject".split())
VALUED = frozenset({"input", "meter", "progress", "option", "button"})
_GENERATED = re.compile(r"content\s*:\s*(?!\s*none)[^;}]*[\d\\][^;}]*|counter\([^)]*\)")
_BEGINS = re.compile(r'^<section class="kapitel|^<h3 id="faktaregister-', re.MULTILINE)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")


def untraced_in_html(html: str, document: Document, allowed: Allowed) -> list[Finding]:
    """Where the page's numbers are not the document's. `allowed` matters to the document only:
    what it lets through there must stand here as well."""
    logo = document.meta.logo
    address = logo.address if logo is not None else ""
    expected, read = list(said.page(document)), list(_parts(html, address))
    found = [finding for part in read for finding in part.findings]
    if not agrees(expected, "".join(part.flat for part in read)):
        found += compare(expected, _reader(html, address).said, WHAT)
    return found + _facts(document, [fact for part in read for fact in part.facts])


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the page, read: what it says made flat, the elements that show facts, what no page
    may have, and whether what follows is read the same without it."""

    flat: str
    facts: list[tuple[str, str, str, str]]
    findings: list[Finding]
    ended: bool


def _parts(html: str, logo: str) -> Iterator[_Part]:
    """The page read in parts, each of chapters or of groups of the register: what was read before
    is not read again."""
    starts = [match.start() for match in _BEGINS.finditer(html)]
    begun = 0
    for end in [*starts, len(html)]:
        part = html[begun:end]
        read = remembered_value(
            "läsningen av sidan", [__name__], [part, logo], partial(_read, part, logo)
        )
        if read.ended or end == len(html):
            yield read
            begun = end


def _read(html: str, logo: str) -> _Part:
    reader = _reader(html, logo)
    return _Part(flat(lines(reader.said)), reader.facts, reader.findings, reader.ended)


def _reader(html: str, logo: str) -> _Reader:
    reader = _Reader(logo)
    reader.feed(html)
    reader.close()
    return reader


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code < 0x110000 else ""


def _facts(document: Document, found: list[tuple[str, str, str, str]]) -> list[Finding]:
    """Each number's element holds what the chapter showed, and belongs to the same fact."""
    expected = list(said.occurrences(document))
    for (fact, part, text, where), (key, its, shown, value) in zip(expected, found, strict=False):
        if (fact, part, text) != (key, its, shown):
            context = f"visar faktum {key}, {its}; kapitlet visar {text}, faktum {fact}, {part}"
            return [Finding(f"{WHAT}, {where}", shown, context, "fel")]
        if value != as_written(text):
            context = f'value="{value}" i ett element som visar {text}'
            return [Finding(f"{WHAT}, {where}", value, context, "fel")]
    if len(expected) != len(found):
        context = f"{len(found)} tal med faktum på sidan, {len(expected)} i kapitlen"
        return [Finding(WHAT, str(len(found)), context, "fel")]
    return []


class _Reader(HTMLParser):
    """What is read or heard, in order; the elements that show facts; what no page may have."""

    def __init__(self, logo: str) -> None:
        super().__init__(convert_charrefs=True)
        self._logo = logo  # the one picture from outside, which holds no text
        self.said: list[Said] = []
        self.facts: list[tuple[str, str, str, str]] = []
        self.findings: list[Finding] = []
        self._place = ""
        self._unseen = 0
        self._style = False
        self._fact: tuple[str, str, str] | None = None
        self._text: list[str] = []

    ended = False  # outside of all that decides how what follows is read

    def close(self) -> None:
        inside = self._unseen or self._style or self._fact is not None or self.cdata_elem
        self.ended = not inside and "<" not in self.rawdata
        super().close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        self._style = tag == "style"
        for key, value in attrs:
            if value is None:
                continue
            if key == "id":
                self._place = f"#{value}"
            elif (key in SPOKEN or (key == "value" and tag in VALUED)) and not self._unseen:
                self.said.append(Said(value, f"{self._place} ({key})"))
            elif key == "style":
                self._css(value)
            elif tag == "meta" and key == "content":
                self._meta(dict(attrs))
        if tag in RASTER and not (
            tag == "img" and self._logo and dict(attrs).get("src") == self._logo
        ):
            self.findings.append(
                Finding(f"{WHAT}, {self._place}", f"<{tag}>", "en bild utan spårbara tal", "fel")
            )
        given = dict(attrs)
        if tag == "data":
            self._fact = (
                given.get("data-fakta") or "", given.get("data-del") or "value",
                given.get("value") or "",
            )  # fmt: skip
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        self._style = False
        if tag == "data" and self._fact is not None:
            key, part, value = self._fact
            self.facts.append((key, part, "".join(self._text), value))
            self._fact = None

    def handle_data(self, data: str) -> None:
        if self._style:
            self._css(data)
        elif not self._unseen:
            if not data.isspace():
                self.said.append(Said(data, self._place))
            if self._fact is not None:
                self._text.append(data)

    def _meta(self, given: dict[str, str | None]) -> None:
        """What search engines and shares show of the page."""
        name = given.get("name") or given.get("property") or ""
        if name in ("description", "author", "keywords") or ":" in name:
            self.said.append(Said(given.get("content") or "", f"meta {name}"))

    def _css(self, css: str) -> None:
        """A style sheet can write on the page too."""
        for match in _GENERATED.finditer(css):
            if has_number(_ESCAPED.sub(_character, match[0])) or "counter" in match[0]:
                why = "text som läggs till av formatmallen"
                self.findings.append(Finding(f"{WHAT}, formatmallen", match[0][:40], why, "fel"))
