"""The papers for those who decide, two pages each: nämnden's, with the public edition's numbers,
and, with all, ledningsgruppen's, kommunstyrelsen's and the one for the analysdag, both about the
year's visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from pipeline import memory
from pipeline.facts.pattern import Pattern
from pipeline.publish.document import Meta
from pipeline.run.execute import Job
from pipeline.run.plan import common
from pipeline.workspace import Workspace

FOLDER = "underlag"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One paper. `edition`: the one whose numbers it has; `stamp`: what it says of them; `report`:
    where its report lies, from the edition's folder."""

    name: str
    title: str
    edition: str
    stamp: str
    report: str

    @property
    def notebook(self) -> str:
        return f"underlag_{self.name}.ipynb"

    @property
    def outward(self) -> bool:
        return self.edition == "publik"


KINDS = (
    Kind(
        "namnden", "Underlag till nämnden", "publik",
        "Den publika utgåvans uppgifter, förhandsversion", "../publik/arsrapport.html",
    ),
    Kind(
        "ledningsgruppen", "Underlag till ledningsgruppen", "intern",
        "Interna uppgifter, får inte lämnas ut", "arsrapport.html",
    ),
    Kind(
        "kommunstyrelsen", "Underlag till kommunstyrelsen", "intern",
        "Interna uppgifter, får inte lämnas ut", "arsrapport.html",
    ),
    Kind(
        "analysdagen", "Underlag till analysdagen", "intern",
        "Interna uppgifter, får inte lämnas ut", "arsrapport.html",
    ),
)  # fmt: skip
NUMBER = ["fact", "part", "text"]  # what a paper's number must have in common with the report's
OUTWARD = tuple(kind for kind in KINDS if kind.outward)
PAGES = tuple(  # address, title and a line about it, for the front page
    (f"{FOLDER}/{kind.name}/{kind.name}.{suffix}", f"{kind.title} {as_}", line)
    for kind in KINDS
    for suffix, as_, line in (
        ("pdf", "som PDF", f"Två sidor. {kind.stamp}."),
        ("docx", "som Word", "Samma text, att klistra in i en egen mall."),
    )
)


def jobs(
    workspace: Workspace, year: int, made: Path, date: dt.date | None = None
) -> list[tuple[Job, Path]]:
    """The executions, each with its folder in the edition that is being made."""
    given = []
    for kind in KINDS:
        folder = made / FOLDER / kind.name / "notebooks"
        folder.mkdir(parents=True, exist_ok=True)
        told = common(workspace, year, kind.edition, date)
        given.append((Job(kind.notebook, kind.name, told), folder))
    return given


def write_all(
    workspace: Workspace,
    meta: Meta,
    made: Path,
    hides: dict[str, Pattern | None],
    say: Say,
    resting: str = "",
) -> None:
    """Write the papers of executed notebooks. `hides`: edition → what it may not show. `resting`: a
    digest of raw files and tables. Raises GateError where a paper says a hidden number, or one that
    its report does not show."""
    for kind in KINDS:
        pattern = hides[kind.edition]
        told = "" if pattern is None else pattern.to_json()
        shown = repr(sorted({tuple(row[k] for k in NUMBER) for row in _shown(made, kind)}))
        memory.remembered_folder(
            kind.title, [__name__], [resting, repr(meta), told, shown],
            made / FOLDER / kind.name, say,
            partial(_write, workspace, meta, kind, made, pattern),
        )  # fmt: skip


def _shown(made: Path, kind: Kind) -> list[dict[str, str]]:
    """The numbers that the report shows whose numbers a paper has, wherever they stand."""
    from pipeline.publish.ledger import OCCURRENCES

    report = made / "publik" if kind.outward else made
    found: list[dict[str, str]] = pq.read_table(report / OCCURRENCES, columns=NUMBER).to_pylist()
    return found


def release(
    workspace: Workspace, meta: Meta, made: Path, hides: Pattern, stage: str, say: Say
) -> None:
    """Write the papers that may leave once more, in a copy of the edition that is released: as of
    the stage, and no longer as a draft. No kernel runs."""
    for kind in OUTWARD:
        stamped = replace(kind, stamp=f"Den publika utgåvans uppgifter, {stage}")
        _write(workspace, meta, stamped, made, hides, say)


def _write(
    workspace: Workspace, meta: Meta, kind: Kind, made: Path, hides: Pattern | None, say: Say
) -> None:
    from pipeline.publish.paper import publish, refuse_new
    from pipeline.publish.untraced import gate_paper
    from pipeline.run.public import refuse_hidden
    from pipeline.run.vocabulary import vocabulary

    own = replace(meta, name=kind.title, edition=kind.stamp)
    folder = made / FOLDER / kind.name
    paper = publish(kind.name, own, folder, f"../../../{kind.report}", kind.outward)
    refuse_new(paper.document, _shown(made, kind), kind.outward)
    if hides is not None:
        refuse_hidden(paper.document, hides, kind.edition + "a")
    allowed = vocabulary(workspace, hides)
    for warning in gate_paper(paper.document, paper.printed, paper.word, allowed):
        say(f"Att se över: {warning.where}: ”{warning.token}” i ”{warning.context}”.")
