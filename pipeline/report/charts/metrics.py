"""How wide a text is, and where it breaks: from the advance widths of Source Sans Pro."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from font_source_sans_pro import font_files_ttf
from matplotlib.ft2font import FT2Font

from pipeline.report.charts import tokens

_FILES = {tokens.REGULAR: "SourceSansPro", tokens.SEMIBOLD: "SourceSansProSemibold"}
_EM = 1000
_STRANGE = 0.6  # em: a character that the face lacks, drawn by the reader's next font
# NBSP is none of these: "62 %" never breaks.
_BLANKS = re.compile(r"[\x00-\x20]+")
_ATOM = re.compile(r"[^ ]+?(?:[-/–](?=\w)|(?: |$))")


@cache
def _font(weight: int) -> FT2Font:
    # A font object of our own: matplotlib shares its cached ones, and a size is state. Read into
    # memory: FT2Font would keep a file of its own open for as long as the process lives.
    font = FT2Font(io.BytesIO(Path(font_files_ttf[_FILES[weight]]).read_bytes()))
    font.set_size(_EM, 72)
    return font


@cache
def _advance(char: str, weight: int) -> float:
    """Advance width in em; unhinted, so the same on every platform."""
    font = _font(weight)
    glyph = font.get_char_index(ord(char))
    if not glyph:
        return _STRANGE
    return float(font.load_glyph(glyph).linearHoriAdvance) / 65536 / _EM


def width(text: str, size: float, weight: int = tokens.REGULAR) -> float:
    """Width of ``text`` in px at ``size`` px, without kerning (which only makes it narrower)."""
    return size * sum(_advance(char, weight) for char in text)


def widest(texts: Sequence[str], size: float, weight: int = tokens.REGULAR) -> float:
    """Width in px of the widest of ``texts``; 0 for none."""
    return max((width(text.rstrip(" "), size, weight) for text in texts), default=0.0)


def tidy(text: str) -> str:
    """``text`` on one line: runs of blanks and control characters become a space."""
    return _BLANKS.sub(" ", text).strip(" ")


@cache
def wrap(text: str, size: float, limit: float, weight: int = tokens.REGULAR) -> tuple[str, ...]:
    """Lines of ``text`` at most ``limit`` px wide, as even as they can be.

    Breaks after a space (which stays at the end of its line, so that the lines joined are the
    tidied text again), after a hyphen or a slash, and inside a word only when it is wider
    than the limit.
    """
    text = tidy(text)
    lines = _fill(text, size, limit, weight)
    # The narrowest limit that needs no further line: no single word on the last one.
    low, high = limit / 2, limit
    while len(lines) > 1 and high - low > 2:
        middle = (low + high) / 2
        narrower = _fill(text, size, middle, weight)
        fits = len(narrower) <= len(lines) and widest(narrower, size, weight) <= middle
        low, high, lines = (low, middle, narrower) if fits else (middle, high, lines)
    return lines


def _fill(text: str, size: float, limit: float, weight: int) -> tuple[str, ...]:
    lines = [""]
    for atom in _atoms(text, size, limit, weight):
        joined = lines[-1] + atom
        if lines[-1] and width(joined.rstrip(" "), size, weight) > limit:
            lines.append(atom)
        else:
            lines[-1] = joined
    return tuple(lines)


def _atoms(text: str, size: float, limit: float, weight: int) -> list[str]:
    """The pieces that a line is filled with; a word too wide for any line is cut."""
    atoms: list[str] = []
    for atom in _ATOM.findall(text):
        while width(atom.rstrip(" "), size, weight) > limit and len(atom) > 1:
            cut = 1
            while width(atom[: cut + 1], size, weight) <= limit:
                cut += 1
            atoms.append(atom[:cut])
            atom = atom[cut:]
        atoms.append(atom)
    return atoms
