"""The PDF: its numbers are the document's, in order, and nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from pipeline.publish import blocks as b
from pipeline.publish import register as reg
from pipeline.publish.document import TOP, Block, Document, place
from pipeline.publish.fonts import drawable
from pipeline.publish.layout import Layout
from pipeline.publish.pdf import CHECKED
from pipeline.publish.text import clean, date_words
from pipeline.publish.typst_table import parts
from pipeline.publish.untraced import pieces as p
from pipeline.publish.untraced.allowed import Allowed
from pipeline.publish.untraced.finding import Finding, around
from pipeline.publish.untraced.pdf_text import Drawn, drawn, pdf_string
from pipeline.publish.untraced.said import Said, compare
from pipeline.publish.untraced.tokens import INVISIBLE, flat, has_number, signature_text

WHAT = "PDF-filen"
OUTLINED = TOP + 1  # the deepest heading in the table of contents
_ANNOTATIONS = re.compile(
    rb"/Subtype\s*/(FreeText|Stamp|Widget|Text|Redact|Caret|Ink|Line|Square|Circle|Polygon|PolyLine"
    rb"|Highlight|Underline|Squiggly|StrikeOut|Popup|Watermark|RichMedia|Screen|Movie|3D)\b"
)
_STRING = rb"(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)"
_ALT = re.compile(rb"/Alt\s*" + _STRING, re.DOTALL)
_SPOKEN = re.compile(rb"/(?:Contents|TU|E|ActualText)\s*" + _STRING, re.DOTALL)
# Packed bytes say anything by chance; what the pages' own streams say is read where they are drawn.
_STREAM = re.compile(rb">>\s*stream\r?\n.*?\bendstream\b", re.DOTALL)
_LINK = re.compile(r"(?:\s*[”\"](?P<heading>.*)[”\"] |[^\W\d]+, )?sida \d+", re.DOTALL)
_PAGE_LIST = re.compile(r"s\. \d+(?:, \d+)*")  # a box of its own, in the register


def untraced_in_pdf(
    pdf: bytes, document: Document, allowed: Allowed, layout: Layout = Layout.REPORT
) -> list[Finding]:
    """Where the file's numbers are not the document's. Page numbers are what the file has."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(pdf))
    pages = len(reader.pages)
    found, odd = _sorted(list(drawn(reader)), document, pages)
    headings = list(_headings(document, layout))
    marks = list(_bookmarks(reader, reader.outline, 1))
    expected = list(_before(document, layout, headings, marks))
    for block in document.blocks():
        where = place(block.notebook, block.cell_id)
        expected += [Said(text, where) for text in _block(block)]
    expected += _register(document, layout)
    odd += compare(expected, found, WHAT, _flat)
    shown = [Said(title, "bokmärken") for title, _ in marks]
    odd += compare([Said(t, "rubriker") for t in headings], shown, f"{WHAT}, bokmärken", _flat)
    return odd + _beside(pdf, reader, document, headings)


def _flat(text: str) -> str:
    return flat(drawable(text))


def _wrong(where: str, text: str, context: str) -> Finding:
    return Finding(f"{WHAT}, {where}", text[:40], context, "fel")


def _sorted(texts: list[Drawn], document: Document, pages: int) -> tuple[list[Said], list[Finding]]:
    """The running text, and what is wrong with all else."""
    meta = document.meta
    margin = (
        _signature(f"{meta.kommun} · {meta.title}{meta.edition}"),
        _signature(f"Uppgifter per {date_words(meta.per_datum)}"),
    )
    heads = "\n".join({_signature(head) for block in document.blocks() for head in _heads(block)})
    outside: dict[tuple[int, str], list[str]] = {}
    found: list[Said] = []
    odd: list[Finding] = []
    # A logo of pixels is drawn once, on the first page.
    pictures = int(meta.logo is not None and meta.logo.mime == "image/png")
    last = next((t.page for t in reversed(texts) if t.kind == "text"), 0)
    register = _register_page(texts, last)
    for text in _hyphens(texts):
        where = f"sidan {text.page}"
        if text.kind == "text":
            listed = text.page >= register and _PAGE_LIST.fullmatch(text.text)
            if listed and _on_pages(text.text, register):
                continue
            found.append(Said(text.text, where))
        elif text.kind in ("header", "footer"):
            outside.setdefault((text.page, text.kind), []).append(text.text)
        elif text.kind == "raster" and pictures and text.page == 1:
            pictures -= 1
        elif text.kind == "raster":
            odd.append(_wrong(where, "bild", "en bild utan spårbara tal"))
        elif text.kind == "unreadable":
            odd.append(_wrong(where, "text", "text som inte går att läsa ut ur filen"))
        elif text.kind == "repeated":
            if _signature(text.text) not in heads:
                odd.append(_wrong(where, text.text, "står i ett upprepat tabellhuvud"))
        elif has_number(text.text):
            odd.append(_wrong(where, text.text, "läses upp eller ritas utanför texten"))
    for (page, kind), lines in outside.items():
        number = f"{page} / {pages}" if kind == "footer" else ""
        wanted = margin[kind == "footer"] + _signature(number)
        if _signature("\n".join(lines)) != wanted:
            odd.append(_wrong(f"sidan {page}", " ".join(lines), "står i sidhuvudet eller sidfoten"))
    return found, odd


