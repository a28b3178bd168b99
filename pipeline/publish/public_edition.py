"""The public edition: `publik/`, which holds only what may leave, and what it was made from,
`intern/publik/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from traitlets import Unicode

from pipeline.publish import accessibility, archive, html, ledger, notebooks, pdf, public
from pipeline.publish.accessibility import Statement
from pipeline.publish.contents import following
from pipeline.publish.document import Document, Meta, collect
from pipeline.publish.edition import INDEX, NOTEBOOKS, PDF, REPORT, Meanwhile
from pipeline.publish.exporter import PageExporter
from pipeline.publish.manifest import write_public_manifest

FOLDER = "publik"  # beside intern/, and in it
TABLES = "tabeller"
LEDGER = "Faktaregister: varje tal i rapporten med definition, värde som det visas och period"


class PublicIndexExporter(PageExporter):
    """The front page of `publik/`."""

    template_file = Unicode("publik.html.j2")
    sheets = ("bas.css", "rapport.css", "index.css")


def public_edition(executed: Mapping[str, Path], meta: Meta) -> tuple[Document, Document]:
    """The document of notebooks executed with a pattern: whole, for those inside, and as it may
    be published."""
    read = {name: nbformat.read(path, as_version=4) for name, path in executed.items()}
    whole = collect(read, meta)
    return whole, public.public_document(whole)


def publish_public(
    document: Document,
    out: Path,
    statement: Statement,
    pages: Iterable[tuple[str, str, str]] = (),
    meanwhile: Meanwhile | None = None,
) -> None:
    """Write `publik/` into the folder `out` from the public document and the accessibility
    statement. Nothing else is read, so that nothing else can be told. `pages` (address, title, a
    line about it) are what else the front page links to; `meanwhile` is called when all but the PDF
    is written. Raises UppfoljningError or GateError."""
    (out / TABLES).mkdir(parents=True, exist_ok=True)
    told = public.public_ledger(document)
    attached = pdf.Attachment(public.FILE, "application/json", LEDGER, told.encode())
    with ThreadPoolExecutor(1) as aside:  # Typst leaves the interpreter to the rest
        printed = aside.submit(pdf.render, document, attached)
        _write(out / REPORT, html.render(document, statement=accessibility.PAGE))
        _write(out / accessibility.PAGE, statement.page())
        _write(out / public.FILE, told)
        listed: dict[str, list[tuple[str, str]]] = {}
        titles = {chapter.anchor: chapter.title for chapter in document.chapters}
        for name, caption, table in public.tables(document):
            text = public.csv_text(table)
            (out / TABLES / name).write_text(text, encoding="utf-8-sig", newline="")
            chapter = titles[name.rpartition("-")[0]]
            listed.setdefault(chapter, []).append((f"{TABLES}/{name}", caption))
        register = archive.register(public.public_records(document))
        archive.write_archive(document, public.tables(document), [register], out)
        resources: dict[str, Any] = {
            "meta": document.meta, "report": REPORT, "pdf": PDF, "ledger": public.FILE,
            "tables": list(listed.items()), "method_title": public.METHOD_TITLE,
            "method": public.METHOD_TEXT, "styles": following(3),
            "pages": [*pages, (accessibility.PAGE, accessibility.TITLE, accessibility.ABOUT)],
            "package": f"{archive.FOLDER}/{archive.PACKAGE}",
        }  # fmt: skip
        _write(out / INDEX, PublicIndexExporter().render(**resources))
        if meanwhile is not None:
            meanwhile(document)
        (out / PDF).write_bytes(printed.result())
    write_public_manifest(out, document.meta)


def publish_background(executed: Mapping[str, Path], document: Document, out: Path) -> None:
    """Write what the public edition was made from into `out` (`intern/publik/`): the executed
    notebooks as files and pages, and the whole ledger of its document."""
    (out / NOTEBOOKS).mkdir(parents=True, exist_ok=True)
    ledger.write_ledger(document, out)
    facts = frozenset(record["id"] for record in ledger.facts(document))
    for name, path in executed.items():
        notebook = nbformat.read(path, as_version=4)
        page = notebooks.render(
            notebook, name, document, report=f"../../../{FOLDER}/{REPORT}", facts=facts
        )
        _write(out / NOTEBOOKS / f"{name}.html", page)
        _write(out / NOTEBOOKS / f"{name}.ipynb", notebooks.written(notebook))


def names_of_files(out: Path, names: Iterable[str]) -> list[str]:
    """Which of these names stand in the texts of `publik/`: files of ours are nobody else's."""
    texts = [
        p.read_text(encoding="utf-8") for p in sorted(out.rglob("*")) if p.suffix != ".pdf"
        and p.is_file()
    ]  # fmt: skip
    return [name for name in names if any(name in text for text in texts)]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
