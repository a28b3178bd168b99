"""The auditor's sheet: numbers drawn at random, each recomputed from its source cells in Excel."""

from pipeline.trace.sample.book import sample_workbook
from pipeline.trace.sample.draw import draw

__all__ = ["draw", "sample_workbook"]
