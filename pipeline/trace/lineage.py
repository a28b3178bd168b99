"""From a number to its source cells, and from a cell to the numbers (docs/architecture.md)."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from typing import Any

from pipeline.errors import UsageError
from pipeline.facts.words import definition_words
from pipeline.trace.cellset import WHOLE_ROW, Cell, CellSet, Sheet
from pipeline.trace.edition import Edition, open_edition
from pipeline.trace.keys import find
from pipeline.trace.statement import formula, sql
from pipeline.trace.verify.disposed import disposed_in
from pipeline.workspace import Workspace

STAFF = "Svar från medarbetare: inga rader visas."
MANY, SOME = 10_000, 200  # over so many rows, so many cells are shown
LONG = 2 * MANY  # cells: rows with many columns are a long list before they are many
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]*)")
_YEAR = re.compile(r"((?:19|20)\d\d)/(.*)", re.DOTALL)
Answer = dict[str, Any]


def members(workspace: Workspace, year: int, fact: str) -> CellSet:
    """The cells that a fact counts: its rows × the fields that its columns rest on."""
    return open_edition(workspace, year).lineage.members(fact)


def influence(workspace: Workspace, year: int, fact: str) -> CellSet:
    """Every cell that could change a fact; holds its members."""
    return open_edition(workspace, year).lineage.influence(fact)


def source_cells(workspace: Workspace, year: int, fact: str) -> list[Answer]:
    """The members of a fact one by one, without what stands in them, and without answers of
    staff. `year` of a cell is that of the folder its file lies in."""
    edition = open_edition(workspace, year)
    sources = edition.lineage.tables.sources
    return [
        {
            "address": c.address, "file": sources[c.sheet.year][c.sheet.kalla]["file"],
            "sheet": sources[c.sheet.year][c.sheet.kalla]["sheet"], "row": c.row,
            "column": c.column, "field": c.field, "year": c.sheet.year,
        }
        for c in edition.lineage.shown(fact).cells(sources)
    ]  # fmt: skip


def trace_fact(workspace: Workspace, year: int, key: str, every: bool = False) -> Answer:
    """A number with its definition, its code and its cells; the shape stands in
    docs/architecture.md. `key`: an id, or `name[insats=MET]@-1`.

    Over 10,000 rows, or 20,000 cells, `cells` holds the first 200, unless `every`; `cells_total`
    is their number.
    Raises UsageError for a key that is no fact or several.
    """
    edition = open_edition(workspace, year)
    record = find(key, edition.records.values(), year)
    fact = record["id"]
    definition = json.loads(record["definition"])
    words, conditions = definition_words(definition)
    told = "".join(f" {label}: {text}." for label, text in conditions)
    counted = edition.lineage.shown(fact)
    sources = edition.lineage.tables.sources
    total = counted.total(sources)
    many = counted.rows() > MANY or total > LONG
    parents = edition.lineage.parents[fact]
    return {
        "fact": dict(record),
        "words": words + told,
        "sql": sql(definition, year),
        "occurrences": edition.occurrences.get(fact, []),
        "code": edition.code(fact),
        "columns": _columns(edition, counted),
        "cells": edition.raw.listed(counted, SOME if many and not every else None),
        "cells_total": total,
        "parents": [edition.brief(p) for p in parents],
        "formula": formula(definition, [edition.key(p) for p in parents]),
        "withheld": STAFF if edition.lineage.rests_on_staff(fact) else "",
        "disposed": disposed_in(workspace, year, edition.folder).note(fact) or None,
    }


def dependents(workspace: Workspace, year: int, address: str) -> Answer:
    """The numbers that a cell counts in, and those that it could change (these hold the former).

    `address`: `avslut.xlsx!Svar!H14`, `enkat.csv!C7`; of an earlier year's file
    `2024/bakgrund.xlsx!Svar!F8`. Raises UsageError for a cell that no table has, and for one that
    staff have answered in.
    """
    edition = open_edition(workspace, year)
    sheet, letter, row = _place(edition, address)
    if edition.lineage.staff(sheet):
        raise UsageError(STAFF)
    columns = edition.lineage.tables.sources[sheet.year][sheet.kalla]["columns"]
    field = next((name for name, found in columns.items() if letter in found), None)
    cell = _cell(edition, Cell(sheet, row, field or WHOLE_ROW, letter), field)
    counts: set[str] = set()
    changes: set[str] = set()
    for each in _everywhere(edition, sheet) if field else ():
        counts |= edition.lineage.counts_in(each, row, field or "")
        changes |= edition.lineage.could_change(each, row, field or "")
    order = [key for key in edition.records if key in changes]
    return {
        "cell": cell,
        "counts_in": [edition.brief(key) for key in order if key in counts],
        "could_change": [edition.brief(key) for key in order],
    }


def _columns(edition: Edition, counted: CellSet) -> list[dict[str, str]]:
    tables = edition.lineage.tables
    found: dict[str, str] = {}
    for sheet, fields in counted.marks.items():
        for name in fields:
            if name != WHOLE_ROW:
                found.setdefault(name, tables.forms.title(tables.table_of(sheet) or "", name))
    return [{"field": name, "title": title} for name, title in found.items()]


def _everywhere(edition: Edition, sheet: Sheet) -> list[Sheet]:
    """A file of RAW/kolada is read into every year's tables."""
    tables = edition.lineage.tables
    if not sheet.kalla.startswith("kolada/"):
        return [sheet]
    return [Sheet(y, sheet.kalla) for y in tables.years if sheet.kalla in tables.sources[y]]


