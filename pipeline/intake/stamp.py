"""The line above the header of a form that the pipeline has made: which codebook it was made from,
and which columns were filled in beforehand. It goes with the sheet wherever the sheet is copied."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.forms.codebook import Codebook
from pipeline.intake.extent import filled
from pipeline.intake.raw import Cell

_LINE = re.compile(
    r"Blankett ([a-z][a-z0-9_]*), version ([0-9a-f]{12})(?:, förifyllt: ([a-z0-9_ ]+))?"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`prefilled`: fields that a row has before anybody has filled it in."""

    form: str
    digest: str
    prefilled: tuple[str, ...] = ()

    def line(self) -> str:
        """As it stands in the sheet, in one cell."""
        told = f", förifyllt: {' '.join(self.prefilled)}" if self.prefilled else ""
        return f"Blankett {self.form}, version {self.digest}{told}"


def stamp_of(book: Codebook, prefilled: Iterable[str] = ()) -> Stamp:
    """The stamp of a form made today: a digest of what the form shows and takes."""
    told = [
        (f.name, f.title, f.type, f.required, f.delimiter, f.columns,
         [(str(c.value), c.label, c.missing) for c in f.categories])
        for f in book.fields
    ]  # fmt: skip
    digest = hashlib.sha256(repr((book.name, book.title, told)).encode("utf-8")).hexdigest()[:12]
    wanted = set(prefilled)
    return Stamp(book.name, digest, tuple(f.name for f in book.fields if f.name in wanted))


def read_stamp(above: Sequence[Sequence[Cell]]) -> Stamp | None:
    """The stamp among the rows above a header; None where there is none."""
    for row in above:
        for cell in row:
            if isinstance(cell, str) and (found := _LINE.fullmatch(cell.strip())):
                return Stamp(found[1], found[2], tuple((found[3] or "").split()))
    return None


def untouched(
    rows: Sequence[Sequence[Cell]], table: Iterable[int], columns: Iterable[int]
) -> tuple[int, ...]:
    """Rows of a table (1-based) with nothing in them but what stood there beforehand, in
    `columns` (0-based)."""
    given = set(columns)
    return tuple(i for i in table if set(filled(rows[i - 1])) <= given)
