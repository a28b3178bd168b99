"""The texts that a number may be shown as, written by rules of this module's own.

forekomster.parquet does not say which format an occurrence was asked for. So the text is read
for its format (how many decimals, per cent or percentage points, a written plus), and the
recomputed number written again in that format must give the text letter by letter. Where no
format is free (n, numerator, denominator, "6 av 8", words, what is missing) there is one text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

SMALL = 20
POINTS = ("procentenheter", "p.e.")
MISSING = {"saknas": "underlag saknas", "tom": "inga svar", "dold": ".."}
TOO_FEW = f"ej jämfört (färre än {SMALL} svar)"
_SHAPE = re.compile(
    "(?P<plus>\\+)?\u2212?(?:\\d{1,4}|\\d{1,3}(?:\u00a0\\d{3})+)"
    "(?:,(?P<places>\\d+))?(?:\u00a0(?P<unit>%|procentenheter|p\\.e\\.))?"
)


def written(value: Fraction, places: int = 0, plus: bool = False) -> str:
    """Decimal comma, U+2212, thousands apart from 10 000, halves away from zero, never −0."""
    scaled = value * 10**places
    wide = Context(prec=60)
    whole = wide.divide(Decimal(scaled.numerator), Decimal(scaled.denominator))
    rounded = int(abs(whole).quantize(Decimal(1), rounding=ROUND_HALF_UP, context=wide))
    digits = str(rounded).zfill(places + 1)
    front, back = (digits[: len(digits) - places], digits[len(digits) - places :])
    if len(front) > 4:
        front = re.sub(r"(?<=\d)(?=(\d{3})+$)", "\u00a0", front)
    sign = "" if not rounded else "\u2212" if value < 0 else "+" if plus else ""
    return sign + front + ("," + back if places else "")


def expected_text(
    shown: str, fact: Mapping[str, Any], part: str, parents: Sequence[Mapping[str, Any]]
) -> str:
    """What should have stood where `shown` stands. `fact`: recomputed, with its exact `value`."""
    gone = MISSING.get(fact["status"], "–")
    if part != "value":
        number = fact[part]
        return gone if number is None else written(Fraction(number))
    value = fact["value"]
    if value is None:
        return gone
    if fact["kind"] == "word":
        words = fact["words"]
        return str(words[int(value)]) if 0 <= int(value) < len(words) else "–"
    small = _small(fact)
    shape = _SHAPE.fullmatch(shown)
    if shape and shape["unit"] is None and fact["unit"] not in ("andel", "andelsskillnad"):
        return written(value, len(shape["places"] or ""), bool(shape["plus"]))
    if shape and shape["unit"] is None and shape["places"]:
        return written(value, len(shape["places"]), bool(shape["plus"]))
    points = fact["unit"] == "andelsskillnad" or (shape and shape["unit"] in POINTS)
    if points and _too_few(parents):
        return TOO_FEW
    if small and not points:
        return f"{fact['numerator']} av {fact['denominator']}"
    if fact["unit"] in ("andel", "andelsskillnad") or (shape and shape["unit"]):
        places = len(shape["places"] or "") if shape else 0
        short = bool(shape and shape["unit"] == "p.e.")
        unit = POINTS[short] if points else "%"
        plus = bool(shape and shape["plus"])
        return f"{written(value * 100, places, plus)}\u00a0{unit}"
    return written(value)


def _too_few(parents: Sequence[Mapping[str, Any]]) -> bool:
    return any(map(_small, parents))


def _small(fact: Mapping[str, Any]) -> bool:
    return fact["denominator"] is not None and fact["denominator"] < SMALL
