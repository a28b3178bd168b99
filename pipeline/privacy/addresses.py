"""E-mail, street and postal addresses in texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+\s?@\s?(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])", re.IGNORECASE
)
# What the names of Swedish streets end in, with something before it in the same word …
_ENDING = (
    "gatan|gata|vägen|väg|gränden|gränd|torget|torg|stigen|stig|backen|backe|allén|allé|allen"
    "|esplanaden|kajen|stråket|promenaden|brinken|slingan|stranden|strand|leden|rondellen"
)
# … and what ends so and is no street.
_NO_STREET = (
    "riksväg|länsväg|europaväg|landsväg|motorväg|gångväg|cykelväg|genväg|omväg|utväg|kontaktväg"
    "|sökväg|arbetsväg|handläggningsväg|karriärväg"
)
_NUMBER = r"(?!(?:19|20)\d\d(?!\d))\d{1,4}(?:\s?[A-Ha-h](?![^\W_]))?(?![\d%])"
_FLAT = r"(?:,?\s*(?:lgh|lägenhet|vån|trappa|tr)\.?\s*\d{1,4})?"
_TOWN = r"[A-ZÅÄÖ][A-ZÅÄÖa-zåäöé-]{2,}(?:\s(?!och\b)[A-ZÅÄÖ][a-zåäöé-]{2,})?"
_POSTCODE = rf"(?:(?:SE|S)[-\s]?)?[1-9]\d{{2}}\s?\d{{2}}\s{{1,2}}{_TOWN}"
_STREET = re.compile(
    rf"(?<![^\W_])(?!(?i:{_NO_STREET})\b)"
    rf"(?:(?i:[^\W\d_]{{2,}}(?:{_ENDING}))|[A-ZÅÄÖ][^\W\d_]+\s(?i:{_ENDING}))"
    rf"\s+{_NUMBER}(?i:{_FLAT})(?:\s*[,;]?\s*{_POSTCODE})?"
)
# A postal code alone: with its blank, and before a town. Not the end of a larger number.
_POSTAL = re.compile(
    rf"(?<![\w.,-])(?<!\d[ \u00a0])(?:(?:SE|S)[-\s]?)?[1-9]\d\d[ \u00a0]\d\d {_TOWN}"
)
_NO_TOWN = re.compile(
    r"(?:Kronor|Kr|SEK|Personer|Svar|Barn|Klienter|Kunder|Timmar|Dagar|Invånare|Ärenden|Insatser"
    r"|Besök|Samtal|Stycken|Procent|Euro|Brukare|Hushåll|Enheter)\b",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[tuple[int, int, str]]:
    """Where e-mail addresses stand."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield found.start(), found.end(), "e-post"


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where street addresses with a number, and postal codes with a town, stand."""
    end = 0
    for found in _STREET.finditer(text):
        end = found.end()
        yield found.start(), end, "adress"
    for found in _POSTAL.finditer(text, end):
        if not _NO_TOWN.match(found[0].split(" ", 2)[-1].lstrip()):
            yield found.start(), found.end(), "adress"
