"""Who may read what is written: the internal edition and the tables their owner alone, the
public edition everyone. On systems without POSIX modes the folder's own rights decide."""

from __future__ import annotations

import os
import stat
from pathlib import Path

OWN_FOLDER, OWN_FILE = 0o700, 0o600
OPEN_FOLDER, OPEN_FILE = 0o755, 0o644
PUBLIC = "publik"
OTHERS_READ, OTHERS_ENTER = stat.S_IROTH, stat.S_IXOTH


def close(folder: Path) -> None:
    """Only the owner may read the folder and what is in it."""
    _set(folder, OWN_FOLDER, OWN_FILE)


def settle(folder: Path, name: str) -> None:
    """The modes of a finished folder that is about to be put in place under `name`."""
    if name == PUBLIC:
        _set(folder, OPEN_FOLDER, OPEN_FILE)
    else:
        close(folder)


def open_to_others(folder: Path) -> bool:
    """Whether other users of the machine can read some file directly in the folder. Nothing is
    changed: RAW is its owner's."""
    if os.name != "posix" or not folder.is_dir():
        return False
    way = [folder.resolve(), *folder.resolve().parents]
    if not all(p.stat().st_mode & OTHERS_ENTER for p in way):
        return False
    return any(p.is_file() and p.stat().st_mode & OTHERS_READ for p in folder.iterdir())


def _set(folder: Path, for_folder: int, for_file: int) -> None:
    if os.name != "posix":
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(for_folder if path.is_dir() else for_file)
