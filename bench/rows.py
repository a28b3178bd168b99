"""How time and memory grow with the rows: a thousand rows in `avslut`, then ten, a hundred and a
thousand times as many.

    python -m bench.rows [--times 1,10,100] [--stages intake,…] [--folder kept] [--json f]

Each stage of a year runs in a process of its own, so that its memory is its own. Memory is the
most that all processes of a stage held together, shared pages counted once. Growth is how many
times more processor time a row took than at the size before: 1 is linear, less is better.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import clock
from bench.stages import STAGES

REPO = Path(__file__).resolve().parents[1]
TIMES = (1, 10)  # a hundred and a thousand by name: they take half an hour and hours
NAMES = {
    "intake": "inläsning", "validation": "validering", "planning": "fakta och röjandekontroll",
    "kernels": "kapitel", "publication": "utgåvorna", "attack": "angrepp",
    "verification": "verifiering",
}  # fmt: skip
HEAP = 6_000  # MB that a stage may hold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", default=",".join(map(str, TIMES)))
    parser.add_argument("--stages", default=",".join(STAGES))
    parser.add_argument("--folder", type=Path, help="keep the years there, and go on with them")
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    times = [int(t) for t in given.times.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(given.folder or Path(scratch), times, given.stages.split(","))
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        draw(figures, given.json.with_suffix(".svg"))


def measure(folder: Path, times: Sequence[int], stages: Sequence[str]) -> dict[str, Any]:
    """Times → rows and what each stage took. What `folder` has already is not made again."""
    figures: dict[str, Any] = {}
    for each in times:
        place = folder / f"x{each}"
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "rows.json").is_file():
            _stage("make", place, str(each))
            _stage("earlier", place)
        known = place / "took.json"
        took = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
        for name in (s for s in stages if s not in took):
            if name == "kernels":
                _stage("fresh", place)
            took[name] = asdict(_stage(name, place, watch=True))
            print(f"x{each} {name}: {took[name]}", flush=True)
            known.write_text(json.dumps(took), encoding="utf-8")
        rows = json.loads((place / "rows.json").read_text(encoding="utf-8"))
        figures[str(each)] = {"rows": rows, "stages": took}
    return figures


def _stage(name: str, place: Path, *more: str, watch: bool = False) -> clock.Took:
    command = [sys.executable, "-m", "bench.stages", name, str(place), *more]
    return clock.run(command, REPO, watch=watch, log=place / f"{name}.log")


def growth(figures: dict[str, Any], name: str) -> list[float]:
    """Processor time a row, against the size before."""
    return [
        (after["stages"][name]["cpu"] / before["stages"][name]["cpu"])
        / (after["rows"]["avslut"] / before["rows"]["avslut"])
        for before, after in pairwise(figures.values())
        if name in before["stages"] and name in after["stages"]
    ]


def show(figures: dict[str, Any]) -> None:
    """The table: seconds of processor / seconds by the clock / MB."""
    sizes = [f["rows"]["avslut"] for f in figures.values()]
    print(f"\n{'rader i avslut':<28}" + "".join(f"{n:>22,}" for n in sizes) + "  växer")
    for name, title in NAMES.items():
        line = f"{title:<28}"
        for f in figures.values():
            took = f["stages"].get(name)
            told = took and f"{took['cpu']:.0f} s {took['wall']:.0f} s {took['memory']:,.0f} MB"
            line += f"{told or '–':>22}"
        print(line + "  " + " ".join(f"{g:.2f}" for g in growth(figures, name)))
    over = [
        (n, t) for t, f in figures.items() for n, s in f["stages"].items() if s["memory"] > HEAP
    ]
    print("Processor, klocka, minne. Växer: processortid per rad mot storleken före.")
    if over:
        print(f"Över {HEAP:,} MB: {over}")


def draw(figures: dict[str, Any], path: Path) -> None:
    """Two panels, both axes logarithmic: processor time and memory."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench"})
    import matplotlib.pyplot as plt

    sizes = [f["rows"]["avslut"] for f in figures.values()]
    drawing, panels = plt.subplots(1, 2, figsize=(11, 4.5))
    for panel, key, title in zip(
        panels, ("cpu", "memory"), ("Processortid, s", "Minne, MB"), strict=True
    ):
        for name, heading in NAMES.items():
            dots = [
                (n, f["stages"][name][key])
                for n, f in zip(sizes, figures.values(), strict=True)
                if name in f["stages"]
            ]
            if dots:
                panel.plot(*zip(*dots, strict=True), marker="o", label=heading)
        panel.set(xscale="log", yscale="log", title=title, xlabel="rader i avslut")
    panels[0].legend(fontsize=8)
    drawing.tight_layout()
    drawing.savefig(path, metadata={"Date": None})
    plt.close(drawing)


if __name__ == "__main__":
    main()
