"""What is shared between the processes of a run is made once, and again where it failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.workspace import REPO
from tests.shared import PLACE, shared

ASKED = """
import sys, time
from pathlib import Path
from tests.shared import shared

def make(folder):
    time.sleep(0.5)
    with open(sys.argv[1], "a") as log:
        log.write("made\\n")
    (folder / "innehåll.txt").write_text("klart", encoding="utf-8")

print((shared("prov", make) / "innehåll.txt").read_text(encoding="utf-8"))
"""


def test_processes_that_ask_at_once_read_what_one_of_them_makes(tmp_path: Path) -> None:
    (tmp_path / "delat").mkdir()
    (tmp_path / "delat" / "prov.halv").mkdir()  # somebody began and died
    env = {**os.environ, PLACE: str(tmp_path / "delat"), "PYTHONUTF8": "1"}
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", ASKED, str(tmp_path / "logg")],
            cwd=REPO, env=env, stdout=subprocess.PIPE, encoding="utf-8",
        )
        for _ in range(3)
    ]  # fmt: skip
    assert [p.communicate()[0].strip() for p in asked] == ["klart"] * 3
    assert (tmp_path / "logg").read_text() == "made\n"
    assert {p.name for p in (tmp_path / "delat").iterdir()} == {"prov", "prov.las"}


def test_what_fails_is_made_again_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))

    def fail(folder: Path) -> None:
        (folder / "halv.txt").write_text("")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        shared("prov", fail)
    assert not (tmp_path / "prov").exists()
    made = shared("prov", lambda folder: (folder / "hel.txt").touch())
    assert [p.name for p in made.iterdir()] == ["hel.txt"]
