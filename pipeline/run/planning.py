"""Chapters run in this process to learn what they would ask for. Nothing they show is kept."""

from __future__ import annotations

import ast
import json
import pickle
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import nbformat

from pipeline import memory, reads
from pipeline.errors import UppfoljningError
from pipeline.facts.named import Names
from pipeline.facts.pattern import Pattern
from pipeline.facts.recorder import Heard, Recorder
from pipeline.facts.table import FactTable, Joined
from pipeline.memory import digest
from pipeline.report.author import show
from pipeline.report.context import Context, planning
from pipeline.run.execute import NOTEBOOKS, Job
from pipeline.run.remembered import answer
from pipeline.workspace import Workspace


def plan(
    workspace: Workspace, year: int, edition: str, jobs: Iterable[Job], pattern: Pattern | None,
    resting: str = "",
) -> Recorder:  # fmt: skip
    """Every table and cell that the chapters would make with `pattern` (None: without one, from
    all values). With `resting`, a digest of raw files, records and tables, what a chapter says is
    taken over from an earlier build where all that it rests on is the same. Raises what a chapter
    raises of the family; UppfoljningError, naming chapter and cell, for anything else."""
    recorder = Recorder()
    with planning(Context(workspace, year, edition, pattern, recorder)):
        for job in jobs:
            recorder.begin(job.name)
            if resting:
                _said(job, year, edition, pattern, recorder, resting)
            else:
                _run(job)
    return recorder


def _said(
    job: Job, year: int, edition: str, pattern: Pattern | None, recorder: Recorder, resting: str
) -> None:
    """Let a chapter say what it asks for, or say it in its place as it was said before."""
    kept = memory.at_hand()
    if kept is None:
        _run(job)
        return
    # A chapter rests on what it is told of the pattern and of the numbers that those before it
    # have told, each by what it is before the chapter begins.
    before = list(recorder.told.values())
    names = cache(lambda: Names(before, year, edition))
    every = cache(lambda: digest(repr(before)))

    def now(noted: str) -> str:
        kind, *what = json.loads(noted)
        if kind == reads.NAMES:
            return every()
        return answer(pattern or Pattern(), names(), kind, what)

    which = "utan mönster" if pattern is None else "med mönster" if pattern.shown else "med klasser"
    step = f"planen för {job.name} ({edition}, {which})"
    parts = {
        "underlaget": resting,
        "parametrarna": digest(json.dumps(dict(job.parameters), sort_keys=True)),
        "det som visas alltid": digest(*sorted(pattern.open if pattern else ())),
        "Python, ett bibliotek eller en kontroll": memory.surroundings(),
        **_rests_on(_source(job)),
    }
    found = kept.find(step, parts, now)
    if found is not None:
        said: Sequence[Heard] = pickle.loads(found)
        for what in said:
            recorder.hear(what)
        return
    with reads.heard() as looked:
        _run(job)
    kept.keep(step, parts, {n: now(n) for n in sorted(looked)}, pickle.dumps(recorder.heard))


def _source(job: Job) -> str:
    return (NOTEBOOKS / job.notebook).read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _cells(source: str) -> tuple[tuple[str, bool], ...]:
    """The source of each code cell of a notebook, and whether it holds the parameters."""
    cells = (c for c in nbformat.reads(source, as_version=4).cells if c.cell_type == "code")
    return tuple((c.source, "parameters" in c.metadata.get("tags", ())) for c in cells)


def _rests_on(source: str) -> dict[str, str]:
    """The digests of a notebook's own code and of all that it imports, and that plans it."""
    code = [cell for cell, _ in _cells(source)]
    modules = {*memory.imported("\n".join(code)), __name__}
    return {"anteckningsboken": digest(*code), **memory.code_of(modules)}


def _run(job: Job) -> None:
    """The code cells of a notebook in one namespace, as a kernel would run them."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, (source, given) in enumerate(_cells(_source(job)), start=1):
        try:
            _cell(source, names)
        except UppfoljningError:
            raise
        except Exception as error:
            raise UppfoljningError(
                f"Kapitlet {job.name} stannade i kodcell {number} när utgåvan planerades "
                f"({type(error).__name__}: {error}).\nDet är ett fel i programmet eller i kapitlets"
                f" kod, inte i dina filer. Öppna notebooks/{job.notebook} med make lab."
            ) from error
        if given:
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
