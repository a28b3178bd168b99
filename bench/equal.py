"""All notebooks of a year on forked kernels, and on plain ones: the same bytes.

    python -m bench.equal [--folder kept] [--json figures.json]

Chapters of both editions, tertials, visits and papers, from the tables and the decisions of one
workspace; then cleaning and validation of its years, with the tables that they write. The answer is
1 where a byte differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.place import at
from pipeline.run import annual, audit, tertial, underlag
from pipeline.run.execute import Job, kernels_of, run_notebooks
from pipeline.run.forked import CHOICE, PLAIN, Forked
from pipeline.run.plan import CLEAN, VALIDATE, chapters
from pipeline.run.public import settle, settle_staff, tell
from pipeline.run.remembered import data_digest
from pipeline.workspace import REPO, Workspace

YEAR = 2025
READY = "ready"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(given.folder or Path(scratch))
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if figures["different"] else 0


def measure(folder: Path) -> dict[str, Any]:
    """How many notebooks and tables were compared, and which differ."""
    w = at(folder)
    if not (folder / READY).is_file():
        _prepare(w)
        (folder / READY).touch()
    made = {}
    for choice in ("", PLAIN):
        os.environ[CHOICE] = choice
        made[choice] = _all(w, folder / f"equal{choice}", Forked if not choice else None)
    forked, plain = made[""], made[PLAIN]
    return {
        "notebooks": sum(n.endswith(".ipynb") for n in forked),
        "tables": sum(n.endswith((".parquet", ".json")) for n in forked),
        "different": sorted(n for n in {*forked, *plain} if forked.get(n) != plain.get(n)),
    }


def _prepare(w: Workspace) -> None:
    shutil.copytree(REPO / "data" / "raw", w.raw, dirs_exist_ok=True)
    annual.tables(w, YEAR, print)
    jobs, outward = (chapters(w, YEAR, edition) for edition in ("intern", "publik"))
    resting = data_digest(w)
    settle_staff(w, YEAR, jobs, resting)
    settle(w, YEAR, "publik", outward, resting)
    for edition, planned in (("intern", jobs), ("publik", outward)):
        tell(w, YEAR, edition, planned)


def _all(w: Workspace, out: Path, kind: type | None) -> dict[str, str]:
    """Name → digest of every notebook, and of the tables that cleaning and validation write."""
    shutil.rmtree(out, ignore_errors=True)
    places = {name: out / name for name in ("intern", "publik", *map(str, w.years()))}
    for place in places.values():
        place.mkdir(parents=True)
    jobs = [(j, places[e]) for e in ("intern", "publik") for j in chapters(w, YEAR, e)]
    jobs += [
        (tertial.job(w, YEAR, t), tertial.scratch(out, t)) for t in tertial.built(w, YEAR, None)
    ]
    jobs += [*audit.jobs(w, YEAR, out, None), *underlag.jobs(w, YEAR, out, None)]
    with kernels_of(w) as kernels:
        kernels.warm(validation=True)
        for year in w.years():
            given = {"year": year, "out": ".lika"}
            for job in (CLEAN, VALIDATE):
                (w.processed / ".lika").mkdir(exist_ok=True)
                told = [(Job(job.notebook, job.name, given), places[str(year)])]
                run_notebooks(w, told, kernels)
            (w.processed / ".lika").rename(places[str(year)] / "tables")
        run_notebooks(w, jobs, kernels)
        kinds = {type(process) for process in kernels._processes}
    if kinds != {kind or subprocess.Popen}:
        raise RuntimeError(f"kernels were {kinds}")
    return {
        p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(out.rglob("*"))
        if p.is_file()
    }


if __name__ == "__main__":
    sys.exit(main())
