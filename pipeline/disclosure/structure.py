"""What anybody can know about a table's columns without seeing a row: the codebooks' word.

Classes, empty or not, of every column; which columns are empty together; which follow from
another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.facts.dataset import SYSTEM_TABLES
from pipeline.forms.codebook import Codebook, Field, Value

SAME, EMPTIES, EXCLUDES = "same", "empties", "excludes"
Tie = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """`categories`: the only values, where the codebook lists them. `answered`: the question whose
    being answered decides whether the column is empty (its own name but for options).
    `ties`: (`same` | `empties` | `excludes`, another question): empty exactly when that is; empty
    when that is; empty unless that is. `source`: the columns it is computed from. `nonresponse`:
    empty means unanswered, and nothing else. `background`: what groups are made by (a required
    field, one the codebook calls so, one from another table), not what somebody answered."""

    name: str
    answered: str
    categories: tuple[Value, ...] = ()
    minimum: str | float | None = None
    maximum: str | float | None = None
    nullable: bool = True
    sensitive: bool = False
    ties: tuple[tuple[str, str], ...] = ()
    source: tuple[str, ...] = ()
    nonresponse: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """A dataset's columns. `key`: the column that no two rows share, "" if there is none.
    `constant`: column → the columns that have one value for all rows with one value of it."""

    protects: str
    columns: Mapping[str, Column]
    key: str = ""
    constant: Mapping[str, frozenset[str]] | None = None

    def column(self, name: str) -> Column:
        return self.columns.get(name) or Column(name, name)

    def sensitive(self, names: Iterable[str]) -> bool:
        return any(self.column(n).sensitive for n in names)

    def unanswered(self, name: str) -> bool:
        """Whether that a column is empty says only that a question was not answered, and the
        question is not sensitive. Options of a list are of one question."""
        same = [c for c in self.columns.values() if name in (c.name, c.answered)]
        return bool(same) and all(c.nonresponse and not c.sensitive for c in same)

    def plain(self, names: Iterable[str]) -> bool:
        """Whether a count that reads these columns reads such questions alone."""
        return all(self.unanswered(n) for n in names)

    def answers(self, names: Iterable[str]) -> bool:
        """Whether what somebody answered stands in any of the columns."""
        return any(c.nullable and not c.background for c in map(self.column, names))


def structure(dataset: str, books: Mapping[str, Codebook]) -> Structure:
    """The structure of a table. Tables that the pipeline itself writes protect nobody."""
    if dataset in SYSTEM_TABLES:
        return Structure("none", {})
    book = books[dataset]
    columns = {c.name: c for c in _looked_up(book, books)}
    divides = {f.name for f in book.fields if f.required} | {*book.background}
    own = [replace(c, background=f.name in divides) for f in book.fields for c in _of_field(f)]
    columns |= {c.name: c for c in own}
    for d in book.derived:
        source = columns[d.source]
        names = (d.source, d.to) if d.to else (d.source,)
        columns[d.name] = Column(
            d.name,
            d.name,
            tuple(c.value for c in d.categories),
            nullable=any(columns[n].nullable for n in names) or d.rule == "band",
            sensitive=source.sensitive,
            source=names,
            # Below the lowest band there is an answer and no band.
            nonresponse=all(columns[n].nonresponse for n in names)
            and (d.rule != "band" or d.breaks[0] <= 0),
            background=all(columns[n].background for n in names),
        )
    constant = {
        k.fields[0]: frozenset(k.lookup) - {f.name for f in book.fields}
        for k in book.foreign_keys
        if len(k.fields) == 1
    }
    single = book.primary_key[0] if len(book.primary_key) == 1 else ""
    unique = single if single and not columns[single].nullable else ""
    return Structure(book.protects, columns, unique, constant)


def _of_field(f: Field) -> list[Column]:
    nullable = not (f.required and f.severity == "critical")
    if f.type == "list":
        return [
            Column(
                f.option_column(c.value), f.name, nullable=nullable, sensitive=f.sensitive,
                nonresponse=f.unanswered_if_empty,
            )
            for c in f.substantive
        ]  # fmt: skip
    made = [
        Column(
            f.name, f.name, tuple(c.value for c in f.substantive), f.minimum, f.maximum,
            nullable=nullable, sensitive=f.sensitive, nonresponse=f.unanswered_if_empty,
        )
    ]  # fmt: skip
    if f.has_missing_categories:
        gone = tuple(c.value for c in f.categories if c.missing)
        name = f.bortfall_column
        made.append(Column(name, name, gone, sensitive=f.sensitive, ties=((EXCLUDES, f.name),)))
    return made


def _looked_up(book: Codebook, books: Mapping[str, Codebook]) -> list[Column]:
    """Columns from other tables. A row that refers to nothing has none of them."""
    found = []
    own = {f.name for f in book.fields}
    for key in book.foreign_keys:
        if key.resource not in books:
            continue
        other = structure(key.resource, books).columns
        row = f"_{key.resource}_rad"
        found.append(Column(row, row, nonresponse=True, background=True))
        brought = {n for n in other if n in key.lookup or n.split("__")[0] in key.lookup}
        for name in sorted(brought - own):
            column = other[name]
            tie = (EMPTIES if column.nullable else SAME, row)
            source = tuple(s for s in column.source if s in brought)
            found.append(
                replace(
                    column, nullable=True, ties=(*column.ties, tie), source=source, background=True
                )
            )
    return found
