"""The one report of the sample's visits that has been sent: v0 and v1 of V2025-02, frozen by the
very verb that a municipality uses and committed, so that the sample shows what changed between them
and since. `python -m pipeline.exempel.frysta` makes both again, on copies of the sample's files in
which nothing is dated after the version, and, for the draft, what was mended after it stands as it
was."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.facts.visits import DRAFT, FINAL, folder_of
from pipeline.run.audit_freeze import freeze
from pipeline.workspace import REPO, Workspace

YEAR, VISIT, BY = 2025, "V2025-02", "SAS och MAS"
DAYS = {DRAFT: dt.date(2025, 4, 7), FINAL: dt.date(2025, 4, 24)}  # as the plan has them
FILE = f"Protokoll {VISIT}.xlsx"
FINDINGS = "Bedömning"
# What is written when: a day, and what else comes with it.
TOGETHER = (
    ("Bedömningen beslutad den", "Beslutad av (roller)"),
    ("Handlingsplan begärd den", "Handlingsplan senast"),
    ("Handlingsplan mottagen den", "Hur bristen åtgärdas", "När bristen ska vara åtgärdad"),
    ("Åtgärdat den",),
)
# How the draft had it: sheet, the row by some of its cells, what stood there.
DRAFTED: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    ("Granskning", {"Kund nr i urvalet": 3, "Lagrum": "Socialtjänstlagen (SoL)",
                    "Kriterium": "Genomförandeplan finns"}, {"Uppfyllt?": "Nej"}),
    ("Avvikelser", {"Slag av avvikelse": "Läkemedel"}, {"Varav utredda": 12}),
    (FINDINGS, {"Område": "Avvikelser och synpunkter"},
     {"Färg": "Gul – frivilligt att utveckla", "Motivering": "Alla avvikelser är inte utredda.",
      "Iakttagelse": "Avvikelser rapporteras, men alla är inte utredda."}),
)  # fmt: skip


def make_frozen(raw: Path) -> Path:
    """Freeze both versions from the sample's files in `raw`; returns the folder that they lie in,
    in `raw`. Those that are there are replaced."""
    target = folder_of(raw, YEAR, VISIT, DRAFT).parent
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as folder:
        place = Workspace(*(Path(folder) / name for name in ("raw", "processed", "reports")))
        shutil.copytree(raw, place.raw)
        shutil.rmtree(folder_of(place.raw, YEAR, VISIT, DRAFT).parent, ignore_errors=True)
        for version, day in DAYS.items():
            as_of(raw / str(YEAR) / FILE, place.raw / str(YEAR) / FILE, day, version == DRAFT)
            made = freeze(place, YEAR, VISIT, version, BY, day, print)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made.parent, target)
    return target


def as_of(file: Path, to: Path, day: dt.date, draft: bool) -> None:
    """Write the visit's protocol as it stood on a day."""
    book = openpyxl.load_workbook(file)
    for row in range(2, book[FINDINGS].max_row + 1):
        _not_yet(book[FINDINGS], row, day)
    for name, which, cells in DRAFTED if draft else ():
        [row] = _rows(book[name], which)
        for head, value in cells.items():
            book[name].cell(row, _heads(book[name])[head]).value = value
    book.save(to)


def _not_yet(sheet: Worksheet, row: int, day: dt.date) -> None:
    """Take away what has a later day."""
    heads = _heads(sheet)
    for first, *others in TOGETHER:
        dated = sheet.cell(row, heads[first]).value
        if isinstance(dated, dt.datetime) and dated.date() > day:
            for head in (first, *others):
                sheet.cell(row, heads[head]).value = None


def _rows(sheet: Worksheet, which: Mapping[str, Any]) -> Iterator[int]:
    heads = _heads(sheet)
    for row in range(2, sheet.max_row + 1):
        if all(sheet.cell(row, heads[head]).value == value for head, value in which.items()):
            yield row


def _heads(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[1] if cell.value}


if __name__ == "__main__":
    print(make_frozen(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "data" / "raw"))
