"""A codebook of one or several files, ready to be read, and what is unsure about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.forms.codebook import codebook_of, slug
from pipeline.intake.drafting.asks import Ask, gathered
from pipeline.intake.drafting.check import mended
from pipeline.intake.drafting.fields import drafted
from pipeline.intake.drafting.material import Material
from pipeline.intake.drafting.series import joined
from pipeline.intake.drafting.sources import explained, material
from pipeline.workspace import Kommun

_YEAR = re.compile(r"[\W_]*(19|20)\d\d[\W_]*")
_STAFF = re.compile(
    r"medarbetar|personalenk|arbetsmilj|anställd|\bchef\b|staff|employee|work environment|arbetet",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """`doc`: the codebook as JSON. `said`: how the files were read; `asks`: what is unsure."""

    doc: Mapping[str, Any]
    said: tuple[str, ...]
    asks: tuple[Ask, ...]


def draft(paths: Sequence[Path], name: str, kommun: Kommun) -> Drafted:
    """The codebook `name` of the files, oldest first. A structure (.lss, .qsf, XLSForm, REDCap)
    beside an export tells what its columns are.

    Raises IntakeError for a file that cannot be understood, ConfigError where what was written
    would not load.
    """
    return of_materials([material(p) for p in paths], name, kommun)


def of_materials(found: Sequence[Material], name: str, kommun: Kommun) -> Drafted:
    whole = joined(explained(found))
    made = drafted(whole.material)
    title = title_of(whole.material.title)
    doc: dict[str, Any] = {
        "name": name,
        "title": title,
        "description": "Utkast gjort av make codebook. Frågor om det står i filen bredvid.",
        "kind": "survey",
        "protects": "person",
    }
    if made.background:
        doc["background"] = made.background
    if made.groups:
        doc["groups"] = made.groups
    doc["fields"] = made.fields
    mending = mended(doc, made.columns, kommun)
    asks = [*_about_all(doc, made.background, whole.material), *whole.asks, *made.asks, *mending]
    codebook_of(doc, f"Kodboken {name}", kommun)  # as strict as when it is loaded
    return Drafted(doc, (*whole.material.said, *made.said), tuple(gathered(asks)))


def name_of(path: Path) -> str:
    """A table's name from that of a file, without its year: `Enkät 2025.xlsx` → `enkat`."""
    stem = _YEAR.sub("_", path.stem)
    made = slug(stem)
    return made if made[0].isalpha() else f"enkat_{made}"


def title_of(text: str) -> str:
    """A title from a file's or a survey's name."""
    words = " ".join(_YEAR.sub(" ", re.sub(r"[_]+", " ", text)).split())
    return (words[:1].upper() + words[1:]) or text


def _about_all(doc: Mapping[str, Any], background: Sequence[str], whole: Material) -> list[Ask]:
    asks = []
    texts = [doc["title"], *(f["title"] for f in doc["fields"])]
    if sum(bool(_STAFF.search(t)) for t in texts) >= max(3, len(texts) // 10):
        asks.append(
            Ask(
                "Hela kodboken",
                "Enkäten verkar besvaras av personal. Kodboken skyddar den som svarat som en "
                "person i verksamheten (protects: person).",
                'Skriv "protects": "staff" om små tal ska döljas också i den interna utgåvan.',
            )
        )
    if background:
        asks.append(
            Ask(
                "Hela kodboken",
                f"Frågorna delas upp på {', '.join(background)} (background).",
                "Lägg till eller ta bort fält i background: enhet, ålder, insats.",
            )
        )
    elif whole.columns:
        asks.append(
            Ask(
                "Hela kodboken",
                "Frågorna delas inte upp på någon bakgrund.",
                "Skriv fältens namn i background för att dela upp på kön, enhet eller ålder.",
            )
        )
    return asks
