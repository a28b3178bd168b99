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

FORM, FIGURES = "Sammanställning", "Underlag"
ROLES = ("Enhetschef", "Utsedd medarbetare")
HEADER, ROW, HEIGHT = 5, 6, 180  # rows of the form, and the height of what is filled in, points
ABOVE = (
    "Läs underlaget på nästa blad och fyll i de gula cellerna: kommentarer, roll och datum.",
    "Spara arbetsboken i årets mapp bland källfilerna. Med roll och datum låser den tertialet, "
    "tidigast 45 dagar efter dess slut.",
)


def workbook(document: Document, form: Codebook | None, filled: Mapping[str, object]) -> bytes:
    """The workbook of one document. `form`: what is completed (None: the figures alone);
    `filled`: field → what already stands in it. Equal documents give equal bytes."""
    meta = document.meta
    book = s.workbook(meta.kommun, meta.per_datum)
    first = book.active
    assert isinstance(first, Worksheet)
    if form is None:
        _figures(first, document)
    else:
        lists = s.lists(book, form, {"sammanstalld_av": ROLES})
        _form(first, form, filled, meta.title, lists)
        _figures(book.create_sheet(index=1), document)
    return s.saved(book, meta.per_datum)


def _form(
    sheet: Worksheet, form: Codebook, filled: Mapping[str, object], title: str,
    lists: Mapping[str, str],
) -> None:  # fmt: skip
    sheet.title = FORM
    for row, text in enumerate((title, *ABOVE), start=1):
        sheet.cell(row, 1, text).font = s.TITLE if row == 1 else s.PLAIN
    for column, field in enumerate(form.fields, start=1):
        s.head(sheet, HEADER, column, field)
        cell = sheet.cell(ROW, column, filled.get(field.name))
        cell.alignment, cell.border = s.WRAPPED, s.THIN
        if field.name not in filled:
            cell.fill = s.TO_FILL
        if field.type == "date":
            cell.number_format = s.DATE
        if (rule := s.rule(field, lists)) is not None:
            sheet.add_data_validation(rule)
            rule.add(cell.coordinate)
    sheet.row_dimensions[ROW].height = HEIGHT
    sheet.freeze_panes = sheet.cell(ROW, 1)


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
