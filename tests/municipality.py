"""What the municipalities of the tests have in common: where their files lie, how settings, forms
and answers are written, and how the pipeline is asked to read them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import openpyxl

from pipeline.cli import main
from pipeline.facts.dataset import codebooks
from pipeline.intake.year import clean_year
from pipeline.privacy.key import key_of
from pipeline.run.state import fresh_tables
from pipeline.validation.year import validate_year
from pipeline.workspace import REPO, Workspace, load_kommun
from tests.shared import shared

Rows = Iterable[Sequence[Any]]
FOLDERS = ("raw", "processed", "reports")


def at(folder: Path) -> Workspace:
    return Workspace(*(folder / name for name in FOLDERS))


def example() -> Workspace:
    """The committed Exempelkommun, all its years read and validated. To be read: `copy` it."""

    def make(folder: Path) -> None:
        made = committed(folder)
        key = key_of(made).fingerprint
        if not all(fresh_tables(made, year, key) for year in made.years()):
            shutil.rmtree(made.processed, ignore_errors=True)
            tables(made, *made.years())
        more = (".*", "[12]*/att_ratta", "[12]*/las.json", "[12]*/*-*.json")  # that annual makes
        for path in [p for each in more for p in made.processed.glob(each)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        made.reports.mkdir()

    return at(shared("exempelkommun", make))


def committed(folder: Path) -> Workspace:
    """The committed Exempelkommun, with the tables and the memory that `make annual` has left in
    this checkout. Of these the pipeline takes over what it would make again (by content, so the
    bytes are the same); without them it makes all of it."""
    made = at(folder)
    shutil.copytree(REPO / "data" / "raw", made.raw, copy_function=shutil.copyfile)
    try:
        shutil.copytree(REPO / "data" / "processed", made.processed, ignore=_not_taken_over)
    except (OSError, shutil.Error):  # nothing has been built there, or somebody builds right now
        shutil.rmtree(made.processed, ignore_errors=True)
    return made


def _not_taken_over(folder: str, names: Sequence[str]) -> list[str]:
    """What tells of the very build: its log, its kernels', what it measured, what make asks."""
    told = (".gitkeep", "*.log", "profil-*.json", "[0-9]*.json")
    return [name for name in names if any(fnmatch(name, pattern) for pattern in told)]


def copy(of: Workspace, folder: Path) -> Workspace:
    """All of a workspace, to alter."""
    made = at(folder)
    for name in FOLDERS:
        shutil.copytree(getattr(of, name), getattr(made, name))
    return made


def prints(of: Workspace) -> dict[str, str]:
    """What has been built, file by file: its place → sha256."""
    files = [*of.reports.rglob("*"), *of.processed.glob("[12]*/**/*")]
    return {
        str(p.relative_to(of.raw.parent)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
        if p.is_file()
    }


def settings(name: str, units: Iterable[str], services: Iterable[str] = (), day: str = "") -> str:
    """The text of `kommun.toml`. Units and services are a name, or `code=name`."""
    lines = [f'namn = "{name}"'] + [f"per_datum = {day}"] * bool(day)
    for key, options in (("enheter", units), ("insatser", services)):
        for option in options:
            code, _, its = option.rpartition("=")
            lines += [f"[[{key}]]"] + [f'kod = "{code}"'] * bool(code) + [f'namn = "{its}"']
    return "\n".join([*lines, ""])


def establish(folder: Path, kommun: str, *forms: Mapping[str, Any], year: int = 2025) -> Workspace:
    """A workspace with settings and forms, and without answers of the year."""
    made = at(folder)
    (made.raw / str(year)).mkdir(parents=True, exist_ok=True)
    (made.raw / "kommun.toml").write_text(kommun, encoding="utf-8")
    for form in forms:
        write_form(made, form)
    load_kommun.cache_clear()
    codebooks.cache_clear()
    return made


def write_form(workspace: Workspace, form: Mapping[str, Any]) -> None:
    path = workspace.raw / "formular" / f"{form['name']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")


def write_workbook(path: Path, sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> Path:
    """A workbook of plain cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for i, row in enumerate(rows, 1):
            for j, cell in enumerate(row, 1):
                if cell is not None:
                    sheet.cell(i, j, cell)
        if name in hidden:
            sheet.sheet_state = "hidden"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_text(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, delimiter=";").writerows(rows)


def tables(workspace: Workspace, *years: int) -> None:
    """Intake and validation, after whatever was changed in settings and forms."""
    load_kommun.cache_clear()
    codebooks.cache_clear()
    for year in years:
        out = workspace.processed / str(year)
        clean_year(workspace, year, out)
        validate_year(workspace, year, out)


def called(workspace: Workspace, *verb: str) -> tuple[int, str]:
    """A verb in this process: its exit code, and what it said."""
    said = io.StringIO()
    place = (word for name in FOLDERS for word in (f"--{name}", str(getattr(workspace, name))))
    with redirect_stdout(said), redirect_stderr(said):
        code = main([*verb, *place])
    return code, said.getvalue()


def run(
    workspace: Workspace, *verb: str, env: Mapping[str, str] | None = None, umask: int = -1
) -> subprocess.CompletedProcess[str]:
    """`python -m pipeline …` on a workspace, as make calls it; `env`: what else is said there."""
    place = (word for name in FOLDERS for word in (f"--{name}", str(getattr(workspace, name))))
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *verb, *place],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": "0", **(env or {})}, umask=umask,
    )  # fmt: skip
