"""The documents of a tertial: a unit's page, PDF and form each, and the sector's, out of the one
notebook that made them all. A ledger and the notebooks, one a document, lie beside them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.forms.codebook import Codebook, slug
from pipeline.publish import blocks as b
from pipeline.publish import html, ledger, notebooks, pdf
from pipeline.publish.document import Document, Meta, cells, collect
from pipeline.publish.exporter import PageExporter
from pipeline.publish.panel.data import NO_NOTES, panel_data
from pipeline.publish.panel.lineage import Lineage
from pipeline.publish.tertial_form import workbook
from pipeline.report.blocks import PART
from pipeline.report.tertial import SECTOR

NAME = "tertial"  # of the notebook that makes all documents
NOTEBOOKS = "notebooks"
WHOLE = 1_000_000_000  # bytes of lineage in a page: a document lies alone, without files beside it
Trace = Callable[[Sequence[b.Data]], Lineage]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One document as it was written; `name` is its file's, without extension."""

    name: str
    label: str
    document: Document
    page: str
    printed: bytes


class TertialIndexExporter(PageExporter):
    """The page that leads to every document of the year's tertials."""

    template_file = Unicode("tertial.html.j2")
    sheets = ("bas.css", "rapport.css", "index.css")


def only(notebook: NotebookNode, part: str, parameter: str = "enhet") -> NotebookNode:
    """The notebook as it would be if it had been run for one document alone: its `parameter` set,
    and without what belongs to the others."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        tags = cell.metadata.get("tags", ())
        if "injected-parameters" in tags:
            cell.source = cell.source.replace(f'{parameter} = ""', f'{parameter} = "{part}"')
        if cell.cell_type == "code":
            kept = (o for o in cell.outputs if o.get("metadata", {}).get(PART, part) == part)
            cell.outputs = [_unmarked(o) for o in kept]
    return made


def publish(
    executed: Path,
    meta: Meta,
    tertial: str,
    units: Mapping[str, str],
    out: Path,
    trace: Trace,
    form: Codebook,
) -> list[Compiled]:
    """Write the documents of a tertial into `out`. `executed`: the notebook that was run for all
    `units` (code → name, the sector last); `trace` gives the lineage of ledger rows; `form`: the
    codebook of what the head of unit completes."""
    whole = nbformat.read(executed, as_version=4)
    names = {unit: slug(unit) for unit in units}
    apart = {names[unit]: only(whole, unit) for unit in units}
    document = collect(apart, meta)
    (out / NOTEBOOKS).mkdir(parents=True)
    ledger.write_ledger(document, out)
    lineage = trace(ledger.facts(document))
    characters = "".join(sorted(set(nbformat.writes(whole) + repr(meta) + "".join(units.values()))))
    made = []
    for unit, label in units.items():
        name, notebook = names[unit], apart[names[unit]]
        own = collect({name: notebook}, titled(meta, tertial, label))
        page = page_of(own, notebook, lineage, characters)
        printed = pdf.render(own, exporter=pdf.CompactTypstExporter)
        _write(out / f"{name}.html", page)
        (out / f"{name}.pdf").write_bytes(printed)
        asked = None if unit == SECTOR else form
        filled = {"ar": meta.year, "tertial": tertial, "enhet": label, "version": stamp(meta)}
        (out / f"{name}.xlsx").write_bytes(workbook(own, asked, filled))
        facts = frozenset(record["id"] for record in ledger.facts(own))
        rendered = notebooks.render(
            notebook,
            name,
            own,
            report=f"../{name}.html",
            facts=facts,
            characters=characters,
            up=("../../index.html", "Tertialsammanställningar"),
        )
        _write(out / NOTEBOOKS / f"{name}.html", rendered)
        _write(out / NOTEBOOKS / f"{name}.ipynb", notebooks.written(notebook))
        made.append(Compiled(name, label, own, page, printed))
    return made


def titled(meta: Meta, tertial: str, label: str) -> Meta:
    """What the cover of a document says."""
    return replace(meta, name=f"Tertialsammanställning {tertial}, {label}")


def page_of(
    document: Document,
    notebook: NotebookNode,
    lineage: Lineage,
    characters: str,
    notes: Mapping[str, str] = NO_NOTES,
) -> str:
    """The page of a document of one notebook, with its trace panel. `notes`: fact → what is said
    in the place of its status."""
    name = document.chapters[0].name
    code = {(name, key): cell.source for key, cell in cells(notebook)}
    panel = panel_data(document, lineage, code, limit=WHOLE, notes=notes)
    return html.render(document, f"{NOTEBOOKS}/", characters + panel.inline, panel)


def stamp(meta: Meta) -> str:
    """Which version of the program made a document, and which day it tells of."""
    return f"Uppföljning {meta.version}, uppgifter per {meta.per_datum.isoformat()}"


def write_index(
    out: Path, meta: Meta, units: Mapping[str, str], forms: Mapping[str, Mapping[str, str]]
) -> None:
    """The page with links to every document. `forms`: T1 → unit's code → how its form stands, in
    a sentence; the sector has none."""
    rows = {
        t: [(slug(u), n, told.get(u, "")) for u, n in units.items()] for t, told in forms.items()
    }
    _write(out / "index.html", TertialIndexExporter().render(meta=meta, tertials=rows))


def _unmarked(output: NotebookNode) -> NotebookNode:
    output.get("metadata", {}).pop(PART, None)
    return output


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
