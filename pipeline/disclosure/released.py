"""What earlier releases have said: numbers that are known whatever this edition hides."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.disclosure.asked import Asked
from pipeline.disclosure.model import Mask
from pipeline.disclosure.system import Row
from pipeline.disclosure.targets import Target
from pipeline.facts.pattern import CountCell

CHANGED = "skiljer sig från en tidigare utgåva med {top} eller färre personer"


@dataclass(frozen=True, slots=True)
class Release:
    """An edition published before. `counts`: key of a cell, with its period relative to `year` →
    the number that was shown."""

    year: int
    counts: Mapping[str, int]


def published(
    releases: Sequence[Release], year: int, datasets: Container[str]
) -> dict[CountCell, int]:
    """Every cell that a release shows, with its period relative to this edition's year. Of one
    cell in several releases the latest in the list stands."""
    found: dict[CountCell, int] = {}
    for release in releases:
        for key, value in sorted(release.counts.items()):
            cell = CountCell.of_key(key)
            if cell.dataset in datasets:
                shifted = cell.period + release.year - year
                found[CountCell(cell.dataset, shifted, cell.where, cell.distinct)] = value
    return found


def changes(
    asked: Asked, counted: Sequence[Row], before: Mapping[CountCell, int], threshold: int
) -> tuple[Mask, Mask, list[tuple[int, Target]]]:
    """Which counts are known as they are, and which were published with another number so near
    that the difference is a few persons. Of those the targets: today's number must seem possible
    at a distance of `threshold` from the published one."""
    known = np.zeros(len(counted), dtype=bool)
    changed = np.zeros(len(counted), dtype=bool)
    closer: list[tuple[int, Target]] = []
    why = CHANGED.format(top=threshold - 1)
    for n, row in enumerate(counted):
        made = asked.universes[row.universe]
        mine = list(row.classes)
        now = int(made.x[mine].sum())
        said = {before[c] for c in row.cells if c in before}
        known[n] = now in said
        near = [v for v in said if 0 < abs(v - now) < threshold]
        if known[n] or not near:
            continue
        changed[n] = True
        i = asked.cells[row.cells[0]][1]
        block = made.blocks[made.home[i]]
        others = sorted({*range(block.start, block.start + len(block.x))} - set(mine))
        whole = int(block.x.sum())
        for v in sorted(near):
            if now > v:
                target = Target(row.classes, -3, i, why, v + threshold)
            else:
                target = Target(tuple(others), -3, i, why, whole - v + threshold)
            closer.append((row.universe, target))
    return known, changed, closer


def unsaid(counted: Sequence[Row], before: Container[CountCell], changed: Mask) -> Mask:
    """Which counts no release has shown, of rows of which a few have changed since. Nobody knows
    which numbers those few have moved: with the old numbers in hand the rest are as good as known,
    and what the release hid must stay hidden, whatever else is hidden today."""
    moved = {r.universe for r, c in zip(counted, changed, strict=True) if c}
    return np.array(
        [r.universe in moved and not any(c in before for c in r.cells) for r in counted],
        dtype=bool,
    )
