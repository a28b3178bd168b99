"""Verksamhetsuppföljning: the reports of a year's visits, with the questions for the working groups
and what other makers put beside them. Two notebooks for all visits, two documents a visit."""

from __future__ import annotations

import datetime as dt
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from pipeline.audit.answers import FAILED, OVERDUE, plan_standing
from pipeline.audit.visits import CANCELLED
from pipeline.errors import UsageError
from pipeline.facts.dataset import open_dataset
from pipeline.facts.visits import (
    DRAFT,
    FINAL,
    PLAN,
    Visit,
    is_named,
    rows,
    unnamed,
    version,
    visits,
)
from pipeline.publish.document import Document, Meta
from pipeline.run.cover import cover
from pipeline.run.execute import Job, kernels_of, run_notebooks
from pipeline.run.kernel import Kernels
from pipeline.run.plan import common
from pipeline.run.visits import fix_plan
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.publish.audit import Entry, Link

FOLDER, INDEX = "verksamhet", "verksamhet/index.html"
NOTEBOOKS = ("verksamhet.ipynb", "verksamhet_fragor.ipynb")
PAGE = (
    INDEX,
    "Verksamhetsuppföljning",
    "Besökens rapporter, breven, blanketterna och frågorna till arbetsgrupperna.",
)
Say = Callable[[str], None]
# What else is made about the visits: the January plan's document, letters, forms. Each writes its
# files into the folder of all visits, `<besok>/…` for one; `visit` is one of them, or empty for
# all. (workspace, meta, folder, visit, say)
Maker = Callable[[Workspace, Meta, Path, str, Say], None]
COMMON = (("plan", "Årets uppföljningsplan"),)  # files about all visits, and what they are
FILES = (  # and about one
    ("rapport", "Rapport"),
    ("slutlig", "Slutlig rapport, som den skickades"),
    ("utkast", "Utkast för korrekturläsning, som det skickades"),
    ("fragor", "Frågor till arbetsgruppen"),
    ("urval", "Urvalets protokoll"),
    ("protokoll", "Protokoll att fylla i vid besöket"),
    ("korrektur", "Synpunktsblad till verksamheten"),
    ("brev/information", "Brev: information om uppföljningen"),
    ("brev/urvalsbesked", "Brev: besked om att urvalet är draget"),
    ("brev/handlingsplan", "Brev: begäran om handlingsplan"),
)
KINDS = {"html": "sida", "pdf": "PDF", "xlsx": "arbetsbok", "eml": "e-postutkast"}


def jobs(
    workspace: Workspace, year: int, made: Path, date: dt.date | None,
    visit: str = "", sending: str = "",
) -> list[tuple[Job, Path]]:  # fmt: skip
    """The executions, with their folder in the edition that is being made; none where no visit has
    anything noted. `sending`: v0 or v1 where the report is about to go to the unit."""
    if not visits(workspace, year):
        return []
    folder = made / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    given = {**common(workspace, year, "intern", date), "besok": visit, "skickas": sending}
    return [(Job(name, Path(name).stem, given), folder) for name in NOTEBOOKS]


def write_all(workspace: Workspace, meta: Meta, made: Path, say: Say, visit: str = "") -> None:
    """The documents of every visit, or of one, where the executed notebooks lie in `made`, and the
    page that leads to them. Raises GateError where one shows a number without a fact."""
    for line in unnamed(workspace, meta.year):
        say(textwrap.fill(f"Att rätta: {line}", 80, subsequent_indent="  "))
    folder = made / FOLDER
    found = [v for v in visits(workspace, meta.year) if visit in ("", v.id)]
    if found:
        write(workspace, meta, found, folder, say)
    for each in found:
        _copy_sent(workspace, meta.year, each.id, folder / each.id)
        _tell_plans(workspace, meta, each, say)
    if planned(workspace, meta.year):
        folder.mkdir(parents=True, exist_ok=True)
        for maker in MAKERS:
            maker(workspace, meta, folder, visit, say)
        index(workspace, meta, folder)


