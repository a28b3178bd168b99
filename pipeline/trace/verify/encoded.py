"""The text of bytes whose encoding nobody has told, found by the bytes of Swedish letters."""

from __future__ import annotations

import codecs
import re

# å ä ö Å Ä Ö é É as each encoding writes them.
_LETTERS = {
    "cp1252": b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xc9",
    "latin-1": b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xc9",
    "mac-roman": b"\x8c\x8a\x9a\x81\x80\x85\x8e\x83",
    "cp850": b"\x86\x84\x94\x8f\x8e\x99\x82\x90",
}
_UNDEFINED_IN_1252 = b"\x81\x8d\x8f\x90\x9d"
_SAMPLE = 1 << 18


def text_of(data: bytes) -> str:
    if data[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return data.decode("utf-32").removeprefix("\ufeff")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16").removeprefix("\ufeff")
    head = data[:400]
    if b"\0" in head:
        zeros = [head[k::2].count(0) for k in (0, 1)]
        return data.decode(f"utf-16-{'be' if zeros[0] > zeros[1] else 'le'}").removeprefix("\ufeff")
    try:
        return _meant(data.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError:
        counted = {
            e: sum(data[:_SAMPLE].count(bytes([b])) for b in letters)
            for e, letters in _LETTERS.items()
            if e != "cp1252" or not any(b in data for b in _UNDEFINED_IN_1252)
        }
        return data.decode(max(counted, key=lambda e: counted[e]))


def _meant(text: str) -> str:
    """A text of which every letter beyond ASCII is one that UTF-8 was taken for."""
    signs = {}
    for encoding in ("cp1252", "mac-roman", "latin-1"):
        seen = [_seen(letter, encoding) for letter in "åäöÅÄÖ"]
        signs[encoding] = sum(text.count(s) for s in seen)
    best = max(signs, key=lambda e: signs[e])
    if not signs[best]:
        return text
    for encoding in (best, *signs):
        kept = re.split("([\x80-\x9f])", text)
        try:
            return b"".join(
                p.encode("latin-1" if re.fullmatch("[\x80-\x9f]", p) else encoding) for p in kept
            ).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _seen(letter: str, encoding: str) -> str:
    try:
        return letter.encode("utf-8").decode(encoding)
    except UnicodeDecodeError:
        return letter.encode("utf-8").decode("latin-1")
