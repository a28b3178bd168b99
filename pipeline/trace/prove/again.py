"""The same mutation the long way: the file changed on disk, intake and Great Expectations run
anew, every fact evaluated from its definition; and, longest, `annual` itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.crate.record import read as read_crate
from pipeline.errors import IntakeError, UppfoljningError
from pipeline.facts.dataset import open_dataset
from pipeline.facts.lookup import ledger
from pipeline.intake.raw import RawTable
from pipeline.intake.year import clean_year
from pipeline.intake.year import files as listed
from pipeline.trace.prove import files
from pipeline.trace.prove.cells import Mutation
from pipeline.trace.prove.facts import Asked, Numbers, evaluate, numbers, recorded
from pipeline.trace.prove.world import World
from pipeline.validation.year import validate_year
from pipeline.workspace import REPO, Workspace


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of RAW and PROCESSED in a folder of its own, to be mutated and mended again."""

    workspace: Workspace
    original: Workspace
    year: int


def copy_of(original: Workspace, year: int, folder: Path) -> Copy:
    """The copy. Reports are not copied."""
    made = Workspace(folder / "raw", folder / "processed", folder / "reports")
    shutil.copytree(original.raw, made.raw)
    for each in (y for y in original.years() if y <= year):
        shutil.copytree(original.processed / str(each), made.processed / str(each))
    return Copy(made, original, year)


def rebuilt(
    copy: Copy, world: World, mutation: Mutation, asked: Sequence[Asked]
) -> dict[str, Numbers] | None:
    """All facts after the mutation. None where the file cannot hold it."""
    path = _file(copy.workspace, world, mutation)
    before = path.read_bytes()
    years = [y for y in world.years if y >= min(world.years_of(mutation.place))]
    if not files.write(path, _raw(world, mutation), mutation):
        return None
    try:
        for year in years:
            _remake(copy.workspace, year)
        opened = evaluate(
            asked, lambda name, year: open_dataset(copy.workspace, name, year, copy.year)
        )
        return {key: numbers(fact) for key, fact in opened.items()}
    except IntakeError:
        return None
    finally:
        path.write_bytes(before)
        for year in years:
            there = copy.workspace.processed / str(year)
            shutil.rmtree(there, ignore_errors=True)
            shutil.copytree(copy.original.processed / str(year), there)


def _remake(workspace: Workspace, year: int) -> None:
    out = workspace.processed / str(year)
    shutil.rmtree(out)
    out.mkdir()
    clean_year(workspace, year, out)
    validate_year(workspace, year, out)


def _file(workspace: Workspace, world: World, mutation: Mutation) -> Path:
    """The file of a cell. The year's folder knows its files by their NFC names."""
    place = mutation.place
    name = _raw(world, mutation).file
    return next(path for path, n in listed(workspace, place.year) if n == name)


def _raw(world: World, mutation: Mutation) -> RawTable:
    return world.found[mutation.place.year][mutation.place.source].raw


def annual(
    original: Workspace, world: World, mutation: Mutation, folder: Path
) -> Mapping[str, Numbers] | None:
    """The ledger's facts after `annual` on a mutated copy of RAW; None where the file cannot
    hold the mutation. Raises UppfoljningError where the edition could not be built."""
    made = Workspace(folder / "raw", folder / "processed", folder / "reports")
    shutil.copytree(original.raw, made.raw)
    if not files.write(_file(made, world, mutation), _raw(world, mutation), mutation):
        shutil.rmtree(folder)
        return None
    place = ["--raw", made.raw, "--processed", made.processed, "--reports", made.reports]
    built = original.reports / str(world.year) / "intern"
    place += ["--date", read_crate(built)["per_datum"]]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "annual", "--year", str(world.year), *map(str, place)],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise UppfoljningError(
            f"Rapporten gick inte att bygga med {mutation.place} ändrad: {done.stderr.strip()}"
        )
    found = {r["id"]: recorded(r) for r in ledger(made, world.year)}
    shutil.rmtree(folder)
    return found
