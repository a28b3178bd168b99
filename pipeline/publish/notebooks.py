"""Executed notebooks for reviewers: as files without traces of the machine, and as pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from traitlets import Unicode

from pipeline.memory import remembered
from pipeline.publish import blocks as b
from pipeline.publish import dataframe, normal
from pipeline.publish.document import SILENT, Block, Document, cell_data, cells, collect
from pipeline.publish.exporter import PageExporter
from pipeline.publish.html_blocks import HtmlBlocks, esc
from pipeline.publish.text import clean

_FORMATTER = HtmlFormatter(nowrap=True, classprefix="p-")
_PICTURES = ("image/png", "image/jpeg")
LABELS = {"injected-parameters": "Parametrar för körningen", "parameters": "Förvalda parametrar",
          "remove": "Visas inte i rapporten"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell as the page shows it. `report` is the anchor of its first block there."""

    id: str
    label: str
    code: Markup
    body: Markup
    report: str


class NotebookHTMLExporter(PageExporter):
    """Executed notebook → page. `resources`: `document`, `name`, `report` (the page it is part
    of, "" without a link), `facts` (ids that the report's register has), `up` (address and title
    of the page above) and `placed` (its blocks stand in `report`, not only its numbers)."""

    template_file = Unicode("notebook.html.j2")
    sheets = ("bas.css", "notebook.css")

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        document: Document = given["document"]
        name: str = given["name"]
        given = {"report": "", "facts": frozenset(), "up": None, "placed": True, **given}
        writer = HtmlBlocks(given["report"], given["facts"])
        if name not in (chapter.name for chapter in document.chapters):
            # Cleaning and validation: read by reviewers, no chapter of the report.
            document = collect({name: notebook}, document.meta)
            given["report"] = ""
        title = next((c.title for c in document.chapters if c.name == name), name)
        return super().prepare(notebook, given) | {
            "meta": document.meta,
            "up": given["up"]
            or ("../index.html", f"{document.meta.title}, {document.meta.kommun}"),
            "title": title,
            "cells": list(_views(notebook, name, document, writer)),
        }


def render(
    notebook: NotebookNode, name: str, document: Document, *, report: str = "",
    facts: frozenset[str] = frozenset(), characters: str = "",
    up: tuple[str, str] | None = None, placed: bool = True,
) -> str:  # fmt: skip
    """The notebook's page. `characters`: to embed beside its own; the rest as the exporter has
    it."""
    text = _spelled(notebook)
    # All that it has of the other chapters: where its blocks stand in the report, and which of its
    # numbers the register has.
    own = [
        (block.id, block.cell_id, block.data.get("level"), block.data.get("anchor"))
        for block in document.blocks()
        if block.notebook == name
    ]
    titled = [chapter.title for chapter in document.chapters if chapter.name == name]
    known = sorted(facts.intersection(_ID.findall(text)))
    key = [text, name, repr(document.meta), repr((own, titled)), report, repr(known), characters,
           repr((up, placed))]  # fmt: skip

    def made() -> bytes:
        page = NotebookHTMLExporter().render(
            notebook, document=document, name=name, report=report, facts=facts,
            characters=characters, up=up, placed=placed,
        )  # fmt: skip
        return page.encode("utf-8", "surrogatepass")

    return remembered("anteckningsbokens sida", [__name__], key, made).decode(
        "utf-8", "surrogatepass"
    )


_ID = re.compile(r"[0-9a-f]{16}")  # of a fact


def titles(document: Document, others: Mapping[str, NotebookNode]) -> dict[str, str]:
    """Notebook → title, for the report's chapters and the notebooks beside it."""
    beside = [collect({name: notebook}, document.meta) for name, notebook in others.items()]
    return {c.name: c.title for d in (*beside, document) for c in d.chapters}


def written(notebook: NotebookNode) -> str:
    """The normalised notebook's file."""

    def made() -> bytes:
        return normal.written(notebook).encode("utf-8", "surrogatepass")

    return remembered("anteckningsbokens fil", [__name__], [_spelled(notebook)], made).decode(
        "utf-8", "surrogatepass"
    )


def _spelled(notebook: NotebookNode) -> str:
    """All of a notebook, as what is made of it is found by."""
    return json.dumps(notebook, sort_keys=True)


def _views(
    notebook: NotebookNode, name: str, document: Document, writer: HtmlBlocks
) -> Iterator[CellView]:
    shown: dict[str, list[Block]] = {}
    for block in document.blocks():
        if block.notebook == name:
            shown.setdefault(block.cell_id, []).append(block)
    for cell_id, cell in cells(notebook):
        blocks = shown.get(cell_id, [])
        if SILENT & set(cell.metadata.get("tags", ())):
            blocks = _silent(name, cell_id, cell)
        code = clean(cell.source) if cell.cell_type == "code" else ""
        yield CellView(
            cell_id,
            next((LABELS[tag] for tag in cell.metadata.get("tags", ()) if tag in LABELS), ""),
            Markup(highlight(code, PythonLexer(), _FORMATTER).rstrip("\n")) if code else Markup(),
            _body(cell, blocks, writer),
            blocks[0].id if shown.get(cell_id) else "",
        )


def _silent(name: str, cell_id: str, cell: NotebookNode) -> list[Block]:
    """Blocks that the report leaves out; their headings are bold here, to keep the outline."""
    made = []
    for k, data in enumerate(cell_data(name, cell_id, cell)):
        kind = data["kind"]
        if kind == "heading":
            runs = [{"strong": data["runs"]}]
            data = {"kind": "paragraph", "runs": runs, "facts": data.get("facts", {})}
        made.append(Block(data["kind"], data, name, cell_id, "", f"b-{cell_id}-{k}"))
    return made


def _body(cell: NotebookNode, blocks: list[Block], writer: HtmlBlocks) -> Markup:
    """Text or outputs, in order; a display of ours is shown as in the report."""
    if cell.cell_type == "markdown":
        return Markup("\n").join(map(writer.block, blocks))
    if cell.cell_type != "code":
        return Markup(f"<pre>{esc(cell.source)}</pre>")
    rest = iter(blocks)
    pieces = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if b.MIMETYPE in data:
            pieces.append(str(writer.block(next(rest))))
        else:
            pieces.append(_plain(output, data))
    # A heading made for a chapter that has none belongs to no output.
    return Markup("\n".join(piece for piece in pieces if piece))


def _plain(output: NotebookNode, data: Mapping[str, Any]) -> str:
    for kind in _PICTURES:
        if kind in data:
            source = "".join(str(data[kind]).split())
            return f'<img alt="Bild ur cellen" src="data:{kind};base64,{esc(source)}">'
    table = dataframe.rows(str(data.get("text/html", "")))
    if table is not None:
        return _table(table)
    text = output.get("text") or data.get("text/plain", "")
    if output.output_type == "error":  # a traceback would show the machine's paths
        text = f"{output.ename}: {output.evalue}"
    if not text:
        return ""
    return (
        f'<pre class="utskrift" role="group" tabindex="0" aria-label="Utskrift">{esc(text)}</pre>'
    )


def _table(rows: dataframe.Rows) -> str:
    head = "".join(f'<th scope="col">{esc(t)}</th>' if t else "<td></td>" for t in rows[0])
    body = "".join(
        f'<tr><th scope="row">{esc(first)}</th>'
        + "".join(f"<td>{esc(t)}</td>" for t in rest)
        + "</tr>"
        for first, *rest in rows[1:]
    )
    return (
        '<div class="tabell"><div class="rulle" role="group" tabindex="0" aria-label="Tabell">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )
