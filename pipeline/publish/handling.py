"""A document of its own (*handling*): a letter, the plan, a protocol. One page on screen and a PDF,
from the same blocks. It has a head with what every document that goes out must say, no register
and no trace panel: it holds what people have decided and the calendar follows from, no facts."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.logotyp import Logotyp
from pipeline.publish import blocks as b
from pipeline.publish import typst_blocks
from pipeline.publish.document import Block, Meta
from pipeline.publish.exporter import PageExporter
from pipeline.publish.html_blocks import HtmlBlocks
from pipeline.publish.pdf import ReportTypstExporter, compile_pdf
from pipeline.publish.text import slug


@dataclass(frozen=True, slots=True)
class Handling:
    """`head`: label and text of each line under the title; `stamp`: what the running head says;
    `day`: the day that the document bears; `back`: where its page leads, address and text."""

    title: str
    kommun: str
    sektor: str
    day: dt.date
    stamp: str
    head: Sequence[tuple[str, str]]
    blocks: Sequence[b.Data]
    back: tuple[str, str] | None = None
    wide: bool = False
    logo: Logotyp | None = None

    def __deepcopy__(self, _: object) -> Handling:
        return self  # frozen; nbconvert copies its resources at every step


class HandlingHTMLExporter(PageExporter):
    template_file = Unicode("handling.html.j2")
    sheets = ("bas.css", "rapport.css", "handling.css")

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        one: Handling = given["handling"]
        writer = HtmlBlocks()
        body = Markup("\n").join(writer.block(block) for block in _numbered(one.blocks))
        return super().prepare(notebook, given) | {"handling": one, "body": body}


class HandlingTypstExporter(ReportTypstExporter):
    template_file = Unicode("handling.typ.j2")

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        one: Handling = given["handling"]
        # The title is the first level of all: what follows stands one below it.
        body = typst_blocks.flow(_below(block) for block in _numbered(one.blocks))
        meta = Meta(one.kommun, one.sektor, one.day.year, one.day, "", one.stamp, one.title,
                    one.logo)  # fmt: skip
        return {
            "attachment": None, "handling": one, "meta": meta, "body": body
        }  # fmt: skip


def page(one: Handling) -> str:
    """The document as a page."""
    return HandlingHTMLExporter().render(handling=one)


def printed(one: Handling) -> bytes:
    """The document as PDF/A-3a and PDF/UA-1, dated by its day."""
    with tempfile.TemporaryDirectory() as folder:
        source = HandlingTypstExporter().render(handling=one)
        return compile_pdf(source, Path(folder), one.day, one.logo)


def write(one: Handling, folder: Path, name: str) -> bytes:
    """Write page and PDF; returns the PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    made = printed(one)
    (folder / f"{name}.html").write_text(page(one), encoding="utf-8", newline="\n")
    (folder / f"{name}.pdf").write_bytes(made)
    return made


def heading(text: str) -> b.Data:
    return {"kind": "heading", "level": 2, "runs": [text]}


def paragraph(text: str, style: str = "body") -> b.Data:
    return {"kind": "paragraph", "runs": [text], "style": style}


def points(texts: Sequence[str]) -> b.Data:
    """A list of sentences that hold what people have written."""
    items = [[{"kind": "paragraph", "runs": [{"quoted": t}], "style": "body"}] for t in texts]
    return {"kind": "list", "ordered": False, "start": 1, "items": items}


def table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> b.Data:
    """A table of texts: what people have written, and days that follow from it."""
    return {
        "kind": "table",
        "caption": [caption],
        "columns": [{"header": [h], "align": "left"} for h in headers],
        "rows": [
            {"header": [{"quoted": first}], "cells": [[{"quoted": c}] for c in rest]}
            for first, *rest in rows
        ],
    }


def _numbered(blocks: Sequence[b.Data]) -> list[Block]:
    made: list[Block] = []
    taken: set[str] = set()
    for number, data in enumerate(blocks, 1):
        b.check(data, "Handlingen")
        anchor = f"b-{number}"
        if data["kind"] == "heading":
            wanted = slug(b.plain(data["runs"])) or anchor
            anchor = wanted if wanted not in taken | {"rapport"} else f"{wanted}-{number}"
            data = {**data, "anchor": anchor}
        taken.add(anchor)
        made.append(Block(data["kind"], data, "handling", str(number), "", anchor))
    return made


def _below(block: Block) -> Block:
    if block.kind != "heading":
        return block
    data = {**block.data, "level": block.data["level"] + 1}
    return Block(block.kind, data, block.notebook, block.cell_id, "", block.id)
