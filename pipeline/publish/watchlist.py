"""The restricted bevakningslista of the internal edition: a page and a workbook a unit.

It is no part of the report: no number leads here. An insats stands with its pseudonym and with the
file, sheet and row where the unit finds it; nothing that anybody wrote in their own words is here.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from traitlets import Unicode

from pipeline.facts.watchlist import Waiting, waiting
from pipeline.forms.codebook import slug
from pipeline.intake.store import fixed_xlsx
from pipeline.publish.exporter import PageExporter
from pipeline.trace.sample.book import put
from pipeline.workspace import Workspace, load_kommun

FOLDER = "bevakning"
LINK = (
    f"{FOLDER}/index.html",
    "Bevakningslista (begränsad del)",
    "Avslutade insatser som ingen har svarat om. Bara för enheternas eget arbete.",
)
NO_UNIT = "Utan känd enhet"
COLUMNS = {  # header → width in the workbook
    "Insats-id (pseudonym)": 22, "Insats": 30, "Avslutad": 12, "Dagar sedan avslutet": 20,
    "Varför avslutad": 28, "Erbjuden samtal eller enkät": 26, "Varför svar saknas": 24,
    "Fil": 34, "Blad": 14, "Rad": 8,
}  # fmt: skip
BOLD, TITLE = Font(bold=True), Font(bold=True, size=14)


@dataclass(frozen=True, slots=True)
class UnitList:
    """One unit's list. `file`: the name of its page and workbook, without ending."""

    title: str
    file: str
    rows: Sequence[Waiting]


class WatchlistExporter(PageExporter):
    """A unit's list, or with `unit` None the list of the units."""

    template_file = Unicode("bevakning.html.j2")
    sheets = ("bas.css", "rapport.css", "fritext.css", "bevakning.css")


def write_watchlist(workspace: Workspace, year: int, out: Path, day: dt.date) -> None:
    """Write `bevakning/index.html`, and a page and a workbook a unit, into the edition `out`:
    as of `day`. Without the form there is the index alone, which says so."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    kommun = load_kommun(workspace.raw).namn
    found = waiting(workspace, year, day)
    lists = _lists(workspace, found or {})

    def page(unit: UnitList | None) -> str:
        return WatchlistExporter().render(
            kommun=kommun, year=year, day=day, unit=unit, lists=lists, missing=found is None,
        )  # fmt: skip

    _write(folder / "index.html", page(None))
    for unit in lists:
        _write(folder / f"{unit.file}.html", page(unit))
        (folder / f"{unit.file}.xlsx").write_bytes(_workbook(unit, kommun, year, day))


def _lists(workspace: Workspace, found: Mapping[str, Sequence[Waiting]]) -> list[UnitList]:
    titles = {o.value: o.label for o in load_kommun(workspace.raw).enheter} | {"": NO_UNIT}
    made: list[UnitList] = []
    for unit, rows in found.items():
        file = slug(unit) if unit else "utan_enhet"
        while file in {m.file for m in made} | {"index"}:  # units whose names differ in signs
            file += "_2"
        made.append(UnitList(titles.get(unit, unit), file, rows))
    return made


def _workbook(unit: UnitList, kommun: str, year: int, day: dt.date) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Bevakning"
    put(sheet, 1, 1, f"Bevakningslista, {unit.title}, {year}", TITLE)
    put(sheet, 2, 1, f"{kommun}. Avslutade insatser utan svar, per {day.isoformat()}.")
    put(sheet, 3, 1, "Begränsad: bara för enhetens eget arbete.", BOLD)
    for column, (text, width) in enumerate(COLUMNS.items(), 1):
        put(sheet, 5, column, text, BOLD)
        sheet.column_dimensions[sheet.cell(5, column).column_letter].width = width
    for number, one in enumerate(unit.rows, 6):
        told = (
            one.insats_id, one.insats, one.ended, one.days, one.cause, one.offered, one.reason,
            one.file, one.sheet, one.row,
        )  # fmt: skip
        for column, value in enumerate(told, 1):
            put(sheet, number, column, value)
    sheet.freeze_panes = "A6"
    book.properties.creator = kommun
    book.properties.created = dt.datetime.combine(day, dt.time(9))
    made = io.BytesIO()
    book.save(made)
    return fixed_xlsx(made.getvalue(), day)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
