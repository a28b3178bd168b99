"""make decides whether to build: it is asked for real, with a workspace and a state of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from pipeline import stale
from pipeline.environment.commands import TARGET

REPO = Path(__file__).parents[2]
MAKEFILE = (REPO / "Makefile").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


# What runs before there is an environment, and the Makefile: a repository small enough to copy.
PARTS = ["Makefile", "pipeline/__init__.py", "pipeline/bootstrap.py", "pipeline/stale.py",
         "pipeline/clean.py", "pipeline/errors.py", "pipeline/matt.py", "pipeline/kalender.py",
         "pipeline/logotyp.py", "pipeline/settings_book.py", "pipeline/workspace.py",
         "pipeline/environment"]  # fmt: skip


class Workspace:
    """A workspace whose year 2025 is recorded as built, though no report was, and a repository of
    its own: somebody may be editing the real one while the tests run."""

    def __init__(self, root: Path) -> None:
        self.repo = root / "ett förråd"
        (self.repo / "pipeline").mkdir(parents=True)
        for part in PARTS:
            copy = shutil.copytree if (REPO / part).is_dir() else shutil.copy
            copy(REPO / part, self.repo / part)
        self.raw, self.processed, self.reports = root / "rå", root / "be arbetat", root / "ut"
        self.answers = self.raw / "2025" / "avslut våren.xlsx"
        self.report = self.reports / "2025" / "intern" / "års rapport.html"
        for path in (self.answers, self.report):
            path.parent.mkdir(parents=True)
            path.write_text(path.name, encoding="utf-8")
        key = stale.build_key(2025, None, self.processed, self.reports)
        state = stale.state_path_of(self.processed, 2025)
        inputs = stale.inputs_of(self.raw, 2025, self.repo)
        with mock.patch.object(stale, "_HERE", f"{self.repo}{os.sep}"):  # built with the copy
            stale.record(state, inputs, [self.report], key, self.repo)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        # What this very run of make left in the environment is not for the one we start.
        env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "ARGS"))}
        return subprocess.run(
            ["make", f'PYTHON="{sys.executable}"', f"RAW={self.raw}",
             f"PROCESSED={self.processed}", f"REPORTS={self.reports}", *words],
            cwd=self.repo, env=env, capture_output=True, encoding="utf-8",
        )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "en arbetsyta")


def test_make_alone_lists_every_target_with_a_line(workspace: Workspace) -> None:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony
    shown = workspace.make().stdout
    targets = set(phony[1].split()) - {"build-annual"}
    assert set(re.findall(r"^  make ([\w-]+)   ", shown, re.MULTILINE)) >= targets
    assert {name for name, _ in TARGET.findall(MAKEFILE)} == targets
    assert workspace.make("help").stdout == shown


def test_nothing_is_done_when_nothing_has_changed(workspace: Workspace) -> None:
    done = workspace.make("annual")
    assert done.returncode == 0
    assert done.stdout.strip().startswith("Allt är aktuellt")
    assert done.stderr == ""


def test_the_question_is_answered_by_the_exit_code_alone(workspace: Workspace) -> None:
    fresh = workspace.make("-q", "annual")
    assert (fresh.returncode, fresh.stdout, fresh.stderr) == (0, "", "")
    workspace.report.unlink()
    missing = workspace.make("-q", "annual")
    assert (missing.returncode, missing.stdout, missing.stderr) == (1, "", "")


def test_a_touch_is_no_change_and_a_byte_is(workspace: Workspace) -> None:
    os.utime(workspace.answers, (1, 1))
    assert workspace.make("-q", "annual").returncode == 0
    workspace.answers.write_text("ändrad", encoding="utf-8")
    assert workspace.make("-q", "annual").returncode == 1


def test_another_date_or_year_is_not_fresh(workspace: Workspace) -> None:
    assert workspace.make("-q", "annual", "YEAR=2025").returncode == 0
    assert workspace.make("-q", "annual", "YEAR=2024").returncode == 1
    assert workspace.make("-q", "annual", "DATE=2026-03-01").returncode == 1


def test_what_will_be_built_gets_the_workspace_quoted(workspace: Workspace) -> None:
    workspace.report.unlink()
    done = workspace.make("-n", "annual", "YEAR=2025")
    assert f'annual --year "2025" --raw "{workspace.raw}"' in done.stdout
    assert "en rapport saknas" in done.stderr


def test_a_python_that_does_not_start_is_not_taken_for_fresh(workspace: Workspace) -> None:
    assert workspace.make("-q", "annual", "PYTHON=no-such-python").returncode != 0


def test_other_targets_do_not_ask(workspace: Workspace) -> None:
    workspace.report.unlink()
    assert "Bygger" not in workspace.make("-n", "validate").stderr


def test_clean_removes_what_was_built_and_nothing_else(workspace: Workspace) -> None:
    own = workspace.reports / "mina anteckningar.txt"
    own.write_text("kvar", encoding="utf-8")
    done = workspace.make("clean")
    assert done.returncode == 0, done.stderr
    assert not workspace.report.exists()
    assert not stale.state_path_of(workspace.processed, 2025).exists()
    assert workspace.answers.exists()
    assert own.exists()
    assert workspace.make("-q", "annual").returncode == 1


def test_clean_removes_what_an_interrupted_build_left(workspace: Workspace) -> None:
    for name in (".notebooks/2025/a.ipynb", ".2025-ny/a.parquet", ".tillstand/tabeller-2025.json"):
        (workspace.processed / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.processed / name).write_text("", encoding="utf-8")
    assert workspace.make("clean").returncode == 0
    assert list(workspace.processed.iterdir()) == []


def test_clean_of_one_year_leaves_the_others(workspace: Workspace) -> None:
    other = workspace.reports / "2024" / "intern"
    other.mkdir(parents=True)
    assert workspace.make("clean", "YEAR=2025").returncode == 0
    assert not workspace.report.exists()
    assert other.exists()
    assert workspace.make("-q", "annual", "YEAR=2025").returncode == 1


def test_clean_and_annual_together_build(workspace: Workspace) -> None:
    assert workspace.make("-q", "clean", "annual").returncode == 1


def test_clean_refuses_where_raw_lies(workspace: Workspace) -> None:
    done = workspace.make("clean", f"REPORTS={workspace.raw}")
    assert done.returncode != 0
    assert workspace.answers.exists()


def test_recipes_are_single_calls_of_python() -> None:
    recipes = [line for line in MAKEFILE.splitlines() if line.startswith("\t")]
    assert recipes
    assert all(re.fullmatch(r"\t\$\(RUN\) [a-z]+[^;|&<>`]*", line) for line in recipes)


def test_clean_takes_no_pattern_for_a_year(workspace: Workspace) -> None:
    assert workspace.make("clean", "YEAR=*").returncode != 0
    assert workspace.report.exists()


def test_no_line_of_the_help_is_wider_than_a_terminal(workspace: Workspace) -> None:
    lines = workspace.make("help").stdout.splitlines()
    assert len(lines) > 20 and max(map(len, lines)) <= 80
    assert any("ARGS=\"--beslutad-av 'rollen'\"" in line for line in lines)  # not broken in two
