"""From a row and a field to the spreadsheet cell that a person opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from pipeline.forms.codebook import Codebook
from pipeline.intake.raw import column_letter

Sources = Mapping[str, Mapping[str, Any]]  # kallor.json


def cell_address(sources: Sources, kalla: str, rad: int, falt: str) -> str:
    """`avslut.xlsx!Svar!H14`; `…!H14:M14` for an answer in several columns side by side,
    `…!H14,M14` where they are apart; empty where the file has no such column."""
    letters = sources.get(kalla, {}).get("columns", {}).get(falt) or []
    if isinstance(letters, str):
        letters = [letters]
    letters = sorted({x for x in letters if x}, key=lambda x: (len(x), x))
    if not letters:
        return ""
    if len(letters) > 1 and letters == _run(letters[0], len(letters)):
        return f"{kalla}!{letters[0]}{rad}:{letters[-1]}{rad}"
    return f"{kalla}!" + ",".join(f"{x}{rad}" for x in letters)


class Locator:
    """The addresses of one table's cells. `sources_of`: kallor.json of a year."""

    def __init__(
        self,
        table: pa.Table,
        book: Codebook,
        year: int,
        sources_of: Callable[[int], Sources],
    ) -> None:
        self._year = year
        self._sources_of = sources_of
        self._table = table
        self._kalla = table.column("_kalla").combine_chunks()
        self._rad = table.column("_rad").combine_chunks()
        self._from = {c: k.resource for k in book.foreign_keys for c in k.lookup}
        self._own = {f.name for f in book.fields}
        self._derived = {d.name: d.source for d in book.derived}

    def key(self, row: int) -> tuple[str, int]:
        """`_kalla` and `_rad` of a row."""
        return self._kalla[row].as_py(), self._rad[row].as_py()

    def address(self, row: int, falt: str) -> str:
        """The cell of a field; of the row it was looked up in, where it comes from there
        (`2024/bakgrund.xlsx!Svar!F8` for an earlier year's); of a derived column, its origin."""
        falt = self._derived.get(falt, falt)
        if falt in self._own or falt not in self._from:
            sources = self._sources_of(self._year)
            return cell_address(sources, *self.key(row), falt)
        resource = self._from[falt]
        names = [f"_{resource}_{part}" for part in ("ar", "kalla", "rad")]
        if any(n not in self._table.column_names for n in names):
            return ""
        year, kalla, rad = (self._table.column(n)[row].as_py() for n in names)
        if kalla is None:
            return ""
        found = cell_address(self._sources_of(year), kalla, rad, falt)
        return found if year == self._year or not found else f"{year}/{found}"


def _run(first: str, length: int) -> list[str]:
    start = 0
    for letter in first:
        start = start * 26 + ord(letter) - 64
    return [column_letter(start - 1 + i) for i in range(length)]
