"""Formats beside .xlsx and text, read by other means than intake's: old Excel by xlrd,
OpenDocument by its XML, Stata by pandas, SPSS with its dates as the seconds that they are.

A workbook's cell is (value, kind), kind `e` for an error, as openpyxl has it.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyreadstat
import xlrd

from pipeline.trace.verify.tools import Layout

Grid = list[list[tuple[Any, str]]]
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SPSS_0 = dt.datetime(1582, 10, 14)
_END = 20_000


def xls_sheets(data: bytes) -> Iterator[tuple[str, Grid]]:
    with open(os.devnull, "w") as quiet:
        book = xlrd.open_workbook(file_contents=data, logfile=quiet)
    for sheet in book.sheets():
        rows = [
            [_old(sheet.cell(i, j), book.datemode) for j in range(sheet.row_len(i))]
            for i in range(sheet.nrows)
        ]
        yield sheet.name, rows


def _old(cell: Any, mode: int) -> tuple[Any, str]:
    match cell.ctype:
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#FEL"), "e"
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value), "b"
        case xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, mode), "d"
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return None, "n"
        case _:
            return cell.value, "n"


def ods_sheets(data: bytes) -> Iterator[tuple[str, Grid]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    for table in root.iter(f"{_TABLE}table"):
        rows: Grid = []
        for row in table.iter(f"{_TABLE}table-row"):
            times = int(row.get(f"{_TABLE}number-rows-repeated", 1))
            rows += [_ods_row(row)] * (times if times < _END else 1)
        yield table.get(f"{_TABLE}name", ""), rows


def _ods_row(row: ElementTree.Element) -> list[tuple[Any, str]]:
    cells: list[tuple[Any, str]] = []
    for cell in row:
        if cell.tag.endswith("table-cell"):
            times = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
            cells += [_ods_cell(cell)] * (times if times < _END else 1)
    while cells and cells[-1][0] is None:
        cells.pop()
    return cells


def _ods_cell(cell: ElementTree.Element) -> tuple[Any, str]:
    said = "\n".join("".join(_spoken(p)) for p in cell.findall(f"{_TEXT}p"))
    kind = cell.get(f"{_OFFICE}value-type", "")
    if cell.get(f"{_CALC}value-type") == "error":
        return said, "e"
    match kind:
        case "float" | "percentage" | "currency":
            return float(cell.get(f"{_OFFICE}value", "nan")), "n"
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true", "b"
        case "date":
            return dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", "")), "d"
        case "":
            return None, "n"
        case _:
            return cell.get(f"{_OFFICE}string-value") or said or None, "s"


def _spoken(element: ElementTree.Element) -> Iterator[str]:
    """The text of a paragraph; several blanks, tabs and line breaks are elements of their own."""
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * int(child.get(f"{_TEXT}c", 1))
        elif child.tag == f"{_TEXT}tab":
            yield "\t"
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif not child.tag.endswith("annotation"):
            yield from _spoken(child)
        yield child.tail or ""


def statistics_table(data: bytes, suffix: str) -> tuple[list[list[Any]], Layout]:
    """Names in row 1 and a case in each row below, and what each column may be called."""
    rows, questions = _stata(data) if suffix == ".dta" else _spss(data)
    names = [str(n) for n in rows[0]]
    called = [[n, questions[n]] if questions.get(n) else [n] for n in names]
    return rows, Layout((0,), called, 1)


def _stata(data: bytes) -> tuple[list[list[Any]], dict[str, str]]:
    frame = pd.read_stata(io.BytesIO(data), convert_categoricals=False, convert_missing=True)
    with pd.read_stata(io.BytesIO(data), iterator=True) as file:
        questions = file.variable_labels()
    rows: list[list[Any]] = [list(frame.columns)]
    for record in frame.itertuples(index=False, name=None):
        rows.append([_plain(v) for v in record])
    return rows, questions


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.to_pydatetime()
    if type(value).__name__ == "StataMissingValue":
        return None if str(value) == "." else str(value)
    return value.item() if hasattr(value, "item") else value


def _spss(data: bytes) -> tuple[list[list[Any]], dict[str, str]]:
    values, meta = pyreadstat.read_sav(
        io.BytesIO(data), user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    columns = []
    for name in meta.column_names:
        kind = (meta.original_variable_types[name] or "").rstrip("0123456789.")
        columns.append([_dated(v, kind) for v in values[name]])
    rows = [list(meta.column_names), *map(list, zip(*columns, strict=True))]
    return rows, {n: t for n, t in meta.column_names_to_labels.items() if t}


def _dated(value: Any, kind: str) -> Any:
    """A number of seconds as the day or time of day that its format says."""
    if value is None or isinstance(value, str) or value != value:
        return value
    if kind in ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS"):
        return _SPSS_0 + dt.timedelta(seconds=value)
    if kind in ("TIME",):
        return str((dt.datetime.min + dt.timedelta(seconds=value)).time())
    return value
