"""A year from RAW to REPORTS. Every stage writes to a temporary name and is then put in place:
an interrupted or refused run leaves the last good output, never half a file."""

from __future__ import annotations

import datetime as dt
import gc
import json
import shutil
import string
import textwrap
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import memory, stale
from pipeline.analys import analyses
from pipeline.errors import IntakeError
from pipeline.facts.action_plan import unfollowed
from pipeline.facts.dataset import codebooks
from pipeline.facts.own import own_measures
from pipeline.facts.pattern import Pattern
from pipeline.memory import Memory
from pipeline.privacy.key import key_of
from pipeline.publish.document import Document, Meta
from pipeline.publish.manifest import stated, write_manifest
from pipeline.run import audit, modes, profiling, state, stopped, tertial, underlag
from pipeline.run.analyses import check_analyses
from pipeline.run.attack import FILE as ATTACK
from pipeline.run.attack import attack_edition, log, refuse_leaks
from pipeline.run.cover import cover
from pipeline.run.execute import NOTEBOOKS, Job, kernels_of, run_notebooks
from pipeline.run.kernel import Kernels
from pipeline.run.locks import NOTEBOOK as TERTIAL
from pipeline.run.locks import lock, write_changes
from pipeline.run.plan import CLEAN, VALIDATE, chapters
from pipeline.run.public import publish as publish_public
from pipeline.run.public import refuse_hidden, settle, settle_staff, tell
from pipeline.run.remembered import data_digest, execute_changed
from pipeline.run.swap import swapped
from pipeline.run.visits import fix_plan
from pipeline.trace.disposed import refuse_rebuilt, refuse_resting
from pipeline.trace.verify import refuse, verify
from pipeline.validation.marked import write_marked
from pipeline.validation.records import read_summary
from pipeline.workspace import LITTER, Workspace, load_kommun

LETTERS = string.printable + "åäöéüÅÄÖÉÜ–—…”’·×≤≥−→●"  # of the data-quality pages
LOCK = "~$"  # what Excel puts before the name of a file that it has open
QUALITY = (  # address, title and a line about it, for the front page
    "datakvalitet/index.html",
    "Datakvalitet",
    "Vad som kontrollerades, vad som brast och vad som är att rätta i filerna.",
)
ACTIONS = (
    ("handlingsplan.xlsx", "Handlingsplan", "Att fylla i och spara bland årets källfiler."),
    (
        "stratsys/aktiviteter.xlsx",
        "Till Stratsys",
        "Planens aktiviteter att föra in; mått att läsa in ligger i matt.txt i samma mapp.",
    ),
)
PUBLIC = (
    ("../publik/index.html", "Den publika utgåvan", "Det som får lämna huset."),
    (
        "publik/index.html",
        "Vad som doldes och varför",
        "Vilka tal den publika utgåvan inte visar, och hur mycket som finns kvar.",
    ),
)
Say = Callable[[str], None]
Seal = Callable[[Path, tuple[int, int] | None], None]


def annual(
    workspace: Workspace,
    year: int,
    date: dt.date | None,
    say: Say,
    disposed: bool = False,
    anew: bool = False,
    talkative: bool = False,
    kernels: Kernels | None = None,
) -> Path:
    """Build the edition of `year`; returns its folder. Raises UppfoljningError with nothing
    of the last good edition touched. `disposed`: also where raw rows have been destroyed. `anew`:
    nothing is taken over from earlier builds; `talkative`: of all that is made it is told why.
    `kernels`: that have begun to load; without them some of its own."""
    profiling.begin()
    before = state.edition_before(workspace, year)
    kept = Memory(workspace.processed / memory.FOLDER / str(year), talkative, anew)
    finished = False
    try:
        with ExitStack() as stack:
            kernels = kernels or stack.enter_context(kernels_of(workspace))
            stack.enter_context(memory.opened(kept))
            made = _annual(workspace, year, date, say, disposed, anew, kernels, kept, dict(before))
        finished = True
    finally:
        gc.unfreeze()
        kept.settle(state.as_before(workspace, before), finished)
    return made


