"""How wide a printed table's columns are: no cell is clipped, however many there are."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.publish import blocks as b

FRAME = 160.0  # mm between the margins
GUTTER = 5.0  # mm of air after a column
SIZES = (9.0, 8.0)  # points, the first that fits
HEAD = (34.0, 90.0)  # mm, least and most for the row headers
_EM = 0.50 * 0.3528  # mm a character takes at one point: a mean with some air
_LEAST, _MOST = 7.0, 48.0  # mm
_SYLLABLES = 14  # letters: longer words are hyphenated


@dataclass(frozen=True, slots=True)
class Part:
    """One printed table: which columns, their widths as Typst, the text's size in points."""

    columns: tuple[int, ...]
    widths: tuple[str, ...]
    size: str


def parts(data: b.Data) -> list[Part]:
    """The table in as few printed tables as it takes; each repeats the row headers.

    A column is at least as wide as its longest word and at most as its longest text.
    """
    texts = _texts(data)
    for size in SIZES:
        widths = [_most(column, size) for column in texts]
        if sum(widths) <= FRAME:
            return [_part(range(len(texts)), widths, size)]
    size = SIZES[-1]
    least = [max(HEAD[0], min(HEAD[1], _least(texts[0], size)))]
    least += [_least(column, size) for column in texts[1:]]
    groups = _groups(least, len(least))
    groups = _groups(least, -(-(len(least) - 1) // max(1, len(groups))))  # no lone last column
    wanted = [_most(column, size) for column in texts]
    return [_stretched(group, least, wanted, size) for group in groups]


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


def _stretched(group: list[int], least: list[float], wanted: list[float], size: float) -> Part:
    """What is left of the frame goes to the columns that want more, in proportion."""
    spare = FRAME - sum(least[k] for k in group)
    wish = {k: max(0.0, wanted[k] - least[k]) for k in group}
    share = min(1.0, spare / sum(wish.values())) if any(wish.values()) else 0.0
    return _part(group, [least[k] + wish[k] * share if k in wish else 0.0
                         for k in range(len(least))], size)  # fmt: skip


def _part(group: range | list[int], widths: list[float], size: float) -> Part:
    return Part(tuple(group), tuple(f"{widths[k]:.1f}mm" for k in group), f"{size:g}pt")


def _texts(data: b.Data) -> list[list[str]]:
    columns = [[b.plain(column["header"])] for column in data["columns"]]
    for row in data["rows"]:
        for column, runs in zip(columns, [row["header"], *row["cells"]], strict=True):
            column.append(b.plain(runs))
    return columns


def _most(column: list[str], size: float) -> float:
    longest = max(map(len, column)) * _EM * size + GUTTER
    return min(max(longest, _LEAST), HEAD[1])


def _least(column: list[str], size: float) -> float:
    words = (word for text in column for word in text.split(" "))
    longest = max(min(len(word), _SYLLABLES) if word.isalpha() else len(word) for word in words)
    return min(max(longest * _EM * size + GUTTER, _LEAST), _MOST)
