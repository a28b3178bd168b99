"""Chapters taken over from an earlier build: executed only where something that they rest on has
changed (`pipeline/memory.py`)."""

from __future__ import annotations

import json
import os
import re
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import nbformat

from pipeline import memory, reads
from pipeline.errors import UppfoljningError
from pipeline.facts import named
from pipeline.facts import pattern as patterns
from pipeline.facts.named import Names, parse
from pipeline.facts.pattern import Pattern
from pipeline.memory import MISSING, Memory, digest, file_digest
from pipeline.privacy.key import key_of
from pipeline.run.execute import NOTEBOOKS, Job
from pipeline.workspace import LITTER, Workspace

Placed = tuple[Job, Path]
Then = Callable[[int, Path], None]  # a job of these, by its place, is done: its file
Run = Callable[[Sequence[Placed], Sequence[Path], Then], None]  # into their folders, with notes
Say = Callable[[str], None]
NOTEBOOK, PARAMETERS, PLACES = "anteckningsboken", "parametrarna", "mappen med underlag"
SETTINGS, KEY = "Python, ett bibliotek eller en kontroll", "kommunens nyckel"
MACHINERY = "pipeline.run.execute"  # what runs a notebook decides its bytes too


def execute_changed(
    kept: Memory, workspace: Workspace, jobs: Sequence[Placed], run: Run, say: Say
) -> None:
    """Write the executed notebook of every job into its folder: kept ones, where nothing that they
    rest on has changed, and the others as `run` makes them. Says which those are, and why."""
    world = _World(workspace)
    waiting: list[tuple[Job, Path, str, dict[str, str]]] = []
    for job, folder in jobs:
        name, parts = step(job), parts_of(workspace, job, world)
        found = kept.find(name, parts, world.of(job))
        if found is None:
            waiting.append((job, folder, name, parts))
        else:
            (folder / f"{job.name}.ipynb").write_bytes(found)
    told = [(name, why) for name, why in kept.ran if name in {w[2] for w in waiting}]
    for line in words(told, len(jobs), kept.talkative):
        say(line)
    if not waiting:
        return
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as home:
        notes = [Path(home) / str(i) for i in range(len(waiting))]

        def keep(number: int, made: Path) -> None:
            job, _, name, parts = waiting[number]
            if (seen := _seen(notes[number])) is not None:
                now = world.of(job)
                kept.keep(name, parts, {n: now(n) for n in seen}, made.read_bytes())

        run([(job, folder) for job, folder, _, _ in waiting], notes, keep)


def step(job: Job) -> str:
    """What the execution of a job is called, in words."""
    which = [str(job.parameters[k]) for k in ("tertial",) if job.parameters.get(k)]
    edition = {"publik": "publik"}.get(str(job.parameters.get("edition", "")), "")
    told = ", ".join(filter(None, [*which, edition]))
    return f"{job.name} ({told})" if told else job.name


def parts_of(workspace: Workspace, job: Job, world: _World | None = None) -> dict[str, str]:
    """What decides the execution of a job before it has read anything (name → digest)."""
    source = (NOTEBOOKS / job.notebook).read_text(encoding="utf-8")
    cells = nbformat.reads(source, as_version=4).cells
    code = "\n".join(c.source for c in cells if c.cell_type == "code")
    return {
        NOTEBOOK: digest(source),
        PARAMETERS: digest(json.dumps(dict(job.parameters), sort_keys=True)),
        PLACES: (world or _World(workspace)).names,
        SETTINGS: memory.surroundings(),
        KEY: key_of(workspace, make=True).fingerprint,
        **memory.code_of({*memory.imported(code), MACHINERY}),
    }


