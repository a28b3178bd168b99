"""Where the time of a build goes: wall clock and processor, by stage and by notebook."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "profil-{}.json"  # in PROCESSED; no output, and in no manifest
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds. `cpu`: of a stage the driver's, all its threads', so stages that run side by side
    share it; of a notebook its kernel's."""

    stage: str
    notebook: str
    wall: float
    cpu: float


_spent: list[Spent] = []
_open: list[tuple[str, float, float]] = []  # the stage at hand, and when it began
_lock = threading.Lock()


def stage(name: str = "") -> None:
    """A stage begins, and the one before it is over; without a name there is none."""
    wall, cpu = time.perf_counter(), time.process_time()
    for earlier, began, used in _open:
        spend(earlier, "", wall - began, cpu - used)
    _open[:] = [(name, wall, cpu)] if name else []


def begin() -> None:
    """Forget what was measured in an earlier build of this process."""
    _open.clear()
    _spent.clear()


@contextmanager
def notebook(name: str) -> Iterator[Callable[[int], None]]:
    """A notebook is run on a kernel, whose process it tells with each cell that is done."""
    where, began, used = (_open[0][0] if _open else "Anteckningsböcker"), time.perf_counter(), 0.0

    def cell(pid: int) -> None:
        nonlocal used
        used = processor(pid)

    try:
        yield cell
    finally:
        spend(where, name, time.perf_counter() - began, used)


def spend(name: str, notebook: str, wall: float, cpu: float) -> None:
    with _lock:
        _spent.append(Spent(name, notebook, round(wall, 3), round(cpu, 3)))


def processor(pid: int) -> float:
    """Processor seconds of a process so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write(processed: Path, year: int) -> Path:
    """Keep what was measured. Returns the file."""
    path = processed / FILE.format(year)
    unfinished = path.with_suffix(".json.tmp")
    text = json.dumps([asdict(s) for s in _spent], ensure_ascii=False, indent=1)
    unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.chmod(unfinished, 0o600)
    os.replace(unfinished, path)
    return path


def table() -> list[str]:
    """What was measured, for the terminal at 80 columns; a stage's notebooks below it."""
    return lines(_spent)


def lines(spent: Sequence[Spent]) -> list[str]:
    """Stages in their order, each with its notebooks, the slowest first. The share is of the
    processor time of all stages and all notebooks."""
    total = sum(s.cpu for s in spent) or 1.0
    made = [f"{'Steg':<48}{'klocka s':>10}{'processor s':>13}{'andel':>8}"]
    stages = [s for s in spent if not s.notebook]
    for one in stages:
        made.append(_line(one.stage, one, total))
        own = [s for s in spent if s.notebook and s.stage == one.stage]
        made += [
            _line(f"  {s.notebook}", s, total) for s in sorted(own, key=lambda s: (-s.cpu, s.wall))
        ]
    return made


def _line(name: str, spent: Spent, total: float) -> str:
    wall, cpu = (f"{x:.1f}".replace(".", ",") for x in (spent.wall, spent.cpu))
    return f"{name[:47]:<48}{wall:>10}{cpu:>13}{f'{spent.cpu / total:.0%}':>8}"