def _annual(
    workspace: Workspace,
    year: int,
    date: dt.date | None,
    say: Say,
    disposed: bool,
    anew: bool,
    kernels: Kernels,
    kept: Memory,
    before: stale.Prints,
) -> Path:
    if not disposed:
        refuse_rebuilt(workspace, year)
    cover(workspace, year, date)  # what is wrong with it is told before anything is built
    invented = load_kommun(workspace.raw).namn == "Exempelkommun"  # nobody's data
    if not invented and modes.open_to_others(workspace.raw / str(year)):
        say(f"Obs: andra användare av datorn kan läsa filerna i {workspace.raw / str(year)}.")
    from pipeline.publish import accessibility, stratsys

    accessibility.check(workspace.raw)  # words that people have written are refused at once
    profiling.stage("Läsa, rensa och validera")
    tables(workspace, year, say, kernels, anew)
    profiling.stage("Planera och bestämma vad som visas")
    kernels.warm()  # while the driver decides what may be shown, if no table had to be made
    gc.freeze()  # what is loaded by now stays: libraries that collect need not walk through it
    written = [*lock(workspace, year, say), *fix_plan(workspace, year, date, say)]
    before |= state.prints(workspace, written)
    write_changes(workspace, year, say, date)
    home = workspace.reports / str(year)
    with swapped(home, "intern") as (made, swap), swapped(home, "publik") as (leaves, swap_too):
        say("Vad den publika utgåvan får visa bestäms …")
        jobs, outward = (
            chapters(workspace, year, edition, date) for edition in ("intern", "publik")
        )
        resting = data_digest(workspace)
        staff = settle_staff(workspace, year, jobs, resting)
        decision = settle(workspace, year, "publik", outward, resting)
        for edition, planned in (("intern", jobs), ("publik", outward)):
            tell(workspace, year, edition, planned, resting)
        for address, why in unfollowed(workspace, year):
            say(textwrap.fill(f"Att rätta: {address}: {why}", 80, subsequent_indent="  "))
        check_analyses(workspace, year)
        say(f"  {decision.kept.share:.0%} av antalen i den publika utgåvan visas.")
        profiling.stage("Köra anteckningsböckerna")
        say(f"Kapitlen för {year} körs …")
        executed, again = made / "notebooks", made / "publik" / "notebooks"
        for folder in (executed, again):
            folder.mkdir(parents=True)
        for path in sorted((_notebooks(workspace, year)).glob("*.ipynb")):
            shutil.copyfile(path, executed / path.name)
        tertials = tertial.built(workspace, year, date)
        every = (
            [(job, executed) for job in jobs]
            + [(job, again) for job in outward]
            + [(tertial.job(workspace, year, t, date), tertial.scratch(made, t)) for t in tertials]
            + audit.jobs(workspace, year, made, date)
            + underlag.jobs(workspace, year, made, date)
        )
        execute_changed(
            kept, workspace, every,
            lambda some, notes, then: run_notebooks(workspace, some, kernels, notes, then), say,
        )  # fmt: skip
        kernels.end()
        profiling.stage("Sätta samman den interna utgåvan")
        say("Rapporten sätts samman …")
        hides = None if staff is None else staff.pattern
        meta, seal = _publish(workspace, year, date, jobs, made, hides, resting, say)
        profiling.stage("Sätta samman den publika utgåvan")
        warnings = publish_public(
            workspace, {job.name: again / f"{job.name}.ipynb" for job in outward}, meta, decision,
            leaves, made / "publik",
        )  # fmt: skip
        # The attack reads `publik/` alone, and most of its time is the solver's, which leaves the
        # interpreter to the rest.
        profiling.stage("Tertial, besök, underlag och angreppet vid sidan av")
        with ThreadPoolExecutor(1) as beside:
            attacking = beside.submit(attack_edition, workspace, year, leaves)
            for each in tertials:
                memory.remembered_folder(
                    f"tertialet {each}", [tertial.__name__], [resting, repr(meta)],
                    tertial.scratch(made, each), say,
                    partial(tertial.write, workspace, meta, each, tertial.scratch(made, each)),
                )  # fmt: skip
            tertial.index(workspace, meta, made)
            (made / audit.FOLDER).mkdir(exist_ok=True)
            memory.remembered_folder(
                "besöken", [audit.__name__], [resting, repr(meta)], made / audit.FOLDER, say,
                partial(audit.write_all, workspace, meta, made),
            )  # fmt: skip
            if not any((made / audit.FOLDER).iterdir()):
                (made / audit.FOLDER).rmdir()
            if not disposed:
                refuse_resting(workspace, year, made)
            for warning in warnings:
                say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")
            seen = {"intern": hides, "publik": decision.pattern}
            underlag.write_all(workspace, meta, made, seen, say, resting)
            stratsys.write_stratsys(workspace, year, leaves, made, meta.per_datum)
            say("Den publika utgåvan angrips: går något dolt tal att räkna fram? …")
            attacked = attacking.result()
        for line in attacked.lines():
            say(f"  {line}")
        refuse_leaks(workspace, year, attacked)
        log(attacked, made / "publik" / ATTACK)
        seal(leaves, None)
        profiling.stage("Räkna om varje tal (verifiering)")
        say("Varje tal räknas om från källfilerna på en annan väg …")
        verdict = verify(workspace, year, made, workspace.processed, leaves)
        for line in verdict.lines():
            say(f"  {line}")
        refuse(verdict)
        profiling.stage("Lägga på plats")
        seal(leaves, (verdict.checked, verdict.total))
        swap()
        swap_too()
    state.record_edition(workspace, year, date, before)
    profiling.stage()
    return home / "intern"


