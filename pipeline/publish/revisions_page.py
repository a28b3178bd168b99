"""The internal page of Kolada's values that have been revised between fetches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traitlets import Unicode

from pipeline.comparators.revisions import Point, Revision
from pipeline.comparators.touched import Touched
from pipeline.publish.exporter import PageExporter
from pipeline.publish.text import date_words
from pipeline.report.kolada import called

FILE = "revideringar.html"
LINK = (
    FILE,
    "Reviderade jämförelsetal",
    "Värden som Kolada har ändrat mellan hämtningarna, och vilka rapporter som visar dem.",
)
SEXES = {"T": "", "K": "kvinnor", "M": "män"}


class RevisionsExporter(PageExporter):
    """`resources["groups"]`: (caption, rows as `_row` makes them)."""

    template_file = Unicode("revideringar.html.j2")
    sheets = ("bas.css", "rapport.css", "skillnad.css")


def write_revisions(
    out: Path,
    kommun: str,
    names: Mapping[str, str],
    year: int,
    found: Sequence[Revision],
    about: Mapping[Point, Sequence[Touched]],
) -> None:
    """Write the page into the edition `out`. `names`: municipality's code → name; `about`: the
    editions that show a point."""
    rows = [(r.point in about, _row(r, names, about.get(r.point, ()))) for r in found]
    groups = [
        ("Värden som en rapport visar", [row for shown, row in rows if shown]),
        ("Övriga värden", [row for shown, row in rows if not shown]),
    ]
    page = RevisionsExporter().render(kommun=kommun, year=year, groups=groups)
    (out / FILE).write_text(page, encoding="utf-8", newline="\n")


def _row(revision: Revision, names: Mapping[str, str], about: Sequence[Touched]) -> dict[str, Any]:
    point = revision.point
    still = " (det tidigare värdet används)" if revision.gone else ""
    return {
        "kpi": called(point.kpi),
        "place": names.get(point.municipality, point.municipality),
        "year": point.year,
        "sex": SEXES.get(point.gender, point.gender),
        "before": revision.before.told,
        "after": revision.after.told + still,
        "before_day": _day(revision.before_day),
        "after_day": _day(revision.after_day),
        "shown": published(about),
    }


def published(about: Sequence[Touched]) -> list[str]:
    """A line an edition that shows the value."""
    lines = []
    for one in about:
        derived = f", och räknas in i: {', '.join(one.derived)}" if one.derived else ""
        lines.append(f"{one.edition[0].upper()}{one.edition[1:]}{derived}.")
    return lines


def _day(day: dt.date | None) -> str:
    return f"hämtat {date_words(day)}" if day else "egen fil utan dag"
