"""Personnummer and samordningsnummer, as people, forms and spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from personnummer import personnummer

_BLANK = r"[ \t\u00a0\u2007\u2009\u202f]"
_HYPHEN = r"[-\u00ad\u2010-\u2015\u2212\ufe63\uff0d]"
_UNSEEN = r"[\u00ad\u200b-\u200d\u2060\ufeff]"
_PLUS = r"[+\uff0b]"
_DASH = rf"(?:{_BLANK}?(?:{_HYPHEN}|{_PLUS}|/){_BLANK}?)"
# Century, year, month and day together or apart; then the four last. A date with hyphens needs
# one before the four last too: what follows a date after a blank is a time or a year.
_TOGETHER = rf"(?:(?:18|19|20){_BLANK}?)?\d{{6}}(?:{_DASH}|{_BLANK}{{1,2}}|\.|{_UNSEEN})?\d{{4}}"
_APART = (
    rf"(?:18|19|20)?\d\d(?P<s>{_HYPHEN}|[./])\d\d(?P=s)\d\d(?:{_DASH}|[./])\d{{4}}"
    rf"|(?:18|19|20)?\d\d{_BLANK}\d\d{_BLANK}\d\d(?:{_DASH}|{_BLANK})\d{{4}}"
)
# Not inside a longer number or a decimal one; `.0` is a number that was read as a text.
_NUMBER = re.compile(
    rf"(?<![\d])(?<!\d[.,])(?:{_TOGETHER}|{_APART})(?!\d)(?![.,]\d*[1-9])(?!{_HYPHEN}\d)", re.ASCII
)
# A cell that holds nothing but digits: Excel has dropped the zero of someone born in 2001–2009.
# Two or three zeros (2000) leave seven or eight digits, which are as a rule something else.
_SHORT = re.compile(r"\s*(\d{9})(?:[.,]0+)?\s*", re.ASCII)
_SHORTER = re.compile(r"\s*(\d{7,8})(?:[.,]0+)?\s*", re.ASCII)


def numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Where in the text they stand, and which of the two each is."""
    whole = _SHORT.fullmatch(text)
    if whole and (kind := kind_of(whole[1].zfill(10))):
        yield whole.start(1), whole.end(1), kind
        return
    at = 0
    while found := _NUMBER.search(text, at):
        kind = kind_of(re.sub(r"\D", "", found[0]))
        at = found.end() if kind else found.start() + 1
        if kind:
            yield found.start(), found.end(), kind


def shortened(text: str) -> str:
    """The kind of a text that is nothing but seven or eight digits, the rest of a number of
    someone born in 2000; nothing where it is none."""
    whole = _SHORTER.fullmatch(text)
    return kind_of(whole[1].zfill(10)) if whole else ""


def kind_of(digits: str) -> str:
    """`personnummer`, `samordningsnummer` or nothing, of ten or twelve digits.

    Ten digits are tried in both centuries, so that the answer does not hang on today's date.
    """
    whole = [digits] if len(digits) == 12 else [century + digits for century in ("19", "20")]
    if not any(personnummer.valid(number) for number in whole):
        return ""
    return "samordningsnummer" if int(digits[-6:-4]) > 60 else "personnummer"
