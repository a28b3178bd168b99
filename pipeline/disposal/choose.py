"""Which rows a decision is about: by number, by a date, or whole files."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.disposal.record import numbers, spans
from pipeline.errors import UsageError
from pipeline.forms.codebook import load_codebooks
from pipeline.intake.convert import converter
from pipeline.intake.mapping import load_mappings
from pipeline.intake.raw import Recognised
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import as_mapped, recognise
from pipeline.intake.year import files
from pipeline.workspace import Workspace, load_kommun

Rows = Mapping[str, tuple[int, ...]]  # sheet ("" where the file has none) → rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What the call says. `rows`: `fil.xlsx!Blad!14-18,22` or `fil.csv!3`; `files`: whole files;
    `before` with `field`: rows whose date is earlier, in every form that has the field."""

    rows: Sequence[str] = ()
    files: Sequence[str] = ()
    before: dt.date | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files of the year → the rows to destroy; `whole`: files to remove; `undated`: sources with
    rows whose date cannot be read: they are not chosen."""

    rows: Mapping[str, Rows]
    whole: frozenset[str] = frozenset()
    undated: Mapping[str, str] = field(default_factory=dict)


def choose(workspace: Workspace, year: int, asked: Asked) -> Chosen:
    """The rows of the year that the call means. Raises UsageError for a file, a sheet or a row
    that is not there, and where nothing is chosen."""
    folder = workspace.processed / str(year)
    sources: Mapping[str, Any] = json.loads((folder / "kallor.json").read_text(encoding="utf-8"))
    table = pq.read_table(folder / "rader.parquet", columns=["_kalla", "_rad"]).to_pydict()
    known: dict[str, set[int]] = {}
    for source, row in zip(table["_kalla"], table["_rad"], strict=True):
        known.setdefault(source, set()).add(row)
    chosen: dict[str, set[int]] = {}
    for text in asked.rows:
        source, rows = _rows(text, sources, known, year)
        chosen.setdefault(source, set()).update(rows)
    undated: dict[str, str] = {}
    if asked.before is not None:
        dated, undated = _before(workspace, year, asked.before, asked.field)
        for source, rows in dated.items():
            chosen.setdefault(source, set()).update(rows & known.get(source, set()))
    paths = {name: path for path, name in files(workspace, year)}
    whole = frozenset(_file(name, paths, year) for name in asked.files)
    made: dict[str, dict[str, tuple[int, ...]]] = {}
    for source in sorted(known):
        file = sources[source]["file"]
        rows = known[source] if file in whole else chosen.get(source, set())
        if rows:
            made.setdefault(file, {})[sources[source]["sheet"]] = tuple(sorted(rows))
    for file in whole:
        made.setdefault(file, {})
    if not made:
        raise UsageError(
            "Inga rader är valda.\nGör så här: välj med --rader 'fil.xlsx!Blad!14-18', "
            "--hel-fil fil.csv, eller --allt-fore ÅÅÅÅ-MM-DD --falt slutdatum."
        )
    return Chosen(dict(sorted(made.items())), whole, undated)


def path_of(workspace: Workspace, year: int, file: str) -> Path:
    """Where a file of the year lies."""
    return next(path for path, name in files(workspace, year) if name == file)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _rows(
    text: str, sources: Mapping[str, Any], known: Mapping[str, set[int]], year: int
) -> tuple[str, set[int]]:
    name, _, told = text.rpartition("!")
    try:
        rows = set(numbers(told))
    except ValueError:
        raise UsageError(
            f"”{text}” säger inte vilka rader. Skriv 'fil.xlsx!Blad!14-18,22'."
        ) from None
    source = next((s for s in sources if _plain(s) == _plain(name)), None)
    if source is None or source.startswith("kolada/"):
        listed = "".join(f"\n  {s}" for s in sources if s in known and "kolada/" not in s)
        raise UsageError(f"Det finns ingen inläst fil ”{name}” för {year}. Finns:{listed}")
    if strange := rows - known.get(source, set()):
        raise UsageError(
            f"{source}: rad {spans(strange)} är ingen rad i tabellen (rubrik, anteckning, tom "
            "eller redan gallrad)."
        )
    return source, rows


def _file(name: str, paths: Mapping[str, Path], year: int) -> str:
    found = next((n for n in paths if _plain(n) == _plain(name)), None)
    if found is None or found.startswith("kolada/"):
        raise UsageError(f"Det finns ingen fil ”{name}” i mappen {year}.")
    return found


def _before(
    workspace: Workspace, year: int, day: dt.date, name: str
) -> tuple[dict[str, set[int]], dict[str, str]]:
    kommun = load_kommun(workspace.raw)
    books = load_codebooks(kommun, [workspace.raw / "formular"])
    mappings = load_mappings(workspace.raw / "formular", books)
    dated: dict[str, set[int]] = {}
    undated: dict[str, str] = {}
    fits = False
    for path, file in files(workspace, year):
        if file.startswith("kolada/"):
            continue
        tables = read_file(path, file)
        for raw in (t for r in tables for t in as_mapped(r, mappings, kommun.hoppa_over)):
            found = recognise(raw, books, kommun.hoppa_over, kommun.rakna_alla_svar)
            if not isinstance(found, Recognised) or name not in found.columns:
                continue
            wanted = found.codebook.field(name)
            if wanted.type != "date":
                raise UsageError(f"{name} är inget datum i formuläret {found.codebook.title}.")
            fits = True
            earlier, unread = _dated(found, name, day)
            dated[raw.source] = earlier
            if unread:
                undated[raw.source] = spans(unread)
    if not fits:
        raise UsageError(f"Inget formulär för {year} har datumet ”{name}”. Välj fältet med --falt.")
    return dated, undated


def _dated(found: Recognised, name: str, day: dt.date) -> tuple[set[int], set[int]]:
    convert = converter(found.codebook.field(name), found.codebook, found.raw.kind == "csv")
    column = found.columns[name][0]
    earlier, unread = set(), set()
    for row in found.rows:
        cells = found.raw.rows[row - 1]
        value = convert(cells[column] if column < len(cells) else None).value
        if not isinstance(value, dt.date):
            unread.add(row)
        elif value < day:
            earlier.add(row)
    return earlier, unread
