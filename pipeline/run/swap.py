"""A finished folder put in the place of the one before it, whole or not at all."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import in_use
from pipeline.run import modes


class swapped:
    """A folder beside its destination that is swapped in when all went well. What stood there
    comes back where something fails after the swap: of two folders that belong together both are
    new, or none is."""

    def __init__(self, parent: Path, name: str) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self._made = parent / f".{name}-ny"
        self._old = parent / f".{name}-gammal"
        self._target = parent / name
        self._done = False

    def __enter__(self) -> tuple[Path, Callable[[], None]]:
        if self._old.exists() and not self._target.exists():  # the machine stopped in between
            self._old.rename(self._target)
        shutil.rmtree(self._made, ignore_errors=True)
        try:
            self._made.mkdir(mode=modes.OWN_FOLDER)
        except FileExistsError as error:  # Windows removes nothing that a program has open
            raise in_use(self._made) from error
        return self._made, self._swap

    def _swap(self) -> None:
        _keep_times(self._made, self._target)
        modes.settle(self._made, self._target.name)
        shutil.rmtree(self._old, ignore_errors=True)
        try:
            if self._target.exists():
                self._target.rename(self._old)
            self._made.rename(self._target)
        except PermissionError as error:
            self._restore()
            raise in_use(self._target) from error
        self._done = True

    def _restore(self) -> None:
        if self._old.exists() and not self._target.exists():
            self._old.rename(self._target)

    def __exit__(self, kind: object, *_: object) -> None:
        if self._done and kind is not None:
            self._target.rename(self._made)
            self._restore()
        for folder in (self._made, self._old):
            shutil.rmtree(folder, ignore_errors=True)


def _keep_times(made: Path, earlier: Path) -> None:
    """What has the bytes that it had has the time that it had: nothing else is new to a backup, a
    synchronised folder or make."""
    for path in (p for p in made.rglob("*") if p.is_file()):
        old = earlier / path.relative_to(made)
        if old.is_file() and filecmp.cmp(path, old, shallow=False):
            stat = old.stat()
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
