"""The lock: what it pins, and which pins the running Python does not meet.

Also a script (`python -I pins.py requirements.lock`), run by the Python that is asked about: only
that one can say what is installed in it and what the markers mean there.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

MINIMUM = (3, 11)
UNKNOWN = "packaging"  # the one package without which the lock cannot be read


def entries(lock: str) -> list[str]:
    """The lock's entries, each a requirement with its hashes on as many lines as it has."""
    found: list[str] = []
    for line in lock.splitlines(keepends=True):
        if line[:1].strip() and not line.startswith("#"):
            found.append(line)
        elif line.strip() and found:
            found[-1] += line
    return found


def requirement(entry: str) -> str:
    """`name==version ; marker` of an entry, without its hashes."""
    return entry.split("--hash=", 1)[0].replace("\\\n", " ").strip().rstrip("\\").strip()


def entry_of(lock: str, name: str) -> str:
    """One package's entry with its hashes, for installing it alone."""
    return next(e for e in entries(lock) if e.startswith(f"{name}=="))


def lacking(lock: str) -> list[str]:
    """Pins that this Python does not meet, as `name==version`."""
    if sys.version_info < MINIMUM:
        return [f"python>={'.'.join(map(str, MINIMUM))}"]
    requirement_type = _requirement_type()
    if requirement_type is None:
        return [UNKNOWN]
    wanted = [requirement_type(requirement(e)) for e in entries(lock)]
    return [
        f"{r.name}{r.specifier}"
        for r in wanted
        if (r.marker is None or r.marker.evaluate()) and not _met(r.name, r.specifier)
    ]


def _requirement_type() -> Any:
    """packaging's Requirement, or the one inside pip; None where there is neither."""
    for module in ("packaging.requirements", "pip._vendor.packaging.requirements"):
        with suppress(ImportError):
            return import_module(module).Requirement
    return None


def _met(name: str, specifier: Any) -> bool:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return bool(specifier.contains(installed, prereleases=True))


if __name__ == "__main__":
    print(json.dumps(lacking(Path(sys.argv[1]).read_text(encoding="utf-8"))))
