"""Swedish formatting of facts: the only place where a number becomes text.

Rules: exact values, rounded once, half away from zero; decimal comma; no-break space before %
and as thousands separator from 10 000; U+2212 as minus; never −0; shares of fewer than 20 as
"6 av 8" (DESIGN §7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from pipeline.errors import PredicateError
from pipeline.facts.fact import Fact, exact
from pipeline.facts.rounding import round_half_away
from pipeline.facts.told import places_of, unit_of

NBSP = "\u00a0"
MINUS = "\u2212"
SMALL = 20  # fewer than this: "6 av 8", no per cent
MISSING = {"saknas": "underlag saknas", "tom": "inga svar", "dold": ".."}
PARTS = ("n", "numerator", "denominator")
POINTS = {"pp": "procentenheter", "pe": "p.e."}  # the short one for narrow cells, explained there
_SPEC = re.compile(r"(?P<sign>\+?)(?:\.(?P<places>\d))?(?P<unit>%|pp|pe|f|d)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact as a reader sees it: which part of it, in which format, as which text."""

    part: str
    spec: str
    text: str


def decimal(value: Fraction, places: int = 0, sign: bool = False) -> str:
    """`-1234.5` → `−1234,5`; thousands are set apart from 10 000."""
    rounded = round_half_away(value, places)
    scaled = abs(rounded) * 10**places
    digits = f"{scaled.numerator:0{places + 1}d}"
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", NBSP)
    prefix = MINUS if rounded < 0 else "+" if sign and rounded > 0 else ""
    return prefix + whole + (f",{fraction}" if fraction else "")


def show(fact: Fact, spec: str = "") -> Shown:
    """The text of a fact in a format.

    Formats: `""` (by unit), `.1%`, `+.1pp`, `+.1pe`, `.1f`, `d`, `n`, `numerator`, `denominator`.
    Raises PredicateError for another.
    """
    if spec in PARTS:
        number = getattr(fact, spec)
        text = MISSING.get(fact.status, "–") if number is None else decimal(Fraction(number))
        return Shown(spec, spec, text)
    match = _SPEC.fullmatch(spec)
    if not match:
        raise PredicateError(f"Formatet ”{spec}” finns inte.")
    if fact.value is None:
        return Shown("value", spec, MISSING.get(fact.status, "–"))
    if fact.kind == "word":
        words = fact.definition["words"]
        return Shown("value", spec, words[int(exact(fact.value))])
    return Shown("value", spec, _number(fact, match))


def agree(fact: Fact, one: str, several: str, spec: str = "") -> str:
    """The form of a word beside a number, `agree(sena, "åtgärd", "åtgärder")`: decided by the
    number as it is told, so that the word beside a hidden one says nothing."""
    return one if show(fact, spec).text == "1" else several


def number(fact: Fact, spec: str = "") -> Fraction | None:
    """The value that the text of a fact tells, a share in parts of one; None where it tells no
    number."""
    match = _SPEC.fullmatch(spec)
    text = show(fact, spec).text
    if (
        match is None
        or fact.value is None
        or fact.kind == "word"
        or not any(map(str.isdigit, text))
    ):
        return None
    value, unit = exact(fact.value), match["unit"] or unit_of(fact)
    if unit == "%" and _small(fact):
        return value
    if unit in POINTS and _too_few(fact):
        return None
    places = int(match["places"]) if match["places"] else places_of(fact, unit)
    scale = 100 if unit == "%" or unit in POINTS else 1
    return round_half_away(value * scale, places) / scale


def _number(fact: Fact, match: re.Match[str]) -> str:
    assert fact.value is not None
    value = exact(fact.value)
    sign = bool(match["sign"])
    unit = match["unit"] or unit_of(fact)
    places = int(match["places"]) if match["places"] else places_of(fact, unit)
    if unit == "%":
        if _small(fact):
            return f"{fact.numerator} av {fact.denominator}"
        return decimal(value * 100, places, sign) + f"{NBSP}%"
    if unit in POINTS:
        if _too_few(fact):
            return f"ej jämfört (färre än {SMALL} svar)"
        return decimal(value * 100, places, sign) + f"{NBSP}{POINTS[unit]}"
    return decimal(value, places, sign)


def _small(fact: Fact) -> bool:
    """Whether it is a share of too few to be told in per cent."""
    return fact.denominator is not None and fact.denominator < SMALL


def _too_few(fact: Fact) -> bool:
    """Whether a difference is one between shares of too few to be told as a number."""
    return any(map(_small, fact.parents))
