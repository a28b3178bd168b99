"""Whether ledger, executed notebooks, HTML and PDF say the same, occurrence by occurrence."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.trace.verify.docx_text import DocxText
from pipeline.trace.verify.edition import (
    Notebook,
    Shown,
    Unit,
    squeezed,
)
from pipeline.trace.verify.page import Page, same_digits
from pipeline.trace.verify.pdf_text import PdfText
from pipeline.trace.verify.verdict import Difference

Record = Mapping[str, Any]
_LABELS = {"name", "title"}  # what a number is called: a second name does not change it
_ITEM = re.compile(r"^\d+\.(?=\D)")  # the number of an item in a list
_TELLING = 25  # characters of a line that is hardly said twice
_AHEAD = 4000  # characters of the PDF in which a text that does not come at once is looked for


def registered(book: Notebook, occurrences: Sequence[Record]) -> list[Shown]:
    """A notebook's occurrences with the texts that forekomster.parquet has for them."""
    mine = [o for o in occurrences if o["notebook"] == book.name]
    if len(mine) != len(book.shown):
        return book.shown
    return [
        replace(s, fact=o["fact"], part=o["part"], text=o["text"])
        for s, o in zip(book.shown, mine, strict=True)
    ]


class Shows:
    """Compares what is shown, and knows the facts' names."""

    def __init__(self, facts: Mapping[str, Record]) -> None:
        self._facts = facts

    def _difference(
        self, group: str, where: str, what: str, fact: str, shown: str = "", wanted: str = ""
    ) -> Difference:
        r = self._facts.get(fact, {})
        return Difference(
            group, where, what, shown, wanted,
            str(r.get("name", "okänt faktum")), str(r.get("scope", "")), fact,
        )  # fmt: skip

    def notebooks(
        self, books: Sequence[Notebook], occurrences: Sequence[Record]
    ) -> Iterator[Difference]:
        """Each notebook's occurrences and records against the two ledger files."""
        for book in books:
            where = f"notebooks/{book.name}.ipynb"
            mine = [o for o in occurrences if o["notebook"] == book.name]
            if len(mine) != len(book.shown):
                what = f"{len(book.shown)} tal visas, registret har {len(mine)}"
                yield Difference("block", where, what)
            for shown, o in zip(book.shown, mine, strict=False):
                there = (shown.fact, shown.part, shown.text, shown.cell, shown.source)
                told = (o["fact"], o["part"], o["text"], o["cell_id"], o["source_sha256"])
                if there != told:
                    what = "texten skiljer" if there[2] != told[2] else "platsen skiljer"
                    yield self._difference("block", where, what, o["fact"], shown.text, o["text"])
                    if len(mine) != len(book.shown):
                        break
            told_of: set[tuple[str, str]] = set()
            for key, record in book.records:
                known = self._facts.get(key)
                if known is None:
                    if (key, "") not in told_of:
                        yield self._difference("block", where, "står inte i registret", key)
                    told_of.add((key, ""))
                    continue
                for k in sorted({*known, *record} - _LABELS):
                    if known.get(k) != record.get(k) and (key, k) not in told_of:
                        told_of.add((key, k))
                        yield self._difference(
                            "block", where, f"{k} skiljer", key, str(record.get(k)),
                            str(known.get(k)),
                        )  # fmt: skip
        gone = {o["notebook"] for o in occurrences} - {b.name for b in books}
        for name in sorted(gone):
            yield Difference("block", f"notebooks/{name}.ipynb", "anteckningsboken saknas")

    def page(self, page: Page | None, where: str, wanted: Sequence[Shown]) -> Iterator[Difference]:
        """The numbers of a page, in order: in text, in pictures, in alternative texts. None: it
        cannot be read."""
        if page is None:
            yield Difference("html", where, "filen går inte att läsa")
            return
        texts = [s for s in wanted if s.role == "text"]
        if len(page.numbers) != len(texts):
            what = f"{len(page.numbers)} tal i texten, registret har {len(texts)}"
            yield Difference("html", where, what)
        for (fact, part, text, value), s in zip(page.numbers, texts, strict=False):
            if (fact, part, text) != (s.fact, s.part, s.text):
                yield self._difference("html", where, "talet skiljer", s.fact, text, s.text)
                if len(page.numbers) != len(texts):
                    break  # one has gone or come: the rest would differ for that reason alone
            elif not same_digits(text, value):
                yield self._difference("html", where, "value skiljer", s.fact, value, text)
        yield from self._pictures(page, where, wanted)

    def _pictures(self, page: Page, where: str, wanted: Sequence[Shown]) -> Iterator[Difference]:
        marks = Counter((s.fact, s.text) for s in wanted if s.role == "mark")
        seen = Counter((f, t.removeprefix("n = ")) for f, t in page.marks)
        for fact, text in (marks - seen).elements():
            others = ", ".join(t for f, t in (seen - marks) if f == fact)
            yield self._difference("html", where, "talet i diagrammet skiljer", fact, others, text)
        for fact, text in (seen - marks).elements():
            if not any(f == fact for f, _ in marks - seen):
                yield self._difference("html", where, "talet i diagrammet skiljer", fact, text)
        told, at = "\n".join(page.alts), 0
        for s in (s for s in wanted if s.role == "alt"):
            found = _find_number(told, s.text, at)
            if found < 0:
                yield self._difference("html", where, "alt-texten skiljer", s.fact, "", s.text)
            else:
                at = found

    def pdf(self, pages: PdfText, books: Iterable[Notebook]) -> Iterator[Difference]:
        """Every line that shows a number stands in the PDF, in order.

        A line that a page or a column breaks is looked for number by number just ahead. What is not
        there may stand farther on, after contents, prose or chapters without sources: then the
        last prose before it tells where, or its own line, of what stands once in all that follows.
        """
        try:
            text, at, prose = _Text(pages.pages()), 0, list[str]()
            for unit in (u for b in books for u in b.units):
                role = unit.shown[0].role if unit.shown else "prose"
                line = squeezed(unit.text)
                telling = len(line) >= _TELLING
                if role == "prose" and telling:
                    prose.append(line)
                if role in ("alt", "prose"):
                    continue
                found, missing = self._near(text, at, unit, pages.name)
                if missing:
                    # Only now is the whole document read, and only what passed since the last find.
                    start = max([at, *(text.only(p, at) for p in prose)])
                    if start > at:
                        found, missing = self._near(text, start, unit, pages.name)
                        at = at if missing else start
                if missing and telling and role == "text":
                    found = text.only(line, at)
                if found >= 0:
                    at, prose = found + len(line), []
                else:
                    yield from missing
        except ValueError:
            yield Difference("pdf", pages.name, "filen går inte att läsa som PDF")

    def _near(self, text: _Text, at: int, unit: Unit, where: str) -> tuple[int, list[Difference]]:
        """The place of a unit's line just ahead, and without it what is missing of its numbers."""
        mark = any(s.role == "mark" for s in unit.shown)
        found = -1 if mark else text.find(squeezed(unit.text), at)
        return found, [] if found >= 0 else list(self._pieces(text, at, unit, where))

    def _pieces(self, text: _Text, at: int, unit: Unit, where: str) -> Iterator[Difference]:
        ahead = text.ahead(at)
        for s in unit.shown:
            if _find_number(ahead, " ".join(s.text.split()), 0) < 0:
                line = " ".join(unit.text.split())
                there = line if len(line) <= 60 else line[:59] + "…"
                yield self._difference("pdf", where, f"”{there}” saknas", s.fact, "", s.text)

    def word(self, file: DocxText, books: Iterable[Notebook]) -> Iterator[Difference]:
        """Every line that shows a number is a paragraph of the Word file, in order: no page breaks
        them. It has no pictures."""
        try:
            lines = [squeezed(line) for line in file.lines()]
        except ValueError:
            yield Difference("pdf", file.name, "filen går inte att läsa")
            return
        at = 0
        for unit in (u for b in books for u in b.units if u.shown and u.shown[0].role == "text"):
            wanted = squeezed(unit.text)
            found = (i for i, line in enumerate(lines[at:], at) if _ITEM.sub("", line) == wanted)
            if (place := next(found, -1)) >= 0:
                at = place + 1
                continue
            there = " ".join(unit.text.split())[:60]
            for s in unit.shown:
                what = f"”{there}” saknas"
                yield self._difference("pdf", file.name, what, s.fact, "", s.text)


