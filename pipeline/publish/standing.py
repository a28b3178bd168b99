"""What the front page says about the evidence behind an edition, and how what else there is is
ordered there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.arshjul.standing import DONE, Wheel
from pipeline.arshjul.standing import Standing as Step
from pipeline.trace.diff.history import Round

ATTACK = "publik/angrepp.json"  # in `intern/`: what the attack on the public edition said
Page = tuple[str, str, str]  # address, title, a line about it
# What a page is for, by how its address begins. A page of a new kind comes last.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Till möten och beslut": ("underlag/", "handlingsplan", "stratsys/"),
    "Enheternas arbete": ("tertial/", "verksamhet/", "bevakning/"),
    "Uppgifternas kvalitet": ("inlasning", "datakvalitet/", "fritext/", "revideringar"),
    "Det som får lämna huset": ("../publik/", "publik/"),
    "Mer": ("",),
}


@dataclass(frozen=True, slots=True)
class Form:
    """How the checks of a form went. `page`: its data-quality page, from the front page."""

    title: str
    page: str
    checks: int
    failed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the front page links to: one thing, in one format or several."""

    links: tuple[tuple[str, str], ...]
    about: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`verified`: numbers that agree and all numbers, None before they are recomputed.
    `incomplete`, `explained`: sentences about the balance against the case system; `compared`:
    units and forms that were compared. `log`: what each edition received, the latest last;
    `release`: its name and what differs from it. `wheel`: the årshjul on the edition's day.
    `forms`: how the checks went; `attacked`: what the attack on the public edition sought and how
    many numbers that edition hides, None where nobody has attacked or it was not approved."""

    verified: tuple[int, int] | None = None
    compared: int = 0
    incomplete: Sequence[str] = ()
    explained: Sequence[str] = ()
    log: Sequence[Round] = ()
    release: tuple[str, Round] | None = None
    wheel: Wheel | None = None
    forms: Sequence[Form] = ()
    attacked: tuple[int, int] | None = None

    @property
    def latest(self) -> Round | None:
        """The latest round in which anything happened."""
        return self.log[-1] if self.log else None

    @property
    def next_step(self) -> Step | None:
        """The step that is due next after the edition's day, of those that are not done."""
        if self.wheel is None:
            return None
        day = self.wheel.day
        left = (s for s in self.wheel.standings if s.state != DONE and s.step.due >= day)
        return min(left, key=lambda s: s.step.due, default=None)


def attacked(out: Path) -> tuple[int, int] | None:
    """What the attack said, from its log in the edition `out`."""
    path = out / ATTACK
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return (told["attacked"], told["hidden"]) if told["godkand"] else None


def grouped(pages: Iterable[Page]) -> list[tuple[str, list[Entry]]]:
    """The pages by what they are for; those that differ in format alone are one entry."""
    found: dict[str, dict[PurePosixPath, list[Page]]] = {}
    for page in pages:
        name = next(g for g, heads in GROUPS.items() if page[0].startswith(heads))
        found.setdefault(name, {}).setdefault(PurePosixPath(page[0]).with_suffix(""), []).append(
            page
        )
    return [
        (name, [_entry(same) for same in found[name].values()]) for name in GROUPS if name in found
    ]


def _entry(same: Sequence[Page]) -> Entry:
    """The formats after the first are called by what their titles do not share with it."""
    (address, title, about), *others = same
    said = title.split()
    links = [(address, title)]
    for another, its, _ in others:
        words = its.split()
        pairs = enumerate(zip(said, words, strict=False))
        shared = next((k for k, (a, b) in pairs if a != b), 0)
        links.append((another, " ".join(words[shared:])))
    return Entry(tuple(links), about)
