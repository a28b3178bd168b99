"""A finished folder put in the place of the one before it, whole or not at all."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.run import modes


class swapped:
    """A folder beside its destination that is swapped in when all went well."""

    def __init__(self, parent: Path, name: str) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self._made = parent / f".{name}-ny"
        self._old = parent / f".{name}-gammal"
        self._target = parent / name

    def __enter__(self) -> tuple[Path, Callable[[], None]]:
        shutil.rmtree(self._made, ignore_errors=True)
        self._made.mkdir(mode=modes.OWN_FOLDER)
        return self._made, self._swap

    def _swap(self) -> None:
        _keep_times(self._made, self._target)
        modes.settle(self._made, self._target.name)
        shutil.rmtree(self._old, ignore_errors=True)
        if self._target.exists():
            self._target.rename(self._old)
        self._made.rename(self._target)
        shutil.rmtree(self._old, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._made, ignore_errors=True)


def _keep_times(made: Path, earlier: Path) -> None:
    """What has the bytes that it had has the time that it had: nothing else is new to a backup, a
    synchronised folder or make."""
    for path in (p for p in made.rglob("*") if p.is_file()):
        old = earlier / path.relative_to(made)
        if old.is_file() and filecmp.cmp(path, old, shallow=False):
            stat = old.stat()
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
