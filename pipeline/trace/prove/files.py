"""A mutation written into the file itself: an Excel sheet's XML, a text file, Kolada's JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import posixpath
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pipeline.intake.raw import Cell, RawTable, column_letter
from pipeline.intake.readers import read_file
from pipeline.trace.prove.cells import Mutation, mutated

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAY_0 = dt.date(1899, 12, 30)
ElementTree.register_namespace("", MAIN)
ElementTree.register_namespace("r", RELATIONS)


def write(path: Path, raw: RawTable, mutation: Mutation) -> bool:
    """Change the cell in the file at `path`, which holds the sheet `raw`.

    False, with the file as it was, where the file cannot hold that content so that it is read
    back as meant, every other cell unchanged.
    """
    before = path.read_bytes()
    makers = {"xlsx": _workbook, "csv": _delimited, "kolada": _kolada}
    made = makers[raw.kind](before, raw, mutation) if raw.kind in makers else None
    if made is None:
        return False
    path.write_bytes(made)
    wanted = mutated(raw, mutation)
    try:
        found = next(t for t in read_file(path, raw.file) if t.source == raw.source)
    except Exception:  # whatever a reader makes of it: this content does not fit the file
        found = raw
    if _plain(found) == _plain(wanted):
        return True
    path.write_bytes(before)
    return False


def _plain(raw: RawTable) -> list[list[tuple[type, Cell]]]:
    """The cells with their types; blank ends of rows do not count."""
    rows = []
    for row in raw.rows:
        cells: list[tuple[type, Cell]] = [(type(c), c) for c in row]
        while cells and cells[-1][1] in ("", None):
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _workbook(data: bytes, raw: RawTable, mutation: Mutation) -> bytes | None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        part = _part(old, raw.sheet)
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == part:
                content = _sheet(content, raw, mutation)
            new.writestr(entry, content)
    return made.getvalue()


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    key = next(e.get(f"{{{RELATIONS}}}id") for e in book.iter(f"{{{MAIN}}}sheet")
               if e.get("name") == sheet)  # fmt: skip
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(e.get("Target", "") for e in links if e.get("Id") == key)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _sheet(content: bytes, raw: RawTable, mutation: Mutation) -> bytes:
    root = ElementTree.fromstring(content)
    place = mutation.place
    rows = {int(r.get("r", 0)): r for r in root.iter(f"{{{MAIN}}}row")}
    row = rows[place.row]
    cell = _find(row, place.column, place.row)
    style = cell.get("s")
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    value = mutation.after
    if isinstance(value, bool):
        _value(cell, "b", str(int(value)))
    elif isinstance(value, dt.date):
        time = value.time() if isinstance(value, dt.datetime) else dt.time()
        day = value.date() if isinstance(value, dt.datetime) else value
        seconds = time.hour * 3600 + time.minute * 60 + time.second
        style = _date_style(rows, raw, place.column) or style
        number = (day - DAY_0).days + seconds / 86400
        _value(cell, "", repr(int(number) if number == int(number) else number))
        cell.set("s", style or "0")
    elif isinstance(value, int | float):
        cell.attrib.pop("s", None)
        _value(cell, "", repr(value))
    elif value not in ("", None):
        cell.set("t", "inlineStr")
        text = ElementTree.SubElement(ElementTree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
        text.text = str(value)
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _value(cell: ElementTree.Element, kind: str, text: str) -> None:
    if kind:
        cell.set("t", kind)
    ElementTree.SubElement(cell, f"{{{MAIN}}}v").text = text


def _find(row: ElementTree.Element, column: int, number: int) -> ElementTree.Element:
    """The cell's element, put in its place where the sheet leaves it out."""
    before = 0
    for cell in row:
        found = _column(cell.get("r", ""))
        if found == column:
            return cell
        before += found < column
    made = ElementTree.Element(f"{{{MAIN}}}c", {"r": f"{column_letter(column)}{number}"})
    row.insert(before, made)
    return made


def _column(reference: str) -> int:
    letters = re.match(r"[A-Z]*", reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number - 1


def _date_style(rows: dict[int, Any], raw: RawTable, column: int) -> str | None:
    """The style of some cell of the column that is read as a date."""
    for number, row in rows.items():
        cells = raw.rows[number - 1] if number <= len(raw.rows) else ()
        if column < len(cells) and isinstance(cells[column], dt.date):
            found: str | None = _find(row, column, number).get("s")
            return found
    return None


def _delimited(data: bytes, raw: RawTable, mutation: Mutation) -> bytes | None:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        for separator in ";,\t|":
            try:
                text = data.decode(encoding)
            except UnicodeError:
                break
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
            if tuple(map(tuple, rows)) == raw.rows:
                out = io.StringIO(newline="")
                end = "\r\n" if "\r\n" in text else "\n"
                csv.writer(out, delimiter=separator, lineterminator=end).writerows(
                    mutated(raw, mutation).rows
                )
                return out.getvalue().encode(encoding)
    return None


def _kolada(data: bytes, raw: RawTable, mutation: Mutation) -> bytes | None:
    """Kolada's inner value of the row; an entry of several is split, so that it alone changes."""
    document = json.loads(data.decode("utf-8-sig"))
    wanted = mutation.place.row - 2
    seen = 0
    for page in document if isinstance(document, list) else [document]:
        for at, entry in enumerate(page["values"]):
            inner = entry.get("values")
            if not isinstance(inner, list):
                inner = [entry]
            if seen <= wanted < seen + len(inner):
                page["values"][at : at + 1] = _split(entry, inner, wanted - seen, raw, mutation)
                return json.dumps(document, ensure_ascii=False).encode()
            seen += len(inner)
    return None


def _split(
    entry: dict[str, Any], inner: list[Any], at: int, raw: RawTable, mutation: Mutation
) -> list[Any]:
    name = str(raw.rows[0][mutation.place.column])
    if inner == [entry]:
        return [{**entry, name: mutation.after}]
    outer = name in ("kpi", "municipality", "period")
    value = inner[at] if outer else {**inner[at], name: mutation.after}
    alone = {**entry, "values": [value]} | ({name: mutation.after} if outer else {})
    parts = [{**entry, "values": inner[:at]}, alone, {**entry, "values": inner[at + 1 :]}]
    return [part for part in parts if part["values"]]
