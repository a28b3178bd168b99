"""The log of builds, `PROCESSED/byggen.log`: who did what, when. The one place with a clock and a
user's name; nothing that is built reads it, `make clean` leaves it, and lines are only added."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from pathlib import Path

from pipeline import __version__

FILE = "byggen.log"
HEADER = ("tid (UTC)", "vem", "vad", "år", "utfall", "program", "beslut")
LOGGED = (
    "annual", "tertial", "audit", "letters", "draw", "validate", "verify", "release", "gallra",
)  # fmt: skip
OUTCOMES = {0: "klart", 1: "gick inte", 3: "stoppad", 130: "avbrutet"}


def note(processed: Path, verb: str, year: int | None, code: int, decision: str = "") -> None:
    """Add a line. A log that cannot be written raises OSError."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    row = (
        now,
        _user(),
        verb,
        str(year or ""),
        OUTCOMES.get(code, str(code)),
        __version__,
        decision,
    )
    line = "\t".join(" ".join(cell.split()) for cell in row) + "\n"
    processed.mkdir(parents=True, exist_ok=True)
    path = processed / FILE
    first = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8", newline="\n") as log:
        log.write(("\t".join(HEADER) + "\n" if first else "") + line)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without users' names
        return "okänd"
