"""What a kernel has looked at, written down while it runs: `run/remembered.py` takes a chapter over
from an earlier build only where all of it is the same.

Started before a notebook's first cell by the kernel's own command (`run/kernel.py`), in a process
that does nothing else. Every file that Python opens is heard by an audit hook, whoever opens it;
Arrow opens tables itself and is heard where it begins. What of the pattern and of the facts by name
a chapter looks up is noted where it is looked up, so that it rests on that and not on all numbers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

VARIABLE = "UPPFOLJNING_LASER"  # the file that a kernel writes to; unset: nothing is noted
RAW, PROCESSED, OTHER = "raw", "processed", "annat"  # a file, from its root; one of neither root
# Of the pattern: whether a count is shown, a mean held back, which tables are open, which classes
# are put together. Of the facts by name: one, whether there is one, or all.
SHOWS, WITHHOLDS, OPEN, CLASSES = "visar", "undanhaller", "oppna", "klasser"
NAME, KNOWN, NAMES = "namn", "kant-namn", "alla-namn"

_out: int | None = None
_noted: set[str] = set()
_heard: set[str] | None = None


@contextmanager
def heard() -> Iterator[set[str]]:
    """The notes of what is looked up meanwhile, in this process and without a kernel: of the
    pattern and of the facts by name. Files are not heard."""
    global _heard
    before, _heard = _heard, set()
    try:
        yield _heard
    finally:
        _heard = before


def start() -> None:
    """Note from now on, if the environment asks for it."""
    global _out
    if _out is not None or not (path := os.environ.get(VARIABLE)):
        return
    roots = {
        RAW: _folder(os.environ["UPPFOLJNING_RAW"]),
        PROCESSED: _folder(os.environ["UPPFOLJNING_PROCESSED"]),
    }
    # What a change of the lock or of the program's own files would change, and the kernel's own.
    repo = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    known = [repo, sys.prefix, sys.base_prefix, "/usr", "/lib", "/proc", "/sys", "/dev", "/etc"]
    known += [os.environ[k] for k in ("IPYTHONDIR", "MPLCONFIGDIR") if k in os.environ]
    passed = tuple(_folder(folder) for folder in known)
    reports = _folder(os.environ["UPPFOLJNING_REPORTS"])

    def opened(path: Any) -> None:
        if isinstance(path, int) or not isinstance(path, str | bytes | os.PathLike):
            return
        full = os.path.abspath(os.fsdecode(path))
        for kind, root in roots.items():
            if full.startswith(root):
                note(kind, full[len(root) :].replace(os.sep, "/"))
                return
        if full.startswith(reports) or not full.startswith(passed):
            note(OTHER, full)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and arguments[2] & os.O_ACCMODE != os.O_WRONLY:
            opened(arguments[0])

    _out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    _hear_arrow(opened)
    sys.addaudithook(heard)
    note("")  # that it was listened at all


def note(kind: str, *what: str) -> None:
    """Something has been looked at. Written at once: a kernel is ended without farewell."""
    if _out is None and _heard is None:
        return
    line = json.dumps([kind, *what], ensure_ascii=False)
    if _heard is not None:
        _heard.add(line)
    if _out is not None and line not in _noted:
        _noted.add(line)
        os.write(_out, f"{line}\n".encode())


def _hear_arrow(opened: Any) -> None:
    import pyarrow.parquet as pq

    def wrapped(function: Any, place: int) -> Any:
        def heard(*given: Any, **named: Any) -> Any:
            for path in (*given[place : place + 1], *named.values()):
                if isinstance(path, str | os.PathLike):
                    opened(path)
            return function(*given, **named)

        return heard

    for name in ("read_table", "read_schema", "read_metadata"):
        setattr(pq, name, wrapped(getattr(pq, name), 0))
    for kind in (pq.ParquetFile, pq.ParquetDataset):
        kind.__init__ = wrapped(kind.__init__, 1)


def _folder(path: str) -> str:
    return os.path.join(os.path.abspath(path), "")
