"""What a number looks like in running text, whatever digits it is written with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pipeline.publish.text import Letters

INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff]")
_SPACES = re.compile(r"[ \t\n\r\u00a0\u2000-\u200a\u202f\u205f\u3000]")
# A digit is one sign \x01 to the patterns below: ４, ², Ⅷ and ½ too.
_TOKEN = re.compile(
    r"(?:(?<![\w\x01)])[+\-−–])?"  # a sign that is no range
    r"\x01+(?:[ \u00a0\u202f\u2009]\x01{3}(?!\x01)|[.,:/⁄’'\u2009]\x01+)*"
    r"(?:[ \u00a0\u202f]?[%‰])?"
)


@lru_cache(maxsize=4096)
def numeric(char: str) -> bool:
    """Whether a reader takes the character for a number: 7, ４, ², ½, Ⅷ, ①, 四."""
    if char.isascii():
        return "0" <= char <= "9"
    if unicodedata.category(char)[0] == "N" or unicodedata.numeric(char, None) is not None:
        return True
    plain = unicodedata.normalize("NFKC", char)
    return plain != char and any("0" <= c <= "9" for c in plain)


def has_number(text: str) -> bool:
    """Whether any character of the text is numeric."""
    return any(map(numeric, text)) if not text.isascii() else bool(re.search(r"\d", text))


def masked(text: str) -> str:
    """The text, of the same length, with each numeric character as \\x01."""
    return "".join("\x01" if numeric(c) else c for c in text.replace("\x01", " "))


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each numeric token: `−1 234,5 %` is one, `3/4` is one, `2–3` are two."""
    if has_number(text):
        for match in _TOKEN.finditer(masked(text)):
            yield match.span()


_CHINESE = "〇一二三四五六七八九十百千万億兆"
_SIGNATURE = re.compile(rf"\d|(?<=\d)[.,/:](?=\d)|[+\-](?=\d)|(?<=\d)%|[{_CHINESE}]")


def flat(text: str) -> str:
    """The text as any layout would leave it: no spaces, plain digits, one minus."""
    if not text.isascii():
        text = INVISIBLE.sub("", text).translate(_NUMERALS)
        text = unicodedata.normalize("NFKC", text).translate(_DIGITS)
    return _SPACES.sub("", text)


def _digit(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    number = unicodedata.digit(char, None)
    return char if number is None else str(number)


_SAME = {"−": "-", "–": "-", "‐": "-", "\u2011": "-", "⁄": "/", "‰": "%"}


def _numeral(char: str) -> str:
    """Ⅻ is a number: NFKC would make three letters of it."""
    return f"{unicodedata.numeric(char):g}" if unicodedata.category(char) == "Nl" else char


_NUMERALS, _DIGITS = Letters(_numeral), Letters(_digit)


def signature(flat_text: str) -> Iterator[re.Match[str]]:
    """The characters of a flat text that belong to numbers, one match each: digits, signs, commas
    between digits, per cent. Two outputs of one document have the same, whatever their layout."""
    return _SIGNATURE.finditer(flat_text)


def signature_text(flat_text: str) -> str:
    """All of `signature` as one string."""
    return "".join(_SIGNATURE.findall(flat_text))


_COUNT = (
    "två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|tretton|femton|tjugo|trettio|femtio|hundra|"
    "tusen"
)
_PART = "tredjedel|fjärdedel|femtedel|sjättedel|sjundedel|åttondel|niondel|tiondel|kvart"
_WHO = (
    "personer|klienter|insatser|svar|svarande|barn|ungdomar|vuxna|kvinnor|män|flickor|pojkar|"
    "familjer|ärenden|besök|samtal|deltagare|medarbetare|kunder|brukare|anmälningar|"
    "avvikelser|klagomål|enheter|dagar|veckor|månader|procent|procentenheter|gånger|rader|celler"
)
_WORDS = re.compile(
    rf"\b(?:(?:drygt |knappt |nästan |över |mer än |ungefär )?hälften"
    rf"|(?:en|ett|{_COUNT}) (?:{_PART})(?:ar)?"
    rf"|var(?:t)? (?:tredje|fjärde|femte|sjätte|sjunde|åttonde|nionde|tionde|tjugonde)"
    rf"(?! (?:dag|vecka|månad|år|gång))"
    rf"|(?:varannan|vartannat)(?! (?:dag|vecka|månad|år|gång))"
    rf"|(?:dubbelt|{_COUNT}|tre) (?:gånger )?så (?:många|stor|stort|stora|hög|högt|höga|vanligt)"
    rf"|(?:för|tre|fyr)dubbla(?:s|t|ts|de|des)|fördubbling\w*|halvera(?:s|t|ts|de|des)"
    rf"|(?:en|ett|{_COUNT}) av (?:{_COUNT})"
    rf"|(?:en|ett|{_COUNT}) procent(?:enhet(?:er)?)?"
    rf"|(?:ett )?(?:tiotal|hundratal|tusental|dussin)(?:s|en|et)?"
    rf"|(?:{_COUNT}) (?:\w+[ae] )?(?:{_WHO}))\b",
    re.IGNORECASE,
)


def number_words(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of numbers told in words: hälften, var tredje, två av tre, tolv klienter."""
    for match in _WORDS.finditer(text):
        yield match.span()
