"""The verbs that `make` calls: a few that need no environment, the rest inside one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from pipeline import clean, stale
from pipeline.environment.choose import ensure
from pipeline.environment.variables import child_variables
from pipeline.errors import UppfoljningError
from pipeline.workspace import REPO

TARGET = re.compile(r"^([a-z][\w-]*):[^#\n]*## (.+)$", re.MULTILINE)
HELP_FOOT = """
Alla tar YEAR= RAW= PROCESSED= REPORTS= DATE=
  make annual YEAR=2025                  ett visst år (annars det senaste)
  make annual RAW="Min mapp" REPORTS=ut  andra mappar än data/raw och reports
  make annual DATE=2026-03-01            datumet som rapporten bär
"""


def main(argv: Sequence[str]) -> int:
    """Run a verb; the answer is the exit code."""
    verb, *rest = argv or ["help"]
    try:
        if verb == "help":
            print(help_text(REPO / "Makefile"), flush=True)
            return 0
        if verb == "stale":
            return stale.main(rest)
        if verb == "clean":
            return clean.main(rest)
        python = ensure(REPO)
        if verb == "env":
            print(f"Miljön är i ordning: {python.parent.parent.name}")
        return run(python, commands_of(verb, rest))
    except UppfoljningError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # `make help | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Avbrutet.", file=sys.stderr)
        return 130


def commands_of(verb: str, rest: Sequence[str]) -> list[list[str]]:
    """What the environment's Python is asked to run, in order."""
    special = {
        "env": [],
        "test": [["-m", "pytest", *rest]],
        "test-long": [["-m", "pytest", "-m", "long", *rest]],
        "bench": [["-m", "bench", *rest]],
        "check": [["-m", "ruff", "check", *rest], ["-m", "mypy", *rest]],
        "lab": [["-m", "jupyterlab", *rest, "notebooks"]],
    }
    return special.get(verb, [["-m", "pipeline", verb, *rest]])


def run(python: Path, commands: Sequence[Sequence[str]]) -> int:
    """Run them all; the answer is the first failure's. On POSIX the last takes our place, so that
    its signals and its exit code are nobody's but its own."""
    env, failed = child_variables(python, REPO), 0
    for n, command in enumerate(commands, start=1):
        call = [str(python), *command]
        if n == len(commands) and not failed and os.name == "posix":
            sys.stdout.flush()
            os.execve(call[0], call, env)
        code = subprocess.run(call, env=env).returncode
        failed = failed or code
    return failed


def help_text(makefile: Path) -> str:
    """A line a target, out of the Makefile's own comments."""
    targets = TARGET.findall(makefile.read_text(encoding="utf-8"))
    lines = [_folded(f"  make {name:<12} ", text) for name, text in targets]
    return "\n".join(["Uppföljning", "", *lines, HELP_FOOT.rstrip()])


def _folded(lead: str, text: str) -> str:
    """A text after its lead in lines of 80; what stands in quotation marks is not broken."""
    whole = re.sub(r"\"[^\"]*\"|'[^']*'", lambda quoted: quoted[0].replace(" ", "\0"), text)
    hang = " " * len(lead)
    folded = textwrap.fill(
        whole, 80, initial_indent=lead, subsequent_indent=hang, break_on_hyphens=False
    )
    return folded.replace("\0", " ")
