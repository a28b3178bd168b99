"""A year from RAW to REPORTS. Every stage writes to a temporary name and is then put in place:
an interrupted or refused run leaves the last good output, never half a file."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import string
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipeline import __version__
from pipeline.privacy.key import key_of
from pipeline.run import modes, state
from pipeline.run.execute import NOTEBOOKS, Job, execute, kernel_environment
from pipeline.run.plan import CLEAN, VALIDATE, chapters
from pipeline.trace.disposed import refuse_rebuilt, refuse_resting
from pipeline.trace.verify import refuse, verify
from pipeline.workspace import LITTER, Workspace, load_kommun, per_datum

WORKERS = 4  # a kernel's client sleeps much of its time: twice as many as cores
LETTERS = string.printable + "åäöéüÅÄÖÉÜ–—…”’·×≤≥−→●"  # of the data-quality pages
QUALITY = (  # address, title and a line about it, for the front page
    "datakvalitet/index.html",
    "Datakvalitet",
    "Vad som kontrollerades, vad som brast och vad som är att rätta i filerna.",
)
Say = Callable[[str], None]


def annual(
    workspace: Workspace, year: int, date: dt.date | None, say: Say, disposed: bool = False
) -> Path:
    """Build the edition of `year`; returns its folder. Raises UppfoljningError with nothing
    of the last good edition touched. `disposed`: also where raw rows have been destroyed."""
    if not disposed:
        refuse_rebuilt(workspace, year)
    invented = load_kommun(workspace.raw).namn == "Exempelkommun"  # nobody's data
    if not invented and modes.open_to_others(workspace.raw / str(year)):
        say(f"Obs: andra användare av datorn kan läsa filerna i {workspace.raw / str(year)}.")
    before = state.edition_before(workspace, year)
    tables(workspace, year, say)
    say(f"Kapitlen för {year} körs …")
    with _scratch(workspace.reports / str(year), "intern") as (made, put_in_place):
        executed = made / "notebooks"
        executed.mkdir()
        for path in sorted((_notebooks(workspace, year)).glob("*.ipynb")):
            shutil.copyfile(path, executed / path.name)
        jobs = chapters(workspace, year, "intern")
        _run(workspace, jobs, executed)
        say("Rapporten sätts samman …")
        seal = _publish(workspace, year, date, jobs, made, say)
        if not disposed:
            refuse_resting(workspace, year, made)
        say("Varje tal räknas om från källfilerna på en annan väg …")
        verdict = verify(workspace, year, made, workspace.processed)
        for line in verdict.lines():
            say(f"  {line}")
        refuse(verdict)
        seal(verdict.checked, verdict.total)
        put_in_place()
    (workspace.reports / str(year) / "publik").mkdir(exist_ok=True)
    state.record_edition(workspace, year, date, before)
    return workspace.reports / str(year) / "intern"


def tables(workspace: Workspace, year: int, say: Say) -> None:
    """Clean and validate every year up to `year` whose files, forms or rules have changed."""
    workspace.require_year(year)
    load_kommun.cache_clear()
    load_kommun(workspace.raw)
    fingerprint = key_of(workspace, make=True).fingerprint
    for each in (y for y in workspace.years() if y <= year):
        if state.fresh_tables(workspace, each, fingerprint):
            continue
        before = state.tables_before(workspace, each)
        say(f"Filerna för {each} läses, rensas och valideras …")
        _clean_and_validate(workspace, each)
        state.record_tables(workspace, each, before)


def _clean_and_validate(workspace: Workspace, year: int) -> None:
    with _scratch(workspace.processed, str(year)) as (made, put_in_place):
        executed = made / ".notebooks"
        executed.mkdir()
        for job in (CLEAN, VALIDATE):
            given = {"year": year, "out": made.name}
            _run(workspace, [Job(job.notebook, job.name, given)], executed)
        shutil.rmtree(_notebooks(workspace, year), ignore_errors=True)
        _notebooks(workspace, year).parent.mkdir(parents=True, exist_ok=True)
        modes.close(executed)
        executed.rename(_notebooks(workspace, year))
        put_in_place()


def _notebooks(workspace: Workspace, year: int) -> Path:
    """Where the executed cleaning and validation notebooks of a year wait for its edition."""
    return workspace.processed / ".notebooks" / str(year)


def _run(workspace: Workspace, jobs: Sequence[Job], folder: Path) -> None:
    """Run notebooks side by side. The first failure, in the jobs' order, is raised."""
    with kernel_environment(workspace), ThreadPoolExecutor(WORKERS) as pool:
        for outcome in [pool.submit(execute, job, folder) for job in jobs]:
            outcome.result()


