"""One rounding for everything a reader sees."""

from __future__ import annotations

from fractions import Fraction


def round_half_away(value: Fraction, places: int) -> Fraction:
    """Half away from zero, exactly: 12.5 → 13, −0.05 at one place → −0.1.

    Python and numpy round 12.5 to 12, DuckDB to 13; a reader expects 13.
    """
    scale = 10**places
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)
