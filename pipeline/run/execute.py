"""One notebook through papermill on a real kernel; what comes out has the same bytes each run."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import errors
from pipeline.privacy.screen import mask
from pipeline.run import forkserver, profiling
from pipeline.run.forked import ForkServer, can_fork
from pipeline.run.kernel import LOG_VARIABLE, Kernels, LocalKernelManager
from pipeline.workspace import REPO, Workspace

NOTEBOOKS = REPO / "notebooks"
PATIENCE = "UPPFOLJNING_TIDSGRANS"
LONGEST = 3600  # seconds that a cell may take, when the variable does not say
SIDE_BY_SIDE = "UPPFOLJNING_SIDA_VID_SIDA"  # how many kernels at a time, where somebody says so
LAST_WORDS = 120  # seconds that a busy machine may take to bring what a cell has shown
WORKERS = 4  # a kernel's client sleeps much of its time: twice as many as cores


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook to run: `notebook` its file name, `name` what the executed one is called."""

    notebook: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def kernel_environment(workspace: Workspace) -> Iterator[None]:
    """The environment that kernels inherit: this workspace, no user's start-up files, one thread
    of linear algebra, no display, no locale or time zone of the machine."""
    _log(workspace).write_bytes(b"")
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as home:
        chosen = _variables(workspace, home)
        before = {k: os.environ.get(k) for k in chosen}
        os.environ.update(chosen)
        try:
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value


@contextmanager
def kernels_of(workspace: Workspace) -> Iterator[Kernels]:
    """The kernels of a run, ended with it. Those of one run share what `warm` has loaded."""
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as home:

        def server() -> ForkServer | None:
            if not can_fork():
                return None
            environment = {**os.environ, **_variables(workspace, home)}
            return ForkServer(environment, _log(workspace))

        kernels = Kernels(server)
        try:
            yield kernels
        finally:
            kernels.end()


def _log(workspace: Workspace) -> Path:
    log = workspace.processed / ".tillstand" / "karnor.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return log.resolve()


def _variables(workspace: Workspace, home: str) -> dict[str, str]:
    return {
        **workspace.environment(),
        LOG_VARIABLE: str(_log(workspace)),
        "PYTHONPATH": str(REPO),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "IPYTHONDIR": home,
        "JUPYTER_CONFIG_DIR": home,
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_RUNTIME_DIR": home,
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", home),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GX_ANALYTICS_ENABLED": "false",
    }


