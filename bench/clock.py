"""What a piece of work takes: time by the clock, processor time with all its processes, memory.

Where others use the machine too, processor time is the figure to trust; on a quiet machine the
clock is what a person waits.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PAUSE = 0.25  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of processors; the most memory held at once by all its processes
    together (MB, shared pages counted once; 0 where it was not watched)."""

    wall: float
    cpu: float
    memory: float = 0.0


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    watch: bool = False,
    log: Path | None = None,
) -> Took:
    """Run a command to its end. Raises RuntimeError, with the end of its log, where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with (log or Path(os.devnull)).open("wb") as told:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})},
            stdout=told, stderr=told, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        most = [0.0]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, most, over))
        if watch:
            watcher.start()
        code = process.wait()
        wall = time.perf_counter() - start
        over.set()
        if watch:
            watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        end = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log else ""
        raise RuntimeError(f"{' '.join(command[:4])} … gave {code}\n{end}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, cpu, most[0])


def median(several: Sequence[Took]) -> Took:
    """Of each figure by itself."""
    return Took(
        statistics.median(t.wall for t in several),
        statistics.median(t.cpu for t in several),
        max(t.memory for t in several),
    )


def _watch(pid: int, most: list[float], over: threading.Event) -> None:
    while not over.wait(PAUSE):
        most[0] = max(most[0], sum(_held(pid)) / 1e6)


def _held(pid: int) -> Iterator[int]:
    """Of the process and all that it has started: its share of the pages it holds, bytes."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return
    for process in family:
        try:
            yield process.memory_full_info().pss
        except psutil.Error:
            continue