def tables(
    workspace: Workspace, year: int, say: Say, kernels: Kernels | None = None, anew: bool = False
) -> None:
    """Clean and validate every year up to `year` whose files, forms or rules have changed; `anew`:
    every one."""
    with ExitStack() as stack:
        kernels = kernels or stack.enter_context(kernels_of(workspace))
        _tables(workspace, year, say, kernels, anew)


def _tables(workspace: Workspace, year: int, say: Say, kernels: Kernels, anew: bool) -> None:
    workspace.require_year(year)
    load_kommun.cache_clear()
    own_measures(workspace)
    for each in (y for y in workspace.years() if y <= year):
        analyses(workspace, each)
    fingerprint = key_of(workspace, make=True).fingerprint
    for each in (y for y in workspace.years() if y <= year):
        if not anew and state.fresh_tables(workspace, each, fingerprint):
            continue
        before = state.tables_before(workspace, each)
        for name in open_elsewhere(workspace.raw / str(each)):
            say(f"Obs: {name} är öppen i Excel. Det som inte är sparat läses inte.")
        say(f"Filerna för {each} läses, rensas och valideras …")
        kernels.warm(validation=True)
        _clean_and_validate(workspace, each, kernels)
        state.record_tables(workspace, each, before)


def _clean_and_validate(workspace: Workspace, year: int, kernels: Kernels) -> None:
    with swapped(workspace.processed, str(year)) as (made, put_in_place):
        executed = made / ".notebooks"
        executed.mkdir()
        stopped.clear(workspace, year)
        for job in (CLEAN, VALIDATE):
            given = {"year": year, "out": made.name}
            try:
                run_notebooks(workspace, [(Job(job.notebook, job.name, given), executed)], kernels)
            except IntakeError as error:
                where = stopped.told(workspace, year, made, error, LETTERS)
                raise IntakeError([*error.messages, where] if where else error.messages) from None
        write_marked(workspace.raw / str(year), made, year, read_summary(made).findings)
        shutil.rmtree(_notebooks(workspace, year), ignore_errors=True)
        _notebooks(workspace, year).parent.mkdir(parents=True, exist_ok=True)
        modes.close(executed)
        executed.rename(_notebooks(workspace, year))
        put_in_place()


def open_elsewhere(folder: Path) -> list[str]:
    """Files of a folder that Excel has open, by the lock that it lays beside them."""
    return sorted(p.name.removeprefix(LOCK) for p in folder.glob(f"{LOCK}*"))


def _notebooks(workspace: Workspace, year: int) -> Path:
    """Where the executed cleaning and validation notebooks of a year wait for its edition."""
    return workspace.processed / ".notebooks" / str(year)


