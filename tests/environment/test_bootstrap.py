"""The way in works from any Python, and what runs inside is cut off from the user's own."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import bootstrap
from pipeline.environment import commands, pins, variables

REPO = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["__init__.py", "bootstrap.py"])
def test_the_way_in_parses_on_an_old_python(name: str) -> None:
    source = (REPO / "pipeline" / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source  # 3.7


def test_an_old_python_alone_gets_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap, "candidates", lambda: [["no-such-python"]])
    assert bootstrap.main(["annual"]) == 1
    assert "Python 3.8 är för gammal" in capsys.readouterr().err
    assert bootstrap.main(["stale"]) == 0  # no answer, so make builds, and annual says it once
    assert capsys.readouterr() == ("", "")


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap, "candidates", lambda: [["no-such-python"], [sys.executable]])
    monkeypatch.setattr(bootstrap, "rerun", lambda command, argv: (command, argv))
    assert bootstrap.main(["annual", "x"]) == ([sys.executable], ["annual", "x"])


def test_both_files_mean_the_same_oldest_python() -> None:
    assert bootstrap.MINIMUM == pins.MINIMUM


def test_verbs_run_the_pipeline_and_the_tools() -> None:
    assert commands.commands_of("annual", ["--year", "2025"]) == [
        ["-m", "pipeline", "annual", "--year", "2025"]
    ]
    assert commands.commands_of("test", ["-k", "x"]) == [["-m", "pytest", "-k", "x"]]
    assert commands.commands_of("test-long", []) == [["-m", "pytest", "-m", "long"]]
    assert commands.commands_of("bench", ["trace"]) == [["-m", "bench", "trace"]]
    assert [c[1] for c in commands.commands_of("check", [])] == ["ruff", "mypy"]
    assert commands.commands_of("env", []) == []


@pytest.mark.parametrize("codes", [(0, 0), (0, 3), (1, 0), (2, 3)])
def test_the_exit_code_is_the_first_failures(codes: tuple[int, int]) -> None:
    calls = [["-c", f"raise SystemExit({code})"] for code in codes]
    program = (
        "import sys; from pathlib import Path; from pipeline.environment.commands import run;"
        f"sys.exit(run(Path(sys.executable), {calls!r}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPO)
    assert done.returncode == next((c for c in codes if c), 0)


def test_the_users_own_python_settings_do_not_reach_inside(tmp_path: Path) -> None:
    dirty = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "/x", "PYTHONHOME": "/y", "PATH": "/bin"}
    made = variables.child_variables(tmp_path / "bin/python", tmp_path, dirty)
    assert "PYTHONDONTWRITEBYTECODE" not in made
    assert "PYTHONHOME" not in made
    assert (made["PYTHONPATH"], made["PYTHONUTF8"], made["PYTHONNOUSERSITE"]) == (
        str(tmp_path), "1", "1",
    )  # fmt: skip
    assert made["PATH"] == os.pathsep.join([str(tmp_path / "bin"), "/bin"])
