"""How a document is printed, which its template and the check of its numbers must agree on."""

from __future__ import annotations

from enum import Enum


class Layout(Enum):
    """REPORT: cover, contents, chapters, register. COMPACT: what the cover says stands above the
    text, and there are no contents. PAPER: the chapters alone."""

    REPORT = "rapport"
    COMPACT = "kompakt"
    PAPER = "underlag"
