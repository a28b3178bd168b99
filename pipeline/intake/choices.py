"""Answers as categories: by value, label or alias, as survey tools and people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from pipeline.forms.codebook import Category, Field
from pipeline.intake.raw import Cell

_BLANK = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_SIGN = str.maketrans("−–—’", "---'")
_LOOSE = re.compile(r"[^\w]+")


def text_of(cell: Cell) -> str:
    """A cell as the text that a category's value or a missing mark is compared with."""
    return _BLANK.sub(" ", str(cell)).strip()


def _exact(text: str) -> str:
    return text_of(text).translate(_SIGN).casefold()


def _loose(text: str) -> str:
    return _LOOSE.sub(" ", text.casefold()).strip()


class Choices:
    """The categories of one field, ready to be looked up."""

    def __init__(self, field: Field) -> None:
        self.categories = field.categories
        self.own = field.own_words
        self._by_text: dict[str, Category] = {}
        for part in ("value", "alias"):  # a value wins over another category's label
            for category in field.categories:
                for text in _texts(category, part):
                    self._by_text.setdefault(_exact(text), category)
        self._by_loose = _unambiguous(field.categories)
        self._spelled = {str(c.value): c for c in field.categories}

    def find(self, cell: Cell) -> Category | None:
        """The category that a cell means, also `5 – Mycket nöjd`, `5.0` and other case."""
        text = text_of(cell)
        found = self._spelled.get(text) or self._by_text.get(_exact(text))
        if found is None and (whole := re.fullmatch(r"\+?(-?\d+)(?:[.,]0+)?", _exact(text))):
            found = self._by_text.get(whole[1])
        return found or self._by_loose.get(_loose(text))

    def is_verbatim(self, cell: Cell, category: Category) -> bool:
        """Whether the cell already holds the category's value, letter by letter."""
        return str(cell) == str(category.value) or (
            isinstance(cell, float) and cell == category.value
        )

    def nearest(self, text: str) -> str:
        """The label most like an answer that is no category; empty when none is near."""
        labels = {_exact(t): c.label for c in self.categories for t in (c.label, str(c.value))}
        close = difflib.get_close_matches(_exact(text), labels, n=1, cutoff=0.6)
        return labels[close[0]] if close else ""

    def split(self, text: str, delimiter: str) -> Iterator[tuple[str, Category | None]]:
        """The answers of a several-choice cell. A label may hold the delimiter: the longest
        run of parts that is a category is taken first."""
        parts = text.split(delimiter)
        at = 0
        while at < len(parts):
            for end in range(len(parts), at, -1):
                piece = delimiter.join(parts[at:end])
                found = self.find(piece) if piece.strip() else None
                if found is not None:
                    break
            if piece.strip():
                yield piece.strip(), found
            at = end


def _texts(category: Category, part: str) -> tuple[str, ...]:
    return (str(category.value),) if part == "value" else (category.label, *category.aliases)


def _unambiguous(categories: tuple[Category, ...]) -> dict[str, Category]:
    """Keys without signs and separators, of texts with letters that mean one category only:
    without the sign −1 and 1 would be the same answer."""
    found: dict[str, Category | None] = {}
    for c in categories:
        texts = [c.label, *c.aliases, *(f"{c.value} {t}" for t in (c.label, *c.aliases))]
        for key in {_loose(t) for t in texts}:
            if any(ch.isalpha() for ch in key):
                found[key] = c if found.get(key, c) is c else None
    return {k: c for k, c in found.items() if c is not None}
