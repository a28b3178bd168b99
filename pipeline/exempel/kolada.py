"""An answer as Kolada's data resource (v3) gives it, with invented values.

Municipality 9999 does not exist; the values for 0000 are invented too and are not the nation's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.exempel import world
from pipeline.exempel.chance import Stream

FILE = "fiktiva värden U30447-U30453.json"
LEVELS = {
    "U30447": 76.0, "U30448": 82.0, "U30449": 78.0, "U30450": 71.0,
    "U30451": 62.0, "U30452": 77.0, "U30453": 70.0,
}  # fmt: skip
NATION = "0000"
WITHHELD = {("U30450", "K"): "Missing", ("U30453", "M"): "Privacy"}  # of 9999, newest year


@dataclass(frozen=True, slots=True)
class KoladaValue:
    """One value of the answer. `value` is None where `status` says why."""

    kpi: str
    municipality: str
    year: int
    gender: str
    value: float | None
    status: str


def values(seed: int, years: Sequence[int]) -> list[KoladaValue]:
    """Every KPI, municipality and year, for women, men and all, in the answer's order."""
    made = []
    for kpi, level in LEVELS.items():
        for municipality in (NATION, world.KOD):
            for year in years:
                s = Stream(seed, "kolada", kpi, municipality, year)
                centre = level + 1.5 * (year - world.EPOCH) + s.between(-3, 3)
                spread = s.between(0.5, 3)
                for gender, shift in (("K", spread), ("M", -spread), ("T", 0.0)):
                    hidden = municipality == world.KOD and year == max(years)
                    status = WITHHELD.get((kpi, gender), "") if hidden else ""
                    value = None if status else round(min(100.0, centre + shift), 6)
                    made.append(KoladaValue(kpi, municipality, year, gender, value, status))
    return made


def answer_bytes(found: Sequence[KoladaValue]) -> bytes:
    """The JSON of the answer: one entry a KPI, municipality and year."""
    entries: dict[tuple[str, str, int], list[dict[str, object]]] = {}
    for v in found:
        entries.setdefault((v.kpi, v.municipality, v.year), []).append(
            {"gender": v.gender, "count": 1, "status": v.status, "value": v.value,
             "isdeleted": False}
        )  # fmt: skip
    body = [
        {"values": inner, "kpi": kpi, "period": year, "municipality": municipality}
        for (kpi, municipality, year), inner in entries.items()
    ]
    answer = {"values": body, "next_url": None, "previous_url": None, "count": len(body)}
    return (json.dumps(answer, separators=(",", ":")) + "\n").encode()
