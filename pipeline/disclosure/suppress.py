"""Which counts an edition may show: a system in, a pattern out.

Same input, same pattern. Beyond membership, structure, cost, reach and what is fixed, the pattern
depends on the values of counts not hidden from the start alone: whoever knows the method learns
nothing from the pattern about a count hidden from the start that the other counts do not say.
"""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.bounds import known, witnesses
from pipeline.disclosure.greedy import protect
from pipeline.disclosure.model import Ints, Mask, Suppressed, System
from pipeline.disclosure.parts import Part, parts, spread


def suppress(system: System) -> Suppressed:
    """Hide counts until every target is protected, or nothing more may be hidden."""
    t = system.targets.shape[0]
    hidden, exact = system.hidden.copy(), np.zeros(system.cost.size, dtype=bool)
    proof = np.tile(system.x, (t, 1))
    done = system.reach <= 0
    for part in _unprotected(system, proof, done):
        choice, found = protect(part.system)
        for j in np.flatnonzero(choice):
            hidden[part.counts[j]] = True
        for i, x in found.items():
            proof[part.targets[i]] = spread(part, system.x, x)
            done[part.targets[i]] = True
    return Suppressed(hidden, tuple(int(i) for i in np.flatnonzero(~done)), proof, exact)


def _unprotected(system: System, proof: Ints, done: Mask) -> list[Part]:
    """The pieces around the targets that the counts hidden from the start leave unprotected;
    `proof` and `done` are filled in for the others, which stay protected whatever is hidden."""
    certain = system.fixed & ~system.hidden
    for part in parts(system, certain, np.flatnonzero(~done)):
        shown = np.ones(len(part.counts), dtype=bool)
        wanted = range(part.targets.size)
        found = witnesses(known(part.system, shown), part.system.targets, part.system.reach, wanted)
        for i, x in found.items():
            proof[part.targets[i]] = spread(part, system.x, x)
            done[part.targets[i]] = True
    return parts(system, certain, np.flatnonzero(~done))
