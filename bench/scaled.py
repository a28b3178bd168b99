"""Exempelkommun with any number of closing conversations.

The generator makes three years; then the two tables that the reports rest upon, `bakgrund` and
`avslut` of the last year, are written again as CSV files, each row `times` times under identifiers
of its own (duplicates stay duplicates, what refers to something refers to its own copy). Row by
row, so that size costs no memory.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.exempel import make_example
from pipeline.facts.dataset import codebooks
from pipeline.intake.raw import Recognised
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import recognise
from pipeline.workspace import Workspace, year_files

YEARS = (2023, 2024, 2025)
YEAR = YEARS[-1]
GROWN = ("bakgrund", "avslut")
STARTED = 905  # insatser started a year, that give a thousand rows in avslut


def make(workspace: Workspace, times: int, started: int = STARTED) -> dict[str, int]:
    """Write RAW; returns the raw rows of each table that has grown."""
    make_example(workspace.raw, YEARS, started)
    books = codebooks(workspace.raw)
    counted = dict.fromkeys(GROWN, 0)
    for path in year_files(workspace.raw / str(YEAR)):
        found = [
            made
            for raw in read_file(path, path.name)
            if isinstance(made := recognise(raw, books), Recognised)
        ]
        if not found or {f.codebook.name for f in found} - {*GROWN}:
            continue
        path.unlink()
        for number, one in enumerate(found):
            target = path.with_name(f"{path.stem} {number}.csv")
            counted[one.codebook.name] += _tile(one, times, target)
    return counted


def _tile(found: Recognised, times: int, target: Path) -> int:
    """Header and rows, the rows `times` times over."""
    book = found.codebook
    own = [j for f in book.fields if f.identifies for j in found.columns.get(f.name, ())]
    header = [_text(c) for c in found.raw.rows[found.header_row - 1]]
    rows = [[_text(c) for c in found.raw.rows[i - 1]] for i in found.rows]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        for copy in range(times):
            writer.writerows(_copies(rows, own, copy))
    return len(rows) * times


def _copies(rows: Sequence[list[str]], own: Sequence[int], copy: int) -> Iterator[list[str]]:
    for row in rows:
        made = row.copy()
        for j in own:
            if j < len(made) and made[j]:
                made[j] = f"{made[j]}-{copy}" if copy else made[j]
        yield made


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
