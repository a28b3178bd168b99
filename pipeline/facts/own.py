"""Measures of the municipality's own, from `[[matt]]` in kommun.toml: checked, then counted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import pyarrow as pa

from pipeline.errors import ConfigError, PredicateError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, Dimension, codebooks, dimensions
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, share
from pipeline.forms.codebook import Codebook
from pipeline.intake.clean import schema
from pipeline.intake.derive import add_derived
from pipeline.matt import Matt, place
from pipeline.workspace import Workspace, load_kommun, read_settings

NEAR = 0.5  # how alike a name is that is suggested


def own_measures(workspace: Workspace) -> tuple[Matt, ...]:
    """The measures of kommun.toml, each of a table, columns and answers that there are.

    Raises ConfigError naming the entry, what is wrong and what to do.
    """
    books = codebooks(workspace.raw)
    found = load_kommun(workspace.raw).matt
    for number, measure in enumerate(found, start=1):
        try:
            _check(measure, place(number, {"namn": measure.namn}), books)
        except ConfigError as error:
            settings = read_settings(workspace.raw)
            raise ConfigError(settings.told(str(error)) if settings else str(error)) from error
    return found


def of_year(measure: Matt, data: Dataset) -> Fact:
    """The measure of the year that `data`, its table, is of."""
    name, title = measure.namn, measure.titel
    made: Fact = (
        share(data, measure.where, of=measure.of, name=name, title=title)
        if measure.of
        else count(data, measure.where, name=name, title=title)
    )
    return made


def _check(measure: Matt, where: str, books: Mapping[str, Codebook]) -> None:
    if measure.tabell not in books:
        raise ConfigError(
            f"{where}: det finns ingen tabell som heter ”{measure.tabell}”.\n"
            f"Gör så här: välj en av {', '.join(sorted(books))}."
        )
    empty = _empty(books[measure.tabell], books)
    known = dimensions(measure.tabell, books)
    for clause, text in (("where", measure.where), ("of", measure.of)):
        if text:
            _check_clause(text, f"{where}, {clause}", measure.tabell, empty, known)


def _check_clause(
    text: str, where: str, table: str, empty: pa.Table, known: Mapping[str, Dimension]
) -> None:
    try:
        node = p.parse(text)
    except PredicateError as error:
        raise ConfigError(
            f"{where}: {error}\nGör så här: skriv ett villkor som kolumn = 'värde', kolumn >= 4 "
            "eller kolumn IS NOT NULL, och sätt ihop flera med AND eller OR."
        ) from error
    for column in p.columns(node):
        if column not in empty.column_names:
            raise ConfigError(
                f"{where}: tabellen {table} har ingen kolumn som heter ”{column}”."
                f"{_meant(column, empty.column_names)}"
            )
    for column, value in _compared(node):
        answers = known[column].categories if column in known else ()
        if answers and value not in {str(c.value) for c in answers}:
            listed = ", ".join(str(c.value) for c in answers)
            raise ConfigError(
                f"{where}: ”{value}” är inget svar i kolumnen {column}.\n"
                f"Gör så här: skriv ett av {listed}."
            )
    try:
        p.mask(node, empty)
    except PredicateError as error:
        raise ConfigError(
            f"{where}: {error}\nGör så här: text skrivs inom enkla citattecken, tal utan, och ett "
            "datum som DATE '2025-12-31'."
        ) from error


def _empty(book: Codebook, books: Mapping[str, Codebook]) -> pa.Table:
    """The table as it comes out, without rows: own, looked-up and derived columns."""
    others = {
        key.resource: schema(books[key.resource]).empty_table()
        for key in book.foreign_keys
        if key.resource in books
    }
    return add_derived(schema(book).empty_table(), book, 0, others, books)


def _compared(node: p.Node) -> Iterable[tuple[str, str]]:
    """(column, answer) of every comparison for being equal or not to a text."""
    if node[0] in ("and", "or", "not"):
        for child in node[1:]:
            yield from _compared(child)
    elif node[0] == "in":
        yield from ((node[1], str(v[1])) for v in node[2] if v[0] == "str")
    elif node[0] == "cmp" and node[1] in ("=", "<>") and node[3][0] == "str":
        yield node[2][1], str(node[3][1])


def _meant(column: str, there: Iterable[str]) -> str:
    open_ = sorted(c for c in there if not c.startswith("_"))
    near = difflib.get_close_matches(column, open_, 3, NEAR)
    if near:
        return f"\nGör så här: menas {' eller '.join(near)}?"
    return f"\nGör så här: välj en av {', '.join(open_)}."
