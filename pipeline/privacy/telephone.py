"""Telephone numbers in texts: the matcher of `phonenumbers`, kept from ids, dates and amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[ \t\u00a0\u2009\u202f()/\u2010-\u2015\u2212.-]"
# What could be one: a plus, or a zero that does not continue a number, and seven digits more.
_DASHES = r"\u2010-\u2015\u2212"
_ALONE = rf"(?<!\w)(?<!\d[.,:/+{_DASHES}-])"
_CANDIDATE = re.compile(
    rf"{_ALONE}(?<!\d[ \u00a0])(?<!\d \()\(?(?:\+{_GAP}?\d|00[1-9]|0[1-9])"
    rf"(?:{_GAP}{{0,3}}\d){{5,13}}(?![^\W_])(?!{_GAP}\d)"
)
# A Swedish mobile number is known by its first digits, also among other numbers.
_MOBILE = re.compile(
    rf"(?<!\d)(?<!\d[.,:/+{_DASHES}-])(?:(?:\+|00){_GAP}?46{_GAP}{{0,2}}(?:\(?0\)?)?|0){_GAP}{{0,2}}7{_GAP}?[02369]"
    rf"(?:{_GAP}{{0,3}}\d){{7}}(?!\w)"
)
_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|\d{4}\D\d{1,2}\D\d{1,2}")
_CLOCK = re.compile(r"\d\d[.]?\d\d\s?[-\u2013]\s?\d\d[.]?\d\d")  # 08.00–16.30
# A cell that holds nothing but a mobile number whose zero or plus Excel has dropped.
_BARE = re.compile(r"\s*((?:46)?7[02369]\d{7})(?:[.,]0+)?\s*", re.ASCII)
_LEAST = 8
_UNBROKEN = 9  # digits of a number without any sign in it: eight are as often a date


def numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Where in the text they stand."""
    if whole := _BARE.fullmatch(text):
        yield whole.start(1), whole.end(1), "telefon"
        return
    for mobile in _MOBILE.finditer(text):
        yield mobile.start(), mobile.end(), "telefon"
    rest = _MOBILE.sub(lambda m: "\n" * len(m[0]), text)
    for candidate in _CANDIDATE.finditer(rest):
        if not _plausible(candidate[0]):
            continue
        import phonenumbers  # 0.1 s: only where a text could hold a number

        for match in phonenumbers.PhoneNumberMatcher(candidate[0], "SE"):
            start = candidate.start() + match.start
            yield start, start + len(match.raw_string), "telefon"


def _plausible(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if _DATE.fullmatch(text) or _CLOCK.fullmatch(text) or digits.startswith("000"):
        return False
    return len(digits) >= (_UNBROKEN if text.isdigit() else _LEAST)
