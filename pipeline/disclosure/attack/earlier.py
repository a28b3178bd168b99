"""What earlier releases showed, beside what this edition shows.

While the data stand still, an earlier number is one more constraint. Where they have changed
since (some count now is another), the old edition speaks of other rows: it is then no constraint,
but a number that has changed by fewer than the threshold tells of those few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.disclosure.attack.said import Cell, Row
from pipeline.disclosure.released import Release
from pipeline.facts.pattern import CountCell


@dataclass(frozen=True, slots=True)
class Edition(Release):
    """A release with its name: the stage, and its number among its year's."""

    stage: str = ""
    number: int = 0

    @property
    def label(self) -> str:
        return f"{self.year}/{self.number:02d}-{self.stage}"


def counts(release: Release) -> dict[Cell, int]:
    """Its counts by calendar year."""
    return {Cell.of(CountCell.of_key(k), release.year): v for k, v in release.counts.items()}


def rows(release: Edition, place: tuple[str, int]) -> list[Row]:
    """What a release says about one table and year."""
    return [
        Row(((cell, 1),), value, value, release.label)
        for cell, value in sorted(counts(release).items())
        if (cell.dataset, cell.year) == place
    ]


def changed(
    release: Edition, now: Mapping[Cell, tuple[int, int]]
) -> dict[tuple[str, int], list[tuple[Cell, int]]]:
    """The counts that cannot be what they were, by table and year, with what they were. `now`:
    known limits."""
    found: dict[tuple[str, int], list[tuple[Cell, int]]] = {}
    for cell, value in sorted(counts(release).items()):
        low, high = now.get(cell, (value, value))
        if not low <= value <= high:
            found.setdefault((cell.dataset, cell.year), []).append((cell, value))
    return found


def standing(
    releases: Sequence[Edition], now: Mapping[Cell, tuple[int, int]], place: tuple[str, int]
) -> list[Edition]:
    """The releases that still speak of the same rows of one table and year."""
    return [r for r in releases if place not in changed(r, now)]
