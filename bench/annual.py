"""A year as somebody builds it, with `make annual` as a whole command.

    python -m bench.annual [--repeats 9] [--json figures.json]

On a copy of the repository and of Exempelkommun's files: cold (nothing built, imports counted, the
environment in place), stage by stage; the internal edition's chapters alone as make -j2 with the
papermill and jupyter-nbconvert command lines makes them, to hold it against; again when nothing has
changed; when the code of one chapter has changed; when one raw cell has. What ran, in the build's
own words, is kept with the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import clock, kernels
from pipeline.workspace import Workspace

REPO = Path(__file__).resolve().parents[1]
YEAR = 2025
LEFT = shutil.ignore_patterns(
    ".venv", ".git", ".cache", "__pycache__", "processed", "reports", ".*_cache"
)
BUILT = "Rapporten sätts samman"  # what a build says when all has run
NOTHING, CHAPTER = 0.15, 1 / 4  # seconds; of the cold time
CODE = ("notebooks/10_sammanstallning.ipynb", "Påbörjade insatser per enhet och tertial",
        "Årets påbörjade insatser per enhet och tertial")  # fmt: skip
CELL = (f"data/raw/{YEAR}/Klagomål och synpunkter {YEAR}.csv", "Familjeteamet", "Ungdomsteamet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch) / "repo", given.repeats)
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(place: Path, repeats: int) -> dict[str, Any]:
    """Build the copy four times. Raises RuntimeError where a build fails or changes nothing."""
    shutil.copytree(REPO, place, ignore=LEFT, symlinks=True)
    if (REPO / ".venv").exists():
        (place / ".venv").symlink_to((REPO / ".venv").resolve())
    told: dict[str, Any] = {}
    cold, said = _make(place, "PROFILE=1")
    told["cold"] = {**asdict(cold), "said": said, "stages": _stages(place)}
    told["make"] = _by_make(place)
    several = [_make(place)[0] for _ in range(repeats)]
    told["nothing"] = {
        "wall": statistics.median(t.wall for t in several),
        "cpu": statistics.median(t.cpu for t in several),
        "least": min(t.wall for t in several),
    }
    for name, (file, old, new) in (("chapter", CODE), ("cell", CELL)):
        _replace(place / file, old, new)
        took, said = _make(place, "PROFILE=1")
        told[name] = {**asdict(took), "said": said, "stages": _stages(place)}
    told["ratios"] = {
        f"{name}/{other}": {k: told[name][k] / told[other][k] for k in ("wall", "cpu")}
        for name, other in (("cold", "make"), ("chapter", "cold"), ("cell", "cold"))
    }
    return told


def _by_make(place: Path) -> dict[str, Any]:
    """The chapters of the edition that has been built, by the command lines."""
    from pipeline.run.plan import chapters

    w = Workspace(place / "data" / "raw", place / "data" / "processed", place / "reports")
    jobs = chapters(w, YEAR, "intern")
    folder = place.with_name("make")
    folder.mkdir()
    kernels.write_rules(w, jobs, folder)
    return {**asdict(kernels.work("make", folder)), "notebooks": len(jobs)}


def show(figures: Mapping[str, Any]) -> None:
    """The builds against the cold one, and where the cold one's time went."""
    cold, make, ratios = (figures[name] for name in ("cold", "make", "ratios"))
    print(f"\nmake annual, kallt: {cold['cpu']:.1f} s processor, {cold['wall']:.1f} s klocka")
    print(f"{'':<47}{'klocka':>10}{'av helt':>10}{'processor':>12}")
    for stage in cold["stages"]:
        if not stage["notebook"]:
            own = [s for s in cold["stages"] if s["stage"] == stage["stage"]]
            used, share = sum(s["cpu"] for s in own), stage["wall"] / cold["wall"]
            name = stage["stage"][:45]
            print(f"  {name:<45}{stage['wall']:>8.1f} s{share:>10.2f}{used:>10.1f} s")
    print(
        f"{make['notebooks']} kapitel med make -j2 och kommandoraderna: "
        f"{make['cpu']:.1f} s processor, {make['wall']:.1f} s klocka"
    )
    nothing = figures["nothing"]
    print(
        f"ingenting ändrat: {nothing['cpu']:.3f} s processor, {nothing['wall']:.3f} s klocka, "
        f"minst {nothing['least']:.3f} (mål under {NOTHING})"
    )
    ratio = ratios["cold/make"]
    print(f"hela make annual mot dem: {ratio['cpu']:.2f} i processor, {ratio['wall']:.2f} i klocka")
    for name, title, goal in (
        ("chapter", "ett kapitels kod", f" (mål högst {CHAPTER})"), ("cell", "en rå cell", ""),
    ):  # fmt: skip
        ratio = ratios[f"{name}/cold"]
        print(
            f"{title} ändrat: {ratio['cpu']:.2f} av kallt i processor, "
            f"{ratio['wall']:.2f} i klocka{goal}"
        )
        ran = figures[name]["said"].partition(BUILT)[0]
        print("".join(f"    {line}\n" for line in ran.splitlines()), end="")


def _make(place: Path, *more: str) -> tuple[clock.Took, str]:
    log = place.parent / "said.log"
    command = ["make", "annual", f"YEAR={YEAR}", f"PYTHON={sys.executable}", *more]
    inherited = {"MAKEFLAGS": "", "MAKELEVEL": "", "PYTHONPATH": ""}
    took = clock.run(command, place, inherited, log=log)
    return took, log.read_text(encoding="utf-8").replace(f"{place}{os.sep}", "")


def _stages(place: Path) -> list[dict[str, Any]]:
    """What the build itself says of its stages; nothing where it does not."""
    path = place / "data" / "processed" / f"profil-{YEAR}.json"
    made: list[dict[str, Any]] = []
    if path.is_file():
        made = json.loads(path.read_text(encoding="utf-8"))
    return made


def _replace(path: Path, old: str, new: str) -> None:
    """The first place where a text stands."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise RuntimeError(f"{path.name} does not hold {old}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
