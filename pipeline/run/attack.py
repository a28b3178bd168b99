"""The attacker's audit of an edition: run against the published folder, logged inside."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline import memory
from pipeline.disclosure.attack import Audit, attack, refuse
from pipeline.facts.dataset import codebooks
from pipeline.run.editions import FOLDER
from pipeline.run.releases import FOLDER as RELEASES
from pipeline.run.releases import releases
from pipeline.workspace import SETTINGS, Workspace, load_kommun

FILE = "angrepp.json"


def attack_edition(workspace: Workspace, year: int, public: Path | None = None) -> Audit:
    """Attack the public edition of `year`, by default the one in REPORTS, with what earlier
    releases showed. Raises UsageError where there is none."""
    folder = public or workspace.reports / str(year) / "publik"
    rules, books = load_kommun(workspace.raw).sekretess, codebooks(workspace.raw)
    known = releases(workspace.raw)
    given = [memory.file_digest(workspace.raw / name) for name in SETTINGS]
    for place in (workspace.raw / "formular", *sorted(workspace.raw.glob(f"[12]*/{RELEASES}"))):
        given += [place.relative_to(workspace.raw).as_posix(), memory.folder_digest(place)]
    basis = memory.digest(*given)
    return memory.remembered_value(
        "angreppet", [__name__], [basis, memory.folder_digest(folder)],
        lambda: attack(folder, books, rules, known, basis),
    )  # fmt: skip


def log(audit: Audit, path: Path) -> Path:
    """Write what was found, bounds included, for those inside: only its owner reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    text = json.dumps(audit.json(), ensure_ascii=False, indent=1) + "\n"
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.chmod(unfinished, 0o600)
    os.replace(unfinished, path)
    return path


def refuse_leaks(workspace: Workspace, year: int, audit: Audit) -> None:
    """The gate. What was found is kept in `REPORTS/<year>/granskning/`, outside the edition that
    is thrown away. Raises GateError."""
    if not audit.passed:
        log(audit, workspace.reports / str(year) / FOLDER / FILE)
    refuse(audit, f"reports/{year}/{FOLDER}/{FILE}")
