"""Which environment the pipeline runs in.

An active environment that meets every pin of the lock is used as it is. Otherwise `.venv` in the
repository: made when it is missing, completed when the lock has changed, made again when its
installation was interrupted. A stamp with the lock's sha256 makes the next look instant.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pipeline.environment import pins
from pipeline.environment.index import wheels_folder
from pipeline.environment.install import (
    UNFINISHED,
    InstallError,
    Job,
    base_python,
    install,
    python_of,
)
from pipeline.workspace import REPO

STAMP = ".uppfoljning-las"


def say(text: str) -> None:
    """A line of progress. Never on standard output, which may be somebody's data."""
    print(text, file=sys.stderr, flush=True)


def ensure(root: Path = REPO) -> Path:
    """The Python of an environment that meets the lock. Raises InstallError."""
    lock, own = root / "requirements.lock", root / ".venv"
    refused = []
    for prefix in active_prefixes(os.environ):
        if not _same_folder(prefix, own):
            missing = lacking(python_of(prefix), lock)
            if not missing:
                return python_of(prefix)
            refused.append(missing)
    if _stamped(own, lock):
        return python_of(own)
    for missing in refused:  # said only when it costs something
        say(f"Den aktiva miljön saknar {_some(missing)} i requirements.lock; .venv används.")
    with _alone(root):
        if not _stamped(own, lock):
            _make(own, lock, wheels_folder(root))
    return python_of(own)


def active_prefixes(env: Mapping[str, str]) -> list[Path]:
    """Environments that somebody has chosen: the running Python's own, then the activated ones."""
    chosen = [env.get("VIRTUAL_ENV"), env.get("CONDA_PREFIX")]
    if sys.prefix != sys.base_prefix or Path(sys.prefix, "conda-meta").is_dir():
        chosen.insert(0, sys.prefix)
    found = [Path(p) for p in dict.fromkeys(chosen) if p]
    return [p for p in found if python_of(p).exists()]


def lacking(python: Path, lock: Path) -> list[str]:
    """Pins of the lock that this Python does not meet, as it says itself."""
    # -I: neither this folder, nor PYTHONPATH, nor packages of the user's own count.
    try:
        asked = subprocess.run(
            [str(python), "-I", str(Path(pins.__file__)), str(lock)],
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        return list(map(str, json.loads(asked.stdout)))
    except (OSError, ValueError):
        return ["en Python som går att starta"]


def _make(own: Path, lock: Path, wheels: Path | None) -> None:
    interrupted = (own / UNFINISHED).exists()
    # Somebody may have made .venv themselves, as other projects teach: fine, if it is whole.
    if interrupted or not _usable(own) or lacking(python_of(own), lock):
        started = time.monotonic()
        say("Gör i ordning Python-miljön i .venv. Det görs en gång och tar någon minut …")
        if wheels:
            say("Paketen hämtas ur hjulmappen, utan nät.")
        (own / STAMP).unlink(missing_ok=True)
        job = Job(base_python(), own, lock, wheels)
        install(job, afresh=interrupted or not _usable(own))
        missing = lacking(python_of(own), lock)
        if missing:
            raise InstallError(f"Python-miljön i .venv blev inte hel: {_some(missing)} saknas.")
        say(f"Miljön är klar ({time.monotonic() - started:.0f} s).")
    unfinished = own / f"{STAMP}.tmp"
    unfinished.write_text(_digest(lock), encoding="utf-8")
    os.replace(unfinished, own / STAMP)


def _stamped(own: Path, lock: Path) -> bool:
    with suppress(OSError):
        return (own / STAMP).read_text(encoding="utf-8") == _digest(lock) and _usable(own)
    return False


def _usable(own: Path) -> bool:
    """Its Python is there, and so is the Python that it was made by."""
    with suppress(OSError):
        config = (own / "pyvenv.cfg").read_text(encoding="utf-8")
        home = next(x.split("=", 1)[1].strip() for x in config.splitlines() if x[:4] == "home")
        return python_of(own).exists() and Path(home).is_dir()
    return False


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _some(missing: list[str]) -> str:
    more = len(missing) - 3
    return ", ".join(missing[:3]) + (f" och {more} paket till" if more > 0 else "")


def _same_folder(a: Path, b: Path) -> bool:
    return os.path.realpath(a) == os.path.realpath(b)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One at a time: `make -j` may ask twice. The system lets go of the lock if we are killed."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    try:
        file = open(Path(tempfile.gettempdir(), f"uppfoljning-{name}.lock"), "w")  # noqa: SIM115
    except OSError:  # another user's file: go on without
        yield
        return
    with file:
        if not _take(file, wait=False):
            say("Väntar på att en annan körning gör klart miljön …")
            _take(file, wait=True)
        yield


def _take(file: IO[str], *, wait: bool) -> bool:
    while True:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if not wait:
                return False
            time.sleep(0.5)
