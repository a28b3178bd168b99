"""When a header fits a field. See docs/architecture.md, last paragraph of Codebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.forms.codebook import Codebook, DummyColumn, Field
from pipeline.intake.raw import Cell, Readings
from pipeline.privacy.columns import personal

_BLANK = re.compile(r"\s+")
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")  # no width, soft hyphen
_EDGES = " :.?*"
# LimeSurvey writes `code[SQ001]. Question text [option]`, or the code alone.
_CODED = re.compile(r"([A-Za-z]\w*(?:\[[^\]]*\])*)\.\s+(\S.*)", re.DOTALL)
_NO_OPTION = re.compile(r"\s*\[\s*\]$")

# A field, or one option of it: (field's name, index in `dummies(field)` or None).
Target = tuple[str, int | None]


def normal(cell: Cell) -> str:
    """A header without what should not tell two headers apart."""
    if cell is None:
        return ""
    return _BLANK.sub(" ", _UNSEEN.sub("", str(cell))).strip(_EDGES).casefold()


def dummies(field: Field) -> tuple[DummyColumn, ...]:
    """The columns a list field may be spread over: those of the codebook, else one an option
    under the headers that survey tools give it, `Question text [option]`."""
    if field.type != "list" or field.columns:
        return field.columns
    return tuple(DummyColumn(f"{field.title} [{c.label}]", str(c.value)) for c in field.categories)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a codebook fits a header row: columns as in `Recognised`, headers left over."""

    codebook: Codebook
    columns: Mapping[str, tuple[int, ...]]
    explained: int  # headers that a field accounts for
    repeated: tuple[int, ...]  # 0-based columns whose field an earlier column has taken
    missing: tuple[Field, ...]  # required fields without a column
    spread: frozenset[str]  # list fields found as dummy columns

    @property
    def share(self) -> float:
        """The share of the form's fields that are in the file."""
        return len(self.columns) / len(self.codebook.fields)

    @property
    def score(self) -> tuple[int, float]:
        return self.explained, self.share


def _keys(field: Field) -> tuple[tuple[str, Target], ...]:
    """Every normalised header of a field. Its dummy columns come after its own headers."""
    own = (field.title, field.name, *field.aliases)
    found: list[tuple[str, Target]] = [(normal(h), (field.name, None)) for h in own]
    for index, column in enumerate(dummies(field)):
        found.append((normal(column.header), (field.name, index)))
        found.append((normal(f"{field.name}[{column.value}]"), (field.name, index)))
        label = next((c.label for c in field.categories if str(c.value) == column.value), "")
        if label:
            found.append((normal(f"{field.title} [{label}]"), (field.name, index)))
    return tuple(found)


@lru_cache(maxsize=4096)
def candidates(header: str) -> tuple[str, ...]:
    """The normalised readings of a header, the surest first: whole, its code, its text."""
    coded = _CODED.fullmatch(header.strip())
    readings = [header]
    if coded:
        readings += [coded[1], coded[2], _NO_OPTION.sub("", coded[2])]
    readings.append(_NO_OPTION.sub("", header))
    return tuple(dict.fromkeys(filter(None, map(normal, readings))))


@lru_cache(maxsize=4096)
def readings(header: str | Readings) -> tuple[str, ...]:
    """The normalised readings of a column: of its header, or of all that its tool calls it."""
    if isinstance(header, str):
        return candidates(header)
    return tuple(dict.fromkeys(r for h in header for r in candidates(h)))


def named(header: str | Readings) -> bool:
    """Whether a column says who answered (name, e-mail, IP address …): it is never read."""
    return any(map(personal, readings(header)))


def shown(header: Cell | Readings) -> str:
    """A header as it is quoted."""
    text = next(iter(header), "") if isinstance(header, tuple) else header
    return "" if text is None else str(text).strip()


@lru_cache(maxsize=256)
def _index(fields: tuple[Field, ...]) -> Mapping[str, Target]:
    """What each normalised header of a form stands for; of two that are alike the first."""
    index: dict[str, Target] = {}
    for field in fields:
        for key, target in _keys(field):
            index.setdefault(key, target)
    return index


def _targets(cells: Sequence[Cell | Readings], book: Codebook) -> Iterator[tuple[int, Target]]:
    index = _index(book.fields)
    for column, cell in enumerate(cells):
        if isinstance(cell, str | tuple) and cell and not (book.protects != "none" and named(cell)):
            reading = next((r for r in readings(cell) if r in index), None)
            if reading is not None:
                yield column, index[reading]


def fit(cells: Sequence[Cell | Readings], book: Codebook) -> Fit:
    """Which columns of a row of headers (`RawTable.header`) hold which field of `book`."""
    single: dict[str, int] = {}
    spread: dict[str, dict[int, int]] = {}
    repeated = []
    for column, (name, option) in _targets(cells, book):
        taken = single if option is None else spread.setdefault(name, {})
        key = name if option is None else option
        if key in taken:
            repeated.append(column)
        else:
            taken[key] = column  # type: ignore[index]
    columns: dict[str, tuple[int, ...]] = {}
    for field in book.fields:
        if field.name in single:
            columns[field.name] = (single[field.name],)
            repeated += spread.get(field.name, {}).values()
        elif field.name in spread:
            chosen = spread[field.name]
            columns[field.name] = tuple(chosen.get(i, -1) for i in range(len(dummies(field))))
    explained = sum(c >= 0 for found in columns.values() for c in found)
    missing = tuple(f for f in book.fields if f.required and f.name not in columns)
    laid_out = frozenset(spread) - frozenset(single)
    return Fit(book, columns, explained, tuple(sorted(repeated)), missing, laid_out)
