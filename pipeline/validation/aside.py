"""Answers that their own tool marks as incomplete, tests or previews: set aside on reading, and
told here as rows in quarantine with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.intake.dialects import RULES
from pipeline.validation.addresses import Sources
from pipeline.validation.personal import masked_records
from pipeline.validation.records import CELLS_SCHEMA, QUARANTINED, ROWS_SCHEMA

Row = dict[str, Any]
TODO = (
    "Inget behöver göras. Ska svaren i en fil räknas ändå: skriv filens namn i listan "
    "rakna_alla_svar i kommun.toml."
)


def aside_records(aside: pa.Table, sources: Sources) -> tuple[pa.Table, pa.Table]:
    """The rows set aside (`intake.clean.ASIDE`), as records of rows and of cells."""
    rows, cells = [], []
    for a in aside.to_pylist():
        both = {
            "_kalla": a["_kalla"],
            "_rad": a["_rad"],
            "fil": sources[a["_kalla"]]["file"],
            "tabell": a["tabell"],
            "orsak": RULES[a["regel"]][-1],
        }
        rows.append({**both, "status": QUARANTINED})
        cells.append(
            {
                **both,
                "falt": "",
                "adress": a["adress"],
                "atgard": QUARANTINED,
                "kontroll": f"{a['tabell']}.{a['regel']}",
            }
        )
    own = [
        masked_records(name, aside.filter(pc.equal(aside["tabell"], name)), sources)
        for name in sorted({r["tabell"] for r in rows})
    ]
    listed = pa.Table.from_pylist(cells, CELLS_SCHEMA)
    return pa.Table.from_pylist(rows, ROWS_SCHEMA), pa.concat_tables([listed, *own])


def aside_checks(table: str, rows: int, aside: pa.Table) -> Iterator[Row]:
    """The entries of `kontroller.json` about a form's answers that were set aside."""
    own = Counter(aside.filter(pc.equal(aside["tabell"], table))["regel"].to_pylist())
    for rule, (_, words, why) in RULES.items():
        if own[rule]:
            yield {
                "table": table,
                "kontroll": f"{table}.{rule}",
                "falt": "",
                "title": "Hela svaret",
                "severity": "critical",
                "type": rule,
                "krav": f"Inga {words}",
                "orsak": why,
                "gor_sa": TODO,
                "att_gora": False,
                "applied": True,
                "evaluated": rows,
                "unexpected": own[rule],
            }
