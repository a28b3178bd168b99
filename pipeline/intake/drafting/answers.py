"""Telling from the answers alone what a column holds."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake.choices import text_of
from pipeline.intake.dates import parse_date
from pipeline.intake.drafting.scales import is_missing
from pipeline.intake.numbers import parse_float, parse_number
from pipeline.intake.raw import Cell
from pipeline.privacy.screen import mask

LONGEST = 120  # characters of an answer to choose; a longer one is somebody's own words
MANY = 60  # different answers of one question; more are no list to choose from
REPEATED = 0.75  # of the answers are given by several, where they are chosen from a list
MARKED = 0.05  # of the cells hold several answers, where several can be chosen
HIGHEST = 10  # a whole number in several neighbouring columns, at most this, is a scale
DELIMITERS = (";", ", ", ",", "|", "\n")
# Tools that put one sign between several answers, whatever the answers hold.
SIGNS = {
    "microsoft_forms": (";",), "google_forms": (", ", ";"), "qualtrics": (",",), "kobo": (" ",),
}  # fmt: skip
_THOUSANDS = re.compile(r"\d,\d")
_DIGITS = re.compile(r"\d+")
_NEGATING = frozenset("inte ej icke aldrig not never no ingen inget inga utan without".split())
_CODES = re.compile(r"[a-z0-9_]+( [a-z0-9_]+)*")
_TURNING = ("dis", "un", "in", "im", "non", "o", "miss", "icke", "ej")


@dataclass(frozen=True, slots=True)
class Options:
    """The answers that can be chosen, with how many gave each; `delimiter` where several stand in
    one cell. `own`: answers that look like somebody's own words and are written nowhere."""

    counts: Mapping[str, int]
    delimiter: str = ""
    own: Mapping[str, int] | None = None


def texts(answers: Counter[Cell]) -> Counter[str]:
    """Cells as trimmed texts."""
    found: Counter[str] = Counter()
    for cell, n in answers.items():
        if text_of(cell):
            found[text_of(cell)] += n
    return found


def dates(answers: Counter[Cell]) -> bool:
    """Whether every cell is a day, and not a bare number."""
    cells = [c for c in answers if not (isinstance(c, str) and is_missing(c))]
    return bool(cells) and all(
        not isinstance(c, int | float | bool) and not _is_number(c) and parse_date(c)[0] is not None
        for c in cells
    )


def numbers(answers: Counter[Cell]) -> list[float | int] | None:
    """All answers as numbers, those that say there is none left out; None where one is not."""
    found = []
    for cell in answers:
        if isinstance(cell, str) and is_missing(cell):
            continue
        number = (parse_float if "%" in str(cell) else parse_number)(cell)[0]
        if number is None:
            return None
        found.append(number)
    return found or None


def _is_number(cell: Cell) -> bool:
    return parse_number(cell)[0] is not None


def options(
    counts: Counter[str], closed: bool, delimiter: str = "", tool: str = ""
) -> Options | None:
    """The answers to choose from, or None where people have written in their own words."""
    one = _single(counts, closed)
    for sign in (delimiter,) if delimiter else SIGNS.get(tool, DELIMITERS):
        several = _several(counts, sign, closed, bool(delimiter))
        if several is not None:
            return several
    return one


def _single(counts: Counter[str], closed: bool) -> Options | None:
    whole = sum(counts.values())
    if not counts or len(counts) > MANY or any(len(t) > LONGEST for t in counts if counts[t] > 1):
        return None
    again = {t: n for t, n in counts.items() if n > 1}
    if sum(again.values()) < REPEATED * whole or (whole < 4 and len(counts) > 1):
        return None
    return _split(counts, closed)


