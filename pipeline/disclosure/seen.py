"""What readers see of the counts that may be shown, and what they can guess of the rest.

A share is shown when its numerator and its denominator are. A numerator that may be shown stands
nowhere where its denominator is hidden: nobody knows that it is nought. Where the numbers around it
leave room for one person or a few, it tells of few persons, whatever it truly is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from pipeline.disclosure.asked import Asked
from pipeline.disclosure.bounds import bounds, protected
from pipeline.disclosure.classes import Block
from pipeline.disclosure.model import Mask, System
from pipeline.disclosure.system import Row, sums
from pipeline.disclosure.targets import Target
from pipeline.facts.pattern import CountCell, count_cells
from pipeline.facts.plan import TableCall

GUESSED = "går annars att bestämma till {top} eller färre personer"
Basis = tuple[CountCell, ...]  # the counts of one number: its own first, its n last


def numbers(
    cells: Iterable[CountCell],
    calls: Iterable[TableCall],
    definitions: Iterable[Mapping[str, Any]],
) -> list[Basis]:
    """What is asked for, number by number; a cell of no number known is one by itself."""
    found = {mine for call in calls for mine in call.cells.values() if mine}
    found |= {mine for d in definitions if (mine := count_cells(d))}
    inside = {cell for mine in found for cell in mine}
    return sorted(found | {(cell,) for cell in cells if cell not in inside})


def unseen(counted: Sequence[Row], told: Iterable[Basis], hidden: Mask, known: Mask) -> Mask:
    """Which counts (m) may be shown, but stand in no number that is. `known`: published before."""
    place = _places(counted)
    asked, seen = np.zeros(len(counted), dtype=bool), known.copy()
    for mine in told:
        at = [place[cell] for cell in mine if cell in place]
        asked[at] = True
        if not hidden[at].any():
            seen[at] = True
        elif mine[-1] in place:  # a denominator is told without its numerator
            seen[place[mine[-1]]] |= not hidden[place[mine[-1]]]
    return np.asarray(asked & ~seen & ~hidden)


def guessed(
    asked: Asked,
    counted: Sequence[Row],
    told: Iterable[Basis],
    system: System,
    hidden: Mask,
    threshold: int,
) -> list[tuple[int, Target]]:
    """Targets for what is nobody and hidden (m) where readers can see that it is few: counts, and
    what numerators leave of their denominators. `system`: all of it, `hidden` what is not seen."""
    found = _nobody(asked, counted, told, hidden, threshold)
    if not found:
        return []
    wanted = sums(asked.universes, found)
    shown = ~hidden
    safe = protected(replace(system, targets=wanted, reach=np.full(len(found), threshold)), shown)
    doubtful = [i for i in range(len(found)) if i not in safe]
    near = bounds(system, shown, csr_array(wanted[doubtful]))
    return [
        found[i] for i, bound in zip(doubtful, near, strict=True)
        if bound.upper is not None and 0 < bound.upper < threshold
    ]  # fmt: skip


def _nobody(
    asked: Asked, counted: Sequence[Row], told: Iterable[Basis], hidden: Mask, threshold: int
) -> list[tuple[int, Target]]:
    """What is hidden and nobody, but for those who left a question unanswered."""
    place = _places(counted)
    found: dict[tuple[int, tuple[int, ...]], Target] = {}
    for mine in told:
        if not any(cell in place and hidden[place[cell]] for cell in mine):
            continue
        for u, inner, outer, block, chosen in _sums(asked, mine, place, hidden):
            classes = tuple((block.start + np.flatnonzero(chosen)).tolist())
            bare = asked.plain[u][outer] and (inner < 0 or asked.plain[u][inner])
            if not classes or block.x[chosen].any() or (u, classes) in found:
                continue
            if not (bare and block.silence.exempt(chosen, threshold)):
                why = GUESSED.format(top=threshold - 1)
                found[u, classes] = Target(classes, inner, outer, why, threshold)
    return [(u, target) for (u, _), target in sorted(found.items(), key=lambda one: one[0])]


def _sums(
    asked: Asked, mine: Basis, place: Mapping[CountCell, int], hidden: Mask
) -> Iterator[tuple[int, int, int, Block, Mask]]:
    """(universe, inner, outer condition, block, its classes) of a number's hidden counts, and of
    what a hidden numerator leaves of its denominator."""
    for cell in mine:
        if cell in place and hidden[place[cell]]:
            u, i = asked.cells[cell]
            block = asked.universes[u].blocks[asked.universes[u].home[i]]
            yield u, -1, i, block, _member(block, i)
    if len(mine) == 2 and all(cell in asked.cells for cell in mine):
        (u, k), (_, n) = (asked.cells[cell] for cell in mine)
        block = asked.universes[u].blocks[asked.universes[u].home[k]]
        if n in block.fits and mine[0] in place and hidden[place[mine[0]]]:
            yield u, k, n, block, _member(block, n) & ~_member(block, k)


def _member(block: Block, i: int) -> Mask:
    found: Mask = block.member[int(np.flatnonzero(block.fits == i)[0])]
    return found


def _places(counted: Sequence[Row]) -> dict[CountCell, int]:
    return {cell: n for n, row in enumerate(counted) for cell in row.cells}