def _hyphens(texts: list[Drawn]) -> Iterator[Drawn]:
    """The texts, with each hyphen of ours as one: where the face's hyphen has also ended a line, it
    is drawn as a soft one with what it says beside it. What says aloud the very text that is drawn
    next is left out: so a break inside a long word is written."""
    said = False
    for text, after in zip_longest(texts, texts[1:]):
        drawn_next = after.text if after is not None and after.kind == "text" else None
        if text.kind == "spoken" and INVISIBLE.sub("", text.text) == drawn_next:
            continue
        if text.kind == "text" and said and text.text.startswith("\u00ad"):
            text = replace(text, text=f"-{text.text[1:]}")
        said = text.kind == "spoken" and text.text == "-"
        yield text


def _register_page(texts: list[Drawn], last: int) -> int:
    """The page on which the last chapter, the register, begins."""
    wanted = "".join(reg.TITLE.split())
    for text in reversed(texts):
        if text.kind == "text" and "".join(text.text.split()) == wanted:
            return text.page
    return last + 1


def _on_pages(listed: str, pages: int) -> bool:
    numbers = [int(n) for n in re.findall(r"\d+", listed)]
    return all(1 <= n <= pages for n in numbers) and numbers == sorted(set(numbers))


def _signature(text: str) -> str:
    return signature_text(_flat(clean(text)))


def _heads(block: Block) -> Iterator[str]:
    data = block.data["table"] if block.kind == "figure" else block.data
    if data["kind"] == "table":
        for part in parts(data):
            yield "\n".join(b.plain(data["columns"][k]["header"]) for k in part.columns)


def _before(
    document: Document, layout: Layout, headings: list[str], marks: list[tuple[str, int]]
) -> Iterator[Said]:
    """What stands before the chapters."""
    if layout is Layout.PAPER:
        return
    meta = document.meta
    date = f"Uppgifter per {date_words(meta.per_datum)}"
    for text in (meta.kommun, meta.title, meta.sektor, meta.edition, date):
        yield Said(text, "omslaget")
    if layout is Layout.REPORT:
        yield Said(CHECKED, "omslaget")
        yield Said(f"Framställd med Uppföljning {meta.version}", "omslaget")
        yield from _contents(headings, marks)


def _headings(document: Document, layout: Layout) -> Iterator[str]:
    """The headings that are bookmarks; the table of contents has them down to the register's."""
    for block in document.blocks():
        if block.kind == "heading" and block.data["level"] <= OUTLINED:
            yield b.plain(block.data["runs"])
    if layout is Layout.PAPER:
        return
    yield reg.TITLE
    for group in reg.register(document):
        yield group.title


def _contents(headings: list[str], marks: list[tuple[str, int]]) -> Iterator[Said]:
    """The table of contents; a heading's page is the one that the file's own bookmark leads to."""
    for k, text in enumerate(headings[: len(headings) - headings[::-1].index(reg.TITLE)]):
        number = marks[k][1] if k < len(marks) else 0
        yield Said(f"{text}\n{number}", "innehållsförteckningen")


def _bookmarks(reader: Any, entries: Any, depth: int) -> Iterator[tuple[str, int]]:
    for entry in entries:
        if isinstance(entry, list):
            if depth < OUTLINED - TOP + 1:
                yield from _bookmarks(reader, entry, depth + 1)
        else:
            page = reader.get_destination_page_number(entry)
            yield str(entry.title), 0 if page is None else page + 1


