"""How the classes of a dimension may be put together, mildest first.

Scales from both ends, ages at the cuts of national statistics, numbers in wider bins, the rare
ones of an unordered list as one. Sex and yes/no stay as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from pipeline.facts.dataset import Dimension
from pipeline.facts.pattern import Merged
from pipeline.forms.codebook import Codebook, Derived, Field, Value

Classes = tuple[Merged, ...]
NATIONAL = (13, 21)  # 0–12, 13–20, 21+: as national statistics of social services cut ages
WIDTHS = (2, 5, 10, 20, 50, 100)
OTHERS = "Övriga (sammanslagna)"
OTHERS_OR_UNKNOWN = "Övriga eller uppgift saknas (sammanslagna)"
WHOLE_YEAR, ALL_UNITS, UNDIVIDED = "Hela året", "Alla enheter", "Alla (ej uppdelat)"
NEITHER = "Annat eller uppgift saknas"
_BAND = re.compile(r"(\d+)(?:\s*[–-]\s*\d+|\s*\+)?(?:\s*år.*)?")


def origin(dataset: str, column: str, books: Mapping[str, Codebook]) -> Field | Derived | None:
    """The codebook's field or rule behind a column, also of one looked up in another table."""
    if dataset not in books:
        return None
    book = books[dataset]
    own: list[Field | Derived] = [*book.fields, *book.derived]
    found = next((f for f in own if f.name == column), None)
    if found is not None:
        return found
    for key in book.foreign_keys:
        if column in key.lookup:
            return origin(key.resource, column, books)
    return None


def is_tertial(source: Field | Derived | None) -> bool:
    return isinstance(source, Derived) and source.rule == "tertial"


def is_unit(source: Field | Derived | None) -> bool:
    return isinstance(source, Field) and source.catalogue == "kommun:enheter"


def whole(values: Sequence[Value], unknown: bool, label: str) -> Iterator[Classes]:
    """All classes as one, with `unknown` also the rows without a value."""
    every = (*values, None) if unknown else tuple(values)
    if len(every) > 1:
        yield (Merged(every, label),)


def steps(
    dimension: Dimension,
    values: Sequence[Value],
    source: Field | Derived | None,
    size: Mapping[Value | None, int],
    threshold: int,
) -> Iterator[Classes]:
    """The classes of a dimension after each step. `size`: rows of each class; of None too where
    rows without a value may go with others."""
    if is_tertial(source) or is_unit(source):
        return
    if _untouchable(dimension, values, source):
        rest = [v for v in values if v not in ("kvinna", "man")]
        if {"kvinna", "man"} <= set(values) and rest and None in size:
            sexes = tuple(_alone(dimension, v) for v in values if v in ("kvinna", "man"))
            yield (*sexes, Merged((*rest, None), NEITHER))
        return
    starts = _bands(dimension, values)
    if starts is not None:
        yield from _ages(dimension, values, starts)
    elif dimension.ordered:
        for sizes in _symmetric(len(values)):
            yield _scale(dimension, values, sizes)
    elif dimension.options is None and all(type(v) in (int, float) for v in values):
        yield from _bins(values, source)
    else:
        yield from _rare(dimension, values, size, threshold)


def _untouchable(
    dimension: Dimension, values: Sequence[Value], source: Field | Derived | None
) -> bool:
    if isinstance(source, Field) and source.type == "boolean":
        return True
    return len(values) < 3 or dimension.name == "kon" or {"kvinna", "man"} <= set(values)


def _alone(dimension: Dimension, value: Value | None) -> Merged:
    return Merged((value,), dimension.label(value))


def _cut(values: Sequence[Value], sizes: Sequence[int]) -> list[tuple[Value, ...]]:
    ends = list(accumulate(sizes))
    return [tuple(values[a:b]) for a, b in zip([0, *ends], ends, strict=False)]