def write(
    workspace: Workspace, meta: Meta, found: Sequence[Visit], folder: Path, say: Say,
    sending: str = "",
) -> dict[str, Document]:  # fmt: skip
    """The documents of these visits, each into its own folder, out of the notebooks executed in
    `folder`. Returns each visit's report."""
    from pipeline.publish.audit import PRINTED, REPORT, SOURCES, apart, publish
    from pipeline.publish.document import collect
    from pipeline.publish.ledger import facts
    from pipeline.publish.panel.lineage import trace_all
    from pipeline.publish.untraced import gate
    from pipeline.run.vocabulary import vocabulary

    executed = {
        name: nbformat.read(folder / f"{stem}.ipynb", as_version=4)
        for name, stem in SOURCES.items()
    }
    for stem in SOURCES.values():
        (folder / f"{stem}.ipynb").unlink()
    parts = {v.id: apart(executed, v.id) for v in found}
    records = {r["id"]: r for own in parts.values() for r in facts(collect(own, meta))}
    lineage = trace_all(workspace, meta.year, list(records.values()))
    metas = {v.id: metas_of(workspace, meta, v, sending) for v in found}
    text = "".join(map(nbformat.writes, executed.values())) + repr(list(metas.values()))
    characters = "".join(sorted(set(text)))
    allowed = vocabulary(workspace)
    made: dict[str, Document] = {}
    for v in found:
        documents = publish(parts[v.id], metas[v.id], folder / v.id, lineage, characters)
        for one in documents:
            for warning in gate(one.document, one.page, one.printed, allowed, PRINTED[one.name]):
                say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")
            if one.name == REPORT:
                made[v.id] = one.document
    return made


def metas_of(workspace: Workspace, meta: Meta, visit: Visit, sending: str = "") -> dict[str, Meta]:
    """What the cover of each document of a visit says."""
    from pipeline.publish.audit import TITLES, titled

    stamp = state(workspace, meta.year, visit.id, sending)
    return {name: titled(meta, visit, name, stamp) for name in TITLES}


def titles(workspace: Workspace, year: int, visit: str) -> Callable[[Meta, str], Meta]:
    """What the cover of each document of a visit says, by its file's name."""
    known = {v.id: v for v in visits(workspace, year)}
    one = known.get(visit) or Visit(visit, visit, {"dnr": None})
    return lambda meta, document: metas_of(workspace, meta, one)[document]


def state(workspace: Workspace, year: int, visit: str, sending: str = "") -> str:
    """Which version of a report this is, for its cover."""
    if sending:
        return {DRAFT: "Utkast v0 för korrekturläsning", FINAL: "Slutlig rapport v1"}[sending]
    final, draft = (version(workspace.raw, year, visit, name) for name in (FINAL, DRAFT))
    if final is not None:
        return f"Läget efter slutlig v1 av {final.day.isoformat()}, endast internt"
    if draft is not None:
        return f"Utkast v0 skickat {draft.day.isoformat()}, endast internt"
    return "Arbetsversion, endast internt"


def audit(workspace: Workspace, year: int, visit: str, date: dt.date | None, say: Say) -> Path:
    """Build the documents of the year's visits, or of one, checked and put in place in the
    internal edition; returns their folder. Raises UppfoljningError with nothing of the last ones
    touched."""
    with kernels_of(workspace) as kernels:
        kernels.warm()
        return _audit(workspace, year, visit, date, say, kernels)


def _audit(
    workspace: Workspace, year: int, visit: str, date: dt.date | None, say: Say, kernels: Kernels
) -> Path:
    from pipeline.publish.manifest import FILE, refresh_outputs
    from pipeline.run.annual import tables
    from pipeline.run.swap import swapped
    from pipeline.trace.disposed import refuse_rebuilt
    from pipeline.trace.verify import refuse, verify_visits

    refuse_rebuilt(workspace, year)
    tables(workspace, year, say, kernels)
    check(workspace, year, visit)
    fix_plan(workspace, year, date, say)
    intern = workspace.reports / str(year) / "intern"
    with swapped(intern, FOLDER) as (made, swap):
        # `made` becomes verksamhet/; inside a folder of that name it looks like the edition.
        home = made / "ny"
        home.mkdir()
        if visit and (intern / FOLDER).is_dir():
            shutil.copytree(intern / FOLDER, home / FOLDER)
            shutil.rmtree(home / FOLDER / visit, ignore_errors=True)
        say(f"Besökens rapporter för {year} görs …" if not visit else f"Rapporten {visit} görs …")
        run_notebooks(workspace, jobs(workspace, year, home, date, visit), kernels)
        kernels.end()
        write_all(workspace, cover(workspace, year, date), home, say, visit)
        if visits(workspace, year):
            verdict = verify_visits(workspace, year, home, workspace.processed)
            for line in verdict.lines():
                say(f"  {line}")
            refuse(verdict)
        for path in sorted((home / FOLDER).iterdir()):
            path.rename(made / path.name)
        shutil.rmtree(home)
        swap()
    if (intern / FILE).is_file():
        refresh_outputs(intern)
    return intern / FOLDER


