"""The classes of rows of one table and year, as an outsider can build them: from the codebook's
answers and the constants that the published definitions name. No data is read here.

A count is a sum of classes. All columns together would give more classes than there are people,
so columns that are counted together form a block; the blocks are made so that the table of columns
is chordal (min-fill), and then agreement on shared columns is all that a joint table asks for
(S. Lauritzen, Graphical Models, 1996, prop. 2.17 and 3.19; whole numbers included). Where a block
would be too large, the smaller ones that were asked for stand side by side: a weaker attacker, and
the audit says so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.disclosure.attack.domain import NULL, Domain, leaves, members, truth
from pipeline.facts import predicate as p

LARGEST = 6_000  # classes of a block; more take the exact method minutes
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Classes of some columns: `codes[i, j]` is the domain place of column j in class i.
    `start`: the place of its first class among the variables of the universe."""

    columns: tuple[str, ...]
    codes: npt.NDArray[np.int16]
    start: int

    @property
    def size(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """All classes of one table and year. `relaxed`: some blocks were too large to join."""

    blocks: tuple[Block, ...]
    domains: Mapping[str, Domain]
    size: int
    relaxed: bool

    def home(self, columns: Iterable[str]) -> Block:
        """The smallest block that has these columns."""
        wanted = {c for c in columns if len(self.domains[c].values) > 1}  # the rest divide nothing
        fit = [b for b in self.blocks if wanted <= set(b.columns)]
        return min(fit, key=lambda b: (b.size, b.start))

    def members(self, where: str) -> tuple[Block, Bools]:
        """Where a count lives and which of the block's classes it counts."""
        node = parsed(where)
        block = self.home(read(where))
        return block, truth(node, block.columns, block.codes, self.domains) == 1

    def agreements(self) -> list[tuple[Block, Bools, Block, Bools]]:
        """Pairs of sums that are equal whatever the rows are: what blocks share."""
        found = []
        shared = {
            tuple(sorted(set(a.columns) & set(b.columns)))
            for a, b in itertools.combinations(self.blocks, 2)
        }
        for columns in sorted(shared):
            having = [b for b in self.blocks if set(columns) <= set(b.columns)]
            for a, b in itertools.pairwise(having):
                for value in _combinations(a, b, columns):
                    found.append((a, _of(a, columns, value), b, _of(b, columns, value)))
        return found


@lru_cache(maxsize=20_000)
def parsed(where: str) -> p.Node:
    return p.parse(where)


@lru_cache(maxsize=20_000)
def read(where: str) -> tuple[str, ...]:
    """The columns of a predicate; two columns compared are one column of their own."""
    return tuple(sorted({column for column, _ in leaves(parsed(where))}))


def build(
    wheres: Sequence[str], domains: Mapping[str, Domain], together: Iterable[tuple[str, ...]] = ()
) -> Universe:
    """The universe of these predicates. `domains`: every column they read. `together`: columns
    that must share a block, whatever is counted."""
    asked = {tuple(c for c in read(w) if len(domains[c].values) > 1) for w in wheres}
    asked |= {tuple(sorted(set(t) & set(domains))) for t in together} | {()}
    blocks, relaxed = _joined(asked, domains)
    made, start = [], 0
    for columns in blocks:
        codes = _classes(columns, domains)
        made.append(Block(columns, codes, start))
        start += len(codes)
    return Universe(tuple(made), domains, start, relaxed)


def _joined(
    asked: set[tuple[str, ...]], domains: Mapping[str, Domain]
) -> tuple[list[tuple[str, ...]], bool]:
    """Maximal cliques of a chordal completion, part by part; too large ones stay as asked."""
    chosen: list[tuple[str, ...]] = []
    relaxed = False
    for part in _parts(asked):
        cliques = _cliques(part)
        if any(_count(c, domains) > LARGEST for c in cliques):
            cliques = part
            relaxed = True
        chosen += cliques
    unique = sorted({tuple(sorted(c)) for c in chosen})
    maximal = [c for c in unique if not any(set(c) < set(d) for d in unique)]
    return maximal, relaxed


def _parts(asked: set[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Sets of columns, divided where nothing is counted across."""
    parts: list[list[tuple[str, ...]]] = []
    for columns in sorted(asked):
        touching = [q for q in parts if set(columns) & set(itertools.chain(*q))]
        parts = [q for q in parts if q not in touching]
        parts.append([*itertools.chain(*touching), columns])
    return parts


def _cliques(part: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Cliques of a chordal graph with these as edges: eliminate where the fewest are added."""
    near: dict[str, set[str]] = {c: set() for c in itertools.chain(*part)}
    for columns in part:
        for a, b in itertools.permutations(columns, 2):
            near[a].add(b)
    found: list[tuple[str, ...]] = [()] if not near else []
    while near:

        def added(column: str) -> tuple[int, int, str]:
            pairs = itertools.combinations(sorted(near[column]), 2)
            return sum(b not in near[a] for a, b in pairs), len(near[column]), column

        column = min(near, key=added)
        around = near.pop(column)
        found.append(tuple(sorted({column, *around})))
        for a in around:
            near[a] |= around
            near[a] -= {a, column}
    return found


def _count(columns: Sequence[str], domains: Mapping[str, Domain]) -> int:
    return int(np.prod([float(len(domains[c].values)) for c in columns]))


def _classes(columns: tuple[str, ...], domains: Mapping[str, Domain]) -> npt.NDArray[np.int16]:
    """Every combination that a row could have (`Domain.group`, `Domain.unless`)."""
    sizes = [range(len(domains[c].values)) for c in columns]
    codes = np.array(list(itertools.product(*sizes)), dtype=np.int16)
    codes = codes.reshape(math.prod(map(len, sizes)), len(columns))  # of no columns: one class
    keep = np.ones(len(codes), dtype=bool)
    empty = [
        np.array([v is NULL for v in domains[c].values])[codes[:, j]] for j, c in enumerate(columns)
    ]
    for j, c in enumerate(columns):
        for i, other in enumerate(columns[:j]):
            if domains[c].group and domains[c].group == domains[other].group:
                keep &= empty[i] == empty[j]
        for option in set(members(c)) & set(columns):
            i = columns.index(option)
            true = [np.array([v is True for v in domains[n].values]) for n in (option, c)]
            keep &= ~true[0][codes[:, i]] | true[1][codes[:, j]]
        if domains[c].unless in columns:
            keep &= empty[j] | empty[columns.index(domains[c].unless)]
    return codes[keep]


def _combinations(a: Block, b: Block, columns: tuple[str, ...]) -> list[tuple[int, ...]]:
    places = [[blk.columns.index(c) for c in columns] for blk in (a, b)]
    seen = {tuple(map(int, row)) for row in a.codes[:, places[0]]}
    return sorted(seen | {tuple(map(int, row)) for row in b.codes[:, places[1]]})


def _of(block: Block, columns: tuple[str, ...], value: tuple[int, ...]) -> Bools:
    places = [block.columns.index(c) for c in columns]
    chosen: Bools = (block.codes[:, places] == np.array(value, dtype=np.int16)).all(axis=1)
    return chosen
