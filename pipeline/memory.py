"""What earlier builds of a year made, found by all that it was made from (`PROCESSED/.minne/`).

Two ways. `remembered` is for what follows from its arguments alone: found by a digest of them, of
the code that makes it and of the lock. `find` and `keep` are for a step that reads files as it
likes: its parts are known beforehand, what it has read only afterwards, and it is taken over where
each of them is what it was. Nothing is found by time or name, and what is found is what was kept:
its own digest says so.

Standard library only. Without an open memory (`release`, `make annual ARGS=--allt`) everything is
made. A build's entries are put in place when it ends, and only if nothing that it was built from
changed meanwhile; what it did not use goes.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline.workspace import REPO

FOLDER = ".minne"
NEW = "det finns inget sparat"  # why a step is made that no earlier build made
MISSING = "saknas"  # the digest of what is not there
T = TypeVar("T")
Say = Callable[[str], None]
Now = Callable[[str], str]  # the digest, today, of something that a step has read

_IMPORTED = re.compile(
    r"^[ \t]*(?:from[ \t]+(pipeline[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|.*)|import[ \t]+(.*))$",
    re.MULTILINE,
)


class Memory:
    """The memory of one year while its edition is built. `talkative`: of all that is made anew it
    is told why. `empty`: nothing is taken over."""

    def __init__(self, folder: Path, talkative: bool = False, empty: bool = False) -> None:
        self.talkative = talkative
        if empty:
            shutil.rmtree(folder, ignore_errors=True)
        self._old, self._new = folder, folder.with_name(f".{folder.name}-ny")
        shutil.rmtree(self._new, ignore_errors=True)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._new.mkdir(mode=0o700)
        self._lock = threading.Lock()
        self.ran: list[tuple[str, str]] = []  # step → why it was made
        self.taken: list[str] = []  # steps that were taken over

    def found(self, step: str, key: str) -> bytes | None:
        """What was kept under a key; None where nothing is, or not what was kept."""
        for folder in (self._new, self._old):
            try:
                data = (folder / key).read_bytes()
            except OSError:
                continue
            if hashlib.sha256(data[32:]).digest() != data[:32]:
                continue
            if folder is self._old:
                os.replace(folder / key, self._new / key)
            with self._lock:
                self.taken.append(step)
            return data[32:]
        return None

    def has(self, key: str) -> bool:
        """Whether something lies under a key."""
        return any((folder / key).is_file() for folder in (self._new, self._old))

    def put(self, key: str, data: bytes) -> None:
        unfinished = self._new / f"{key}.{threading.get_ident()}.tmp"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(unfinished, self._new / key)

    def made(self, step: str, why: str) -> None:
        """A step has to be made."""
        with self._lock:
            self.ran.append((step, why))

    def find(self, step: str, parts: Mapping[str, str], now: Now) -> bytes | None:
        """What a step gave when its `parts` (name → digest) and all that it read were the same as
        now; else None, and why is noted."""
        kept = self.found(step, _name(step))
        why = NEW
        if kept is not None:
            self.taken.remove(step)
            size = int.from_bytes(kept[:8], "big")
            told = json.loads(kept[8 : 8 + size])
            why = _changed(told["parts"], parts, told["read"], now)
            if not why:
                self.taken.append(step)
                return kept[8 + size :]
        self.made(step, why)
        return None

    def keep(
        self, step: str, parts: Mapping[str, str], read: Mapping[str, str], data: bytes
    ) -> None:
        """Remember what a step gave. `read`: what it has read (name → digest)."""
        told = json.dumps({"parts": dict(parts), "read": dict(read)}, sort_keys=True).encode()
        self.put(_name(step), len(told).to_bytes(8, "big") + told + data)

    def settle(self, sound: bool, finished: bool) -> None:
        """The build is over: put what it used in place of the earlier memory; of one that was not
        `finished`, beside it. Not `sound`: what it was built from changed meanwhile, and nothing is
        remembered."""
        if not sound:
            shutil.rmtree(self._old, ignore_errors=True)
            shutil.rmtree(self._new)
            return
        for path in () if finished or not self._old.is_dir() else self._old.iterdir():
            if not (self._new / path.name).exists():
                os.replace(path, self._new / path.name)
        shutil.rmtree(self._old, ignore_errors=True)
        self._new.rename(self._old)


_open: Memory | None = None


@contextmanager
def opened(memory: Memory | None) -> Iterator[None]:
    """What is made meanwhile, in this process, is remembered."""
    global _open
    before, _open = _open, memory
    try:
        yield
    finally:
        _open = before


def at_hand() -> Memory | None:
    """The memory that is open."""
    return _open


def remembered(
    step: str, code: Iterable[str], key: Iterable[str | bytes], make: Callable[[], bytes]
) -> bytes:
    """What `make` gives, or gave when all of this was the same. `code`: the modules that it is made
    by; `key`: all that it is made from."""
    memory = _open
    if memory is None:
        return make()
    whole = _whole(step, code, key)
    found = memory.found(step, whole)
    if found is None:
        memory.made(step, "")
        found = make()
        memory.put(whole, found)
    return found


def _whole(step: str, code: Iterable[str], key: Iterable[str | bytes]) -> str:
    return digest(step, surroundings(), *sorted(code_of(code).values()), *key)


def knows(step: str, code: Iterable[str], key: Iterable[str | bytes]) -> bool:
    """Whether an earlier build left what `remembered` would give."""
    return _open is not None and _open.has(_whole(step, code, key))


def remembered_value(
    step: str, code: Iterable[str], key: Iterable[str | bytes], make: Callable[[], T]
) -> T:
    """The same for a value of any kind that pickles."""
    if _open is None:
        return make()
    value: T = pickle.loads(remembered(step, code, key, lambda: pickle.dumps(make())))
    return value


@contextmanager
def remembered_answers(
    step: str, code: Iterable[str], key: Iterable[str | bytes]
) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Many small answers, each under a name that says all that it was asked beside `code` and
    `key`: those of earlier builds, and a place for those that are new. They are kept until code or
    key changes."""
    memory = _open
    made: dict[str, Any] = {}
    if memory is None:
        yield {}, made
        return
    parts = {step: _whole(step, code, key)}
    kept = memory.find(step, parts, lambda _: MISSING)
    known: dict[str, Any] = {} if kept is None else pickle.loads(kept)
    yield known, made
    if made:
        memory.keep(step, parts, {}, pickle.dumps(known | made))


