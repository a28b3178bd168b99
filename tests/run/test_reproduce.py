"""`make reproduce`: what it compares and what it says. That two builds are alike is shown by
tests/edition, under the same two sets of circumstances."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import GateError, UppfoljningError
from pipeline.run import reproduce
from pipeline.run.reproduce import TWO, build, compare, refuse
from pipeline.workspace import Workspace
from tests.municipality import at


def written(folder: Path, **files: str) -> Workspace:
    made = at(folder)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


def test_equal_files_are_counted_and_every_other_is_named(tmp_path: Path) -> None:
    one = written(tmp_path / "a", reports__x="1", reports__y="två", processed__z="3")
    other = written(tmp_path / "b å", reports__x="1", reports__y="tre", processed__ny="4")
    found = compare(one, other)
    assert found.files == 4 and set(found.different) == {
        "reports/y", "processed/z", "processed/ny",
    }  # fmt: skip
    assert list(found.lines()) == ["1 av 4 filer är lika, byte för byte (0 MB)."]
    with pytest.raises(GateError) as caught:
        refuse(found)
    assert "processed/z: finns bara i det första" in str(caught.value)
    assert "reports/y: 4 byte mot 3" in str(caught.value)
    assert caught.value.exit_code == 3
    refuse(compare(one, one))


def test_the_log_of_builds_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    one = written(tmp_path / "a", processed__byggen="", processed__tal="1")
    other = written(tmp_path / "b", processed__tal="1")
    (tmp_path / "a/processed/byggen.log").write_text("nu", "utf-8")
    (tmp_path / "a/processed/byggen").unlink()
    (tmp_path / "b/processed/.tillstand").mkdir()
    (tmp_path / "b/processed/.tillstand/2025.json").write_text("{}", "utf-8")
    assert compare(one, other).files == 1 and not compare(one, other).different


def test_the_two_sets_of_circumstances_have_nothing_in_common() -> None:
    first, second = TWO
    for name in ("folder", "zone", "locale", "hashes", "jobs", "umask"):
        assert getattr(first, name) != getattr(second, name)
    assert " " in second.folder and "å" in second.folder


def test_a_build_has_its_own_copy_and_circumstances_and_tells_why_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path / "kommun", raw__2025__a="1", raw__kommun="")
    calls: list[dict[str, Any]] = []

    def run(call: list[str], **given: Any) -> SimpleNamespace:
        calls.append({"call": call, **given})
        return SimpleNamespace(returncode=len(calls) - 1, stderr="Filen går inte att läsa.\n")

    monkeypatch.setattr(reproduce.subprocess, "run", run)
    monkeypatch.setenv("MAKEFLAGS", "-n")
    made = build(source, 2025, None, tmp_path / "ut", TWO[1])
    assert (made.raw / "2025" / "a").read_text("utf-8") == "1"
    assert stat.S_ISREG((source.raw / "2025" / "a").stat().st_mode)
    [done] = calls
    env = done["env"]
    assert env["TZ"] == "America/New_York" and env["LC_ALL"] == "sv_SE.UTF-8"
    assert env["PYTHONHASHSEED"] == "4711" and done["umask"] == 0o077
    assert "MAKEFLAGS" not in env and Path(env["HOME"]).is_dir()
    assert env["UPPFOLJNING_NYCKEL"], "another home would mean another key"
    assert any(str(made.reports) in word for word in done["call"])
    with pytest.raises(UppfoljningError, match="Filen går inte att läsa"):
        build(source, 2025, None, tmp_path / "igen", TWO[0])
