"""What stands where an edition shows no number: sentences that say nothing by their wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.facts.fact import spliced
from pipeline.facts.pattern import DOTS
from pipeline.report.swedish import show

# True of what is hidden for its own sake and of what is hidden to keep another number so.
NOT_SHOWN = "Uppgiften visas inte: den skulle säga för mycket om för få personer."
BETWEEN = re.compile("(?<=[.!?]) (?=[A-ZÅÄÖ\ue000”{])")


def sentences(text: str, note: bool = False) -> str:
    """A text in which each sentence with a hidden wording, or with hidden numbers alone, says
    that it is not shown. A hidden number among others is two dots, and so is any in a note."""
    told: list[str] = []
    for sentence in BETWEEN.split(text):
        said = NOT_SHOWN if _silent(sentence, note) else sentence
        if not (said == NOT_SHOWN and told[-1:] == [said]):
            told.append(said)
    return " ".join(told)


def hides(text: str) -> bool:
    """Whether any number of a text is hidden."""
    return any(_dots(*piece) for piece in spliced(text) if not isinstance(piece, str))


def _silent(sentence: str, note: bool) -> bool:
    marks = [piece for piece in spliced(sentence) if not isinstance(piece, str)]
    hidden = [fact for fact, spec in marks if _dots(fact, spec)]
    alone = len(hidden) == len(marks) and not note
    return bool(hidden) and (alone or any(f.kind == "word" for f in hidden))


def _dots(fact: Any, spec: str) -> bool:
    return show(fact, spec).text == DOTS


def numbers(block: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a table block's own numbers, row by row."""
    for row in block["rows"]:
        for cell in row["cells"]:
            yield from (run["text"] for run in cell if not isinstance(run, str))
