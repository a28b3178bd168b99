"""The same input twice, under two sets of circumstances that may not matter, and every file of
PROCESSED and REPORTS compared by its bytes.

What differs between the two: the folder's name, the time zone, the locale, the order of hashes,
how many kernels run side by side and what `make -j` says, the umask, the user's home and the times
of the files in RAW. Left out is what no output depends on: the log of builds, which is the one
place with a clock, and hidden files, where the program notes what it need not do again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import GateError, UppfoljningError
from pipeline.privacy.key import VARIABLE, key_of, key_path
from pipeline.run.execute import SIDE_BY_SIDE
from pipeline.run.log import FILE as LOG
from pipeline.workspace import LITTER, REPO, Workspace, load_kommun

Say = Callable[[str], None]
TOLD = 40  # files that differ, named in the message


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a build happens to be done under. `jobs`: of make, and kernels side by side."""

    folder: str
    zone: str
    locale: str
    hashes: str
    jobs: int
    umask: int

    def variables(self, home: Path) -> dict[str, str]:
        """The environment's variables, with a home of its own in the folder `home`."""
        return {
            "TZ": self.zone, "LANG": self.locale, "LC_ALL": self.locale,
            "PYTHONHASHSEED": self.hashes, SIDE_BY_SIDE: str(self.jobs),
            "HOME": str(home), "USERPROFILE": str(home), "USER": home.name,
            "XDG_CONFIG_HOME": str(home / ".config"),
        }  # fmt: skip


TWO = (
    Circumstances("bygge", "Asia/Tokyo", "C", "0", 1, 0o022),
    Circumstances("ett annat bygge å", "America/New_York", "sv_SE.UTF-8", "4711", 2, 0o077),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """`files`: how many there are in either build, `size`: bytes in the first. `different`: names
    of those that are not alike, with how they differ."""

    files: int
    size: int
    different: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        alike = self.files - len(self.different)
        yield f"{alike} av {self.files} filer är lika, byte för byte ({self.size / 1e6:.0f} MB)."


def reproduce(workspace: Workspace, year: int, date: dt.date | None, say: Say) -> Compared:
    """Build `year` twice from copies of RAW and compare. Raises UppfoljningError where a build
    fails. Nothing of the workspace is changed."""
    key_of(workspace)  # there is one, and it is the tables'
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as scratch:
        made = []
        for c in TWO:
            say(
                f"Bygger i ”{c.folder}”: {c.zone}, {c.locale}, make -j{c.jobs}, "
                f"umask {c.umask:03o} …"
            )
            made.append(build(workspace, year, date, Path(scratch), c))
        return compare(*made)


def build(
    source: Workspace, year: int, date: dt.date | None, parent: Path, c: Circumstances
) -> Workspace:
    """Build a copy of the workspace's RAW in a folder of its own in `parent`, by make where there
    is one. Raises UppfoljningError with what the build said."""
    home = parent / c.folder
    made = Workspace(home / "raw", home / "processed", home / "reports")
    _copied(source.raw, made.raw)
    user = parent / f"hem {c.folder}"
    user.mkdir()
    key = key_path(load_kommun(source.raw))
    done = subprocess.run(
        _call(made, year, date, c.jobs), cwd=REPO, umask=c.umask, capture_output=True,
        text=True, encoding="utf-8", errors="replace",
        env={**_clean(os.environ), **c.variables(user), VARIABLE: str(key)},
    )  # fmt: skip
    if done.returncode:
        raise UppfoljningError(f"Bygget i ”{c.folder}” gick inte:\n{done.stderr.strip()}")
    return made


def _copied(raw: Path, to: Path) -> None:
    """The files as they are, but not when they came."""
    for path in sorted(p for p in raw.rglob("*") if p.is_file() and not LITTER.search(p.name)):
        target = to / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _call(made: Workspace, year: int, date: dt.date | None, jobs: int) -> list[str]:
    if shutil.which("make"):
        call = [
            "make", f"-j{jobs}", "annual", f'PYTHON="{sys.executable}"', f"YEAR={year}",
            f"RAW={made.raw}", f"PROCESSED={made.processed}", f"REPORTS={made.reports}",
        ]  # fmt: skip
        return [*call, f"DATE={date.isoformat()}"] if date else call
    place = ["--raw", made.raw, "--processed", made.processed, "--reports", made.reports]
    when = ["--year", year, *(["--date", date.isoformat()] if date else [])]
    return [sys.executable, "-m", "pipeline", "annual", *map(str, [*when, *place])]


def _clean(variables: Mapping[str, str]) -> dict[str, str]:
    """Without what an outer make has left for an inner one."""
    left = ("MAKE", "MFLAGS", "ARGS", "LC_")
    return {k: v for k, v in variables.items() if not k.startswith(left)}


def compare(one: Workspace, other: Workspace) -> Compared:
    """Every file of PROCESSED and REPORTS of two workspaces."""
    first, second = _prints(one), _prints(other)
    different = {
        name: _difference(first.get(name), second.get(name))
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    }
    return Compared(len({*first, *second}), sum(size for _, size in first.values()), different)


def _difference(a: tuple[str, int] | None, b: tuple[str, int] | None) -> str:
    if a is None or b is None:
        return "finns bara i det " + ("andra" if a is None else "första")
    return f"{a[1]} byte" + (f" mot {b[1]}" if a[1] != b[1] else ", lika lång men inte lika")


def _prints(workspace: Workspace) -> dict[str, tuple[str, int]]:
    """File → its sha256 and its size."""
    found = {}
    for base in (workspace.processed, workspace.reports):
        for path in base.rglob("*"):
            name = path.relative_to(base)
            hidden = any(part.startswith(".") for part in name.parts)
            if path.is_file() and not hidden and name.as_posix() != LOG:
                data = path.read_bytes()
                digest = hashlib.sha256(data).hexdigest()
                found[f"{base.name}/{name.as_posix()}"] = digest, len(data)
    return found


def refuse(compared: Compared) -> None:
    """Raise GateError where the two are not alike."""
    if not compared.different:
        return
    listed = [f"  {name}: {how}" for name, how in compared.different.items()]
    more = [f"  … och {len(listed) - TOLD} till"] if len(listed) > TOLD else []
    raise GateError(
        "Samma underlag gav inte samma filer:\n" + "\n".join(listed[:TOLD] + more)
        + "\nDet är ett fel i programmet, inte i dina filer."
    )  # fmt: skip