def execute(
    job: Job, folder: Path, kernels: Kernels | None = None, notes: Path | None = None
) -> Path:
    """Run `job` and write `folder/<name>.ipynb`; nothing is left of a run that failed. Without
    `kernels` on a plain one. `notes`: where what it looks at is written down (`pipeline/reads.py`).

    Raises UppfoljningError: the notebook's own message if it raised one of the family, else
    which chapter and cell stopped.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError

    from pipeline.run import engine

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    target = folder / f"{job.name}.ipynb"
    partial = folder / f".{job.name}.partial.ipynb"
    manager = (kernels or Kernels()).manager(notes)
    begun: list[int] = []  # the code cells, by their place in the notebook
    try:
        with profiling.notebook(job.name) as cell_done:
            executed = papermill.execute_notebook(
                NOTEBOOKS / job.notebook,
                partial,
                parameters=dict(job.parameters),
                engine_name=engine.NAME,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(REPO),
                request_save_on_cell_execute=False,
                kernel_manager_class=manager,
                shutdown_kernel="immediate",  # all that it has to say has been heard
                execution_timeout=_patience(),
                iopub_timeout=LAST_WORDS,
                on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
                on_cell_executed=lambda **_: cell_done(getattr(manager.process, "pid", 0)),
            )
        if engine.stopped(executed):  # by `sys.exit`, which papermill takes for an end
            raise _ended(job, len(begun), "Kapitlet avslutade sig självt.")
        with partial.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n")
        os.replace(partial, target)
    except papermill.PapermillExecutionError as failure:
        raise _translated(job, failure) from failure
    except CellTimeoutError as failure:
        raise _ended(job, len(begun), _HANGS.format(_patience(), PATIENCE)) from failure
    except RuntimeError as failure:  # of nbclient and jupyter_client: the kernel is dead
        raise _ended(job, len(begun), _cause(manager)) from failure
    finally:
        partial.unlink(missing_ok=True)
    return target


def _patience() -> int:
    """How long a cell may take, in seconds."""
    given = os.environ.get(PATIENCE, "")
    if given and not (given.isdecimal() and int(given)):
        raise errors.UsageError(f"{PATIENCE}={given} är inget antal sekunder.")
    return int(given or LONGEST)


def _cause(manager: type[LocalKernelManager]) -> str:
    process = manager.process
    if getattr(process, "why", "") == forkserver.TOO_MANY:
        return f"Det startade över {forkserver.MOST_PROCESSES} processer."
    if process is not None and process.poll() == -9:
        return (
            "Kapitlets process avslutades utifrån. Oftast har datorns minne tagit slut: stäng "
            "andra program och kör igen."
        )
    return "Kapitlets process dog."


_HANGS = (
    "Cellen blev inte klar på {} sekunder. Behöver den längre tid på sig, sätt {} till fler "
    "sekunder och kör igen."
)


def _ended(job: Job, cells: int, why: str) -> errors.UppfoljningError:
    place = f"i cell {cells}" if cells else "innan första cellen"
    return errors.UppfoljningError(
        f"Kapitlet {job.name} avbröts {place}. {why}\nFelet ligger inte i dina filer. Upprepas "
        f"det, öppna notebooks/{job.notebook} med make lab för att se vad cellen gör."
    )


def _translated(job: Job, failure: Any) -> errors.UppfoljningError:
    kind = getattr(errors, str(failure.ename), None)
    if isinstance(kind, type) and issubclass(kind, errors.UppfoljningError):
        if kind is errors.IntakeError:
            return errors.IntakeError([failure.evalue])
        return kind(failure.evalue)
    if failure.ename == "PermissionError":
        named = re.search(r": '([^']+)'", str(failure.evalue))
        return errors.in_use(mask(named[1])[0] if named else "")
    # What a library says of its failure may quote a value.
    return errors.UppfoljningError(
        f"Kapitlet {job.name} stannade i cell {failure.exec_count} ({failure.ename}: "
        f"{mask(str(failure.evalue))[0]}).\n"
        "Det är ett fel i programmet eller i kapitlets kod, inte i dina filer. Öppna "
        f"notebooks/{job.notebook} med make lab för att se var."
    )


def run_notebooks(
    workspace: Workspace,
    jobs: Sequence[tuple[Job, Path]],
    kernels: Kernels | None = None,
    notes: Sequence[Path | None] = (),
    then: Callable[[int, Path], None] = lambda number, made: None,
) -> None:
    """Run notebooks side by side, each into its folder, on `kernels` or on some of its own. The
    first failure, in the jobs' order, is raised, and what still runs is ended. `notes`: where each
    writes down what it looks at. `then` is told of each that is done (its place among the jobs, its
    file), one at a time in a thread of its own, while kernels run the others; all that have been
    done when one fails are told."""
    with ExitStack() as stack:
        own = kernels or stack.enter_context(kernels_of(workspace))
        own.warm()
        from pipeline.run import engine  # noqa: F401  papermill, while the kernels' server loads

        stack.enter_context(kernel_environment(workspace))
        after = stack.enter_context(ThreadPoolExecutor(1))
        pool = stack.enter_context(_threads(int(os.environ.get(SIDE_BY_SIDE) or WORKERS)))

        def one(number: int, job: Job, folder: Path, note: Path | None) -> Future[None]:
            return after.submit(then, number, execute(job, folder, own, note))

        try:
            beside = zip(jobs, notes or [None] * len(jobs), strict=True)
            running = [pool.submit(one, n, *job, note) for n, (job, note) in enumerate(beside)]
            told = []
            for done, outcome in enumerate(running, start=1):
                told.append(outcome.result())
                _progress(done, len(running))
            for outcome_of_then in told:
                outcome_of_then.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            own.end()
            raise


@contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that run notebooks. jupyter_client gives each of them a loop of its own, whose
    sockets nobody else closes."""
    from jupyter_core.utils import ensure_event_loop

    loops: list[asyncio.AbstractEventLoop] = []

    def begin() -> None:
        loops.append(ensure_event_loop())

    try:
        with ThreadPoolExecutor(number, initializer=begin) as threads:
            yield threads
    finally:
        for loop in loops:
            loop.close()


def _progress(done: int, total: int) -> None:
    """How many notebooks are done, on one line that writes over itself; nothing in a file."""
    if sys.stderr.isatty():
        end = "\r\x1b[K" if done == total else ""
        print(f"\r  {done} av {total} är körda{end}", end="", file=sys.stderr, flush=True)