def remembered_folder(
    step: str, code: Iterable[str], key: Iterable[str | bytes], folder: Path, say: Say,
    make: Callable[[Say], None],
) -> None:  # fmt: skip
    """The same for all that `make` leaves in `folder`, in the place of what lay there, and says
    meanwhile."""

    def made() -> tuple[dict[str, bytes], list[str]]:
        said: list[str] = []
        make(said.append)
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in _files(folder)}, said

    files, said = remembered_value(step, code, [*key, *_told_of(folder)], made)
    there = {p.relative_to(folder).as_posix(): p for p in _files(folder)}
    for name in there.keys() - files.keys():
        there[name].unlink()
    for name, data in files.items():
        if name not in there or there[name].read_bytes() != data:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    for line in said:
        say(line)


def _told_of(folder: Path) -> Iterator[str | bytes]:
    """What lies in a folder before a step."""
    for path in _files(folder):
        yield path.relative_to(folder).as_posix()
        yield path.read_bytes()


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def digest(*parts: str | bytes) -> str:
    """A digest of these parts in this order; no two lists of parts read alike."""
    made = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "big") + data)
    return made.hexdigest()


def file_digest(path: Path) -> str:
    """Of a file's bytes; MISSING where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return MISSING


def folder_digest(folder: Path) -> str:
    """Of the names and bytes of all files below."""
    told = ((p.relative_to(folder).as_posix(), file_digest(p)) for p in _files(folder))
    return digest(*(part for pair in told for part in pair))


@cache
def surroundings() -> str:
    """Python, the libraries as they are locked, and the suites, which lie beside the program."""
    lock, suites = file_digest(REPO / "requirements.lock"), folder_digest(REPO / "expectations")
    return digest(sys.version, sys.platform, lock, suites)


def code_of(modules: Iterable[str]) -> dict[str, str]:
    """The files behind these modules and all that they import, functions' own imports among them
    (name from the repository → digest), with what lies beside them and is no code: codebooks,
    templates, styles."""
    return _code_of(tuple(sorted(modules)))


@cache
def _code_of(modules: tuple[str, ...]) -> dict[str, str]:
    known: set[Path] = set()
    waiting = [p for m in modules for p in _files_of(m)]
    while waiting:
        path = waiting.pop()
        if path not in known:
            known.add(path)
            waiting += [p for m in _imported(path) for p in _files_of(m)]
    for folder in {p.parent for p in known} - {REPO / "pipeline"}:
        known |= _beside(folder)
    return {name: told for name, told in sorted(map(_print, known))}


@cache
def _beside(folder: Path) -> frozenset[Path]:
    """What lies in a folder and is no code."""
    return frozenset(
        p for p in folder.rglob("*") if p.suffix not in (".py", ".pyc") and p.is_file()
    )


@cache
def _print(path: Path) -> tuple[str, str]:
    """A file's name from the repository, and its digest."""
    return path.relative_to(REPO).as_posix(), file_digest(path)


@cache
def _imported(path: Path) -> frozenset[str]:
    return imported(path.read_text(encoding="utf-8"))


def imported(source: str) -> frozenset[str]:
    """The project's modules that a source names in its imports, `from a import b` as both `a` and
    `a.b`."""
    found: set[str] = set()
    for whole, names, plain in _IMPORTED.findall(source):
        if whole:
            listed = re.sub(r"#.*", "", names).strip("() \n").split(",")
            found |= {whole, *(f"{whole}.{n.split()[0]}" for n in listed if n.split())}
        else:
            given = (n.split()[0] for n in plain.split("#")[0].split(",") if n.split())
            found |= {n for n in given if n.split(".")[0] == "pipeline"}
    return frozenset(found)


@cache
def _files_of(module: str) -> tuple[Path, ...]:
    """The file of a module and of the packages that it lies in; none for a name in a module."""
    found = []
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        place = REPO.joinpath(*parts[:end])
        found += [p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()]
    return tuple(found)


def forget_code() -> None:
    """The code's files are looked at anew: a process that builds more than once."""
    for each in (_code_of, _imported, _files_of, _beside, _print, surroundings):
        each.cache_clear()


def _name(step: str) -> str:
    return f"steg-{digest(step)[:32]}"


def _changed(
    then: Mapping[str, str], now: Mapping[str, str], read: Mapping[str, str], today: Now
) -> str:
    """Why a step must be made again, in Swedish; empty where nothing differs."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            return _told(name, then.get(name, MISSING), now.get(name, MISSING))
    for name, was in read.items():
        if (this := today(name)) != was:
            return _told(name, was, this)
    return ""


def _told(name: str, was: str, now: str) -> str:
    what = "är ny" if was == MISSING else "finns inte längre" if now == MISSING else "har ändrats"
    return f"{name} {what}"
