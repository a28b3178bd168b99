"""The workbook of a tertial: a form that the head of unit completes, and the unit's figures to
read. It is saved in RAW as it is and read back like any other form.

The figures stand two cells a row, so that no reader takes them for a table of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.forms.codebook import Codebook
from pipeline.publish import blocks as b
from pipeline.publish import form_sheet as s
from pipeline.publish.document import Document
from pipeline.publish.form_book import FormSheet, form_workbook

FORM, FIGURES = "Sammanställning", "Underlag"
ROLES = ("Enhetschef", "Utsedd medarbetare")
HEIGHT = 180  # points of the row that is filled in
ABOVE = (
    "Läs underlaget på nästa blad och fyll i de gula cellerna: kommentarer, roll och datum.",
    "Spara arbetsboken i årets mapp bland källfilerna. Med roll och datum låser den tertialet, "
    "tidigast 45 dagar efter dess slut.",
)


def workbook(document: Document, form: Codebook | None, filled: Mapping[str, object]) -> bytes:
    """The workbook of one document. `form`: what is completed (None: the figures alone);
    `filled`: field → what already stands in it. Equal documents give equal bytes."""
    meta = document.meta
    if form is None:
        book = s.workbook(meta.kommun, meta.per_datum)
        sheet = book.active
        assert isinstance(sheet, Worksheet)
    else:
        asked = FormSheet(
            form, meta.title, ABOVE, FORM, [filled], tuple(filled),
            {"sammanstalld_av": ROLES}, empty=0, height=HEIGHT,
        )  # fmt: skip
        book = form_workbook([asked], meta.kommun, meta.per_datum)
        sheet = book.create_sheet(index=1)
    _figures(sheet, document)
    return s.saved(book, meta.per_datum)


def _figures(sheet: Worksheet, document: Document) -> None:
    """What the document says, as values: a line a row, the number beside what it counts."""
    sheet.title = FIGURES
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 70, 34
    sheet.append([document.meta.title])
    sheet["A1"].font = s.TITLE
    for block in document.blocks():
        for kind, *texts in _lines(block.data):
            sheet.append([_value(t) for t in texts])
            for cell in sheet[sheet.max_row]:
                cell.alignment = s.WRAPPED
                cell.font = s.BOLD if kind == "head" else Font()


def _lines(data: b.Data) -> Iterator[tuple[str, ...]]:
    """(kind, text, text beside it) of a block."""
    match data["kind"]:
        case "heading":
            yield ("", "")
            yield ("head", b.plain(data["runs"]))
        case "table":
            heads = [b.plain(c["header"]) for c in data["columns"]]
            yield ("", "")
            yield ("head", b.plain(data["caption"]), " · ".join(heads[1:]))
            for row in data["rows"]:
                cells = [b.plain(cell) for cell in row["cells"]]
                yield ("", b.plain(row["header"]), " · ".join(cells))
            if note := b.plain(data.get("note") or ()):
                yield ("", note)
        case _:
            for runs in b.texts(data):
                yield ("", b.plain(runs))


def _value(text: str) -> str | int:
    return int(text) if text.isdigit() else text
