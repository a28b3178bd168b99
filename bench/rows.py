"""How time and memory grow with the rows: a thousand rows in `avslut`, then ten, a hundred and a
thousand times as many.

    python -m bench.rows [--times 1,10,100] [--stages intake,…] [--folder kept] [--json f]

Each stage of a year runs in a process of its own, so that its memory is its own. Memory is the
most that all processes of a stage held together, shared pages counted once. The slope is that of
processor time, and of memory, against rows between two sizes, both logarithmic: 1 is linear,
less is better.

Grown are `avslut` and `bakgrund` of the last year, as CSV files (scaled.py); every other table and
the years before are as the generator makes them. With `--folder`, what is measured is kept and not
measured again: the large sizes may be run a stage at a time.
"""

from __future__ import annotations

import argparse
import json
import math
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
        lines = {n: {w: slopes(figures, n, w) for w in ("cpu", "memory")} for n in NAMES}
        told = {"sizes": figures, "slopes": lines}
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
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
        known_here = {name: took[name] for name in NAMES if name in took}
        figures[str(each)] = {"rows": rows, "stages": known_here}
    return figures


def _stage(name: str, place: Path, *more: str, watch: bool = False) -> clock.Took:
    command = [sys.executable, "-m", "bench.stages", name, str(place), *more]
    return clock.run(command, REPO, watch=watch, log=place / f"{name}.log")


def slopes(figures: dict[str, Any], name: str, what: str) -> list[float]:
    """Of a stage's `cpu` or `memory`, between each size and the next."""
    there = [f for f in figures.values() if name in f["stages"]]
    return [
        math.log(after["stages"][name][what] / before["stages"][name][what])
        / math.log(after["rows"]["avslut"] / before["rows"]["avslut"])
        for before, after in pairwise(there)
    ]


def show(figures: dict[str, Any]) -> None:
    """The table: seconds of processor / seconds by the clock / MB."""
    sizes = [f["rows"]["avslut"] for f in figures.values()]
    print(
        f"\n{'rader i avslut':<28}" + "".join(f"{n:>22,}" for n in sizes) + "  lutning: tid, minne"
    )
    for name, title in NAMES.items():
        line = f"{title:<28}"
        for f in figures.values():
            took = f["stages"].get(name)
            told = took and f"{took['cpu']:.0f} s {took['wall']:.0f} s {took['memory']:,.0f} MB"
            line += f"{told or '–':>22}"
        both = (slopes(figures, name, what) for what in ("cpu", "memory"))
        print(line + "  " + ", ".join(" ".join(f"{s:.2f}" for s in some) for some in both))
    over = [
        (n, t) for t, f in figures.items() for n, s in f["stages"].items() if s["memory"] > HEAP
    ]
    print("Processor, klocka, minne. Lutning mellan en storlek och nästa: 1 är rätlinjigt.")
    if over:
        print(f"Över {HEAP:,} MB: {over}")


def draw(figures: dict[str, Any], path: Path) -> None:
    """Two panels, both axes logarithmic: processor time and memory. A dotted line is linear."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench"})
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    rows = [
        {"rader": f["rows"]["avslut"], "steg": title, **f["stages"][name]}
        for f in figures.values()
        for name, title in NAMES.items()
        if name in f["stages"]
    ]
    if not rows:
        return
    frame = pd.DataFrame(rows)
    sns.set_theme(style="whitegrid")
    drawing, panels = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    for panel, key, title in zip(
        panels, ("cpu", "memory"), ("Processortid, sekunder", "Minne, MB"), strict=True
    ):
        sns.lineplot(
            frame, x="rader", y=key, hue="steg", style="steg", markers=True, dashes=False, ax=panel,
            legend=panel is panels[1],
        )  # fmt: skip
        panel.set(xscale="log", yscale="log", title=title, xlabel="Rader i avslut", ylabel="")
        ends = frame["rader"].min(), frame["rader"].max()
        middle = frame[key].median()
        linear = [middle * n / (ends[0] * ends[1]) ** 0.5 for n in ends]
        low, high = panel.get_ylim()
        panel.plot(ends, linear, color="0.6", linestyle=":", label="rätlinjigt")
        panel.set_ylim(low, high)
    sns.move_legend(panels[1], "upper left", bbox_to_anchor=(1.02, 1), title="")
    drawing.savefig(path, metadata={"Date": None})
    plt.close(drawing)


if __name__ == "__main__":
    main()
