"""Files that go wrong in one way each (`torture/`): read as `expected.json` says, and read by
verification's own path to the same cells, columns, rows and reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import IntakeError
from pipeline.forms.codebook import Codebook
from pipeline.intake.clean import clean
from pipeline.intake.raw import NotRead, RawTable, Recognised, column_letter
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import recognise
from pipeline.privacy.key import PseudonymKey
from pipeline.trace.verify import reading
from pipeline.trace.verify.finding import Found, find_table

from .torture.files import FILES

EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "torture" / "expected.json").read_text(encoding="utf-8")
)
READ = [n for n, e in EXPECTED.items() if "form" in e]
REFUSED = [n for n, e in EXPECTED.items() if "refused" in e]


def test_there_are_forty_files_and_each_has_what_should_happen() -> None:
    assert FILES.keys() == EXPECTED.keys() and len(FILES) >= 40


@pytest.fixture
def put(tmp_path: Path) -> Any:
    def write(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(FILES[name]())
        return path

    return write


def understood(path: Path, books: dict[str, Codebook]) -> tuple[Recognised, dict[str, str]]:
    """The one table of a file, and why its other sheets give none."""
    found = [recognise(t, books) for t in read_file(path, path.name)]
    (table,) = (f for f in found if isinstance(f, Recognised))
    return table, {f.sheet: f.reason for f in found if isinstance(f, NotRead)}


@pytest.mark.parametrize("name", READ)
def test_the_file_is_read_as_it_should_be(name: str, put: Any, books: dict[str, Codebook]) -> None:
    wanted = EXPECTED[name]
    found, passed = understood(put(name), books)
    assert found.codebook.name == wanted["form"]
    assert found.header_row == wanted["header_row"]
    assert list(found.rows) == wanted["rows"]
    assert list(found.notes) == wanted.get("notes", [])
    assert {str(i): rule for i, rule in found.set_aside.items()} == wanted.get("aside", {})
    for words in wanted.get("says", []):
        assert words in found.note
    assert ("export från" in found.note) == any("export" in s for s in wanted.get("says", []))
    assert {s: EXPECTED[name]["passed"][s] in r for s, r in passed.items()} == {
        s: True for s in wanted.get("passed", {})
    }
    for field, letters in wanted.get("columns", {}).items():
        assert [column_letter(j) for j in found.columns[field]] == letters
    assert list(found.unread)[: len(wanted.get("unread", []))] == wanted.get("unread", [])


@pytest.mark.parametrize("name", READ)
def test_its_cells_become_the_values_that_they_should(
    name: str, put: Any, books: dict[str, Codebook]
) -> None:
    wanted = EXPECTED[name]
    found, _ = understood(put(name), books)
    made = clean(found, PseudonymKey(b"0" * 32))
    for column, values in wanted["values"].items():
        read = [str(v) if hasattr(v, "isoformat") else v for v in made.table[column].to_pylist()]
        assert read == values, column
    refused = {e["adress"].rpartition("!")[2]: e["orsak"] for e in made.errors.to_pylist()}
    assert refused.keys() == wanted.get("wrong", {}).keys()
    assert all(words in refused[cell] for cell, words in wanted.get("wrong", {}).items())
    formulas = {f"{column_letter(j - 1)}{i}": t for (i, j), t in found.raw.formulas.items()}
    if "formulas" in wanted:
        assert formulas == wanted["formulas"]
    for letter, labels in wanted.get("labels", {}).items():
        assert {str(v): t for v, t in found.raw.labels[ord(letter) - 65].items()} == labels
    for letter, title in wanted.get("titles", {}).items():
        assert found.raw.titles[ord(letter) - 65] == title


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words(name: str, put: Any) -> None:
    with pytest.raises(IntakeError) as caught:
        read_file(put(name), name)
    (message,) = caught.value.messages
    assert message.startswith(name) and "Gör så här" in message
    assert all(words in message for words in EXPECTED[name]["refused"])


@pytest.mark.parametrize("name", READ)
def test_verification_reads_the_same(name: str, put: Any, books: dict[str, Codebook]) -> None:
    path = put(name)
    found, _ = understood(path, books)
    other = [f for s in their_sheets(path) if (f := find_table(s, books)) is not None]
    assert len(other) == 1
    assert their_cells(other[0]) == our_cells(found.raw)
    assert other[0].book.name == found.codebook.name
    assert [i + 1 for i in other[0].rows] == list(found.rows)
    ours = {
        (j, name, k if found.spread(found.codebook.field(name)) else -1)
        for name, columns in found.columns.items()
        for k, j in enumerate(columns)
        if j >= 0
    }
    assert {(j, *place) for j, place in other[0].columns.items()} == ours
    aside = other[0].layout.aside if other[0].layout is not None else {}
    assert {i + 1: rule for i, rule in aside.items()} == dict(found.set_aside)


def their_sheets(path: Path) -> Iterator[reading.Sheet]:
    return reading.sheets_of(path.name, path.suffix.lower(), path.read_bytes())


def their_cells(found: Found) -> dict[tuple[int, int], reading.Cell]:
    return {
        (i, j): cell
        for i, row in enumerate(found.cells, 1)
        for j, cell in enumerate(row, 1)
        if cell is not None
    }


def our_cells(raw: RawTable) -> dict[tuple[int, int], reading.Cell]:
    made = {
        (i, j): ("e", str(cell)) if (i, j) in raw.problems else reading.cell_of(cell)
        for i, row in enumerate(raw.rows, 1)
        for j, cell in enumerate(row, 1)
    }
    return {place: cell for place, cell in made.items() if cell is not None}