def check(workspace: Workspace, year: int, visit: str) -> None:
    """Raise UsageError where the year has no visits, or not this one."""
    plan = planned(workspace, year)
    if not plan:
        raise UsageError(
            f"Det finns ingen uppföljningsplan för {year}.\n"
            "Gör så här: lägg filen med årets besök i årets mapp och kör kommandot igen."
        )
    if visit and visit not in {v.id for v in visits(workspace, year)}:
        known = ", ".join(v.id for v in visits(workspace, year)) or "inget än"
        there = visit in {r["besok_id"] for r in plan}
        why = "har inget antecknat än" if there else "står inte i uppföljningsplanen"
        raise UsageError(
            f"Besöket {visit} {why}. Besök med något antecknat:\n  {known}.\n"
            f"Skriv till exempel make audit BESOK={known.partition(',')[0]} YEAR={year}."
        )


def index(workspace: Workspace, meta: Meta, folder: Path) -> None:
    """The page that leads to all that lies in the folder of the visits."""
    from pipeline.publish.audit import Entry, write_index

    units = open_dataset(workspace, PLAN, meta.year, meta.year).dimension("enhet")
    entries: list[Entry] = []
    reported = {v.id for v in visits(workspace, meta.year)}
    for r in planned(workspace, meta.year):
        name, seen = r["besok_id"], r["besoksdatum"]
        told = f"{state(workspace, meta.year, name)}." if name in reported else "Ingen rapport än."
        links = _links(folder, FILES, f"{name}/")
        entries.append(
            Entry(name, units.label(r["enhet"]), seen.isoformat() if seen else "", told, links)
        )
    write_index(folder, meta, entries, _links(folder, COMMON, ""))


def _links(folder: Path, files: Iterable[tuple[str, str]], prefix: str) -> list[Link]:
    """Those of the files that are there, one link a document with its other kinds beside it."""
    from pipeline.publish.audit import Link

    made = []
    for stem, title in files:
        there = [k for k in KINDS if (folder / f"{prefix}{stem}.{k}").is_file()]
        kinds = tuple((f"{prefix}{stem}.{k}", f"{title} som {KINDS[k]}") for k in there[1:])
        made += [Link(f"{prefix}{stem}.{k}", title, kinds) for k in there[:1]]
    return made


def planned(workspace: Workspace, year: int) -> list[dict[str, Any]]:
    """The rows of the year's plan, in the order of their days."""
    found = rows(workspace, year, PLAN)
    return sorted(found, key=lambda r: (r["besoksdatum"] or dt.date.max, r["besok_id"]))


def _copy_sent(workspace: Workspace, year: int, visit: str, folder: Path) -> None:
    """What has been sent, beside what is built now."""
    from pipeline.publish.audit import REPORT, SENT

    for name, called in SENT.items():
        held = version(workspace.raw, year, visit, name)
        for suffix in ("html", "pdf") if held else ():
            assert held is not None
            shutil.copyfile(held.folder / f"{REPORT}.{suffix}", folder / f"{called}.{suffix}")


def _tell_plans(workspace: Workspace, meta: Meta, visit: Visit, say: Say) -> None:
    """The plans for what is red that have not come in time, or are not accepted."""
    area = open_dataset(workspace, "bedomning", meta.year, meta.year).dimensions["omrade"]
    for r in rows(workspace, meta.year, "bedomning", visit.id):
        found = plan_standing(r, meta.per_datum)
        if found is not None and found.state in (FAILED, OVERDUE):
            about = f"{visit.id}, {visit.unit}, {area.label(r['omrade'])} {r['nr']}"
            told = f"Att begära: {about}: {found.text}"
            say(textwrap.fill(told, 80, subsequent_indent="  "))


def _letters(workspace: Workspace, meta: Meta, folder: Path, visit: str, say: Say) -> None:
    """The January plan's document, and each visit's letters and the protocol of its draws."""
    from pipeline.run.letters import write_letters, write_plan

    every = [r["besok_id"] for r in planned(workspace, meta.year)]
    named = [name for name in every if is_named(name)]
    for one in [visit] if visit or named == every else named:
        write_letters(workspace, meta, folder, say, one)
    write_plan(workspace, meta, folder)


def _forms(workspace: Workspace, meta: Meta, folder: Path, visit: str, say: Say) -> None:
    """The protocol to fill in at each visit, and the sheet for the unit's remarks."""
    from pipeline.run.blanketter import write_visit_forms

    for row in planned(workspace, meta.year):
        name = row["besok_id"]
        if is_named(name) and visit in ("", name) and row["status"] != CANCELLED:
            write_visit_forms(workspace, meta.year, name, meta.per_datum, folder / name)


MAKERS: tuple[Maker, ...] = (_letters, _forms)
