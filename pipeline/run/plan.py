"""Which notebooks a year needs, in reading order."""

from __future__ import annotations

from pipeline.facts.dataset import codebooks
from pipeline.run.execute import Job
from pipeline.workspace import Workspace

CLEAN = Job("00_rensa.ipynb", "00_rensa")
VALIDATE = Job("01_validera.ipynb", "01_validera")
CHAPTERS = ("05_avstamning", "10_sammanstallning")
AFTER_SURVEYS = ("50_jamforelser", "60_risker_avvikelser_klagomal")
SURVEY = "enkat.ipynb"


def surveys(workspace: Workspace, year: int) -> list[str]:
    """Surveys with answers in the year, by name: each gets the general survey chapter."""
    folder = workspace.processed / str(year)
    books = codebooks(workspace.raw)
    return sorted(
        n for n, b in books.items() if b.kind == "survey" and (folder / f"{n}.parquet").is_file()
    )


def chapters(workspace: Workspace, year: int, edition: str) -> list[Job]:
    """The chapters of an edition, in reading order."""
    common = {"year": year, "edition": edition}
    return [
        *(Job(f"{name}.ipynb", name, common) for name in CHAPTERS),
        *(
            Job(SURVEY, f"30_enkat_{name}", {**common, "survey": name})
            for name in surveys(workspace, year)
        ),
        *(Job(f"{name}.ipynb", name, common) for name in AFTER_SURVEYS),
    ]
