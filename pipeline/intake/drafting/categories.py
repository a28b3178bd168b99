"""Categories of a field from labels and answers: values, order, and what counts as no answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.forms.codebook import slug
from pipeline.intake.choices import text_of
from pipeline.intake.drafting.answers import MANY
from pipeline.intake.drafting.scales import (
    is_missing,
    numbered,
    plain,
    scale_of,
    span,
    spans,
    yes_no,
)
from pipeline.intake.numbers import parse_number
from pipeline.intake.raw import Cell

LONGEST_VALUE = 40
_SIGNS = re.compile(r"[^\w]+")
OWN = "Annat (egna ord)"
_OTHERS = frozenset("annat annan övrigt other others".split())
OTHER = "-oth-"  # LimeSurvey's code of an answer in own words, which has a column of its own
FEW = 21  # different whole numbers of a scale of which only some have words

Category = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """`categories` as the codebook writes them, `type` string or integer. `known`: the order is
    that of a scale, numbers or spans, not only that of the form. `reversed`: the file's numbers run
    the other way than the scale."""

    categories: tuple[Category, ...]
    type: str
    ordered: bool = False
    known: bool = True
    reversed: bool = False
    dimension: str = ""


@dataclass(slots=True)
class Values:
    """Values that are not used twice within one field. `texts`: its answers; none of them may be
    the value of another (C would be read as C++)."""

    used: set[str] = field(default_factory=set)
    texts: frozenset[str] = frozenset()

    @classmethod
    def among(cls, texts: Iterable[str]) -> Values:
        return cls(texts=frozenset(t.casefold() for t in texts))

    def of(self, text: str) -> str:
        words = text.replace("+", " plus ").replace("#", " sharp ")
        made = slug(words)[:LONGEST_VALUE].strip("_") or "x"
        # Without signs C and C++ are alike: "C, C++" must not be read as the value and label of C.
        bare = _SIGNS.sub("", text.casefold())
        alike = sum(_SIGNS.sub("", t) == bare for t in self.texts) > 1 and made == bare
        value, number = (f"{made}_1" if alike else made), 2
        while value in self.used or (value in self.texts and value != text.casefold()):
            value, number = f"{made}_{number}", number + 1
        self.used.add(value)
        return value


def from_texts(texts: Iterable[str], aliases: Mapping[str, Sequence[str]] | None = None) -> Listed:
    """Categories of answers in words. A scale gets 1, 2, …, from low to high; other answers a name
    each, in the order given."""
    aliases = aliases or {}
    texts = list(texts)
    gone = [t for t in texts if is_missing(t)]
    said = [t for t in texts if t not in gone]
    dimension = ""
    ordered: Sequence[str] = ()
    values: dict[str, Cell] = {}
    if (told := numbered(said)) is not None:
        return _numbered(told, gone, aliases)
    if (scale := scale_of(said)) is not None:
        dimension, ordered = scale
    elif (found := spans(said)) is not None:
        ordered = found
    names = Values.among(texts)
    if ordered:
        values = {t: i for i, t in enumerate(ordered, start=1)}
        said = list(ordered)
    else:
        values = {t: names.of(t) for t in said}
    made = [_category(values[t], t, aliases.get(t, ())) for t in said]
    made += [_category(names.of(t), t, aliases.get(t, ()), missing=True) for t in gone]
    kind = "integer" if ordered else "string"
    return Listed(tuple(made), kind, bool(ordered), True, False, dimension)


def _numbered(
    told: Sequence[tuple[int, str]], gone: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> Listed:
    at = dict(told)
    low, high = min(at), max(at)
    between = range(low, high + 1) if high - low <= 10 else sorted(at)
    made = [_category(n, at.get(n, str(n)), aliases.get(at.get(n, ""), ())) for n in between]
    names = Values()
    made += [_category(names.of(t), t, aliases.get(t, ()), missing=True) for t in gone]
    return Listed(tuple(made), "integer", True)


def from_labels(labels: Mapping[Cell, str], counts: Counter[str]) -> Listed | None:
    """Categories of coded answers. None where the labels only name some of many numbers: then the
    answers are a number, and `missing_codes` are no answers."""
    texts = {text_of(k) for k in labels} | {text_of(t) for t in labels.values()}
    others = [t for t in counts if t not in texts and not is_missing(t)]
    values: dict[Cell, str] = dict(labels)
    if others and all(_no_answer(k, t) for k, t in labels.items()):
        return None
    if others:
        found = [parse_number(t)[0] for t in others]
        if any(n is None for n in found):
            if len(others) > MANY:
                return None
            names = Values({text_of(k) for k in labels})
            values |= {names.of(t): t for t in others}
        elif all(isinstance(n, int) for n in found) and len(others) + len(labels) <= FEW:
            values |= {n: str(n) for n in found}
            values = dict(sorted(values.items(), key=_by_number))
        else:
            return None
    whole = all(_whole(k) for k in values)
    gone = {k for k, t in values.items() if _no_answer(k, t)}
    said = [k for k in values if k not in gone]
    if not said:
        return None
    scale = scale_of([values[k] for k in said]) or ("", ())
    order = {t: i for i, t in enumerate(scale[1])}
    by_words = numbered([values[k] for k in said]) or spans([values[k] for k in said])
    known = bool(order) or by_words is not None or _numbers_between(said, values)
    backwards = False
    if order:
        given = [order[values[k]] for k in said]
        backwards = len(given) > 1 and given == sorted(given, reverse=True)
        said = sorted(said, key=lambda k: order[values[k]])
    labelled = [_category(k if whole else text_of(k), values[k]) for k in said]
    labelled += [_category(k if whole else text_of(k), values[k], missing=True) for k in gone]
    return Listed(
        tuple(labelled), "integer" if whole else "string", known and len(said) > 2 and
        not yes_no(values[k] for k in said), known, backwards, scale[0],
    )  # fmt: skip


def _numbers_between(said: Sequence[Cell], values: Mapping[Cell, str]) -> bool:
    """Whether most categories are numbers alone: a scale with words at its ends."""
    bare = sum(values[k] == str(k) for k in said)
    return len(said) >= 4 and bare >= len(said) - 3


def missing_codes(labels: Mapping[Cell, str]) -> list[str]:
    """The codes of a number that mean that there is none."""
    return [text_of(k) for k, t in labels.items() if _no_answer(k, t)]


def _no_answer(code: Cell, label: str) -> bool:
    return is_missing(label) or (isinstance(code, str) and code.startswith("."))


def bare(numbers: Sequence[float | int]) -> Listed:
    """A scale of whole numbers without words."""
    low, high = int(min(numbers)), int(max(numbers))
    low = min(low, 1)
    made = tuple(_category(n, str(n)) for n in range(low, high + 1))
    return Listed(made, "integer", True, known=False)


def _category(
    value: Cell, label: str, aliases: Sequence[str] = (), missing: bool = False
) -> Category:
    # A label of numbers alone cannot be told from a number nobody has traced, so it gets a word.
    if label == OTHER:
        label, aliases = "Annat", (OTHER, *aliases)
    between = span(label)
    told = f"{between[0]} till {between[1]}" if between else label
    made: Category = {"value": value, "label": told}
    if aliases or between:
        made["aliases"] = [*([label] if between else []), *aliases]
    if missing:
        made["missing"] = True
    return made


def with_own_words(categories: Sequence[Category]) -> list[Category]:
    """Categories of which one stands for answers in people's own words: the one that is called so
    already, else one more before those that mean no answer."""
    made = [dict(c) for c in categories]
    other = next((c for c in made if plain(c["label"]) in _OTHERS and not c.get("missing")), None)
    if other is None:
        names = Values({str(c["value"]) for c in made})
        other = _category(names.of(OWN), OWN)
        first = next((i for i, c in enumerate(made) if c.get("missing")), len(made))
        made.insert(first, other)
    other["ownWords"] = True
    return made


def _whole(value: Cell) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _by_number(item: tuple[Cell, str]) -> tuple[float, str]:
    number = parse_number(item[0])[0]
    return (float("inf") if number is None else float(number)), item[1]