def _several(counts: Counter[str], sign: str, closed: bool, sure: bool) -> Options | None:
    """Options of cells with several answers: parts that recombine."""
    if sign == "," and any(_THOUSANDS.search(t) for t in counts):
        return None
    if sign == " " and not sure and not all(map(_CODES.fullmatch, counts)):
        return None
    holding = {t: n for t, n in counts.items() if sign in t.rstrip(sign + " ")}
    few = sum(holding.values()) < max(2, MARKED * sum(counts.values()))
    closing = sign == ";" and any(t.endswith(";") for t in counts)  # Microsoft Forms
    if few and not (sure or closing):
        return None
    cells = {t: _joined(parts(t, sign)) for t in counts}
    cells = _merged(cells, sign)
    found: Counter[str] = Counter()
    for t, these in cells.items():
        for part in these:
            found[part] += counts[t]
    marked = sum(counts[t] for t, these in cells.items() if len(these) > 1)
    again = {p: n for p, n in found.items() if n > 1}
    if not sure and (
        marked < max(2, MARKED * sum(counts.values()))
        or len(again) < 2
        or sum(again.values()) < REPEATED * sum(found.values())
        or len(again) > MANY
        or any(len(p) > LONGEST for p in again)
        or not _recombine(cells)
    ):
        return None
    made = _split(found, closed)
    return Options(made.counts, sign, made.own)


def _split(counts: Mapping[str, int], closed: bool) -> Options:
    """Answers of the form apart from somebody's own: with a tool that mixes the two, one that a
    single person has given is not written down, nor one that holds a personal identifier."""
    kept: dict[str, int] = {}
    own: dict[str, int] = {}
    for t, n in counts.items():
        sure = n > 1 or closed or is_missing(t) or t.casefold() in ("ja", "nej", "yes", "no")
        (kept if sure and len(t) <= LONGEST and not mask(t)[1] else own)[t] = n
    return Options(kept, "", own)


def parts(text: str, sign: str) -> tuple[str, ...]:
    """A cell in its parts; a sign within brackets divides nothing."""
    found, depth, begun = [], 0, 0
    at = 0
    while at < len(text):
        depth += (text[at] in "([") - (text[at] in ")]")
        if depth <= 0 and text.startswith(sign, at):
            found.append(text[begun:at])
            at += len(sign)
            begun = at
        else:
            at += 1
    found.append(text[begun:])
    return tuple(p.strip() for p in found if p.strip())


def _joined(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _merged(cells: Mapping[str, tuple[str, ...]], sign: str) -> dict[str, tuple[str, ...]]:
    """Parts that only ever stand together are one answer that holds the sign."""
    made = dict(cells)
    for _ in range(3):
        before: dict[str, set[str]] = {}
        after: dict[str, set[str]] = {}
        for these in made.values():
            for a, b in zip(("", *these), (*these, ""), strict=True):
                after.setdefault(a, set()).add(b)
                before.setdefault(b, set()).add(a)
        glued = {
            a
            for a, nexts in after.items()
            if a and "" not in nexts and all(before[b] == {a} for b in nexts)
        }
        if not glued:
            break
        for t, these in made.items():
            whole: list[str] = []
            for part in these:
                if whole and whole[-1].rpartition(sign)[2].strip() in glued:
                    whole[-1] = f"{whole[-1]}{sign.rstrip()} {part}" if sign != ";" else part
                else:
                    whole.append(part)
            made[t] = tuple(whole)
    return made


def _recombine(cells: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether some part stands beside different others: a list that people tick in."""
    beside: dict[str, set[str]] = {}
    for these in cells.values():
        for part in these:
            beside.setdefault(part, set()).update(p for p in these if p != part)
    alone = {these[0] for these in cells.values() if len(these) == 1}
    return any(len(o) > 1 or (o and p in alone) for p, o in beside.items())


def alike(a: str, b: str) -> float:
    """How alike two questions or answers are, 0–1: none where they differ in a number or in a
    word that turns the meaning round."""
    left, right = a.casefold(), b.casefold()
    if sorted(_DIGITS.findall(left)) != sorted(_DIGITS.findall(right)):
        return 0.0
    mine, theirs = ({*re.findall(r"\w+", t)} for t in (left, right))
    words = mine ^ theirs
    if words & _NEGATING or any(p + w in words for w in words for p in _TURNING):
        return 0.0
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
