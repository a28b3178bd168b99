"""What was built from what: the driver's side of `pipeline.stale`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline import STARTED, stale
from pipeline.privacy.key import recorded_fingerprint
from pipeline.workspace import LITTER, REPO, SETTINGS, Workspace, year_files

# Code that decides what the tables of a year hold; chapters and publication do not.
_ROOMS = ("intake", "validation", "forms", "privacy")
_MODULES = ("workspace.py", "settings_book.py", "errors.py")
TICK = 10_000_000  # nanoseconds by which a file system's clock lags


def fresh_tables(workspace: Workspace, year: int, fingerprint: str) -> bool:
    """Whether the tables of a year are what its files, forms and rules would give again, under
    the key with this fingerprint."""
    path, key = _tables_state(workspace, year), str(year)
    if recorded_fingerprint(workspace.processed / str(year)) != fingerprint:
        return False
    return stale.is_stale(path, _inputs(workspace, year), key=key) is None


def tables_before(workspace: Workspace, year: int) -> stale.Prints:
    """What the tables of a year are about to be built from; taken before the build."""
    return stale.fingerprint(_inputs(workspace, year), workspace.processed)


def record_tables(workspace: Workspace, year: int, before: stale.Prints) -> None:
    made = _files(workspace.processed / str(year))
    path = _tables_state(workspace, year)
    stale.record(path, (), made, str(year), workspace.processed, before)


def edition_before(workspace: Workspace, year: int) -> stale.Prints:
    """What an edition is about to be built from; taken before the build."""
    return stale.fingerprint(stale.inputs_of(workspace.raw, year), workspace.processed)


def as_before(workspace: Workspace, before: stale.Prints) -> bool:
    """Whether what an edition was built from is what it was when that was looked at; and of the
    program, whether it is what this process loaded."""
    for name, known in before.items():
        path = stale.place_of(name, workspace.processed)
        if not stale.same(path, known) or (
            path.suffix == ".py" and path.stat().st_mtime_ns > STARTED - TICK
        ):
            return False
    return True


def prints(workspace: Workspace, paths: Iterable[Path]) -> stale.Prints:
    """Records that the build itself wrote into RAW: it is built from them too."""
    return stale.fingerprint(paths, workspace.processed)


def record_edition(
    workspace: Workspace, year: int, date: dt.date | None, before: stale.Prints
) -> None:
    """Remember a good edition, so that make knows that nothing needs to be done."""
    outputs = [
        *_files(workspace.processed / str(year)),
        *_files(workspace.reports / str(year)),
    ]
    key = stale.build_key(
        year, date.isoformat() if date else None, workspace.processed, workspace.reports
    )
    path = stale.state_path_of(workspace.processed, year)
    stale.record(path, (), outputs, key, workspace.processed, before)


def fresh_key(workspace: Workspace, year: int) -> str | None:
    """How the year's edition was built, where it is up to date; None where it is not."""
    path = stale.state_path_of(workspace.processed, year)
    if not path.is_file():
        return None
    key = str(json.loads(path.read_text(encoding="utf-8"))["key"])
    inputs = stale.inputs_of(workspace.raw, year)
    return key if stale.is_stale(path, inputs, key=key) is None else None


def date_of(workspace: Workspace, year: int) -> dt.date | None:
    """The DATE= that the year's edition was built with; None where it has the settings' date, or
    nothing is built."""
    path = stale.state_path_of(workspace.processed, year)
    if not path.is_file():
        return None
    return _date(str(json.loads(path.read_text(encoding="utf-8"))["key"]))


def renew_edition(workspace: Workspace, year: int, key: str) -> None:
    """Take an edition whose raw rows were destroyed for as good as it was: it is not built
    again for that."""
    before = edition_before(workspace, year)
    record_edition(workspace, year, _date(key), before)


def _date(key: str) -> dt.date | None:
    told = json.loads(key)["date"]
    return dt.date.fromisoformat(told) if told else None


def _tables_state(workspace: Workspace, year: int) -> Path:
    return stale.state_path_of(workspace.processed, year).with_name(f"tabeller-{year}.json")


def _inputs(workspace: Workspace, year: int) -> list[Path]:
    raw = workspace.raw
    found = year_files(raw / str(year)) if (raw / str(year)).is_dir() else []
    for folder in (raw / "kolada", raw / "formular", REPO / "expectations"):
        found += _files(folder)
    found += [*(raw / name for name in SETTINGS), REPO / "requirements.lock"]
    found += [REPO / "notebooks" / n for n in ("00_rensa.ipynb", "01_validera.ipynb")]
    for room in _ROOMS:
        found += [p for p in _files(REPO / "pipeline" / room) if p.suffix != ".pyc"]
    found += [REPO / "pipeline" / m for m in _MODULES]
    # Insatser that began in an earlier year are looked up in its tables.
    found += [
        p
        for p in sorted(workspace.processed.glob("[12]*/*.parquet"))
        if p.parent.name.isdigit() and int(p.parent.name) < year
    ]
    return [p for p in found if p.is_file() and not LITTER.search(p.name)]


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file())
