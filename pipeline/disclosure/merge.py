"""Merging before suppression: classes put together where too many numbers of a table are small.

Tables that stand beside each other share their classes. Rows without a value in a dimension go
with the classes put together, but never in a distribution, which is of those that have one, and
never among the options of a question: these do not make up a whole that would tell them.
Years are not pooled: a number of several years is another measure than the chapter's, and the
chapter has to ask for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.disclosure import ladder
from pipeline.disclosure.counts import Counts
from pipeline.disclosure.structure import Structure, structure
from pipeline.disclosure.variables import reads_value
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dimension
from pipeline.facts.pattern import CountCell, Merged
from pipeline.facts.plan import TableCall
from pipeline.facts.table import Key, Total
from pipeline.forms.codebook import Codebook, Value
from pipeline.workspace import Sekretess

LAST = "alla"
Merging = dict[str, tuple[Merged, ...]]  # dimension → classes, of what is merged


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What decides whether a number is small."""

    counts: Counts
    books: Mapping[str, Codebook]
    rules: Sekretess
    _built: dict[str, Structure] = field(default_factory=dict, init=False)

    def structure(self, dataset: str) -> Structure:
        """The structure of a table, made once: every number of every trial asks for it."""
        if dataset not in self._built:
            self._built[dataset] = structure(dataset, self.books)
        return self._built[dataset]

    def small(self, cells: Sequence[Sequence[CountCell]]) -> bool | None:
        """Whether a fact's number would be hidden for what it says itself. `cells`: of each of
        its count cells the ones that are put together. None where it has no number."""
        first = cells[0][0]
        k, n = (self.counts.together(c) for c in (cells[0], cells[-1]))
        if k is None or n is None:
            return None
        if first.dataset not in self.books:
            return False
        built = self.structure(first.dataset)
        limit = self.rules.troskel
        private = built.sensitive(reads_value(p.parse(first.where)))
        if private and len(cells) > 1 and n and k in (0, n):
            return True
        if private and len(cells) == 1 and k == 0:
            return True
        return 0 < k < limit or 0 < n - k < limit


def merge(
    calls: Sequence[TableCall], groups: Iterable[Iterable[str]], judge: Judge
) -> dict[str, Merging]:
    """Table key → dimension → classes, for the tables that are merged. `groups`: keys of tables
    that stand beside each other."""
    made: dict[str, Merging] = {}
    for linked in _linked(calls, groups):
        found = _of_group(linked, judge)
        if found:
            names = {c.key: {d.name for d in c.dims} for c in linked}
            made |= {
                key: {d: found[d] for d in sorted(ds & set(found))} for key, ds in names.items()
            }
    return {key: merging for key, merging in sorted(made.items()) if merging}


def _linked(calls: Sequence[TableCall], groups: Iterable[Iterable[str]]) -> list[list[TableCall]]:
    """The calls by what they share a merging with (union-find over table keys)."""
    root: dict[str, str] = {c.key: c.key for c in calls}

    def find(key: str) -> str:
        while root[key] != key:
            key = root[key]
        return key

    for group in groups:
        keys = sorted(k for k in group if k in root)
        for key in keys[1:]:
            a, b = sorted((find(keys[0]), find(key)))
            root[b] = a
    found: dict[str, list[TableCall]] = {}
    for call in calls:
        if not call.missing:
            found.setdefault(find(call.key), []).append(call)
    return list(found.values())


def share_small(calls: Sequence[TableCall], merging: Merging, judge: Judge) -> float:
    """The share of a group's numbers that are hidden at least under a merging: the small ones,
    and beside one that is alone in its line another, or the rest of the line would tell it."""
    hidden = told = 0
    for call in calls:
        verdicts = {
            at: verdict
            for at, cells, unanswered in _cells(call, merging, judge)
            if (verdict := not unanswered and judge.small(cells)) is not None
        }
        small = sum(verdicts.values())
        told += len(verdicts)
        hidden += min(len(verdicts), small + _lonely(call, verdicts))
    return hidden / told if told else 0.0


def _lonely(call: TableCall, verdicts: Mapping[tuple[int, ...], bool]) -> int:
    """Lines of a table with one small number. Options of a question do not make up a whole."""
    found = 0
    for axis, d in enumerate(call.dims):
        lines: dict[tuple[int, ...], list[bool]] = {}
        for at, verdict in verdicts.items():
            if at[axis] >= 0:
                lines.setdefault((*at[:axis], *at[axis + 1 :]), []).append(verdict)
        if d.options is None:
            found += sum(len(line) > 1 and sum(line) == 1 for line in lines.values())
    return found


