"""What the values of an Excel workbook (.xlsx) do not tell, from its XML."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree

from pipeline.intake.unseen import Unseen, error

# Reading the cells one by one is slow, so a sheet is first searched for what could need it.
_SUSPECT = re.compile(
    rb"""\bt=["']e["']|<(?:\w+:)?f[\s/>]|\bhidden=["'](?:1|true)|<(?:\w+:)?mergeCell\b"""
)
_OVERLAP = 64
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_YES = ("1", "true")
_MANY = 200
_CHUNK = 1 << 20
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_UNCALCULATED = (
    "Cellen innehåller en formel utan sparat värde. Öppna filen i Excel, spara den och kör igen."
)


def unseen_of_xlsx(data: bytes) -> dict[str, Unseen]:
    """Sheet name → what its values do not tell; only sheets that have something of it."""
    found: dict[str, Unseen] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for sheet, part in _sheet_parts(archive):
            with archive.open(part) as stream:
                if not _suspect(stream):
                    continue
            with archive.open(part) as stream:
                found[sheet] = _unseen(stream)
    return found


def _suspect(stream: IO[bytes]) -> bool:
    tail = b""
    while chunk := stream.read(_CHUNK):
        if _SUSPECT.search(tail + chunk):
            return True
        tail = chunk[-_OVERLAP:]
    return False


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Sheet names with the part of the archive each is stored in."""
    names = {n.lower(): n for n in archive.namelist()}
    workbook = names.get("xl/workbook.xml")
    links = names.get("xl/_rels/workbook.xml.rels")
    if workbook is None or links is None:
        return
    targets = {
        e.get("Id"): e.get("Target", "")
        for e in ElementTree.fromstring(archive.read(links))
        if e.get("Type", "").endswith("/worksheet")
    }
    for element in ElementTree.fromstring(archive.read(workbook)).iter():
        if _local(element.tag) != "sheet":
            continue
        key = next((v for k, v in element.attrib.items() if _local(k) == "id" and "}" in k), None)
        target = targets.get(key)
        if target:
            path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()
            if path in names:
                yield element.get("name", ""), names[path]


def _unseen(stream: IO[bytes]) -> Unseen:
    found = Unseen()
    row = column = 0
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        tag = _local(element.tag)
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
                if element.get("hidden") in _YES:
                    found.hidden_rows.append(row)
            continue
        if tag == "c":
            row, column = _position(element.get("r"), row, column)
            problem = _problem(element)
            if problem:
                found.problems[row, column] = problem
            formula = next((e for e in element if _local(e.tag) == "f"), None)
            if formula is not None and formula.text:
                found.formulas[row, column] = formula.text
        elif tag == "row":
            element.clear()
        elif tag == "col" and element.get("hidden") in _YES:
            first, last = int(element.get("min", 0)), int(element.get("max", 0))
            # Excel hides "all columns from here on" up to the last that there can be.
            found.hidden_columns += range(first, min(last, first + _MANY) + 1)
        elif tag == "mergeCell":
            first, _, last = element.get("ref", "").partition(":")
            if last and first.lstrip(_LETTERS) != last.lstrip(_LETTERS):
                found.tall.append(f"{first}:{last}")
    return found


def _problem(cell: ElementTree.Element) -> tuple[str, str] | None:
    kind = cell.get("t", "n")
    parts: dict[str, Any] = {_local(child.tag): child for child in cell}
    value = (parts["v"].text or "").strip() if "v" in parts else ""
    if kind == "e":
        return error(value)
    # A formula whose answer is an empty text has t="str"; one never calculated has not.
    if "f" in parts and not value and kind != "str":
        return "#FORMEL", _UNCALCULATED
    return None


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference or "")
    if not match:  # the attribute may be left out: then the cell follows the one before it
        return row, column + 1
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return int(match[2]), number


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
