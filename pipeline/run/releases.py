"""Releases as they were frozen under `RAW/<year>/protokoll/utgavor/`: only they bind what later
editions may show."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.attack import Edition
from pipeline.errors import UppfoljningError
from pipeline.facts.fact import HIDDEN
from pipeline.facts.pattern import Pattern, count_cells

FOLDER = Path("protokoll") / "utgavor"
RECORD, COUNTS = "utgava.json", "antal.json"
PUBLIC, INTERNAL = "publik", "intern"
STAGES = {
    "mars": "mars", "april": "april", "maj": "maj", "host": "höst",
    "kvalitetsberattelse": "kvalitetsberättelse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frozen:
    """One release on disk. `name`: `01-mars`; `day`: the edition's; `by`: the role that decided."""

    folder: Path
    year: int
    stage: str
    number: int
    day: dt.date
    by: str

    @property
    def name(self) -> str:
        return self.folder.name


def folder_of(raw: Path, year: int) -> Path:
    return raw / str(year) / FOLDER


def frozen(raw: Path, year: int) -> list[Frozen]:
    """The releases of a year, in order. Raises UppfoljningError for a record that is damaged."""
    found = []
    for path in sorted(folder_of(raw, year).glob(f"[0-9][0-9]-*/{RECORD}")):
        told = _json(path)
        day, by = dt.date.fromisoformat(told["per_datum"]), str(told["beslutad_av"])
        found.append(Frozen(path.parent, year, told["steg"], int(told["nummer"]), day, by))
    return sorted(found, key=lambda f: f.number)


def releases(raw: Path) -> tuple[Edition, ...]:
    """Every release of every year, replaced ones too: what has been shown stays known."""
    years = sorted(int(p.name) for p in raw.glob("[12][0-9][0-9][0-9]") if p.is_dir())
    return tuple(
        Edition(f.year, {k: int(v) for k, v in _json(f.folder / COUNTS).items()}, f.stage, f.number)
        for year in years
        for f in frozen(raw, year)
    )


def shown_counts(records: Iterable[Mapping[str, Any]], pattern: Pattern) -> dict[str, int]:
    """Key of a count cell → its number, of every count that an edition shows. `records`: the
    whole ledger of the edition's own execution, in which what is hidden has no number."""
    found: dict[str, int] = {}
    for record in records:
        definition = json.loads(record["definition"])
        cells = count_cells(definition)
        if definition["kind"] == "share":
            values = [record["numerator"], record["denominator"]]
        else:
            values = [record["n"]] * len(cells)
        for cell, value in zip(cells, values, strict=True):
            told = (value is not None and record["status"] != HIDDEN) or cell is cells[-1]
            if value is not None and told and pattern.shows(cell):
                found[cell.key] = int(value)
    return dict(sorted(found.items()))


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return told
    except (OSError, ValueError):
        pass
    raise UppfoljningError(
        f"Utgåvan {path.parent.name} i protokollet går inte att läsa ({path.name}).\n"
        "Gör så här: hämta tillbaka mappen ur säkerhetskopian; den skrivs en gång och ska inte "
        "ändras."
    )
