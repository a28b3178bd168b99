"""Numbers that tell only how many left a question unanswered, which is no secret where the question
is not sensitive: every table has to say it.

`nojd IS NULL` of a unit is such a number, and what a total leaves when those who answered are taken
from it. What reads a sensitive question, or why somebody did not answer (`bortfallsorsak`), is not,
and neither is what those without an answer answered elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from pipeline.disclosure.attack.domain import NULL, Domain, truth
from pipeline.disclosure.attack.said import Cell
from pipeline.disclosure.attack.system import Knowledge, Vector
from pipeline.disclosure.attack.universe import Block, parsed, read
from pipeline.forms.codebook import Codebook

Bools = npt.NDArray[np.bool_]


def group(
    known: Knowledge, whole: Cell, part: Cell | None, book: Codebook,
    books: Mapping[str, Codebook], shown: bool,
) -> Vector | None:  # fmt: skip
    """Of a number of unanswered questions, the group it is told of, answered or not; None where
    a number says more than that. `part`: what is taken away from `whole`. `shown`: the number
    stands in the edition; then it may not be of those who have answered another question, since
    what they answered rests on it."""
    universe = known.universes[whole.distinct]
    domains = universe.domains
    columns = {*read(whole.where), *(read(part.where) if part else ())}
    alone = {c for c, d in domains.items() if len(d.values) < 2}  # in no block
    blocks = [b for b in universe.blocks if columns - alone <= set(b.columns)]
    if not blocks or not all(question(book, books, c) for c in columns):
        return None
    block = min(blocks, key=lambda b: (b.size, b.start))
    chosen = _truth(whole, block, known)
    if part is not None:
        chosen &= ~_truth(part, block, known)
    empty = {
        c: np.array([v is NULL for v in domains[c].values])[block.codes[:, j]]
        for j, c in enumerate(block.columns)
        if question(book, books, c)
    }
    silent = np.logical_or.reduce(list(empty.values())) if empty else np.zeros(block.size, bool)
    if not chosen.any() or not silent[chosen].all():
        return None
    answers = [c for c in block.columns if not divides(book, c)]
    if any(_by_value(block, chosen, c, domains) for c in answers):
        return None
    asked = [empty[c] for c in answers if c in empty]
    about = answers if asked and np.logical_or.reduce(asked)[chosen].all() else block.columns
    if shown and any(_for_an_answer(block, chosen, c, domains) for c in about):
        return None
    start = known.starts[whole.distinct] + block.start
    return {start + int(j): 1 for j in np.flatnonzero(_whatever(block, chosen, empty))}


def _truth(cell: Cell, block: Block, known: Knowledge) -> Bools:
    domains = known.universes[cell.distinct].domains
    chosen: Bools = truth(parsed(cell.where), block.columns, block.codes, domains) == 1
    return chosen


def _for_an_answer(block: Block, chosen: Bools, column: str, domains: Mapping[str, Domain]) -> bool:
    """Whether some class is chosen for its having an answer: without it, it would not be."""
    answered, rest = _answered(block, column, domains)
    without = set(_rows(rest[chosen & ~answered]))
    return not answered.all() and any(r not in without for r in _rows(rest[chosen & answered]))


def _by_value(block: Block, chosen: Bools, column: str, domains: Mapping[str, Domain]) -> bool:
    """Whether some class is chosen for its answer: with another one, it would not be."""
    answered, rest = _answered(block, column, domains)
    mine = set(_rows(rest[chosen & answered]))
    return not answered.all() and any(r in mine for r in _rows(rest[~chosen & answered]))


def _answered(
    block: Block, column: str, domains: Mapping[str, Domain]
) -> tuple[Bools, npt.NDArray[np.int16]]:
    """The classes that have an answer in a column, and what they are beside it (options of one
    question are one column)."""
    kin = {column, domains[column].group} - {""}
    other = [not {c, domains[c].group} & kin for c in block.columns]
    empty = np.array([v is NULL for v in domains[column].values])
    return ~empty[block.codes[:, block.columns.index(column)]], block.codes[:, other]


def _rows(codes: npt.NDArray[np.int16]) -> list[tuple[int, ...]]:
    return [tuple(row) for row in codes.tolist()]


def divides(book: Codebook, column: str) -> bool:
    """Whether groups are made by a column, which then is nothing that somebody has answered: a
    required one, one that the codebook calls background, one from another table."""
    name = column.partition("__")[0]
    if book.has(name):
        return book.field(name).required or name in book.background
    for d in book.derived:
        if d.name == column:
            return all(divides(book, c) for c in (d.source, d.to) if c)
    return True


def _whatever(block: Block, chosen: Bools, empty: Mapping[str, Bools]) -> Bools:
    """The classes that differ from a chosen one only in what that one left unanswered."""
    never = np.zeros(block.size, dtype=bool)
    blank = np.array([empty.get(c, never) for c in block.columns]).T
    found = chosen.copy()
    for pattern in np.unique(blank[chosen], axis=0):
        mine = chosen & (blank == pattern).all(axis=1)
        wanted = set(_rows(block.codes[mine][:, ~pattern]))
        found |= np.array([row in wanted for row in _rows(block.codes[:, ~pattern])])
    return found


def question(book: Codebook, books: Mapping[str, Codebook], column: str) -> bool:
    """Whether a column is a question that is not sensitive, empty only for want of an answer."""
    if " " in column:  # two columns compared
        return all(question(book, books, c) for c in column.split(" ")[::2])
    for f in book.fields:
        options = {f.option_column(c.value) for c in f.substantive} if f.type == "list" else set()
        if column == f.name or column in options:
            return f.unanswered_if_empty and not f.sensitive
    for d in book.derived:
        if d.name == column:
            told = d.rule != "band" or d.breaks[0] <= 0  # no band below the lowest
            return told and all(question(book, books, c) for c in (d.source, d.to) if c)
    for k in book.foreign_keys:
        if column == f"_{k.resource}_rad":
            return True
        if column.partition("__")[0] in k.lookup and k.resource in books:
            return question(books[k.resource], books, column)
    return False
