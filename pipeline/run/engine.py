"""papermill's engine, whose notebooks hold no clock, path or random id: papermill then writes them
once, as they are kept. One that was stopped stays as it is: papermill looks for the cell."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines

from pipeline.publish.normal import normalise

NAME = "uppfoljning"


class Engine(NBClientEngine):  # type: ignore[misc]
    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **kw: Any) -> NotebookNode:
        executed = super().execute_notebook(nb, kernel_name, **kw)
        return executed if stopped(executed) else normalise(executed)


def stopped(executed: NotebookNode) -> bool:
    """Whether a cell was the last that ran because of what it did."""
    return executed.metadata.get("papermill", {}).get("exception") is True


papermill_engines.register(NAME, Engine)