def _cells(
    call: TableCall, merging: Merging, judge: Judge
) -> Iterator[tuple[tuple[int, ...], list[list[CountCell]], bool]]:
    """For every number of the merged table its place on each axis (−1: all together), its count
    cells put together, and whether it only tells who left a question unanswered."""
    built = judge.structure(call.dataset) if call.dataset in judge.books else None
    axes: list[list[tuple[int, list[Key]]]] = []
    for d, keys in zip(call.dims, call.classes, strict=True):
        classes = merging.get(d.name, ())
        put = {v for m in classes for v in m.values}
        lists: list[list[Key]] = [[k for k in keys if k in m.values] for m in classes]
        lists += [[k] for k in keys if not isinstance(k, Total) and (not classes or k not in put)]
        lists = [ks for ks in lists if ks]
        whole: list[list[Key]] = [[k] for k in keys if isinstance(k, Total)]
        axes.append([*enumerate(lists), *((-1, ks) for ks in whole)])
    for combination in itertools.product(*axes):
        parts = [call.cells[keys] for keys in itertools.product(*(ks for _, ks in combination))]
        if parts and parts[0]:
            at = tuple(place for place, _ in combination)
            cells = [sorted(set(column)) for column in zip(*parts, strict=True)]
            empty = [d for d, (_, ks) in zip(call.dims, combination, strict=True) if ks == [None]]
            yield at, cells, built is not None and _unanswered(built, empty, cells)


def _unanswered(
    built: Structure, empty: Sequence[Dimension], cells: Sequence[Sequence[CountCell]]
) -> bool:
    """Whether a number only tells who left the dimensions of `empty` unanswered."""
    reads = p.columns(p.parse(cells[0][0].where))
    left = {c for d in empty for c in d.reads()}
    return bool(left) and built.plain(reads) and not built.answers(set(reads) - left)


def _of_group(calls: Sequence[TableCall], judge: Judge) -> Merging:
    """The mildest merging under which few enough numbers are small; where none is enough, the one
    that leaves fewest."""
    limit = judge.rules.hogst_dolda
    merging: Merging = {}
    share = share_small(calls, merging, judge)
    # What is configured first; a table that is still mostly dots is not broken down at all. One of
    # fewer keeps its classes: a few dots are a smaller loss than the difference between the sexes.
    for step in (*judge.rules.sla_samman, LAST):
        ways = _ladders(step, calls, judge)
        rung = dict.fromkeys(sorted(ways), 0)
        while share > limit:
            tried = []
            for place, (name, at) in enumerate(rung.items()):
                if at < len(ways[name]):
                    trial = {**merging, name: ways[name][at]}
                    left = share_small(calls, trial, judge)
                    tried.append((left, -len(trial[name]), place, trial, name))
            if not tried:
                break
            best = min(tried, key=lambda t: t[:3])
            if best[0] < share:
                share, _, _, merging, name = best
                rung[name] += 1
            else:  # a wider step may help where this one does not
                rung = {name: at + 1 for name, at in rung.items()}
    for name in list(merging)[:-1]:  # what a later step made needless
        without = {d: classes for d, classes in merging.items() if d != name}
        if (left := share_small(calls, without, judge)) <= max(share, limit):
            merging, share = without, left
    return merging


def _ladders(
    step: str, calls: Sequence[TableCall], judge: Judge
) -> dict[str, list[tuple[Merged, ...]]]:
    """The ways of one step, mildest first, by dimension."""
    found: dict[str, list[tuple[Merged, ...]]] = {}
    for call in calls:
        for axis, d in enumerate(call.dims):
            if d.name in found:
                continue
            values = _values(calls, d.name)
            source = ladder.origin(call.dataset, d.name, judge.books)
            spread = any(c.over == d.name for c in calls)
            unknown = (
                not spread
                and d.options is None
                and any(None in c.classes[c.axis(d.name)] for c in calls if d.name in _names(c))
            )
            if step == "tertial" and ladder.is_tertial(source):
                found[d.name] = list(ladder.whole(values, unknown, ladder.WHOLE_YEAR))
            elif step == "enheter" and ladder.is_unit(source):
                found[d.name] = list(ladder.whole(values, unknown, ladder.ALL_UNITS))
            elif step == LAST and not spread:
                found[d.name] = list(ladder.whole(values, unknown, ladder.UNDIVIDED))
            elif step == "kategorier":
                known: list[Value | None] = [*values, *([None] if unknown else [])]
                size = {v: _size(call, axis, v, judge.counts) for v in known}
                limit = judge.rules.troskel
                found[d.name] = list(ladder.steps(d, values, source, size, limit))
    return found


def _names(call: TableCall) -> list[str]:
    return [d.name for d in call.dims]


def _values(calls: Sequence[TableCall], dimension: str) -> list[Value]:
    """The classes of a dimension in any of the tables, in its own order."""
    found: dict[Value, None] = {}
    for call in calls:
        for d, keys in zip(call.dims, call.classes, strict=True):
            if d.name == dimension:
                plain = [k for k in keys if not isinstance(k, Total | Merged) and k is not None]
                found |= dict.fromkeys(plain)
    return list(found)


def _size(call: TableCall, axis: int, value: Value | None, counts: Counts) -> int:
    cells = [c[0] for keys, c in call.cells.items() if keys[axis] == value and c]
    return (counts.together(cells) or 0) if cells else 0
