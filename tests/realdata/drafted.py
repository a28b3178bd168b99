"""A survey compiled from a codebook that nobody has touched: drafted, read, and its chapter told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.facts.dataset import codebooks
from pipeline.run.drafting import write_codebook
from pipeline.run.execute import Job
from pipeline.run.plan import SURVEY
from pipeline.workspace import Workspace, load_kommun
from tests.chapters import shown
from tests.municipality import at, tables

KOMMUN = 'namn = "Provkommun"\nkod = "1780"\nper_datum = {year}-12-31\n'


@dataclass(frozen=True, slots=True)
class Compiled:
    """`codebook`: as it was written. `survey`: its name."""

    workspace: Workspace
    codebook: Path
    survey: str

    @property
    def doc(self) -> dict[str, object]:
        made: dict[str, object] = json.loads(self.codebook.read_text(encoding="utf-8"))
        return made

    def balance(self, year: int) -> Mapping[str, Mapping[str, int]]:
        path = self.workspace.processed / str(year) / "balance.json"
        found: Mapping[str, Mapping[str, int]] = json.loads(path.read_text(encoding="utf-8"))[
            "files"
        ]
        return found

    def ledger(self, year: int) -> pd.DataFrame:
        """The facts that the survey's chapter shows, as the ledger has them."""
        parameters = {"year": year, "edition": "intern", "survey": self.survey}
        made = shown(self.workspace, year, [Job(SURVEY, f"35_enkat_{self.survey}", parameters)])
        records = {
            key: record
            for one in made.values()
            for told in one.cells.values()
            for block in told
            for key, record in block["facts"].items()
        }
        return pd.DataFrame(list(records.values()))


def compiled(
    folder: Path, years: Mapping[int, Path], beside: Sequence[Path] = (), extra: str = ""
) -> Compiled:
    """A workspace with a file a year, a codebook drafted of them (and of structures `beside`), the
    years read and validated."""
    workspace = at(folder)
    for year, path in years.items():
        (workspace.raw / str(year)).mkdir(parents=True)
        shutil.copyfile(path, workspace.raw / str(year) / path.name)
    text = KOMMUN.format(year=max(years)) + extra
    (workspace.raw / "kommun.toml").write_text(text, encoding="utf-8")
    load_kommun.cache_clear()
    asked = ";".join(str(p) for p in (*beside, *(years[y] for y in sorted(years))))
    written = write_codebook(workspace.raw, asked)
    codebooks.cache_clear()
    tables(workspace, *sorted(years))
    return Compiled(
        workspace, written.codebook, str(json.loads(written.codebook.read_text())["name"])
    )
