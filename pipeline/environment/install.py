"""Making `.venv` from the lock: with uv where it can be had, with pip where it cannot.

Every way checks each package against the lock's hashes. Nothing needs root, and nothing outside
`.venv` and the tools' own caches is written.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.environment import pins
from pipeline.environment.index import offline_options, uv_environment, without_addresses
from pipeline.environment.variables import tool_variables
from pipeline.errors import UppfoljningError

FAILED = """\
Python-miljön kunde inte göras i ordning.
Det sista som hände: {what}

Gör så här:
  - Kontrollera att datorn når nätet, och kör kommandot igen.
    Det som redan är hämtat hämtas inte en gång till.
  - Utan nät: lägg paketen (hjul, *.whl) i mappen wheels, se README.
  - Saknas pip eller venv (Debian, Ubuntu): be den som sköter datorn installera
    python3-venv och python3-pip, eller installera uv.
"""

MEANINGS = (
    (r"no space left|not enough space", "disken är full."),
    (r"permission denied|access is denied", "programmet får inte skriva där det behöver."),
    (r"hash(es)? (mismatch|do(es)? not match)|do not match the hashes",
     "ett paket har inte den kontrollsumma som requirements.lock säger.\n"
     "Försök inte igen: fråga den som sköter programmet."),
    (r"certificate|SSLError", "säkerhetscertifikatet för nätet godtogs inte."),
    (r"connection|connect error|dns error|resolve host|timed? ?out|failed to fetch",
     "paketen gick inte att nå över nätet."),
    (r"no matching distribution found for (\S+)",
     r"\1 finns inte att hämta för den här datorns Python."),
    (r"no module named pip", "Python på den här datorn saknar pip."),
    (r"no solution found|no wheels|not found in the provided package",
     "ett paket finns inte i den version som requirements.lock säger, för den här datorns Python."),
)  # fmt: skip


class InstallError(UppfoljningError):
    """No way of making the environment worked."""


@dataclass(frozen=True, slots=True)
class Job:
    """One environment to make: by which Python, where, from which lock and which wheels."""

    python: Path
    venv: Path
    lock: Path
    wheels: Path | None = None

    @property
    def venv_python(self) -> Path:
        return python_of(self.venv)


def python_of(prefix: Path) -> Path:
    """The Python of a virtual or conda environment."""
    if os.name != "nt":
        return prefix / "bin" / "python"
    script = prefix / "Scripts" / "python.exe"
    return script if script.exists() else prefix / "python.exe"


def install(job: Job, *, afresh: bool) -> None:
    """Make or complete the environment. Raises InstallError when no way works.

    `afresh` throws away what is there: an interrupted installation is not to be trusted.
    """
    said = "inget"
    keep = not afresh and job.venv_python.exists()
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as room:
        for way in (_with_uv_on_path, _with_fetched_uv, _with_pip):
            try:
                way(job, Path(room), keep)
                return
            except (_ToolFailed, OSError) as error:
                said = str(error) or said
    raise InstallError(FAILED.format(what=said))


@contextmanager
def marked(venv: Path, mark: str) -> Iterator[None]:
    """A file that stands in the environment for as long as it is not whole."""
    (venv / mark).write_text("", encoding="utf-8")
    yield
    (venv / mark).unlink(missing_ok=True)


UNFINISHED = ".uppfoljning-pagar"


class _ToolFailed(Exception):
    """A tool ended with an error; the message is the last it said."""


def _with_uv_on_path(job: Job, room: Path, keep: bool) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise _ToolFailed
    _with_uv(uv, job, keep)


def _with_fetched_uv(job: Job, room: Path, keep: bool) -> None:
    """uv, from the lock, into a folder of its own that is gone afterwards: with it the rest takes
    a quarter of the time that it takes with pip."""
    wanted = room / "uv.txt"
    wanted.write_text(pins.entry_of(job.lock.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
    pip = [str(job.python), "-m", "pip"]
    if not _works([*pip, "--version"]):
        _make_venv(job, keep)
        keep, pip = True, [str(job.venv_python), "-m", "pip"]
    _run(
        [*pip, "install", "--quiet", "--target", str(room / "uv"), "--no-deps", *_PIP_OPTIONS,
         *offline_options(job.wheels), "--require-hashes", "-r", str(wanted)]
    )  # fmt: skip
    names = ("uv.exe", "uv") if os.name == "nt" else ("uv",)
    found = [p for n in names for p in (room / "uv").glob(f"*/{n}") if p.is_file()]
    if not found:
        raise _ToolFailed("uv finns inte för den här datorn")
    _with_uv(str(found[0]), job, keep)


def _with_uv(uv: str, job: Job, keep: bool) -> None:
    env = uv_environment(job.python, tool_variables())
    offline = offline_options(job.wheels)
    if not keep:
        make = [uv, "venv", "--quiet", "--clear", "--python", str(job.python), str(job.venv)]
        _run(make, env)
    with marked(job.venv, UNFINISHED):
        _run(
            [uv, "pip", "install", "--quiet", "--python", str(job.venv_python), *offline,
             "--require-hashes", "--compile-bytecode", "-r", str(job.lock)],
            env,
        )  # fmt: skip


def _with_pip(job: Job, room: Path, keep: bool) -> None:
    if not keep:
        _make_venv(job, keep)
    pip = [str(job.venv_python), "-m", "pip"]
    if not _works([*pip, "--version"]):
        pip = [str(job.python), "-m", "pip", "--python", str(job.venv_python)]
    with marked(job.venv, UNFINISHED):
        _run(
            [*pip, "install", "--quiet", *_PIP_OPTIONS, *offline_options(job.wheels),
             "--require-hashes", "-r", str(job.lock)]
        )  # fmt: skip


_PIP_OPTIONS = ("--no-input", "--disable-pip-version-check", "--retries", "2")


def _make_venv(job: Job, keep: bool) -> None:
    """An environment with pip in it, or, where Python came without ensurepip, without pip."""
    if keep:
        return
    python, venv = str(job.python), str(job.venv)
    ways = (
        [python, "-m", "venv", "--clear", venv],
        ["virtualenv", "--quiet", "--clear", "--python", python, venv],
        [python, "-m", "venv", "--clear", "--without-pip", venv],
    )
    for way in ways:
        if _works(way):
            return
    raise _ToolFailed("Python saknar modulen venv")


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, env=tool_variables(), capture_output=True).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env=env or tool_variables(), stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        raise _ToolFailed(plainly(done.stdout + done.stderr))


def plainly(said: str) -> str:
    """What an installer's many words mean, where they can be told; else its last ones."""
    for pattern, meaning in MEANINGS:
        found = re.search(pattern, said, re.IGNORECASE)
        if found:
            return found.expand(meaning)
    lines = [x.strip() for x in said.splitlines() if x.strip()]
    return without_addresses(" ".join(lines[-3:]))[:600]


def base_python() -> Path:
    """The Python that runs, or the one behind its virtual environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)
