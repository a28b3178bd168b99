"""Personal identifiers that cleaning has masked: records of cells, and a check of each form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.intake.clean import MASKED as COLUMN
from pipeline.intake.clean import masked_cells
from pipeline.intake.personal import said
from pipeline.validation.addresses import Sources, cell_address
from pipeline.validation.records import CELLS_SCHEMA, MASKED

NAME = "personuppgift"
GENERAL = "Cellen innehåller en personuppgift. I tabeller och rapporter är den maskerad."
TODO = (
    "Ta bort personuppgiften ur källfilen, och säg till den som lämnade uppgifterna: i "
    "uppföljningen ska det inte stå några personnummer, telefonnummer eller adresser."
)
Row = dict[str, Any]


def masked_fields(masked: str) -> tuple[str, ...]:
    """The fields of a row that `_maskerat` names."""
    return tuple(field for field, _ in masked_cells(masked))


def masked_records(table: str, rows: pa.Table, sources: Sources) -> pa.Table:
    """A record for each masked cell. `rows`: with `_kalla`, `_rad` and `_maskerat`."""
    found: list[Row] = []
    chosen = rows.select(["_kalla", "_rad", COLUMN]).filter(pc.is_valid(rows[COLUMN]))
    for row in chosen.to_pylist():
        kalla, rad = row["_kalla"], row["_rad"]
        for field, kinds in masked_cells(row[COLUMN]):
            found.append(
                {
                    "_kalla": kalla,
                    "_rad": rad,
                    "fil": sources[kalla]["file"],
                    "tabell": table,
                    "falt": field,
                    "adress": cell_address(sources, kalla, rad, field),
                    "atgard": MASKED,
                    "kontroll": f"{table}.{NAME}",
                    "orsak": said(kinds),
                }
            )
    return pa.Table.from_pylist(found, CELLS_SCHEMA)


def masked_check(table: str, rows: int, cells: int) -> Row:
    """The entry of `kontroller.json` that says how a form went."""
    return {
        "table": table,
        "kontroll": f"{table}.{NAME}",
        "falt": "",
        "title": "Alla kolumner",
        "severity": "info",
        "type": NAME,
        "krav": "Inga personnummer, telefonnummer, e-postadresser eller adresser",
        "orsak": GENERAL,
        "gor_sa": TODO,
        "att_gora": True,
        "applied": True,
        "evaluated": rows,
        "unexpected": cells,
    }


def count_by_source(cells: pa.Table) -> dict[str, int]:
    """How many cells of each source are masked."""
    counted = cells.filter(pc.equal(cells["atgard"], MASKED)).group_by("_kalla")
    return {r["_kalla"]: r["count_all"] for r in counted.aggregate([([], "count_all")]).to_pylist()}


def count_by_table(cells: pa.Table, names: Sequence[str]) -> dict[str, int]:
    """How many cells of each form are masked."""
    hits = cells.filter(pc.equal(cells["atgard"], MASKED))["tabell"].to_pylist()
    return {name: hits.count(name) for name in names}
