"""For Stratsys: the year's measures as the text that its import reads, and the plan's measures as a
sheet to type in from, for activities have no import.

The import takes tab-separated text with organisation, period (a day in it), measure and value,
names exactly as in Stratsys (its manual, "Importera måttdata"). The numbers leave the house: they
are those of the public edition, as shown there.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import UppfoljningError
from pipeline.facts.action_plan import Measure, measures, names_a_number
from pipeline.facts.dataset import open_dataset
from pipeline.facts.named import parse
from pipeline.publish import form_sheet as s
from pipeline.publish.public import FILE as LEDGER
from pipeline.report.key_figures import GUIDELINES
from pipeline.report.swedish import SMALL
from pipeline.workspace import Kommun, Workspace, load_kommun

FOLDER, TEXT, SHEET = "stratsys", "matt.txt", "aktiviteter.xlsx"
UNIT = "enhet"
PER_UNIT = "_per_enhet"
STATES = {"planerad": "Ej påbörjad", "pagar": "Pågående", "klar": "Avslutad",
          "avbruten": "Avbruten"}  # fmt: skip
COLUMNS = {  # header → width
    "Enhet": 26, "Aktivitet": 46, "Beskrivning": 40, "Ansvarig": 24, "Startdatum": 13,
    "Slutdatum": 13, "Prioritet": 11, "Status": 14, "Kommentar": 40,
}  # fmt: skip
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One value: a unit's or the sector's, of the period that holds `day`."""

    unit: str
    day: dt.date
    measure: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Left:
    """A measure that is not sent over, and why."""

    unit: str
    measure: str
    why: str


def write_stratsys(workspace: Workspace, year: int, public: Path, out: Path, day: dt.date) -> None:
    """Write `stratsys/` into the edition `out`. `public`: the public edition's folder."""
    kommun = load_kommun(workspace.raw)
    records = json.loads((public / LEDGER).read_text(encoding="utf-8"))
    found = measures(workspace, year) or ()
    sent, left = values(records, kommun, year, wanted(workspace, year, found))
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TEXT).write_bytes(text(sent).encode("utf-8-sig"))
    (folder / SHEET).write_bytes(sheet(found, kommun, left, day))


def wanted(workspace: Workspace, year: int, found: Iterable[Measure]) -> tuple[str, ...]:
    """The numbers that are sent over, by name: those that the settings name, else the year's goals,
    the municipality's own measures and what the plan names, also by unit."""
    kommun = load_kommun(workspace.raw)
    if kommun.stratsys.matt:
        return tuple(kommun.stratsys.matt)
    goals = open_dataset(workspace, GUIDELINES, year, year).table
    names = [] if goals is None else goals["matt"].to_pylist()
    names += [m.namn for m in kommun.matt]
    told = (text for m in found for text in (m.brist_ref, m.effekt_belagg))
    names += [parse(t).name for t in told if names_a_number(t)]
    whole = (name.removesuffix(PER_UNIT) for name in names)
    return tuple(dict.fromkeys(n for name in whole for n in (name, f"{name}{PER_UNIT}")))


def values(
    records: Sequence[Record], kommun: Kommun, year: int, names: Sequence[str]
) -> tuple[list[Line], list[Left]]:
    """The year's numbers of these names in a public ledger: what is sent and what is not."""
    sent: list[Line] = []
    left: list[Left] = []
    for name in names:
        found = [r for r in records if r["name"] == name and r["period"] == str(year)]
        if not found and name in kommun.stratsys.matt:
            why = f"Inget tal i den publika utgåvan heter {name} (kommun.toml, [stratsys.matt])."
            left.append(Left("", kommun.stratsys.matt[name], why))
        for record in found:
            unit = unit_of(record, kommun)
            if unit is None or record["kind"] == "word":
                continue
            measure = measure_of(record, kommun)
            if why := _why_not(record):
                left.append(Left(unit, measure, why))
            else:
                sent.append(Line(unit, dt.date(year, 12, 31), measure, _value(record)))
    return sent, left


