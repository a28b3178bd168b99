"""Random systems of tables, as small municipalities publish them: sparse, linked, repeated.

Every system is one of KINDS, drawn from a seeded generator; all data synthetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from pipeline.disclosure.model import Ints, Mask, System
from pipeline.disclosure.suppress import suppress

THRESHOLD = 5
KINDS = ("two-way", "three-way", "linked", "blocks", "tertials", "releases")
Rows = list[tuple[int, ...]]


def random_systems(number: int, seed: int = 1) -> Iterator[tuple[str, System]]:
    """`number` systems, the kinds in turn."""
    for i in range(number):
        kind = KINDS[i % len(KINDS)]
        yield kind, one(kind, np.random.default_rng([seed, i]))


def one(kind: str, draw: np.random.Generator) -> System:
    """A system of that kind."""
    return _MAKE[kind](draw)


def margins(shape: tuple[int, ...]) -> Rows:
    """Every cell and every margin of a table, as tuples of class numbers."""
    at = np.arange(np.prod(shape)).reshape(shape)
    choices = product(*[[*range(n), None] for n in shape])
    return [tuple(int(k) for k in at[tuple(slice(None) if i is None else slice(i, i + 1)
            for i in chosen)].ravel()) for chosen in choices]  # fmt: skip


def sparse_counts(draw: np.random.Generator, shape: tuple[int, ...]) -> Ints:
    """Sizes with many zeros, many small and some large."""
    rate = draw.gamma(0.7, 6.0, size=shape)
    return draw.poisson(rate).astype(np.int64)


def two_way(draw: np.random.Generator) -> System:
    shape = int(draw.integers(3, 6)), int(draw.integers(3, 6))
    return build(sparse_counts(draw, shape).ravel(), margins(shape))


def three_way(draw: np.random.Generator) -> System:
    shape = 2, int(draw.integers(2, 4)), int(draw.integers(3, 5))
    return build(sparse_counts(draw, shape).ravel(), margins(shape))


def linked(draw: np.random.Generator) -> System:
    """Units by sex and units by outcome; nobody publishes the whole cross."""
    shape = int(draw.integers(3, 5)), 2, 3
    keep = [r for r in _labelled(shape) if None in r[0][1:]]
    return build(sparse_counts(draw, shape).ravel(), [members for _, members in keep])


def blocks(draw: np.random.Generator) -> System:
    """Two tables of the same people whose cross is not modelled: they agree unit by unit. A
    third counts at most those of the first: the followed up."""
    units, a, b = int(draw.integers(3, 5)), 2, 3
    whole = sparse_counts(draw, (units, a, b))
    first, second = whole.sum(axis=2), whole.sum(axis=1)
    third = draw.binomial(first.sum(axis=1), 0.7)
    x = np.concatenate([first.ravel(), second.ravel(), third])
    n, m = units * a, units * b
    rows = margins((units, a))
    rows += [tuple(k + n for k in r) for r in margins((units, b))]
    rows += [tuple(k + n + m for k in r) for r in margins((units,))]
    equal, less = np.zeros((units, x.size)), np.zeros((units, x.size))
    for u in range(units):
        equal[u, u * a : (u + 1) * a] = 1
        equal[u, n + u * b : n + (u + 1) * b] = -1
        less[u, n + m + u] = 1
        less[u, u * a : (u + 1) * a] = -1
    return replace(build(x, rows), equal=csr_array(equal), at_most=csr_array(less))


def tertials(draw: np.random.Generator) -> System:
    """Two tertials and the year by unit and sex: the third follows by difference."""
    shape = 3, int(draw.integers(3, 5)), 2
    rows = [members for at, members in _labelled(shape) if at[0] != 2]
    return build(sparse_counts(draw, shape).ravel(), rows, differences=True)


def releases(draw: np.random.Generator) -> System:
    """The spring was released, suppressed, by unit and sex; now the year is."""
    shape = 2, int(draw.integers(3, 5)), 3
    x = sparse_counts(draw, shape).ravel()
    table = _labelled(shape)
    spring = [members for at, members in table if at[0] == 0]
    year = [members for at, members in table if at[0] is None]
    before = suppress(build(x, spring))
    system = build(x, spring + year, differences=True)
    known = np.zeros(len(spring + year), dtype=bool)
    known[: len(spring)] = ~before.hidden
    hidden = system.hidden.copy()
    hidden[: len(spring)] = before.hidden
    return replace(system, hidden=hidden, fixed=known)


def build(x: Ints, rows: Rows, *, differences: bool = False) -> System:
    """The system of `rows` with every small count hidden and a target; `differences`: small
    differences between two of the counts, one of which contains the other, are targets too."""
    rows = list(dict.fromkeys(rows))
    A = membership(rows, x.size)
    hidden = small(A @ x)
    wanted = [rows[i] for i in np.flatnonzero(hidden)]
    if differences:
        wanted += _differences(rows, hidden, x)
    return System(
        A=A,
        x=x,
        cost=np.ones(len(rows)),
        hidden=hidden,
        fixed=np.zeros(len(rows), dtype=bool),
        targets=membership(wanted, x.size),
        reach=np.full(len(wanted), THRESHOLD, dtype=np.int64),
        equal=csr_array((0, x.size)),
        at_most=csr_array((0, x.size)),
    )


def small(values: Ints) -> Mask:
    """Which counts are under the threshold; zero may be shown."""
    return np.asarray((values > 0) & (values < THRESHOLD))


def membership(rows: Iterable[tuple[int, ...]], classes: int) -> csr_array:
    """Rows of class numbers as a 0/1 matrix."""
    listed = list(rows)
    at = [k for r in listed for k in r]
    ends = np.cumsum([0, *(len(r) for r in listed)])
    return csr_array((np.ones(len(at), dtype=np.int64), np.array(at, dtype=np.int32), ends),
                     shape=(len(listed), classes))  # fmt: skip


def _differences(rows: Rows, hidden: Mask, x: Ints) -> Rows:
    shown = [set(r) for r, gone in zip(rows, hidden, strict=True) if not gone]
    found = [tuple(sorted(b - a)) for a, b in product(shown, shown) if a < b]
    return [r for r in dict.fromkeys(found) if 0 < sum(x[k] for k in r) < THRESHOLD]


def _labelled(shape: tuple[int, ...]) -> list[tuple[tuple[int | None, ...], tuple[int, ...]]]:
    choices = product(*[[*range(n), None] for n in shape])
    return list(zip(choices, margins(shape), strict=True))


_MAKE = {"two-way": two_way, "three-way": three_way, "linked": linked, "blocks": blocks,
         "tertials": tertials, "releases": releases}  # fmt: skip
