"""Which counts an edition may show: a system in, a pattern out.

Same input, same pattern. Beyond membership, structure, cost, reach and what is fixed, the pattern
depends on the values of counts not hidden from the start alone: whoever knows the method learns
nothing from the pattern about a count hidden from the start that the other counts do not say.
"""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.greedy import protect
from pipeline.disclosure.model import Ints, Mask, Suppressed, System
from pipeline.disclosure.parts import Part, parts, spread
from pipeline.disclosure.pool import Pool


def suppress(system: System) -> Suppressed:
    """Hide counts until every target is protected, or nothing more may be hidden."""
    hidden, exact = system.hidden.copy(), np.zeros(system.cost.size, dtype=bool)
    proof = np.tile(system.x, (system.reach.size, 1))
    done = system.reach <= 0
    for part in _pieces(system, proof, done):
        choice, found = protect(part.system)
        for j in np.flatnonzero(choice):
            hidden[part.counts[j]] = True
        _keep(part, system, found, proof, done)
    return Suppressed(hidden, tuple(np.flatnonzero(~done).tolist()), proof, exact)


def _pieces(system: System, proof: Ints, done: Mask) -> list[Part]:
    """The pieces around the targets that the counts hidden from the start leave unprotected;
    the others stay protected whatever is hidden: `proof` and `done` are filled in for them."""
    certain = system.fixed & ~system.hidden
    for part in parts(system, certain, np.flatnonzero(~done)):
        pool, nothing = Pool(part.system), np.zeros(len(part.counts), dtype=bool)
        wanted = list(range(part.targets.size))
        pool.search(nothing, wanted)
        _keep(part, system, pool.proof(nothing, wanted), proof, done)
    return parts(system, certain, np.flatnonzero(~done))


def _keep(part: Part, system: System, found: dict[int, Ints], proof: Ints, done: Mask) -> None:
    for i, x in found.items():
        proof[part.targets[i]] = spread(part, system.x, x)
        done[part.targets[i]] = True
