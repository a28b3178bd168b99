"""An edition: everything that `intern/` holds, written into a folder that the caller swaps in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from traitlets import Unicode

from pipeline.publish import archive, arshjul, html, ledger, notebooks, pdf
from pipeline.publish import blocks as b
from pipeline.publish.contents import following
from pipeline.publish.document import Document, Meta, cells, collect
from pipeline.publish.exporter import PageExporter
from pipeline.publish.manifest import Named, write_manifest
from pipeline.publish.panel.data import FOLDER, panel_data
from pipeline.publish.panel.lineage import Lineage
from pipeline.publish.public import tables
from pipeline.publish.standing import Standing, attacked, grouped
from pipeline.trace.diff.history import FILE as LOG
from pipeline.trace.diff.parameters import KEPT

REPORT, PDF, INDEX, NOTEBOOKS = "arsrapport.html", "arsrapport.pdf", "index.html", "notebooks"
Balance = Mapping[str, Mapping[str, int]]
Trace = Callable[[Sequence[b.Data]], Lineage]
Meanwhile = Callable[[Document], None]
COUNTS = {
    "rows": "Rader", "processed": "Behandlade", "duplicates": "Dubbletter",
    "quarantined": "I karantän", "cells_blanked": "Tömda celler",
    "cells_masked": "Maskerade celler",
}  # fmt: skip


class IndexExporter(PageExporter):
    """The front page of `intern/`."""

    template_file = Unicode("index.html.j2")
    sheets = ("bas.css", "rapport.css", "index.css", "arshjul.css")


def publish(
    executed: Mapping[str, Path],
    meta: Meta,
    out: Path,
    *,
    others: Mapping[str, Path] | None = None,
    balance: Balance | None = None,
    inputs: Iterable[Named] = (),
    sources: Iterable[Named] = (),
    pages: Iterable[tuple[str, str, str]] = (),
    trace: Trace | None = None,
    standing: Standing | None = None,
    meanwhile: Meanwhile | None = None,
) -> Document:
    """Write the edition of these executed notebooks (name → file, in reading order) into `out`.

    `others` are executed notebooks that reviewers read but the report does not hold: cleaning
    and validation. `balance` is `files` of balance.json; `inputs` and `sources` (the chapters as
    they are in the repository) go into the manifest; `pages` (address, title, a line about it)
    are what else the front page links to. `trace` gives the lineage of the ledger's rows: with it
    the report has its trace panel. `standing`: the evidence that the front page tells of.
    `meanwhile` is called with the document when all but the PDF is written, which is made beside
    the rest. Returns the document. Raises UppfoljningError or GateError: `out` is no edition until
    the caller has swapped it in.
    """
    texts = {name: path.read_text(encoding="utf-8") for name, path in executed.items()}
    read = {name: nbformat.reads(text, as_version=4) for name, text in texts.items()}
    characters = "".join(sorted(set().union(*texts.values(), repr(meta))))
    document = collect(read, meta)
    with ThreadPoolExecutor(1) as aside:  # Typst leaves the interpreter to the rest
        printed = aside.submit(pdf.render, document)
        records = ledger.facts(document)
        facts = frozenset(record["id"] for record in records)
        panel = None
        if trace is not None:
            code = {(n, key): cell.source for n, nb in read.items() for key, cell in cells(nb)}
            panel = panel_data(document, trace(records), code)
            characters = "".join(sorted({*characters, *panel.inline}))
        beside = {n: nbformat.read(path, as_version=4) for n, path in (others or {}).items()}
        read = dict(sorted({**beside, **read}.items()))
        (out / NOTEBOOKS).mkdir(parents=True, exist_ok=True)
        ledger.write_ledger(document, out)
        _write(out / REPORT, html.render(document, f"{NOTEBOOKS}/", characters, panel))
        for file, script in (panel.shards if panel else {}).items():
            (out / FOLDER).mkdir(exist_ok=True)
            _write(out / FOLDER / file, script)
        registers = archive.register(records), archive.shown(ledger.occurrences(document))
        archive.write_archive(document, tables(document), registers, out)
        for name, notebook in read.items():
            page = notebooks.render(
                notebook, name, document, report=f"../{REPORT}", facts=facts, characters=characters
            )
            _write(out / NOTEBOOKS / f"{name}.html", page)
            _write(out / NOTEBOOKS / f"{name}.ipynb", notebooks.written(notebook))
        titles = {name: name for name in read} | notebooks.titles(document, beside)
        _write(out / INDEX, front_page(document, titles, balance, pages, standing))
        if meanwhile is not None:
            meanwhile(document)
        (out / PDF).write_bytes(printed.result())
    write_manifest(out, meta, inputs, sources)
    return document


def verified(
    out: Path,
    document: Document,
    others: Mapping[str, Path],
    balance: Balance,
    pages: Iterable[tuple[str, str, str]],
    standing: Standing,
) -> None:
    """Write the front page again: with what verification and the attack said, which come after all
    the rest."""
    beside = {n: nbformat.read(path, as_version=4) for n, path in others.items()}
    names = sorted({*others, *(c.name for c in document.chapters)})
    titles = {name: name for name in names} | notebooks.titles(document, beside)
    told = replace(standing, attacked=attacked(out))
    _write(out / INDEX, front_page(document, titles, balance, pages, told))


def front_page(
    document: Document,
    titles: Mapping[str, str],
    balance: Balance | None = None,
    pages: Iterable[tuple[str, str, str]] = (),
    standing: Standing | None = None,
) -> str:
    """`index.html`: what there is (`titles`: notebook → its title), the balance of rows, and the
    evidence behind it."""
    files = dict(sorted((balance or {}).items()))
    groups = grouped(pages)
    total = {key: sum(row.get(key, 0) for row in files.values()) for key in COUNTS}
    forms = standing.forms if standing else ()
    contents = [(anchor, title) for anchor, title, there in (
        ("lasa", "Läsa", True), ("lage", "Läget", standing), ("mer", "Mer att läsa", groups),
        ("arshjul", "Årshjulet", standing and standing.wheel),
        ("kvalitet", "Uppgifternas kvalitet", files),
        ("andrat", "Mottaget och ändrat", standing and (standing.latest or standing.release)),
        ("granska", "Granska talen", True),
    ) if there]  # fmt: skip
    resources: dict[str, Any] = {
        "contents": contents, "styles": following(len(contents)), "groups": groups,
        "checks": sum(f.checks for f in forms), "failed": sum(f.failed for f in forms),
        "meta": document.meta, "report": REPORT, "pdf": PDF, "folder": NOTEBOOKS,
        "notebooks": list(titles.items()),
        "counts": COUNTS, "files": files, "total": total,
        "standing": standing, "kept": KEPT, "log": LOG,
        **arshjul.resources(standing.wheel if standing else None),
    }  # fmt: skip
    return IndexExporter().render(**resources)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
