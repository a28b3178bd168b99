"""Where a benchmark's year lies."""

from __future__ import annotations

from pathlib import Path

from pipeline.workspace import Workspace


def at(folder: Path) -> Workspace:
    """The workspace in a folder."""
    return Workspace(folder / "raw", folder / "processed", folder / "reports")
