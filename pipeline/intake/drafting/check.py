"""A draft held against its own columns, as recognition and cleaning will read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.forms.codebook import Codebook, Field, codebook_of
from pipeline.intake.choices import text_of
from pipeline.intake.convert import converter, dummy_converter
from pipeline.intake.drafting.asks import Ask
from pipeline.intake.drafting.material import Asked
from pipeline.intake.headers import dummies, fit, normal, readings
from pipeline.workspace import Kommun

ROUNDS = 4
Doc = dict[str, Any]


def mended(doc: Doc, columns: Mapping[str, Sequence[Asked]], kommun: Kommun) -> list[Ask]:
    """The draft with every column read as the field that was written for it, and the questions
    about what cannot be: headers that several columns share, answers that no category is."""
    for _ in range(ROUNDS):
        if not _renamed(doc, columns, kommun):
            break
    book = codebook_of(doc, f"Kodboken {doc['name']}", kommun)
    return [*_unreached(book, columns), *_unread(book, columns)]


def _rows(columns: Mapping[str, Sequence[Asked]]) -> list[tuple[str, Asked]]:
    return [(name, c) for name, found in columns.items() for c in found]


def _missed(book: Codebook, columns: Mapping[str, Sequence[Asked]]) -> list[tuple[str, Asked, str]]:
    """Columns that are read as another field, or as none: field, column, the field it becomes."""
    rows = _rows(columns)
    cells = [c.headers for _, c in rows]
    found = fit(cells, book)
    at = {j: name for name, places in found.columns.items() for j in places if j >= 0}
    return [(n, c, at.get(j, "")) for j, (n, c) in enumerate(rows) if at.get(j) != n]


def _renamed(doc: Doc, columns: Mapping[str, Sequence[Asked]], kommun: Kommun) -> bool:
    """Take away the headers by which a field claims another's column. Whether any was."""
    book = codebook_of(doc, f"Kodboken {doc['name']}", kommun)
    by_name = {f["name"]: f for f in doc["fields"]}
    changed = False
    for name, column, other in _missed(book, columns):
        claimed = [(other, r) for r in readings(column.headers) if other]
        for field_name, reading in claimed:
            field = by_name[field_name]
            kept = [a for a in field.get("aliases", ()) if normal(a) != reading]
            if len(kept) < len(field.get("aliases", ())):
                field["aliases"] = kept
                changed = True
        own = by_name[name]
        header = column.headers[0]
        known = {normal(h) for h in (own["title"], *own.get("aliases", ()))}
        if "columns" not in own and normal(header) not in known:
            own["aliases"] = [*own.get("aliases", ()), header]
            changed = True
        if other and normal(by_name[other]["title"]) in readings(column.headers):
            theirs = columns[other][0]
            if "columns" not in by_name[other] and theirs.whole != by_name[other]["title"]:
                by_name[other]["title"] = theirs.whole
                changed = True
    for field in doc["fields"]:
        if field.get("aliases") == []:
            del field["aliases"]
    return changed


def _unreached(book: Codebook, columns: Mapping[str, Sequence[Asked]]) -> list[Ask]:
    return [
        Ask(
            column.where,
            f"Rubriken ”{column.headers[0]}” har fler än en kolumn. Bara den första läses"
            + (f", som fältet {other}." if other else "."),
            "Byt rubrik på den andra kolumnen i filen och gör om utkastet.",
        )
        for _, column, other in _missed(book, columns)
    ]


def _unread(book: Codebook, columns: Mapping[str, Sequence[Asked]]) -> list[Ask]:
    """Answers that would be blanked, counted; told only where nothing was said of them before."""
    asks = []
    for name, found in columns.items():
        field = book.field(name)
        if field.freetext or field.identifies:
            continue
        for column in found:
            bad = [c for c in column.answers if _refused(field, book, column, c)]
            n = sum(column.answers[c] for c in bad)
            if bad and not (field.categories and field.type != "number"):
                places = [column.places.get(text_of(c), "").rpartition("!")[2] for c in bad]
                asks.append(
                    Ask(
                        column.where,
                        f"{n} svar passar inte fältet {name} och töms när filen läses (cell "
                        f"{', '.join(p for p in places[:5] if p)}).",
                        "Rätta cellerna, eller ändra fältets typ.",
                    )
                )
    return asks


def refused(book: Codebook, columns: Mapping[str, Sequence[Asked]]) -> dict[str, int]:
    """Field → how many cells would be blanked."""
    made = {}
    for name, found in columns.items():
        field = book.field(name)
        n = sum(
            count
            for column in found
            for cell, count in column.answers.items()
            if _refused(field, book, column, cell)
        )
        if n:
            made[name] = n
    return made


def _refused(field: Field, book: Codebook, column: Asked, cell: object) -> bool:
    if field.columns and len(dummies(field)) > 0:
        headers = {normal(h) for h in (column.code, *column.headers) if h}
        option = next((i for i, d in enumerate(field.columns) if normal(d.header) in headers), None)
        if option is not None:
            return dummy_converter(field, book, option)(cell).error is not None
    return converter(field, book)(cell).error is not None
