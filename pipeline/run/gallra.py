"""Rows destroyed under a decision, once it is planned (`gallra_plan`).

The record is written first, so that whatever happens after it can be finished by the same call:
files, then everything that was made from them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline import memory
from pipeline.disposal.blank import blanked
from pipeline.disposal.record import (
    GONE,
    Disposal,
    DisposedFile,
    read_record,
    record_path,
    write_record,
)
from pipeline.errors import GateError, UppfoljningError
from pipeline.run import audit, modes, state, tertial
from pipeline.run.editions import FOLDER as REVIEW
from pipeline.run.gallra_plan import agrees, built, sha256
from pipeline.trace.verify import verify
from pipeline.workspace import Workspace, load_kommun

Say = Callable[[str], None]


def carry_out(workspace: Workspace, disposal: Disposal, say: Say) -> Path:
    """Destroy the rows and what was made from them; returns the record. Also finishes a disposal
    that was interrupted: `disposal` is then the record as it was read."""
    from pipeline.run.annual import tables

    fresh = _fresh_editions(workspace, disposal.year)
    path = record_path(workspace.raw, disposal.year, disposal.dnr)
    if not path.is_file():
        write_record(workspace.raw, disposal)
    for file in disposal.files:
        _destroy(workspace, file)
    say("Källfilerna är gallrade. Det som byggts av dem görs om …")
    years = [y for y in built(workspace) if y >= disposal.year]
    for year in years:
        _purge(workspace, year)
    if any(y >= disposal.year for y in workspace.years()):
        tables(workspace, workspace.newest_year(), say)
    for key in disposal.editions:
        folder = workspace.reports / key
        if (folder / "arsrapport.html").is_file():
            _show_again(workspace, folder)
        elif folder.parent.name in (tertial.FOLDER, audit.FOLDER) and folder.is_dir():
            _show_part_again(workspace, folder)
    for year, key in fresh.items():
        state.renew_edition(workspace, year, key)
    return path


def checked(workspace: Workspace, disposal: Disposal, say: Say) -> None:
    """Verify every edition that the disposal touched. Raises GateError where one is not in
    order."""
    for key in disposal.editions:
        folder = workspace.reports / key
        if key.endswith("/intern") and folder.is_dir():
            year = int(key.partition("/")[0])
            verdict = verify(workspace, year, folder, workspace.processed)
            say(f"{year}: {list(verdict.lines())[-1]}")
            if not agrees(verdict):
                raise GateError(
                    f"Efter gallringen stämmer inte rapporten för {year}. Kör make verify "
                    f"YEAR={year} för att se vad som skiljer."
                )


def recorded(workspace: Workspace, year: int, dnr: str) -> Disposal | None:
    """The record of a decision that has been carried out, or begun."""
    path = record_path(workspace.raw, year, dnr)
    return read_record(path) if path.is_file() else None


def _destroy(workspace: Workspace, file: DisposedFile) -> None:
    path = workspace.raw / file.name
    found = sha256(path) if path.is_file() else GONE
    if found == file.after:
        return
    if found != file.before:
        raise UppfoljningError(
            f"{file.name} är ändrad sedan gallringen planerades och rörs inte. Ta bort protokollet "
            "och planera om."
        )
    if file.after == GONE:
        path.unlink()
        return
    new = blanked(path.read_bytes(), path.name, file.rows)
    half = path.with_name(f".{path.name}.tmp")
    half.write_bytes(new)
    shutil.copymode(path, half)
    os.replace(half, path)


def _purge(workspace: Workspace, year: int) -> None:
    """What holds raw values and is made again, or only on request."""
    reports, processed = workspace.reports / str(year), workspace.processed
    for folder in (
        reports / REVIEW, reports / ".intern-ny", reports / ".intern-gammal",
        processed / str(year), processed / f".{year}-ny", processed / f".{year}-gammal",
        processed / ".notebooks" / str(year), processed / "stoppade" / str(year),
        processed / memory.FOLDER,  # of all years: a later one may have looked the rows up
    ):  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
    (processed / ".tillstand" / "karnor.log").unlink(missing_ok=True)


def _show_again(workspace: Workspace, folder: Path) -> None:
    from pipeline.publish.again import trace_again
    from pipeline.trace.verify.disposed import disposed_in

    year = int(folder.relative_to(workspace.reports).parts[0])
    load_kommun.cache_clear()
    trace_again(workspace, year, folder, disposed_in(workspace, year, folder))
    modes.close(folder)


def _show_part_again(workspace: Workspace, folder: Path) -> None:
    """A tertial's documents, or a visit's."""
    from pipeline.publish.again import trace_part_again
    from pipeline.trace.verify.disposed import disposed_in

    year, edition = int(folder.relative_to(workspace.reports).parts[0]), folder.parents[1]
    load_kommun.cache_clear()
    gone = disposed_in(workspace, year, edition, folder.relative_to(edition).as_posix())
    kind = tertial if folder.parent.name == tertial.FOLDER else audit
    titled = kind.titles(workspace, year, folder.name)
    trace_part_again(workspace, year, folder, titled, gone)
    modes.close(folder)


def _fresh_editions(workspace: Workspace, year: int) -> dict[int, str]:
    """Year → key of the editions that are up to date: they stay so, for a disposal is no reason
    to build."""
    found = {}
    for each in (y for y in built(workspace) if y >= year):
        if (key := state.fresh_key(workspace, each)) is not None:
            found[each] = key
    return found
