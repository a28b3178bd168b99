"""Several files of one survey, one a year as a rule: which columns are the same question, and which
answers the same answer, though the words have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.intake.drafting.answers import alike
from pipeline.intake.drafting.asks import Ask
from pipeline.intake.drafting.material import PERSONAL, SKIP, Asked, Material
from pipeline.intake.headers import normal

SAME_QUESTION = 0.82  # at least so alike are two wordings of one question
SAME_ANSWER = 0.8
SURE = 0.96  # less than this is asked about
OTHER_QUESTION = 0.45  # under one code


@dataclass(frozen=True, slots=True)
class Joined:
    """One material of several, newest first in words and order, with what is unsure."""

    material: Material
    asks: tuple[Ask, ...]


def joined(materials: Sequence[Material]) -> Joined:
    """The materials as one. `given` of each column: one counter a file, in the files' order."""
    whole = len(materials)
    newest = materials[-1]
    columns = [_placed(c, whole - 1, whole) for c in newest.columns]
    asks: list[Ask] = []
    for at in range(whole - 2, -1, -1):
        pairs, unsure = _pairs(columns, materials[at].columns)
        for i, j in pairs.items():
            columns[i] = _both(columns[i], materials[at].columns[j], at)
        asks += unsure
        taken = {*pairs.values()}
        columns += [
            _placed(c, at, whole) for j, c in enumerate(materials[at].columns) if j not in taken
        ]
    merged = replace(
        newest,
        columns=tuple(_neighbours(columns)),
        closed=all(m.closed for m in materials),
        rows=sum(m.rows for m in materials),
        said=tuple(dict.fromkeys(s for m in materials for s in m.said)),
    )
    return Joined(merged, tuple(asks))


def _placed(column: Asked, at: int, whole: int) -> Asked:
    given: list[Mapping[Any, int]] = [{} for _ in range(whole)]
    if column.given:
        given[at] = dict(column.given[0])
    return replace(column, given=tuple(given))


def _neighbours(columns: list[Asked]) -> list[Asked]:
    """Rows that only older files have beside those of their question."""
    first: dict[str, int] = {}
    for i, c in enumerate(columns):
        if c.base:
            first.setdefault(c.base, i)
    order = sorted(range(len(columns)), key=lambda i: (first.get(columns[i].base, i), i))
    return [columns[i] for i in order]


def _pairs(ours: Sequence[Asked], theirs: Sequence[Asked]) -> tuple[dict[int, int], list[Ask]]:
    """Our column → theirs, with the questions about pairs that are not sure."""
    asks: list[Ask] = []
    pairs: dict[int, int] = {}
    by_whole: dict[str, list[int]] = {}
    for j, c in enumerate(theirs):
        for key in dict.fromkeys((normal(c.headers[0]), normal(c.whole))):
            by_whole.setdefault(key, []).append(j)
    for i, c in enumerate(ours):
        found = [
            j
            for key in dict.fromkeys((normal(c.headers[0]), normal(c.whole)))
            for j in by_whole.get(key, ())
            if j not in pairs.values()
        ]
        if found:
            pairs[i] = found[0]
            other = theirs[found[0]]
            if c.code and alike(c.whole, other.whole) < OTHER_QUESTION and c.whole != c.code:
                asks.append(_reused(c, other))
    left = [i for i in range(len(ours)) if i not in pairs]
    right = [j for j in range(len(theirs)) if j not in pairs.values()]
    scored = sorted(
        ((_score(ours[i], theirs[j]), -i, -j) for i in left for j in right), reverse=True
    )
    for score, minus_i, minus_j in scored:
        i, j = -minus_i, -minus_j
        if score < SAME_QUESTION:
            break
        if i in pairs or j in pairs.values():
            continue
        pairs[i] = j
        if score < SURE:
            asks.append(_renamed(ours[i], theirs[j]))
    return pairs, asks


def _score(a: Asked, b: Asked) -> float:
    """How alike two columns are: question and row each for itself."""
    if bool(a.option) != bool(b.option) or {a.kind, b.kind} & {PERSONAL, SKIP}:
        return 0.0
    if a.option:
        return min(alike(a.question, b.question), alike(a.option, b.option))
    return alike(a.whole, b.whole) if a.whole != a.code else 0.0


def _both(ours: Asked, theirs: Asked, at: int) -> Asked:
    given = list(ours.given)
    given[at] = dict(theirs.given[0]) if theirs.given else {}
    return replace(
        ours,
        headers=tuple(dict.fromkeys((*ours.headers, *theirs.headers))),
        labels={**theirs.labels, **ours.labels},
        places={**theirs.places, **ours.places},
        given=tuple(given),
        kind=ours.kind or theirs.kind,
        code=ours.code or theirs.code,
    )


def same_answers(
    counts: Sequence[Mapping[str, int]],
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Answers whose words have changed between files: old → new, and the pairs that are not sure.
    `counts`: one mapping a file, oldest first. Two that occur in one file are two answers."""
    files: dict[str, set[int]] = {}
    for at, found in enumerate(counts):
        for text in found:
            files.setdefault(text, set()).add(at)
    texts = sorted(files, key=lambda t: (-max(files[t]), t))
    scored = sorted(
        (
            (alike(a, b), a, b)
            for x, a in enumerate(texts)
            for b in texts[x + 1 :]
            if not files[a] & files[b]
        ),
        key=lambda s: (-s[0], s[1], s[2]),
    )
    renamed: dict[str, str] = {}
    unsure = []
    for score, new, old in scored:
        if score < SAME_ANSWER:
            break
        if old in renamed or new in renamed or old in renamed.values():
            continue
        if any(files[old] & files[o] for o, n in renamed.items() if n == new):
            continue
        renamed[old] = new
        if score < SURE:
            unsure.append((old, new))
    return renamed, unsure


def _renamed(ours: Asked, theirs: Asked) -> Ask:
    return Ask(
        ours.where,
        f"Frågan ”{ours.whole}” verkar ha hetat ”{theirs.whole}” ({theirs.where}). De räknas som "
        "samma fråga.",
        "Stämmer det inte: ta bort den gamla rubriken ur aliases och lägg den som ett eget fält.",
    )


def _reused(ours: Asked, theirs: Asked) -> Ask:
    return Ask(
        ours.where,
        f"Koden {ours.code} står för ”{ours.whole}”, men för ”{theirs.whole}” i {theirs.where}. "
        "Den räknas som samma fråga.",
        "Är det två frågor: byt koden i den ena filen och lägg till ett fält för den.",
    )
