"""The block document: what an edition says, before anyone has decided how it looks."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

from pipeline import markdown
from pipeline.errors import UppfoljningError
from pipeline.logotyp import Logotyp
from pipeline.publish import blocks as b
from pipeline.publish.text import slug
from pipeline.report.legends import LEGENDS

# Cells that the machinery or the author keeps out of the report.
SILENT = frozenset({"parameters", "injected-parameters", "remove"})
TOP, DEEPEST = 2, 6  # the page's title is level 1
RESERVED = frozenset({"innehall", "faktaregister"})  # the page's own places


@dataclass(frozen=True, slots=True)
class Meta:
    """What the cover says."""

    kommun: str
    sektor: str
    year: int
    per_datum: dt.date
    version: str
    edition: str = "Intern utgåva för granskning"
    name: str = "Årsrapport"
    logo: Logotyp | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        return f"{self.name} {self.year}"


@dataclass(frozen=True, slots=True)
class Block:
    """One block and the cell that made it. `id` is its anchor in the page."""

    kind: str
    data: b.Data
    notebook: str
    cell_id: str
    source_sha256: str
    id: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One notebook's part. `blocks[0]` is its heading, at level 2, and no other is so high."""

    name: str
    title: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    meta: Meta
    chapters: tuple[Chapter, ...]

    def blocks(self) -> Iterator[Block]:
        for chapter in self.chapters:
            yield from chapter.blocks

    def __deepcopy__(self, _: object) -> Document:
        return self  # frozen; nbconvert copies its resources at every step


def collect(notebooks: Mapping[str, NotebookNode], meta: Meta) -> Document:
    """The document of these executed notebooks (name → notebook), in this order.

    A notebook that shows nothing gives no chapter. Raises UppfoljningError, naming notebook and
    cell, for Markdown or a block that cannot be rendered and for a link that leads nowhere.
    """
    anchors = _Anchors()
    chapters = []
    for name, notebook in notebooks.items():
        found = [block for cell in cells(notebook) for block in _cell_blocks(name, *cell)]
        if found:
            chapters.append(_chapter(name, found, anchors))
    document = Document(meta, tuple(chapters))
    _check_links(document)
    return document


def cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """(id, cell) in order. papermill's own cell gets a random id; here it has a fixed one."""
    for number, cell in enumerate(notebook.cells):
        injected = "injected-parameters" in cell.metadata.get("tags", ())
        yield "injected-parameters" if injected else cell.get("id", f"nr{number}"), cell


def place(notebook: str, cell_id: str) -> str:
    """Where something stands, for a message."""
    return f"Kapitlet {notebook}, cell {cell_id}"


def displayed(cell: NotebookNode) -> Iterator[b.Data]:
    """The blocks that a code cell displays."""
    for output in cell.get("outputs", ()):
        if b.MIMETYPE in output.get("data", {}):
            yield output.data[b.MIMETYPE]


def cell_data(notebook: str, cell_id: str, cell: NotebookNode) -> list[b.Data]:
    """The checked blocks of one cell, whatever its tags."""
    where = place(notebook, cell_id)
    found: list[b.Data] = []
    if cell.cell_type == "markdown":
        found = list(markdown.blocks(cell.source, where))
    elif cell.cell_type == "code":
        found = list(displayed(cell))
    for data in found:
        b.check(data, where)
    return found


def _cell_blocks(notebook: str, cell_id: str, cell: NotebookNode) -> list[Block]:
    if SILENT & set(cell.metadata.get("tags", ())):
        return []
    source = hashlib.sha256(cell.source.encode("utf-8", "replace")).hexdigest()
    prefix = f"b-{_stem(notebook)}-{cell_id}"
    return [
        Block(data["kind"], _page_level(data, cell), notebook, cell_id, source, f"{prefix}-{k}")
        for k, data in enumerate(cell_data(notebook, cell_id, cell), start=1)
    ]


def _page_level(data: b.Data, cell: NotebookNode) -> b.Data:
    """Markdown's # is the chapter's title, which stands one level below the page's."""
    if data["kind"] == "heading" and cell.cell_type == "markdown":
        return {**data, "level": data["level"] + 1}
    return data


def _stem(name: str) -> str:
    """`10_sammanstallning` → `sammanstallning`: anchors survive a new order of chapters."""
    return slug(re.sub(r"^\d+[_-]", "", name)) or slug(name) or "kapitel"


class _Anchors:
    """Gives each anchor once."""

    def __init__(self) -> None:
        self.taken = set(RESERVED)

    def give(self, wanted: str) -> str:
        base = f"rubrik-{wanted}" if re.match(r"[fb]-|cell-", wanted) else wanted
        anchor, number = base, 1
        while anchor in self.taken:
            number += 1
            anchor = f"{base}-{number}"
        self.taken.add(anchor)
        return anchor


def _chapter(name: str, found: list[Block], anchors: _Anchors) -> Chapter:
    stem = _stem(name)
    first = next((block for block in found if block.kind == "heading"), None)
    if first is None:
        words = stem.replace("-", " ").capitalize()
        data = {"kind": "heading", "level": TOP, "runs": [words], "facts": {}}
        one = found[0]
        first = Block("heading", data, name, one.cell_id, one.source_sha256, f"{one.id}-rubrik")
    rest = [block for block in found if block is not first]
    chapter_anchor = anchors.give(stem)
    shift, above = TOP - first.data["level"], TOP
    done = [_heading(first, TOP, chapter_anchor)]
    for block in rest:
        if block.kind == "heading":
            # No level is skipped, and none is as high as the chapter's own.
            above = min(max(block.data["level"] + shift, TOP + 1), above + 1, DEEPEST)
            fixed = "".join(run for run in block.data["runs"] if isinstance(run, str))
            given = block.data.get("anchor") or f"{stem}-{slug(fixed) or 'avsnitt'}"
            block = _heading(block, above, anchors.give(slug(given) or stem))
        done.append(block)
    title = b.plain(first.data["runs"]).strip()
    return Chapter(name, title, chapter_anchor, tuple(_told_once(done)))


def _told_once(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; what a sign means is told by the first note of a section, and not again."""
    told: set[str] = set()
    for block in blocks:
        if block.kind == "heading":
            told.clear()
        note = block.data.get("note", ())
        if has := [x for x in LEGENDS if any(isinstance(run, str) and x in run for run in note)]:
            left = [_without(run, told) for run in note]
            block = replace(block, data={**block.data, "note": [run for run in left if run]})
            told.update(has)
        yield block


def _without(run: b.Run, sentences: Iterable[str]) -> b.Run:
    if isinstance(run, str):
        for said in sentences:
            run = run.replace(f" {said}", "").removeprefix(f"{said} ").removeprefix(said)
    return run


def _heading(block: Block, level: int, anchor: str) -> Block:
    data: dict[str, Any] = {**block.data, "level": level, "anchor": anchor}
    return replace(block, data=data, id=anchor)


def _check_links(document: Document) -> None:
    anchors = {block.data["anchor"] for block in document.blocks() if block.kind == "heading"}
    anchors |= RESERVED
    for block in document.blocks():
        for runs in b.texts(block.data):
            for url in b.links(runs):
                if url.startswith("#") and url[1:] not in anchors:
                    raise UppfoljningError(
                        f"{place(block.notebook, block.cell_id)}: länken ”{url}” leder till en "
                        "rubrik som inte finns i rapporten."
                    )
