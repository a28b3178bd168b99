"""What the check found, and how the gate says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import GateError

SHOWN = 40  # findings that a refusal lists
ABOUT = 30  # characters of text on either side of a token
_DO = (
    'Gör så här: låt talet komma från ett faktum i en f-sträng, say(f"… {antal} …"), eller '
    'deklarera det med const(5, why="…"). Markdown-celler kan inte visa tal ur underlaget. '
    "Har filen ändrats för hand: bygg om den med make annual."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A token that is no fact. `where`: chapter and cell, or the place in a file."""

    where: str
    token: str
    context: str
    kind: Literal["fel", "varning"]

    def __str__(self) -> str:
        return f"{self.where}: ”{self.token}” i ”{self.context}”"


def around(text: str, start: int, end: int) -> str:
    """The text about a token, with an ellipsis where it is cut."""
    left, right = max(0, start - ABOUT), min(len(text), end + ABOUT)
    cut = " ".join(text[left:right].split())
    return f"{'…' if left else ''}{cut}{'…' if right < len(text) else ''}"


def refuse(findings: Sequence[Finding]) -> None:
    """Raise GateError if any of these is an error."""
    wrong = [f for f in findings if f.kind == "fel"]
    if not wrong:
        return
    lines = [f"  {f}" for f in wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        lines.append(f"  … och {len(wrong) - SHOWN} till.")
    head = f"Rapporten har {len(wrong)} tal som inte går att spåra till ett faktum:"
    raise GateError("\n".join([head, *lines, _DO]))
