"""A raw folder made of real files: the RSE survey of 2017 and Kolada's answers."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.workspace import Workspace
from tests.municipality import at

HERE = Path(__file__).resolve().parent
REPO = HERE.parent.parent
REALDATA = REPO.parent / "shared" / "realdata"
SURVEY = REALDATA / "limesurvey-rse-2017-uk"
EXPORT = SURVEY / "2017-uk-public_data.csv"
PUBLISHED = SURVEY / "published"
KOLADA = REALDATA / "kolada"
RSE = HERE / "rse"
CODEBOOK = RSE / "formular" / "rse2017uk.json"
YEAR = 2017
MISSING = f"the real files are not at {REALDATA}"


def build(folder: Path) -> Workspace:
    """A workspace laid out as an analyst would. The real files are copied."""
    made = at(folder)
    raw = made.raw
    for name in (str(YEAR), "formular", "kolada"):
        (raw / name).mkdir(parents=True)
    shutil.copyfile(EXPORT, raw / str(YEAR) / EXPORT.name)
    shutil.copyfile(CODEBOOK, raw / "formular" / CODEBOOK.name)
    shutil.copyfile(RSE / "kommun.toml", raw / "kommun.toml")
    for answer in sorted(KOLADA.glob("raw_*.json")):
        shutil.copyfile(answer, raw / "kolada" / answer.name)
    return made
