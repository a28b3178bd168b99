"""Workbooks that people complete, generated from the codebooks: one way for every form. A sheet a
form with drop-down lists, checks and help, and a sheet that says how it is filled in.

What is saved in RAW is read back by intake without a word of mapping (`form_fields`); the line
above the header says which codebook the form was made from (`intake.stamp`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.protection import SheetProtection
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.forms.codebook import Codebook
from pipeline.intake.stamp import stamp_of
from pipeline.publish import form_fields as f
from pipeline.publish import form_sheet as s

LISTS, HELP = "Listor", "Så fyller du i"
HEADER, EMPTY = 5, 200  # the header's row; rows to fill in
DEEPEST = 5_000  # the last row whose cells are checked: more rows than the empty ones may be added
SMALL = Font(name="Calibri", size=8, color="808080")
MAY = {  # what a protected sheet still lets people do
    name: False for name in ("formatColumns", "formatRows", "insertRows", "deleteRows", "sort",
                             "autoFilter")
}  # fmt: skip
LOCKED, OPEN = Protection(True), Protection(False)
TITLE, SAYS, ERROR = 32, 255, 225  # characters that Excel takes in a message
SHEET = 31
_LOOSE = {"av", "efter", "för", "i", "med", "mot", "och", "om", "på", "till", "vid", "under"}
STEPS = (
    "Fyll i de gula cellerna, en rad för varje svar eller post. Rubrikerna är låsta.",
    "Har en cell en lista: välj i den. Datum skrivs ÅÅÅÅ-MM-DD. Det som inte är känt lämnas tomt.",
    "Frågor med flera val har en kolumn för varje alternativ.",
    "Räcker inte raderna: fortsätt nedanför, eller infoga rader i tabellen.",
    "Skriv inga personnummer, namn eller andra uppgifter som pekar ut någon.",
    "Spara arbetsboken i årets mapp bland källfilerna. Den läses in som den är.",
)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One form in a workbook. `rows`: what already stands, field → value as processed (of a
    several-choice field the values chosen). `prefilled`: fields that a row has before anybody has
    filled it in; they are locked, and a row with nothing else is not read. `lists`: proposals for
    fields where anything may be written. `height`: points of each row, by default its text's."""

    book: Codebook
    title: str
    above: Sequence[str] = ()
    name: str = ""
    rows: Sequence[Row] = ()
    prefilled: Sequence[str] = ()
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    empty: int = EMPTY
    height: int = 0

    @property
    def sheet(self) -> str:
        return self.name or sheet_name(self.book.title)


def form_workbook(sheets: Sequence[FormSheet], creator: str, day: dt.date) -> Workbook:
    """The workbook of some forms, open for more sheets; `form_sheet.saved` gives its bytes."""
    book = s.workbook(creator, day)
    assert book.active is not None
    book.remove(book.active)
    for form in sheets:
        _write(book.create_sheet(form.sheet), form)
    _lists(book, sheets)
    _help(book.create_sheet(HELP, len(sheets)), sheets)
    return book


def form_bytes(sheets: Sequence[FormSheet], creator: str, day: dt.date) -> bytes:
    """The workbook of some forms as a file; equal content gives equal bytes."""
    return s.saved(form_workbook(sheets, creator, day), day)


def sheet_name(title: str) -> str:
    """A form's title as the name of a sheet: within Excel's 31 characters, at a whole word."""
    plain = "".join(c for c in title.split(" (")[0] if c not in "[]:*?/\\'")
    words = plain.split()
    while len(" ".join(words)) > SHEET and len(words) > 1:
        words.pop()
    while len(words) > 1 and len(plain) > SHEET and words[-1].rstrip(",") in _LOOSE:
        words.pop()
    return " ".join(words)[:SHEET].rstrip(",") or "Blankett"


def _write(sheet: Worksheet, form: FormSheet) -> None:
    columns = f.form_columns(form.book)
    for line, text in enumerate((form.title, *form.above[: HEADER - 3]), start=1):
        s.put(sheet, line, 1, text).font = s.TITLE if line == 1 else s.PLAIN
    stamp = stamp_of(form.book, form.prefilled).line()
    s.put(sheet, HEADER - 1, 1, stamp).font = SMALL
    rows: list[Row] = [*form.rows, *[{}] * form.empty]
    for at, column in enumerate(columns, start=1):
        letter = get_column_letter(at)
        _head(sheet, at, column, form)
        _open_column(sheet, letter, column, form)
        for number, row in enumerate(rows, start=HEADER + 1):
            value = f.written(column, form.book, row.get(column.field.name))
            cell = s.put(sheet, number, at, value)
            given = column.field.name in form.prefilled and column.field.name in row
            cell.alignment, cell.border = s.WRAPPED, s.THIN
            cell.protection, cell.fill = (LOCKED, s.GREY) if given else (OPEN, s.TO_FILL)
            cell.number_format = _format(column)
        rule = _rule(column, form)
        sheet.add_data_validation(rule)
        rule.add(f"{letter}{HEADER + 1}:{letter}{max(DEEPEST, HEADER + len(rows))}")
    s.fit(sheet, HEADER)
    for number in range(HEADER + 1, HEADER + 1 + len(form.rows)):
        if form.height:
            sheet.row_dimensions[number].height = form.height
        else:
            s.fit(sheet, number)
    sheet.freeze_panes = sheet.cell(HEADER + 1, 1 if len(columns) < 3 else 2)
    sheet.auto_filter.ref = f"A{HEADER}:{get_column_letter(len(columns))}{HEADER + len(rows)}"
    s.on_paper(sheet, HEADER)
    sheet.protection = SheetProtection(sheet=True, **MAY)


