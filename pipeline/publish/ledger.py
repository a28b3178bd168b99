"""The two ledger files: every fact of the document, and every place where one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import GateError
from pipeline.facts.fact import MEASURED
from pipeline.publish import blocks as b
from pipeline.publish.document import Block, Document, place

FACTS = "faktaregister.parquet"
OCCURRENCES = "forekomster.parquet"
FACT_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),
        ("scope", pa.string()),
        ("title", pa.string()),
        ("kind", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("n", pa.int64()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("status", pa.string()),
        ("definition", pa.string()),
        ("reads", pa.string()),
        ("parents", pa.string()),
        ("period", pa.string()),
    ]
)
_OCCURRENCE = "fact period scope part text notebook cell_id source_sha256 anchor"
OCCURRENCE_SCHEMA = pa.schema([(name, pa.string()) for name in _OCCURRENCE.split()])
Record = b.Data
LABELS = frozenset({"name", "title"})  # what a number is called, not what it is


def facts(document: Document) -> list[Record]:
    """Every record that a block carries, once, by name, scope, period and id.

    A definition that is shown under several names keeps the first. Raises GateError where two
    blocks give one id different numbers, where one name stands for two definitions, or where a
    record is incomplete.
    """
    found: dict[str, Record] = {}
    for block in document.blocks():
        for key, record in b.records(block.data):
            known = found.setdefault(key, record)
            if known is not record:
                _same(known, record, block)
            elif set(record) != set(FACT_SCHEMA.names) or record["id"] != key:
                raise GateError(
                    f"{_place(block)}: uppgifterna om faktum {key} har inte registrets kolumner."
                )
    ordered = sorted(found.values(), key=lambda r: (r["name"], r["scope"], r["period"], r["id"]))
    _one_definition_a_name(ordered)
    return ordered


def occurrences(document: Document) -> list[Record]:
    """One row for each place where a fact is shown, in reading order.

    Raises GateError for a number whose fact is not among its block's facts.
    """
    return [row for block in document.blocks() for row in block_occurrences(block)]


def block_occurrences(block: Block) -> list[Record]:
    """The occurrences of one block, in reading order."""
    known = dict(b.records(block.data))
    rows: list[Record] = []
    for runs in b.texts(block.data):
        for run in b.occurrences(runs):
            record = known.get(run["fact"])
            if record is None:
                raise GateError(
                    f"{_place(block)}: talet ”{run['text']}” hänvisar till faktum {run['fact']}, "
                    "som inte följer med. Ett tal utan spår får inte stå i rapporten."
                )
            rows.append(
                {
                    "fact": run["fact"],
                    "period": record["period"],
                    "scope": record["scope"],
                    "part": run["part"],
                    "text": run["text"],
                    "notebook": block.notebook,
                    "cell_id": block.cell_id,
                    "source_sha256": block.source_sha256,
                    "anchor": block.id,
                }
            )
    return rows


def write_ledger(document: Document, folder: Path) -> None:
    """Write the two files. Equal documents give equal bytes."""
    _write(facts(document), FACT_SCHEMA, folder / FACTS)
    _write(occurrences(document), OCCURRENCE_SCHEMA, folder / OCCURRENCES)


def _write(rows: Sequence[Record], schema: pa.Schema, path: Path) -> None:
    table = pa.Table.from_pylist(list(rows), schema=schema)
    pq.write_table(table, path, compression="zstd", store_schema=False)


def _same(known: Record, record: Record, block: Block) -> None:
    differing = sorted(
        key for key in {*known, *record} - LABELS if known.get(key, ...) != record.get(key, ...)
    )
    if differing:
        raise GateError(
            f"{_place(block)}: faktum {record.get('name')} ({record.get('id')}) har andra "
            f"uppgifter än tidigare i rapporten: {', '.join(differing)}. "
            "Samma definition ska ge samma tal."
        )


def _one_definition_a_name(ordered: Sequence[Record]) -> None:
    """Analysts call numbers by name: a name, its classes and year must mean one number."""
    measured = [r for r in ordered if r["kind"] in MEASURED]
    for a, b_ in pairwise(measured):
        if (a["name"], a["scope"], a["period"]) == (b_["name"], b_["scope"], b_["period"]):
            raise GateError(
                f"Namnet {a['name']} står för två olika tal ({a['id']} och {b_['id']}). "
                "Ge det ena ett annat namn i kapitlet."
            )


def _place(block: Block) -> str:
    return place(block.notebook, block.cell_id)
