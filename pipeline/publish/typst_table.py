"""How wide a printed table's columns are: no cell is clipped, however many there are, and a word is
broken only where it is wider than any column may be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.publish import blocks as b
from pipeline.report.charts.metrics import width
from pipeline.report.charts.tokens import SEMIBOLD

FRAME = 160.0  # mm between the margins
GUTTER = 4.0  # mm of air after a column, of which the table's own inset is 3
SIZES = (9.0, 8.0)  # points, the first that fits
HEAD = (34.0, 90.0)  # mm, least and most for the row headers
POINT = 0.3528  # mm
_BOLD = 1.05  # a bold text beside a semibold one, with some air
_LEAST, _MOST = 7.0, 48.0  # mm
_LONG = 31.0  # mm: a column is no wider for a longer word of letters, which is then hyphenated


@dataclass(frozen=True, slots=True)
class Part:
    """One printed table: which columns, their widths as Typst, the text's size in points, and the
    places (row, the header's 0; column) whose words must be broken to fit."""

    columns: tuple[int, ...]
    widths: tuple[str, ...]
    size: str
    broken: frozenset[tuple[int, int]]


def parts(data: b.Data) -> list[Part]:
    """The table in as few printed tables as it takes; each repeats the row headers.

    A column is at least as wide as its longest word and at most as its longest text.
    """
    texts = _texts(data)
    for size in SIZES:
        widths = [_most(column, size) for column in texts]
        if sum(widths) <= FRAME:
            return [_part(range(len(texts)), widths, size, texts)]
    size = SIZES[-1]
    least = [max(HEAD[0], min(HEAD[1], _least(texts[0], size)))]
    least += [_least(column, size) for column in texts[1:]]
    groups = _groups(least, len(least))
    groups = _groups(least, -(-(len(least) - 1) // max(1, len(groups))))  # no lone last column
    wanted = [_most(column, size) for column in texts]
    return [_stretched(group, least, wanted, size, texts) for group in groups]


def _groups(least: list[float], most: int) -> list[list[int]]:
    """The columns in groups that fit the frame, at most `most` beside the row headers."""
    groups: list[list[int]] = []
    room = 0.0
    for k in range(1, len(least)):
        if not groups or least[k] > room or len(groups[-1]) > most:
            groups.append([0])
            room = FRAME - least[0]
        groups[-1].append(k)
        room -= least[k]
    return groups or [[0]]


def _stretched(
    group: list[int], least: list[float], wanted: list[float], size: float, texts: list[list[str]]
) -> Part:
    """What is left of the frame goes to the columns that want more, in proportion."""
    spare = FRAME - sum(least[k] for k in group)
    wish = {k: max(0.0, wanted[k] - least[k]) for k in group}
    share = min(1.0, spare / sum(wish.values())) if any(wish.values()) else 0.0
    return _part(group, [least[k] + wish[k] * share if k in wish else 0.0
                         for k in range(len(least))], size, texts)  # fmt: skip


def _part(
    group: range | list[int], widths: list[float], size: float, texts: list[list[str]]
) -> Part:
    broken = {
        (row, k)
        for k in group
        for row, text in enumerate(texts[k])
        if any(_wide(word, size) + GUTTER > widths[k] + 0.05 for word in _words(text))
    }
    told = tuple(f"{widths[k]:.1f}mm" for k in group)
    return Part(tuple(group), told, f"{size:g}pt", frozenset(broken))


def _texts(data: b.Data) -> list[list[str]]:
    columns = [[b.plain(column["header"])] for column in data["columns"]]
    for row in data["rows"]:
        for column, runs in zip(columns, [row["header"], *row["cells"]], strict=True):
            column.append(b.plain(runs))
    return columns


def _most(column: list[str], size: float) -> float:
    longest = max(_wide(text, size) for text in column) + GUTTER
    return min(max(longest, _LEAST), HEAD[1])


def _least(column: list[str], size: float) -> float:
    words = [word for text in column for word in _words(text)]
    longest = max(
        (min(_wide(w, size), _LONG) if w.isalpha() else _wide(w, size) for w in words), default=0.0
    )
    return min(max(longest + GUTTER, _LEAST), _MOST)


def _words(text: str) -> list[str]:
    """What no line breaks in: between blanks, and what a hyphen before a letter ends."""
    return [word for word in re.split(r"[ \n]|(?<=-)(?=[^\W\d_])", text) if word]


def _wide(text: str, size: float) -> float:
    """In mm, as if it were bold: heads and totals are."""
    return width(text, size, SEMIBOLD) * _BOLD * POINT
