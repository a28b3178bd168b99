"""Remove what was built: the folders of the years in PROCESSED and REPORTS, and the state.

Only what carries a year's name goes. Whatever else somebody has put there stays, and RAW, with
its records that are written once, is never touched. Standard library only.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.workspace import REPO

OURS = re.compile(r"(19|20)\d\d|\.tillstand")


def built(folder: Path) -> list[Path]:
    """What the pipeline has built in a folder."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and OURS.fullmatch(p.name))


def main(argv: Sequence[str] | None = None) -> int:
    """Remove it, and say what went."""
    parser = argparse.ArgumentParser(prog="clean", description="Ta bort allt som är byggt.")
    parser.add_argument("--year", help="bara detta år")
    parser.add_argument("--raw", type=Path, default=REPO / "data/raw")
    parser.add_argument("--processed", type=Path, default=REPO / "data/processed")
    parser.add_argument("--reports", type=Path, default=REPO / "reports")
    parser.add_argument("--date", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    for folder in (given.processed, given.reports):
        if given.raw.resolve() == folder.resolve():
            print("Inget är borttaget: rådata ligger i samma mapp som det byggda.", file=sys.stderr)
            return 2
    for path in built(given.processed) + built(given.reports):
        if given.year and path.name == ".tillstand":
            (path / f"{given.year}.json").unlink(missing_ok=True)
        elif given.year in (None, path.name):
            shutil.rmtree(path)
            print(f"Borttaget: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
