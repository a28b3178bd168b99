"""Files that another program has open, as Windows refuses them: said in words, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.errors import IntakeError, InUseError
from pipeline.intake.readers import read_file
from pipeline.run.execute import _translated
from pipeline.run.plan import CLEAN
from pipeline.run.swap import swapped

Refuse = Callable[[str], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Let no folder of this name be moved any more, as when a file in it is open."""

    def of(name: str) -> None:
        move = Path.rename

        def moved(self: Path, target: Path) -> Path:
            if self.name == name:
                raise PermissionError(13, "Access is denied", str(self))
            return move(self, target)

        monkeypatch.setattr(Path, "rename", moved)

    return of


def folder(parent: Path, name: str, text: str) -> Path:
    (parent / name).mkdir(parents=True)
    (parent / name / "rapport.html").write_text(text)
    return parent / name


def test_a_folder_with_an_open_file_stays_and_says_so(tmp_path: Path, refuse: Refuse) -> None:
    old = folder(tmp_path, "intern", "gammal")
    refuse("intern")
    with (
        pytest.raises(InUseError, match=r"(?s)intern.*öppen i ett annat program.*stäng filen i Ex"),
        swapped(tmp_path, "intern") as (made, swap),
    ):
        (made / "rapport.html").write_text("ny")
        swap()
    assert (old / "rapport.html").read_text() == "gammal"
    assert [p.name for p in tmp_path.iterdir()] == ["intern"]


def test_of_two_folders_both_are_new_or_none_is(tmp_path: Path, refuse: Refuse) -> None:
    for name in ("intern", "publik"):
        folder(tmp_path, name, "gammal")
    refuse("publik")
    with (
        pytest.raises(InUseError),
        swapped(tmp_path, "intern") as (made, swap),
        swapped(tmp_path, "publik") as (leaves, swap_too),
    ):
        for new in (made, leaves):
            (new / "rapport.html").write_text("ny")
        swap()
        assert (tmp_path / "intern" / "rapport.html").read_text() == "ny"
        swap_too()
    texts = {p.parent.name: p.read_text() for p in tmp_path.rglob("rapport.html")}
    assert texts == {"intern": "gammal", "publik": "gammal"}


def test_what_a_stopped_machine_left_between_two_moves_comes_back(tmp_path: Path) -> None:
    folder(tmp_path, ".intern-gammal", "gammal")
    with pytest.raises(ValueError), swapped(tmp_path, "intern"):
        raise ValueError
    assert (tmp_path / "intern" / "rapport.html").read_text() == "gammal"


def test_a_raw_file_that_is_open_is_to_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "avslut.xlsx"
    path.write_bytes(b"x")

    def locked(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(IntakeError, match=r"avslut\.xlsx: (?s:.*)stäng filen i Excel"):
        read_file(path, path.name)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied", "x/att_ratta/volymer.xlsx"), "stäng filen i Exc"),
        (OSError(28, "No space left on device", "x/rapport.pdf"), "disken inte är full"),
    ],
)
def test_a_verb_that_may_not_write_names_the_file_and_what_to_do(
    error: OSError, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> None:
        raise error

    monkeypatch.setitem(cli._VERBS, "status", fails)
    monkeypatch.setattr(cli, "_log", lambda *_: None)
    assert cli.main(["status"]) == 1
    said = capsys.readouterr().err
    assert str(error.filename) in said and says in said and "Errno" not in said


def test_a_chapter_that_meets_an_open_file_says_which() -> None:
    class Failure:
        ename, exec_count = "PermissionError", 3
        evalue = "[Errno 13] Permission denied: 'tabeller/volymer.parquet'"

    said = str(_translated(CLEAN, Failure()))
    assert said.startswith("tabeller/volymer.parquet: ") and "stäng filen i Excel" in said
