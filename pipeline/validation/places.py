"""Cells as a person reads them: `H14, H20, H31:H58`, file by file and sheet by sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.validation.records import Finding

_CELL = re.compile(r"([A-Z]+)([0-9]+)")
SHORTEST_RUN = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell, or an unbroken run of cells in one column. `count`: how many."""

    file: str
    sheet: str
    text: str
    count: int


def pieces(findings: Iterable[Finding]) -> list[Piece]:
    """Findings of one column in their order; runs of three cells and more in Excel's own way of
    writing them, which its name box takes."""
    made: list[Piece] = []
    run: list[Finding] = []
    for f in findings:
        if run and not _follows(run[-1], f):
            made += _written(run)
            run = []
        run.append(f)
    return made + _written(run)


def lines(chosen: Sequence[Piece]) -> dict[tuple[str, str], str]:
    """(file, sheet) → `H14, H20, H31:H58`."""
    places: dict[tuple[str, str], list[str]] = {}
    for p in chosen:
        places.setdefault((p.file, p.sheet), []).append(p.text)
    return {place: ", ".join(texts) for place, texts in places.items()}


def _follows(before: Finding, after: Finding) -> bool:
    a, b = _CELL.fullmatch(before.cell), _CELL.fullmatch(after.cell)
    same = before.kalla == after.kalla
    return bool(same and a and b and a[1] == b[1] and int(a[2]) + 1 == int(b[2]))


def _written(run: Sequence[Finding]) -> list[Piece]:
    if len(run) < SHORTEST_RUN:
        return [Piece(f.fil, f.sheet, f.cell, 1) for f in run]
    first, last = run[0], run[-1]
    return [Piece(first.fil, first.sheet, f"{first.cell}:{last.cell}", len(run))]
