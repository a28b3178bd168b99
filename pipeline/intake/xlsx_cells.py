"""Cells that look empty to a value reader but are not: error cells (#N/A) and formulas that were
never calculated. Without this they would be lost without a word."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree

# (row, column), 1-based → (what Excel shows, what is wrong in Swedish)
Problems = dict[tuple[int, int], tuple[str, str]]

# Reading the cells one by one is slow, so a sheet is first searched for what could need it.
_SUSPECT = re.compile(rb"""\bt=["']e["']|<(?:\w+:)?f[\s/>]""")
_OVERLAP = 64
_CHUNK = 1 << 20
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_ERRORS = {
    "#N/A": "värdet saknas i den lista som formeln söker i",
    "#DIV/0!": "formeln delar med noll",
    "#REF!": "formeln pekar på en cell som är borttagen",
    "#VALUE!": "formeln räknar med något som inte är ett tal",
    "#NAME?": "formeln innehåller ett namn som Excel inte känner igen",
    "#NUM!": "formeln ger ett ogiltigt tal",
    "#NULL!": "formelns områden möts inte",
}
_UNCALCULATED = (
    "Cellen innehåller en formel utan sparat värde. Öppna filen i Excel, spara den och kör igen."
)


def unvalued_cells(data: bytes) -> dict[str, Problems]:
    """Sheet name → its cells without a value."""
    found: dict[str, Problems] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for sheet, part in _sheet_parts(archive):
            with archive.open(part) as stream:
                if not _suspect(stream):
                    continue
            with archive.open(part) as stream:
                problems = _problems(stream)
            if problems:
                found[sheet] = problems
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


def _problems(stream: IO[bytes]) -> Problems:
    problems: Problems = {}
    row = column = 0
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        tag = _local(element.tag)
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
            continue
        if tag == "c":
            row, column = _position(element.get("r"), row, column)
            problem = _problem(element)
            if problem:
                problems[row, column] = problem
        elif tag == "row":
            element.clear()
    return problems


def _problem(cell: ElementTree.Element) -> tuple[str, str] | None:
    kind = cell.get("t", "n")
    parts: dict[str, Any] = {_local(child.tag): child for child in cell}
    value = (parts["v"].text or "").strip() if "v" in parts else ""
    if kind == "e":
        why = _ERRORS.get(value)
        shown = value or "#FEL"
        return shown, f"Cellen visar felet {shown}" + (f": {why}." if why else ".")
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
