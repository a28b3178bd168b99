"""Which pages an edition has, found by walking its folder: a new page is covered by being there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# Those of a folder that stand by themselves; the others beside them are pages of one kind.
_OWN = {
    "index", "arsrapport", "inlasning", "plan", "rapport", "fragor", "urval", "sektor",
    "revideringar", "rattelse",
}  # fmt: skip


def pages(year: Path) -> list[Path]:
    """Every page of a year's folder in REPORTS, `publik/` too."""
    return sorted(year.rglob("*.html"))


def kind(page: Path, year: Path) -> str:
    """What sort of page it is: its folder without visits, tertials and units, and its name where
    that stands for itself."""
    folder = page.parent.relative_to(year).as_posix()
    folder = re.sub(r"V\d{4}-\d+", "V", folder)
    folder = re.sub(r"T\d\b", "T", folder)
    folder = re.sub(r"underlag/\w+", "underlag", folder)
    return f"{folder}/{page.stem if page.stem in _OWN else '*'}"


def sample(year: Path) -> list[Path]:
    """The largest page of each kind."""
    largest: dict[str, Path] = {}
    for page in pages(year):
        known = largest.setdefault(kind(page, year), page)
        if page.stat().st_size > known.stat().st_size:
            largest[kind(page, year)] = page
    return list(largest.values())


def named(chosen: list[Path], year: Path) -> Iterator[tuple[str, Path]]:
    """Pages by their address, as a finding names them."""
    return ((page.relative_to(year).as_posix(), page) for page in chosen)
