"""The list of those drawn, for a safe channel: the one place where a kund's own number stands
beside the number in the review. It lies in PROCESSED, its owner alone may read it, and nothing
else is made of it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from openpyxl.styles import Font

from pipeline.audit.records import Protocol
from pipeline.audit.visits import file_name
from pipeline.facts.visits import rows
from pipeline.publish.form_sheet import BOLD, TITLE, saved, workbook
from pipeline.run.modes import OWN_FILE, OWN_FOLDER
from pipeline.run.visits import chosen
from pipeline.trace.cellset import Sheet
from pipeline.trace.raw_values import RawFiles, place_of, plain
from pipeline.trace.sample.book import put
from pipeline.trace.tables import Tables
from pipeline.workspace import Workspace, load_kommun

FOLDER = "saker_kanal"
COLUMNS = {  # header → width
    "Nr": 6, "Kundens nummer": 24, "Lagrum": 44, "Granskas från och med": 22,
    "Cellen i listan": 44,
}  # fmt: skip
RED = Font(name="Calibri", size=11, bold=True, color="B3261E")


def path_of(workspace: Workspace, year: int, besok_id: str) -> Path:
    return workspace.processed / str(year) / FOLDER / f"{file_name(besok_id)}-urval.xlsx"


def write(workspace: Workspace, year: int, protocol: Protocol) -> Path:
    """Write the list of a draw. The kund's number is read from its raw cell, as it stands there.
    Raises UppfoljningError where the raw file is not the one that the tables were made of. Of a
    kund whose row is gone the list says so."""
    found = {r["kund_id"]: r for r in rows(workspace, year, "kunder", protocol["besok_id"])}
    files = RawFiles(Tables(workspace, year))
    day = dt.date.fromisoformat(protocol["datum"])
    book = workbook(load_kommun(workspace.raw).namn, day)
    sheet = book.active
    assert sheet is not None
    sheet.title = "Urval"
    put(sheet, 1, 1, f"Urval av kunder, besök {protocol['besok_id']}", TITLE)
    put(sheet, 2, 1, f"{protocol['verksamhet']}. Dnr {protocol['dnr']}. Draget {day}.")
    put(sheet, 3, 1, "Lämnas i en säker kanal, aldrig med e-post. Förstörs när den använts.", RED)
    for column, (header, width) in enumerate(COLUMNS.items(), 1):
        put(sheet, 5, column, header, BOLD)
        sheet.column_dimensions[sheet.cell(5, column).column_letter].width = width
    for number, pseudonym in enumerate(protocol["urval"], 1):
        told = _told(workspace, year, files, found.get(pseudonym), protocol["granskas_fran"])
        for column, value in enumerate((number, *told), 1):
            put(sheet, 5 + number, column, value)
    sheet.freeze_panes = "A6"
    return _kept(path_of(workspace, year, protocol["besok_id"]), saved(book, day))


def _told(
    workspace: Workspace, year: int, files: RawFiles, row: dict[str, Any] | None, first: str
) -> tuple[Any, ...]:
    if row is None:
        return ("står inte längre i listan", "", "", "")
    sheet = Sheet(year, row["_kalla"])
    letter = Tables(workspace, year).sources[year][sheet.kalla]["columns"]["kund_id"][0]
    cells = files.table(sheet).rows[row["_rad"] - 1]
    begun = row["insats_fran"].isoformat() if row["insats_fran"] else ""
    lagrum = ", ".join(chosen(workspace, "kunder", "lagrum", row).values())
    number = plain(cells[place_of(letter)])
    return (_whole(number), lagrum, max(first, begun), f"{sheet.kalla}!{letter}{row['_rad']}")


def _whole(value: Any) -> Any:
    """Excel keeps every number as a decimal one; an id of digits has none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kept(path: Path, content: bytes) -> Path:
    """Written so that at no moment anybody else may read it."""
    path.parent.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
    if os.name == "posix":
        path.parent.chmod(OWN_FOLDER)
    partial = path.with_name(f".{path.name}.tmp")
    partial.unlink(missing_ok=True)
    opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_FILE)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
    os.replace(partial, path)
    return path
