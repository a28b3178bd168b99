"""A grade as it is told, `▲ Röd – måste åtgärdas`: its shape is drawn in its colour. The words say
the same, so that nothing rests on the colour."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.audit.grades import SHAPES

_NAMES = {"gron": "Grön", "gul": "Gul", "rod": "Röd", "bla": "Blå"}
_TOLD = {f"{shape}\u00a0{_NAMES[grade]}": grade for grade, shape in SHAPES.items()}
_FIRST = re.compile("|".join(map(re.escape, _TOLD)))


class Graded(NamedTuple):
    """The grade of a text, its shape, and what follows."""

    grade: str
    shape: str
    rest: str


def parted(text: str) -> Graded | None:
    """A text that begins with a grade; None for any other."""
    found = _FIRST.match(text)
    return Graded(_TOLD[found[0]], text[0], text[1:]) if found else None
