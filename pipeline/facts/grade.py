"""Grades as facts: what the rule proposes of an area's shares, the gravest that people decided,
and whether the two agree. Each is a wording that rests on its numbers: no code compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from pipeline.audit import grades
from pipeline.facts.fact import Fact, exact

RULES = ("grade", "gravest", "agreement")


def proposal(
    shares: Sequence[Fact], words: Sequence[str], green_from: str, red_below: str, name: str,
    title: str,
) -> Fact:  # fmt: skip
    """The grade proposed. `words`: those of green, yellow and red, and of no proposal; the limits
    are decimals from 0 to 1."""
    limits = {"gron_minst": green_from, "rod_under": red_below}
    return _word("grade", shares, words, name, title, **limits)


def gravest(counts: Sequence[Fact], words: Sequence[str], name: str, title: str) -> Fact:
    """The gravest grade. `counts`: the findings that are blue, green, yellow and red; `words`:
    theirs, and of no finding."""
    return _word("gravest", counts, words, name, title)


def agreement(
    proposed: Fact, decided: Fact, words: tuple[str, str, str], name: str, title: str
) -> Fact:
    """Whether the decision is the proposed one. `words`: of the same, of another, of nothing to
    compare."""
    return _word("agreement", (proposed, decided), words, name, title)


def place(definition: Mapping[str, Any], parents: Sequence[Fact]) -> int:
    """Which of a wording's words its parents give."""
    values = [None if f.value is None else exact(f.value) for f in parents]
    words = definition["words"]
    if definition["rule"] == "grade":
        limits = (Fraction(definition[k]) for k in ("gron_minst", "rod_under"))
        found = grades.proposed(values, *limits)
    elif definition["rule"] == "gravest":
        found = grades.gravest([None if v is None else int(v) for v in values])
    else:
        none = [f.definition["words"] for f in parents]
        proposed, decided = (
            None if v is None or int(v) == len(w) - 1 else int(v)
            for v, w in zip(values, none, strict=True)
        )
        return grades.against(proposed, decided)
    return len(words) - 1 if found is None else found


def _word(
    rule: str, parents: Sequence[Fact], words: Sequence[str], name: str, title: str, **more: str
) -> Fact:
    definition = {
        "kind": "word", "rule": rule, "parents": [f.id for f in parents], "words": list(words),
        **more,
    }  # fmt: skip
    return Fact(
        definition, name, title, place(definition, parents), "ord",
        parents[0].period if parents else "",
        reads=tuple(sorted({r for f in parents for r in f.reads})), parents=tuple(parents),
    )  # fmt: skip
