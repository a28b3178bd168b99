"""From the ledger back to rows and source cells: a fact's rows follow from its definition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, codebooks, open_dataset
from pipeline.forms.codebook import Codebook
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


def source_cells(workspace: Workspace, year: int, record: Record) -> list[dict[str, Any]]:
    """Every source cell of a fact: `address`, `file`, `sheet`, `row`, `column`, `field`, and
    `year` of the folder the file lies in. Empty for derived facts: ask for their parents.
    """
    definition = json.loads(record["definition"])
    if "dataset" not in definition:
        return []
    of_year = year if definition["kind"] == "cited" else year + definition["period"]
    data = open_dataset(workspace, definition["dataset"], of_year, year)
    if data.table is None:
        return []
    sources = _sources(workspace, of_year)
    books = codebooks(workspace.raw)
    columns = [r.split(".", 1)[1] for r in json.loads(record["reads"])]
    fields = sorted({f for c in columns for f in _fields(c, definition["dataset"], books)})
    picked = data.table.filter(p.mask(rows(definition, data), data.table)).to_pylist()
    found = []
    for row in picked:
        if not fields:  # a count of all rows reads no column: the rows themselves
            found.append(_whole_row(sources, row, of_year))
        for field in fields:
            found += _cells(workspace, sources, row, field, of_year)
    return found


def _whole_row(sources: Mapping[str, Any], row: Record, year: int) -> dict[str, Any]:
    source = sources[row["_kalla"]]
    return {
        "address": f"{row['_kalla']}!{row['_rad']}:{row['_rad']}", "file": source["file"],
        "sheet": source["sheet"], "row": row["_rad"], "column": "", "field": "", "year": year,
    }  # fmt: skip


def _fields(column: str, table: str, books: Mapping[str, Codebook]) -> set[str]:
    """The form's fields behind a column: an option's question, what a derived column is made
    of, also where it was looked up from another table."""
    name = column.partition("__")[0]
    if table not in books:
        return {name}
    for derived in books[table].derived:
        if derived.name == name:
            return {f for f in (derived.source, derived.to) if f}
    for key in books[table].foreign_keys:
        if name in key.lookup and key.resource in books:
            return _fields(column, key.resource, books)
    return {name}


def _sources(workspace: Workspace, year: int) -> dict[str, Any]:
    path = workspace.processed / str(year) / "kallor.json"
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return made


def _cells(
    workspace: Workspace,
    sources: Mapping[str, Any],
    row: Record,
    field: str,
    year: int,
) -> list[dict[str, Any]]:
    source = sources[row["_kalla"]]
    if field in source["columns"]:
        return [
            {
                "address": f"{row['_kalla']}!{letter}{row['_rad']}", "file": source["file"],
                "sheet": source["sheet"], "row": row["_rad"], "column": letter, "field": field,
                "year": year,
            }
            for letter in filter(None, source["columns"][field])
        ]  # fmt: skip
    # A looked-up column: the cell stands in the table it was brought in from.
    for key in [k.removesuffix("_kalla") for k in row if k.endswith("_kalla") and k != "_kalla"]:
        if row[f"{key}_kalla"] is None:
            continue
        there = {"_kalla": row[f"{key}_kalla"], "_rad": row[f"{key}_rad"]}
        elsewhere = _sources(workspace, row[f"{key}_ar"])
        if field in elsewhere[there["_kalla"]]["columns"]:
            return _cells(workspace, elsewhere, there, field, row[f"{key}_ar"])
    return []