def _symmetric(n: int) -> Iterator[list[int]]:
    """Sizes of the classes put together: 4 → 2, 5 → 3, 7 → 3; longer scales by pairs first."""
    if n == 6 or n > 7:
        half = n // 2
        pairs = [2] * (half // 2) + [1] * (half % 2)
        yield [*pairs, *([1] * (n % 2)), *reversed(pairs)]
    if n >= 4:
        yield [n // 2, *([1] * (n % 2)), n // 2]


def _scale(dimension: Dimension, values: Sequence[Value], sizes: Sequence[int]) -> Classes:
    made = []
    for group in _cut(values, sizes):
        first, last = dimension.label(group[0]), dimension.label(group[-1])
        later = last[:1].lower() + last[1:]
        between = "eller" if len(group) == 2 else "till"
        made.append(Merged(group, first if len(group) == 1 else f"{first} {between} {later}"))
    return tuple(made)


def _bands(dimension: Dimension, values: Sequence[Value]) -> list[int] | None:
    """The first age of each class, where every class is a band of ages in rising order."""
    found = [_BAND.fullmatch(dimension.label(v)) for v in values]
    if not dimension.ordered or not all(found):
        return None
    starts = [int(m.group(1)) for m in found if m]
    marked = any("–" in dimension.label(v) or "-" in dimension.label(v) for v in values)
    return starts if marked and starts == sorted(set(starts)) else None


def _ages(dimension: Dimension, values: Sequence[Value], starts: list[int]) -> Iterator[Classes]:
    def classes(sizes: Sequence[int]) -> Classes:
        groups = _cut(values, sizes)
        at = [0, *accumulate(sizes)]
        made = []
        for group, a, b in zip(groups, at, at[1:], strict=False):
            if len(group) == 1:
                made.append(_alone(dimension, group[0]))
            elif b == len(values):
                older = dimension.label(group[-1]).lstrip("0123456789")
                made.append(Merged(group, f"{starts[a]}{older}"))
            else:
                made.append(Merged(group, f"{starts[a]}–{starts[b] - 1} år"))
        return tuple(made)

    if not set(NATIONAL) <= set(starts):
        for sizes in _symmetric(len(values)):
            yield classes(sizes)
        return
    cuts = [0, *(starts.index(c) for c in NATIONAL), len(values)]
    segments = [b - a for a, b in pairwise(cuts) if b > a]
    paired = [size for n in segments for size in ([2] * (n // 2) + [1] * (n % 2))]
    for sizes in (paired, segments, [sum(segments[:-1]), segments[-1]]):
        if len(sizes) < len(values):
            yield classes(sizes)


def _bins(values: Sequence[Value], source: Field | Derived | None) -> Iterator[Classes]:
    """Numbers in bins of one width, counted from 0. Whole numbers on a scale end where it does."""
    top = source.maximum if isinstance(source, Field) else None
    fractions = any(isinstance(v, float) and v != int(v) for v in values)
    before = len(values)
    for width in WIDTHS:
        bins: dict[int, list[Value]] = {}
        for v in sorted(values):
            bins.setdefault(math.floor(float(v) / width), []).append(v)
        if len(bins) < 2:
            return
        if len(bins) == before:
            continue
        before = len(bins)
        made = []
        for number, group in sorted(bins.items()):
            low, high = number * width, (number + 1) * width
            last = high - 1
            if isinstance(top, int | float) and float(group[-1]) <= top < high:
                last = int(top)
            whole_numbers = f"{low}–{last}" if low < last else f"{low}"
            label = f"{low} till under {high}" if fractions else whole_numbers
            made.append(Merged(tuple(group), label))
        yield tuple(made)


def _rare(
    dimension: Dimension, values: Sequence[Value], size: Mapping[Value | None, int], threshold: int
) -> Iterator[Classes]:
    """Classes of few rows as one, never one alone; then classes of twice as many, and so on."""
    every: list[Value | None] = [*values, *([None] if None in size else [])]
    ranked = sorted(every, key=lambda v: (size[v], every.index(v)))
    least, before = threshold, 0
    while True:
        taken = sum(size[v] < least for v in ranked)
        if taken and sum(size[v] for v in ranked[:taken]):
            while taken < len(ranked) and (
                sum(size[v] > 0 for v in ranked[:taken]) < 2
                or sum(size[v] for v in ranked[:taken]) < threshold
            ):
                taken += 1
        else:
            taken = 0
        if taken >= len(ranked):
            return
        if taken > before:
            before = taken
            rare = set(ranked[:taken])
            common = tuple(_alone(dimension, v) for v in every if v not in rare)
            label = OTHERS_OR_UNKNOWN if None in rare else OTHERS
            yield (*common, Merged(tuple(v for v in every if v in rare), label))
        least *= 2
        if least > 2 * max(size.values(), default=0):
            return
