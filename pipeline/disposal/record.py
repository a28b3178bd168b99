"""The record of a disposal: `RAW/<year>/protokoll/gallring/<dnr>.json`, written once.

It says what was destroyed, never what stood there: files with sha256 before and after, row
numbers, and for every edition the ids of the facts that rested on the rows. Standard library
only: verification reads it too.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UppfoljningError

FOLDER = Path("protokoll") / "gallring"
GONE = ""  # the sha256 of a file that was removed whole
VOUCHED = ("id", "value", "n", "numerator", "denominator", "status")


@dataclass(frozen=True, slots=True)
class DisposedFile:
    """One file. `name` from RAW, `/` between; `rows`: sheet ("" for files without) → row numbers
    as the spreadsheet shows them; `before` and `after` are sha256, `after` empty: removed."""

    name: str
    before: str
    after: str
    rows: Mapping[str, tuple[int, ...]]

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))


@dataclass(frozen=True, slots=True)
class Disposal:
    """A decision that has been carried out. `tables`: year → the tables whose rows rested on the
    destroyed ones; `editions`: `2025/intern` → fact id → digest of its ledger row."""

    dnr: str
    year: int
    decided_by: str
    decided: str
    files: tuple[DisposedFile, ...]
    tables: Mapping[int, tuple[str, ...]]
    editions: Mapping[str, Mapping[str, str]]

    @property
    def rows(self) -> int:
        return sum(f.count for f in self.files)

    def json(self) -> dict[str, Any]:
        return {
            "dnr": self.dnr, "ar": self.year, "beslutad_av": self.decided_by,
            "beslutsdatum": self.decided, "rader": self.rows,
            "filer": [
                {"namn": f.name, "sha256_fore": f.before, "sha256_efter": f.after,
                 "rader": {sheet: spans(rows) for sheet, rows in sorted(f.rows.items())}}
                for f in self.files
            ],
            "tabeller": {str(y): list(t) for y, t in sorted(self.tables.items())},
            "utgavor": {e: dict(sorted(f.items())) for e, f in sorted(self.editions.items())},
        }  # fmt: skip


def record_path(raw: Path, year: int, dnr: str) -> Path:
    """Where the record of a decision lies. Raises UppfoljningError for a dnr without letters or
    digits."""
    plain = unicodedata.normalize("NFKD", dnr).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    if not name:
        raise UppfoljningError(
            f"”{dnr}” är inget diarienummer. Skriv till exempel DNR='SN 2026/12'."
        )
    return raw / str(year) / FOLDER / f"{name}.json"


def write_record(raw: Path, disposal: Disposal) -> Path:
    """Write the record; it is never written again. Raises UppfoljningError where it is there."""
    path = record_path(raw, disposal.year, disposal.dnr)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(disposal.json(), ensure_ascii=False, indent=1) + "\n"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise UppfoljningError(
            f"Beslutet {disposal.dnr} är redan verkställt för {disposal.year} ({path.name} finns)."
        ) from None
    return path


def read_record(path: Path) -> Disposal:
    """A record. Raises UppfoljningError where it cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Disposal(
            told["dnr"], int(told["ar"]), told["beslutad_av"], told["beslutsdatum"],
            tuple(
                DisposedFile(
                    f["namn"], f["sha256_fore"], f["sha256_efter"],
                    {sheet: tuple(numbers(rows)) for sheet, rows in f["rader"].items()},
                )
                for f in told["filer"]
            ),
            {int(y): tuple(t) for y, t in told["tabeller"].items()},
            told["utgavor"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UppfoljningError(
            f"Protokollet {path.name} över gallring går inte att läsa.\n"
            "Gör så här: hämta tillbaka filen ur säkerhetskopian; den skrivs en gång och ska inte "
            "ändras."
        ) from error


def disposals(raw: Path) -> list[Disposal]:
    """Every disposal of a workspace, by year and file name."""
    return [read_record(p) for p in sorted(raw.glob(f"[12]*/{FOLDER.as_posix()}/*.json"))]


def chain(records: Sequence[Disposal], name: str, digest: str) -> tuple[str, tuple[Disposal, ...]]:
    """What a file that had this sha256 has become by disposals, and which they were, in order."""
    found: list[Disposal] = []
    while True:
        step = next(
            ((r, f) for r in records for f in r.files if f.name == name and f.before == digest),
            None,
        )
        if step is None or step[0] in found:
            return digest, tuple(found)
        found.append(step[0])
        digest = step[1].after


def since(records: Sequence[Disposal], inputs: Iterable[tuple[str, str]]) -> list[Disposal]:
    """The disposals after an edition was built from `inputs`: (name, sha256) of its manifest."""
    hit: dict[str, Disposal] = {}
    for name, digest in inputs:
        hit |= {f"{r.year}/{r.dnr}": r for r in chain(records, name, digest)[1]}
    return [hit[key] for key in sorted(hit)]


def digest_of(row: Mapping[str, Any]) -> str:
    """What a ledger row said when its rows were destroyed: from then on it may not change."""
    told = json.dumps([row[k] for k in VOUCHED], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def spans(rows: Iterable[int]) -> str:
    """`14-18, 22`."""
    made: list[list[int]] = []
    for row in sorted(set(rows)):
        if made and row == made[-1][1] + 1:
            made[-1][1] = row
        else:
            made.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in made)


def numbers(text: str) -> list[int]:
    """The rows of `14-18, 22`. Raises ValueError for what is none."""
    found: set[int] = set()
    for part in text.replace("–", "-").replace(":", "-").split(","):
        first, _, last = part.strip().partition("-")
        a, b = int(first), int(last or first)
        if not 1 <= a <= b <= 1_048_576:
            raise ValueError(text)
        found |= set(range(a, b + 1))
    return sorted(found)
