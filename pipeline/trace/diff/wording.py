"""A comparison in Swedish: numbers as people write them, and the summary for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pipeline.trace.diff.compare import STATES, Change, Diff
from pipeline.trace.diff.sides import Record, Side

WIDTH = 80
SHOWN = 20  # changes of each state in the terminal; the page and --json hold all
HEADINGS = {"ny": "Nya", "borta": "Borta", "ändrad": "Ändrade", "oförändrad": "Oförändrade"}


def number(record: Record | None, shown: tuple[str, ...] = ()) -> str:
    """A fact's value as readers met it, else from the ledger; `–` where there is none."""
    if record is None:
        return "–"
    value = record["value"]
    if value is None:
        return {"saknas": "underlag saknas", "tom": "inget att räkna på"}.get(
            record["status"], ".."
        )
    if shown:
        return " / ".join(shown)
    if record["unit"] in ("andel", "andelsskillnad"):
        return f"{100 * value:.1f} %".replace(".", ",")
    return f"{value:g}".replace(".", ",")


def basis(record: Record | None) -> str:
    """What the value rests on: `12 av 20` or `n = 20`."""
    if record is None:
        return ""
    if record["numerator"] is not None and record["denominator"] is not None:
        return f"{record['numerator']} av {record['denominator']}"
    alone = record["n"] is None or record["kind"] == "count"  # a count is its own n
    return "" if alone else f"n = {record['n']}"


def both(change: Change) -> str:
    """`62 % → 64 % (31 av 50 → 32 av 50)`."""
    old, new = number(change.old, change.shown_old), number(change.new, change.shown_new)
    bases = basis(change.old), basis(change.new)
    if change.old is None or change.new is None:
        told, base = (new, bases[1]) if change.old is None else (old, bases[0])
        return told + (f" ({base})" if base else "")
    moved = f" ({bases[0]} → {bases[1]})" if bases[0] != bases[1] else ""
    return f"{old} → {new}{moved}"


def side(of: Side) -> str:
    """Which edition it is, in a line."""
    m = of.manifest
    return f"{m.get('kommun', '')} {m['year']}, {m['edition']}, per {m['per_datum']}"


def terminal(diff: Diff, page: str = "") -> str:
    """The summary of a comparison, at most 80 columns wide."""
    return "\n".join(line for text in _lines(diff, page) for line in _wrapped(*text))


def _lines(diff: Diff, page: str) -> Iterator[tuple[str, int]]:
    yield f"A: {side(diff.a)}", 0
    yield f"B: {side(diff.b)}", 0
    yield "", 0
    counts = diff.counts()
    yield "Tal: " + ", ".join(f"{counts[s]} {_plural(s)}" for s in STATES) + ".", 0
    for title, texts in (
        ("Beslut och inställningar som skiljer", [s.text() for s in diff.settings]),
        ("Källfiler", [f"{r.file}: {r.state}" for r in diff.receipts]),
        ("Att veta", list(diff.notes)),
    ):
        if texts:
            yield "", 0
            yield f"{title}:", 0
        yield from ((text, 2) for text in texts[:SHOWN])
        if len(texts) > SHOWN:
            yield f"… och {len(texts) - SHOWN} till", 2
    for state in ("ändrad", "ny", "borta"):
        changes = diff.in_state(state)
        if not changes:
            continue
        yield "", 0
        yield f"{HEADINGS[state]} tal:", 0
        for change in changes[:SHOWN]:
            yield f"{change.fact['title']} ({change.fact['period']})", 2
            yield both(change), 4
            yield from ((f"– {cause.text}", 4) for cause in change.causes[:3])
        if len(changes) > SHOWN:
            yield f"… och {len(changes) - SHOWN} till", 2
    if page:
        yield "", 0
        yield f"Allt, med varje cell: {page}", 0


def _plural(state: str) -> str:
    return {"ny": "nya", "borta": "borta", "ändrad": "ändrade", "oförändrad": "oförändrade"}[state]


def _wrapped(text: str, indent: int) -> list[str]:
    pad = " " * indent
    lines = textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=pad,
        subsequent_indent=pad + ("  " if text.startswith("–") else ""), break_on_hyphens=False,
    )  # fmt: skip
    return lines or [""]