def _head(sheet: Worksheet, at: int, column: f.FormColumn, form: FormSheet) -> None:
    """A column's header, with its help as a comment; what must be filled in is underlined."""
    cell = s.put(sheet, HEADER, at, column.header)
    must = "single" if column.field.required else None
    cell.font = Font(name="Calibri", bold=True, size=11, underline=must)
    cell.alignment, cell.border, cell.fill = s.WRAPPED, s.THIN, s.GREY
    if said := f.help_of(column):
        cell.comment = Comment(said, "Uppföljning", width=320, height=120)


def _open_column(sheet: Worksheet, letter: str, column: f.FormColumn, form: FormSheet) -> None:
    """Rows below the empty ones can be written in too, as the same kind of value."""
    whole = sheet.column_dimensions[letter]
    usual = 13 if column.option is not None else 34 if column.field.freetext else _room(column)
    whole.width = form.widths.get(column.field.name, usual)
    whole.protection, whole.number_format = OPEN, _format(column)


def _room(column: f.FormColumn) -> int:
    """Room for the longest of the answers, within reason."""
    return min(34, max(16, *(len(c.label) + 2 for c in column.field.categories), 0))


def _format(column: f.FormColumn) -> str:
    """Dates as dates; open texts as texts, so that 0012 and 3-4 stay what was written."""
    kind = column.field
    if kind.type == "date":
        return s.DATE
    return "@" if kind.type == "string" and not kind.categories else "General"


def _rule(column: f.FormColumn, form: FormSheet) -> DataValidation:
    """The drop-down list or the check of a column's cells, with its help text."""
    kind = column.field
    if column.option is not None or _listed(kind.name, form):
        made = DataValidation("list", formula1=_list_name(form.book, column), allow_blank=True)
        made.showErrorMessage = column.option is not None or f.closed(kind)
    elif kind.type == "date":
        made = _limited("date", kind.minimum or f.EARLIEST, kind.maximum)
    elif kind.type == "integer":
        made = _limited("whole", kind.minimum, kind.maximum)
    elif kind.type == "number":
        made = _limited("decimal", kind.minimum, kind.maximum)
    else:
        made = DataValidation(allow_blank=True)
    made.errorTitle = "Går inte att läsa"
    made.error = _cut(f.what_to_write(column) or "Välj i listan.", ERROR)
    made.showInputMessage = True
    made.promptTitle = _cut(kind.title, TITLE)
    made.prompt = _cut(f.help_of(column) or kind.title, SAYS)
    return made


def _limited(kind: str, low: Any, high: Any) -> DataValidation:
    """A check of a number or a date between two limits, or beyond one."""
    below, above = (_limit(v) for v in (low, high))
    if above is not None:
        made = DataValidation(kind, "between", below or "-1000000000", above, allow_blank=True)
    else:
        made = DataValidation(kind, "greaterThanOrEqual", below or "-1000000000", allow_blank=True)
    made.showErrorMessage = True
    return made


def _limit(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and "-" in value[1:]:  # a day, as Excel counts them
        return str((dt.date.fromisoformat(value) - dt.date(1899, 12, 30)).days)
    return f"{float(value):g}"


def _listed(name: str, form: FormSheet) -> bool:
    return bool(form.lists.get(name) or f.offered(form.book.field(name), form.book))


def _list_name(book: Codebook, column: f.FormColumn) -> str:
    which = "vald" if column.option is not None else "val"
    return f"{which}_{book.name}_{column.field.name}"


def _lists(book: Workbook, sheets: Sequence[FormSheet]) -> None:
    """Each drop-down list in a column of a hidden sheet, under a name of its own."""
    made: dict[str, Sequence[str]] = {}
    for form in sheets:
        for column in f.form_columns(form.book):
            kind, name = column.field, _list_name(form.book, column)
            if column.option is not None:
                made[name] = (f.chosen_word(kind),)
            elif _listed(kind.name, form):
                made[name] = form.lists.get(kind.name) or f.offered(kind, form.book)
    if not made:
        return
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    for at, (name, texts) in enumerate(made.items(), start=1):
        for row, text in enumerate(texts, start=1):
            s.put(sheet, row, at, text)
        letter = get_column_letter(at)
        where = f"{LISTS}!${letter}$1:${letter}${len(texts)}"
        book.defined_names[name] = DefinedName(name, attr_text=where)


def _help(sheet: Worksheet, sheets: Iterable[FormSheet]) -> None:
    """How the forms are filled in, two cells a row, so that no reader takes it for a table."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 90
    row = 1
    s.put(sheet, row, 1, HELP).font = s.TITLE
    for step in STEPS:
        row += 1
        s.put(sheet, row, 1, step).font = s.PLAIN
    for form in sheets:
        row += 2
        s.put(sheet, row, 1, form.book.title).font = s.BOLD
        if form.book.description:
            row += 1
            s.put(sheet, row, 1, form.book.description).font = s.PLAIN
        for title, text in _explained(form.book):
            row += 1
            s.put(sheet, row, 1, title).alignment = s.WRAPPED
            s.put(sheet, row, 2, text).alignment = s.WRAPPED
            s.fit(sheet, row)
    s.on_paper(sheet, 1)
    sheet.protection = SheetProtection(sheet=True, **MAY)


def _explained(book: Codebook) -> list[tuple[str, str]]:
    """A line a field: a question of several choices once."""
    made: dict[str, tuple[str, str]] = {}
    for column in f.form_columns(book):
        made.setdefault(column.field.name, (column.field.title, f.help_of(column)))
    return [(title, text or "Text.") for title, text in made.values()]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