class _Text:
    """The PDF's text, read page by page as far as it is needed. Places are counted in it without
    blanks, since lines break where they like."""

    def __init__(self, pages: Iterator[str]) -> None:
        self._pages = pages
        self._tight: list[str] = []  # of each page, without blanks
        self._wide: list[str] = []  # of each page, words apart
        self._joined = ""

    def _read_to(self, end: int) -> None:
        while len(self._joined) < end and (page := next(self._pages, None)) is not None:
            self._tight.append(squeezed(page))
            self._wide.append(" ".join(page.split()))
            self._joined += self._tight[-1]

    def find(self, line: str, at: int) -> int:
        """The place of a line just ahead; −1 where it is not there."""
        end = at + _AHEAD + len(line)
        self._read_to(end)
        return self._joined.find(line, at, end)

    def only(self, line: str, at: int) -> int:
        """The place of a line that stands once in all that follows; −1 else."""
        self._read_to(sys.maxsize)
        found = self._joined.find(line, at)
        return found if self._joined.find(line, found + 1) < 0 else -1

    def ahead(self, at: int) -> str:
        """The words of the pages just ahead, that of the place itself included."""
        self._read_to(at + 2 * _AHEAD)
        start, chosen = 0, list[str]()
        for tight, wide in zip(self._tight, self._wide, strict=True):
            if start + len(tight) > at and start < at + 2 * _AHEAD:
                # On the place's own page only what follows it, as nearly as words can tell.
                skipped = max(at - start, 0) if not chosen else 0
                chosen.append(wide[_widened(wide, skipped) :])
            start += len(tight)
        return " ".join(chosen)


def _widened(wide: str, count: int) -> int:
    """The place in a text with blanks after so many characters that are none."""
    for place, character in enumerate(wide):
        if not count:
            return place
        count -= character != " "
    return len(wide)


def _find_number(text: str, number: str, at: int) -> int:
    """The end of a number standing by itself (no digit before or after); −1 if there is none."""
    before = r"(?<!\d)(?<!\d,)" if number[:1].isdigit() else ""
    after = r"(?!\d)(?!,\d)" if number[-1:].isdigit() else ""
    found = re.compile(before + re.escape(number) + after).search(text, at)
    return found.end() if found else -1
