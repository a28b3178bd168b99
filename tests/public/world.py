"""A survey of 96 rows and its public edition, made from a pattern by hand: the general survey
chapter and a chapter that words, draws and compares, executed without kernels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.facts.dataset import open_tables
from pipeline.facts.pattern import CountCell, Merged, Pattern
from pipeline.facts.recorder import Recorder
from pipeline.publish.accessibility import statement
from pipeline.publish.blocks import MIMETYPE
from pipeline.publish.document import Document, Meta
from pipeline.publish.public_edition import public_edition, publish_public
from pipeline.report import author
from pipeline.report.context import Context, planning
from pipeline.run import planning as runner
from pipeline.run.execute import Job
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import establish, settings

YEAR = 2025
META = Meta("Provkommun", "Öppenvård", YEAR, dt.date(2026, 3, 1), "0.1", "Publik utgåva")
SCALE = [{"value": v, "label": f"{word}"} for v, word in enumerate(
    ("Aldrig", "Sällan", "Ibland", "Ofta", "Alltid"), start=1)]  # fmt: skip
BOOK = {
    "name": "prov", "title": "Provenkät", "kind": "survey", "protects": "person",
    "primaryKey": ["svar_id"], "background": ["del"], "groups": [
        {"name": "stod", "title": "Hur ofta får du stöd?"}],
    "fields": [
        {"name": "svar_id", "title": "Svars-id", "type": "string"},
        {"name": "del", "title": "Del av kommunen", "type": "string",
         "categories": ["nord", "syd", "ost"]},
        {"name": "vag", "title": "Hur kom du hit?", "type": "string",
         "categories": ["sjalv", "vard", "skola", "polis"]},
        {"name": "tid", "title": "Får du tid?", "type": "integer", "group": "stod",
         "categoriesOrdered": True, "categories": SCALE},
        {"name": "svar", "title": "Får du svar?", "type": "integer", "group": "stod",
         "categoriesOrdered": True, "categories": SCALE},
        {"name": "veckor", "title": "Veckor i kö", "type": "number"},
        {"name": "hjalp", "title": "Vad hjälpte?", "type": "list",
         "categories": ["samtal", "grupp"]},
    ],
}  # fmt: skip
CHAPTER = """\
from pipeline.report import chart, count, data, finding, open_chapter, say, share, stat, word
open_chapter(year=2025, edition="publik")
svar, forra = data("prov"), data("prov", 2024)
nojd = share(svar, "tid >= 4", of="tid IS NOT NULL", name="nojd", title="Nöjda")
nojd0 = share(forra, "tid >= 4", of="tid IS NOT NULL", name="nojd", title="Nöjda")
lo, hi = stat("wilson", nojd)
say(f"{nojd:.1%} av de {nojd:n} är nöjda ({lo:.0%}–{hi:.0%}).")
riktning = word(nojd - nojd0, "ökade", "minskade", "stod still")
say(f"Andelen {riktning}. Skillnaden är {nojd - nojd0:+.1pp}. Så gick det.")
polis = count(svar, "vag = 'polis'", name="polis", title="Genom polis")
say(f"Genom polisen kom {polis}. De var fler än {count(svar, name='alla', title='Alla')}.")
chart("line", [nojd0, nojd], f"Nöjda: {nojd}", "Per år")
vagar = count(svar, by="vag", name="vagar", title="Väg in").shown().sorted()
andel = share(svar, over="vag", name="vagar_andel", title="Väg in").only(*vagar.classes[0][:-1])
chart("bars", andel, finding(andel, "Störst: {label}, {value}", "Väg in per slag"))
skala = share(svar, over="tid", by="del", total=True, name="tid_del", title="Tid per del")
chart("diverging", skala, f"{polis} genom polis")
count(svar, by=["del", "vag"], total=True, name="korstabell", title="Del och väg")
"""
JOBS = (
    Job("enkat.ipynb", "35_enkat_prov", {"year": YEAR, "edition": "publik", "survey": "prov"}),
    Job("prov.ipynb", "40_prov", {}),
)


def rows() -> list[dict[str, Any]]:
    """96 answers; 3 came through the police (2 in the north, 1 in the south), 4 by school in the
    east."""
    made = []
    for i in range(96):
        vag = "polis" if i in (0, 3, 7) else "skola" if i in (2, 5, 8, 11) else "vard"
        made.append({
            "svar_id": f"s{i}", "del": ("nord", "syd", "ost")[i % 3],
            "vag": vag if vag != "vard" else ("sjalv", "vard", "vard")[i // 3 % 3],
            "tid": 1 + i * 7 % 5, "svar": None if i % 12 == 0 else 1 + i // 4 % 5,
            "veckor": float(i % 9), "hjalp__samtal": i % 2 == 0, "hjalp__grupp": i % 5 == 0,
            "_kalla": "prov.csv", "_rad": i + 2,
        })  # fmt: skip
    return made


def workspace(folder: Path, answers: Sequence[dict[str, Any]]) -> Workspace:
    """A workspace with these answers of 2025, and those of `rows` the year before."""
    w = establish(folder, settings("Provkommun", []), BOOK)
    for year, found in ((YEAR, answers), (YEAR - 1, rows())):
        (w.processed / str(year)).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(list(found)), w.processed / str(year) / "prov.parquet")
    return w


def run(w: Workspace, context: Context, monkeypatch: Any) -> list[list[Any]]:
    """What each of the chapters displays."""
    shown: list[list[Any]] = []
    monkeypatch.setattr(author, "_display", lambda block: shown[-1].append(block))
    with planning(context):
        for job in JOBS:
            shown.append([])
            if context.recorder is not None:
                context.recorder.begin(job.name)
            if job.notebook == "prov.ipynb":
                runner._cell(CHAPTER, {})
            else:
                runner._run(job)
    return shown


def asked(w: Workspace, pattern: Pattern | None, monkeypatch: Any) -> list[CountCell]:
    recorder = Recorder()
    run(w, Context(w, YEAR, "publik", pattern, recorder), monkeypatch)
    return recorder.cells


def sizes(answers: Sequence[dict[str, Any]], cells: Sequence[CountCell]) -> list[int]:
    """Cells counted by DuckDB; the year before is always that of `rows`."""
    found: dict[CountCell, int] = {}
    for period, data in ((0, answers), (-1, rows())):
        mine = [c for c in cells if c.period == period]
        with duckdb.connect() as db:
            db.register("svar", pa.Table.from_pylist(list(data)))
            counts = ", ".join(f"count(*) FILTER ({c.where})" for c in mine)
            found |= zip(mine, db.sql(f"SELECT {counts} FROM svar").fetchall()[0], strict=True)
    return [found[c] for c in cells]


def closed(merged: dict[str, dict[str, tuple[Merged, ...]]] | None = None) -> Pattern:
    """Nothing of the survey is shown."""
    return Pattern(merged=merged or {}, open=open_tables({}, "publik"))


def document(w: Workspace, pattern: Pattern, folder: Path, monkeypatch: Any) -> Document:
    """The public document of the chapters executed with a pattern."""
    return public_edition(executed(w, pattern, folder, monkeypatch), META)[1]


def executed(w: Workspace, pattern: Pattern, folder: Path, monkeypatch: Any) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    displayed = run(w, Context(w, YEAR, "publik", pattern), monkeypatch)
    for job, blocks in zip(JOBS, displayed, strict=True):
        made[job.name] = folder / f"{job.name}.ipynb"
        nbformat.write(notebook(blocks), made[job.name])
    return made


def notebook(blocks: Sequence[Any]) -> nbformat.NotebookNode:
    """A notebook whose one cell displays these blocks."""
    outputs = [nbformat.v4.new_output("display_data", {MIMETYPE: b}) for b in blocks]
    cell = nbformat.v4.new_code_cell("kod", id="cell", outputs=outputs)
    return nbformat.v4.new_notebook(cells=[cell])


def published(w: Workspace, pattern: Pattern, folder: Path, monkeypatch: Any) -> dict[str, bytes]:
    """`publik/`, file by file."""
    told = document(w, pattern, folder / "kapitel", monkeypatch)
    said = statement(w.raw, load_kommun(w.raw), told.meta)
    publish_public(told, folder / "publik", said)
    out = folder / "publik"
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
