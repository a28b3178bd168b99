"""Dates as people and tools write them. What could be two dates is refused, not guessed."""

from __future__ import annotations

import datetime as dt
import re

from pipeline.intake.raw import Cell

AMBIGUOUS = (
    "Datumet kan läsas på två sätt (dag eller månad först). Skriv det som ÅÅÅÅ-MM-DD, "
    "till exempel 2025-03-01."
)
NO_DATE = "Texten är inget datum. Skriv det som ÅÅÅÅ-MM-DD, till exempel 2025-03-01."
IMPOSSIBLE = "Datumet finns inte i kalendern (kontrollera dag och månad)."
TWO_DIGITS = "Årtalet har bara två siffror. Skriv det som ÅÅÅÅ-MM-DD, till exempel 2025-03-01."
ONLY_YEAR = "Cellen innehåller bara ett årtal eller ett tal, inget datum."
FIRST, LAST = 1900, 2100

_TIME = (
    r"(?:[T ,]+(?:kl\.? ?)?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?"
    r"(?:\s*(?:[ap]\.?m\.?|[fe]m))?(?:\s*(?:Z|[A-Z]{2,5}|(?:GMT|UTC)?[+-]\d\d:?\d\d))?)?"
)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2}) (\d{4})")  # 1/3 2025: Swedish, day first
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _TIME, re.IGNORECASE)
_EITHER = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})" + _TIME, re.IGNORECASE)
_DAY = (
    r"(?:(?:mån|tis|ons|tors|fre|lör|sön)(?:dag)?(?:en)?,? |(?:mon|tue|wed|thu|fri|sat|sun)\w*,? )?"
)
_MONTH_FIRST = re.compile(
    _DAY + r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})" + _TIME, re.I
)
_WRITTEN = re.compile(
    _DAY + r"(?:den )?(\d{1,2})(?::?e|:a|\.)? ([a-zåäö]{3,9})\.?,? (\d{4})" + _TIME, re.I
)
_SHORT = re.compile(r"\d{1,2}([-/. ])\d{1,2}\1\d{2}" + _TIME, re.IGNORECASE)
_MONTHS = {
    **{m: i for i, m in enumerate("jan feb mar apr maj jun jul aug sep okt nov dec".split(), 1)},
    **{"may": 5, "oct": 10},
}
_FULL = (
    "januari februari mars april maj juni juli augusti september oktober november december "
    "january february march april may june july august september october november december"
).split()
# Excel's day 0 is 1899-12-30 (its 1900 has a leap day that never was). The plausible serial
# numbers, years 1927–2119, and the plausible ÅÅÅÅMMDD cannot be taken for each other.
_SERIAL_0 = dt.date(1899, 12, 30)
_SERIALS = (10_000, 80_000)

Parsed = tuple[dt.date | None, str, str]  # (date, rule, error)


def parse_date(cell: Cell) -> Parsed:
    """A date cell, a text or a number as a date. One of date and error is always given.

    Rules: `datum_som_text` (also for plain ISO), `datumtid_till_datum`, `datum_som_tal`.
    """
    if isinstance(cell, dt.datetime):
        return _checked(cell.date(), "datumtid_till_datum" if cell.time() != dt.time() else "")
    if isinstance(cell, dt.date):
        return _checked(cell, "")
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None, "", NO_DATE
    if isinstance(cell, str):
        return _text(cell)
    if _SERIALS[0] <= cell <= _SERIALS[1]:
        return _checked(_SERIAL_0 + dt.timedelta(days=int(cell)), "datum_som_tal")
    whole = _COMPACT.fullmatch(str(cell))
    if whole:
        return _date(int(whole[1]), int(whole[2]), int(whole[3]), "datum_som_tal")
    return None, "", ONLY_YEAR


def _text(text: str) -> Parsed:
    text = " ".join(text.split())
    if m := _ISO.fullmatch(text):
        rule = "datumtid_till_datum" if ":" in text else "datum_som_text"
        return _date(int(m[1]), int(m[3]), int(m[4]), rule)
    if m := _COMPACT.fullmatch(text):
        return _date(int(m[1]), int(m[2]), int(m[3]), "datum_som_text")
    if m := _DAY_FIRST.fullmatch(text) or _DOTTED.fullmatch(text):
        return _date(int(m[3]), int(m[2]), int(m[1]), "datum_som_text")
    if m := _EITHER.fullmatch(text):
        return _either(int(m[1]), int(m[3]), int(m[4]))
    if (m := _WRITTEN.fullmatch(text)) and (month := _month(m[2])):
        return _date(int(m[3]), month, int(m[1]), "datum_som_text")
    if (m := _MONTH_FIRST.fullmatch(text)) and (month := _month(m[1])):
        return _date(int(m[3]), month, int(m[2]), "datum_som_text")
    if re.fullmatch(r"\d{4}", text):
        return None, "", ONLY_YEAR
    return None, "", TWO_DIGITS if _SHORT.fullmatch(text) else NO_DATE


def _either(first: int, second: int, year: int) -> Parsed:
    day_first, month_first = second <= 12, first <= 12
    if day_first and month_first and first != second:
        return None, "", AMBIGUOUS
    day, month = (first, second) if day_first else (second, first)
    return _date(year, month, day, "datum_som_text")


def _month(word: str) -> int:
    word = word.lower()
    if word in _FULL or word[:3] == word or word == "sept":
        return _MONTHS.get(word[:3], 0)
    return 0


def _date(year: int, month: int, day: int, rule: str) -> Parsed:
    try:
        return _checked(dt.date(year, month, day), rule)
    except ValueError:
        return None, "", IMPOSSIBLE


def _checked(date: dt.date, rule: str) -> Parsed:
    if not FIRST <= date.year <= LAST:
        return None, "", f"Årtalet ligger inte mellan {FIRST} och {LAST}."
    return date, rule, ""
