"""A survey compiled from a codebook that nobody has touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.facts.dataset import codebooks
from pipeline.run.drafting import write_codebook
from pipeline.run.execute import Job
from pipeline.run.plan import SURVEY
from pipeline.workspace import Workspace, load_kommun
from tests.chapters import shown
from tests.municipality import at, tables

Rows = Sequence[Sequence[str]]
KOMMUN = 'namn = "Provkommun"\nkod = "1780"\nper_datum = {year}-12-31\n'


@dataclass(frozen=True, slots=True)
class Compiled:
    """`codebook`: as it was written. `survey`: its name."""

    workspace: Workspace
    codebook: Path
    survey: str

    @property
    def doc(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.codebook.read_text(encoding="utf-8"))
        return made

    def balance(self, year: int) -> Mapping[str, Mapping[str, int]]:
        path = self.workspace.processed / str(year) / "balance.json"
        found: Mapping[str, Mapping[str, int]] = json.loads(path.read_text(encoding="utf-8"))[
            "files"
        ]
        return found

    def ledger(self, year: int) -> pd.DataFrame:
        """The facts that the survey's chapter shows, as the ledger has them."""
        parameters = {"year": year, "edition": "intern", "survey": self.survey}
        made = shown(self.workspace, year, [Job(SURVEY, f"35_enkat_{self.survey}", parameters)])
        records = {
            key: record
            for one in made.values()
            for told in one.cells.values()
            for block in told
            for key, record in block["facts"].items()
        }
        return pd.DataFrame(list(records.values()))


def compiled(
    folder: Path, years: Mapping[int, Path], beside: Sequence[Path] = (), extra: str = ""
) -> Compiled:
    """A workspace with a file a year, a codebook drafted of them (and of structures `beside`), the
    years read and validated."""
    workspace = at(folder)
    for year, path in years.items():
        (workspace.raw / str(year)).mkdir(parents=True)
        shutil.copyfile(path, workspace.raw / str(year) / path.name)
    text = KOMMUN.format(year=max(years)) + extra
    (workspace.raw / "kommun.toml").write_text(text, encoding="utf-8")
    load_kommun.cache_clear()
    asked = ";".join(str(p) for p in (*beside, *(years[y] for y in sorted(years))))
    written = write_codebook(workspace.raw, asked)
    codebooks.cache_clear()
    tables(workspace, *sorted(years))
    return Compiled(
        workspace, written.codebook, str(json.loads(written.codebook.read_text())["name"])
    )


Answer = tuple[str, str, int, float | None]  # field, label, counted by hand, told by the chapter


def answers(made: Compiled, year: int, heads: Sequence[Sequence[str]], rows: Rows) -> list[Answer]:
    """Every answer that can be chosen, counted in the file by plain comparison of texts, beside the
    chapter's number. `heads`: the header rows."""
    ledger = made.ledger(year)
    facts = {
        (name, value): number
        for name, scope, number, period in zip(
            ledger["name"], ledger["scope"], ledger["value"], ledger["period"], strict=True
        )
        if period == str(year)
        for value in list(_scope(scope).values())[:1]
        if len(_scope(scope)) == 1
    }
    columns: dict[str, int] = {}
    for row in heads:
        for j, cell in enumerate(row):
            columns.setdefault(_plain(cell), j)
    found: list[Answer] = []
    for field in made.doc["fields"]:
        entries = [c for c in field.get("categories", ()) if not c.get("missing")]
        own = (*field.get("aliases", ()), field["title"], field["name"])
        known = {
            _plain(t)
            for c in field.get("categories", ())
            for t in (c["label"], c["value"], *c.get("aliases", ()))
        }
        at = next((columns[_plain(h)] for h in own if _plain(h) in columns), None)
        for entry in entries:
            texts = {_plain(t) for t in (entry["label"], entry["value"], *entry.get("aliases", ()))}
            if "columns" in field:
                header = next(c["header"] for c in field["columns"] if c["value"] == entry["value"])
                if _plain(header) not in columns:
                    continue
                cells = [row[columns[_plain(header)]] for row in rows]
                ticked = texts | {"yes", "1", "ja"}
                any_text = "*" in field.get("selected", ())
                n = sum(_plain(c) in ticked or bool(any_text and _plain(c)) for c in cells)
            elif at is None:
                continue
            elif entry.get("ownWords"):
                sign = field.get("delimiter", "")
                n = sum(bool(_beside(_plain(row[at]), known, sign)) for row in rows)
            elif field["type"] == "list":
                sign = field["delimiter"]
                n = sum(
                    any(f"{sign}{t}{sign}" in f"{sign}{_plain(row[at])}{sign}" for t in texts)
                    for row in rows
                )
            else:
                n = sum(_plain(row[at]) in texts for row in rows)
            number = facts.get((f"{made.survey}_{field['name']}_antal", entry["value"]))
            found.append((field["name"], entry["label"], n, number))
    return found


def _beside(cell: str, known: Collection[str], sign: str) -> str:
    """What is left of a cell without the answers that can be chosen."""
    if not sign:
        return "" if cell in known else cell
    left, before = f"{sign}{cell}{sign}", ""
    while left != before:
        before = left
        for text in sorted(known, key=len, reverse=True):
            left = left.replace(f"{sign}{text}{sign}", sign)
    return left.strip(sign + " ")


def wrong(found: Sequence[Answer]) -> list[Answer]:
    """Those that differ; an answer that nobody gave may be left out of a long list."""
    return [a for a in found if a[3] != a[2] and not (a[3] is None and a[2] == 0)]


def _scope(scope: str) -> Mapping[str, Any]:
    made: Mapping[str, Any] = json.loads(scope)
    return made


def _plain(cell: object) -> str:
    return " ".join(str(cell).split()).casefold()
