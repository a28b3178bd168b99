"""Headers in two rows: what stands above several columns, as a rule in merged cells, and what
stands above each (`Insats` over `Start` and `Slut`)."""

from __future__ import annotations

from dataclasses import replace

from pipeline.intake.extent import filled
from pipeline.intake.raw import Cell, Dialect, RawTable, Readings

WITHIN = 10
STACKED = "tva_rubrikrader"


def with_stacked_header(raw: RawTable) -> RawTable | None:
    """The table with its first two full rows below one another as one header. None where they
    do not look like that: texts alone, the upper one with gaps that the lower one fills."""
    if raw.dialect is not None:
        return None
    for i in range(min(WITHIN, len(raw.rows) - 2)):
        above, below = raw.rows[i], raw.rows[i + 1]
        if not _headers(above) or not _headers(below):
            continue
        over, under = set(filled(above)), set(filled(below))
        if under - over and len(over) > 1:
            known = Dialect(
                STACKED, "", (i + 1, i + 2), _joined(above, below), i + 3,
                said=f"Rubrikerna står på två rader ({i + 1}–{i + 2}) och läses tillsammans.",
            )  # fmt: skip
            return replace(raw, dialect=known)
    return None


def _headers(row: tuple[Cell, ...]) -> bool:
    cells = [row[j] for j in filled(row)]
    return len(cells) > 1 and all(isinstance(c, str) for c in cells)


def _joined(above: tuple[Cell, ...], below: tuple[Cell, ...]) -> tuple[Readings, ...]:
    """`Insats Start`, `Insats [Start]` and `Start`; the upper alone where the lower is empty."""
    made: list[Readings] = []
    group = ""
    for j in range(max(len(above), len(below))):
        upper, lower = (
            str(row[j]).strip() if j < len(row) and row[j] is not None else ""
            for row in (above, below)
        )
        group = upper or (group if lower else "")
        if lower and group:
            made.append((f"{group} {lower}", f"{group} [{lower}]", lower))
        else:
            made.append((upper or lower,) if upper or lower else ())
    return tuple(made)
