"""One notebook through papermill on a real kernel; what comes out has the same bytes each run."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from pipeline import errors
from pipeline.privacy.screen import mask
from pipeline.publish.notebooks import written
from pipeline.run.kernel import LOG_VARIABLE, LocalKernelManager
from pipeline.workspace import REPO, Workspace

NOTEBOOKS = REPO / "notebooks"


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
    log = workspace.processed / ".tillstand" / "karnor.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log.write_bytes(b"")
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as home:
        chosen = {
            **workspace.environment(),
            LOG_VARIABLE: str(log.resolve()),
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


def execute(job: Job, folder: Path) -> Path:
    """Run `job` and write `folder/<name>.ipynb`; nothing is left of a run that failed.

    Raises UppfoljningError: the notebook's own message if it raised one of the family, else
    which chapter and cell stopped.
    """
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    target = folder / f"{job.name}.ipynb"
    partial = folder / f".{job.name}.partial.ipynb"
    try:
        papermill.execute_notebook(
            NOTEBOOKS / job.notebook,
            partial,
            parameters=dict(job.parameters),
            kernel_name="python3",
            progress_bar=False,
            cwd=str(REPO),
            request_save_on_cell_execute=False,
            kernel_manager_class=LocalKernelManager,
        )
        notebook = nbformat.read(partial, as_version=4)
        target.write_text(written(notebook), encoding="utf-8", newline="\n")
    except papermill.PapermillExecutionError as failure:
        raise _translated(job, failure) from failure
    finally:
        partial.unlink(missing_ok=True)
    return target


def _translated(job: Job, failure: Any) -> errors.UppfoljningError:
    kind = getattr(errors, str(failure.ename), None)
    if isinstance(kind, type) and issubclass(kind, errors.UppfoljningError):
        if kind is errors.IntakeError:
            return errors.IntakeError([failure.evalue])
        return kind(failure.evalue)
    # What a library says of its failure may quote a value.
    return errors.UppfoljningError(
        f"Kapitlet {job.name} stannade i cell {failure.exec_count} ({failure.ename}: "
        f"{mask(str(failure.evalue))[0]}).\n"
        "Det är ett fel i programmet eller i kapitlets kod, inte i dina filer. Öppna "
        f"notebooks/{job.notebook} med make lab för att se var."
    )
