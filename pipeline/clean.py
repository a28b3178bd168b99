"""Remove what was built: the folders of the years in PROCESSED and REPORTS, and the state.

Only what carries a year's name goes. Whatever else somebody has put there stays, and RAW, with
its records that are written once, is never touched. Standard library only.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.workspace import REPO

ANY_YEAR = "[12][0-9][0-9][0-9]"
# The folders of a year, what an interrupted build left of them, and what is remembered of both.
OF_A_YEAR = ("{}", ".{}-ny", ".{}-gammal", ".notebooks/{}", "stoppade/{}",
             ".tillstand/*{}.json", ".minne/{}", ".minne/.{}-ny", "profil-{}.json")  # fmt: skip
OF_ALL = (".notebooks", "stoppade", ".tillstand", ".minne", ".gallring-*")


def built(folder: Path, year: int | None = None) -> list[Path]:
    """What the pipeline has built in a folder, for one year or for all."""
    patterns = [p.format(year or ANY_YEAR) for p in OF_A_YEAR]
    return sorted(
        p for pattern in [*patterns, *(() if year else OF_ALL)] for p in folder.glob(pattern)
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Remove it, and say what went."""
    parser = argparse.ArgumentParser(prog="clean", description="Ta bort allt som är byggt.")
    parser.add_argument("--year", type=int, help="bara detta år")
    parser.add_argument("--raw", type=Path, default=REPO / "data/raw")
    parser.add_argument("--processed", type=Path, default=REPO / "data/processed")
    parser.add_argument("--reports", type=Path, default=REPO / "reports")
    parser.add_argument("--date", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    for folder in (given.processed, given.reports):
        if given.raw.resolve() == folder.resolve():
            print("Inget är borttaget: rådata ligger i samma mapp som det byggda.", file=sys.stderr)
            return 2
    for path in built(given.processed, given.year) + built(given.reports, given.year):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if "/." not in path.as_posix():  # a year; what stands in hidden folders is our own affair
            print(f"Borttaget: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
