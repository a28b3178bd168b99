"""An edition that takes over what has not changed has the bytes of one that makes everything."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipeline.workspace import REPO, Workspace
from tests import municipality

from .verified import YEAR, Edition

Edit = Callable[[Path, Workspace], None]  # of the program's own copy, or of the workspace


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def notebook(house: Path, _: Workspace) -> None:
    """A new number of a chapter: what others may name, what is decided about and shown."""
    path = house / "notebooks" / "30_resultat.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    last = [c for c in book["cells"] if c["cell_type"] == "code"][-1]
    last["source"] = "".join(last["source"]) + (
        '\nnya = count(data("avslut"), "nojd_kontakt = 5", name="helt_nojda", title="Helt nöjda")'
        '\nsay(f"Helt nöjda med kontakten var {nya}.")\n'
    )
    path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")


def module(house: Path, _: Workspace) -> None:
    """What three chapters import, and no other."""
    path = house / "pipeline" / "report" / "runs.py"
    replaced(path, "Medianen är", "Medianen var")


def template(house: Path, _: Workspace) -> None:
    path = house / "pipeline" / "publish" / "templates" / "rapport.css"
    path.write_text(path.read_text(encoding="utf-8") + "\n.ny { color: #000 }\n", encoding="utf-8")


def codebook(house: Path, _: Workspace) -> None:
    path = house / "pipeline" / "forms" / "klagomal.json"
    book = json.loads(path.read_text(encoding="utf-8"))
    book["title"] += " på nytt"
    path.write_text(json.dumps(book, ensure_ascii=False, indent=2), encoding="utf-8")


def lock(house: Path, _: Workspace) -> None:
    path = house / "requirements.lock"
    path.write_text(path.read_text(encoding="utf-8") + "# ändrad\n", encoding="utf-8")


def setting(_: Path, workspace: Workspace) -> None:
    replaced(workspace.raw / "kommun.toml", 'sektor = "Öppenvård"', 'sektor = "Öppenvården"')


def cell(_: Path, workspace: Workspace) -> None:
    path = workspace.raw / str(YEAR) / f"Avvikelser {YEAR}.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    texts = [c for row in sheet.iter_rows(min_row=3) for c in row if isinstance(c.value, str)]
    given = [c for c in texts if sum(o.value == c.value for o in texts) > 2]
    one = given[0]
    other = next(c for c in given if c.column == one.column and c.value != one.value)
    one.value = other.value
    book.save(path)


def analysis(_: Path, workspace: Workspace) -> None:
    path = sorted((workspace.raw / str(YEAR) / "analys" / "sektor").glob("*.md"))[0]
    path.write_text(path.read_text(encoding="utf-8") + "\n\nEn mening till.\n", encoding="utf-8")


EDITS: tuple[Edit, ...] = (
    notebook, module, template, codebook, lock, setting, cell, analysis,
)  # fmt: skip


def build(house: Path, workspace: Workspace, *options: str) -> str:
    """By the copy of the program; what it says."""
    place = (w for n in municipality.FOLDERS for w in (f"--{n}", str(getattr(workspace, n))))
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "annual", "--year", str(YEAR), *options, *place],
        cwd=house, capture_output=True, text=True, encoding="utf-8", env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def bytes_of(workspace: Workspace) -> dict[str, bytes]:
    """Everything built, but for what is remembered and the log with its clock."""
    found = {}
    for root in (workspace.reports, workspace.processed):
        for path in root.rglob("*"):
            name = path.relative_to(root.parent).as_posix()
            if path.is_file() and not re.search(r"/\.(minne|tillstand)/|byggen\.log$", name):
                found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, to alter."""
    made = tmp_path_factory.mktemp("huset")
    for name in ("pipeline", "notebooks", "expectations"):
        shutil.copytree(REPO / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / "requirements.lock", made)
    return made


def test_whatever_changes_the_edition_has_the_bytes_of_one_made_anew(
    sound: Edition, house: Path, tmp_path: Path
):
    """Edits in an order of chance, some at a time: what is wrongly taken over after one of them is
    still there at the end, where an edition that takes nothing over stands beside."""
    own = municipality.copy(sound.workspace, tmp_path / "eget")
    build(house, own)
    edits = list(EDITS)
    random.Random(os.environ.get("UPPFOLJNING_FRO", "7")).shuffle(edits)
    for edit in edits[:3]:
        edit(house, own)
    said = build(house, own)
    assert "körs om: " in said and max(map(len, said.splitlines())) < 300
    for edit in edits[3:]:
        edit(house, own)
    anew = municipality.copy(own, tmp_path / "nytt")
    build(house, own, "--date", f"{YEAR + 1}-06-02")
    build(house, anew, "--date", f"{YEAR + 1}-06-02", "--allt")
    mine, theirs = bytes_of(own), bytes_of(anew)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []
