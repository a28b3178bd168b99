"""What changed between two editions, and why."""

from pipeline.trace.diff.compare import Change, Diff, compare
from pipeline.trace.diff.sides import Side, open_side

__all__ = ["Change", "Diff", "Side", "compare", "open_side"]
