"""What an edition received and decided otherwise than the one before, kept from edition to
edition."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.document import Meta
from pipeline.publish.manifest import FILE, stated, write_manifest
from pipeline.publish.standing import Standing
from pipeline.run.standing import code, gather, rules
from pipeline.trace.diff.history import Previous, previous, released, since
from pipeline.trace.diff.parameters import changes
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import tables
from tests.trace.small import END, YEAR, municipality, set_cell

ANSWERS = "2025/svaren.xlsx"


def build(
    workspace: Workspace, release: tuple[str, Previous] | None = None
) -> tuple[Standing, bytes]:
    """The evidence of an edition, put in place as `annual` does; the bytes of its log."""
    tables(workspace, YEAR)
    made, target = (workspace.reports / str(YEAR) / name for name in (".ny", "intern"))
    made.mkdir(parents=True)
    day = load_kommun(workspace.raw).per_datum
    assert day
    files = [p for p in sorted(workspace.raw.rglob("*")) if p.is_file()]
    inputs = [(p.relative_to(workspace.raw).as_posix(), p) for p in files]
    went_in = Meta("Provkommun", "", YEAR, day, "1"), inputs, [], rules(), code()
    standing = gather(workspace, YEAR, made, stated(*went_in), release)
    write_manifest(made, *went_in)
    shutil.rmtree(target, ignore_errors=True)
    made.rename(target)
    return standing, (target / "handelser.json").read_bytes()


def decide(workspace: Workspace, old: str, new: str) -> None:
    path = workspace.raw / "kommun.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return municipality(tmp_path / "kommun")


def test_a_first_edition_receives_every_file_and_has_nothing_to_compare_decisions_with(
    workspace: Workspace,
) -> None:
    (only,) = build(workspace)[0].log
    told = [(r.file, r.state, r.old, r.new, r.rows) for r in only.receipts]
    assert told == [
        (name, "ny", None, sha256(workspace.raw / name), 8)
        for name in ("2025/starter.xlsx", ANSWERS)
    ]
    assert only.decisions == ()


def test_a_replaced_file_and_a_decision_are_told_once_and_carried_forward(
    workspace: Workspace,
) -> None:
    build(workspace)
    old = sha256(workspace.raw / ANSWERS)
    set_cell(workspace.raw / ANSWERS, "C4", 5)
    decide(workspace, "per_datum", "sekretess = {troskel = 7}\nper_datum")
    standing, changed = build(workspace)
    first, second = standing.log
    assert len(first.receipts) == 2
    told = [(r.file, r.state, r.old, r.new) for r in second.receipts]
    assert told == [(ANSWERS, "ersatt", old, sha256(workspace.raw / ANSWERS))]
    assert second.decisions == ("kommun.toml: sekretess.troskel: saknas → 7",)
    again, unchanged = build(workspace)
    assert unchanged == changed and again.log == standing.log


def test_the_same_files_in_two_folders_give_the_same_log(tmp_path: Path) -> None:
    made = []
    for name in ("a", "en annan mapp å"):
        workspace = municipality(tmp_path / name)
        if made:
            for file in ("starter.xlsx", "svaren.xlsx"):
                shutil.copyfile(tmp_path / "a/raw/2025" / file, workspace.raw / "2025" / file)
        made.append(build(workspace)[1])
    assert made[0] == made[1]


def test_a_unit_and_a_codebook_are_told_in_words(workspace: Workspace) -> None:
    build(workspace)
    decide(workspace, 'namn = "Södra"', 'namn = "Östra"')
    book = json.loads(json.dumps(END))
    book["fields"][2]["constraints"]["maximum"] = 4
    (workspace.raw / "formular" / "svaren.json").write_text(json.dumps(book), encoding="utf-8")
    (workspace.raw / "formular" / "starter_regler.json").write_text(
        '{"name": "starter", "id": null, "expectations": []}', encoding="utf-8"
    )
    latest = build(workspace)[0].latest
    assert latest and latest.decisions == (
        "Kommunens regler för starter (ny)",
        "Kodboken svaren (ändrad)",
        "kommun.toml: enheter: ny Östra; borttagen Södra",
    )


def test_a_log_altered_by_hand_is_said_to_be_and_is_not_lost(workspace: Workspace) -> None:
    build(workspace)
    path = workspace.reports / str(YEAR) / "intern" / "handelser.json"
    path.write_text(path.read_text("utf-8").replace('"ny"', '"ersatt"', 1), encoding="utf-8")
    log = build(workspace)[0].log
    assert len(log) == 2 and "ändrad efter att utgåvan byggdes" in log[1].note


def manifest(**hashes: str) -> dict[str, Any]:
    entries = [{"name": n.replace("__", "/"), "sha256": h} for n, h in hashes.items()]
    return {"year": 2025, "per_datum": "2026-01-01", "inputs": entries, "notebooks": []}


def test_a_log_that_cannot_be_read_is_said_to_be_altered(workspace: Workspace) -> None:
    build(workspace)
    (workspace.reports / str(YEAR) / "intern" / "handelser.json").write_text("{", encoding="utf-8")
    (only,) = build(workspace)[0].log
    assert "ändrad efter att utgåvan byggdes" in only.note and only.receipts == ()


def test_rules_are_compared_only_where_both_editions_list_them() -> None:
    rule = {"name": "expectations/a.json", "sha256": "1"}
    before, after = manifest(), {**manifest(), "rules": [rule]}
    assert changes(before, after) == []
    assert [s.title for s in changes({**before, "rules": []}, after)] == [
        "Programmets kontroller för a"
    ]


def test_a_file_passed_over_is_told_by_name() -> None:
    old, new = 'hoppa_over = ["a.xlsx"]', 'hoppa_over = ["a.xlsx", "b.xlsx"]'
    (setting,) = changes_of(old, new)
    assert setting == "kommun.toml: hoppa_over: ny b.xlsx"


def test_a_release_is_compared_with_like_an_edition_but_leaves_the_log_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    build(workspace)
    frozen = tmp_path / "01-mars"
    frozen.mkdir()
    home = workspace.reports / str(YEAR) / "intern"
    shutil.copyfile(home / FILE, frozen / FILE)
    shutil.copytree(home / "beslut", frozen / "beslut")
    for day in ("03-20", "04-20"):
        decide(workspace, "2026-03-16" if day == "03-20" else "2026-03-20", f"2026-{day}")
        standing, _ = build(workspace, ("mars", released(frozen)))
    assert [len(r.receipts) + len(r.decisions) for r in standing.log] == [2, 2, 2]
    assert standing.release and standing.release[1].decisions == (
        "Per datum: 2026-03-16 → 2026-04-20", "kommun.toml: per_datum: 2026-03-16 → 2026-04-20",
    )  # fmt: skip


def changes_of(old: str, new: str) -> list[str]:
    """The changes between two texts of kommun.toml."""
    with tempfile.TemporaryDirectory() as scratch:
        folders, manifests = [], []
        for name, text in (("a", old), ("b", new)):
            folders.append(Path(scratch) / name)
            folders[-1].mkdir()
            (folders[-1] / "kommun.toml").write_text(text, encoding="utf-8")
            digest = sha256(folders[-1] / "kommun.toml")
            entries = [{"name": "kommun.toml", "sha256": digest}]
            manifests.append({**manifest(), "inputs": entries})
        return [s.text() for s in changes(*manifests, [folders[0]], [folders[1]])]


def test_later_years_and_the_pipelines_own_records_are_received_from_nobody() -> None:
    given = {f"{y}/fil.csv": "1" for y in (2024, 2025, 2026)} | {"2025/protokoll/mars/a.json": "2"}
    told = since(None, manifest(**{n.replace("/", "__"): h for n, h in given.items()}))
    assert [r.file for r in told.receipts] == ["2024/fil.csv", "2025/fil.csv"]


def test_a_folder_without_an_edition_has_none_before_it(tmp_path: Path) -> None:
    assert previous(tmp_path) is None
