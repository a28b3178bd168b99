"""The key's file: made once, for its owner alone, and every way it can be wrong."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.errors import KeyFileError
from pipeline.privacy import key as keys
from pipeline.privacy.key import DEMO, VARIABLE, key_of, key_path, record_fingerprint
from pipeline.trace.verify.persons import secret_of
from pipeline.workspace import REPO, Workspace, load_kommun


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key will lie."""
    path = tmp_path / "hemligt" / "nyckel.txt"
    monkeypatch.setenv(VARIABLE, str(path))
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return municipality(tmp_path, 'namn = "Provkommun"\nkod = "2380"\n')


def municipality(folder: Path, toml: str) -> Workspace:
    made = Workspace(*(folder / n for n in ("raw", "processed", "reports")))
    (made.raw / "2025").mkdir(parents=True)
    (made.processed / "2025").mkdir(parents=True)
    (made.raw / "kommun.toml").write_text(toml, encoding="utf-8")
    load_kommun.cache_clear()
    return made


def refused(workspace: Workspace, make: bool = True) -> str:
    with pytest.raises(KeyFileError) as failure:
        key_of(workspace, make)
    assert failure.value.exit_code == 1
    said = str(failure.value)
    # Only a path, on a line of its own, may be longer than a terminal is wide.
    assert all(len(line) <= 80 or "/" in line.split()[-1] for line in said.splitlines())
    return said


def test_it_is_made_on_first_use_for_its_owner_alone(workspace: Workspace, place: Path) -> None:
    before = os.umask(0)
    try:
        made = key_of(workspace, make=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [p.name for p in place.parent.iterdir()] == ["nyckel.txt"]
    assert key_of(workspace) == made and len(made.secret) == 32
    assert made.secret.hex() not in repr(made) and made.pseudonym("A") != made.fingerprint


def test_those_who_come_at_once_get_the_same(workspace: Workspace, place: Path) -> None:
    found = []
    many = [
        threading.Thread(target=lambda: found.append(key_of(workspace, make=True)))
        for _ in range(8)
    ]
    for each in many:
        each.start()
    for each in many:
        each.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_without_it_nothing_is_looked_up(workspace: Workspace, place: Path) -> None:
    assert "finns inte" in refused(workspace, make=False) and not place.exists()


def test_a_lost_key_is_not_replaced_by_another(workspace: Workspace, place: Path) -> None:
    record_fingerprint(key_of(workspace, make=True), workspace.processed / "2025")
    place.unlink()
    said = refused(workspace)
    assert "2025" in said and "säkerhetskopian" in said and not place.exists()


@pytest.mark.parametrize("where", ["processed/2025", "raw/2025/protokoll/april"])
def test_another_key_than_before_is_noticed(
    workspace: Workspace, place: Path, where: str, tmp_path: Path
) -> None:
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    record_fingerprint(key_of(workspace, make=True), tmp_path / where)
    secret = place.read_text("utf-8").split()[-1]
    place.write_text("ab" * 32 + "\n", encoding="utf-8")
    said = refused(workspace)
    assert "en annan än den" in said and "2025" in said
    assert secret not in said and "abab" not in said


@pytest.mark.skipif(os.name != "posix", reason="Windows has no mode")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(
    workspace: Workspace, place: Path, mode: int
) -> None:
    key_of(workspace, make=True)
    place.chmod(mode)
    assert f'chmod 600 "{place}"' in refused(workspace)


@pytest.mark.parametrize("text", ["", "abc\n", "ab" * 32 + "\n" + "cd" * 32, "zz" * 32, "\x00"])
def test_a_damaged_key_is_refused(workspace: Workspace, place: Path, text: str) -> None:
    place.parent.mkdir()
    place.touch(mode=0o600)
    place.write_text(text, encoding="utf-8")
    assert "skadad" in refused(workspace)


@pytest.mark.parametrize("folder", ["raw", "processed", "reports"])
def test_it_may_not_lie_among_files_that_are_handed_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, folder: str, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / folder / "nyckel.txt"))
    assert "ligger i" in refused(workspace)


def test_the_examples_key_serves_the_example_alone(place: Path, tmp_path: Path) -> None:
    example = municipality(tmp_path / "a", 'namn = "Exempelkommun"\nkod = "9999"\n')
    demo = key_of(example, make=True)
    assert key_path(load_kommun(example.raw)) == DEMO and not place.exists()
    for n, toml in enumerate(('namn = "Exempelkommun"\nkod = "2380"\n', 'kod = "9999"\n', "")):
        other = municipality(tmp_path / f"b{n}", toml)
        assert key_of(other, make=True) != demo
    place.write_bytes(DEMO.read_bytes())
    assert "offentlig" in refused(other)


def test_tables_of_the_example_do_not_stop_the_first_own_year(
    workspace: Workspace, place: Path, tmp_path: Path
) -> None:
    example = municipality(tmp_path / "a", 'namn = "Exempelkommun"\nkod = "9999"\n')
    record_fingerprint(key_of(example), workspace.processed / "2025")
    assert key_of(workspace, make=True).fingerprint


def test_by_default_it_lies_in_the_users_folder_one_a_municipality(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE)
    home = tmp_path / "hem" / "uppfoljning"
    monkeypatch.setattr(keys, "user_config_path", lambda *_, **__: home)
    assert key_path(load_kommun(workspace.raw)) == home / "nyckel-2380.txt"


def test_verification_reads_the_same_key_by_its_own_reading(
    workspace: Workspace, place: Path
) -> None:
    made = key_of(workspace, make=True)
    assert secret_of(load_kommun(workspace.raw)) == made.secret
    place.unlink()
    with pytest.raises(KeyFileError):
        secret_of(load_kommun(workspace.raw))


def answer(workspace: Workspace, *verb: str) -> subprocess.CompletedProcess[str]:
    """`python -m pipeline …` on a workspace, as make calls it."""
    place = ["--raw", str(workspace.raw), "--processed", str(workspace.processed)]
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *verb, *place, "--reports", str(workspace.reports)],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("lost", "Nyckelfilen finns inte:"),
        ("another", "Nyckeln är en annan än den som pseudonymerna för 2025 gjordes med:"),
        ("open", "Nyckelfilen kan läsas av andra användare på datorn."),
        ("damaged", "Nyckelfilen går inte att läsa eller är skadad:"),
    ],
)
def test_the_command_stops_before_anything_is_read_or_written(
    workspace: Workspace, place: Path, wrong: str, says: str
) -> None:
    if wrong == "open" and os.name != "posix":
        pytest.skip("Windows has no mode")
    record_fingerprint(key_of(workspace, make=True), workspace.processed / "2025")
    secret = place.read_text("utf-8").split()[-1]
    (workspace.raw / "2025" / "svar.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    if wrong == "lost":
        place.unlink()
    elif wrong == "open":
        place.chmod(0o644)
    else:
        place.write_text("ab" * 32 if wrong == "another" else "abc", encoding="utf-8")
    done = answer(workspace, "annual", "--year", "2025")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert lines[0].startswith(says) and f"{place}" in done.stderr
    assert "Gör så här:" in done.stderr
    assert all(len(line) <= 80 or str(place) in line for line in lines)
    assert secret not in done.stdout + done.stderr and "abab" not in done.stderr
    assert [p.name for p in (workspace.processed / "2025").iterdir()] == ["nyckel.json"]
    assert not workspace.reports.exists() and place.exists() == (wrong != "lost")
