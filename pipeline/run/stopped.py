"""What is left where files stop a year: `PROCESSED/stoppade/<year>/` with `inlasning.html` and
`att_ratta/`. The tables and the reports of before stay as they are. Gone as soon as the year is
read again."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.errors import IntakeError
from pipeline.intake.refused import read_stopped
from pipeline.publish.fonts import faces_css
from pipeline.run import modes
from pipeline.validation.inlasning import PAGE, stopped_page
from pipeline.validation.marked import EXTRACT, FOLDER, Remark, write_copies
from pipeline.workspace import Workspace, load_kommun

STOPPED = "stoppade"


def place(processed: Path, year: int) -> Path:
    return processed / STOPPED / str(year)


def told(workspace: Workspace, year: int, made: Path, error: IntakeError, letters: str) -> str:
    """Write page and copies of what stopped reading into `made`, and say where they are; empty
    where it was something else than files. `letters`: those that the page's font needs."""
    stopped = read_stopped(made)
    if stopped is None:
        return ""
    out = place(workspace.processed, year)
    remarks: dict[str, list[Remark]] = {}
    for r in stopped.refused:
        if r.cells and "/" not in r.file:
            said = r.message.partition(": ")[2] or r.message
            where = f"{r.sheet}, {', '.join(r.cells)}" if r.sheet else ", ".join(r.cells)
            cells = tuple((r.sheet, c) for c in r.cells)
            remarks.setdefault(r.file, []).append(Remark(cells, where, said))
    copies = write_copies(workspace.raw / str(year), out, year, remarks)
    named = {p.stem.removesuffix(EXTRACT): p.name for p in copies}
    page = stopped_page(stopped, year, load_kommun(workspace.raw).namn, named, faces_css(letters))
    out.mkdir(parents=True, exist_ok=True)
    (out / PAGE).write_bytes(page)
    modes.close(out)
    n = len({r.file for r in stopped.refused})
    count = "En fil stoppar" if n == 1 else f"{n} filer stoppar"
    marked = f"\nKopior med rubrikraden markerad: {out / FOLDER}" if copies else ""
    return (
        f"{count} läsningen av {year}; allt som är fel står ovan. Det som gjordes senast ligger "
        f"kvar. Samma sak att läsa i webbläsaren: {out / PAGE}{marked}"
    )


def clear(workspace: Workspace, year: int) -> None:
    """Forget what stopped the year before."""
    shutil.rmtree(place(workspace.processed, year), ignore_errors=True)
