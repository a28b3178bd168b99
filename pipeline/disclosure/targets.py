"""What must stay uncertain: sums of classes, each with the reason in Swedish.

Of every count asked for, those of few persons; of every two of which one contains the other, the
few that differ (n − k of a share, a tertial beside its year, what a table leaves out); where a
sensitive column is read, nobody and everybody too. Those who left a question that is not sensitive
unanswered are no group of this kind (`nonresponse.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.disclosure.classes import Block, Universe
from pipeline.disclosure.model import Ints, Mask

FEW = "för få personer (1–{top})"
NOBODY = "ingen, och uppgiften är känslig"
EVERYBODY = "alla, och uppgiften är känslig"
DIFFERENCE = "går annars att räkna ut en grupp på {top} eller färre personer"


@dataclass(frozen=True, slots=True)
class Target:
    """`classes`: numbers in the universe, rising. `inner`, `outer`: the conditions whose
    difference it is; `inner` −1 for a condition of its own, −2 for a table's shown classes.
    `reach`: what the attacker's upper bound must come to; 0 for a count that is not shown although
    everybody may know it."""

    classes: tuple[int, ...]
    inner: int
    outer: int
    why: str
    reach: int


def targets(
    made: Universe,
    asked: Sequence[int],
    unions: Sequence[tuple[int, ...]],
    sensitive: Sequence[bool],
    plain: Sequence[bool],
    threshold: int,
) -> list[Target]:
    """The targets of a universe. `asked`: conditions that a reader may see. `unions`: conditions
    that a table shows beside each other. `sensitive[i]`: condition i reads a sensitive value;
    `plain[i]`: nothing but questions that may be left unanswered.

    A sum that contains another target is left out: it is at least as uncertain.
    """
    found: list[Target] = []
    seen: set[tuple[int, int]] = set()
    wanted = set(asked)
    for block in sorted(made.blocks, key=lambda b: (len(b.x), b.start)):
        found += _of_block(block, wanted, unions, sensitive, plain, threshold, seen)
    return found


def _of_block(
    block: Block,
    wanted: set[int],
    unions: Sequence[tuple[int, ...]],
    sensitive: Sequence[bool],
    plain: Sequence[bool],
    threshold: int,
    seen: set[tuple[int, int]],
) -> Iterator[Target]:
    places = [n for n, i in enumerate(block.fits.tolist()) if i in wanted]
    if not block.complete:
        yield from _everybody(block, places, sensitive)
    member, number, private, bare = _different(block, places, sensitive, plain)
    place_of = {int(i): n for n, i in enumerate(block.fits)}
    inside = [union for union in unions if all(i in place_of for i in union)]
    joined = [np.logical_or.reduce(block.member[[place_of[i] for i in u]]) for u in inside]
    inner = np.array([*member, *joined], dtype=bool).reshape(-1, len(block.x))
    inner_number = [*number, *([-2] * len(joined))]
    inner_private = np.array([*private, *([False] * len(joined))], dtype=bool)
    inner_bare = [*bare, *(all(plain[i] for i in u) for u in inside)]
    size, outer_size = inner.sum(axis=1), member.sum(axis=1)
    k, n = inner @ block.x, member @ block.x
    overlap = inner.astype(np.float32) @ member.astype(np.float32).T
    within = (overlap >= size[:, None]) & (size[:, None] < outer_size[None, :])
    rest = n[None, :] - k[:, None]
    few = within & (rest > 0) & (rest < threshold)
    open_ = ~private[None, :] & (n[None, :] > 0)
    everybody = within & inner_private[:, None] & open_ & (rest == 0)
    in_some = (within & inner_private[:, None] & open_).any(axis=1)
    top = threshold - 1
    for a, (count, own) in enumerate(zip(n.tolist(), number, strict=True)):
        if (own, own) in seen:
            continue
        why = FEW.format(top=top) if 0 < count < threshold else ""
        why = NOBODY if count == 0 and private[a] and in_some[a] else why
        if why:
            seen.add((own, own))
            reach = threshold
            if bare[a] and block.silence.exempt(member[a], threshold):
                if not block.silence.for_an_answer(member[a]):
                    continue
                reach = 0  # not shown, since answers rest on it, but no secret
            yield Target(_classes(block, member[a]), -1, own, why, reach)
    for where, why in ((few, DIFFERENCE.format(top=top)), (everybody, EVERYBODY)):
        for a, b in np.argwhere(where).tolist():
            pair = (inner_number[a], number[b])
            if pair in seen:
                continue
            if pair[0] >= 0:
                seen.add(pair)
            left = member[b] & ~inner[a]
            alone = inner_bare[a] and bare[b]
            if not (alone and block.silence.exempt(left, threshold)):
                yield Target(_classes(block, left), *pair, why, threshold)


def _everybody(block: Block, places: Sequence[int], sensitive: Sequence[bool]) -> Iterator[Target]:
    """The sensitive counts that are all of a group. Where only the classes that occur are written,
    what is left of the group has none that could be uncertain: such a count is not shown."""
    groups = {block.member[n].tobytes() for n in places if not sensitive[int(block.fits[n])]}
    for n in places:
        row, i = block.member[n], int(block.fits[n])
        if sensitive[i] and block.x[row].any() and row.tobytes() in groups:
            yield Target(_classes(block, row), -1, i, EVERYBODY, 0)


def _different(
    block: Block, places: Sequence[int], sensitive: Sequence[bool], plain: Sequence[bool]
) -> tuple[Mask, list[int], Mask, Mask]:
    """The different conditions among `places`: membership, number, whether any reads a sensitive
    value, whether all read plain questions alone. Those that count nothing whatever the rows are
    left out."""
    kept: dict[bytes, int] = {}
    rows: list[Mask] = []
    number: list[int] = []
    private: list[bool] = []
    bare: list[bool] = []
    for n in places:
        row, i = block.member[n], int(block.fits[n])
        if not row.any():
            continue
        sign = row.tobytes()
        if sign not in kept:
            kept[sign] = len(rows)
            rows.append(row)
            number.append(i)
            private.append(False)
            bare.append(True)
        private[kept[sign]] |= sensitive[i]
        bare[kept[sign]] &= plain[i]
    member = np.array(rows, dtype=bool).reshape(len(rows), len(block.x))
    return member, number, np.array(private, dtype=bool), np.array(bare, dtype=bool)


def _classes(block: Block, row: Mask) -> tuple[int, ...]:
    found: Ints = block.start + np.flatnonzero(row)
    return tuple(found.tolist())


def smallest(found: Sequence[Target]) -> list[Target]:
    """One target a sum of classes, and of sums within each other the smallest: what contains a
    target is at least as uncertain."""
    kept: list[Target] = []
    sets: list[frozenset[int]] = []
    with_class: dict[int, list[int]] = {}
    for t in sorted(found, key=lambda t: (len(t.classes), t.classes, t.inner, t.outer)):
        mine = frozenset(t.classes)
        near = {n for c in t.classes for n in with_class.get(c, ())}
        if any(sets[n] <= mine for n in near):
            continue
        for c in t.classes:
            with_class.setdefault(c, []).append(len(kept))
        kept.append(t)
        sets.append(mine)
    return sorted(kept, key=lambda t: t.classes)
