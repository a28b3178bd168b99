"""Parts of the data-quality pages: accessible tables, the bar of what became of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from pipeline.validation.records import Figures
from pipeline.validation.summary import plural, spaced


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: class of its cells, `tal` for numbers."""

    title: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A table row: its header and its cells, as HTML. `kind`: class of the row."""

    header: str
    cells: Sequence[str]
    kind: str = ""


def table(
    caption: str,
    columns: Sequence[Column],
    lines: Iterable[Line],
    kind: str = "",
    said: bool = False,
) -> str:
    """A table with caption, column headers and a header for each row.

    On a narrow screen each row stands as a list: every cell carries its column's name.
    `said`: the heading above says what the caption says, which is then for screen readers only.
    """
    head = "".join(
        f'<th scope="col"{_kind(c.kind if c.kind == "tal" else "")}>{escape(c.title)}</th>'
        for c in columns
    )
    rows = []
    for line in lines:
        cells = "".join(
            f'<td data-rubrik="{escape(c.title)}"{_kind(c.kind)}>{cell}</td>'
            for c, cell in zip(columns[1:], line.cells, strict=True)
        )
        rows.append(f'<tr{_kind(line.kind)}><th scope="row">{line.header}</th>{cells}</tr>')
    opening = f"<table{_kind(kind)}>\n<caption{_kind('dold' if said else '')}>{escape(caption)}"
    return (
        f"{opening}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )


def share_bar(figures: Figures) -> str:
    """What became of the rows, as one bar with its key in words; the table has the numbers."""
    parts = [
        ("raknas", figures.processed, "räknas"),
        ("dubbletter", figures.duplicates, "dubblett" if figures.duplicates == 1 else "dubbletter"),
        ("karantan", figures.quarantined, "i karantän"),
    ]
    if not figures.rows:
        return ""
    pieces, at = [], 0.0
    for name, count, _ in parts:
        width = 100 * count / figures.rows
        if count:
            shown = max(width - 0.3, 0.3)  # a white gap between the pieces
            pieces.append(
                f'<rect class="{name}" x="{at:.2f}%" width="{shown:.2f}%" height="100%"/>'
            )
        at += width
    key = "".join(
        f'<li><svg viewBox="0 0 8 8" aria-hidden="true"><rect class="{name}" width="8" height="8"/>'
        f"</svg>{spaced(count)} {words}</li>"
        for name, count, words in parts
    )
    return (
        '<div class="andel">\n'
        f'<svg aria-hidden="true" focusable="false">{"".join(pieces)}</svg>\n'
        f'<ul class="nyckel" role="list">{key}</ul>\n</div>'
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f"<p{_kind(kind)}>{escape(text)}</p>"


def way_back(up: str) -> str:
    """The way back to the page above, in a landmark of its own."""
    return f'<nav class="vag" aria-label="Vägen tillbaka">{up}</nav>\n'


def link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def rows_and_cells(figures: Figures) -> str:
    """`Av 12 rader räknas 8. …` in one plain sentence or two."""
    if not figures.rows:
        return "Inga rader är inlästa."
    read = plural(figures.rows, "inläst rad", "inlästa rader")
    parts = [f"Av {read} räknas {spaced(figures.processed)}"]
    if figures.quarantined:
        they = "den" if figures.quarantined == 1 else "de"
        parts.append(
            f"{spaced(figures.quarantined)} ligger i karantän tills {they} är rättad"
            f"{'' if figures.quarantined == 1 else 'e'}"
        )
    if figures.duplicates:
        are = "är en dubblett" if figures.duplicates == 1 else "är dubbletter"
        parts.append(f"{spaced(figures.duplicates)} {are}")
    said = ", ".join(parts[:-1]) + " och " + parts[-1] if len(parts) > 1 else parts[0]
    if not figures.cells_blanked:
        return f"{said}."
    cells = plural(figures.cells_blanked, "cell som tom", "celler som tomma")
    return f"{said}. Dessutom räknas {cells}."


def _kind(name: str) -> str:
    return f' class="{name}"' if name else ""
