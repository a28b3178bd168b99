"""`RAW/kolada/`: every answer that has been fetched, one file a fetch, written once.

    {"hamtad": "2026-03-02", "adress": …, "fraga": {"kpi": […], "municipality": […], "year": […]},
     "sha256": of `values` as canonical JSON, "values": […]}

The names begin with the day, so that their order is the order of the fetches; what people have
saved themselves has no day and counts as older (`jamforelser`: `keep`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.comparators.answer import Entry
from pipeline.comparators.query import Query
from pipeline.errors import IntakeError, UppfoljningError
from pipeline.intake.kolada import read_kolada
from pipeline.intake.raw import Cell
from pipeline.intake.recognise import passed_over
from pipeline.workspace import load_kommun, year_files

FOLDER = "kolada"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file. `day`, `query`, `sha256`: None or empty of one that people saved themselves.
    `rows`: as `read_kolada` gives them, without the header."""

    name: str
    day: dt.date | None
    query: Query | None
    sha256: str
    rows: tuple[tuple[Cell, ...], ...]


def kept(raw: Path) -> list[Kept]:
    """The files that the year's tables are made of, the oldest first. Raises IntakeError for one
    that is no answer of Kolada's, or is no longer what was fetched."""
    folder = raw / FOLDER
    skip = load_kommun(raw).hoppa_over
    found = []
    for path in year_files(folder) if folder.is_dir() else ():
        name = unicodedata.normalize("NFC", path.name)
        if path.suffix.lower() == ".json" and not passed_over(f"{FOLDER}/{name}", skip):
            found.append(_read(path, f"{FOLDER}/{name}"))
    return sorted(found, key=lambda k: (k.day or dt.date.min, k.name))


def _read(path: Path, name: str) -> Kept:
    data = path.read_bytes()
    (table,) = read_kolada(data, name, "")
    document = json.loads(data.decode("utf-8-sig"))
    if not isinstance(document, dict) or "fraga" not in document:
        return Kept(name, None, None, "", table.rows[1:])
    asked = document["fraga"]
    if digest(document["values"]) != document["sha256"]:
        raise IntakeError(
            [
                f"{name}: filen är ändrad sedan den hämtades ({document['hamtad']}).\n"
                "Gör så här: ta bort filen och kör make fetch. Egna värden hör hemma i en fil "
                "för sig."
            ]
        )
    query = Query.of(asked["kpi"], asked["municipality"], asked["year"])
    day = dt.date.fromisoformat(document["hamtad"])
    return Kept(name, day, query, document["sha256"], table.rows[1:])


def keep(
    raw: Path, day: dt.date, base: str, query: Query, entries: Sequence[Entry], before: list[Kept]
) -> Path | None:
    """Write the answer of a fetch to its own file. None, with nothing written, where it says just
    what the newest answer to the same question did."""
    sha256 = digest(entries)
    alike = [k for k in before if k.query == query]
    if alike and alike[-1].sha256 == sha256:
        return None
    folder = raw / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    same_day = sum(k.day == day for k in before)
    number = f"_{same_day + 1:02}" if same_day else ""
    ends = query.kpis[:: max(1, len(query.kpis) - 1)]
    path = folder / f"{day.isoformat()}{number} {'-'.join(ends)}.json"
    asked = {
        "kpi": list(query.kpis),
        "municipality": list(query.municipalities),
        "year": list(query.years),
    }
    head = {"hamtad": day.isoformat(), "adress": base, "fraga": asked, "sha256": sha256}
    # An entry a line: a file that people can look into, and that shows its changes.
    told = ",\n".join(json.dumps(e, ensure_ascii=False) for e in entries)
    text = json.dumps(head, ensure_ascii=False)[:-1] + f', "values": [\n{told}\n]}}\n'
    scratch = folder / f".{path.name}.tmp"
    try:
        scratch.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            raise UppfoljningError(f"{path} finns redan och skrivs inte över.")
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return path


def digest(entries: Any) -> str:
    """The sha256 of the values, whatever blanks and order of names the file has."""
    text = json.dumps(entries, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
