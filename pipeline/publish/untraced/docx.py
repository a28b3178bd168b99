"""The Word file: its numbers are the document's, in order, and nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from pipeline.publish import blocks as b
from pipeline.publish.document import Document, place
from pipeline.publish.docx import margins
from pipeline.publish.untraced.finding import Finding
from pipeline.publish.untraced.said import Said, compare
from pipeline.publish.untraced.tokens import flat, has_number

WHAT = "Word-filen"
BODY = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARGIN = re.compile(r"word/(header|footer)\d*\.xml")
_SPOKEN = re.compile(r"\b(?:descr|title|alt)=\"([^\"]*)\"")


def untraced_in_docx(data: bytes, document: Document) -> list[Finding]:
    """Where the file's numbers are not the document's."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    trees = {
        name: ElementTree.fromstring(content)
        for name, content in parts.items()
        if name.startswith("word/") and name.endswith(".xml")
    }
    found = [Said(text, "texten") for text in _paragraphs(trees.pop(BODY))]
    expected = [
        Said(text, place(block.notebook, block.cell_id))
        for block in document.blocks()
        for text in _texts(block.data)
    ]
    odd = compare(expected, found, WHAT)
    wanted = dict(zip(("header", "footer"), margins(document.meta), strict=True))
    for name, tree in trees.items():
        kind = _MARGIN.fullmatch(name)
        for text in _paragraphs(tree):
            if has_number(text) and not (kind and flat(text) == flat(wanted[kind[1]])):
                odd.append(_wrong(name, text))
    odd += [_wrong(name, "bild") for name in parts if name.startswith("word/media/")]
    told = {flat(text) for text in _captions(document)}
    body = parts[BODY].decode("utf-8")
    heard = [*_SPOKEN.findall(body), *_table_captions(ElementTree.fromstring(body))]
    odd += [_wrong("det som läses upp", t) for t in heard if has_number(t) and flat(t) not in told]
    return odd


def _wrong(where: str, text: str) -> Finding:
    return Finding(f"{WHAT}, {where}", text[:40], text[:60], "fel")


def _paragraphs(tree: ElementTree.Element) -> Iterator[str]:
    """The text of each paragraph, deleted and hidden text too."""
    for paragraph in tree.iter(f"{_W}p"):
        yield "".join(
            node.text or "" for node in paragraph.iter() if node.tag in (f"{_W}t", f"{_W}delText")
        )


def _table_captions(tree: ElementTree.Element) -> Iterator[str]:
    for tag in ("tblCaption", "tblDescription"):
        for node in tree.iter(f"{_W}{tag}"):
            yield node.get(f"{_W}val", "")


def _captions(document: Document) -> Iterator[str]:
    for block in document.blocks():
        for data in (block.data, *b.inner(block.data)):
            if data["kind"] == "table":
                yield b.plain(data["caption"])


def _texts(data: b.Data) -> Iterator[str]:
    """The texts of a block in the file: publish/docx.py."""
    match data["kind"]:
        case "figure":
            for key in ("title", "subtitle", "note"):
                yield b.plain(data.get(key) or ())
            yield from _texts(data["table"])
        case "list":
            for number, item in enumerate(data["items"], start=data.get("start", 1)):
                for place_, inner in enumerate(item):
                    if data.get("ordered") and place_ == 0 and inner["kind"] == "paragraph":
                        yield f"{number}."
                    yield from _texts(inner)
        case "quote":
            for inner in data["blocks"]:
                yield from _texts(inner)
        case _:
            yield from map(b.plain, b.texts(data))
