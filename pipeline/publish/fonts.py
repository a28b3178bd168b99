"""Source Sans Pro: its files for Typst, its subset for the page, the characters it lacks."""

from __future__ import annotations

import base64
import io
import unicodedata
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro
from fontTools import subset
from fontTools.ttLib import TTFont

from pipeline.memory import file_digest, remembered
from pipeline.publish.text import Letters

FOLDER = Path(font_source_sans_pro.font_directory)
FACES = (  # file, CSS weight, CSS style
    ("SourceSansPro-Regular.ttf", 400, "normal"),
    ("SourceSansPro-Semibold.ttf", 600, "normal"),
    ("SourceSansPro-It.ttf", 400, "italic"),
)
# Typst's built-in DejaVu Sans Mono has these; the fallback finds them there.
BORROWED = frozenset("●□")
UNKNOWN = "□"
# What the templates themselves and most Swedish texts hold.
ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0åäöÅÄÖéÉüÜ–—”’…·•−×→←≤≥§½°"
# What Source Sans Pro lacks, and what a reader can do with instead.
REPLACED = {
    "\u2010": "-", "\u2011": "-", "\u2002": " ", "\u2003": " ", "\u2007": "\u00a0",
    "\u2008": "\u00a0", "\u2009": "\u00a0", "\u200a": "\u00a0", "\u202f": "\u00a0",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\ufe0e": "",
    "\ufe0f": "", "\u00ad": "", "⚠": "!", "✔": "✓", "✅": "✓", "✗": "×", "❌": "×", "⇒": "→",
    "⇐": "←", "⟶": "→", "◼": "■", "🔴": "●", "⬤": "●", "⚫": "●", "☐": "□",
}  # fmt: skip


@lru_cache(maxsize=1)
def characters() -> frozenset[int]:
    """The code points that Source Sans Pro can draw."""
    return frozenset(TTFont(FOLDER / FACES[0][0], lazy=True).getBestCmap())


def _drawable(char: str) -> str:
    if ord(char) in characters() or char in BORROWED or char in "\n\t":
        return char
    if char in REPLACED:
        return REPLACED[char]
    simpler = unicodedata.normalize("NFKC", char)
    if simpler != char and all(ord(c) in characters() for c in simpler):
        return simpler
    return "" if unicodedata.category(char) in ("Mn", "Cf") else UNKNOWN


def drawable(text: str) -> str:
    """The text in characters that the PDF can draw: one in no font would stop it.

    Latin, Greek and Cyrillic stay as they are; what has a near relative becomes that one;
    everything else (emoji, Chinese, Arabic) becomes □. The page on screen keeps the original.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(_DRAWABLE)


_DRAWABLE = Letters(_drawable)


def faces_css(text: str) -> str:
    """`@font-face` rules with the faces cut down to this text's characters, embedded."""
    wanted = set(map(ord, set(unicodedata.normalize("NFC", text)) | set(ALWAYS)))
    points = tuple(sorted(wanted & characters()))
    return "\n".join(
        f"@font-face{{font-family:'Source Sans Pro';font-weight:{weight};font-style:{style};"
        f"font-display:block;src:url(data:font/woff2;base64,{_woff2(file, points)}) "
        "format('woff2')}"
        for file, weight, style in FACES
    )


@lru_cache(maxsize=32)
def _woff2(file: str, points: tuple[int, ...]) -> str:
    key = [file_digest(FOLDER / file), repr(points)]
    made = remembered("typsnitt", [__name__], key, lambda: _cut(file, points).encode("ascii"))
    return made.decode("ascii")


def _cut(file: str, points: tuple[int, ...]) -> str:
    options = subset.Options(
        flavor="woff2", layout_features=["kern", "liga", "ccmp", "locl"], hinting=False,
        desubroutinize=True, name_IDs=[1, 2], notdef_outline=True,
    )  # fmt: skip
    font = TTFont(FOLDER / file, recalcTimestamp=False, lazy=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
