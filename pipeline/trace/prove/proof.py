"""`prove`: thousands of mutations by the incremental way, some by each of the longer ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, fields
from pathlib import Path

from pipeline.errors import IntakeError
from pipeline.facts.lookup import ledger
from pipeline.trace.cellset import Sheet
from pipeline.trace.edition import open_edition
from pipeline.trace.prove import again
from pipeline.trace.prove.cells import Mutation, Place
from pipeline.trace.prove.deltas import Facts
from pipeline.trace.prove.facts import Asked, Numbers, asked, numbers, recorded
from pipeline.trace.prove.mutate import Deck
from pipeline.trace.prove.replay import replay, settle
from pipeline.trace.prove.world import World, read_world
from pipeline.workspace import Workspace

TRIES = 50  # draws for each mutation that a file must be able to hold
# The facts that a cell could change, as lineage has it.
Influence = Callable[[Place], Set[str]]


@dataclass(frozen=True, slots=True)
class Failure:
    """A fact that changed without being foreseen, or that two ways do not agree about."""

    cell: str
    kind: str
    fact: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.cell} ({self.kind}): {self.fact}: {self.before} → {self.after}. {self.why}"


@dataclass(slots=True)
class Tallied:
    """What became of a number of mutations. `unread`: the file could no longer be read with
    them; `pairs`: a mutation and a fact that it changed; `by_members`: with the fact's own
    cells alone explaining it; `cpu`: seconds of the processor."""

    tried: int = 0
    unread: int = 0
    changing: int = 0
    pairs: int = 0
    changing_by_members: int = 0
    pairs_by_members: int = 0
    cpu: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Tallied) -> None:
        for f in fields(self):  # numbers, a Counter and a list alike
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))


class Prover:
    """A workspace in memory, ready for mutations."""

    def __init__(self, workspace: Workspace, year: int, influence: Influence | None = None) -> None:
        self.world: World = settle(read_world(workspace, year))
        self.asked: list[Asked] = asked(ledger(workspace, year), year)
        self.facts = Facts(self.world, self.asked)
        self._lineage = open_edition(workspace, year).lineage
        self.influence = influence or self.could_change
        self.base: dict[str, Numbers] = {a.id: recorded(a.record) for a in self.asked}
        self._named = {a.id: a.words for a in self.asked}

    def could_change(self, place: Place) -> set[str]:
        """The facts that have the cell in their influence."""
        years = self.world.years_of(place)
        asked = self._lineage.could_change
        return {f for y in years for f in asked(Sheet(y, place.source), place.row, place.field)}

    def counts_in(self, place: Place) -> set[str]:
        """The facts that have the cell among their members."""
        years = self.world.years_of(place)
        asked = self._lineage.counts_in
        return {f for y in years for f in asked(Sheet(y, place.source), place.row, place.field)}

    def agreement(self) -> list[Failure]:
        """Where the unmutated world does not give the ledger's own numbers."""
        found = {i: numbers(f) for i, f in self.facts.base.items()}
        return [
            self._failure("(oförändrat underlag)", "", i, found[i], "Registret har ett annat tal.")
            for i in self.base
            if found[i] != self.base[i]
        ]

    def changed(self, mutation: Mutation) -> dict[str, Numbers] | None:
        """The facts that a mutation changes; None where the file can no longer be read."""
        try:
            changes = replay(self.world, mutation)
        except IntakeError:
            return None
        if changes is None:
            return None
        return {i: numbers(f) for i, f in self.facts.after(changes).items()}

    def try_(self, mutation: Mutation, into: Tallied) -> dict[str, Numbers] | None:
        """Replay one mutation and hold what it changes against what was foreseen."""
        into.tried += 1
        into.kinds[mutation.kind] += 1
        changed = self.changed(mutation)
        if changed is None:
            into.unread += 1
            return None
        if changed:
            members = self.counts_in(mutation.place)
            into.changing += 1
            into.pairs += len(changed)
            into.changing_by_members += changed.keys() <= members
            into.pairs_by_members += len(changed.keys() & members)
            into.failures += self.unforeseen(mutation, changed, self.influence)
        return changed

    def unforeseen(
        self, mutation: Mutation, changed: Mapping[str, Numbers], influence: Influence
    ) -> list[Failure]:
        """The facts that changed outside the influence of the cell."""
        why = "Talet finns inte bland dem som cellen kan ändra."
        outside = sorted(changed.keys() - influence(mutation.place)) if changed else []
        return [
            self._failure(str(mutation.place), mutation.kind, i, changed[i], why) for i in outside
        ]

    def differing(
        self, mutation: Mutation, changed: Mapping[str, Numbers], found: Mapping[str, Numbers]
    ) -> list[Failure]:
        """Where a longer way gives other numbers than the incremental one."""
        return [
            self._failure(
                str(mutation.place), mutation.kind, i, found[i],
                f"Den stegvisa vägen ger {_shown(changed.get(i, self.base[i]))}.",
            )
            for i in self.base
            if i in found and found[i] != changed.get(i, self.base[i])
        ]  # fmt: skip

    def vanished(self, mutation: Mutation, found: Mapping[str, Numbers]) -> list[Failure]:
        """Facts that a new edition no longer has, though the cell was not to change them."""
        known = self.influence(mutation.place)
        why = "Talet försvann ur rapporten utan att cellen skulle kunna ändra det."
        gone = (None, None, None, None)
        return [
            self._failure(str(mutation.place), mutation.kind, i, gone, why)
            for i in self.base
            if i not in found and i not in known
        ]

    def _failure(self, cell: str, kind: str, key: str, after: Numbers, why: str) -> Failure:
        return Failure(cell, kind, self._named[key], _shown(self.base[key]), _shown(after), why)


def _shown(found: Numbers) -> str:
    value, n, top, of = found
    text = "inget värde" if value is None else f"{value:g}".replace(".", ",")
    if top is not None:
        return f"{text} ({top} av {of})"
    return text if n is None else f"{text} (n = {n})"


def short_way(prover: Prover, seed: str, count: int) -> Tallied:
    """`count` mutations by the incremental way."""
    deck, found = Deck(prover.world, seed), Tallied()
    for _ in range(count):
        prover.try_(deck.draw(), found)
    return found


def long_way(prover: Prover, seed: str, count: int, workspace: Workspace, folder: Path) -> Tallied:
    """`count` mutations by intake, Great Expectations and all definitions anew."""
    deck, found = Deck(prover.world, seed), Tallied()
    copy = again.copy_of(workspace, prover.world.year, folder)
    for _ in range(TRIES * count):
        if found.tried == count:
            break
        mutation = deck.draw()
        made = again.rebuilt(copy, prover.world, mutation, prover.asked)
        if made is None:
            continue
        changed = prover.try_(mutation, found)
        if changed is None:
            found.failures.append(
                Failure(str(mutation.place), mutation.kind, "", "", "",
                        "Bara den stegvisa vägen vägrade filen.")
            )  # fmt: skip
            continue
        found.failures += prover.differing(mutation, changed, made)
    return found


def whole_way(prover: Prover, seed: str, workspace: Workspace, folder: Path) -> Tallied:
    """One mutation by `annual` itself: one that changes some number."""
    deck, found = Deck(prover.world, seed), Tallied()
    for _ in range(TRIES):
        if found.tried:
            break
        mutation = deck.draw()
        if not prover.changed(mutation):
            continue
        made = again.annual(workspace, prover.world, mutation, folder)
        if made is None:
            continue
        changed = prover.try_(mutation, found) or {}
        found.failures += prover.differing(mutation, changed, made)
        found.failures += prover.vanished(mutation, made)
    return found
