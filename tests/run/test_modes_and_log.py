"""Who may read what has been built, and the log of who built it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pipeline import clean, cli
from pipeline.run import log, modes
from pipeline.run.swap import swapped

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize(
    ("name", "folders", "files"), [("intern", 0o700, 0o600), ("publik", 0o755, 0o644)]
)
def test_a_finished_folder_is_closed_unless_it_is_the_public_one(
    tmp_path: Path, name: str, folders: int, files: int
):
    before = os.umask(0o022)
    try:
        with swapped(tmp_path, name) as (made, put_in_place):
            assert mode(made) == 0o700  # nobody else looks in while it is being made
            (made / "sub").mkdir()
            (made / "sub" / "a.html").write_text("a", encoding="utf-8")
            put_in_place()
    finally:
        os.umask(before)
    assert mode(tmp_path / name) == mode(tmp_path / name / "sub") == folders
    assert mode(tmp_path / name / "sub" / "a.html") == files


@posix
def test_raw_files_that_others_can_read_are_told_and_left_alone(tmp_path: Path):
    folder = tmp_path / "2025"
    folder.mkdir()
    file = folder / "svar.csv"
    file.write_text("a", encoding="utf-8")
    file.chmod(0o644)
    folder.chmod(0o700)
    assert not modes.open_to_others(folder)
    folder.chmod(0o755)
    reachable = all(p.stat().st_mode & stat.S_IXOTH for p in folder.resolve().parents)
    assert modes.open_to_others(folder) == reachable
    file.chmod(0o600)
    assert not modes.open_to_others(folder)
    assert mode(file) == 0o600 and mode(folder) == 0o755


def lines(processed: Path) -> list[list[str]]:
    text = (processed / log.FILE).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def test_the_log_only_grows_and_survives_make_clean(tmp_path: Path):
    log.note(tmp_path, "annual", 2025, 0)
    first = (tmp_path / log.FILE).read_bytes()
    log.note(tmp_path, "gallra", 2025, 3, "SN 2026/12\nannat")
    assert (tmp_path / log.FILE).read_bytes().startswith(first)
    head, built, destroyed = lines(tmp_path)
    assert head == list(log.HEADER)
    assert built[2:5] == ["annual", "2025", "klart"]
    assert destroyed[2:] == ["gallra", "2025", "stoppad", built[5], "SN 2026/12 annat"]
    assert built[0].endswith("+00:00") and built[1]
    if os.name == "posix":
        assert mode(tmp_path / log.FILE) == 0o600
    raw = tmp_path / "raw"
    raw.mkdir()
    assert clean.main(["--raw", str(raw), "--processed", str(tmp_path), "--reports", str(raw)]) == 2
    place = ["--processed", str(tmp_path), "--reports", str(tmp_path / "ut")]
    assert clean.main(["--raw", str(raw), *place]) == 0
    assert (tmp_path / log.FILE).is_file()


def test_what_verifies_is_logged_and_what_only_looks_is_not(tmp_path: Path):
    raw, processed = tmp_path / "raw", tmp_path / "processed"
    (raw / "2025").mkdir(parents=True)
    (raw / "2025" / "obegriplig.csv").write_text("x\n", encoding="utf-8")
    place = ["--raw", str(raw), "--processed", str(processed), "--reports", str(tmp_path / "r")]
    assert cli.main(["facts", "--year", "2025", *place]) == 2
    assert cli.main(["verify", "--year", "2025", *place]) == 2  # a wrong call builds nothing
    assert not (processed / log.FILE).exists()
    assert cli.main(["validate", "--year", "2025", *place]) == 1
    assert lines(processed)[1][2:5] == ["validate", "2025", "gick inte"]
