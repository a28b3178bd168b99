"""What the author of a chapter imports: the author names. See `pipeline.report.author`."""

from pipeline.report.author import (
    agree,
    chart,
    cite,
    cited_series,
    const,
    count,
    data,
    finding,
    gas,
    grid,
    heading,
    mean,
    named,
    open_chapter,
    pairs,
    ratio,
    reconciliation,
    say,
    sd,
    share,
    show,
    stat,
    total,
    trend,
    word,
    years,
)

__all__ = [
    "agree", "chart", "cite", "cited_series", "const", "count", "data", "finding", "gas", "grid",
    "heading",
    "mean", "named", "open_chapter", "pairs", "ratio", "reconciliation", "say", "sd", "share",
    "show", "stat", "total", "trend", "word", "years",
]  # fmt: skip
