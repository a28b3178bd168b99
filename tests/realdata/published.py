"""The tables that the authors of the RSE survey published, read without the project's code.

A table is `NAME.csv` (counts) with `NAME[PERC].csv` (per cent). Six layouts occur:

- `single`: one question, an answer a row; a row without a label counts those who did not answer
- `yes_no`: questions in rows; columns Yes, No and, in counts, one without a label (no answer)
- `several`: one question with several choices, an option a row, column `Count`
- `grid`: answers in rows, the grid's items in columns
- `rank`: options in rows, ranks in columns, and a row of no answer
- `listing`: not a frequency table at all: the column itself, a person a row
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

NO_ANSWER = ""
PERCENT = "[PERC]"
_MARK = " [PERCENTAGE]"


@dataclass(frozen=True, slots=True)
class Cell:
    """One published number: how many of a CSV column's answers, or how many per cent."""

    column: str  # the CSV column's code, `fund2[SQ009]`
    answer: str  # the text in that column's cells; "" is no answer
    value: float
    blank: bool = False  # the authors left the cell empty: nobody gave the answer


@dataclass(frozen=True, slots=True)
class Table:
    """One published file. `listing` is filled in, and `cells` counted from it, for a listing."""

    name: str
    percent: bool
    layout: str
    cells: tuple[Cell, ...]
    listing: tuple[float | None, ...] = ()

    @property
    def measure(self) -> str:
        return "percent" if self.percent else "count"


@dataclass(frozen=True, slots=True)
class Header:
    """A column of the LimeSurvey export: `code[SQ001]. Question text [option]`."""

    code: str
    text: str
    item: str

    @property
    def question(self) -> str:
        return self.code.partition("[")[0]


def read_headers(export: Path) -> list[Header]:
    """The export's columns in order; the first, which has no header, has the code ""."""
    with export.open(encoding="utf-8-sig", newline="") as file:
        return [parse_header(h) for h in next(csv.reader(file))]


def read_answers(export: Path) -> dict[str, list[str]]:
    """The export's cells as text, a list a column, by code."""
    with export.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    codes = [parse_header(h).code for h in rows[0]]
    return {code: [row[i] for row in rows[1:]] for i, code in enumerate(codes)}


def parse_header(header: str) -> Header:
    code, _, text = header.partition(". ")
    item = ""
    if "[" in code and text.endswith("]"):
        text, _, item = text[:-1].rpartition("[")
    return Header(code.strip(), text.strip(), item.strip())


def read_tables(folder: Path, headers: Sequence[Header]) -> Iterator[Table]:
    """Every table of the folder, in name order, counts before per cent."""
    for path in sorted(folder.glob("*.csv"), key=lambda p: p.stem):
        yield read_table(path, headers)


def read_table(path: Path, headers: Sequence[Header]) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, *rows = [row for row in csv.reader(file) if row]
    percent = path.stem.endswith(PERCENT)
    name = path.stem.removesuffix(PERCENT)
    top = [_plain(h) for h in first]
    if top[1] == "Yes":
        layout, cells = "yes_no", _yes_no(name, top, rows, headers)
    elif top[1] == "Count":
        layout, cells = "several", _several(name, rows, headers)
    elif top[1].startswith("Rank "):
        layout, cells = "rank", _grid(name, top, rows, headers)
    elif len(top) > 2:
        layout, cells = "grid", _grid(name, top, rows, headers)
    elif [r[0] for r in rows] == [str(i) for i in range(len(rows))]:
        listing = tuple(float(r[1]) if r[1] else None for r in rows)
        counted = () if percent else tuple(_counted(name, listing))
        return Table(name, percent, "listing", counted, listing)
    else:
        layout, cells = "single", [_cell(parse_header(top[1]).code, r[0], r[1]) for r in rows]
    return Table(name, percent, layout, tuple(cells))


def _plain(text: str) -> str:
    return text.removesuffix(_MARK).strip()


def _cell(column: str, answer: str, value: str) -> Cell:
    return Cell(column, _plain(answer), float(value or 0), blank=not value)


def _yes_no(
    name: str, top: list[str], rows: list[list[str]], headers: Sequence[Header]
) -> list[Cell]:
    """The question is the row's text, or the table's name where the authors cut the text short."""
    cells = []
    for row in rows:
        label = parse_header(_plain(row[0]))
        known = [h.code for h in headers if h.text and h.text in (label.text, _plain(row[0]))]
        column = name if len(rows) == 1 else known[0]
        cells += [_cell(column, a, v) for a, v in zip(top[1:], row[1:], strict=True)]
    return cells


def _several(name: str, rows: list[list[str]], headers: Sequence[Header]) -> list[Cell]:
    options = {h.item: h.code for h in headers if h.question == name}
    return [_cell(options[_plain(r[0])], "Yes", r[1]) for r in rows]


def _grid(
    name: str, top: list[str], rows: list[list[str]], headers: Sequence[Header]
) -> list[Cell]:
    """A grid of one question, or items that the authors gathered from several (likert…)."""
    own = {h.item: h.code for h in headers if h.question == name}
    items = own or {h.item: h.code for h in headers if h.question.startswith("liker")}
    return [
        _cell(items[item], row[0], value)
        for row in rows
        for item, value in zip(top[1:], row[1:], strict=True)
    ]


def _counted(name: str, listing: Sequence[float | None]) -> Iterator[Cell]:
    """A listing as a frequency table."""
    found = Counter(NO_ANSWER if v is None else str(v) for v in listing)
    for answer, n in found.items():
        yield Cell(name, answer, float(n))