def _publish(
    workspace: Workspace,
    year: int,
    date: dt.date | None,
    jobs: Sequence[Job],
    made: Path,
    hides: Pattern | None,
    resting: str,
    say: Say,
) -> tuple[Meta, Seal]:
    """Write the internal edition but for its manifest, which waits for the public one. `hides`:
    what it may not show of the answers of staff; `resting`: a digest of raw files and tables.
    Returns what the cover says, and what seals the edition: the manifest over all, and on the front
    page how many of how many numbers agree."""
    from pipeline.publish import action_plan, freetext, watchlist
    from pipeline.publish.edition import PDF, REPORT, publish, verified
    from pipeline.publish.fonts import faces_css
    from pipeline.publish.panel.lineage import Lineage, trace_all
    from pipeline.publish.untraced import Finding, gate_print, on_page
    from pipeline.run.revised import revised, write_revised
    from pipeline.run.standing import code, gather, latest, rules
    from pipeline.run.vocabulary import vocabulary
    from pipeline.validation import inlasning
    from pipeline.validation.pages import write_pages

    kommun = load_kommun(workspace.raw)
    processed = workspace.processed / str(year)
    meta = cover(workspace, year, date)
    chapters_ = {job.name: made / "notebooks" / f"{job.name}.ipynb" for job in jobs}
    executed = {p.stem: p for p in sorted((made / "notebooks").glob("*.ipynb"))}
    balance = json.loads((processed / "balance.json").read_text(encoding="utf-8"))["files"]
    others = {n: p for n, p in executed.items() if n not in chapters_}
    compiled = [tertial.PAGE] if (made / tertial.FOLDER).is_dir() else []
    compiled += [audit.PAGE] if audit.planned(workspace, year) else []
    changed = revised(workspace)
    pages = [
        *underlag.PAGES, inlasning.LINK, QUALITY, freetext.LINK, watchlist.LINK, *compiled,
        *changed.pages,
        *ACTIONS, *PUBLIC,
    ]  # fmt: skip
    went_in = _inputs(workspace), _sources(jobs), rules(), code()

    def traced(records: Sequence[Mapping[str, Any]]) -> Lineage:
        return memory.remembered_value(
            "källcellerna", [trace_all.__module__], [resting, json.dumps(records)],
            lambda: trace_all(workspace, year, records),
        )  # fmt: skip

    standing = gather(workspace, year, made, stated(meta, *went_in), latest(workspace.raw, year))
    for sentence in standing.incomplete:
        say(textwrap.fill(f"Att avstämma: {sentence}", 80, subsequent_indent="  "))
    allowed = vocabulary(workspace, hides)
    found: list[Finding] = []

    def read(document: Document) -> None:
        if hides is not None:
            refuse_hidden(document, hides, "interna")
        found.extend(on_page(document, (made / REPORT).read_text(encoding="utf-8"), allowed))

    document = publish(
        chapters_, meta, made, balance=balance, pages=pages, others=others,
        trace=traced, standing=standing, meanwhile=read,
    )  # fmt: skip
    for warning in gate_print(document, (made / PDF).read_bytes(), allowed, found):
        say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")
    write_pages(
        processed, made / "datakvalitet", kommun.namn, back="../index.html",
        font_face=faces_css(LETTERS),
    )  # fmt: skip
    inlasning.write_inlasning(
        processed, made / inlasning.PAGE, codebooks(workspace.raw), kommun.namn,
        back="index.html", font_face=faces_css(LETTERS),
    )  # fmt: skip
    freetext.write_freetext(workspace, year, made)
    watchlist.write_watchlist(workspace, year, made, meta.per_datum)
    action_plan.write_action_plan(workspace, year, made, meta.per_datum)
    write_revised(workspace, year, made, changed)

    def seal(leaves: Path, agreeing: tuple[int, int] | None) -> None:
        told = replace(standing, verified=agreeing)
        verified(made, document, others, balance, pages, told)
        write_manifest(made, meta, *went_in, public=leaves)

    return meta, seal


def _inputs(workspace: Workspace) -> list[tuple[str, Path]]:
    """Every raw file, named from RAW."""
    files = (p for p in workspace.raw.rglob("*") if p.is_file() and not LITTER.search(p.name))
    return [(p.relative_to(workspace.raw).as_posix(), p) for p in sorted(files)]


def _sources(jobs: Sequence[Job]) -> list[tuple[str, Path]]:
    papers = (kind.notebook for kind in underlag.KINDS)
    names = {
        TERTIAL,
        *papers,
        *audit.NOTEBOOKS,
        *(job.notebook for job in (CLEAN, VALIDATE, *jobs)),
    }
    return [(f"notebooks/{n}", NOTEBOOKS / n) for n in sorted(names)]
