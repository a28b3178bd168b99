"""Which fields of which forms a column rests on, and which fields decide whole rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.forms.codebook import Codebook
from pipeline.validation.rules import Check, load_rules
from pipeline.validation.suites import EXPECTATIONS, shipped_codebooks

ERROR = "_fel_"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A field of a form. `path`: the tables followed to it from a table by its foreign keys,
    empty for the table's own fields."""

    path: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Emptying:
    """A rule whose failure blanks some fields after reading others."""

    reads: frozenset[Origin]
    empties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """What the rows of a table hang on.

    `structural`: own fields that can change any fact of the table (docs/architecture.md).
    `decisive`: fields of referred tables that a rule reads to quarantine a row: as structural.
    `emptying`: the rules that blank fields after reading others.
    """

    structural: frozenset[str]
    decisive: frozenset[Origin]
    emptying: tuple[Emptying, ...]


class Forms:
    """The codebooks and rules of a workspace, asked about columns."""

    def __init__(
        self,
        books: Mapping[str, Codebook],
        forms: Path,
        expectations: Path = EXPECTATIONS,
        deciding: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.books = books
        self._folders = (forms, expectations)
        self._deciding = deciding or {}
        self._shipped = shipped_codebooks(forms)
        self._forms: dict[str, Form] = {}
        self._origins: dict[tuple[str, str], frozenset[Origin]] = {}

    def origins(self, column: str, table: str) -> frozenset[Origin]:
        """The fields behind a column: an option's question, what a derived column is made of,
        the other table's field of a looked-up one."""
        key = (column, table)
        if key not in self._origins:
            self._origins[key] = frozenset(self._find(column, table))
        return self._origins[key]

    def _find(self, column: str, table: str) -> Iterator[Origin]:
        book = self.books.get(table)
        if book is None:
            return
        name = column.removeprefix(ERROR)
        own = book.has(name) or book.has(name.partition("__")[0])
        if own:
            yield Origin((), name if book.has(name) else name.partition("__")[0])
            return
        for derived in book.derived:
            if derived.name == name:
                for source in filter(None, (derived.source, derived.to)):
                    yield from self._find(source, table)
                return
        for key in book.foreign_keys:
            if name.startswith(f"_{key.resource}_"):  # the row that was referred to
                yield from (Origin((), f) for f in key.fields)
                yield from (Origin((key.resource,), f) for f in key.reference_fields)
                return
            if name in key.lookup or name.partition("__")[0] in key.lookup:
                for there in self._find(name, key.resource):
                    yield Origin((key.resource, *there.path), there.field)
                return

    def form(self, table: str) -> Form:
        """What the rows of a table hang on."""
        if table not in self._forms:
            self._forms[table] = self._form(table)
        return self._forms[table]

    def closure(self, column: str, table: str) -> frozenset[Origin]:
        """The fields behind a column, and those that rules read before they blank it."""
        found: set[Origin] = set()
        waiting = set(self.origins(column, table))
        while waiting:
            origin = waiting.pop()
            found.add(origin)
            for rule in self.form(self.end(table, origin.path)).emptying:
                if origin.field in rule.empties:
                    read = {Origin((*origin.path, *o.path), o.field) for o in rule.reads}
                    waiting |= read - found
        return frozenset(found)

    def referring(self, table: str) -> frozenset[str]:
        """The tables that look something up in this one, directly or through others."""
        found: set[str] = set()
        waiting = {table}
        while waiting:
            now = {
                name
                for name, book in self.books.items()
                if any(key.resource in waiting for key in book.foreign_keys)
            }
            waiting = now - found
            found |= now
        return frozenset(found)

    def title(self, table: str, field: str) -> str:
        """A field as its form writes it."""
        book = self.books.get(table)
        return book.field(field).title if book and book.has(field) else field

    def end(self, table: str, path: tuple[str, ...]) -> str:
        """The table that a path leads to."""
        return path[-1] if path else table

    def _form(self, table: str) -> Form:
        book = self.books.get(table)
        if book is None:
            return Form(frozenset(), frozenset(), ())
        structural = {*book.primary_key, *filter(None, [book.keep])}
        structural |= {
            f.name for f in book.fields if f.required or f.unique or f.severity == "critical"
        }
        structural |= {f for key in book.foreign_keys for f in key.fields}
        structural |= self._deciding.get(table, frozenset())
        for other in self.books.values():  # what others refer to by
            structural |= {
                f for k in other.foreign_keys if k.resource == table for f in k.reference_fields
            }
        decisive: set[Origin] = set()
        emptying: list[Emptying] = []
        for check in self._checks(table):
            read = frozenset(o for c in check.columns for o in self.origins(c, table))
            if check.severity == "info" or not (read and _crosses(check, read)):
                continue
            structural |= {o.field for o in read if not o.path}
            if check.severity == "critical":
                decisive |= {o for o in read if o.path}
            else:
                emptying.append(Emptying(read, frozenset(check.tommer)))
        own = {f.name for f in book.fields}
        return Form(frozenset(structural & own), frozenset(decisive), tuple(emptying))

    def _checks(self, table: str) -> Sequence[Check]:
        forms, expectations = self._folders
        book = self._shipped.get(table, self.books[table])
        return load_rules(book, forms, expectations)


def _crosses(check: Check, read: frozenset[Origin]) -> bool:
    """Whether a check decides about more than the one cell that it reads."""
    alone = check.severity == "warning" and "unique" not in check.type
    return not (alone and {o.field for o in read} == set(check.tommer) and len(read) == 1)
