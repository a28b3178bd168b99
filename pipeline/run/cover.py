"""What the cover of an edition says, from the municipality's settings."""

from __future__ import annotations

import datetime as dt

from pipeline import __version__
from pipeline.logotyp import read_logo
from pipeline.publish.document import Meta
from pipeline.workspace import Workspace, load_kommun, per_datum


def cover(workspace: Workspace, year: int, date: dt.date | None) -> Meta:
    """The cover of the internal edition of `year`. Raises ConfigError about settings and logo."""
    kommun = load_kommun(workspace.raw)
    day = per_datum(workspace, year, date)
    return Meta(
        kommun.namn, kommun.sektor, year, day, __version__,
        logo=read_logo(workspace.raw, kommun.logotyp),
    )  # fmt: skip
