"""Who left a question unanswered: not a group to protect, but a figure of data quality.

Of a question that is not sensitive, that somebody did not answer it says nothing about anybody but
that, and every table has to tell it (its n). Groups of those who did answer are another matter, and
so is why somebody did not: what reads `bortfallsorsak`, `nojd__bortfall` or a sensitive question is
as protected as ever (`Structure.plain`). So is what those without an answer answered elsewhere: of
three who did not say their sex, that one was displeased.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.disclosure.model import Ints, Mask
from pipeline.disclosure.structure import Structure
from pipeline.disclosure.variables import Variable

Rows = tuple[int, ...]  # candidates: of a row the one it is, of a key those of its rows


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """Of the classes of a block: `silent[i]`, every row that class i could hold has left some
    question unanswered. `made[i]`: the candidates it is made of. `codes`: the candidates, by
    variable; `free`: which variables say nothing but that a question was left unanswered;
    `answers`: of each question, the candidates that have answered it, and its variables;
    `background`: the same of what groups are made by; `asked`: whether a candidate has left
    another question unanswered than those.
    `counted`: how many rows or keys there truly are of each kind."""

    silent: Mask
    made: Sequence[Ints]
    codes: Ints
    free: Mask
    answers: Sequence[tuple[Mask, Mask]]
    background: Sequence[tuple[Mask, Mask]]
    asked: Mask
    counted: Mapping[Rows, int]

    def exempt(self, chosen: Mask, threshold: int) -> bool:
        """Whether a sum of classes is a count of unanswered questions in a group that is not
        small itself. Where the group is, as in `insats = 'art' AND nojd IS NULL`, the count tells
        of few persons more than that a question was left unanswered."""
        if not chosen.any() or not self.silent[chosen].all():
            return False
        mine = self._mine(chosen)
        return not self._by_value(mine) and self._group(mine) >= threshold

    def for_an_answer(self, chosen: Mask) -> bool:
        """Whether some row is counted because it has answered: had it left that question
        unanswered too, it would not be. What it answered rests on such a count. The one whose
        unit is unknown has answered about sex; one of a unit who did not answer has not."""
        mine = self._mine(chosen)
        groups = () if self.asked[mine].all() else self.background
        for answered, variables in (*self.answers, *groups):
            there = answered[mine]
            rest = self.codes[mine][:, ~variables]
            without = {row.tobytes() for row in rest[~there]}
            if any(row.tobytes() not in without for row in rest[there]):
                return True
        return False

    def _mine(self, chosen: Mask) -> Ints:
        return np.unique(np.concatenate([self.made[c] for c in np.flatnonzero(chosen).tolist()]))

    def _by_value(self, mine: Ints) -> bool:
        """Whether some candidate is among these for what it answered: with another answer it
        would not be."""
        for answered, variables in self.answers:
            rest = self.codes[:, ~variables]
            chosen = Counter(row.tobytes() for row in rest[mine][answered[mine]])
            could = Counter(row.tobytes() for row in rest[answered])
            if any(could[row] > n for row, n in chosen.items()):
                return True
        return False

    def _group(self, mine: Ints) -> int:
        """True size of the group that candidates belong to whatever they left unanswered."""
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
    counted: Mapping[Rows, int],
    structure: Structure,
    complete: bool,
) -> Silence:
    """The silence of a block. `place`: the class of each set of candidates; `counted`: how many
    rows or keys there truly are of it. Unless the candidates are `complete`, nobody knows what a
    class could hold, and no class is silent."""
    blank: dict[str, Mask] = {}  # question → the candidates that have left it unanswered
    kinds: dict[bool, dict[str, tuple[Mask, Mask]]] = {True: {}, False: {}}
    asked = np.zeros(len(codes), dtype=bool)
    free = np.ones(codes.shape, dtype=bool)
    for at, v in enumerate(order):
        for name, null in v.null.items():
            column = name.removesuffix("?")
            empty = null[codes[:, at]] & structure.unanswered(column)
            free[:, at] &= empty
            question = structure.column(column).answered
            blank[question] = empty
            is_answer = structure.answers([column])
            asked |= empty & is_answer
            if structure.column(column).nullable:
                found = kinds[is_answer]
                _, mine = found.get(question, (empty, np.zeros(len(order), dtype=bool)))
                mine[at] = True
                found[question] = ~null[codes[:, at]], mine
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
        free,
        tuple(kinds[True].values()),
        tuple(kinds[False].values()),
        asked,
        counted,
    )
