"""The proof over all cores, and what is said of it."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipeline.errors import GateError, IntakeError, UppfoljningError
from pipeline.trace.prove.proof import (
    Failure,
    Prover,
    Tallied,
    long_way,
    short_way,
    whole_way,
)
from pipeline.workspace import Workspace

MUTATIONS, REBUILT, EDITIONS = 20_000, 100, 2
CHUNK, LONG_CHUNK = 250, 4  # small enough that no process is left alone with the last
SHOWN = 20
Say = Callable[[str], None]
# What this worker made when it started, or why it could not.
_MINE: list[tuple[Prover, Workspace, Path] | UppfoljningError] = []


@dataclass(frozen=True, slots=True)
class Proof:
    """The result. Seconds are wall-clock, the reading of the workspace (`ready`) apart."""

    year: int
    facts: int
    workers: int
    ready: float
    ways: dict[str, tuple[Tallied, float]]

    @property
    def failures(self) -> list[Failure]:
        return [f for found, _ in self.ways.values() for f in found.failures]

    def json(self) -> dict[str, Any]:
        ways = {
            name: {**asdict(found), "seconds": round(seconds, 1)}
            for name, (found, seconds) in self.ways.items()
        }
        return {"year": self.year, "facts": self.facts, "workers": self.workers,
                "ready_seconds": round(self.ready, 1), "ways": ways,
                "outside": len(self.failures)}  # fmt: skip


def prove(
    workspace: Workspace,
    year: int,
    say: Say,
    mutations: int = MUTATIONS,
    seed: int = 1,
    rebuilt: int = REBUILT,
    editions: int = EDITIONS,
) -> Proof:
    """Mutate raw cells of the workspace, in memory and in copies; it is itself never touched."""
    workers = max(1, min(os.cpu_count() or 1, 8))
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as scratch:
        start = time.perf_counter()
        with ProcessPoolExecutor(
            workers, get_context("spawn"), _start, (workspace, year, Path(scratch))
        ) as pool:
            facts = pool.submit(_agrees).result()
            ready = time.perf_counter() - start
            ways = {}
            plan = (
                ("stegvis", _short, _chunks(mutations, CHUNK)),
                ("om från början", _long, _chunks(rebuilt, LONG_CHUNK)),
                ("hela rapporten", _whole, [1] * editions),
            )
            for name, way, sizes in plan:
                if not sizes:
                    continue
                say(f"Muterar, {name}: {sum(sizes)} celler …")
                begun = time.perf_counter()
                total = Tallied()
                jobs = [pool.submit(way, f"{seed}:{name}:{i}", n) for i, n in enumerate(sizes)]
                for job in jobs:
                    total.add(job.result())
                ways[name] = (total, time.perf_counter() - begun)
                say(way_words(name, *ways[name]))
    return Proof(year, facts, workers, ready, ways)


def words(proof: Proof) -> str:
    """What was proved about, in Swedish; each way has told its own result."""
    held = "Beviset håller" if not proof.failures else "Beviset håller inte"
    return (
        f"{held}: {proof.facts} tal i rapporten för {proof.year}, {proof.workers} processer; "
        f"underlaget lästes på {_seconds(proof.ready)}."
    )


def way_words(name: str, t: Tallied, seconds: float) -> str:
    """The result of one way, in Swedish."""
    return (
        f"{name}: {t.tried} ändrade celler på {_seconds(seconds)} "
        f"({_seconds(t.cpu)} processortid); {t.changing} ändrade något tal, {t.pairs} ändringar; "
        f"{len(t.failures)} avvikelser. Talens egna celler hade räckt som förklaring för "
        f"{t.changing_by_members} av cellerna och {t.pairs_by_members} av ändringarna."
    )


def refuse(proof: Proof) -> None:
    """Raise GateError, naming cell, fact and both values, where the proof failed."""
    found = proof.failures
    if not found:
        return
    listed = "\n".join(f"– {f}" for f in found[:SHOWN])
    more = f"\n… och {len(found) - SHOWN} till." if len(found) > SHOWN else ""
    raise GateError(f"Beviset håller inte: {len(found)} avvikelser.\n{listed}{more}")


def _chunks(count: int, size: int) -> Sequence[int]:
    return [size] * (count // size) + ([count % size] if count % size else [])


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s".replace(".", ",")


def _start(workspace: Workspace, year: int, scratch: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        _MINE.append((Prover(workspace, year), workspace, folder))
    except IntakeError as error:
        _MINE.append(UppfoljningError(str(error)))  # it does not travel between processes
    except UppfoljningError as error:  # raised here it would only break the pool
        _MINE.append(error)


def _mine() -> tuple[Prover, Workspace, Path]:
    found = _MINE[0]
    if isinstance(found, UppfoljningError):
        raise found
    return found


def _agrees() -> int:
    prover, _, _ = _mine()
    wrong = prover.agreement()
    if wrong:
        listed = "\n".join(f"– {f}" for f in wrong[:SHOWN])
        raise GateError(
            "Underlaget ger inte rapportens tal, innan något har ändrats: kör make annual först."
            f"\n{listed}"
        )
    return len(prover.asked)


def _timed(way: Callable[[], Tallied]) -> Tallied:
    # What is held stays held, so the garbage collector need not go through it.
    gc.collect()
    gc.freeze()
    start = time.process_time()
    found = way()
    found.cpu = time.process_time() - start
    return found


def _short(seed: str, count: int) -> Tallied:
    return _timed(lambda: short_way(_mine()[0], seed, count))


def _long(seed: str, count: int) -> Tallied:
    prover, workspace, folder = _mine()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        copy = Path(place) / "kopia"
        return _timed(lambda: long_way(prover, seed, count, workspace, copy))


def _whole(seed: str, count: int) -> Tallied:
    prover, workspace, folder = _mine()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        copy = Path(place) / "kopia"
        return _timed(lambda: whole_way(prover, seed, workspace, copy))
