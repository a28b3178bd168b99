"""Who left a question unanswered: not a group to protect, but a figure of data quality.

Of a question that is not sensitive, that somebody did not answer it says nothing about anybody but
that, and every table has to tell it (its n). Groups of those who did answer are another matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.disclosure.model import Ints, Mask
from pipeline.disclosure.structure import EXCLUDES, Structure
from pipeline.disclosure.variables import Variable

Rows = tuple[int, ...]  # candidates: of a row the one it is, of a key those of its rows


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """Of the classes of a block: `silent[i]`, every row that class i could hold has left some
    question unanswered. `made[i]`: the candidates it is made of. `codes`: the candidates, by
    variable; `free`: which variables say nothing but that a question was left unanswered.
    `counted`: how many rows or keys there truly are of each kind."""

    silent: Mask
    made: Sequence[Ints]
    codes: Ints
    free: Mask
    counted: Mapping[Rows, int]

    def exempt(self, chosen: Mask, threshold: int) -> bool:
        """Whether a sum of classes is a count of unanswered questions in a group that is not
        small itself. Where the group is, `bortfallsorsak = 'avliden' AND respondent IS NULL`, the
        question left unanswered is not what the count tells."""
        if not chosen.any() or not self.silent[chosen].all():
            return False
        return self._group(np.flatnonzero(chosen)) >= threshold

    def _group(self, classes: Ints) -> int:
        """True size of the group that the classes belong to whatever it answered."""
        mine = np.unique(np.concatenate([self.made[c] for c in classes]))
        inside = np.zeros(len(self.codes), dtype=bool)
        for free in np.unique(self.free[mine], axis=0):
            same = mine[(self.free[mine] == free).all(axis=1)]
            wanted = {row.tobytes() for row in self.codes[same][:, ~free]}
            inside |= np.array([row.tobytes() in wanted for row in self.codes[:, ~free]])
        return sum(n for rows, n in self.counted.items() if inside[list(rows)].any())


def silence(
    order: Sequence[Variable],
    codes: Ints,
    place: Mapping[Rows, int],
    counted: Sequence[Rows],
    structure: Structure,
    complete: bool,
) -> Silence:
    """The silence of a block. `place`: the class of each set of candidates. Unless the candidates
    are `complete`, nobody knows what a class could hold, and no class is silent."""
    blank = {q: at for v in order for q, at in _blank(v, codes, order.index(v), structure).items()}
    free = np.array([_free(v, n, codes, blank, structure) for n, v in enumerate(order)], dtype=bool)
    every = np.array(list(blank.values()), dtype=bool).reshape(-1, len(codes))
    silent = np.full(max(place.values(), default=-1) + 1, complete)
    made: list[list[int]] = [[] for _ in silent]
    for rows, c in place.items():
        silent[c] &= bool(every[:, list(rows)].all(axis=1).any())
        made[c] += rows
    return Silence(
        silent,
        [np.array(m, dtype=np.int64) for m in made],
        np.ascontiguousarray(codes),
        free.T.reshape(len(codes), len(order)),
        Counter(counted),
    )


def _blank(v: Variable, codes: Ints, at: int, structure: Structure) -> dict[str, Mask]:
    """Question → the candidates that have left it unanswered."""
    found = {}
    for name, null in v.null.items():
        column = structure.column(name.removesuffix("?"))
        if structure.unanswered(column.name):
            found[column.answered] = null[codes[:, at]]
    return found


def _free(
    v: Variable, at: int, codes: Ints, blank: Mapping[str, Mask], structure: Structure
) -> Mask:
    """The candidates of which a variable says only that a question was left unanswered, or why."""
    free = np.ones(len(codes), dtype=bool)
    for name in v.null:
        column = structure.column(name.removesuffix("?"))
        why = [other for kind, other in column.ties if kind == EXCLUDES]
        question = why[0] if why else column.answered
        free &= blank.get(question, np.zeros(len(codes), dtype=bool))
    return free
