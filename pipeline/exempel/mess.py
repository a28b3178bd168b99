"""The usual mess, planted in small counted amounts: every fault leaves a mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.exempel.chance import Stream
from pipeline.exempel.sheets import Cell, Effect, Mark, Row

MINUTE = dt.timedelta(minutes=1)


def _any(row: Row) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault in one field: `share` of the rows of a table's file, at least one."""

    field: str
    kind: str
    effect: Effect
    write: Callable[[Row, Stream], Cell]
    share: float = 0.006
    fits: Callable[[Row], bool] = _any


def text(value: Cell) -> Callable[[Row, Stream], Cell]:
    """A fault that writes the same everywhere."""
    return lambda row, stream: value


def answered(field: str) -> Callable[[Row], bool]:
    return lambda row: row.cells.get(field) is not None


def spoil(rows: Sequence[Row], faults: Sequence[Fault], stream: Stream) -> None:
    """Plant every fault in rows of its own, so that each row has one at most."""
    pool = stream.shuffled([row for row in rows if not row.marks])
    for fault in faults:
        wanted = max(1, round(fault.share * len(rows)))
        chosen: list[Row] = []
        left: list[Row] = []
        for row in pool:
            fitting = len(chosen) < wanted and fault.fits(row)
            (chosen if fitting else left).append(row)
        pool = left
        for row in chosen:
            _plant(fault, row, stream)


def _plant(fault: Fault, row: Row, stream: Stream) -> None:
    written = fault.write(row, stream)
    row.cells[fault.field] = written
    row.marks.append(Mark(fault.field, fault.kind, fault.effect))
    if fault.effect is Effect.QUARANTINED:
        row.status = "karantan"
    elif fault.effect in (Effect.BLANKED, Effect.MISSING):
        row.clean[fault.field] = None
    elif fault.effect in (Effect.MASKED, Effect.ORPHAN):
        assert isinstance(written, str)
        row.clean[fault.field] = written


def flag(row: Row, field: str, kind: str, value: Cell, cell: Cell = None) -> None:
    """Write what stays and is told: `value`, in the file as `cell` where it reads otherwise."""
    row.cells[field] = value if cell is None else cell
    row.clean[field] = value
    row.marks.append(Mark(field, kind, Effect.FLAGGED))


def repeat(
    rows: Sequence[Row],
    stream: Stream,
    share: float,
    change: Callable[[Row, Stream], None] | None = None,
    fits: Callable[[Row], bool] = _any,
) -> list[Row]:
    """Rows handed in once more, equal or changed: the new one is kept, the old a duplicate."""
    wanted = max(1, round(share * len(rows)))
    pool = stream.shuffled([row for row in rows if not row.marks and fits(row)])
    made = []
    for old in pool[:wanted]:
        new = old.copy(old.when + 7 * MINUTE)
        if change:
            change(new, stream)
        old.status = "dubblett"
        old.marks.append(Mark("", "ändrad" if change else "likadan", Effect.DUPLICATE))
        made.append(new)
    return made


def vary(rows: Sequence[Row], fields: Sequence[str], stream: Stream, share: float = 0.03) -> None:
    """Stray blanks and other letter case, which lose nothing."""
    for row in rows:
        for name in fields:
            value = row.cells.get(name)
            if isinstance(value, str) and stream.chance(share):
                row.cells[name] = stream.pick((value.upper(), value.lower(), f" {value} "))


def misspell(rows: Sequence[Row], stream: Stream, aliases: dict[str, tuple[str, ...]]) -> None:
    """Now and then a unit by a name that kommun.toml knows."""
    for row in rows:
        known = aliases[str(row.clean["enhet"])] if row.clean.get("enhet") else ()
        if known and stream.chance(0.06):
            row.cells["enhet"] = stream.pick(known)
            row.marks.append(Mark("enhet", "känd felstavning", Effect.RECODED))
