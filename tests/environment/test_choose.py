"""Which environment is used, and that a half-made one is never taken for a whole one."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from pipeline.environment import choose, install

MET = f"pytest=={metadata.version('pytest')} --hash=sha256:aa\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a lock, in which installing is only remembered."""
    root = tmp_path / "ett förråd"
    root.mkdir()
    (root / "requirements.lock").write_text(MET, encoding="utf-8")
    monkeypatch.setattr(choose, "active_prefixes", lambda env: [])
    monkeypatch.setattr(choose, "lacking", lambda python, lock: [])
    return root


def no_install(job: install.Job, *, afresh: bool) -> None:
    raise AssertionError("nothing should have been installed")


def fake_venv(root: Path) -> Path:
    own = root / ".venv"
    python = install.python_of(own)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    (own / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n", encoding="utf-8")
    return own


def test_an_environment_made_by_somebody_else_is_taken_when_whole(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fake_venv(repo)
    monkeypatch.setattr(choose, "install", no_install)
    assert choose.ensure(repo) == install.python_of(own)
    assert (own / choose.STAMP).is_file()


def test_a_stamped_environment_is_not_looked_into_again(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_venv(repo)
    choose.ensure(repo)
    monkeypatch.setattr(choose, "lacking", lambda python, lock: pytest.fail("was asked"))
    choose.ensure(repo)


def test_an_interrupted_installation_is_made_afresh(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fake_venv(repo)
    with pytest.raises(KeyboardInterrupt), install.marked(own, install.UNFINISHED):
        raise KeyboardInterrupt
    asked = []
    monkeypatch.setattr(choose, "install", lambda job, afresh: asked.append(afresh))
    choose.ensure(repo)
    assert asked == [True]


def test_a_changed_lock_completes_the_environment(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_venv(repo)
    choose.ensure(repo)
    (repo / "requirements.lock").write_text(MET + "six==1 --hash=sha256:bb\n", encoding="utf-8")
    answers = iter([["six==1"], []])
    asked = []
    monkeypatch.setattr(choose, "lacking", lambda python, lock: next(answers))
    monkeypatch.setattr(choose, "install", lambda job, afresh: asked.append(afresh))
    choose.ensure(repo)
    assert asked == [False]


def test_a_failed_installation_leaves_no_stamp(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = fake_venv(repo)
    monkeypatch.setattr(choose, "lacking", lambda python, lock: ["six==1"])
    monkeypatch.setattr(choose, "install", lambda job, afresh: None)
    with pytest.raises(install.InstallError, match="six==1 saknas"):
        choose.ensure(repo)
    assert not (own / choose.STAMP).exists()


def test_an_environment_whose_python_is_gone_is_made_afresh(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fake_venv(repo)
    choose.ensure(repo)
    (own / "pyvenv.cfg").write_text(f"home = {repo / 'borta'}\n", encoding="utf-8")
    asked = []
    monkeypatch.setattr(choose, "install", lambda job, afresh: asked.append(afresh))
    choose.ensure(repo)
    assert asked == [True]


def test_an_active_environment_is_used_when_it_meets_the_lock(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    active = fake_venv(repo / "annan").rename(repo / "aktiv")
    own = fake_venv(repo)
    monkeypatch.setattr(choose, "active_prefixes", lambda env: [active])
    assert choose.ensure(repo) == install.python_of(active)
    lacks = {install.python_of(active): ["six==1", "a==1", "b==1", "c==1", "d==1"]}
    monkeypatch.setattr(choose, "lacking", lambda python, lock: lacks.get(python, []))
    assert choose.ensure(repo) == install.python_of(own)
    said = capsys.readouterr().err
    assert "six==1, a==1, b==1 och 2 paket till" in said


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("ERROR: No matching distribution found for pandas==3.1.1", "pandas==3.1.1 finns inte"),
        ("error: Failed to fetch: `x`\n dns error", "över nätet"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "kontrollsumma"),
        ("OSError: [Errno 28] No space left on device", "disken är full"),
        ("something else at http://x.y", "something else at <adress>"),
    ],
)
def test_what_an_installer_says_is_told_plainly(said: str, meaning: str) -> None:
    assert meaning in install.plainly(said)
