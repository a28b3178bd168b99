"""The trace panel of an edition made again from its own notebooks, when raw rows are gone.

No number is computed: the report's page is written once more with the cells that still exist.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pyarrow.parquet as pq

from pipeline.crate.record import read as read_crate
from pipeline.logotyp import read_logo
from pipeline.publish import action_plan, freetext, html, ledger, stratsys, watchlist
from pipeline.publish.document import Document, Meta, cells, collect
from pipeline.publish.edition import NOTEBOOKS, REPORT
from pipeline.publish.manifest import refresh_outputs
from pipeline.publish.panel.data import FOLDER, panel_data
from pipeline.publish.panel.lineage import trace_all
from pipeline.publish.public import FILE as LEDGER
from pipeline.publish.tertial import page_of
from pipeline.trace.verify.disposed import Disposed
from pipeline.workspace import Workspace, load_kommun

BESIDE = ("00_", "01_")  # cleaning and validation: reviewers read them, the report does not


def trace_again(workspace: Workspace, year: int, folder: Path, disposed: Disposed) -> None:
    """Write the page, and the files beside it, of the edition in `folder`; its manifest is told."""
    texts = {
        p.stem: p.read_text(encoding="utf-8")
        for p in sorted((folder / NOTEBOOKS).glob("*.ipynb"))
        if not p.name.startswith(BESIDE)
    }
    read = {name: nbformat.reads(text, as_version=4) for name, text in texts.items()}
    meta = _meta(workspace, folder)
    document: Document = collect(read, meta)
    code = {(n, key): cell.source for n, nb in read.items() for key, cell in cells(nb)}
    notes = {fact: disposed.note(fact) for fact in disposed.facts}
    lineage = trace_all(workspace, year, ledger.facts(document))
    panel = panel_data(document, lineage, code, notes=notes)
    characters = "".join(sorted(set().union(*texts.values(), repr(meta), panel.inline)))
    page = html.render(document, f"{NOTEBOOKS}/", characters, panel)
    (folder / REPORT).write_text(page, encoding="utf-8", newline="\n")
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    for file, script in panel.shards.items():
        (folder / FOLDER).mkdir(exist_ok=True)
        (folder / FOLDER / file).write_text(script, encoding="utf-8", newline="\n")
    shutil.rmtree(folder / freetext.FOLDER, ignore_errors=True)
    freetext.write_freetext(workspace, year, folder)
    shutil.rmtree(folder / watchlist.FOLDER, ignore_errors=True)
    watchlist.write_watchlist(workspace, year, folder, meta.per_datum)
    action_plan.write_action_plan(workspace, year, folder, meta.per_datum)
    if (folder.parent / "publik" / LEDGER).is_file():
        stratsys.write_stratsys(workspace, year, folder.parent / "publik", folder, meta.per_datum)
    refresh_outputs(folder)


def trace_part_again(
    workspace: Workspace,
    year: int,
    folder: Path,
    titled: Callable[[Meta, str], Meta],
    disposed: Disposed,
) -> None:
    """Write the pages of the documents in `folder`, a tertial's or a visit's; the manifest of the
    edition that it is part of is told. `titled`: what the cover of a document says, from the
    edition's and the document's name."""
    edition = folder.parents[1]
    meta = _meta(workspace, edition)
    notes = {fact: disposed.note(fact) for fact in disposed.facts}
    lineage = trace_all(workspace, year, pq.read_table(folder / ledger.FACTS).to_pylist())
    for path in sorted((folder / NOTEBOOKS).glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        own = titled(meta, path.stem)
        document = collect({path.stem: notebook}, own)
        page = page_of(document, notebook, lineage, "".join(sorted({*text, *repr(own)})), notes)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8", newline="\n")
    refresh_outputs(edition)


def _meta(workspace: Workspace, folder: Path) -> Meta:
    raw = workspace.raw
    told = read_crate(folder)
    return Meta(
        told["kommun"], told["sektor"], told["year"], dt.date.fromisoformat(told["per_datum"]),
        told["program"], told["edition"], logo=read_logo(raw, load_kommun(raw).logotyp),
    )  # fmt: skip
