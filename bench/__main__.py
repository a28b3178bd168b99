"""The benchmarks one after another, each in a process of its own: `make bench`.

    python -m bench [kernels rows …]

Without names: those that say how fast a year is built (`USUAL`).

Each writes its figures to `.cache/bench/<name>.json`. One that needs packages which the locked
environment does not have is passed over, by name; its own text says how it is run.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
OUT = REPO / ".cache" / "bench"
USUAL = ("kernels", "annual", "many", "rows")
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(USUAL, ()),
    "equal": (),
    "disclosure": (),
    "trace": (),
    "panel": (),
    "attack_tables": ("ortools",),
    "compare_tables": ("ortools", "pytauargus", "acro"),
}


def main(names: list[str]) -> int:
    """Run them all; the answer is the first failure's."""
    if unknown := sorted(set(names) - set(NEEDS)):
        print(f"{', '.join(unknown)} finns inte. Att välja bland: {', '.join(NEEDS)}.")
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in names or USUAL:
        if lacking := [package for package in NEEDS[name] if find_spec(package) is None]:
            print(f"{name}: hoppas över, {', '.join(lacking)} finns inte i miljön.", flush=True)
            continue
        print(f"{name} …", flush=True)
        call = [sys.executable, "-m", f"bench.{name}", "--json", str(OUT / f"{name}.json")]
        code = subprocess.run(call, cwd=REPO).returncode
        failed = failed or code
    if not names:
        print(f"Fler att välja: {', '.join(n for n in NEEDS if n not in USUAL)}.")
    print("Talen ligger i .cache/bench/. Att jämföra med: bench/README.md, bench/DISCLOSURE.md.")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
