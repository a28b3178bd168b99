"""Chapters run in this process, all that the plan of a year lists: what they ask for, and the
blocks they display. Facts are known to later chapters by name, as when an edition is planned."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import IPython.display
import nbformat
import pytest

from pipeline.exempel import Truth, make_example
from pipeline.facts.recorder import Recorder
from pipeline.report import author, blocks
from pipeline.report.blocks import MIMETYPE, bundle
from pipeline.report.context import Context, current, planning
from pipeline.run import planning as planned
from pipeline.run.execute import NOTEBOOKS, Job
from pipeline.workspace import Workspace
from tests.municipality import at, tables
from tests.shared import shared

Block = dict[str, Any]
EDITION = "intern"
YEARS, ROWS, SEED, YEAR = (2023, 2024, 2025), 130, 11, 2025
TRUTH = "facit.pickle"


@cache
def known_municipality() -> tuple[Workspace, Truth]:
    """Three generated years, read and validated, and the truth about them. For all files of tests:
    to be read, never written in."""
    place = shared("sanning", _known_municipality)
    return at(place), pickle.loads((place / TRUTH).read_bytes())


def _known_municipality(folder: Path) -> None:
    made = at(folder)
    truth = make_example(made.raw, YEARS, ROWS, SEED)
    tables(made, *YEARS)
    made.reports.mkdir()
    (folder / TRUTH).write_bytes(pickle.dumps(truth))


@dataclass(frozen=True, slots=True)
class Shown:
    """`names`: the chapter's own, after its last cell. `cells`: the id of each code cell → the
    blocks that it displayed."""

    names: dict[str, Any]
    cells: dict[str, list[Block]] = field(default_factory=dict)


def shown(
    workspace: Workspace, year: int, jobs: Iterable[Job], edition: str = EDITION
) -> dict[str, Shown]:
    """Job's name → what it showed. No pattern: all numbers of the public edition too."""
    recorder, made = Recorder(), {}
    context = Context(workspace, year, edition, recorder=recorder)
    with pytest.MonkeyPatch.context() as patch, planning(context):
        # Recorded and displayed at once: a chapter that is planned shows nothing.
        patch.setattr(blocks, "current", lambda: replace(current(), recorder=None))
        patch.setattr(author, "_planned", lambda *_: False)
        patch.setattr(blocks, "bundle", lambda block: {MIMETYPE: block})
        for job in jobs:
            recorder.begin(job.name)
            made[job.name] = _shown(job, recorder, patch)
    return made


def _shown(job: Job, recorder: Recorder, patch: pytest.MonkeyPatch) -> Shown:
    found = Shown({"__name__": "__main__"})
    for cell in nbformat.read(NOTEBOOKS / job.notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        told = found.cells.setdefault(cell.id, [])

        def display(made: Mapping[str, Any], told: list[Block] = told, **_: Any) -> None:
            told.append(made[MIMETYPE])
            recorder.tell(made[MIMETYPE]["facts"])

        patch.setattr(IPython.display, "display", display)
        planned._cell(cell.source, found.names)
        if "parameters" in cell.metadata.get("tags", ()):
            found.names.update(job.parameters)
    return found


def text(block: Block) -> str:
    """A block as plain text."""
    return str(bundle(block)["text/plain"])