class _World:
    """The files of a workspace as they are now."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._digests: dict[tuple[Path, int, int], str] = {}
        self._editions: dict[tuple[int, str], tuple[Pattern, Names, str]] = {}
        # A chapter may ask whether a file is there: that is heard by nobody.
        self.names = digest(*_listed(workspace.raw), *_listed(workspace.processed, "[12]*"))

    def of(self, job: Job) -> memory.Now:
        """The digest of each thing that the execution of a job has looked at, as a note or, for
        people, by its name."""
        year, edition = int(job.parameters["year"]), str(job.parameters["edition"])
        own = {
            f"{year}/{place(Path(), year, edition).name}" for place in (named.path, patterns.path)
        }

        def now(noted: str) -> str:
            kind, *what = json.loads(noted)
            if kind == reads.PROCESSED and what[0] in own:  # by what is looked up in it
                return digest(str(self._file(self._workspace.processed / what[0]) == MISSING))
            if kind in (reads.RAW, reads.PROCESSED):
                return self._file(getattr(self._workspace, kind) / what[0])
            pattern, names, every = self._edition(year, edition)
            return every if kind == reads.NAMES else answer(pattern, names, kind, what)

        return now

    def _file(self, path: Path) -> str:
        try:
            stat = path.stat()
        except OSError:
            return MISSING
        key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._digests:
            self._digests[key] = file_digest(path)
        return self._digests[key]

    def _edition(self, year: int, edition: str) -> tuple[Pattern, Names, str]:
        if (year, edition) not in self._editions:
            processed = self._workspace.processed
            told, allowed = (p(processed, year, edition) for p in (named.path, patterns.path))
            text = told.read_text(encoding="utf-8") if told.is_file() else "[]"
            pattern = Pattern()
            if allowed.is_file():
                pattern = Pattern.from_json(allowed.read_text(encoding="utf-8"))
            names = Names(named.from_json(text), year, edition)
            self._editions[year, edition] = (pattern, names, digest(text))
        return self._editions[year, edition]


def data_digest(workspace: Workspace) -> str:
    """Of all that people have given and all that is made of it but for what an edition's chapters
    ask for: raw files, records, settings, forms, tables."""
    asked = re.compile(r"\d{4}/(?:fakta|monster)-[a-z]+\.json")
    told = [KEY, key_of(workspace, make=True).fingerprint]
    for root, within in ((workspace.raw, "*"), (workspace.processed, "[12]*")):
        for name in _listed(root, within):
            if root is workspace.raw or not asked.fullmatch(name):
                told += [within, name, file_digest(root / name)]
    return digest(*told)


def answer(pattern: Pattern, names: Names, kind: str, what: Sequence[str]) -> str:
    """What a chapter is told that looks this up: a fact, or the words about one that is not there,
    with the names that are near."""
    match kind:
        case reads.SHOWS:
            return str(what[0] in pattern.shown)
        case reads.WITHHOLDS:
            return str(what[0] in pattern.withheld)
        case reads.OPEN:
            return digest(*sorted(pattern.open))
        case reads.CLASSES:
            return digest(repr(pattern.merged.get(what[0], {}).get(what[1])))
        case reads.KNOWN:
            return str(what[0] in names)
        case reads.NAME:
            try:
                fact = names.find(parse(what[0]))
            except UppfoljningError as error:
                return digest(type(error).__name__, str(error), repr(vars(error)))
            return digest(*names.spelled(fact.id))
    raise AssertionError(kind)


def _listed(folder: Path, within: str = "*") -> Iterable[str]:
    """The names of all files, in order."""
    found = (p for top in folder.glob(within) for p in ([top] if top.is_file() else _below(top)))
    return sorted(p.relative_to(folder).as_posix() for p in found if not LITTER.search(p.name))


def _below(folder: Path) -> Iterable[Path]:
    for where, _, names in os.walk(folder, followlinks=True):
        yield from (Path(where, name) for name in names)


def _seen(notes: Path) -> list[str] | None:
    """What a kernel has looked at; None where it was not listened to, or looked elsewhere than in
    the workspace: then nothing tells whether it can be taken over."""
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
    kinds = [json.loads(line)[0] for line in lines]
    if not lines or reads.OTHER in kinds:
        return None
    return sorted(line for line in lines if line != '[""]')


SHOWN = 8  # chapters on the terminal, when not all are asked for


def words(ran: Sequence[tuple[str, str]], total: int, everything: bool) -> Iterator[str]:
    """Which of so many chapters are run and why, for the terminal at 80 columns."""
    if taken := total - len(ran):
        yield f"  {taken} av {total} anteckningsböcker är oförändrade och körs inte om."
    known = [(step, why) for step, why in ran if why != memory.NEW]
    shown = known if everything or len(known) <= SHOWN else known[: SHOWN - 1]
    for step, why in shown:
        text = f"{step} körs om: {_NOTE.sub(_plainly, why)}."
        yield textwrap.fill(text, 80, initial_indent="  ", subsequent_indent="    ")
    if rest := len(known) - len(shown):
        yield f"  … och {rest} till. Alla, med skäl: make annual ARGS=--varfor"
    if new := len(ran) - len(known):
        yield f"  {new} körs för första gången."


_NOTE = re.compile(r"^\[.*\](?= (?:är|finns|har))")


def _plainly(note: re.Match[str]) -> str:
    kind, *what = json.loads(note[0])
    if kind in (reads.RAW, reads.PROCESSED):
        return str(what[0])
    if kind in (reads.NAME, reads.KNOWN):
        return f"talet {what[0]}"
    return "listan över talens namn" if kind == reads.NAMES else "vad utgåvan får visa"
