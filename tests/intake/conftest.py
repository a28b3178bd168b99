"""A small municipality: one register form, one survey, one small table that refers to the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.forms.codebook import Codebook, load_codebooks, read_codebook
from pipeline.intake.dialects import dialect_of
from pipeline.intake.raw import Cell, NotRead, RawTable, Recognised
from pipeline.intake.recognise import recognise
from pipeline.workspace import Kommun, Workspace
from tests.municipality import establish

SATISFIED = [
    {"value": 1, "label": "Mycket missnöjd"},
    {"value": 2, "label": "Missnöjd"},
    {"value": 3, "label": "Varken eller"},
    {"value": 4, "label": "Nöjd"},
    {"value": 5, "label": "Mycket nöjd"},
    {"value": 9, "label": "Vet ej", "aliases": ["vet inte"], "missing": True},
]
PROBLEMS = [
    {"value": "alkohol", "label": "Alkohol"},
    {"value": "spel", "label": "Spel; pengar"},
    {"value": "skola", "label": "Skola", "aliases": ["skolan"]},
    {"value": "vet_ej", "label": "Vet ej", "missing": True},
]
ARENDEN = {
    "name": "provarenden",
    "title": "Provärenden",
    "kind": "register",
    "protects": "person",
    "primaryKey": ["arende_id"],
    "keep": "slutdatum",
    "missingValues": ["", "-", "uppgift saknas"],
    "fields": [
        {"name": "arende_id", "title": "Ärende-id", "type": "string",
         "aliases": ["Ärendenummer"], "constraints": {"required": True}},
        {"name": "slutdatum", "title": "Slutdatum", "type": "date",
         "constraints": {"required": True}},
        {"name": "enhet", "title": "Enhet", "type": "string",
         "categories": [{"value": "fam", "label": "Familjeteamet"},
                        {"value": "vux", "label": "Vuxenteamet", "aliases": ["Vuxen"]}]},
        {"name": "alder", "title": "Ålder", "type": "integer"},
        {"name": "kostnad", "title": "Kostnad (kr)", "type": "number"},
        {"name": "nojd", "title": "Hur nöjd är du?", "type": "integer", "categories": SATISFIED},
        {"name": "erbjuden", "title": "Erbjuden", "type": "boolean"},
        {"name": "problem", "title": "Vilka problem?", "type": "list", "categories": PROBLEMS},
        {"name": "synpunkter", "title": "Synpunkter", "type": "string", "freetext": True},
    ],
    "derived": [
        {"name": "aldersband", "title": "Ålder", "rule": "band", "from": "alder",
         "breaks": [0, 13, 18, 65]},
        {"name": "ar", "title": "År", "rule": "year", "from": "slutdatum"},
        {"name": "tertial", "title": "Tertial", "rule": "tertial", "from": "slutdatum"},
    ],
}  # fmt: skip
ENKAT = {
    "name": "provenkat",
    "title": "Provenkät",
    "kind": "survey",
    "protects": "staff",
    "missingValues": ["", "N/A"],
    "fields": [
        {"name": "roll", "title": "Vilken roll har du?", "type": "string", "aliases": ["q1"],
         "constraints": {"required": True}},
        {"name": "betyg", "title": "Vilket betyg ger du?", "type": "integer", "aliases": ["q2"]},
        {"name": "kanaler", "title": "Hur nådde vi dig?", "type": "list",
         "columns": [{"header": "q3[SQ001]", "value": "brev"},
                     {"header": "q3[SQ002]", "value": "telefon"},
                     {"header": "q3[SQ003]", "value": "vet_ej"}],
         "categories": [{"value": "brev", "label": "Brev"},
                        {"value": "telefon", "label": "Telefon"},
                        {"value": "vet_ej", "label": "Vet ej", "missing": True}]},
    ],
}  # fmt: skip
MAL = {
    "name": "provmal",
    "title": "Provmål",
    "kind": "register",
    "protects": "person",
    "primaryKey": ["arende_id", "mal_nr"],
    "fields": [
        {"name": "arende_id", "title": "Ärende-id", "type": "string",
         "constraints": {"required": True}},
        {"name": "mal_nr", "title": "Mål nr", "type": "integer", "constraints": {"required": True}},
        {"name": "niva", "title": "Nivå", "type": "integer"},
        {"name": "uppfoljd", "title": "Uppföljd", "type": "date"},
    ],
    "foreignKeys": [
        {"fields": ["arende_id"],
         "reference": {"resource": "provarenden", "fields": ["arende_id"]},
         "lookup": ["enhet", "slutdatum", "problem"]}
    ],
    "derived": [{"name": "dagar", "title": "Dagar", "rule": "days_between", "from": "slutdatum",
                 "to": "uppfoljd"}],
}  # fmt: skip

Sheet = Sequence[Sequence[Cell]]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Codebook]:
    made = establish(tmp_path_factory.mktemp("formular"), "", ARENDEN, ENKAT, MAL)
    read = (read_codebook(p, Kommun()) for p in sorted((made.raw / "formular").iterdir()))
    return {book.name: book for book in read}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with the three forms above in RAW/formular and an empty year 2025."""
    return establish(tmp_path, "", ARENDEN, ENKAT, MAL)


def raw_table(rows: Sheet, kind: str = "xlsx", **more: Any) -> RawTable:
    sheet = "Svar" if kind == "xlsx" else ""
    name = {"xlsx": "prov.xlsx", "csv": "prov.csv"}.get(kind, "prov.json")
    cells = tuple(map(tuple, rows))
    more.setdefault("dialect", dialect_of(cells))
    return RawTable(name, "0" * 64, sheet, kind, cells, **more)


@pytest.fixture
def understand(books: dict[str, Codebook]) -> Callable[..., Recognised]:
    """Recognise a table that must be recognised."""

    def run(rows: Sheet, kind: str = "xlsx", **more: Any) -> Recognised:
        found = recognise(raw_table(rows, kind, **more), books)
        assert not isinstance(found, NotRead), found.reason
        return found

    return run


def shipped() -> dict[str, Codebook]:
    return load_codebooks(Kommun())
