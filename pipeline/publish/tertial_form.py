"""The workbook of a tertial: a form that the head of unit completes, and the unit's figures to
read. It is saved in RAW as it is and read back like any other form.

The figures stand two cells a row, so that no reader takes them for a table of answers."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.store import fixed_xlsx
from pipeline.publish import blocks as b
from pipeline.publish.document import Document

FORM, FIGURES, LISTS = "Sammanställning", "Underlag", "Listor"
ROLES = ("Enhetschef", "Utsedd medarbetare")
HEADER, ROW, HEIGHT = 5, 6, 180  # rows of the form, and the height of what is filled in, points
ABOVE = (
    "Läs underlaget på nästa blad och fyll i de gula cellerna: kommentarer, roll och datum.",
    "Spara arbetsboken i årets mapp bland källfilerna. Med roll och datum låser den tertialet, "
    "tidigast 45 dagar efter dess slut.",
)
BOLD, TITLE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")
TO_FILL = PatternFill("solid", fgColor="FFF6D6")
GREY = PatternFill("solid", fgColor="EEEEEE")
THIN = Border(*[Side(style="thin", color="999999")] * 4)


def workbook(document: Document, form: Codebook | None, filled: Mapping[str, object]) -> bytes:
    """The workbook of one document. `form`: what is completed (None: the figures alone);
    `filled`: field → what already stands in it. Equal documents give equal bytes."""
    meta = document.meta
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    book.properties.creator = meta.kommun
    book.properties.created = dt.datetime.combine(meta.per_datum, dt.time(9))
    if form is None:
        _figures(first, document)
    else:
        _form(first, form, filled, meta.title, _lists(book, form))
        _figures(book.create_sheet(index=1), document)
    raw = io.BytesIO()
    book.save(raw)
    return fixed_xlsx(raw.getvalue(), meta.per_datum)


def _form(
    sheet: Worksheet, form: Codebook, filled: Mapping[str, object], title: str,
    lists: Mapping[str, str],
) -> None:  # fmt: skip
    sheet.title = FORM
    for row, text in enumerate((title, *ABOVE), start=1):
        sheet.cell(row, 1, text).font = TITLE if row == 1 else Font()
    for column, field in enumerate(form.fields, start=1):
        head = sheet.cell(HEADER, column, field.title)
        head.font, head.alignment, head.border, head.fill = BOLD, WRAPPED, THIN, GREY
        if field.description:
            head.comment = Comment(field.description, "Uppföljning", width=320, height=120)
        cell = sheet.cell(ROW, column, filled.get(field.name))
        cell.alignment, cell.border = WRAPPED, THIN
        if field.name not in filled:
            cell.fill = TO_FILL
        if field.type == "date":
            cell.number_format = "yyyy-mm-dd"
        sheet.column_dimensions[get_column_letter(column)].width = 34 if field.freetext else 16
        if (rule := _rule(field, lists)) is not None:
            sheet.add_data_validation(rule)
            rule.add(cell.coordinate)
    sheet.row_dimensions[ROW].height = HEIGHT
    sheet.freeze_panes = sheet.cell(ROW, 1)


def _rule(field: Field, lists: Mapping[str, str]) -> DataValidation | None:
    """The drop-down list or the check of a cell, with its help text."""
    if field.name in lists:
        rule = DataValidation("list", formula1=lists[field.name], allow_blank=True)
        rule.showErrorMessage = bool(field.categories)  # other roles may be written
    elif field.type == "date":
        rule = DataValidation("date", "greaterThan", "32874", allow_blank=True)
        rule.showErrorMessage = True
        rule.error = "Skriv ett datum, till exempel 2026-02-20."
    elif field.freetext:
        rule = DataValidation(allow_blank=True)
    else:
        return None
    rule.showInputMessage = True
    rule.promptTitle = field.name.split("_")[0].capitalize()
    rule.prompt = (field.description or f"{field.title} Skriv inga namn.")[:255]
    return rule


def _lists(book: Workbook, form: Codebook) -> dict[str, str]:
    """Field → the range of its drop-down list, on a sheet that is hidden."""
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    listed = {f.name: [c.label for c in f.categories] for f in form.fields if f.categories}
    listed["sammanstalld_av"] = list(ROLES)
    ranges = {}
    for column, (name, labels) in enumerate(listed.items(), start=1):
        for row, label in enumerate(labels, start=1):
            sheet.cell(row, column, label)
        letter = get_column_letter(column)
        ranges[name] = f"{LISTS}!${letter}$1:${letter}${len(labels)}"
    return ranges


def _figures(sheet: Worksheet, document: Document) -> None:
    """What the document says, as values: a line a row, the number beside what it counts."""
    sheet.title = FIGURES
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 70, 34
    sheet.append([document.meta.title])
    sheet["A1"].font = TITLE
    for block in document.blocks():
        for kind, *texts in _lines(block.data):
            sheet.append([_value(t) for t in texts])
            for cell in sheet[sheet.max_row]:
                cell.alignment = WRAPPED
                cell.font = BOLD if kind == "head" else Font()


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
