"""From the ledger back to rows: a fact's rows follow from its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.workspace import Workspace

Record = Mapping[str, Any]


def ledger(workspace: Workspace, year: int, edition: str = "intern") -> list[dict[str, Any]]:
    """The rows of an edition's ledger. Raises UsageError where there is no edition."""
    path = workspace.reports / str(year) / edition / "faktaregister.parquet"
    if not path.is_file():
        raise UsageError(f"Det finns ingen rapport för {year}. Kör make annual YEAR={year} först.")
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def rows(definition: Record, data: Dataset) -> p.Node:
    """The rows a fact rests on: those counted or averaged, for a share its denominator, for a
    cited value the one row."""
    if "of" in definition:
        return p.parse(definition["of"])
    node = p.parse(definition["where"])
    if definition["kind"] == "cited":
        return p.both(
            node,
            p.equals(definition["period_column"], data.year + definition["period"]),
        )
    return node
