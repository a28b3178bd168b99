"""2,000 planted identifiers, the real `annual`, and a search through every byte that came out.

Planted counts each personnummer, samordningsnummer, telephone number, e-mail and street address
in a cell that a form reads: identifying, free text, other text, category, date, number, yes or no,
list and dummy column; in workbooks (.xlsx, .xlsm, a hidden sheet, a note above the table, the
comment of a cell) and text files (.csv, .tsv); in rows that count, duplicates and quarantine; and
in columns that no form reads, and their headers. Searched for letter by letter and digit by digit.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment
from pypdf import PdfReader
from pypdf.generic import StreamObject

from pipeline.exempel import make_example
from pipeline.forms.codebook import load_codebooks
from pipeline.validation.marked import FOLDER as COPIES
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import at, run
from tests.privacy.identifiers import Planted, found, planted

YEAR, COUNT, ROWS = 2025, 2000, 40
FRAMES = ("{}", "{}", "Ring {} om det.", "Hon ({}) sa det", "se {}; och mer")
FILES = (
    ("Avslut extra.xlsx", "avslut"), ("Avslut makro.xlsm", "avslut"),
    ("Start extra.csv", "bakgrund"), ("Start extra.tsv", "bakgrund"), ("Start.xlsx", "bakgrund"),
    ("Svar.xlsx", "brukarenkat"), ("Svar.csv", "brukarenkat"),
)  # fmt: skip


@dataclass(frozen=True)
class Built:
    workspace: Workspace
    said: str
    code: int
    planted: list[Planted]


class _Files:
    """Writes the extra files, an identifier in every cell that is not needed for the row."""

    def __init__(self, workspace: Workspace, identifiers: list[Planted]) -> None:
        self._folder = workspace.raw / str(YEAR)
        self._left = iter(identifiers)
        self._dice = random.Random(3)
        self._books = load_codebooks(load_kommun(workspace.raw), [workspace.raw / "formular"])

    def table(self, name: str, count: int) -> list[list[Any]]:
        """Headers (with three columns that no form reads), and rows that hold `count`."""
        fields = self._books[name].fields
        first = next(self._left)
        rows: list[list[Any]] = [[f.title for f in fields] + ["Namn", "Anteckning", first.text]]
        while count > 1:
            row: list[Any] = []
            for f in fields:
                needed = f.required and not (f.identifies or len(rows) % 7 == 0)
                if needed or count <= 1:
                    row.append(self._needed(f, len(rows)))
                    continue
                one = next(self._left)
                count -= 1
                row.append(self._cell(one, f.type))
            rows.append([*row, "Anna", "ordinär", 3])
            if len(rows) % 9 == 0:  # the same key again
                rows.append([*row, "Anna", "ordinär", 4])
        return rows

    def _cell(self, one: Planted, kind: str) -> Any:
        digits = one.core.isdigit() and one.kind != "telefon" and not one.core.startswith("00")
        if digits and (kind in ("integer", "number") or self._dice.random() < 0.2):
            return float(one.core)
        return self._dice.choice(FRAMES).format(one.text)

    def _needed(self, field: Any, number: int) -> Any:
        if field.type == "date":
            return "2025-03-01"
        return field.categories[0].label if field.categories else f"P{number}"

    def write(self, file: str, rows: list[list[Any]]) -> None:
        path = self._folder / file
        if path.suffix in (".csv", ".tsv"):
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, delimiter="\t" if path.suffix == ".tsv" else ";").writerows(rows)
            return
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Svar"
        sheet["A1"] = f"Titel: {next(self._left).text}"
        for row in rows:
            sheet.append(row)
        sheet["B3"].comment = Comment(f"Fråga {next(self._left).text}", "N")
        hidden = book.create_sheet("Dolt")
        hidden.sheet_state = "hidden"
        for row in [["Rubrik", "Annan", "Tredje"], [next(self._left).text for _ in range(3)]]:
            hidden.append(row)
        book.save(path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    workspace = at(tmp_path_factory.mktemp("planterat"))
    make_example(workspace.raw, (YEAR,), ROWS, 5)
    identifiers = planted(COUNT)
    files = _Files(workspace, identifiers)
    share = (COUNT - 4 * 5) // len(FILES)
    for i, (file, table) in enumerate(FILES):
        last = COUNT - 4 * 5 - share * (len(FILES) - 1)
        files.write(file, files.table(table, last if i == len(FILES) - 1 else share))
    assert next(files._left, None) is None, "every identifier is planted"
    done = run(workspace, "annual", "--year", str(YEAR))
    return Built(workspace, done.stdout + done.stderr, done.returncode, identifiers)


# Where something is drawn on a PDF's page: two side by side may spell an identifier by chance.
PLACE = re.compile(r"(?<![\d.])-?\d{0,4}\.\d+(?![\d.])")


def texts(name: str, data: bytes) -> Iterator[str]:
    """A file as all the texts that can be read out of it, whatever it is packed in."""
    yield name
    yield data.decode("utf-8", errors="replace")
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from texts(member, archive.read(member))
    elif data[:4] == b"PAR1":
        yield json.dumps(
            pq.read_table(io.BytesIO(data)).to_pylist(), ensure_ascii=False, default=str
        )
    elif data[:4] == b"%PDF":
        reader = PdfReader(io.BytesIO(data))
        yield "\n".join(page.extract_text() for page in reader.pages)
        for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 1):
            there = reader.get_object(number)
            if isinstance(there, StreamObject):
                drawn = there.get_data().decode("utf-8", errors="replace")
                yield PLACE.sub(" ", drawn)
    elif name.endswith((".ipynb", ".json", ".js")):
        yield re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), data.decode("utf-8"))


def written(*folders: Path) -> Iterator[str]:
    """All that is written, but for the copies that go back to whoever filled in the files: those
    are the files themselves, with the cells marked."""
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if path.parent.name == COPIES:
                assert os.name != "posix" or path.stat().st_mode & 0o077 == 0
                continue
            yield from texts(path.name, path.read_bytes())


def test_the_edition_is_built_and_agrees_with_its_independent_recomputation(built: Built) -> None:
    assert built.code == 0, built.said[-3000:]


def test_the_search_finds_them_all_where_they_were_planted(built: Built) -> None:
    missing = {p.core for p in built.planted} - found(written(built.workspace.raw), built.planted)
    assert len(built.planted) == COUNT and not missing


def test_none_is_in_any_output_log_or_message(built: Built) -> None:
    places = built.workspace.processed, built.workspace.reports
    assert any(built.workspace.processed.rglob("karnor.log"))
    assert found([built.said], built.planted) == set()
    assert found(written(*places), built.planted) == set()


def test_each_cell_that_a_form_reads_is_reported(built: Built) -> None:
    cells = pq.read_table(built.workspace.processed / str(YEAR) / "celler.parquet").to_pylist()
    masked = [c for c in cells if c["atgard"] == "maskerad"]
    assert len(masked) > COUNT * 0.85 and all(c["adress"] for c in masked)
    balance = json.loads(
        (built.workspace.processed / str(YEAR) / "balance.json").read_text("utf-8")
    )
    assert sum(f["cells_masked"] for f in balance["files"].values()) == len(masked)
    assert "Maskerade" in built.said
