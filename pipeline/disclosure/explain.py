"""Why a number is not shown, in Swedish. For the internal log alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.disclosure.asked import Asked
from pipeline.disclosure.model import Suppressed, System
from pipeline.disclosure.system import Row
from pipeline.disclosure.targets import Target
from pipeline.facts.pattern import CountCell

UNSEEN = "talet det är en del av visas inte"
OTHERWISE = "går annars att räkna ut {what}"


def words(asked: Asked, u: int, target: Target) -> str:
    """A target: which rows, and what about them."""
    made = asked.universes[u]
    which = made.conditions[target.outer]
    if target.inner >= 0:
        which = f"{which}, utom {made.conditions[target.inner]}"
    elif target.inner == -2:
        which = f"{which}, utom det som tabellen visar"
    return f"{made.dataset}: {which} ({target.why})"


def reasons(
    asked: Asked,
    counted: Sequence[Row],
    found: Sequence[tuple[int, Target]],
    system: System,
    result: Suppressed,
    few: Mapping[tuple[int, tuple[int, ...]], str],
    changed: npt.NDArray[np.bool_],
    unseen: npt.NDArray[np.bool_],
) -> Mapping[CountCell, str]:
    """Every hidden cell → why. What is hidden for another number's sake names the one that it
    shares most rows with. `few`: (universe, classes) → why a count is hidden for itself. `unseen`:
    counts that stand in no number shown."""
    told: dict[CountCell, str] = {}
    overlap = (system.A @ system.targets.T).toarray() if len(found) else None
    size = np.maximum(np.asarray(system.targets.sum(axis=1)).ravel(), 1)
    for n, row in enumerate(counted):
        if not result.hidden[n]:
            continue
        why = UNSEEN if unseen[n] else few.get((row.universe, row.classes), "")
        if not why and changed[n]:
            why = next(t.why for u, t in found if t.inner == -3 and u == row.universe)
        if not why:
            assert overlap is not None
            near = overlap[n] / size + 0.001 * np.array([u == row.universe for u, _ in found])
            nearest = int(np.argmax(near))
            why = OTHERWISE.format(what=words(asked, *found[nearest]))
        told |= dict.fromkeys(row.cells, why)
    return told
