"""The documents about a visit: its report and the questions for the working group, each a page, a
PDF and a notebook. A ledger lies beside them, of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.facts.visits import DRAFT, FINAL, Visit
from pipeline.publish import html, ledger, notebooks, pdf
from pipeline.publish.document import Document, Meta, collect
from pipeline.publish.exporter import PageExporter
from pipeline.publish.layout import Layout
from pipeline.publish.panel.lineage import Lineage
from pipeline.publish.tertial import NOTEBOOKS, Compiled, only, page_of

REPORT, QUESTIONS = "rapport", "fragor"
SOURCES: Mapping[str, str] = {REPORT: "verksamhet", QUESTIONS: "verksamhet_fragor"}  # notebooks
PRINTED: Mapping[str, Layout] = {REPORT: Layout.COMPACT, QUESTIONS: Layout.PAPER}
SENT: Mapping[str, str] = {DRAFT: "utkast", FINAL: "slutlig"}  # version → its copies' name
TITLES: Mapping[str, str] = {
    REPORT: "Verksamhetsuppföljning", QUESTIONS: "Frågor till arbetsgruppen",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A document on the page that leads to the visits: its address and what it is; `others`: the
    same of its other kinds."""

    href: str
    text: str
    others: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit on that page. `day`: of the visit, or empty; `state`: how far its report has come."""

    name: str
    unit: str
    day: str
    state: str
    links: Sequence[Link]


EXPORTERS: Mapping[Layout, type[pdf.ReportTypstExporter]] = {
    Layout.COMPACT: pdf.CompactTypstExporter, Layout.PAPER: pdf.PaperTypstExporter,
}  # fmt: skip


class VisitsExporter(PageExporter):
    """The page that leads to every visit of the year."""

    template_file = Unicode("verksamhet.html.j2")
    sheets = ("bas.css", "rapport.css", "index.css")


def apart(executed: Mapping[str, NotebookNode], visit: str) -> dict[str, NotebookNode]:
    """The notebooks (document → executed for all visits) as they would be of one visit alone."""
    return {name: only(whole, visit, "besok") for name, whole in executed.items()}


def titled(meta: Meta, visit: Visit, document: str, stamp: str) -> Meta:
    """What the cover of a document says. `stamp`: which version it is."""
    number = f", dnr {visit.plan['dnr']}" if visit.plan["dnr"] else ""
    return replace(
        meta, name=f"{TITLES[document]}, {visit.unit}", sektor=f"Besök {visit.id}{number}",
        edition=stamp,
    )  # fmt: skip


def publish(
    parts: Mapping[str, NotebookNode],
    metas: Mapping[str, Meta],
    out: Path,
    lineage: Lineage,
    characters: str,
) -> list[Compiled]:
    """Write a visit's documents into `out`. `metas`: document → what its cover says; `lineage`: of
    every number in them; `characters`: to embed beside their own."""
    (out / NOTEBOOKS).mkdir(parents=True)
    ledger.write_ledger(collect(parts, metas[REPORT]), out)
    made = []
    for name, notebook in parts.items():
        own = collect({name: notebook}, metas[name])
        page = page_of(own, notebook, lineage, characters)
        printed = pdf.render(own, exporter=EXPORTERS[PRINTED[name]])
        facts = frozenset(record["id"] for record in ledger.facts(own))
        rendered = notebooks.render(
            notebook,
            name,
            own,
            report=f"../{name}.html",
            facts=facts,
            characters=characters,
            up=("../../index.html", "Verksamhetsuppföljning"),
        )
        _write(out / f"{name}.html", page)
        (out / f"{name}.pdf").write_bytes(printed)
        _write(out / NOTEBOOKS / f"{name}.html", rendered)
        _write(out / NOTEBOOKS / f"{name}.ipynb", notebooks.written(notebook))
        made.append(Compiled(name, metas[name].name, own, page, printed))
    return made


def sent(document: Document, characters: str) -> tuple[str, bytes]:
    """A report as it goes to the unit: page and PDF, without the trace panel, whose cells and
    files are the house's own."""
    return html.render(document, "", characters, None), pdf.render(
        document, exporter=pdf.CompactTypstExporter
    )


def write_index(out: Path, meta: Meta, visits: Sequence[Entry], common: Sequence[Link]) -> None:
    """The page with links to every visit's documents. `common`: files about all of them."""
    page = VisitsExporter().render(meta=meta, visits=visits, common=common)
    _write(out / "index.html", page)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
