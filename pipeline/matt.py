"""Measures of the municipality's own as they stand in kommun.toml (`[[matt]]`). Whether the
tables and columns they name exist is asked in `pipeline.facts.own`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ConfigError

REQUIRED = ("namn", "titel", "tabell", "where")
TEXTS = (*REQUIRED, "of", "riktning", "enhet")
DIRECTIONS = {"högre": "hogre", "lägre": "lagre", "hogre": "hogre", "lagre": "lagre"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Matt:
    """One measure. With `of` it is the share of those rows of `tabell` that fulfil `where`, else
    how many rows do. `mal` is in per cent for a share. `riktning`: hogre or lagre is better.
    `enhet`: what is counted, for a number."""

    namn: str
    titel: str
    tabell: str
    where: str
    of: str = ""
    mal: float | None = None
    riktning: str = "hogre"
    enhet: str = ""


def read_measures(entries: Any) -> tuple[Matt, ...]:
    """The entries of `[[matt]]`. Raises ConfigError naming the entry and what to do."""
    if not isinstance(entries, list | tuple) or not all(isinstance(e, dict) for e in entries):
        raise ConfigError(
            "kommun.toml: egna mått står var för sig. Gör så här: skriv [[matt]] på en egen rad "
            "före varje mått."
        )
    made: list[Matt] = []
    for number, entry in enumerate(entries, start=1):
        where = place(number, entry)
        problem = next(_problems(entry, {m.namn for m in made}), None)
        if problem is not None:
            raise ConfigError(f"{where}: {problem}")
        direction = DIRECTIONS[entry.get("riktning", "högre")]
        made.append(Matt(**{**entry, "riktning": direction}))
    return tuple(made)


def place(number: int, entry: Mapping[str, Any]) -> str:
    """How a message names an entry."""
    name = f" (”{entry['namn']}”)" if entry.get("namn") else ""
    return f"kommun.toml, [[matt]] nummer {number}{name}"


def _problems(entry: Mapping[str, Any], taken: set[str]) -> Iterator[str]:
    lacking = [k for k in REQUIRED if not entry.get(k)]
    unknown = sorted(set(entry) - {*TEXTS, "mal"})
    if lacking or unknown:
        said = [f"{k} saknas" for k in lacking] + [f"{k} är ingen inställning" for k in unknown]
        yield (
            f"{', '.join(said)}.\nGör så här: ett mått har namn, titel, tabell och where, och kan "
            "ha of, mal, riktning och enhet."
        )
    wrong = [k for k in TEXTS if k in entry and not isinstance(entry[k], str)]
    if wrong:
        yield f"{', '.join(wrong)} ska vara text. Gör så här: skriv värdet inom citattecken."
    if not _NAME.fullmatch(entry["namn"]):
        yield "namnet går inte att använda. Gör så här: skriv små bokstäver a–z, siffror och _."
    if entry["namn"] in taken:
        yield "namnet står två gånger. Gör så här: ge måttet ett eget namn."
    if entry.get("riktning", "högre") not in DIRECTIONS:
        yield "riktning säger vad som är bättre. Gör så här: skriv ”högre” eller ”lägre”."
    target = entry.get("mal", 50)
    if isinstance(target, bool) or not isinstance(target, int | float):
        yield "mal är inget tal. Gör så här: skriv talet utan citattecken och procenttecken."
    elif entry.get("of") and not 1 <= target <= 100:
        yield "mal är i procent för en andel. Gör så här: skriv 80, inte 0.8."
