"""What the terminal says about a year's validation: 80 columns, plain Swedish, no values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.validation.records import (
    BLANKED,
    FLAGGED,
    QUARANTINED,
    Figures,
    Finding,
    ValidationSummary,
)

HEADINGS = ("Rader", "Räknas", "Dubbletter", "Karantän", "Tömda celler")
SECTIONS = (
    (QUARANTINED, "Rader i karantän: de räknas inte förrän de är rättade"),
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
    if not groups:
        parts.append("Alla kontroller klarades: det finns ingenting att rätta.")
        return "\n\n".join(parts) + "\n"
    shown = _shares([len(g.findings) for g in groups], limit)
    for action, heading in SECTIONS:
        chosen = [(g, n) for g, n in zip(groups, shown, strict=True) if g.action == action]
        visible = [_group(g, n, width) for g, n in chosen if n]
        if visible:
            parts.append(f"{heading}\n{'-' * min(len(heading), width)}")
            parts += visible
    parts.append(_ending(total, sum(shown), width, mending_list))
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


def compact_addresses(findings: Sequence[Finding]) -> list[str]:
    """`blad Svar: H14, H20`, a line a sheet; `H14, H20` for a file without sheets."""
    sheets: dict[str, list[str]] = {}
    for f in findings:
        sheets.setdefault(f.sheet, []).append(f.cell)
    return [
        (f"blad {sheet}: " if sheet else "") + ", ".join(cells) for sheet, cells in sheets.items()
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

    lines = [line(title, HEADINGS)]
    lines += [line(name, texts) for (name, _), texts in zip(rows, cells, strict=True)]
    return "\n".join(lines)


def _numbers(f: Figures) -> tuple[int, ...]:
    return (f.rows, f.processed, f.duplicates, f.quarantined, f.cells_blanked)


def _group(group: Group, shown: int, width: int) -> str:
    lines = [_wrapped(f"{group.file} – {group.column}", width)]
    lines.append(_wrapped(group.reason, width, "  "))
    for text in compact_addresses(group.findings[:shown]):
        lines.append(_wrapped(text[:1].upper() + text[1:], width, "  "))
    left = len(group.findings) - shown
    if left:
        lines.append(f"  … och {plural(left, 'cell', 'celler')} till")
    lines.append(_wrapped(f"Gör så här: {group.todo}", width, "  "))
    return "\n".join(lines)


def _ending(total: int, shown: int, width: int, mending_list: str) -> str:
    where = mending_list or "att_ratta.csv"
    said = f"Här visas {shown} av {spaced(total)} celler att rätta. " if shown < total else ""
    return _wrapped(f"{said}Hela listan öppnas i Excel: {where}", width)


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many of each group to show: one each while there is room, then in their order."""
    shown = [1 if i < limit else 0 for i in range(len(sizes))]
    left = limit - sum(shown)
    for i, size in enumerate(sizes):
        more = min(left, size - shown[i]) if shown[i] else 0
        shown[i] += more
        left -= more
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