def _cell(edition: Edition, cell: Cell, field: str | None) -> Answer:
    tables = edition.lineage.tables
    found = tables.row_record(cell.sheet, cell.row)
    if found is None:
        header = tables.sources[cell.sheet.year][cell.sheet.kalla]["header_row"]
        raise UsageError(
            f"Rad {cell.row} i {cell.sheet.kalla} är ingen rad i tabellen: rubrikerna står på rad "
            f"{header}, och tomma rader och anteckningar räknas inte."
        )
    if field is None:
        record = edition.raw.record(Cell(cell.sheet, cell.row, WHOLE_ROW, ""))
        record |= {"column": cell.column, "address": cell.address, "rules": ()}
    else:
        record = edition.raw.record(cell)
    title = tables.forms.title(found["tabell"], field) if field else None
    return {
        **record, "table": found["tabell"], "field": field, "title": title,
        "status": found["status"], "reason": found["orsak"],
    }  # fmt: skip


def _place(edition: Edition, address: str) -> tuple[Sheet, str, int]:
    text = unicodedata.normalize("NFC", address.strip())
    dated = _YEAR.fullmatch(text)
    year, text = (int(dated[1]), dated[2]) if dated else (edition.year, text)
    sources = edition.lineage.tables.sources
    if year not in sources:
        known = ", ".join(map(str, sorted(sources)))
        raise UsageError(f"{address}: det finns inget inläst underlag för {year} (finns: {known}).")
    kalla, _, reference = text.rpartition("!")
    match = _CELL.fullmatch(reference)
    read = [k for k, s in sources[year].items() if s["table"]]
    chosen = [k for k in read if k.casefold() == kalla.casefold()]
    if match and chosen:
        return Sheet(year, chosen[0]), match[1].upper(), int(match[2])
    if not match:
        said = f"”{address}” är ingen cell. En cell skrivs fil.xlsx!Blad!H14 eller fil.csv!H14."
    elif kalla in sources[year]:
        said = f"{kalla} läses inte: {sources[year][kalla]['note']}"
    else:
        said = f"Det finns ingen inläst fil eller inget blad som heter ”{kalla}” för {year}."
    near = difflib.get_close_matches(kalla, read, 3, 0.5)
    first = {k: (sources[year][k]["header_row"] or 0) + 1 for k in read}
    listed = "".join(f"\n  {k}!A{first[k]}" for k in dict.fromkeys([*near, *read]))
    raise UsageError(
        f"{said} Finns för {year}:{listed}\n"
        "Celler i tidigare års filer skrivs med årtalet först: 2024/fil.xlsx!Blad!H14"
    )
