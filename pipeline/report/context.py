"""What a chapter's kernel knows: where the tables are, which year and which edition.

The state of a kernel, set once by `open_chapter` and then only read, but for what each of a
notebook's documents has shown so far.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import UsageError
from pipeline.facts import pattern as patterns
from pipeline.facts.dataset import codebooks, open_tables
from pipeline.facts.pattern import Pattern
from pipeline.facts.recorder import Recorder
from pipeline.workspace import Workspace, per_datum

EDITIONS = ("intern", "publik")


@dataclass(frozen=True, slots=True)
class Context:
    """`year`: the year measured. `edition`: which readers the chapter is executed for, and
    `pattern` what they may see (None: everything). With a `recorder` the chapter is only
    planned: it is asked what it would show, and shows nothing. `date`: the edition's, where it is
    not the settings'."""

    workspace: Workspace
    year: int
    edition: str
    pattern: Pattern | None = None
    recorder: Recorder | None = None
    date: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The one day that the edition tells its numbers as of."""
        return per_datum(self.workspace, self.year, self.date)


_CURRENT: ContextVar[Context] = ContextVar("chapter")
_PLANNED: ContextVar[Context] = ContextVar("planned")
_PART: ContextVar[str] = ContextVar("part", default="")
_TOLD: dict[str, list[dict[str, Any]]] = {}  # document → the blocks that it has so far


def enter(context: Context) -> None:
    """Make `context` this kernel's. Raises UsageError for an unknown edition."""
    if context.edition not in EDITIONS:
        raise UsageError(f"Utgåvan ”{context.edition}” finns inte (finns: {', '.join(EDITIONS)}).")
    _CURRENT.set(context)
    _TOLD.clear()


def current() -> Context:
    """This kernel's context. Raises UsageError before `open_chapter`."""
    try:
        return _CURRENT.get()
    except LookupError:
        raise UsageError("Kapitlet börjar med open_chapter(year=…, edition=…).") from None


@contextmanager
def part(name: str) -> Iterator[None]:
    """What is displayed meanwhile belongs to one of the documents that the notebook makes."""
    token = _PART.set(name)
    try:
        yield
    finally:
        _PART.reset(token)


def told(name: str) -> list[dict[str, Any]]:
    """The blocks displayed so far in one of the documents that the notebook makes."""
    return _TOLD.setdefault(name, [])


def current_part() -> str:
    """The document at hand; empty: what is displayed belongs to all that the notebook makes."""
    return _PART.get()


@contextmanager
def planning(context: Context) -> Iterator[None]:
    """Chapters opened meanwhile, in this process, get `context`."""
    token = _PLANNED.set(context)
    try:
        yield
    finally:
        _PLANNED.reset(token)


def context_of(
    workspace: Workspace, year: int, edition: str, date: dt.date | None = None
) -> Context:
    """The context of a chapter that is opened, its edition's pattern read from PROCESSED."""
    planned = _PLANNED.get(None)
    if planned is not None:
        return replace(planned, date=date or planned.date)
    return Context(workspace, year, edition, pattern_of(workspace, year, edition), date=date)


def pattern_of(workspace: Workspace, year: int, edition: str) -> Pattern:
    """What an edition may show. The internal one shows everything but what staff have answered;
    until that is decided, nothing of their tables is shown.

    Raises UsageError where the public edition has not been planned.
    """
    path = patterns.path(workspace.processed, year, edition)
    if path.is_file():
        return Pattern.from_json(path.read_text(encoding="utf-8"))
    if edition == "publik":
        raise UsageError(
            f"Vad den publika utgåvan för {year} får visa är inte bestämt än.\n"
            'Gör så här: kör make annual först, eller låt kapitlet stå på edition = "intern".'
        )
    return Pattern(open=open_tables(codebooks(workspace.raw), edition))
