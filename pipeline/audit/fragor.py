"""The interview guide: the questions of a visit by area and by who is asked. The shipped guide may
be replaced by the municipality's own, in the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError

FILE = "intervjufragor.md"
SHIPPED = Path(__file__).with_name(FILE)
_LINE = re.compile(r"(##|###|[-*])\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the guide. `omrade`, `roll`: the codebook's values."""

    omrade: str
    roll: str
    fraga: str


def guide(own: Path | None, areas: Mapping[str, str], roles: Mapping[str, str]) -> list[Question]:
    """The questions in the guide's order: `own` where there is such a file, else the shipped one.
    `areas`, `roles`: label → value. Raises ConfigError naming file and line."""
    path = own if own is not None and own.is_file() else SHIPPED
    made: list[Question] = []
    area = role = ""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        mark, text = found[1], " ".join(found[2].split())
        if mark == "##":
            area, role = _known(text, areas, f"{path.name}, rad {number}", "området"), ""
        elif mark == "###":
            role = _known(text, roles, f"{path.name}, rad {number}", "rollen")
        elif area and role:
            made.append(Question(area, role, text))
        else:
            raise ConfigError(
                f"{path.name}, rad {number}: frågan står inte under något område och någon roll.\n"
                "Gör så här: skriv området som ## och den som tillfrågas som ### ovanför frågorna."
            )
    return made


def _known(text: str, labels: Mapping[str, str], where: str, what: str) -> str:
    folded = {label.casefold(): value for label, value in labels.items()}
    if text.casefold() not in folded:
        raise ConfigError(
            f"{where}: {what} ”{text}” finns inte.\nGör så här: skriv något av "
            f"{', '.join(f'”{label}”' for label in labels)}."
        )
    return folded[text.casefold()]
