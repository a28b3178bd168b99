"""What of a changed raw cell a comparison may show."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pipeline.facts.dataset import codebooks
from pipeline.forms.codebook import Field
from pipeline.intake.convert import converter
from pipeline.intake.personal import guarded, shown
from pipeline.intake.raw import Cell, column_letter
from pipeline.privacy.key import PseudonymKey, key_of
from pipeline.privacy.screen import mask_cell
from pipeline.trace.diff.sides import Side
from pipeline.workspace import Workspace

UNREAD = "(visas inte)"


class Screen:
    """The cells of one side. An identifying field shows as its pseudonym, a text masked; what no
    form reads (names, e-mail, and all else there is) and what nobody knows the form of, not."""

    def __init__(self, side: Side) -> None:
        self._side = side

    @cached_property
    def _key(self) -> PseudonymKey:
        made = self._side.tables or Workspace(self._side.raw, self._side.raw, self._side.raw)
        return key_of(made)

    def value(self, file: str, kalla: str, row: int, column: int, cell: Cell) -> Any:
        """The cell of a raw file (named from RAW); `row` 1-based, `column` 0-based."""
        source = self._side.source(file, kalla)
        if cell is None:
            return None
        if source.get("header_row") and row <= source["header_row"]:
            return mask_cell(cell)[0]
        field = self._field(source, column)
        if field is None:
            return UNREAD
        if field.type == "list" and not (field.own_words and self._alone(source, field)):
            return mask_cell(cell)[0]
        book = codebooks(self._side.raw)[source["table"]]
        convert = converter(field, book, plain_text=source["kind"] == "csv")
        return shown(field, guarded(convert, field, book, self._key), cell)

    def _alone(self, source: dict[str, Any], field: Field) -> bool:
        return len(source["columns"].get(field.name, ())) == 1

    def staff(self, file: str, kalla: str) -> bool:
        """Whether staff have answered in a sheet of a raw file: no row of it is shown."""
        book = codebooks(self._side.raw).get(self._side.source(file, kalla).get("table") or "")
        return book is not None and book.protects == "staff"

    def _field(self, source: dict[str, Any], column: int) -> Field | None:
        books, letter = codebooks(self._side.raw), column_letter(column)
        book = books.get(source.get("table") or "")
        for name, letters in source.get("columns", {}).items():
            if letter in letters and book is not None and book.has(name):
                return book.field(name)
        return None
