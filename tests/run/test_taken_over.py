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

from pipeline import memory
from pipeline.workspace import REPO, Workspace
from tests import municipality, planted
from tests.planted import YEAR

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


EDITS: tuple[Edit, ...] = (notebook, module, cell, analysis)
EVERYTHING: tuple[Edit, ...] = (template, codebook, lock, setting)  # after these little is left


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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A year of the example with few of its files, built from nothing by the program as it is,
    with the memory of that."""
    done = planted.built()
    assert done.code == 0, done.said
    return municipality.copy(done.workspace, tmp_path_factory.mktemp("liten"))


def test_whatever_changes_the_edition_has_the_bytes_of_one_made_anew(
    small: Workspace, house: Path, tmp_path: Path
):
    """Edits in an order of chance: what is wrongly taken over after the first of them is still
    there at the end, where an edition that takes nothing over stands beside.
    UPPFOLJNING_FRO: another order; UPPFOLJNING_ALLT: edits that leave little to take over too."""
    edits = list(EDITS + EVERYTHING if os.environ.get("UPPFOLJNING_ALLT") else EDITS)
    random.Random(os.environ.get("UPPFOLJNING_FRO", "7")).shuffle(edits)
    half = len(edits) // 2
    for edit in edits[:half]:
        edit(house, small)
    said = build(house, small)
    assert "körs om: " in said and "är oförändrade och körs inte om" in said
    for edit in edits[half:]:
        edit(house, small)
    anew = municipality.copy(small, tmp_path)
    said = build(house, small)
    if not {cell, codebook, lock, setting} & set(edits[half:]):  # no table is another
        told = " ".join(said.split())
        assert "jämfördes på nytt med vad som räknats om tidigare ur samma källfiler" in told
        assert "är oförändrade sedan de räknades om" in told
    build(house, anew, "--allt")
    mine, theirs = bytes_of(small), bytes_of(anew)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []


@pytest.mark.parametrize(
    ("step", "edit"),
    [
        ("pipeline.publish.notebooks", template), ("pipeline.report", codebook),
        ("pipeline.report.runs", module), ("pipeline.trace.verify", codebook),
    ],
)  # fmt: skip
def test_a_change_of_what_a_step_is_made_by_is_another_key(
    step: str, edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Workspace
):
    shutil.copytree(REPO / "pipeline", tmp_path / "pipeline")
    monkeypatch.setattr(memory, "REPO", tmp_path)
    memory.forget_code()
    before = memory.code_of([step])
    edit(tmp_path, small)
    memory.forget_code()
    after = memory.code_of([step])
    memory.forget_code()
    assert len([name for name in before if before[name] != after[name]]) == 1


def test_another_lock_or_suite_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "expectations").mkdir()
    monkeypatch.setattr(memory, "REPO", tmp_path)
    seen = set()
    for name in ("requirements.lock", "expectations/avslut.json", "expectations/ny.json"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        memory.forget_code()
        seen.add(memory.surroundings())
    monkeypatch.undo()
    memory.forget_code()
    assert len(seen) == 3
