"""What a chapter's kernel knows: where the tables are, which year and which edition.

The one piece of state in a kernel, set once by `open_chapter` and then only read.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.workspace import Workspace

EDITIONS = ("intern", "publik")


@dataclass(frozen=True, slots=True)
class Context:
    """`year`: the year measured. `edition`: which readers the chapter is executed for."""

    workspace: Workspace
    year: int
    edition: str


_CURRENT: ContextVar[Context] = ContextVar("chapter")


def enter(context: Context) -> None:
    """Make `context` this kernel's. Raises UsageError for an unknown edition."""
    if context.edition not in EDITIONS:
        raise UsageError(f"Utgåvan ”{context.edition}” finns inte (finns: {', '.join(EDITIONS)}).")
    _CURRENT.set(context)


def current() -> Context:
    """This kernel's context. Raises UsageError before `open_chapter`."""
    try:
        return _CURRENT.get()
    except LookupError:
        raise UsageError("Kapitlet börjar med open_chapter(year=…, edition=…).") from None
