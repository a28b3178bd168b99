"""2,000 planted identifiers, the real `annual`, and a search through every byte that came out.

Planted counts each personnummer, samordningsnummer, telephone number, e-mail and street address
in a cell that a form reads: identifying, free text, other text, category, date, number, yes or no,
list and dummy column; in workbooks (.xlsx, .xlsm, a hidden sheet, a note above the table, the
comment of a cell) and text files (.csv, .tsv); in rows that count, duplicates and quarantine; and
in columns that no form reads, and their headers. Searched for letter by letter and digit by digit.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2
import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from pipeline.validation.marked import FOLDER as COPIES
from tests import planted
from tests.planted import COUNT, YEAR, Built
from tests.privacy.identifiers import found


@pytest.fixture(scope="module")
def built() -> Built:
    return planted.built()


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
        with pypdfium2.PdfDocument(data) as pages:
            yield "\n".join(page.get_textpage().get_text_range() for page in pages)
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
