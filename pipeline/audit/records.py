"""Records of the second routine that are written once and never again: the January plan
(`RAW/<year>/protokoll/uppfoljningsplan.json`) and the draws (`…/protokoll/urval/<besok>-01.json`).
An abandoned draw stays; the newest one is in force. From then on they are inputs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.audit.january import KEPT, January
from pipeline.audit.visits import file_name
from pipeline.errors import UppfoljningError

PLAN = Path("protokoll") / "uppfoljningsplan.json"
DRAWS = Path("protokoll") / "urval"
Protocol = Mapping[str, Any]
_NUMBERED = re.compile(r"(.+)-(\d\d)")


def write_january(raw: Path, january: January) -> Path:
    """Fix the plan. Raises UppfoljningError where it is fixed already."""
    return _write(raw / str(january.year) / PLAN, january.json())


def january_of(raw: Path, year: int) -> January | None:
    """The plan as it was fixed; None where it is not. Raises UppfoljningError for a record that
    cannot be read or is not as it was written."""
    path = raw / str(year) / PLAN
    if not path.is_file():
        return None
    told = _read(path)
    try:
        rows = tuple({k: row[k] for k in KEPT} for row in told["besok"])
        january = January(int(told["ar"]), str(told["datum"]), rows)
        if january.sha256 == told["sha256"]:
            return january
    except (ValueError, KeyError, TypeError):
        pass
    raise _damaged(path)


def write_draw(raw: Path, protocol: Protocol) -> Path:
    """Write a draw's protocol. Raises UppfoljningError where its number is taken."""
    path = draw_path(raw, protocol["ar"], protocol["besok_id"], protocol["nr"])
    return _write(path, dict(protocol))


def draw_path(raw: Path, year: int, besok_id: str, number: int) -> Path:
    return raw / str(year) / DRAWS / f"{file_name(besok_id)}-{number:02d}.json"


def draws_of(raw: Path, year: int, besok_id: str) -> list[Protocol]:
    """Every draw of a visit, the first one first; the last is in force."""
    found: list[Protocol] = []
    for path in sorted((raw / str(year) / DRAWS).glob("*.json")):
        named = _NUMBERED.fullmatch(path.stem)
        if named and named[1] == besok_id:
            told = _read(path)
            if told.get("besok_id") != besok_id or told.get("nr") != int(named[2]):
                raise _damaged(path)
            found.append(told)
    return found


def _write(path: Path, told: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    partial.write_text(text, encoding="utf-8", newline="\n")
    if path.exists():
        partial.unlink()
        raise UppfoljningError(
            f"Protokollet {path.name} finns redan. Det skrivs en gång och ändras aldrig."
        )
    os.replace(partial, path)
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict):
        raise _damaged(path)
    return told


def _damaged(path: Path) -> UppfoljningError:
    return UppfoljningError(
        f"Protokollet {path.name} går inte att läsa, eller är ändrat sedan det skrevs.\n"
        "Gör så här: hämta tillbaka filen ur säkerhetskopian; den skrivs en gång och ska\n"
        "inte ändras."
    )
