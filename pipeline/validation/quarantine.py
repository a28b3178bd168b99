"""What failing checks do to a table: rows to quarantine, cells blanked, cells flagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.clean import MASKED
from pipeline.validation.check import CheckResult
from pipeline.validation.records import BLANKED, FLAGGED, QUARANTINED
from pipeline.validation.rules import Check

ERROR = "_fel_"
Mask = np.ndarray


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell that a check has something to say about. `row`: 0-based place in the table."""

    row: int
    falt: str
    action: str
    check: Check


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kept`: the rows that count, cells blanked, without `_fel_` columns and `_maskerat`; derived
    columns are still to be computed. `quarantined`: row → why, in words."""

    kept: pa.Table
    marks: tuple[Mark, ...]
    quarantined: Mapping[int, str]

    @property
    def blanked(self) -> frozenset[tuple[int, str]]:
        """The cells blanked in rows that count."""
        return frozenset((m.row, m.falt) for m in self.marks if m.action == BLANKED)


def apply_results(table: pa.Table, results: Sequence[CheckResult], book: Codebook) -> Outcome:
    """Carry out what the checks say about a cleaned table (fields and `_fel_` columns).

    critical: the row goes; warning: the check's fields are blanked; info: the cell is flagged.
    A cell that could not be read is empty from cleaning on, whatever its severity.
    """
    out = {r for result in results if result.check.severity == "critical" for r in result.rows}
    found = list(_marks(table, results, book, out))
    blanked = {(m.row, m.falt) for m in found if m.action == BLANKED}
    marks = sorted(
        (m for m in found if not _moot(m, book, blanked)),
        key=lambda m: (m.row, m.falt, m.check.kontroll),
    )
    return Outcome(
        kept=_kept(table, marks, book, out),
        marks=tuple(marks),
        quarantined=_reasons(marks, out, book),
    )


def _marks(
    table: pa.Table, results: Sequence[CheckResult], book: Codebook, out: set[int]
) -> Iterator[Mark]:
    content: dict[str, tuple[Mask, Mask]] = {}
    for result in results:
        check = result.check
        emptying = check.tommer if check.severity == "warning" else ()
        for row in result.rows:
            if row in out:
                if check.severity != "info":
                    yield Mark(row, check.falt, QUARANTINED, check)
                continue
            for name in emptying or (check.falt,):
                if name not in content:
                    content[name] = _content(table, book, name)
                value, error = content[name][0][row], content[name][1][row]
                gone = (value or error) if emptying else error and not value
                yield Mark(row, name, BLANKED if gone else FLAGGED, check)


def _kept(table: pa.Table, marks: Sequence[Mark], book: Codebook, out: set[int]) -> pa.Table:
    blank: dict[str, Mask] = {}
    for m in marks:
        if m.action == BLANKED:
            blank.setdefault(m.falt, np.zeros(table.num_rows, dtype=bool))[m.row] = True
    for name, mask in blank.items():
        for column in columns_of(book.field(name), table):
            values = table.column(column)
            emptied = pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)
            table = table.set_column(table.column_names.index(column), column, emptied)
    stays = np.ones(table.num_rows, dtype=bool)
    stays[list(out)] = False
    told = [n for n in table.column_names if n.startswith(ERROR) or n == MASKED]
    return table.drop_columns(told).filter(pa.array(stays))


def columns_of(field: Field, table: pa.Table) -> list[str]:
    """The columns that hold one field's answer: its own, its non-response, its options."""
    if field.type == "list":  # its bortfall and own words too
        return [n for n in table.column_names if n.startswith(f"{field.name}__")]
    own = (field.name, field.bortfall_column, field.own_words_column)
    return [n for n in own if n in table.column_names]


def _content(table: pa.Table, book: Codebook, name: str) -> tuple[Mask, Mask]:
    """Where a field has a value, and where its cell held something that could not be read."""
    value = np.zeros(table.num_rows, dtype=bool)
    error = np.zeros(table.num_rows, dtype=bool)
    if book.has(name):
        for column in columns_of(book.field(name), table):
            value |= np.asarray(pc.is_valid(table.column(column)))
        if f"{ERROR}{name}" in table.column_names:
            error |= np.asarray(pc.is_valid(table.column(f"{ERROR}{name}")))
    return value, error


def _moot(mark: Mark, book: Codebook, blanked: set[tuple[int, str]]) -> bool:
    """A remark on a value that another check has just blanked."""
    if mark.action != FLAGGED or mark.check.severity != "info":
        return False
    origin = {d.name: (d.source, d.to) for d in book.derived}
    read = [n for c in mark.check.columns for n in origin.get(c, (c,))]
    return any((mark.row, name) in blanked for name in read)


def _reasons(marks: Sequence[Mark], out: set[int], book: Codebook) -> dict[int, str]:
    """`Insats-id: uppgiften saknas.` for each row in quarantine."""
    found: dict[int, list[str]] = {row: [] for row in sorted(out)}
    for m in marks:
        if m.action == QUARANTINED and m.check.severity == "critical":
            title = book.field(m.falt).title if book.has(m.falt) else m.falt
            found[m.row].append(f"{title}: {m.check.orsak[:1].lower()}{m.check.orsak[1:]}")
    return {row: " ".join(dict.fromkeys(reasons)) for row, reasons in found.items()}
