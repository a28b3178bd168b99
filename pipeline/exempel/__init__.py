"""Exempelkommun: an invented municipality of any size, and the truth about its data.

It stands beside the house: nothing but the command line and tests imports it.
"""

from __future__ import annotations

from pipeline.exempel.make import ROWS, SEED, expected_tables, make_example
from pipeline.exempel.truth import Planted, SourceTruth, TableTruth, Truth

__all__ = [
    "ROWS", "SEED", "Planted", "SourceTruth", "TableTruth", "Truth", "expected_tables",
    "make_example",
]  # fmt: skip
