"""What the values of an OpenDocument workbook (.ods) do not tell, from its XML."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from pipeline.intake.raw import column_letter
from pipeline.intake.unseen import Unseen, error

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_FAR = 20_000  # a row or cell repeated that often fills the sheet and holds nothing


def unseen_of_ods(data: bytes) -> dict[str, Unseen]:
    """Sheet name → what its values do not tell."""
    found: dict[str, Unseen] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as stream:
        row = 0
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                row = 0
                own = found[element.get(f"{_TABLE}name", "")] = Unseen()
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                if element.get(f"{_TABLE}visibility") in ("collapse", "filter") and times < _FAR:
                    own.hidden_rows += range(row + 1, row + times + 1)
                for again in range(times if times < _FAR else 1):
                    _row(own, element, row + 1 + again)
                row += times
                element.clear()
    return found


def _row(own: Unseen, element: ElementTree.Element, row: int) -> None:
    column = 0
    for cell in element:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        formula = cell.get(f"{_TABLE}formula", "").partition("=")[2]
        spans = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        for j in range(column + 1, column + (times if times < _FAR else 0) + 1):
            if cell.get(f"{_CALC}value-type") == "error":
                text = "".join(cell.find(f"{_TEXT}p").itertext())  # type: ignore[union-attr]
                own.problems[row, j] = error(text)
            if formula:
                own.formulas[row, j] = formula
            if spans > 1:
                wide = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
                last = column_letter(j + wide - 2)
                own.tall.append(f"{column_letter(j - 1)}{row}:{last}{row + spans - 1}")
        column += times