def unit_of(record: Record, kommun: Kommun) -> str | None:
    """What the unit of a number is called in Stratsys: the sector where the number is of all. None
    where it is broken down by anything else, or by several units together."""
    scope = record["scope"]
    if not scope:
        return _one_line(kommun.stratsys.sektor or kommun.sektor or kommun.namn)
    labels = {o.value: o.label for o in kommun.enheter}
    code = scope.get(UNIT)
    if set(scope) != {UNIT} or isinstance(code, list) or code not in labels:
        return None
    return _one_line(kommun.stratsys.enheter.get(code, labels[code]))


def measure_of(record: Record, kommun: Kommun) -> str:
    """What a measure is called in Stratsys: by default the number's title without its class."""
    title = str(record["title"])
    label = {o.value: o.label for o in kommun.enheter}.get(record["scope"].get(UNIT))
    ends = title.rfind(f": {label})") if label else -1  # ”… (Enhet: Familjeteamet)”
    plain = title[: title.rfind(" (", 0, ends)] if ends > 0 else title
    return _one_line(kommun.stratsys.matt.get(record["name"], plain))


def text(lines: Iterable[Line]) -> str:
    """The lines as the import reads them: unit, day, measure and value between tabs."""
    return "".join(
        f"{line.unit}\t{line.day.isoformat()}\t{line.measure}\t{_decimal(line.value)}\r\n"
        for line in lines
    )


def lines(content: str) -> Iterator[Line]:
    """What such a text says. Raises UppfoljningError for a line of another shape."""
    for number, row in enumerate(content.removesuffix("\r\n").split("\r\n"), start=1):
        parts = row.split("\t")
        if not content:
            return
        try:
            unit, day, measure, value = parts
            yield Line(unit, dt.date.fromisoformat(day), measure, Decimal(value.replace(",", ".")))
        except (ValueError, ArithmeticError) as error:
            raise UppfoljningError(
                f"{TEXT}, rad {number}: raden har inte enhet, datum, mått och värde med tabbar "
                "emellan."
            ) from error


def sheet(found: Sequence[Measure], kommun: Kommun, left: Sequence[Left], day: dt.date) -> bytes:
    """The workbook: activities in the order of their screen, and the measures left out of the
    text."""
    book = s.workbook(kommun.namn, day)
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Aktiviteter"
    _head(first, COLUMNS)
    s.on_paper(first, 1)
    for row, m in enumerate(found, start=2):
        code = m.codes["enhet"]
        sector = _one_line(kommun.stratsys.sektor or kommun.sektor or kommun.namn)
        unit = kommun.stratsys.enheter.get(code, m.applies_to) if code else sector
        told = (
            unit, m.atgard, m.codes["onskad_effekt"], m.ansvarig, m.codes["start"], m.slut,
            m.prioritet, STATES.get(m.codes["status"], ""), m.codes["uppfoljning"],
        )  # fmt: skip
        for column, value in enumerate(told, start=1):
            cell = s.put(first, row, column, value or None)
            cell.alignment = s.WRAPPED
            if isinstance(value, dt.date):
                cell.number_format = s.DATE
        s.fit(first, row)
    second = book.create_sheet("Mått som inte är med")
    _head(second, {"Enhet": 26, "Mått": 60, "Varför": 60})
    for row, one in enumerate(left, start=2):
        for column, said in enumerate((one.unit, one.measure, one.why), start=1):
            s.put(second, row, column, said).alignment = s.WRAPPED
    return s.saved(book, day)


def _head(page: Worksheet, columns: Mapping[str, int]) -> None:
    for column, (head, width) in enumerate(columns.items(), start=1):
        cell = s.put(page, 1, column, head)
        cell.font, cell.fill, cell.border = s.BOLD, s.GREY, s.THIN
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = "A2"


def _why_not(record: Record) -> str:
    if record["hidden"]:
        return "Visas inte i den publika utgåvan."
    if record["value"] is None:
        return "Underlag saknas."
    if record["unit"] == "andel" and (record["denominator"] or SMALL) < SMALL:
        return f"Andel av färre än {SMALL}: den anges i antal, inte i procent."
    return ""


def _value(record: Record) -> Decimal:
    """A share in per cent, as it is shown."""
    scale = 100 if record["unit"] in ("andel", "andelsskillnad") else 1
    return (Decimal(repr(record["value"])) * scale).normalize()


def _decimal(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")


def _one_line(name: str) -> str:
    """A name without tabs and line breaks, which would part the line."""
    return " ".join(name.split())
