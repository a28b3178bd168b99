"""What several files of tests read and is long in the making: made once in a run, by the first
process that asks for it, and read from its folder by all of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PLACE = "UPPFOLJNING_PROVERNAS_MAPP"  # of the run; its processes inherit the variable
PAUSE = 0.2  # seconds between two looks at what another process is making


def run_begins() -> tempfile.TemporaryDirectory[str] | None:
    """The folder of this run, in the process that begins it; the others have it by then."""
    if PLACE in os.environ:
        return None
    folder = tempfile.TemporaryDirectory(prefix="uppfoljning-prov-", ignore_cleanup_errors=True)
    os.environ[PLACE] = folder.name
    return folder


def shared(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of the run, as `make` left it in whichever process it was called first. To
    be read, never written in. One that fails is made again by whoever asks next."""
    place = Path(os.environ[PLACE])
    done, lock = place / name, place / f"{name}.pid"
    while not done.exists():
        try:
            with lock.open("x", encoding="ascii") as held:
                held.write(str(os.getpid()))
        except FileExistsError:
            _wait(lock)
            continue
        try:
            if not done.exists():
                _make(done, make)
        finally:
            lock.unlink()
    return done


def _make(done: Path, make: Callable[[Path], None]) -> None:
    made = done.with_name(f"{done.name}.{os.getpid()}")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    make(made)
    made.rename(done)


def _wait(lock: Path) -> None:
    """A moment; what a process that has died was making is given up."""
    time.sleep(PAUSE)
    try:
        maker = lock.read_text(encoding="ascii")
    except FileNotFoundError:
        return
    if maker and not psutil.pid_exists(int(maker)):
        lock.unlink(missing_ok=True)
