"""How fast the trace panel answers in a browser: 1,000,000 raw rows, 5,000 facts.

    python -m bench.panel [--rows 1000000] [--facts 5000] [--folder FOLDER] [--json figures.json]

The year is that of `bench.trace`. Its facts stand in tables in twenty chapters, and the page is
written as an edition's is, without the PDF and the rendered notebooks. Then it is opened from
file:// in headless Chromium. With a folder what has been made is kept there and used again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4

from bench.trace import YEAR, make_ledger, make_year
from pipeline.facts.fact import Fact
from pipeline.publish import html, ledger
from pipeline.publish.blocks import MIMETYPE
from pipeline.publish.document import Document, Meta, cells, collect
from pipeline.publish.panel.data import FOLDER, panel_data
from pipeline.publish.panel.lineage import MANY, Lineage, trace_all
from pipeline.report.swedish import show
from pipeline.workspace import Workspace

CHAPTERS, ROWS = 20, 25  # chapters, rows of a table
CLICKS, FRESH = 50, 6
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
META = Meta("Exempelkommun", "", YEAR, dt.date(YEAR + 1, 3, 16), "0")
NEAR = """id => new Promise((done) => {
  document.querySelector(`td a[href="#f-${id}"]`).scrollIntoView({ block: "center" });
  requestAnimationFrame(() => setTimeout(done));
})"""
# From the click until the panel has shown the fact's cells and the browser has painted them.
CLICK = """id => new Promise((done, failed) => {
  const start = performance.now();
  const content = document.getElementById("spar-innehall");
  const seen = new MutationObserver(() => {
    if (content.querySelector(".spar-slut code:last-child")?.textContent !== id) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done({
      ms: performance.now() - start, rows: content.querySelectorAll(".spar-blad tbody tr").length,
    })));
  });
  seen.observe(content, { childList: true, subtree: true });
  setTimeout(() => failed(new Error(`no panel for ${id}`)), 60000);
  document.querySelector(`td a[href="#f-${id}"]`).click();
})"""
READY = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() =>
  done(performance.now()))))"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--facts", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, help="keep what is made there")
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(given.folder or Path(folder), given.rows, given.facts)
    for name, value in figures.items():
        print(f"{name:<66}{value:>14,.2f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(folder: Path, rows: int, facts: int) -> dict[str, float]:
    """Make the year and the page, then click."""
    w = Workspace(folder / "raw", folder / "processed", folder / "reports")
    if not w.processed.exists():
        make_year(w, rows)
    shutil.rmtree(w.reports, ignore_errors=True)
    made = make_ledger(w, facts)
    return build(w, made) | browse(w, made)


def build(w: Workspace, facts: Sequence[Fact]) -> dict[str, float]:
    """Write the page and its shards; what it took, and what it weighs."""
    out = w.reports / str(YEAR) / "intern"
    notebooks = dict(_chapters(facts))
    document = collect(notebooks, META)
    records = ledger.facts(document)
    start = time.process_time()
    lineage = trace_all(w, YEAR, records)
    traced = time.process_time()
    code = {(n, key): cell.source for n, nb in notebooks.items() for key, cell in cells(nb)}
    panel = panel_data(document, lineage, code)
    told = time.process_time()
    (out / "arsrapport.html").write_text(_page(document, panel), encoding="utf-8")
    (out / FOLDER).mkdir(exist_ok=True)
    for file, script in panel.shards.items():
        (out / FOLDER / file).write_text(script, encoding="utf-8")
    (out / "lineage.json").write_text(json.dumps(_sizes(lineage)), encoding="utf-8")
    shards = [p.stat().st_size / 1e6 for p in (out / FOLDER).iterdir()]
    return {
        "lineage of every number gathered (s)": traced - start,
        "panel's data written (s)": told - traced,
        "page and shards written (s)": time.process_time() - told,
        "memory at most (MB)": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "page (MB)": (out / "arsrapport.html").stat().st_size / 1e6,
        "… of it the panel's data (MB)": len(panel.inline.encode()) / 1e6,
        "shards": len(shards),
        "shards together (MB)": sum(shards),
        "largest shard (MB)": max(shards, default=0.0),
    }


def _page(document: Document, panel: Any) -> str:
    characters = "".join(sorted(set(panel.inline)))
    return html.render(document, "notebooks/", characters, panel)


def _sizes(lineage: Lineage) -> dict[str, int]:
    return dict(lineage.totals)


def _chapters(facts: Sequence[Fact]) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    each = -(-len(facts) // CHAPTERS)
    for k in range(CHAPTERS):
        some = facts[k * each : (k + 1) * each]
        made = [v4.new_markdown_cell(f"# Kapitel {k + 1}")]
        for at in range(0, len(some), ROWS):
            data = {MIMETYPE: _table(some[at : at + ROWS])}
            shown = v4.new_output("display_data", data)
            made.append(v4.new_code_cell("tabell", outputs=[shown], id=f"cell{at}"))
        yield f"{k + 1:02}_kapitel_{k + 1}", v4.new_notebook(cells=made)


def _table(facts: Sequence[Fact]) -> dict[str, Any]:
    def run(fact: Fact, spec: str) -> list[Any]:
        part = show(fact, spec)
        return [{"fact": fact.id, "part": part.part, "spec": part.spec, "text": part.text}]

    family = {f.id: f.record() for fact in facts for f in (fact, *fact.parents)}
    return {
        "kind": "table", "facts": family, "caption": ["Tal"], "note": [],
        "columns": [{"header": [h], "align": a} for h, a in
                    (("Tal", "left"), ("Värde", "right"), ("Antal", "right"))],
        "rows": [{"header": [f.title], "cells": [run(f, ""), run(f, "n")], "total": False}
                 for f in facts],
    }  # fmt: skip


def browse(w: Workspace, facts: Sequence[Fact]) -> dict[str, float]:
    """Open the page anew for some facts, then click on many in one page."""
    from playwright.sync_api import sync_playwright

    out = w.reports / str(YEAR) / "intern"
    totals = json.loads((out / "lineage.json").read_text(encoding="utf-8"))
    picked = random.Random(3).sample([f.id for f in facts], CLICKS)
    many = sorted((f.id for f in facts if totals.get(f.id, 0) > MANY), key=lambda k: -totals[k])
    picked += [k for k in many[:3] if k not in picked]
    address = (out / "arsrapport.html").as_uri()
    times: dict[str, list[tuple[float, float]]] = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for id in [picked[-1], *picked[: FRESH - 1]]:
            with _Opened(browser, address) as page:
                times.setdefault("page loaded and ready", []).append(page.loaded)
                times.setdefault("first click on a fresh page", []).append(page.click(id))
        with _Opened(browser, address) as page:
            for way in ("one click after the other", "the same again"):
                for id in picked:
                    times.setdefault(way, []).append(page.click(id))
                    assert page.rows > 0 or not totals.get(id), id
        browser.close()
    figures = {
        "facts clicked": float(len(picked)),
        "most cells of one": float(max(totals.get(k, 0) for k in picked)),
    }
    for name, taken in times.items():
        for what, at in (("", 0), (", processor", 1)):
            figures[f"{name}{what}, median (ms)"] = statistics.median(t[at] for t in taken)
            figures[f"{name}{what}, slowest (ms)"] = max(t[at] for t in taken)
    return figures


class _Opened:
    """The report in a page of its own. Times are the clock's, and the page's main thread's on
    the processor: the two differ where others run too."""

    def __init__(self, browser: Any, address: str) -> None:
        self._page = browser.new_page(viewport={"width": 1280, "height": 900})
        self._session = self._page.context.new_cdp_session(self._page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._used = 0.0
        self._page.goto(address)
        self.loaded = (self._page.evaluate(READY), self._since())
        self.rows = 0

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()

    def click(self, fact: str) -> tuple[float, float]:
        """Until the panel shows this fact's cells."""
        self._page.evaluate(NEAR, fact)
        self._since()
        found = self._page.evaluate(CLICK, fact)
        self.rows = found["rows"]
        return found["ms"], self._since()

    def _since(self) -> float:
        told = self._session.send("Performance.getMetrics")["metrics"]
        used = 1e3 * next(m["value"] for m in told if m["name"] == "TaskDuration")
        self._used, before = used, self._used
        return float(used - before)


if __name__ == "__main__":
    main()
