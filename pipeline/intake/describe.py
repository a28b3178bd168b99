"""Any file of a survey tool, statistics program or spreadsheet as tables of named columns: what
drafting a codebook, or a form, starts from. Nothing is recognised as a form here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.extent import filled
from pipeline.intake.headers import named, shown
from pipeline.intake.lss import read_lss
from pipeline.intake.raw import Cell, RawTable, Readings, column_letter
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import likely_header
from pipeline.intake.stacked import with_stacked_header


@dataclass(frozen=True, slots=True)
class Column:
    """`index`: 0-based. `header`: what stands in the (first) header row; `names`: all that the
    tool calls it, header and question among them, the surest first; `title`: the question in
    words. `labels`: value → label. `meta`: the tool's own column, no question. `personal`: says
    who answered, and is never read."""

    index: int
    header: str
    names: Readings
    title: str
    labels: Mapping[Cell, str]
    meta: bool = False
    personal: bool = False

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Described:
    """A table and its columns. `tool`: the dialect's name (`microsoft_forms`), `tool_title` as it
    is told, both empty where none is known. `rows`: 1-based rows that look like answers, without
    those that the tool marks as none. A structure (.lss) has columns and no rows."""

    raw: RawTable
    tool: str
    tool_title: str
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[int, ...]

    def values(self, column: Column) -> list[Cell]:
        """The cells of a column that are not blank."""
        cells = (self.raw.rows[i - 1] for i in self.rows)
        found = (r[column.index] for r in cells if column.index < len(r))
        return [c for c in found if c is not None and str(c).strip()]


def describe(path: Path) -> list[Described]:
    """Every table of a file, hidden sheets and documents left out; the columns of a .lss.

    Raises IntakeError (one message) where the file cannot be understood.
    """
    tables = read_file(path, path.name)
    if path.suffix.lower() == ".lss":
        return [_of_structure(tables[0], path)]
    made = (_of_table(t) for t in tables if not t.hidden and t.kind != "dokument")
    return [d for d in made if d is not None]


def _of_table(raw: RawTable) -> Described | None:
    header = None if raw.dialect is not None else likely_header(raw.rows)
    two = with_stacked_header(raw) if header else None  # a question above its rows or options
    if two is not None and two.dialect is not None and header == two.dialect.first_row - 2:
        raw = two
    known = raw.dialect
    header = known.header_rows[0] - 1 if known is not None else likely_header(raw.rows)
    if header is None:  # two short columns are no sure sign, but a first row of texts may do
        full = [i for i, row in enumerate(raw.rows) if filled(row)]
        if not full or not all(
            isinstance(raw.rows[full[0]][j], str) for j in filled(raw.rows[full[0]])
        ):
            return None
        header = full[0]
    first = known.first_row - 1 if known is not None else header + 1
    columns = []
    for j, cell in enumerate(raw.header(header)):
        names = cell if isinstance(cell, tuple) else (str(cell).strip(),) if shown(cell) else ()
        if not names:
            continue
        at = raw.rows[header]
        columns.append(
            Column(
                index=j,
                header=shown(at[j]) if j < len(at) else "",
                names=names,
                title=raw.titles.get(j) or _title(names),
                labels=raw.labels.get(j, {}),
                meta=known is not None and j in known.meta,
                personal=named(names),
            )
        )
    aside = known.set_aside if known is not None else {}
    again = raw.rows[header]  # where a printed page begins
    below = range(first, len(raw.rows))
    rows = (i + 1 for i in below if filled(raw.rows[i]) and raw.rows[i] != again)
    return Described(
        raw=raw,
        tool=known.name if known is not None else "",
        tool_title=known.title if known is not None else "",
        header_row=header + 1,
        columns=tuple(columns),
        rows=tuple(i for i in rows if i not in aside),
    )


def _title(names: Readings) -> str:
    """The reading that is most of a question: the longest of the first two."""
    return max(names[:2], key=len)


def _of_structure(raw: RawTable, path: Path) -> Described:
    columns = []
    for j, c in enumerate(read_lss(path.read_bytes(), path.name)):
        title = f"{c.question} [{c.option}]" if c.option else c.question
        columns.append(
            Column(j, c.code, (c.code, title) if title else (c.code,), title or c.code, c.labels)
        )
    return Described(raw, "limesurvey", "LimeSurvey", 0, tuple(columns), ())
