"""What the author of a chapter imports: the author names. See `pipeline.report.author`."""

from pipeline.report.author import (
    chart,
    cite,
    cited_series,
    const,
    count,
    data,
    finding,
    heading,
    mean,
    open_chapter,
    reconciliation,
    say,
    share,
    show,
    stat,
    word,
    years,
)

__all__ = [
    "chart", "cite", "cited_series", "const", "count", "data", "finding", "heading", "mean",
    "open_chapter", "reconciliation", "say", "share", "show", "stat", "word", "years",
]  # fmt: skip
