"""Where a table ends: its rows, and the rows with something in them that are not its rows."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.intake.headers import Fit, candidates, normal
from pipeline.intake.raw import Cell

# What the first cell of a row of sums says.
TOTALS = frozenset(
    (
        "summa|totalt|total|sum|summering|medel|medelvärde|genomsnitt|snitt|median|summa totalt|"
        "totalt antal|total summa"
    ).split("|")
)
_LOOK_BACK = 50  # rows whose values tell whether a column's own values hold blanks


def filled(row: Sequence[Cell]) -> list[int]:
    """0-based columns of the row's non-blank cells."""
    return [j for j, c in enumerate(row) if c is not None and c != "" and not _blank(c)]


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip(" \t\r\n\u00a0")


def extent(
    rows: Sequence[Sequence[Cell]],
    header: int,
    fit: Fit,
    first: int | None = None,
    heads: Sequence[int] = (),
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """`(rows of the table, other rows)`, both 1-based. `header`: 0-based. `first`: 1-based, where
    the answers begin if the file's tool is known, and `heads` its header rows.

    Nothing that could be an answer is taken for a note: a note is a lone text with blanks in it
    at the end, stands below a gap and is poorer than a row of the table, or is a row of sums. The
    header row said again where a printed page begins is none either, nor the lone texts above it,
    nor what follows where another table begins below a gap.
    """
    data_from = _after_repeated(rows, header, fit) if first is None else first - 1
    others = [i for i in range(data_from) if i != header and i + 1 not in heads and filled(rows[i])]
    full = [i for i in range(data_from, len(rows)) if filled(rows[i])]
    again = _said_again(rows, header, full, fit)
    others += again
    said = {*again}
    full = [i for i in full if i not in said] if said else full
    end = next(
        (k for k in _blocks_below_gaps(full) if _other_table(rows, full[k:], fit)), len(full)
    )
    full, below = full[:end], full[end:]
    while end and (_lone_note(rows, full, end - 1, fit) or _total(rows, full[:end], fit)):
        end -= 1
    for start in _blocks_below_gaps(full[:end]):
        if all(_poor(rows[i], fit) for i in full[start:end]):
            end = start
            break
    table, notes = full[:end], full[end:]
    return tuple(i + 1 for i in table), tuple(i + 1 for i in sorted((*others, *notes, *below)))


def _after_repeated(rows: Sequence[Sequence[Cell]], header: int, fit: Fit) -> int:
    """The first row after the header row and those that say it once more."""
    last = header
    for i in range(header + 1, min(header + 3, len(rows))):
        if _repeats(rows[i], fit):
            last = i
    return last + 1


def _said_again(
    rows: Sequence[Sequence[Cell]], header: int, full: Sequence[int], fit: Fit
) -> list[int]:
    """Rows further down that say the header row once more, word for word, and the lone texts just
    above each (`Antal: 8`, `Enhet: Norra`)."""
    columns = sorted({j for found in fit.columns.values() for j in found if j >= 0})
    heads = [(j, rows[header][j]) for j in columns if j < len(rows[header]) and rows[header][j]]
    if len(heads) < 2:
        return []
    (first, text), rest = heads[0], heads[1:]
    found = []
    for k, i in enumerate(full):
        row = rows[i]
        if first >= len(row) or row[first] != text:
            continue
        if all(j < len(row) and row[j] == head for j, head in rest):
            found.append(i)
            while k and _lone_text(rows[full[k - 1]]):
                found.append(full[k := k - 1])
    return found


def _lone_text(row: Sequence[Cell]) -> bool:
    cells = [row[j] for j in filled(row)]
    return len(cells) == 1 and isinstance(cells[0], str) and " " in cells[0].strip()


def _other_table(rows: Sequence[Sequence[Cell]], block: Sequence[int], fit: Fit) -> bool:
    """Whether what follows a gap begins with the header row of another table, as a rule below its
    title: texts alone, of which some but not most are this table's headers."""
    titled = len(filled(rows[block[0]])) == 1 and len(block) > 1 and block[1] == block[0] + 1
    head = rows[block[1 if titled else 0]]
    cells = filled(head)
    if len(cells) < 2 or not all(isinstance(head[j], str) for j in cells) or _repeats(head, fit):
        return False
    own = {j: fit.codebook.field(n) for n, columns in fit.columns.items() for j in columns}
    return any(
        j in own and normal(head[j]) in map(normal, (own[j].title, own[j].name, *own[j].aliases))
        for j in cells
    )


def _total(rows: Sequence[Sequence[Cell]], full: Sequence[int], fit: Fit) -> bool:
    """Whether the last row sums up the ones above it."""
    row = rows[full[-1]]
    first = filled(row)[0]
    if len(full) < 2 or normal(row[first]) not in TOTALS:
        return False
    of = next((n for n, columns in fit.columns.items() if first in columns), None)
    if of is None:
        return True
    field = fit.codebook.field(of)
    answers = {normal(t) for c in field.categories for t in (c.value, c.label, *c.aliases)}
    return not field.freetext and normal(row[first]) not in answers


def _repeats(row: Sequence[Cell], fit: Fit) -> bool:
    """Whether at least half of the form's columns hold their own header once more."""
    hits = total = 0
    for name, columns in fit.columns.items():
        field = fit.codebook.field(name)
        own = {k for h in (field.title, field.name, *field.aliases) for k in candidates(h)}
        for j in columns:
            cell = row[j] if 0 <= j < len(row) else None
            total += j >= 0
            hits += isinstance(cell, str) and bool(own & set(candidates(cell)))
    return total >= 2 and hits * 2 >= total


def _lone_note(rows: Sequence[Sequence[Cell]], full: list[int], at: int, fit: Fit) -> bool:
    cells = filled(rows[full[at]])
    if len(cells) != 1 or len(fit.columns) < 2:
        return False
    column = cells[0]
    text = rows[full[at]][column]
    if not isinstance(text, str) or not any(c.isalpha() for c in text):
        return False
    if not any(column in found for found in fit.columns.values()):
        return True  # nothing that the form reads
    above = [rows[i] for i in full[max(0, at - _LOOK_BACK) : at] if len(filled(rows[i])) > 1]
    values = [r[column] for r in above if column < len(r)]
    own = any(isinstance(v, str) and " " in v.strip() for v in values)
    return " " in text.strip() and not own


def _blocks_below_gaps(full: list[int]) -> list[int]:
    """Positions in `full` just after a blank row, the first gap first."""
    return [k for k in range(1, len(full)) if full[k] - full[k - 1] > 1]


def _poor(row: Sequence[Cell], fit: Fit) -> bool:
    """Whether a row below a gap lacks what makes it a row of the form."""
    cells = set(filled(row))
    known = [found for found in fit.columns.values() if cells.intersection(found)]
    needed = [
        fit.columns[f.name]
        for f in fit.codebook.fields
        if (f.required or f.name in fit.codebook.primary_key) and f.name in fit.columns
    ]
    if needed and all(cells.intersection(found) for found in needed):
        return False
    return len(known) * 2 <= len(fit.columns) or len(cells) == 1
