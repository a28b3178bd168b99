"""What stops a year: the files and sheets that could not be understood, all of them at once, kept
for the page and the marked copies that tell about them. Nothing here holds a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.intake.raw import NotRead
from pipeline.intake.store import write_json

NAME = "stopp.json"
Understood = tuple[str, str, int]  # source, form's title, rows


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or sheet that cannot be read. `sheet` is empty where it is about the whole file.
    `cells`: `A3`, the header cells that it is about; none where the file could not be opened."""

    file: str
    sheet: str
    message: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """`understood`: of the other files and sheets, the form's title and number of rows by source;
    `passed`: why a source is not read."""

    refused: tuple[Refused, ...]
    understood: Mapping[str, tuple[str, int]]
    passed: Mapping[str, str]


def write_stopped(
    out: Path,
    refused: Sequence[Refused],
    understood: Iterable[Understood],
    passed: Iterable[NotRead],
) -> None:
    """Write `stopp.json` into the folder of a year that is not to be."""
    doc: dict[str, Any] = {
        "refused": [asdict(r) for r in refused],
        "understood": {source: [title, rows] for source, title, rows in understood},
        "passed": {p.source: p.reason for p in passed},
    }
    out.mkdir(parents=True, exist_ok=True)
    write_json(doc, out / NAME)


def read_stopped(out: Path) -> Stopped | None:
    """What `write_stopped` left in `out`; None where nothing did."""
    path = out / NAME
    if not path.is_file():
        return None
    doc = json.loads(path.read_text(encoding="utf-8"))
    return Stopped(
        tuple(Refused(**{**r, "cells": tuple(r["cells"])}) for r in doc["refused"]),
        {source: (title, rows) for source, (title, rows) in doc["understood"].items()},
        doc["passed"],
    )
