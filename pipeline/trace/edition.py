"""An edition as traces need it: ledger, occurrences, code of the cells, lineage, raw files."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import pyarrow.parquet as pq

from pipeline.facts.fact import Fact
from pipeline.facts.lookup import ledger
from pipeline.report.swedish import show
from pipeline.trace.basis import Record
from pipeline.trace.keys import key_of
from pipeline.trace.raw_values import RawFiles
from pipeline.trace.reach import Lineage
from pipeline.workspace import Workspace

INJECTED = "injected-parameters"


class Edition:
    """One edition of a year. Everything is read when it is first asked for, and once."""

    def __init__(self, workspace: Workspace, year: int, name: str = "intern") -> None:
        self.workspace = workspace
        self.year = year
        self.folder = workspace.reports / str(year) / name
        self.lineage = Lineage(workspace, year, ledger(workspace, year, name))
        self.raw = RawFiles(self.lineage.tables)
        self._code: dict[str, dict[str, str]] = {}
        self._facts: dict[str, Fact] = {}
        self._briefs: dict[str, dict[str, str]] = {}

    @property
    def records(self) -> dict[str, Record]:
        return self.lineage.records

    @cached_property
    def occurrences(self) -> dict[str, list[dict[str, Any]]]:
        """Fact → the places where it is shown, in reading order."""
        made: dict[str, list[dict[str, Any]]] = {}
        for row in pq.read_table(self.folder / "forekomster.parquet").to_pylist():
            # An edition from before anchors were kept has none.
            kept = {k: row.get(k, "") for k in ("part", "text", "notebook", "cell_id", "anchor")}
            made.setdefault(row["fact"], []).append(kept)
        return made

    def code(self, fact: str) -> str:
        """The source of the cell that shows a fact; of an intermediate, of what it leads to."""
        for key in self.lineage.descendants(fact):
            for place in self.occurrences.get(key, ()):
                return self._cells(place["notebook"]).get(place["cell_id"], "")
        return ""

    def _cells(self, notebook: str) -> dict[str, str]:
        if notebook not in self._code:
            path = self.folder / "notebooks" / f"{notebook}.ipynb"
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []
            found = {}
            for number, cell in enumerate(cells):
                injected = INJECTED in cell.get("metadata", {}).get("tags", ())
                key = INJECTED if injected else cell.get("id", f"nr{number}")
                found[key] = "".join(cell["source"])
            self._code[notebook] = found
        return self._code[notebook]

    def brief(self, fact: str) -> dict[str, str]:
        """A fact in a list: `id`, `key` (how a person asks for it), `name`, `title`, `text`."""
        if fact not in self._briefs:
            record = self.records.get(fact, {"name": "", "title": ""})
            self._briefs[fact] = {
                "id": fact, "key": self.key(fact), "name": record["name"],
                "title": record["title"], "text": self.text(fact),
            }  # fmt: skip
        return self._briefs[fact]

    def key(self, fact: str) -> str:
        """The name by which a person asks for a fact; its id where it is not in the ledger."""
        record = self.records.get(fact)
        return key_of(record, self.year) if record else fact

    def text(self, fact: str) -> str:
        """A fact's value as the report writes it, or would write it."""
        for place in self.occurrences.get(fact, ()):
            if place["part"] == "value":
                return str(place["text"])
        return show(self.fact(fact)).text if fact in self.records else ""

    def fact(self, key: str) -> Fact:
        """The fact behind a ledger row; a share exact again."""
        if key not in self._facts:
            r = self.records[key]
            parents = [x for x in self.lineage.parents[key] if x in self.records]
            value = r["value"]
            if value is not None and r["denominator"]:
                value = Fraction(r["numerator"], r["denominator"])
            self._facts[key] = Fact(
                json.loads(r["definition"]), r["name"], r["title"], value, r["unit"], r["period"],
                r["n"], r["numerator"], r["denominator"], r["status"], json.loads(r["scope"]),
                tuple(json.loads(r["reads"])), tuple(map(self.fact, parents)),
            )  # fmt: skip
        return self._facts[key]


def open_edition(workspace: Workspace, year: int) -> Edition:
    """The edition as it lies on disk now; an unchanged one is kept between calls. Raises
    UsageError where there is none."""
    files = [
        *sorted((workspace.reports / str(year) / "intern").glob("*.parquet")),
        *sorted(workspace.processed.glob("[0-9]*/kallor.json")),
    ]
    return _opened(workspace, year, tuple((str(p), p.stat().st_mtime_ns) for p in files))


@lru_cache(maxsize=2)
def _opened(workspace: Workspace, year: int, stamps: tuple[tuple[str, int], ...]) -> Edition:
    return Edition(workspace, year)
