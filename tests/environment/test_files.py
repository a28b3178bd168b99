"""The lock is one truth with hashes and without addresses; no file names a package host."""

import re
import subprocess
from pathlib import Path

import pytest

from pipeline.environment import pins

REPO = Path(__file__).parents[2]
LOCK = (REPO / "requirements.lock").read_text(encoding="utf-8")
# In pieces, or this file would be the one that names them.
HOSTS = [b".".join(parts) for parts in (
    (b"py" b"pi", b"org"), (b"files", b"python" b"hosted", b"org"),
    (b"conda", b"ana" b"conda", b"org"),
    (b"registry", b"npmjs", b"org"), (b"repo", b"anaconda", b"com"), (b"registry", b"yarnpkg"),
)]  # fmt: skip


def test_every_requirement_is_pinned_and_hashed() -> None:
    entries = pins.entries(LOCK)
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"^[a-z0-9.-]+==\S+", entry), entry
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_the_lock_holds_no_address_and_no_option() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-(?!-hash=)", LOCK, re.MULTILINE)


def test_the_lock_holds_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {pins.requirement(e).split("==")[0] for e in pins.entries(LOCK)}
    asked = {re.split(r"[\[<>=; ]", d)[0].lower() for d in project["dependencies"]}
    assert asked <= pinned


def test_conda_takes_its_packages_from_the_lock() -> None:
    text = (REPO / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"- pip:\n\s+- --require-hashes\n\s+- -r requirements\.lock\n", text)
    assert "==" not in text


def test_the_windows_file_is_one_that_windows_reads() -> None:
    content = (REPO / "kor.cmd").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"pipeline.bootstrap annual" in content


def test_no_committed_file_names_a_package_host() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [REPO / name.decode() for name in listed.stdout.split(b"\0") if name]
    named = {
        str(path.relative_to(REPO))
        for path in paths
        if path.is_file()
        for host in HOSTS
        if host in path.read_bytes()
    }
    assert named == set()
