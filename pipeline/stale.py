"""Whether a year must be built again: what it was built from and what came out, by content.

make asks only *whether*; what to build is the driver's business. Standard library only, so that
the question is answered before there is an environment, and in a fraction of a second.

The state of a year, `PROCESSED/.tillstand/<year>.json`, holds for every input and output its path
relative to a root, size, time and sha256. Size and time unchanged: trusted. Otherwise the bytes
decide: a file that was touched or copied back is fresh, a file with one other byte is not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.workspace import LITTER, REPO, Workspace

Prints = dict[str, dict[str, Any]]  # path relative to the root → size, mtime_ns, sha256

FRESH, STALE = "aktuell", "inaktuell"
VERSION = 2
PROGRAM = "programmet:"  # before the name of a file of the program's own, told from its root
_OWN = ("pipeline", "notebooks", "expectations", "requirements.lock")
_HERE = f"{REPO}{os.sep}"


def state_path_of(processed: Path, year: int) -> Path:
    """The file that remembers how `year` was built."""
    return processed / ".tillstand" / f"{year}.json"


def build_key(year: int, date: str | None, processed: Path, reports: Path) -> str:
    """What else decides the result, beside files: another key is another report."""
    where = _relative(reports, processed)
    return json.dumps({"year": year, "date": date or None, "reports": where}, ensure_ascii=False)


def inputs_of(raw: Path, year: int, repo: Path = REPO) -> list[Path]:
    """Every file that the report of `year` may depend on, in name order.

    All of RAW counts, whatever the year: earlier years are looked up and compared with, and the
    work on a year is done (and dated) in the year after.
    """
    found = set(_files(raw))
    found |= set((repo / "notebooks").glob("*.ipynb"))
    found |= {p for p in _files(repo / "pipeline") if p.suffix != ".pyc"}
    found |= set((repo / "expectations").glob("*.json"))
    found |= {p for p in [repo / "requirements.lock"] if p.is_file()}
    return sorted(p for p in found if not LITTER.search(p.name))


def fingerprint(paths: Iterable[Path], root: Path) -> Prints:
    """Size, time and sha256 of each file. Taken before a build, it is what the build read."""
    return {_relative(p, root): _print(p) for p in paths}


def record(
    state_path: Path,
    inputs: Iterable[Path],
    outputs: Iterable[Path],
    key: str,
    root: Path,
    before: Prints | None = None,
) -> None:
    """Remember a good build. `before` is the inputs' fingerprint from when the build began:
    without it, a workbook saved while the build ran would pass for built."""
    state = {
        "version": VERSION,
        "key": key,
        "root": _relative(root, state_path.parent),
        "inputs": fingerprint(inputs, root) if before is None else before,
        "outputs": fingerprint(outputs, root),
    }
    state_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = state_path.with_suffix(".json.tmp")
    text = json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True)
    unfinished.write_text(text + "\n", encoding="utf-8")
    os.replace(unfinished, state_path)


def is_stale(
    state_path: Path,
    inputs: Iterable[Path],
    outputs_expected: Iterable[Path] | None = None,
    *,
    key: str,
) -> str | None:
    """Why it must be built, in Swedish, or None when all is fresh.

    `outputs_expected` adds files that must have come out of the last build.
    """
    state = _load(state_path)
    if state is None:
        return "inget är byggt än"
    if state["key"] != key:
        return "år, datum eller mapp är inte desamma som vid förra bygget"
    root = Path(os.path.abspath(state_path.parent / state["root"]))
    expected = [_relative(p, root) for p in outputs_expected or ()]
    return _changed_input(
        state["inputs"], {_relative(p, root): p for p in inputs}
    ) or _changed_output(state["outputs"], expected, root)


def reason(
    workspace: Workspace, year: int | None, date: str | None, repo: Path = REPO
) -> str | None:
    """Why the year's report (by default the newest year's) must be built, or None."""
    try:
        year = workspace.newest_year() if year is None else year
    except UppfoljningError:
        return "det finns inget underlag"  # the driver says where it should lie
    key = build_key(year, date, workspace.processed, workspace.reports)
    inputs = inputs_of(workspace.raw, year, repo)
    return is_stale(state_path_of(workspace.processed, year), inputs, key=key)


def main(argv: Sequence[str] | None = None) -> int:
    """Print `aktuell` or `inaktuell`; the reason goes to standard error.

    Both answers are words, so that a call that fails is never taken for "all is fresh".
    """
    parser = argparse.ArgumentParser(prog="stale", description="Måste årets rapport byggas?")
    parser.add_argument("--year", type=int)
    parser.add_argument("--raw", type=Path, default=REPO / "data/raw")
    parser.add_argument("--processed", type=Path, default=REPO / "data/processed")
    parser.add_argument("--reports", type=Path, default=REPO / "reports")
    parser.add_argument("--date")
    parser.add_argument("--quiet", action="store_true", help="skriv inte skälet")
    given = parser.parse_args(argv)
    workspace = Workspace(given.raw, given.processed, given.reports)
    why = reason(workspace, given.year, given.date)
    if why and not given.quiet:
        print(f"Bygger rapporten: {why}.", file=sys.stderr)
    print(STALE if why else FRESH)
    return 0


def _changed_input(known: Prints, now: Mapping[str, Path]) -> str | None:
    for name in sorted(now.keys() - known.keys()):
        return f"{_shown(name)} är ny"
    for name in sorted(known.keys() - now.keys()):
        return f"{_shown(name)} finns inte längre"
    for name, path in now.items():
        if not same(path, known[name]):
            return f"{_shown(name)} har ändrats"
    return None


def _changed_output(known: Prints, expected: Sequence[str], root: Path) -> str | None:
    for name in dict.fromkeys((*expected, *known)):
        if name in known and same(f"{root}/{name}", known[name]):
            continue
        if not (root / name).is_file():
            return f"en rapport saknas: {_shown(name)}"
        if name not in known:
            return f"en rapport hör inte till det förra bygget: {_shown(name)}"
        return f"en rapport har ändrats efter bygget: {_shown(name)}"
    return None


def same(path: Path | str, known: Mapping[str, Any]) -> bool:
    """Whether a file is the one that this is the fingerprint of."""
    try:
        stat = os.stat(path)
        if stat.st_size != known["size"]:
            return False
        return bool(stat.st_mtime_ns == known["mtime_ns"] or _sha256(Path(path)) == known["sha256"])
    except OSError:  # gone or locked between two looks: let the build say so
        return False


def _print(path: Path) -> dict[str, Any]:
    # Time before bytes: a file written meanwhile then looks changed, never fresh.
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(state_path: Path) -> dict[str, Any] | None:
    try:
        state = json.loads(state_path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and state.get("version") == VERSION else None


def _files(folder: Path) -> Iterator[Path]:
    """Every file below, through links to folders too (a year may be a link to a share)."""
    seen = set()
    for where, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:  # a link back upwards
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [f for f in folders if f != "__pycache__" and not LITTER.search(f)]
        yield from (p for p in (Path(where, n) for n in names) if p.is_file())


def place_of(name: str, root: Path) -> Path:
    """Where a file lies that `_relative` named."""
    return REPO / name.removeprefix(PROGRAM) if name.startswith(PROGRAM) else root / name


def _relative(path: Path, root: Path) -> str:
    """`path` as seen from `root`, so that a workspace moved as a whole stays fresh; of the
    program's own files from the program, so that it may be moved anywhere."""
    text = str(path)
    if text.startswith(_HERE) and text[len(_HERE) :].split(os.sep, 1)[0] in _OWN:
        return PROGRAM + text[len(_HERE) :].replace(os.sep, "/")
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # another drive on Windows
        return Path(os.path.abspath(path)).as_posix()


def _shown(name: str) -> str:
    """A name for people: as it is, or the last two parts of one that lies elsewhere."""
    name = name.removeprefix(PROGRAM)
    parts = [part for part in name.split("/") if part not in ("", "..")]
    inside = parts == name.split("/") and ":" not in parts[0]
    return name if inside else "/".join(parts[-2:])


if __name__ == "__main__":
    sys.exit(main())
