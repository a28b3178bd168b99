"""Which notebooks a year needs, in reading order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.facts.dataset import codebooks
from pipeline.run.execute import Job
from pipeline.workspace import Workspace, per_datum

CLEAN = Job("00_rensa.ipynb", "00_rensa")
VALIDATE = Job("01_validera.ipynb", "01_validera")
CHAPTERS = (
    "03_aret_i_korthet",
    "05_avstamning",
    "10_sammanstallning",
    "15_uppfoljningsgrad",
    "20_medarbetare_bestallare_partners",
    "30_resultat",
)
AFTER_SURVEYS = (
    "40_analys",
    "50_jamforelser",
    "60_risker_avvikelser_klagomal",
    "70_verksamhetsuppfoljning",
    "80_handlingsplan",
    "90_kvalitetsberattelse",
)
HAS_CHAPTER = frozenset({"intressenter"})  # surveys with a chapter of their own
SURVEY = "enkat.ipynb"


def surveys(workspace: Workspace, year: int) -> list[str]:
    """Surveys with answers in the year and no chapter of their own, by name: each gets the general
    survey chapter."""
    folder = workspace.processed / str(year)
    books = codebooks(workspace.raw)
    return sorted(
        name
        for name, book in books.items()
        if book.kind == "survey"
        and name not in HAS_CHAPTER
        and (folder / f"{name}.parquet").is_file()
    )


def common(
    workspace: Workspace, year: int, edition: str, date: dt.date | None = None
) -> dict[str, Any]:
    """What every chapter, tertial and paper of an edition is told. `date`: its day, where it is
    not the settings'."""
    return {
        "year": year, "edition": edition, "date": per_datum(workspace, year, date).isoformat()
    }  # fmt: skip


def chapters(
    workspace: Workspace, year: int, edition: str, date: dt.date | None = None
) -> list[Job]:
    """The chapters of an edition, in reading order."""
    told = common(workspace, year, edition, date)
    return [
        *(Job(f"{name}.ipynb", name, told) for name in CHAPTERS),
        *(
            Job(SURVEY, f"35_enkat_{name}", {**told, "survey": name})
            for name in surveys(workspace, year)
        ),
        *(Job(f"{name}.ipynb", name, told) for name in AFTER_SURVEYS),
    ]
