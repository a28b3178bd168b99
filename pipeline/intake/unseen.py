"""What a value reader does not see of a sheet: error cells (#N/A) and formulas that were never
calculated, which look empty to it; the text of formulas; rows and columns that are hidden; cells
that are merged. Without this they would be lost without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.intake.messages import listed
from pipeline.intake.raw import column_letter

Place = tuple[int, int]  # row and column, 1-based
Problems = dict[Place, tuple[str, str]]  # what Excel shows, and what is wrong in Swedish
ERRORS = {
    "#N/A": "värdet saknas i den lista som formeln söker i",
    "#DIV/0!": "formeln delar med noll",
    "#REF!": "formeln pekar på en cell som är borttagen",
    "#VALUE!": "formeln räknar med något som inte är ett tal",
    "#NAME?": "formeln innehåller ett namn som Excel inte känner igen",
    "#NUM!": "formeln ger ett ogiltigt tal",
    "#NULL!": "formelns områden möts inte",
}
_SHOWN = 5


@dataclass(slots=True)
class Unseen:
    """`formulas`: the formula's text without `=`, of cells that have one of their own.
    `hidden_rows`, `hidden_columns`: 1-based. `tall`: merged ranges of several rows, as Excel
    writes them."""

    problems: Problems = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    tall: list[str] = field(default_factory=list)


def error(shown: str) -> tuple[str, str]:
    """An error cell, as it is shown and as it is told."""
    why = ERRORS.get(shown)
    shown = shown or "#FEL"
    return shown, f"Cellen visar felet {shown}" + (f": {why}." if why else ".")


def said_of_sheet(hidden: bool, other: Unseen, last: int) -> str:
    """What a person does not see in the sheet, or sees otherwise than it is read. `last`: the
    last row with something in it."""
    said = ["Bladet är dolt i Excel."] if hidden else []
    rows = [r for r in other.hidden_rows if r <= last]
    if len(rows) == 1:
        said.append(f"Rad {rows[0]} är dold i Excel men läses ändå.")
    elif rows:
        said.append(f"Raderna {listed(rows)} är dolda i Excel men läses ändå.")
    if other.hidden_columns:
        letters = [column_letter(c - 1) for c in other.hidden_columns]
        said.append(f"Dolda kolumner läses ändå: {_some(letters)}.")
    if other.tall:
        said.append(
            f"Sammanfogade celler ({_some(other.tall)}): värdet står bara i den översta cellen, "
            "de andra är tomma."
        )
    return " ".join(said)


def _some(parts: Sequence[str]) -> str:
    return ", ".join(parts[:_SHOWN]) + (", …" if len(parts) > _SHOWN else "")
