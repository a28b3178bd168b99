"""The January plan as it was fixed: which visits, by whom and about what, not when. Draws rest on
its hash, so that nobody can choose their seed afterwards. Standard library only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.audit.visits import Visit

KEPT = ("besok_id", "dnr", "enhet", "utforare", "regi", "omraden")  # days may move
TITLES = {
    "dnr": "diarienumret", "enhet": "verksamheten", "utforare": "utföraren", "regi": "regin",
    "omraden": "områdena",
}  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class January:
    """A plan that was fixed. `day`: ISO; `rows` by besok_id, with the keys of KEPT."""

    year: int
    day: str
    rows: tuple[Row, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of the rows as canonical JSON: sorted keys, no blanks, UTF-8."""
        return hashlib.sha256(canonical(list(self.rows)).encode()).hexdigest()

    def row(self, besok_id: str) -> Row | None:
        return next((r for r in self.rows if r["besok_id"] == besok_id), None)

    def json(self) -> dict[str, Any]:
        return {
            "ar": self.year, "datum": self.day, "sha256": self.sha256, "besok": list(self.rows)
        }  # fmt: skip


def fixed(year: int, day: str, visits: Iterable[Visit]) -> January:
    """The plan as it stands, to be fixed on `day` (ISO)."""
    rows = (
        {
            "besok_id": v.besok_id, "dnr": v.dnr, "enhet": v.enhet, "utforare": v.utforare,
            "regi": v.regi, "omraden": sorted(v.omraden),
        }
        for v in visits
    )  # fmt: skip
    return January(year, day, tuple(sorted(rows, key=lambda r: str(r["besok_id"]))))


def changes(january: January, visits: Iterable[Visit]) -> Iterator[tuple[str, str]]:
    """(besok_id, what has changed since January), in Swedish: visits that came or went or were
    cancelled, and of the others what is not as it was."""
    now = {v.besok_id: v for v in visits}
    then = {r["besok_id"]: r for r in january.rows}
    for besok_id in sorted({*now, *then}):
        if besok_id not in then:
            yield besok_id, "Tillkom efter januari."
        elif besok_id not in now:
            yield besok_id, "Står inte längre i planen."
        else:
            row = fixed(january.year, january.day, [now[besok_id]]).rows[0]
            moved = [k for k in TITLES if row[k] != then[besok_id][k]]
            if moved:
                told = [_moved(k, then[besok_id][k], row[k]) for k in moved]
                yield besok_id, f"Ändrat sedan januari: {'; '.join(told)}."
            if now[besok_id].cancelled:
                yield besok_id, "Inställt."


def canonical(value: Any) -> str:
    """A value as JSON in the one way there is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _moved(key: str, old: Any, new: Any) -> str:
    if isinstance(old, list):
        return TITLES[key]
    return f"{TITLES[key]} var ”{old or 'tomt'}”, är ”{new or 'tomt'}”"
