"""Which variables must stand in one block, so that blocks which agree on what they share say
everything.

Counts link the variables they read. The graph is made chordal; its cliques are the blocks and a
spanning tree of them says which must agree. For such an acyclic system, whole-number margins
that agree along the tree are always the margins of some table: nothing is lost by keeping blocks
apart. Sources: S. L. Lauritzen, "Graphical Models" (1996), ch. 2; for counts (bags) A. Atserias &
Ph. G. Kolaitis, "Structure and complexity of bag consistency", PODS 2021.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Names = frozenset[str]


def cliques(edges: Iterable[Names], sizes: Mapping[str, int]) -> list[Names]:
    """The maximal cliques of a chordal graph that holds every set of `edges` within one of them.

    Variables are eliminated one by one: the one that adds fewest links first, then the one whose
    clique is smallest, then by name. At least one clique, which may be empty.
    """
    near: dict[str, set[str]] = {}
    for edge in edges:
        for name in edge:
            near.setdefault(name, set()).update(edge - {name})
    found: list[Names] = []
    while near:
        chosen = min(near, key=lambda n: (_missing(near, n), _weight(near, n, sizes), n))
        around = near.pop(chosen)
        clique = frozenset(around | {chosen})
        if not any(clique <= other for other in found):
            found.append(clique)
        for name in around:
            near[name] = (near[name] | around) - {name, chosen}
    return found or [frozenset()]


def _missing(near: Mapping[str, set[str]], name: str) -> int:
    around = near[name]
    return sum(len(around - near[n]) - 1 for n in around) // 2


def _weight(near: Mapping[str, set[str]], name: str, sizes: Mapping[str, int]) -> int:
    product = sizes[name]
    for n in near[name]:
        product *= sizes[n]
    return product


def tree(blocks: list[Names]) -> list[tuple[int, int]]:
    """Pairs of blocks that must agree: a spanning tree with the largest overlaps (Prim). Blocks
    that share no variable still share the number of all rows."""
    inside, pairs = {0}, []
    while len(inside) < len(blocks):
        _, a, b = min(
            (-len(blocks[a] & blocks[b]), a, b)
            for a in inside
            for b in range(len(blocks))
            if b not in inside
        )
        pairs.append((a, b))
        inside.add(b)
    return pairs
