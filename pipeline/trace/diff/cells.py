"""Two versions of a raw file, cell by cell: which rows are the same row, and what differs in them.

Rows are paired by their place, then by their content (rows that only moved), then by the form's
primary key, then by place again where most cells agree. What is left came or went.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import IntakeError
from pipeline.intake.raw import RawTable, column_letter
from pipeline.intake.readers import read_file

Row = tuple[Any, ...]
Keys = Mapping[str, Sequence[int]]  # source → 0-based columns of the form's primary key
# What may be shown of a cell: (file, source, 1-based row, 0-based column, cell) → value.
Shown = Callable[[str, str, int, int, Any], Any]
LaidOut = Callable[[RawTable], Sequence[RawTable]]


def as_it_is(raw: RawTable) -> Sequence[RawTable]:
    return (raw,)


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is not what it was. Rows are 1-based; None where the row is not there.

    `file` is named from RAW: `2025/avslut.xlsx`.
    """

    file: str
    sheet: str
    column: str
    row_a: int | None
    row_b: int | None
    old: Any
    new: Any

    def address(self) -> str:
        """Where it stands now, or stood."""
        row = self.row_a if self.row_b is None else self.row_b
        return f"{self.file}!{f'{self.sheet}!' if self.sheet else ''}{self.column}{row}"

    @property
    def source(self) -> str:
        """The key `_kalla` of its row."""
        return in_folder(self.file) + (f"!{self.sheet}" if self.sheet else "")

    def record(self) -> dict[str, Any]:
        return {
            "file": self.file, "sheet": self.sheet, "column": self.column, "row_a": self.row_a,
            "row_b": self.row_b, "address": self.address(), "old": self.old, "new": self.new,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetChange:
    """A sheet in two versions. `pairs`: its row in A → its row in B; `cells`: by the pair of
    rows (one of them None for a row that came or went), only cells that differ."""

    file: str
    source: str
    pairs: Mapping[int, int]
    cells: Mapping[tuple[int | None, int | None], tuple[CellChange, ...]]


def file_changes(
    name: str, a: Path | None, b: Path | None, keys: Keys, shown: tuple[Shown, Shown],
    laid_out: tuple[LaidOut, LaidOut] = (as_it_is, as_it_is),
) -> list[SheetChange]:  # fmt: skip
    """What differs between two versions of the raw file `name` (from RAW); None: not there.

    `shown`: what may be seen of the cells of each; `laid_out`: a sheet's tables as the mapping
    files of each say. A file that cannot be read gives nothing.
    """
    tables_a, tables_b = _tables(name, a, laid_out[0]), _tables(name, b, laid_out[1])
    return [
        _sheet(name, tables_a.get(s), tables_b.get(s), keys.get(s, ()), shown)
        for s in sorted({*tables_a, *tables_b})
    ]


def in_folder(name: str) -> str:
    """A raw file's name as `_kalla` has it: without the year's folder."""
    head, _, rest = unicodedata.normalize("NFC", name).partition("/")
    return rest if head.isdigit() and rest else unicodedata.normalize("NFC", name)


def column_index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    made = 0
    for letter in letters:
        made = made * 26 + ord(letter) - 64
    return made - 1


def _tables(name: str, path: Path | None, laid_out: LaidOut) -> dict[str, RawTable]:
    try:
        read = [] if path is None else read_file(path, in_folder(name))
        return {t.source: t for raw in read for t in laid_out(raw)}
    except IntakeError:
        return {}


def _sheet(
    name: str, a: RawTable | None, b: RawTable | None, key: Sequence[int],
    shown: tuple[Shown, Shown],
) -> SheetChange:  # fmt: skip
    rows_a = {i: _trimmed(r) for i, r in enumerate(a.rows if a else (), 1)}
    rows_b = {i: _trimmed(r) for i, r in enumerate(b.rows if b else (), 1)}
    pairs = _paired(rows_a, rows_b, key)
    came = [j for j in rows_b if j not in set(pairs.values())]
    both: list[tuple[int | None, int | None]] = [*pairs.items()]
    both += [(i, None) for i in rows_a if i not in pairs] + [(None, j) for j in came]
    some = a or b
    assert some is not None
    cells = {}
    for i, j in both:
        old = rows_a[i] if i is not None else ()
        new = rows_b[j] if j is not None else ()
        if differing := tuple(_cells(name, some, i, j, old, new, shown)):
            cells[i, j] = differing
    return SheetChange(name, some.source, pairs, cells)


def _cells(
    name: str, some: RawTable, i: int | None, j: int | None, old: Row, new: Row,
    shown: tuple[Shown, Shown],
) -> Iterable[CellChange]:  # fmt: skip
    width = max(len(old), len(new))
    wide_old, wide_new = (r + (None,) * (width - len(r)) for r in (old, new))
    for c, (x, y) in enumerate(zip(wide_old, wide_new, strict=True)):
        if not _equal(x, y):
            was = None if i is None else shown[0](name, some.source, i, c, x)
            now = None if j is None else shown[1](name, some.source, j, c, y)
            letter = column_letter(c)
            yield CellChange(name, some.sheet, letter, i, j, _plain(was), _plain(now))


def _paired(a: Mapping[int, Row], b: Mapping[int, Row], key: Sequence[int]) -> dict[int, int]:
    pairs = {i: i for i, row in a.items() if i in b and b[i] == row}
    _pair(pairs, a, b, lambda row: row or None, several=True)
    if key:
        _pair(pairs, a, b, lambda row: _key(row, key), several=False)
    taken = set(pairs.values())
    for i, row in a.items():
        if i not in pairs and i in b and i not in taken and _alike(row, b[i]):
            pairs[i] = i
    return pairs


def _pair(pairs: dict[int, int], a: Any, b: Any, name: Any, *, several: bool) -> None:
    """Pair what has the same name: in order if `several` may, else only where it is alone."""
    taken = set(pairs.values())
    left_a = [(i, n) for i, row in a.items() if i not in pairs and (n := name(row)) is not None]
    left_b = [(j, n) for j, row in b.items() if j not in taken and (n := name(row)) is not None]
    counts_a, counts_b = Counter(n for _, n in left_a), Counter(n for _, n in left_b)
    waiting: dict[Any, list[int]] = {}
    for j, n in left_b:
        waiting.setdefault(n, []).append(j)
    for i, n in left_a:
        if waiting.get(n) and (several or counts_a[n] == counts_b[n] == 1):
            pairs[i] = waiting[n].pop(0)


def _key(row: Row, key: Sequence[int]) -> Row | None:
    found = tuple(row[k] if k < len(row) else None for k in key)
    return None if any(v is None for v in found) else found


def _alike(x: Row, y: Row) -> bool:
    """At least half of the filled cells agree."""
    same = sum(_equal(p, q) for p, q in zip(x, y, strict=False) if p is not None)
    return same > 0 and 2 * same >= max(sum(v is not None for v in r) for r in (x, y))


def _trimmed(row: Sequence[Any]) -> Row:
    end = len(row)
    while end and row[end - 1] in (None, ""):
        end -= 1
    return tuple(None if v == "" else v for v in row[:end])


def _equal(x: Any, y: Any) -> bool:
    return (type(x) is type(y) and x == y) or (
        isinstance(x, int | float) and isinstance(y, int | float) and x == y
    )


def _plain(value: Any) -> Any:
    """A raw value as JSON holds it."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
