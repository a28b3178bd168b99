"""Text on its way to a reader: what may stand in a page, in an anchor, in a `value`."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from markupsafe import Markup, escape

from pipeline.kalender import MONTHS

NBSP = "\u00a0"
# Controls draw nothing, and bidi overrides let a survey answer turn the line around it.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_DROPPED = re.compile(f"[{_CONTROLS}\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
_DATE = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"(?<!\w)[−-]?\d[\d\u00a0\u202f]*(?:,\d+)?")


def clean(text: str) -> str:
    """The text without characters that no page may hold. Lone surrogates become U+FFFD."""
    return _SURROGATE.sub("\ufffd", _DROPPED.sub("", text.replace("\r\n", "\n")))


class Letters(dict[int, str]):
    """For `str.translate`: what becomes of a character, asked once of each that occurs."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        self[code] = self._becomes(chr(code))
        return self[code]


def slug(text: str) -> str:
    """ASCII for an anchor: `Så gjordes uppföljningen` → `sa-gjordes-uppfoljningen`."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")


def as_written(text: str) -> str:
    """The number of a text in machine form, digit for digit: `12 345,6 kr` → `12345.6`.

    Not rescaled (`62 %` → `62`), so that it never says more than the text. A text without a
    number, or with several, is returned as it is.
    """
    numbers = _NUMBER.findall(text)
    if len(numbers) != 1:
        return text
    digits = re.sub(r"[\u00a0\u202f]", "", numbers[0])
    return digits.replace(",", ".").replace("−", "-")


def whole(number: int) -> str:
    """A count as the report writes it: hard spaces from 10 000."""
    return f"{number:,}".replace(",", NBSP) if abs(number) >= 10_000 else str(number)


def date_words(date: dt.date) -> str:
    """`1 mars 2026`."""
    return f"{date.day}{NBSP}{MONTHS[date.month - 1]} {date.year}"


def unbroken_dates(text: str) -> Markup:
    """A text of a page, its dates (2025-06-20) kept on one line; what is no markup is escaped."""
    return Markup(_DATE.sub(r'<span class="datum">\g<0></span>', str(escape(text))))
