"""The compilations of a year's tertials: one notebook a tertial, a document a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.facts.dataset import codebooks, open_dataset
from pipeline.forms.codebook import slug
from pipeline.publish.document import Meta
from pipeline.report.tertial import LAST_DAYS, SECTOR, SECTOR_NAME, ended_by
from pipeline.run import state
from pipeline.run.cover import cover
from pipeline.run.execute import Job, kernels_of, run_notebooks
from pipeline.run.kernel import Kernels
from pipeline.run.locks import FORM, NOTEBOOK, standing
from pipeline.run.plan import common
from pipeline.workspace import Workspace, load_kommun, per_datum

FOLDER = "tertial"
INDEX = f"{FOLDER}/index.html"
PAGE = (
    INDEX,
    "Tertialsammanställningar",
    "Underlag per enhet och tertial (bilaga fyra), med arbetsböckerna som enheterna fyller i.",
)
Say = Callable[[str], None]


def built(workspace: Workspace, year: int, date: dt.date | None) -> list[str]:
    """The tertials that an edition holds: those that are over by its date and have rows."""
    day = per_datum(workspace, year, date)
    return [t for t in ended_by(year, day) if _has_rows(workspace, year, t)]


def job(workspace: Workspace, year: int, tertial: str, date: dt.date | None = None) -> Job:
    """One execution makes the documents of all units."""
    told = common(workspace, year, "intern", date)
    return Job(NOTEBOOK, FOLDER, {**told, "tertial": tertial, "enhet": ""})


def scratch(made: Path, tertial: str) -> Path:
    """Where the notebook of a tertial is executed, in the edition that is being made."""
    folder = made / FOLDER / tertial
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(workspace: Workspace, meta: Meta, tertial: str, folder: Path, say: Say) -> None:
    """The documents of a tertial, where its executed notebook lies; refused if one shows a
    number without a fact."""
    from pipeline.publish.layout import Layout
    from pipeline.publish.panel.lineage import trace_all
    from pipeline.publish.tertial import publish
    from pipeline.publish.untraced import gate
    from pipeline.run.vocabulary import vocabulary

    executed = folder / f"{FOLDER}.ipynb"
    made = publish(
        executed, meta, tertial, units(workspace), folder,
        lambda records: trace_all(workspace, meta.year, records),
        codebooks(workspace.raw)[FORM],
    )  # fmt: skip
    executed.unlink()
    allowed = vocabulary(workspace)
    for one in made:
        for warning in gate(one.document, one.page, one.printed, allowed, Layout.COMPACT):
            say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")


def index(workspace: Workspace, meta: Meta, edition: Path) -> None:
    """The page that leads to the tertials in an edition's folder; none where there is none."""
    from pipeline.publish.tertial import write_index

    found = [t for t in LAST_DAYS if (edition / FOLDER / t).is_dir()]
    if found:
        told = {t: standing(workspace, meta.year, t) for t in found}
        write_index(edition / FOLDER, meta, units(workspace), told)


def titles(workspace: Workspace, year: int, tertial: str) -> Callable[[Meta, str], Meta]:
    """What the cover of each document of a tertial says, by its file's name."""
    from pipeline.publish.tertial import titled

    names = {slug(unit): label for unit, label in units(workspace).items()}
    return lambda meta, document: titled(meta, tertial, names.get(document, document))


def units(workspace: Workspace) -> dict[str, str]:
    """Code → name of the documents: the units of the catalogue, and the sector last."""
    options = load_kommun(workspace.raw).enheter
    return {o.value: o.label for o in options} | {SECTOR: SECTOR_NAME}


def tertial(workspace: Workspace, year: int, number: int, date: dt.date | None, say: Say) -> Path:
    """Compile one tertial on its own, built, checked and put in place in the year's internal
    edition; returns its folder. Raises UppfoljningError with nothing of the last one touched."""
    with kernels_of(workspace) as kernels:
        kernels.warm()
        return _tertial(workspace, year, number, date, say, kernels)


def _tertial(
    workspace: Workspace,
    year: int,
    number: int,
    date: dt.date | None,
    say: Say,
    kernels: Kernels,
) -> Path:
    from pipeline.publish.manifest import FILE, refresh_outputs
    from pipeline.run.annual import tables
    from pipeline.run.locks import lock
    from pipeline.run.swap import swapped
    from pipeline.trace.verify import refuse, verify_part

    name = f"T{number}"
    date = date or state.date_of(workspace, year)  # as the edition that it is a part of
    tables(workspace, year, say, kernels)
    lock(workspace, year, say)
    if not _has_rows(workspace, year, name):
        raise UsageError(
            f"Inga insatser påbörjades eller avslutades under {name} {year} i de filer som finns."
        )
    intern = workspace.reports / str(year) / "intern"
    meta = cover(workspace, year, date)
    with swapped(intern / FOLDER, name) as (made, swap):
        say(f"Sammanställningen för {name} {year} görs …")
        run_notebooks(workspace, [(job(workspace, year, name, date), made)], kernels)
        kernels.end()
        write(workspace, meta, name, made, say)
        verdict = verify_part(workspace, year, made, workspace.processed)
        for line in verdict.lines():
            say(f"  {line}")
        refuse(verdict)
        swap()
    index(workspace, meta, intern)
    if (intern / FILE).is_file():
        refresh_outputs(intern)
    return intern / FOLDER / name


def _has_rows(workspace: Workspace, year: int, tertial: str) -> bool:
    for table, column in (("bakgrund", "start_tertial"), ("avslut", "slut_tertial")):
        found = open_dataset(workspace, table, year, year).table
        if found is not None and tertial in found.column(column).to_pylist():
            return True
    return False