def _block(block: Block) -> Iterator[str]:
    yield from _data(block, block.data)


def _data(block: Block, data: b.Data) -> Iterator[str]:
    """The texts of a block in print: typst_blocks.py."""
    match data["kind"]:
        case "table":
            yield from _table(data)
        case "figure":
            yield b.plain(data["title"])
            yield b.plain(data.get("subtitle") or ())
            for _, css, text in p.drawn(data["svg"]):
                if css != "raster":
                    yield text
            yield b.plain(data.get("note") or ())
            yield from _table(data["table"])
        case "list":
            for number, item in enumerate(data["items"], start=data.get("start", 1)):
                if data.get("ordered"):
                    yield f"{number}."
                for inner in item:
                    yield from _data(block, inner)
        case "quote":
            for inner in data["blocks"]:
                yield from _data(block, inner)
        case _:
            yield b.plain(data["runs"])


def _table(data: b.Data) -> Iterator[str]:
    for number, part in enumerate(parts(data)):
        yield b.plain(data["caption"]) if number == 0 else ""
        for k in part.columns:
            yield b.plain(data["columns"][k]["header"])
        for row in data["rows"]:
            heads = [row["header"], *row["cells"]]
            for k in part.columns:
                yield b.plain(heads[k])
    yield b.plain(data.get("note") or ())


def _register(document: Document, layout: Layout) -> Iterator[Said]:
    if layout is Layout.PAPER:
        return
    yield Said(f"{reg.INTRODUCTION} {reg.PRINTED}", reg.TITLE)
    for group in reg.register(document):
        yield Said(group.title, reg.TITLE)
        for cluster in reg.clusters(group, document.meta.year):
            if cluster.title:
                head = f"{cluster.title}. {cluster.words}{_conditions(cluster.conditions)}"
                yield Said(head, f"{reg.TITLE}, {group.title}")
            for line in cluster.lines:
                yield Said(_line(line), f"{reg.TITLE}, {line.entry.name}")


def _line(line: reg.Line) -> str:
    entry = line.entry
    title = f"{line.title}." if line.title else ""
    status = f" {entry.status.capitalize()}." if entry.status else ""
    above = "; ".join(title for _, title in entry.parents)
    return (
        f"{' · '.join(entry.shown) or '–'}\n{title}\n{line.words}{status}"
        f"{_conditions(line.conditions)}{f' Bygger på {above}.' if above else ''}"
        f"{f' {line.basis}.' if line.basis else ''} {entry.id}"
    )


def _conditions(conditions: Iterable[tuple[str, str]]) -> str:
    return "".join(f" {label}: {sql}." for label, sql in conditions)


def _beside(
    pdf: bytes, reader: Any, document: Document, headings: list[str]
) -> list[Finding]:  # fmt: skip
    """What is heard or shown outside the pages' text: alt texts, notes."""
    raw = _STREAM.sub(b"", pdf) + b"".join(_packed(pdf, reader))
    odd = [
        _wrong("anteckningarna", kind.decode(), "en anteckning eller ett fält ovanpå sidan")
        for kind in sorted(set(_ANNOTATIONS.findall(raw)))
    ]
    titles = {_signature(text) for text in headings} | {""}
    for written in set(_SPOKEN.findall(raw)):
        text = pdf_string(written)
        link = _LINK.fullmatch(text)
        if has_number(text) and not (link and _signature(link["heading"] or "") in titles):
            odd.append(_wrong("det som läses upp", text, around(text, 0, 0)))
    logo = document.meta.logo
    alts = [] if logo is None else [Said(document.meta.kommun, "logotypen")]
    alts += [
        Said(b.plain(block.data["alt"]), place(block.notebook, block.cell_id))
        for block in document.blocks()
        if block.kind == "figure"
    ]
    told = [Said(pdf_string(written), "alternativtext") for written in _ALT.findall(raw)]
    return odd + compare(alts, told, f"{WHAT}, alternativtexter", _flat)


def _packed(pdf: bytes, reader: Any) -> Iterator[bytes]:
    """Objects that another program has packed into streams."""
    if b"/ObjStm" not in pdf:
        return
    for number in sorted({stream for stream, _ in reader.xref_objStm.values()}):
        yield reader.get_object(number).get_data()
