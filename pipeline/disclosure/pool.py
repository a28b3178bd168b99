"""Sizes the attacker has to reckon with, kept: most questions were answered before."""

from __future__ import annotations

import numpy as np

from pipeline.disclosure.bounds import Known, classes_of, consistent, known, serves, witness
from pipeline.disclosure.model import Ints, Mask, System


class Pool:
    """Witnesses found so far for a piece; which targets each serves and which counts it bends.

    `base`: sizes that agree with all counts, from which witnesses are sought. They follow from
    the counts; only where the solver finds none are they the true ones.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.values = np.asarray(system.A @ system.x)
        some = consistent(known(system, np.ones(self.values.size, dtype=bool)))
        self.base = system.x if some is None else some
        self.found: list[Ints] = []
        self._bent = np.zeros((0, system.cost.size), dtype=bool)
        self._served = np.zeros((0, system.reach.size), dtype=bool)

    def bends(self, x: Ints) -> Mask:
        """The counts (m) that differ under sizes `x` (c)."""
        return np.asarray(self.system.A @ x != self.values)

    def left(self, hidden: Mask, wanted: list[int]) -> list[int]:
        """The `wanted` targets that no witness kept protects when `hidden` (m) are hidden."""
        served: Mask = np.any(self._served[self._valid(hidden)], axis=0)
        return [i for i in wanted if not served[i]]

    def proof(self, hidden: Mask, wanted: list[int]) -> dict[int, Ints]:
        """A witness (c) for each of the `wanted` targets that has one here."""
        able = self._served & self._valid(hidden)[:, None]
        return {i: self.found[int(able[:, i].argmax())] for i in wanted if able[:, i].any()}

    def search(self, hidden: Mask, wanted: list[int], *, first: int | None = None,
               all_or_nothing: bool = False) -> list[int]:  # fmt: skip
        """Look for the witnesses missing when `hidden` are hidden; the targets still without.

        `first`: the target to ask about first. `all_or_nothing`: give up at the first failure.
        """
        left = self.left(hidden, wanted)
        if not left:
            return []
        k = known(self.system, ~hidden)
        without: list[int] = []
        for i in sorted(left, key=lambda i: i != first):
            if self.left(hidden, [i]) and not self._ask(k, i):
                without.append(i)
                if all_or_nothing:
                    break
        return without

    def _ask(self, k: Known, i: int) -> bool:
        sums, reach = self.system.targets, self.system.reach
        x = witness(k, self.base, classes_of(sums, i), int(reach[i]))
        if x is not None:
            self.found.append(x)
            self._bent = np.vstack([self._bent, self.bends(x)])
            self._served = np.vstack([self._served, serves(x, sums, reach)])
        return x is not None

    def _valid(self, hidden: Mask) -> Mask:
        return np.asarray(~self._bent[:, ~hidden].any(axis=1))
