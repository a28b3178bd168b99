"""What auditors are given beside an edition: a comparison with another, a sample of its numbers."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.publish import diff_page
from pipeline.run import modes
from pipeline.trace.diff import wording
from pipeline.trace.diff.compare import Change, Diff, compare
from pipeline.trace.diff.sides import open_side, with_tables
from pipeline.trace.sample.book import sample_workbook
from pipeline.trace.sample.draw import Draw, draw
from pipeline.workspace import Workspace

FOLDER = "granskning"  # beside intern/, which its manifest has closed
GROUPS = (
    ("andrade", "Ändrade tal", "ändrad"), ("nya", "Nya tal", "ny"),
    ("borta", "Tal som inte finns längre", "borta"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison and the file its page lies in."""

    diff: Diff
    page: Path


def diff_editions(
    a: str,
    b: str,
    place_a: Workspace,
    place_b: Workspace,
    out: Path | None = None,
) -> Compared:
    """Compare the editions `a` and `b` (a year or a folder each) and write the page, by default
    `REPORTS/<year of B>/granskning/`. `place_*`: where each edition's raw files and tables lie.
    Raises UsageError where there is no such edition.
    """
    sides = open_side("A", a, place_a), open_side("B", b, place_b)
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as scratch:
        diff = compare(*with_tables(*sides, Path(scratch)))
    name = "-".join(re.sub(r"[^\w]+", "_", s).strip("_")[-40:] for s in (a, b))
    default = place_b.reports / str(diff.b.year) / FOLDER / f"skillnad-{name}.html"
    return Compared(diff, _write(page(diff).encode(), out or default))


def page(diff: Diff) -> str:
    """The comparison as an HTML page."""
    counts = diff.counts()
    return diff_page.render(
        [wording.side(diff.a), wording.side(diff.b)],
        {anchor: counts[state] for anchor, _, state in GROUPS}
        | {"oforandrade": counts["oförändrad"]},
        [(anchor, text, [_told(c) for c in diff.in_state(s)]) for anchor, text, s in GROUPS],
        [{"text": s.text(), "diff": s.diff} for s in diff.settings],
        [{"file": r.file, "state": r.state, "old": r.old, "new": r.new} for r in diff.receipts],
        diff.notes,
    )


def _told(change: Change) -> Mapping[str, Any]:
    old, new = wording.basis(change.old), wording.basis(change.new)
    numbers = [
        wording.number(r, shown)
        for r, shown in ((change.old, change.shown_old), (change.new, change.shown_new))
        if r is not None
    ]
    return {
        "title": change.fact["title"], "name": change.fact["name"],
        "period": change.fact["period"],
        "before": numbers[0], "after": numbers[1] if len(numbers) > 1 else None,
        "basis": f"{old} → {new}" if old and new and old != new else new or old,
        "causes": [{"cells": [], "diff": "", **c.record()} for c in change.causes],
    }  # fmt: skip


def sample(workspace: Workspace, year: int, n: int, out: Path | None = None) -> tuple[Path, Draw]:
    """Draw `n` numbers of the year's edition and write the auditor's workbook, by default
    `REPORTS/<year>/granskning/stickprov.xlsx`."""
    drawn = draw(workspace, year, n)
    default = workspace.reports / str(year) / FOLDER / "stickprov.xlsx"
    return _write(sample_workbook(workspace, year, drawn), out or default), drawn


def _write(data: bytes, path: Path) -> Path:
    """Raw values stand in it: only its owner reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.name == FOLDER:
        modes.close(path.parent)
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(data)
    os.chmod(unfinished, 0o600)
    os.replace(unfinished, path)
    return path
