"""Questions under one scale are fields of their own, and have one merging of it all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.facts.pattern import Merged
from pipeline.facts.plan import TableCall
from pipeline.forms.codebook import Value

Merging = dict[str, tuple[Merged, ...]]
Classes = tuple[Merged, ...]


def one_scale(
    merged: Mapping[str, Merging], calls: Sequence[TableCall], groups: Iterable[Iterable[str]]
) -> dict[str, Merging]:
    """The mergings where all questions of a group have the classes that any of them needs: the
    finest classes that each question's own are parts of. Tables of one dimension only; `groups`
    as `merges` has them."""
    made = {key: dict(merging) for key, merging in merged.items()}
    by_key = {c.key: c for c in calls if len(c.dims) == 1}
    for group in groups:
        tables = [by_key[key] for key in group if key in by_key]
        scales = {tuple(k for k in t.classes[0] if k is not None) for t in tables}
        found = [made.get(t.key, {}).get(t.dims[0].name) for t in tables]
        if len(scales) != 1 or not any(found):
            continue
        common = joined([classes for classes in found if classes])
        for t in tables:
            made.setdefault(t.key, {})[t.dims[0].name] = common
    return dict(sorted(made.items()))


def joined(several: Sequence[Classes]) -> Classes:
    """The finest classes that the classes of all are parts of, in the order of the first."""
    order = [value for one in several[0] for value in one.values]
    place = {value: k for k, value in enumerate(order)}
    root = dict(place)
    for classes in several:
        for one in classes:
            known = [root[v] for v in one.values if v in root]
            root = {v: min(known) if r in known else r for v, r in root.items()}
    labels = {frozenset(m.values): m.label for classes in several for m in classes}
    alone = {v: m.label for classes in several for m in classes for v in m.values}
    made = []
    for first in dict.fromkeys(root[v] for v in order):
        values: tuple[Value | None, ...] = tuple(v for v in order if root[v] == first)
        parts = dict.fromkeys(labels.get(frozenset([v]), alone[v]) for v in values)
        made.append(Merged(values, labels.get(frozenset(values), " eller ".join(parts))))
    return tuple(made)
