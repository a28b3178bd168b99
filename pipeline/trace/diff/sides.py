"""One of the two editions: its ledger and manifest, and its raw files and tables where they can
still be reached."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.crate.record import FILE as CRATE
from pipeline.crate.record import read as read_crate
from pipeline.errors import UppfoljningError, UsageError
from pipeline.facts.dataset import codebooks
from pipeline.intake.year import clean_year
from pipeline.validation.year import validate_year
from pipeline.workspace import SETTINGS, Workspace, load_kommun

Record = Mapping[str, Any]
YEARLY = re.compile(r"((?:19|20)\d\d)/")


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """An edition. `tables` is a workspace whose PROCESSED holds the tables the edition was made
    from, None where they can neither be found nor made again."""

    label: str
    folder: Path
    manifest: Record
    facts: Mapping[str, Record]
    occurrences: Mapping[str, tuple[Record, ...]]
    raw: Path
    tables: Workspace | None = None
    _sources: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)
    _reached: dict[str, Path | None] = field(default_factory=dict, repr=False)

    @property
    def year(self) -> int:
        return int(self.manifest["year"])

    @property
    def inputs(self) -> dict[str, str]:
        """Raw file (named from RAW) → its sha256 when the edition was built."""
        return {e["name"]: e["sha256"] for e in self.manifest["inputs"]}

    def raw_file(self, name: str) -> Path | None:
        """The raw file as it was when the edition was built; None where it is gone or another."""
        if name not in self._reached:
            path, wanted = self.raw / name, self.inputs.get(name)
            same = path.is_file() and wanted is not None and sha256(path) == wanted
            self._reached[name] = path if same else None
        return self._reached[name]

    def sources(self, year: int) -> dict[str, Any]:
        """kallor.json of a year; empty where the tables are gone."""
        if year not in self._sources:
            path = self.tables.processed / str(year) / "kallor.json" if self.tables else None
            known = path is not None and path.is_file()
            self._sources[year] = json.loads(path.read_text("utf-8")) if known and path else {}
        return self._sources[year]

    def source(self, file: str, kalla: str) -> dict[str, Any]:
        """What kallor.json says of a sheet of a raw file (named from RAW)."""
        found: dict[str, Any] = self.sources(year_of(file) or self.year).get(kalla, {})
        return found

    def cell_source(self, notebook: str, cell_id: str) -> str | None:
        """The code of a cell in the executed notebook that the edition keeps."""
        path = self.folder / "notebooks" / f"{notebook}.ipynb"
        if not path.is_file():
            return None
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell.get("id") == cell_id:
                return "".join(cell["source"])
        return None


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_side(label: str, given: str, workspace: Workspace, edition: str = "intern") -> Side:
    """The edition that a year or a folder names. Raises UsageError where there is none."""
    folder = workspace.reports / given / edition if re.fullmatch(r"\d{4}", given) else Path(given)
    if not (folder / CRATE).is_file() and (folder / edition).is_dir():
        folder = folder / edition
    ledger, shown = folder / "faktaregister.parquet", folder / "forekomster.parquet"
    for path in (folder / CRATE, ledger, shown):
        if not path.is_file():
            raise UsageError(
                f"{label}={given}: {path} finns inte.\nGör så här: ange ett år som har en byggd "
                "rapport, eller mappen som utgåvan ligger i (den med {CRATE})."
            )
    occurrences: dict[str, tuple[Record, ...]] = {}
    for row in pq.read_table(shown).to_pylist():
        occurrences[row["fact"]] = (*occurrences.get(row["fact"], ()), row)
    return Side(
        label, folder, read_crate(folder),
        {r["id"]: r for r in pq.read_table(ledger).to_pylist()}, occurrences, workspace.raw,
        Workspace(workspace.raw, workspace.processed, workspace.reports),
    )  # fmt: skip


def with_tables(a: Side, b: Side, scratch: Path) -> tuple[Side, Side]:
    """Both sides with the tables they were made from: those in PROCESSED if they are the ones,
    else made again in `scratch` from the raw files, else none."""
    load_kommun.cache_clear()
    codebooks.cache_clear()
    found = {s.label: _as_built(s) for s in (a, b)}
    for side, other in ((a, b), (b, a)):
        if found[side.label] is None and all(map(side.raw_file, side.inputs)):
            found[side.label] = _made_again(
                side, other, found[other.label], scratch / side.label / "processed"
            )
    return (
        replace(a, tables=found[a.label], _sources={}),
        replace(b, tables=found[b.label], _sources={}),
    )


def year_of(name: str) -> int:
    """The year's folder that a raw file (named from RAW) lies in; 0 where it is for all years."""
    m = YEARLY.match(name)
    return int(m[1]) if m else 0


def changed_files(a: Side, b: Side) -> list[str]:
    """Data files that came, went or have other bytes, up to the editions' year."""
    names = sorted({*a.inputs, *b.inputs})
    return [n for n in names if _is_data(n, b.year) and a.inputs.get(n) != b.inputs.get(n)]


def _is_data(name: str, year: int) -> bool:
    """Whether a raw file holds rows that an edition of `year` may rest on."""
    of = year_of(name)
    return of <= year and name.count("/") == 1 if of else name.startswith("kolada/")


def years(side: Side) -> list[int]:
    """Years with raw files up to the edition's own."""
    found = {int(m[1]) for name in side.inputs if (m := YEARLY.match(name))}
    return sorted(y for y in found if y <= side.year)


def _of_tables(side: Side, year: int) -> dict[str, str]:
    """The inputs that decide the tables of a year: earlier years are looked up in."""
    return {
        name: digest
        for name, digest in side.inputs.items()
        if (int(m[1]) <= year if (m := YEARLY.match(name)) else _shared(name))
    }


def _shared(name: str) -> bool:
    return name in SETTINGS or name.startswith(("formular/", "kolada/"))


def _as_built(side: Side) -> Workspace | None:
    """PROCESSED, if the driver noted that its tables come from exactly these raw files."""
    assert side.tables is not None
    processed = side.tables.processed
    for year in years(side):
        noted = processed / ".tillstand" / f"tabeller-{year}.json"
        if not noted.is_file() or not (processed / str(year)).is_dir():
            return None
        state = json.loads(noted.read_text(encoding="utf-8"))
        root = noted.parent / state["root"]
        prints = {os.path.abspath(root / n): p["sha256"] for n, p in state["inputs"].items()}
        own = {n: d for n, d in _of_tables(side, year).items() if not _other_year(n, year)}
        if any(prints.get(os.path.abspath(side.raw / n)) != d for n, d in own.items()):
            return None
    return side.tables


def _other_year(name: str, year: int) -> bool:
    m = YEARLY.match(name)
    return m is not None and int(m[1]) != year


def _made_again(
    side: Side, other: Side, built: Workspace | None, processed: Path
) -> Workspace | None:
    made = Workspace(side.raw, processed, processed.parent)
    for year in years(side):
        if built is not None and _of_tables(side, year) == _of_tables(other, year):
            shutil.copytree(built.processed / str(year), processed / str(year))
            continue
        try:
            clean_year(made, year, processed / str(year))
            validate_year(made, year, processed / str(year))
        except UppfoljningError:  # a program of another version read these files
            return None
    return made
