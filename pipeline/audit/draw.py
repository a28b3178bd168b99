"""The draw of kunder: eight at random, or all where there are no more (Östra Göinge, *Rutin för
uppföljning av verksamhet*: "SoL/HSL journaler 8 stycken").

No random numbers: the seed is a hash of the visit and of the January plan, fixed before the list is
known, and each kund's place follows from it. So a draw can be made again by anybody, on any Python.
Standard library only."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.audit.visits import reviewed_from

METHOD = "uppfoljning-urval-1"
DRAWN = 8
WORDS = (
    "Fröet är SHA-256 av metodens namn, besökets nummer, diarienumret och januariplanens SHA-256, "
    "åtskilda av radbrytningar. Varje kund i ramen får SHA-256 av fröet, en radbrytning och "
    "kundens pseudonym. De åtta kunder vars värde är minst dras, i värdenas ordning: den är "
    "kundens nummer i granskningen. Är kunderna åtta eller färre dras alla. Ramens SHA-256 är av "
    "metodens namn, nyckelns fingeravtryck och en rad för varje kund i pseudonymernas ordning: "
    "pseudonymen, ett blanksteg och lagrummen i bokstavsordning åtskilda av komma."
)
PROTECTED, ENDED, LATER = "skyddad", "avslutad", "senare"
REASONS = {
    PROTECTED: "skyddade personuppgifter",
    ENDED: "insatsen avslutades före de sex månaderna",
    LATER: "insatsen började efter besöket",
}
Members = Mapping[str, tuple[str, ...]]  # pseudonym → lagrum


@dataclass(frozen=True, slots=True)
class Kund:
    """A row of `kunder`. `till` None: the insats goes on; `fran` None: the list does not say."""

    pseudonym: str
    lagrum: tuple[str, ...] = ()
    fran: dt.date | None = None
    till: dt.date | None = None
    skyddad: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Who can be drawn. `excluded`: reason → how many rows of the list it keeps out."""

    first: dt.date
    last: dt.date
    members: Members
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Seed:
    """What the seed of a draw is made of. `planned`: whether the visit stands in the January plan;
    then `dnr` is what that plan says."""

    besok_id: str
    dnr: str
    january: str  # the plan's sha256
    planned: bool = True

    @property
    def sha256(self) -> str:
        return _sha256(METHOD, self.besok_id, self.dnr, self.january)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """How a protocol stands when the draw is made again from it."""

    seed: bool  # the seed is that of its parts
    frame: bool  # the hash is that of the frame it lists
    result: bool  # the draw is the same


@dataclass(frozen=True, slots=True)
class Moved:
    """How a frame differs from the protocol's: pseudonyms that came and went, those whose lagrum
    is another. `key`: whether the pseudonyms are of the same key; else nothing can be compared."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    lagrum: tuple[str, ...] = ()
    key: bool = True

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.lagrum or not self.key)


def frame_of(kunder: Iterable[Kund], visit: dt.date) -> Frame:
    """The frame of a visit: who had an insats some time in the six months up to it. One who came
    less than six months before is in it, with a shorter period; only those who are known to be
    outside are left out."""
    first = reviewed_from(visit)
    members, out = {}, dict.fromkeys(REASONS, 0)
    for kund in kunder:
        if kund.skyddad:
            out[PROTECTED] += 1
        elif kund.till is not None and kund.till < first:
            out[ENDED] += 1
        elif kund.fran is not None and kund.fran > visit:
            out[LATER] += 1
        else:
            members[kund.pseudonym] = tuple(sorted(kund.lagrum))
    return Frame(first, visit, dict(sorted(members.items())), out)


def frame_hash(members: Members, fingerprint: str) -> str:
    """SHA-256 of a frame, as WORDS says. `fingerprint`: of the key that made the pseudonyms."""
    return _sha256(METHOD, fingerprint, *(f"{p} {','.join(members[p])}" for p in sorted(members)))


def draw(seed: str, pseudonyms: Iterable[str], n: int = DRAWN) -> tuple[str, ...]:
    """Those drawn, in the order of their numbers 1, 2, …"""
    return tuple(sorted(pseudonyms, key=lambda p: (_sha256(seed, p), p))[:n])


def drawn_of(seed: Seed, frame: Frame, fingerprint: str) -> dict[str, Any]:
    """The part of a protocol that can be computed again: frame, seed and result."""
    return {
        "metod": METHOD,
        "metodens_ord": WORDS,
        "ram": {
            "antal": len(frame.members),
            "sha256": frame_hash(frame.members, fingerprint),
            "nyckel": fingerprint,
            "kunder": [[p, list(lagrum)] for p, lagrum in sorted(frame.members.items())],
        },
        "fro": {
            "sha256": seed.sha256,
            "av": {"besok_id": seed.besok_id, "dnr": seed.dnr, "januariplan": seed.january},
            "i_januariplanen": seed.planned,
        },
        "antal": min(DRAWN, len(frame.members)),
        "urval": list(draw(seed.sha256, frame.members)),
    }


def redraw(protocol: Mapping[str, Any]) -> Redrawn:
    """The draw made again from what its protocol says, and nothing else."""
    told, members = protocol["fro"], members_of(protocol)
    seed = Seed(told["av"]["besok_id"], told["av"]["dnr"], told["av"]["januariplan"])
    return Redrawn(
        seed=seed.sha256 == told["sha256"] and seed.besok_id == protocol["besok_id"],
        frame=frame_hash(members, protocol["ram"]["nyckel"]) == protocol["ram"]["sha256"],
        result=list(draw(seed.sha256, members)) == protocol["urval"],
    )


def moved(protocol: Mapping[str, Any], now: Members, fingerprint: str) -> Moved:
    """How the frame of today differs from the protocol's."""
    then = members_of(protocol)
    if protocol["ram"]["nyckel"] != fingerprint:
        return Moved(key=False)
    return Moved(
        added=tuple(sorted(now.keys() - then.keys())),
        removed=tuple(sorted(then.keys() - now.keys())),
        lagrum=tuple(sorted(p for p in now.keys() & then.keys() if now[p] != then[p])),
    )


def members_of(protocol: Mapping[str, Any]) -> Members:
    """The frame that a protocol lists."""
    return {p: tuple(lagrum) for p, lagrum in protocol["ram"]["kunder"]}


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
