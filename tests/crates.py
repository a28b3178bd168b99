"""An edition's crate as the library rocrate reads it, not as the pipeline does."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rocrate.rocrate import ROCrate

CRATE = "ro-crate-metadata.json"


def opened(folder: Path) -> Any:
    """The crate; what rocrate would warn about is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ROCrate(folder)


def outputs(folder: Path) -> dict[str, str]:
    """File of the edition → its sha256."""
    return {unquote(e.id): e["sha256"] for e in opened(folder).data_entities}


def outside(folder: Path, start: str) -> dict[str, str]:
    """File that is no part of the edition → its sha256. `start`: underlag, regler, kapitel or
    publik."""
    found = (e for e in opened(folder).contextual_entities if e.id.startswith(f"#{start}/"))
    return {unquote(e.id).removeprefix(f"#{start}/"): e["sha256"] for e in found}
