"""What earlier releases showed, beside what this edition shows.

While the data stand still, an earlier number is one more constraint. Where they have changed
since (some count now is another), the old edition speaks of other rows: it is then left out, and
who compares sees only that something has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.disclosure.attack.said import Cell, Row
from pipeline.facts.pattern import CountCell


@dataclass(frozen=True, slots=True)
class Release:
    """An edition that was published. `cells`: what it showed (key of `CountCell` → value), with
    the period relative to its own `year`."""

    year: int
    stage: str
    number: int
    cells: Mapping[str, int]

    @property
    def label(self) -> str:
        return f"{self.year}/{self.number:02d}-{self.stage}"

    def counts(self) -> dict[Cell, int]:
        """Its counts by calendar year."""
        return {Cell.of(CountCell.of_key(k), self.year): v for k, v in self.cells.items()}


def rows(release: Release, place: tuple[str, int]) -> list[Row]:
    """What a release says about one table and year."""
    return [
        Row(((cell, 1),), value, value, release.label)
        for cell, value in sorted(release.counts().items())
        if (cell.dataset, cell.year) == place
    ]


def changed(
    release: Release, now: Mapping[Cell, tuple[int, int]]
) -> dict[tuple[str, int], list[Cell]]:
    """The counts that cannot be what they were, by table and year. `now`: known limits."""
    found: dict[tuple[str, int], list[Cell]] = {}
    for cell, value in sorted(release.counts().items()):
        low, high = now.get(cell, (value, value))
        if not low <= value <= high:
            found.setdefault((cell.dataset, cell.year), []).append(cell)
    return found


def standing(
    releases: Sequence[Release], now: Mapping[Cell, tuple[int, int]], place: tuple[str, int]
) -> list[Release]:
    """The releases that still speak of the same rows of one table and year."""
    return [r for r in releases if place not in changed(r, now)]
