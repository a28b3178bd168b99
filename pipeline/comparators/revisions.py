"""What Kolada has changed between fetches: revisions are made without notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.comparators.kept import Kept

REASONS = {
    "Missing": "uppgift saknas", "Privacy": "sekretess", "Not applicable": "inte tillämpligt",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """What a value is about: a measure, a municipality, a year, a sex (T, K or M)."""

    kpi: str
    municipality: str
    year: int
    gender: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it counts: no number where the source gives a reason or has withdrawn it."""

    number: float | None
    status: str

    @property
    def told(self) -> str:
        if self.number is not None:
            return f"{self.number:.12g}".replace(".", ",").replace("-", "\u2212")
        return self.status or "utan värde"


@dataclass(frozen=True, slots=True)
class Revision:
    """The latest change of a point. The days are None of a file that people saved themselves.
    `gone`: the later answer leaves the point out, so that the older value still counts."""

    point: Point
    before: Value
    after: Value
    before_day: dt.date | None
    after_day: dt.date | None
    after_name: str
    gone: bool = False


def revisions(files: Sequence[Kept]) -> list[Revision]:
    """Of every point its latest change, by point. `files`: the oldest first."""
    newest: dict[Point, tuple[Value, Kept]] = {}
    found: dict[Point, Revision] = {}
    for file in files:
        points = points_of(file)
        for point, value in points.items():
            if point in newest and newest[point][0] != value:
                before, earlier = newest[point]
                found[point] = Revision(point, before, value, earlier.day, file.day, file.name)
            elif point in found and found[point].gone:
                del found[point]  # left out once, and back as it was
            newest[point] = value, file
        for point, (before, earlier) in newest.items():
            asked = file.query is not None and file.query.covers(
                point.kpi, point.municipality, point.year
            )
            known = point in found and found[point].gone
            if asked and point not in points and before.number is not None and not known:
                absent = Value(None, "finns inte i svaret")
                found[point] = Revision(
                    point, before, absent, earlier.day, file.day, file.name, gone=True
                )
    return [found[p] for p in sorted(found)]


def points_of(file: Kept) -> dict[Point, Value]:
    """The points of one file; of several rows about one the last counts."""
    made = {}
    for kpi, municipality, year, gender, _, status, value, deleted, *_ in file.rows:
        point = Point(str(kpi), str(municipality), int(str(year)), str(gender))
        reason = REASONS.get(str(status), str(status or ""))
        if deleted:
            reason = "borttaget av Kolada"
        number = float(value) if isinstance(value, int | float) and not reason else None
        made[point] = Value(number, reason)
    return made
