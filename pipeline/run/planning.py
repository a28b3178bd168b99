"""Chapters run in this process to learn what they would ask for. Nothing they show is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

import nbformat

from pipeline.errors import UppfoljningError
from pipeline.facts.pattern import Pattern
from pipeline.facts.recorder import Recorder
from pipeline.facts.table import FactTable, Joined
from pipeline.report.author import show
from pipeline.report.context import Context, planning
from pipeline.run.execute import NOTEBOOKS, Job
from pipeline.workspace import Workspace


def plan(
    workspace: Workspace, year: int, edition: str, jobs: Iterable[Job], pattern: Pattern | None
) -> Recorder:
    """Every table and cell that the chapters would make with `pattern` (None: without one, from
    all values). Raises what a chapter raises of the family; UppfoljningError, naming chapter and
    cell, for anything else."""
    recorder = Recorder()
    with planning(Context(workspace, year, edition, pattern, recorder)):
        for job in jobs:
            recorder.chapter = job.name
            _run(job)
    return recorder


def _run(job: Job) -> None:
    """The code cells of a notebook in one namespace, as a kernel would run them."""
    notebook = nbformat.read(NOTEBOOKS / job.notebook, as_version=4)
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(c for c in notebook.cells if c.cell_type == "code"):
        try:
            _cell(cell.source, names)
        except UppfoljningError:
            raise
        except Exception as error:
            raise UppfoljningError(
                f"Kapitlet {job.name} stannade i kodcell {number + 1} när utgåvan planerades "
                f"({type(error).__name__}: {error}).\nDet är ett fel i programmet eller i kapitlets"
                f" kod, inte i dina filer. Öppna notebooks/{job.notebook} med make lab."
            ) from error
        if "parameters" in cell.metadata.get("tags", ()):
            names.update(job.parameters)


def _cell(source: str, names: dict[str, Any]) -> None:
    """Run a cell; a table that ends it is displayed, as Jupyter does."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<kapitel>", "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "<kapitel>", "eval"), names)
        if isinstance(value, FactTable | Joined):
            show(value)
