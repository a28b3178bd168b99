"""What several files of tests read and is long in the making: made once in a run, by the first
process that asks for it, and read from its folder by all of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PLACE = "UPPFOLJNING_PROVERNAS_MAPP"  # of the run; its processes inherit the variable


def run_begins() -> tempfile.TemporaryDirectory[str] | None:
    """The folder of this run, in the process that begins it; the others have it by then."""
    if PLACE in os.environ:
        return None
    folder = tempfile.TemporaryDirectory(prefix="uppfoljning-prov-", ignore_cleanup_errors=True)
    os.environ[PLACE] = folder.name
    return folder


def shared(name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of the run, as `make` left it in whichever process asked first. To be read,
    never written in. Where `make` fails, the next that asks begins anew."""
    done = Path(os.environ[PLACE]) / name
    with _alone(done.with_name(f"{name}.las")):
        if not done.exists():
            made = done.with_name(f"{name}.halv")
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            make(made)
            made.rename(done)
    return done


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """As long as it lasts, no other process has the lock. It goes with the process that has it."""
    with lock.open("a", encoding="ascii") as held:
        if os.name == "posix":
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX)
        else:
            import msvcrt

            while True:
                with suppress(OSError):  # it gives up after ten seconds
                    msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
                    break
        yield
