"""The rest of what is published: the PDF, what is attached to it, and the tables as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.attack.page import Line, Piece, Table, text_of

DOTS = ".."


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF's text without blanks, and its attachments by name."""

    text: str
    attached: tuple[tuple[str, bytes], ...]


def read_pdf(path: Path) -> Paper:
    """Raises ValueError for a file that cannot be read."""
    import pypdf
    import pypdfium2 as pdfium

    try:
        with pdfium.PdfDocument(path) as document:
            text = squeezed("".join(page.get_textpage().get_text_range() for page in document))
        held = pypdf.PdfReader(path).attachments.items()
        attached = [(name, data) for name, several in held for data in several]
    except (pypdf.errors.PyPdfError, pdfium.PdfiumError, OSError) as error:
        raise ValueError(path.name) from error
    return Paper(text, tuple(sorted(attached)))


def squeezed(text: str) -> str:
    """Without blanks and hyphens of broken words (PDFium's are U+FFFE): lines break where they
    like."""
    return re.sub(r"[\s\u00a0\u00ad\ufffe]+", "", text)


def told(paper: Paper, lines: Sequence[Line], hidden: frozenset[str]) -> Iterator[str]:
    """The hidden facts that stand with digits in the PDF, where the page has dots. A line that
    is there as often as in the page, dots included, tells nothing; nor does a text with digits that
    the page has as often, in a line of its own: that is another line with the same words, where
    this one is broken by the end of a sheet."""
    known = Counter(squeezed(text_of(line.pieces)) for line in lines)
    wanted: dict[str, list[Line]] = {}
    for line in lines:
        if any(p.fact in hidden for p in line.pieces):
            wanted.setdefault(squeezed(text_of(line.pieces)), []).append(line)
    for whole, same in wanted.items():
        if paper.text.count(whole) >= len(same):
            continue
        pieces = same[0].pieces
        pattern = "".join(
            r"([\d.,%−+=av]{1,16}?)" if p.fact in hidden else re.escape(squeezed(p.text))
            for p in pieces
        )
        facts = [p.fact for p in pieces if p.fact in hidden]
        for match in re.finditer(pattern + r"(?![\d%])", paper.text):
            said = match.group()
            if paper.text.count(said) <= sum(n for line, n in known.items() if said in line):
                continue
            yield from (f for f, g in zip(facts, match.groups(), strict=True)
                        if re.search(r"\d", g))  # fmt: skip


def rows_of(path: Path) -> list[list[str]]:
    """A CSV file's rows, whichever of the usual separators it has."""
    return _rows(path.read_text(encoding="utf-8-sig"))


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]


def table_of(rows: Sequence[Sequence[str]], tables: Sequence[Table]) -> Table | None:
    """The table of the page that a CSV file repeats: of those with its rows and columns, the one
    with most of its texts. None where there is none."""
    found = tables_of(rows, tables)
    return found[0] if found else None


def tables_of(rows: Sequence[Sequence[str]], tables: Sequence[Table]) -> list[Table]:
    """All that have its rows, its columns and as many of its texts as any: two tables may say the
    same of different numbers."""
    names = [_plain(row[0]) for row in rows]
    heads = [[_plain(x) for x in row] for row in rows]
    found: list[tuple[int, Table]] = []
    for table in tables:
        theirs = [_plain(text_of(line.cells[0])) for line in table.rows if line.cells]
        head = [_plain(text_of(c)) for c in table.rows[0].cells] if table.rows else []
        if theirs[1:] and set(theirs[1:]) <= set(names) and head in heads:
            same = sum(_plain(text) == _plain(other) for _, text, other in beside(rows, table))
            found.append((same, table))
    most = max((same for same, _ in found), default=0)
    return [table for same, table in found if same == most]


def beside(rows: Sequence[Sequence[str]], table: Table) -> Iterator[tuple[Piece, str, str]]:
    """(number, text in the page, text in the file) of each cell that shows one fact."""
    theirs = {_plain(row[0]): row for row in rows}
    for line in table.rows[1:]:
        row = theirs.get(_plain(text_of(line.cells[0])), [])
        for place, cell in enumerate(line.cells[1:], start=1):
            shown = [p for p in cell if p.fact]
            if len(shown) == 1 and place < len(row):
                yield shown[0], text_of(cell), row[place]


def _plain(text: str) -> str:
    """Without soft hyphens, surplus blanks and the apostrophe that keeps a spreadsheet from taking
    a text for a formula."""
    return " ".join(text.replace("\u00ad", "").removeprefix("'").split())


def attached_records(name: str, data: bytes) -> Any:
    """What an attachment of the PDF holds, as JSON values. Raises ValueError if it is none."""
    if name.endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(io.BytesIO(data)).to_pylist()
        except pa.ArrowInvalid as error:
            raise ValueError(name) from error
    return json.loads(data)