def _publish(
    workspace: Workspace,
    year: int,
    date: dt.date | None,
    jobs: Sequence[Job],
    made: Path,
    say: Say,
) -> Callable[[int, int], None]:
    """Write the edition into `made`. Returns what seals it: called with how many of how many
    numbers agree, it writes that on the front page, and the manifest over all."""
    from pipeline.publish.document import Meta
    from pipeline.publish.edition import PDF, REPORT, publish, verified
    from pipeline.publish.fonts import faces_css
    from pipeline.publish.freetext import LINK, write_freetext
    from pipeline.publish.manifest import stated, write_manifest
    from pipeline.publish.panel.lineage import trace_all
    from pipeline.publish.untraced import gate
    from pipeline.run.standing import code, gather, rules
    from pipeline.run.vocabulary import vocabulary
    from pipeline.validation.pages import write_pages

    kommun = load_kommun(workspace.raw)
    processed = workspace.processed / str(year)
    day = per_datum(workspace, year, date)
    meta = Meta(kommun.namn, kommun.sektor, year, day, __version__)
    chapters_ = {job.name: made / "notebooks" / f"{job.name}.ipynb" for job in jobs}
    executed = {p.stem: p for p in sorted((made / "notebooks").glob("*.ipynb"))}
    balance = json.loads((processed / "balance.json").read_text(encoding="utf-8"))["files"]
    others = {n: p for n, p in executed.items() if n not in chapters_}
    went_in = _inputs(workspace), _sources(jobs), rules(), code()
    standing = gather(workspace, year, made, stated(meta, *went_in))
    for sentence in standing.incomplete:
        say(f"Att avstämma: {sentence}")
    document = publish(
        chapters_, meta, made, balance=balance, pages=[QUALITY, LINK], others=others,
        trace=lambda records: trace_all(workspace, year, records), standing=standing,
    )  # fmt: skip
    page, printed = (made / REPORT).read_text(encoding="utf-8"), (made / PDF).read_bytes()
    for warning in gate(document, page, printed, vocabulary(workspace)):
        say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")
    write_pages(
        processed, made / "datakvalitet", kommun.namn, back="../index.html",
        font_face=faces_css(LETTERS),
    )  # fmt: skip
    write_freetext(workspace, year, made)
    write_manifest(made, meta, *went_in)

    def seal(checked: int, total: int) -> None:
        told = replace(standing, verified=(checked, total))
        verified(made, document, others, balance, [QUALITY, LINK], told)
        write_manifest(made, meta, *went_in)

    return seal


def _inputs(workspace: Workspace) -> list[tuple[str, Path]]:
    """Every raw file, named from RAW."""
    files = (p for p in workspace.raw.rglob("*") if p.is_file() and not LITTER.search(p.name))
    return [(p.relative_to(workspace.raw).as_posix(), p) for p in sorted(files)]


def _sources(jobs: Sequence[Job]) -> list[tuple[str, Path]]:
    names = {job.notebook for job in (CLEAN, VALIDATE, *jobs)}
    return [(f"notebooks/{n}", NOTEBOOKS / n) for n in sorted(names)]


class _scratch:
    """A folder beside its destination that is swapped in when all went well."""

    def __init__(self, parent: Path, name: str) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self._made = parent / f".{name}-ny"
        self._old = parent / f".{name}-gammal"
        self._target = parent / name

    def __enter__(self) -> tuple[Path, Callable[[], None]]:
        shutil.rmtree(self._made, ignore_errors=True)
        self._made.mkdir(mode=modes.OWN_FOLDER)
        return self._made, self._swap

    def _swap(self) -> None:
        modes.settle(self._made, self._target.name)
        shutil.rmtree(self._old, ignore_errors=True)
        if self._target.exists():
            self._target.rename(self._old)
        self._made.rename(self._target)
        shutil.rmtree(self._old, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._made, ignore_errors=True)
