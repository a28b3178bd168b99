"""Two years of a municipality so small that every number can be counted by hand.

2024: bakgrund A1. 2025: bakgrund A2, A3; avslut of A1 (whose background is 2024's), A2 twice (one
a duplicate), A3 (an answer outside the scale), one row without id (quarantine); a survey in CSV
with a question in dummy columns.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.fact import Fact
from pipeline.facts.table import FactTable
from pipeline.publish.ledger import FACT_SCHEMA, OCCURRENCE_SCHEMA
from pipeline.workspace import Workspace
from tests.municipality import establish, settings, tables, write_text, write_workbook

YEAR = 2025
KOMMUN = settings("Provkommun", ["norr=Öppenvård Norr", "soder=Öppenvård Söder"], ["MET", "KBT"])
SURVEY = {
    "name": "enkat", "title": "Enkät", "kind": "survey", "protects": "person",
    "primaryKey": ["svar_id"],
    "fields": [
        {"name": "svar_id", "title": "Svars-id", "type": "string"},
        {"name": "betyg", "title": "Vilket betyg får vi?", "type": "integer", "categories": [
            1, 2, 3, {"value": "vet_ej", "label": "Vet ej", "missing": True}]},
        {"name": "hjalp", "title": "Vad hjälpte?", "type": "list",
         "categories": ["samtal", "grupp"]},
    ],
}  # fmt: skip
BACKGROUND = ["Insats-id", "Enhet", "Insats", "Startdatum", "Ålder vid start", "Kön"]
CLOSING = ["Insats-id", "Slutdatum", "Vem svarar?", "Svarsdatum", "Nöjd med kontakten",
           "Nöjd med resultatet"]  # fmt: skip
A1, A2, A3 = 2, 4, 6  # their rows in avslut.xlsx


@dataclass(frozen=True)
class World:
    """The workspace and the facts of its edition, by name."""

    workspace: Workspace
    facts: dict[str, Fact]

    def value_at(self, address: str, year: int = YEAR) -> Any:
        """What openpyxl, or csv, reads at an address."""
        kalla, _, cell = address.rpartition("!")
        file, _, sheet = kalla.partition("!")
        path = self.workspace.raw / str(year) / file
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as f:
                return list(csv.reader(f, delimiter=";"))[int(cell[1:]) - 1][ord(cell[0]) - 65]
        return openpyxl.load_workbook(path)[sheet][cell].value


def build(folder: Path, make: Callable[[Callable[..., Dataset]], Iterable[Any]]) -> World:
    """Files, tables and ledger. `make` gets `data(name, year)` and gives facts."""
    w = establish(folder, KOMMUN, SURVEY)
    write_workbook(w.raw / "2024" / "bakgrund.xlsx", {"Svar": [
        BACKGROUND, ["A1", "Öppenvård Norr", "MET", "2024-11-01", 34, "Kvinna"]]})  # fmt: skip
    write_workbook(w.raw / "2025" / "bakgrund.xlsx", {"Svar": [
        BACKGROUND,
        ["A2", "Öppenvård Söder", "KBT", "2025-02-01", 15, "Man"],
        ["A3", "Öppenvård Norr", "MET", "2025-03-01", 70, "Kvinna"]]})  # fmt: skip
    write_workbook(w.raw / "2025" / "avslut.xlsx", {"Svar": [
        CLOSING,
        ["A1", "2025-05-01", "Klient", "2025-05-10", 5, 4],
        ["A2", "2025-10-01", "Klient", "2025-10-02", 1, 1],
        ["A2", "2025-10-01", "Klient", "2025-10-05", "2 - Ganska missnöjd", "Vet ej"],
        [None, "2025-10-01", "Klient", "2025-10-05", 3, 3],
        ["A3", "2025-11-01", "Klient", "2025-11-05", 9, 5]]})  # fmt: skip
    write_text(w.raw / "2025" / "enkat.csv", [
        ["Svars-id", "Vilket betyg får vi?", "Vad hjälpte? [samtal]", "Vad hjälpte? [grupp]"],
        ["1", "3", "Ja", ""], ["2", "Vet ej", "Ja", "Ja"],
        ["3", "\x1b[31m\u202e2", "", ""]])  # fmt: skip
    tables(w, 2024, 2025)
    made = list(make(lambda name, year=YEAR: open_dataset(w, name, year, YEAR)))
    return World(w, publish(w, made))


def publish(w: Workspace, made: Iterable[Any]) -> dict[str, Fact]:
    """The ledger and one notebook, whose only cell shows every fact."""
    shown = [f for m in made for f in (m if isinstance(m, FactTable) else [m])]
    facts = {f.id: f for top in shown for f in top.family()}
    folder = w.reports / str(YEAR) / "intern"
    (folder / "notebooks").mkdir(parents=True)
    rows = [
        {"fact": f.id, "period": f.period, "scope": "{}", "part": "value", "text": "visat",
         "notebook": "10_prov", "cell_id": "cell", "source_sha256": "", "anchor": "b-prov-cell-1"}
        for f in shown
    ]  # fmt: skip
    records = pa.Table.from_pylist([f.record() for f in facts.values()], FACT_SCHEMA)
    pq.write_table(records, folder / "faktaregister.parquet")
    occurrences = pa.Table.from_pylist(rows, OCCURRENCE_SCHEMA)
    pq.write_table(occurrences, folder / "forekomster.parquet")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("say(…)", id="cell")])
    nbformat.write(book, folder / "notebooks" / "10_prov.ipynb")
    return {key(f): f for f in facts.values()}


def key(fact: Fact) -> str:
    return "/".join([fact.name, *(str(v) for v in fact.scope.values())])
