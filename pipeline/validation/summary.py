"""What the terminal says about a year's validation: 80 columns, plain Swedish, no values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.validation.places import Piece, lines, pieces
from pipeline.validation.records import (
    BLANKED,
    FLAGGED,
    MASKED,
    QUARANTINED,
    Figures,
    Finding,
    ValidationSummary,
)

HEADINGS = ("Rader", "Räknas", "Dubbletter", "Karantän", "Tömda", "Maskerade")
SECTIONS = (
    (QUARANTINED, "Rader i karantän: de räknas inte förrän de är rättade"),
    (MASKED, "Personuppgifter som är maskerade: ta bort dem ur källfilerna"),
    (BLANKED, "Celler som räknas som tomma, i rader som räknas"),
    (FLAGGED, "Uppgifter som räknas, men bör kontrolleras"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one file with one reason in one column."""

    action: str
    file: str
    column: str
    reason: str
    todo: str
    findings: tuple[Finding, ...]


def terminal_summary(
    summary: ValidationSummary, width: int = 80, limit: int = 20, mending_list: str = ""
) -> str:
    """The balance of each file, then at most `limit` cells to mend, grouped by reason.

    `mending_list`: where att_ratta.csv lies, for the reader who wants them all.
    """
    parts = [_balance(summary, width)]
    groups = group_findings(summary.findings)
    total = sum(len(g.findings) for g in groups)
    cells = [pieces(g.findings) for g in groups]
    if not groups:
        parts.append("Alla kontroller klarades: det finns ingenting att rätta.")
        return "\n\n".join(parts) + "\n"
    shown = [c[:n] for c, n in zip(cells, _shares([len(c) for c in cells], limit), strict=True)]
    for action, heading in SECTIONS:
        chosen = [(g, c) for g, c in zip(groups, shown, strict=True) if g.action == action]
        visible = [_group(g, c, width) for g, c in chosen if c]
        if visible:
            parts.append(f"{heading}\n{'-' * min(len(heading), width)}")
            parts += visible
    parts.append(_ending(total, sum(_count(c) for c in shown), width, mending_list))
    return "\n\n".join(parts) + "\n"


def group_findings(findings: Iterable[Finding]) -> list[Group]:
    """What a person has to mend, worst first, by file, column and reason."""
    rank = {action: i for i, (action, _) in enumerate(SECTIONS)}
    found: dict[tuple[int, str, str, str], list[Finding]] = {}
    for f in findings:
        if f.att_gora and f.atgard in rank:
            found.setdefault((rank[f.atgard], f.fil, f.kontroll, f.falt), []).append(f)
    return [
        Group(
            action=SECTIONS[key[0]][0],
            file=key[1],
            column=members[0].kolumn,
            reason=members[0].allmant,
            todo=members[0].gor_sa,
            findings=tuple(members),
        )
        for key, members in sorted(found.items())
    ]


def plural(count: int, one: str, many: str) -> str:
    """`1 rad`, `2 rader`, `12 000 rader`."""
    return f"{spaced(count)} {one if count == 1 else many}"


def spaced(count: int) -> str:
    """Thousands apart from 10 000 on, as Swedish writes them."""
    return f"{count:,}".replace(",", "\u00a0") if count >= 10_000 else str(count)


def _balance(summary: ValidationSummary, width: int) -> str:
    """A line a file, and the sum; a name too long for its place stands on a line of its own."""
    rows = [(name, figures) for name, figures in summary.files.items()]
    if len(rows) > 1:
        rows.append(("Summa", summary.total))
    cells = [[spaced(n) for n in _numbers(f)] for _, f in rows]
    widths = [max(len(h), *(len(c[i]) for c in cells)) for i, h in enumerate(HEADINGS)]
    room = width - sum(widths) - 2 * len(widths)
    longest = max(len(name) for name, _ in rows) if rows else 0
    title = f"Avstämning {summary.year}"
    first = max(min(longest, room), len(title))

    def line(name: str, texts: Sequence[str]) -> str:
        numbers = "".join("  " + t.rjust(w) for t, w in zip(texts, widths, strict=True))
        return (
            f"{name}\n{' ' * first}{numbers}" if len(name) > first else f"{name:<{first}}{numbers}"
        )

    said = [line(title, HEADINGS)]
    said += [line(name, texts) for (name, _), texts in zip(rows, cells, strict=True)]
    return "\n".join(said)


def _numbers(f: Figures) -> tuple[int, ...]:
    return (f.rows, f.processed, f.duplicates, f.quarantined, f.cells_blanked, f.cells_masked)


def _group(group: Group, shown: Sequence[Piece], width: int) -> str:
    said = [_wrapped(f"{group.file} – {group.column}", width), _wrapped(group.reason, width, "  ")]
    for (_, sheet), cells in lines(shown).items():
        text = f"blad {sheet}: {cells}" if sheet else cells
        said.append(_wrapped(text[:1].upper() + text[1:], width, "  "))
    left = len(group.findings) - _count(shown)
    if left:
        said.append(f"  … och {plural(left, 'cell', 'celler')} till")
    said.append(_wrapped(f"Gör så här: {group.todo}", width, "  "))
    return "\n".join(said)


def _count(shown: Sequence[Piece]) -> int:
    return sum(p.count for p in shown)


def _ending(total: int, shown: int, width: int, mending_list: str) -> str:
    where = mending_list or "att_ratta.csv"
    said = f"Här visas {shown} av {spaced(total)} celler att rätta. " if shown < total else ""
    return _wrapped(f"{said}Hela listan öppnas i Excel: {where}", width)


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many of each group to show: one each in turn, while there is room."""
    shown = [0] * len(sizes)
    while limit > 0 and shown != list(sizes):
        for i, size in enumerate(sizes):
            if shown[i] < size and limit > 0:
                shown[i] += 1
                limit -= 1
    return shown


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
