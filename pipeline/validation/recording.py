"""The year's records of rows, cells and checks, as they are written beside the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.forms.codebook import Codebook
from pipeline.intake.numbers import NO_NUMBER
from pipeline.validation.addresses import Locator, Sources, cell_address
from pipeline.validation.aside import aside_checks
from pipeline.validation.check import CheckResult
from pipeline.validation.personal import count_by_table, masked_check, masked_records
from pipeline.validation.quarantine import Outcome
from pipeline.validation.records import (
    CELLS_SCHEMA,
    DUPLICATE,
    PROCESSED,
    QUARANTINED,
    ROWS_SCHEMA,
)

Row = dict[str, Any]
NO_ANSWER = "Svaret finns inte bland alternativen"  # as intake begins it


def row_records(name: str, table: pa.Table, outcome: Outcome, sources: Sources) -> pa.Table:
    """What became of every row of a cleaned table."""
    kalla = table.column("_kalla")
    files = {k: s["file"] for k, s in sources.items()}
    status = [PROCESSED] * table.num_rows
    why: list[str | None] = [None] * table.num_rows
    for row, reason in outcome.quarantined.items():
        status[row], why[row] = QUARANTINED, reason
    columns = [
        kalla,
        table.column("_rad"),
        [files[k] for k in kalla.to_pylist()],
        [name] * table.num_rows,
        status,
        why,
    ]
    return pa.table(columns, schema=ROWS_SCHEMA)


def cell_records(
    name: str, outcome: Outcome, locator: Locator, sources: Sources, errors: pa.Table
) -> pa.Table:
    """Every cell blanked or flagged, every reason of a row in quarantine.

    `errors`: what cleaning says of the cells that it could not read.
    """
    refused: dict[tuple[str, int, str], list[Row]] = {}
    for e in errors.filter(pc.equal(errors["tabell"], name)).to_pylist():
        refused.setdefault((e["_kalla"], e["_rad"], e["falt"]), []).append(e)
    found = []
    for m in outcome.marks:
        kalla, rad = locator.key(m.row)
        said = refused.get((kalla, rad, m.falt), []) if m.check.reads_errors else []
        found.append(
            {
                "_kalla": kalla,
                "_rad": rad,
                "fil": sources[kalla]["file"],
                "tabell": name,
                "falt": m.falt,
                "adress": _joined(kalla, said) or locator.address(m.row, m.falt),
                "atgard": m.action,
                "kontroll": m.check.kontroll,
                "orsak": _specific(m.check.orsak, said),
            }
        )
    return pa.Table.from_pylist(found, CELLS_SCHEMA)


def _joined(kalla: str, said: Sequence[Row]) -> str:
    """The cells that could not be read: `avslut.xlsx!Svar!H14,M14`."""
    cells = [e["adress"].removeprefix(f"{kalla}!") for e in said]
    return f"{kalla}!{','.join(cells)}" if cells else ""


def _specific(general: str, said: Sequence[Row]) -> str:
    """What cleaning knows about this very cell: which error it shows, which answer is near.

    Its first sentence; what to do is the check's to say. That a text is no number says less
    than which scale the answer lies outside.
    """
    if not said:
        return general
    reason = str(said[0]["orsak"])
    if reason.startswith(NO_ANSWER):
        return general.rstrip(".") + reason.removeprefix(NO_ANSWER)
    if reason == NO_NUMBER and "går inte att läsa" not in general:
        return general
    return reason.split(". ")[0].rstrip(".") + "."


def duplicate_records(
    duplicates: pa.Table, sources: Sources, books: Mapping[str, Codebook]
) -> tuple[pa.Table, pa.Table]:
    """The rows that intake took for duplicates, as records of rows and of cells."""
    rows, cells = [], []
    for d in duplicates.to_pylist():
        kalla, rad, table = d["_kalla"], d["_rad"], d["tabell"]
        key = next(iter(books[table].primary_key), "")
        both = {
            "_kalla": kalla,
            "_rad": rad,
            "fil": sources[kalla]["file"],
            "tabell": table,
            "orsak": d["orsak"],
        }
        rows.append({**both, "status": DUPLICATE})
        cells.append(
            {
                **both,
                "falt": key,
                "adress": cell_address(sources, kalla, rad, key),
                "atgard": DUPLICATE,
                "kontroll": f"{table}.{DUPLICATE}",
            }
        )
    own = [
        masked_records(name, duplicates.filter(pc.equal(duplicates["tabell"], name)), sources)
        for name in sorted({r["tabell"] for r in rows})
    ]
    listed = pa.Table.from_pylist(cells, CELLS_SCHEMA)
    return pa.Table.from_pylist(rows, ROWS_SCHEMA), pa.concat_tables([listed, *own])


def check_records(
    year: int,
    results: Mapping[str, Sequence[CheckResult]],
    books: Mapping[str, Codebook],
    cells: pa.Table,
    rows: pa.Table,
    aside: pa.Table,
) -> Row:
    """`kontroller.json`: one entry an expectation and table, one a table about personal
    identifiers, and one for each reason why answers were set aside."""
    names = sorted(results)
    masked = count_by_table(cells, names)
    read = rows["tabell"].to_pylist()
    return {
        "year": year,
        "tables": {name: books[name].title for name in names},
        "checks": [
            entry
            for name in names
            for entry in (
                *(_check_record(r, books) for r in results[name]),
                masked_check(name, read.count(name), masked[name]),
                *aside_checks(name, read.count(name), aside),
            )
        ],
    }


def title_of(name: str, book: Codebook, books: Mapping[str, Codebook]) -> str:
    """What a person calls a column: the form's header, in the form it comes from."""
    own = {f.name: f.title for f in book.fields} | {d.name: d.title for d in book.derived}
    if name in own:
        return own[name]
    for key in book.foreign_keys:
        if name in key.lookup and key.resource in books and key.resource != book.name:
            return title_of(name, books[key.resource], books)
    return name


def _check_record(result: CheckResult, books: Mapping[str, Codebook]) -> Row:
    check = result.check
    return {
        "table": check.table,
        "kontroll": check.kontroll,
        "falt": check.falt,
        "title": title_of(check.falt, books[check.table], books),
        "severity": check.severity,
        "type": check.type,
        "krav": check.krav,
        "orsak": check.orsak,
        "gor_sa": check.gor_sa,
        "att_gora": check.att_gora,
        "applied": result.applied,
        "evaluated": result.evaluated,
        "unexpected": len(result.rows),
    }
