"""The internal page that tells what the public edition hides, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction

from traitlets import Unicode

from pipeline.facts.fact import HIDDEN
from pipeline.facts.pattern import Pattern, count_cells, value_key
from pipeline.publish import ledger
from pipeline.publish.document import Document
from pipeline.publish.exporter import PageExporter
from pipeline.report.swedish import decimal

DERIVED = "Räknat ur ett tal som inte visas."
UNDECIDED = "Ingen har bestämt att talet får visas."
Counted = tuple[int, int]  # asked for, shown


class HiddenPageExporter(PageExporter):
    """`resources`: the plain values that `render` gives."""

    template_file = Unicode("dolt.html.j2")
    sheets = ("bas.css", "rapport.css")


def render(
    document: Document,
    pattern: Pattern,
    reasons: Mapping[str, str],
    kept: Counted,
    chapters: Mapping[str, Counted],
) -> str:
    """The page. `reasons`: key of a hidden cell → why; `kept` and `chapters`: how many count
    cells were asked for and are shown, in all and by chapter."""
    titles = {c.name: c.title for c in document.chapters}
    return HiddenPageExporter().render(
        meta=document.meta,
        asked=kept[0], shown=kept[1], share=_per_cent(kept),
        chapters=[(titles.get(n, n), *of, _per_cent(of)) for n, of in chapters.items()],
        notebooks=list(titles.items()),
        merged=list(_merged(pattern)),
        hidden=[
            (r["title"], r["period"], _why(r, pattern, reasons))
            for r in ledger.facts(document)
            if r["status"] == HIDDEN
        ],
    )  # fmt: skip


def _per_cent(counted: Counted) -> str:
    asked, shown = counted
    return f"{decimal(Fraction(100 * shown, asked))} %" if asked else "–"


def _why(record: Mapping[str, str], pattern: Pattern, reasons: Mapping[str, str]) -> str:
    definition = json.loads(record["definition"])
    cells = count_cells(definition)
    if not cells:
        return DERIVED
    dark = [cell.key for cell in cells if not pattern.shows(cell)]
    dark += {value_key(definition)} & pattern.withheld
    return " ".join(dict.fromkeys(reasons.get(key, UNDECIDED) for key in dark))


def _merged(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Table, dimension and label of every class of several values."""
    for key, dimensions in pattern.merged.items():
        dataset, rows, names = json.loads(key)
        table = f"{dataset} efter {' och '.join(names)}"
        table += "" if rows == "TRUE" else f", rader där {rows}"
        for dimension, classes in dimensions.items():
            for one in classes:
                if len(one.values) > 1:
                    yield table, dimension, one.label
