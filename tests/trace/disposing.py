"""What is planted in rows that are going to be destroyed, and the search for it afterwards."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from pipeline.intake.store import fixed_xlsx

BOOK, SHEET, BOOK_ROWS = "Avslutande samtal 2025.xlsx", "Sheet1", (4, 5, 6, 7, 10)
TEXT, TEXT_ROWS = "Brukarenkät 2025.csv", (4, 5, 6, 7, 8)
WEEKS = "40,0625"  # an answer that no one else gives: shown raw by the panel


def plant(raw: Path) -> list[str]:
    """Put texts that nobody else has into the rows; returns them."""
    planted = []
    path = raw / "2025" / BOOK
    book = openpyxl.load_workbook(path)
    for row in BOOK_ROWS:
        planted.append(f"Kvarnhjulet snurrar på rad {row}")
        book[SHEET].cell(row, 24).value = planted[-1]
    book.save(path)
    path.write_bytes(fixed_xlsx(path.read_bytes(), dt.date(2026, 1, 1)))  # the clock taken out
    path = raw / "2025" / TEXT
    lines = path.read_bytes().decode("cp1252").split("\r\n")
    for row in TEXT_ROWS:
        cells = lines[row - 1].split(";")
        planted.append(f"Sjökortet låg på rad {row}")
        cells[-2:] = [WEEKS, planted[-1]]
        lines[row - 1] = ";".join(cells)
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return planted


def found(folder: Path, texts: Sequence[str]) -> list[tuple[str, str]]:
    """(file, text) wherever one of the texts stands, in whatever the files are packed in."""
    return [
        (path.relative_to(folder).as_posix(), text)
        for path in sorted(p for p in folder.rglob("*") if p.is_file())
        for said in _said(path)
        for text in texts
        if any(text.encode(e) in said for e in ("utf-8", "cp1252", "unicode-escape"))
    ]


def _said(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from map(archive.read, archive.namelist())
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
