"""What may stand in a report without being a fact: plain values that the caller collects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_NONE: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """The workspace's own vocabulary. Every text is taken verbatim (blanks apart).

    years       the report's own years
    names       of forms, units, insatser, municipalities, files, dimensions: pass anywhere
    titles      codebook → its questions' titles (grids', derived fields', the codebook's own)
    labels      codebook → its category labels; they pass where labels stand, and quoted in prose
    bands       age bands, as the codebooks write them ("13–17"), with or without "år"
    laws        law references, from the law table
    confidence  the levels of intervals, in per cent
    nouns       units of measure and what is counted here, beside the usual ("personer")
    """

    years: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    titles: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NONE)
    labels: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NONE)
    bands: frozenset[str] = frozenset()
    laws: frozenset[str] = frozenset()
    confidence: frozenset[str] = frozenset({"95"})
    nouns: frozenset[str] = frozenset()


def blanks(text: str) -> str:
    """The text with ordinary blanks, of the same length."""
    return re.sub(r"[\s\u00a0\u202f\u2009\u2007]", " ", text)


def folded(text: str) -> str:
    """A name as it is compared: ordinary, single blanks."""
    return " ".join(blanks(text).split())


def lettered(phrase: str) -> bool:
    """Whether the phrase says anything beside a number."""
    return sum(map(str.isalpha, phrase)) > 1


class Phrases:
    """Finds the verbatim occurrences of many phrases, the longest first. Only those with a
    numeric character matter."""

    def __init__(self, phrases: Iterable[str]) -> None:
        from pipeline.publish.untraced.tokens import has_number

        kept = {folded(p) for p in phrases if has_number(p)} - {""}
        self.all = frozenset(kept)
        ordered = sorted(kept, key=lambda p: (-len(p), p))
        body = "|".join(re.escape(p).replace(r"\ ", " +") for p in ordered)
        self._pattern = re.compile(rf"(?<![\w%])(?:{body})(?![\w%])") if kept else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where they stand in a text (of ordinary blanks)."""
        return [m.span() for m in self._pattern.finditer(text)] if self._pattern else []


@lru_cache(maxsize=8)
def vocabulary(allowed: Allowed) -> Vocabulary:
    """The phrases of an `Allowed`, compiled."""
    return Vocabulary(allowed)


class Vocabulary:
    """`Allowed`, ready to search with."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        titles = [t for found in allowed.titles.values() for t in found if lettered(t)]
        labels = [t for found in allowed.labels.values() for t in found if lettered(t)]
        bands = [*allowed.bands, *(f"{b} år" for b in allowed.bands)]
        names = [n for n in allowed.names if lettered(n)]
        self.anywhere = Phrases([*names, *allowed.laws])
        self.bands = Phrases(bands)
        self.titles = Phrases(titles)
        self.sentences = Phrases(t for t in titles if len(t.split()) >= 3)
        self.labels = Phrases([*labels, *titles])
        self._bare: dict[frozenset[str], frozenset[str]] = {}
        self._own: dict[frozenset[str], Phrases] = {}

    def own(self, tables: frozenset[str]) -> Phrases:
        """The lettered labels of these codebooks."""
        if tables not in self._own:
            found = (x for t in tables for x in self.allowed.labels.get(t, ()) if lettered(x))
            self._own[tables] = Phrases(found)
        return self._own[tables]

    def bare(self, tables: frozenset[str]) -> frozenset[str]:
        """Labels and titles of these codebooks that are only a number: pass as a whole cell."""
        if tables not in self._bare:
            both = (self.allowed.labels, self.allowed.titles)
            self._bare[tables] = frozenset(
                folded(x) for t in tables for of in both for x in of.get(t, ()) if not lettered(x)
            )
        return self._bare[tables]
