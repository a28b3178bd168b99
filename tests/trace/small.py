"""A very small municipality with two linked forms, and editions of it made in one process."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.facts.dataset import open_dataset
from pipeline.facts.derive import constant, statistic
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, share
from pipeline.facts.table import FactTable
from pipeline.publish.document import Meta
from pipeline.publish.ledger import FACT_SCHEMA, FACTS, OCCURRENCE_SCHEMA, OCCURRENCES
from pipeline.publish.manifest import write_manifest
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import Rows, establish, settings, tables, write_workbook

YEAR = 2025
START = {
    "name": "starter", "title": "Starter", "kind": "register", "protects": "person",
    "primaryKey": ["insats"],
    "fields": [
        {"name": "insats", "title": "Insatsnummer", "type": "string",
         "constraints": {"required": True}},
        {"name": "kon", "title": "Kön", "type": "string", "categories": ["kvinna", "man"]},
    ],
}  # fmt: skip
END = {
    "name": "svaren", "title": "Svaren", "kind": "register", "protects": "person",
    "primaryKey": ["insats"],
    "fields": [
        {"name": "insats", "title": "Insats-id", "type": "string",
         "constraints": {"required": True}},
        {"name": "enhet", "title": "Enhet", "type": "string", "categories": "kommun:enheter"},
        {"name": "nojd", "title": "Hur nöjd är du?", "type": "integer",
         "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "slut", "title": "Slutdatum", "type": "date"},
    ],
    "foreignKeys": [{"fields": ["insats"], "lookup": ["kon"],
                     "reference": {"resource": "starter", "fields": ["insats"]}}],
}  # fmt: skip
KOMMUN = settings("Provkommun", ["Norra", "Södra"], day="2026-03-16")
STARTS = [["Insatsnummer", "Kön"], *([f"I{i}", "kvinna" if i % 2 else "man"] for i in range(1, 9))]
ENDS = [
    ["Insats-id", "Enhet", "Hur nöjd är du?", "Slutdatum"],
    *(
        [f"I{i}", "Norra" if i < 5 else "Södra", (5, 4, 2, 1, 4, 3, 5, None)[i - 1],
         dt.datetime(2025, i, 10)]
        for i in range(1, 9)
    ),
]  # fmt: skip
CHAPTER = {
    "antal": "alla = count(data('svaren', year), name='alla')",
    "nojda": "nojda = share(data('svaren', year), 'nojd >= 4', name='nojda')",
    "medel": "medel = mean(data('svaren', year), 'nojd', name='medel', title='Medel')",
    "kon": "kvinnor = share(data('svaren', year), \"nojd >= 4\", of=\"kon = 'kvinna' AND "
    "nojd IS NOT NULL\", name='nojda_kvinnor', title='Nöjda kvinnor')",
    "enhet": "per_enhet = count(data('svaren', year), by='enhet', name='per_enhet')",
    "skillnad": "skillnad = kvinnor - nojda",
}


def municipality(folder: Path) -> Workspace:
    made = establish(folder, KOMMUN, START, END)
    write_sheet(made.raw / "2025" / "starter.xlsx", STARTS)
    write_sheet(made.raw / "2025" / "svaren.xlsx", ENDS)
    return made


def write_sheet(path: Path, rows: Rows) -> None:
    write_workbook(path, {"Svar": rows})


def set_cell(path: Path, cell: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    book["Svar"][cell] = value
    book.save(path)


def edition(
    workspace: Workspace, folder: Path, chapter: Mapping[str, str] = CHAPTER, **told: Any
) -> Path:
    """Clean, validate, run the chapter's cells, write ledger, notebook and manifest."""
    tables(workspace, YEAR)
    (folder / "notebooks").mkdir(parents=True)
    names = {"count": count, "share": share, "mean": mean, "stat": statistic, "year": YEAR,
             "const": constant,
             "data": lambda n, y: open_dataset(workspace, n, y, YEAR)}  # fmt: skip
    facts: dict[str, Fact] = {}
    shown: list[dict[str, str]] = []
    notebook = nbformat.v4.new_notebook()
    for cell_id, source in chapter.items():
        before = dict(names)
        exec(source, names)
        notebook.cells.append(nbformat.v4.new_code_cell(source, id=cell_id))
        for name, made in names.items():
            if name in before or not isinstance(made, Fact | FactTable):
                continue
            for fact in [made] if isinstance(made, Fact) else made:
                facts |= {f.id: f for f in fact.family()}
                shown.append(
                    {"fact": fact.id, "period": fact.period, "scope": "{}", "part": "value",
                     "text": f"{float(fact.value or 0):.3g}" if fact.value is not None else "–",
                     "notebook": "10_prov", "cell_id": cell_id,
                     "source_sha256": hashlib.sha256(source.encode()).hexdigest()}
                )  # fmt: skip
    year = told.get("year", YEAR)
    records = [{**f.record(), "period": str(year)} for f in facts.values()]
    pq.write_table(pa.Table.from_pylist(records, schema=FACT_SCHEMA), folder / FACTS)
    pq.write_table(pa.Table.from_pylist(shown, schema=OCCURRENCE_SCHEMA), folder / OCCURRENCES)
    nbformat.write(notebook, folder / "notebooks" / "10_prov.ipynb")
    kommun = load_kommun(workspace.raw)
    meta = Meta("Provkommun", "", year, told.get("date", kommun.per_datum), "1")
    files = (p for p in sorted(workspace.raw.rglob("*")) if p.is_file())
    inputs = [(p.relative_to(workspace.raw).as_posix(), p) for p in files]
    write_manifest(folder, meta, inputs, rules=told.get("rules", ()), code=told.get("code", ""))
    return folder
