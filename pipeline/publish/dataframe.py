"""A pandas table that a notebook printed, as a table of our own: its HTML is not let through."""

from __future__ import annotations

from html.parser import HTMLParser

from pipeline.publish.text import clean

Rows = list[list[str]]


class _Cells(HTMLParser):
    """The texts of one plain table, row by row; `plain` is False where it is anything else."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self.tables = 0
        self.plain = True
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tables += tag == "table"
        self.plain &= not {"colspan", "rowspan"} & {key for key, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td") and self.rows:
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def rows(source: str) -> Rows | None:
    """Header row and body rows of pandas' HTML, the index first in each; None if it is not that."""
    if 'class="dataframe"' not in source:
        return None
    found = _Cells()
    found.feed(clean(source))
    widths = {len(row) for row in found.rows}
    good = found.plain and found.tables == 1 and len(found.rows) > 1 and len(widths) == 1
    return [[" ".join(cell.split()) for cell in row] for row in found.rows] if good else None
