"""The page of a comparison between two editions: offline, in the report's own style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import Unicode

from pipeline.publish.exporter import PageExporter

CELLS = 200  # of one change on the page; --json holds all


class DiffPageExporter(PageExporter):
    """`resources["diff"]`: the plain values that `render` is given."""

    template_file = Unicode("skillnad.html.j2")
    sheets = ("bas.css", "rapport.css", "skillnad.css")


def render(
    sides: Sequence[str],
    counts: Mapping[str, int],
    groups: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]],
    settings: Sequence[Mapping[str, Any]],
    files: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> str:
    """The page. `groups`: (anchor, heading, changes); a change holds `title name period before
    after basis causes`, a cause `kind text` and what it has of `cells parts diff`."""
    return DiffPageExporter().render(
        sides=sides, counts=counts, groups=groups, settings=settings, files=files, notes=notes,
        most=CELLS,
    )  # fmt: skip
