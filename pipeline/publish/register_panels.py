"""The register of facts for print, where most facts are of a few definitions: what a definition's
facts have in common is said once, and each has its place in a table, a row a class (a criterion)
and a column a definition. Nothing that the register tells of a fact is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.publish.register import Entry, Group

ACROSS = 5  # columns of facts that a page has room for
VARIES = "…"
LETTERS = "abcde"
OTHERS = "Tal med egen definition"
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_CLASS = re.compile(r"(?P<stem>.*?) \((?P<dimension>[^():]+): (?P<label>.*)\)")
Parent = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Parents:
    """Facts that another is made of: `before` what they have in common, each with its own words,
    then `after`."""

    before: str
    each: tuple[Parent, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Column:
    """A definition. `letter`: what it is called in the table's head, or empty where it stands
    alone; where its facts differ, its conditions say VARIES."""

    letter: str
    title: str
    words: str
    conditions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Facts about one class, one a column. `given`: what stands there for VARIES; `words` and
    `conditions`: of a fact with a definition of its own."""

    about: str
    given: str
    words: str
    conditions: tuple[tuple[str, str], ...]
    parents: tuple[Parents, ...]
    facts: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A table of the register. `period`: of all its facts, or empty where they differ."""

    columns: tuple[Column, ...]
    head: str
    period: str
    rows: tuple[Row, ...]

    def basis(self, entry: Entry) -> str:
        """What stands beside a fact's value, and does not only say it again."""
        basis = "" if entry.basis.removeprefix("n = ") == shown(entry) else entry.basis
        period = "" if self.period else entry.period
        return ", ".join(filter(None, (basis, period, entry.status)))


@dataclass(frozen=True, slots=True)
class _Family:
    column: Column
    head: str
    rows: tuple[Row, ...]


def panels(group: Group) -> tuple[Panel, ...]:
    """The facts of a group of the register, in as few tables as their definitions allow."""
    made: list[_Family] = []
    for entries in _families(group.entries):
        made.append(_family(entries) if len(entries) > 1 else _single(entries[0]))
    beside: dict[object, list[_Family]] = {}
    for family in made:
        key = ("", "") if not family.column.words else _sides(family)
        beside.setdefault(key, []).append(family)
    found: list[Panel] = []
    for key, families in beside.items():
        if key == ("", ""):
            found.append(_panel([_joined(families)]))
        else:
            found += [_panel(families[k : k + ACROSS]) for k in range(0, len(families), ACROSS)]
    return tuple(sorted(found, key=lambda panel: panel.columns[0].title == OTHERS))


def texts(panel: Panel) -> Iterator[str]:
    """What a panel says in print, in the order in which it is drawn but for the pages
    (`templates/besok.typ.j2`)."""
    for column in panel.columns:
        yield f"{column.letter} {column.title} {column.words}{_conditions(column.conditions)}"
    yield panel.period
    for row in panel.rows:
        yield f"{row.about} {row.given} {row.words}{_conditions(row.conditions)}"
        for some in row.parents:
            yield f"{some.before} {'; '.join(title for _, title in some.each)}{some.after}"
        for entry in row.facts:
            yield f"{shown(entry)}\n{panel.basis(entry)}\n{entry.id}"


def shown(entry: Entry) -> str:
    """How the report shows a fact."""
    return " · ".join(entry.shown) or "–"


def _conditions(conditions: Sequence[tuple[str, str]]) -> str:
    return "".join(f" {label}: {sql}." for label, sql in conditions)


def _families(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries by definition: those of one name first, then those that are alike."""
    named = _by(entries, lambda e: (e.name, _shape(e)))
    alike = _by([e[0] for e in named if len(e) == 1], _shape)
    return sorted([e for e in named if len(e) > 1] + alike, key=lambda e: entries.index(e[0]))


def _by(entries: Iterable[Entry], key: object) -> list[list[Entry]]:
    found: dict[object, list[Entry]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)  # type: ignore[operator]
    return list(found.values())


def _shape(entry: Entry) -> object:
    """What entries of one definition have in common."""
    told = tuple((label, _LITERAL.sub("''", sql)) for label, sql in entry.conditions)
    return entry.words, told


def _family(entries: Sequence[Entry]) -> _Family:
    conditions, given = _varying([e.conditions for e in entries])
    classes = [_CLASS.fullmatch(e.title) for e in entries]
    heads = {(c["stem"], c["dimension"]) if c else None for c in classes}
    common = heads.pop() if len(heads) == 1 else None
    abouts = [
        c["label"] if c and common else e.title for c, e in zip(classes, entries, strict=True)
    ]
    title, head = common or ("", "Tal")
    rows = tuple(
        Row(about, own, "", (), _parents(entry), (entry,))
        for about, own, entry in zip(abouts, given, entries, strict=True)
    )
    return _Family(Column("", title, entries[0].words, conditions), head, rows)


def _single(entry: Entry) -> _Family:
    row = Row(entry.title, "", entry.words, entry.conditions, _parents(entry), (entry,))
    return _Family(Column("", OTHERS, "", ()), "Tal", (row,))


def _joined(families: Sequence[_Family]) -> _Family:
    return replace(families[0], rows=tuple(r for f in families for r in f.rows))


def _sides(family: _Family) -> object:
    """What families must share to stand side by side. One without classes stands alone."""
    if not family.column.title:
        return family.column
    return family.head, tuple((r.about, r.given, r.parents) for r in family.rows)


def _panel(families: Sequence[_Family]) -> Panel:
    several = len(families) > 1
    rows = tuple(
        replace(rows[0], facts=tuple(e for r in rows for e in r.facts))
        for rows in zip(*(f.rows for f in families), strict=True)
    )
    columns = tuple(
        replace(f.column, letter=letter if several else "")
        for letter, f in zip(LETTERS, families, strict=False)
    )
    periods = {e.period for r in rows for e in r.facts}
    return Panel(columns, families[0].head, periods.pop() if len(periods) == 1 else "", rows)


def _varying(
    told: Sequence[tuple[tuple[str, str], ...]],
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The conditions with VARIES where they differ, and what each has there."""
    literals = [[_LITERAL.findall(sql) for _, sql in one] for one in told]
    given: list[list[str]] = [[] for _ in told]
    common = []
    for k, (label, sql) in enumerate(told[0]):
        parts = []
        for place, first in enumerate(literals[0][k]):
            same = all(one[k][place] == first for one in literals)
            parts.append(first if same else VARIES)
            for mine, one in zip(given, literals, strict=True):
                mine += [] if same or (own := one[k][place]) in mine else [own]
        common.append((label, _with(sql, parts)))
    return tuple(common), [", ".join(one) for one in given]


def _with(sql: str, literals: Sequence[str]) -> str:
    rest = iter(literals)
    return _LITERAL.sub(lambda _: next(rest), sql)


def _parents(entry: Entry) -> tuple[Parents, ...]:
    """The parents, those that differ in one class together."""
    made: list[Parents] = []
    for key, title in entry.parents:
        found = _CLASS.fullmatch(title)
        before, after = (f"{found['stem']} ({found['dimension']}:", ")") if found else ("", "")
        own = (key, found["label"] if found else title)
        if made and (made[-1].before, made[-1].after) == (before, after):
            made[-1] = replace(made[-1], each=(*made[-1].each, own))
        else:
            made.append(Parents(before, (own,), after))
    return tuple(made)
