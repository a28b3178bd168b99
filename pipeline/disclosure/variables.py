"""The variables that counts are made by, each with the few values that the counts can tell apart.

A column whose value some count reads is a *fine* variable; a question of which some count only
asks whether it is answered is a *coarse* one, written `name?`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.disclosure.coded import Codes, combinations, encoded, least
from pipeline.disclosure.model import Mask
from pipeline.disclosure.structure import EMPTIES, EXCLUDES, SAME, Column, Structure, Tie
from pipeline.facts import predicate as p

ORDER = frozenset(("<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """`values`: its representatives, one a place; `null[name]` says at which places the column (or
    the question, `name?`) is empty. `columns`: the columns it gives, as arrays over the places.
    `of_row`: the place of every real row. `ties`: (kind, own name in `null`, other question)."""

    name: str
    null: Mapping[str, Mask]
    columns: Mapping[str, pa.Array]
    of_row: Codes
    ties: tuple[Tie, ...]

    @property
    def size(self) -> int:
        return len(next(iter(self.null.values())))


def leaves(node: p.Node) -> set[p.Node]:
    """The parts of a predicate that are not made of others."""
    if node[0] in ("and", "or", "not"):
        return set().union(*(leaves(child) for child in node[1:]))
    return set() if node[0] == "bool" else {node}


def reads_value(node: p.Node) -> set[str]:
    """The columns of which a predicate reads more than whether they are empty."""
    return {c for leaf in leaves(node) if leaf[0] != "isnull" for c in p.columns(leaf)}


class Variables:
    """The variables of one table under a set of predicates, made once."""

    def __init__(self, table: pa.Table, structure: Structure, nodes: Iterable[p.Node]) -> None:
        self.table, self.structure = table, structure
        found: set[p.Node] = set().union(*(leaves(n) for n in nodes), set())
        self._leaves = sorted(found, key=repr)
        fine = {c for leaf in self._leaves if leaf[0] != "isnull" for c in p.columns(leaf)}
        everything = {c for leaf in self._leaves for c in p.columns(leaf)}
        self._group = _grouped(everything, fine, self._leaves, structure)
        self.made: dict[str, Variable] = {}

    def of(self, node: p.Node) -> frozenset[str]:
        """Names of the variables a predicate reads, with those that are tied to them."""
        waiting = []
        fine = reads_value(node)
        for c in p.columns(node):
            if c in fine:
                waiting.append(self._fine(self._group[c]))
            else:
                waiting.append(self._coarse(self.structure.column(c).answered))
        names: set[str] = set()
        while waiting:
            variable = waiting.pop()
            if variable.name not in names:
                names.add(variable.name)
                waiting += [self._coarse(other) for _, _, other in variable.ties]
        return frozenset(names)

    def _fine(self, columns: tuple[str, ...]) -> Variable:
        name = "+".join(columns)
        if name not in self.made:
            self.made[name] = self._make_fine(name, columns)
        return self.made[name]

    def _make_fine(self, name: str, columns: tuple[str, ...]) -> Variable:
        mine = [leaf for leaf in self._leaves if set(p.columns(leaf)) <= set(columns)]
        seen = self.table.select(columns).group_by(list(columns), use_threads=False).aggregate([])
        candidates = seen
        if len(columns) == 1:
            candidates = pa.concat_tables([self._possible(columns[0], mine), seen])
        signs = _signs(candidates, mine)
        _, first, _ = np.unique(signs, axis=0, return_index=True, return_inverse=True)
        first = np.sort(first)
        kept = candidates.take(pa.array(first))
        known = {tuple(row): place for place, row in enumerate(signs[first].tolist())}
        coded = [encoded(self.table[c]) for c in columns]
        someone, combination = combinations(
            [codes for codes, _ in coded], [size for _, size in coded], self.table.num_rows
        )
        rows = _signs(self.table.select(columns).take(pa.array(someone)), mine)
        places = np.array([known[tuple(r)] for r in rows.tolist()], dtype=np.int64)
        null = {c: pc.is_null(kept[c]).to_numpy().astype(bool) for c in columns}
        ties = []
        for c in columns:
            column = self.structure.column(c)
            ties.append((SAME, c, column.answered))
            ties += [(kind, c, other) for kind, other in column.ties]
        of_row = least(places, len(kept))[combination]
        return Variable(
            name, null, {c: kept[c].combine_chunks() for c in columns}, of_row, tuple(ties)
        )

    def _possible(self, name: str, mine: Sequence[p.Node]) -> pa.Table:
        """Values a column could have, whether it has them or not."""
        column, kind = self.structure.column(name), self.table.schema.field(name).type
        values: list[Any] = []
        if pa.types.is_boolean(kind):
            values = [False, True]
        elif column.categories:
            values = list(column.categories)
        else:
            values = [v for leaf in mine for v in _around(leaf, kind) if _allowed(v, column)]
        if column.nullable:
            values.append(None)
        return pa.table({name: pa.array(values, kind)})

    def _coarse(self, question: str) -> Variable:
        name = f"{question}?"
        if name in self.made:
            return self.made[name]
        mine = [c for c in self._group if self.structure.column(c).answered == question]
        columns = mine or [question]
        column = self.structure.column(columns[0])
        there = [c for c in columns if c in self.table.column_names]
        empty = (
            pc.is_null(self.table[there[0]]).to_numpy().astype(bool)
            if there
            else np.zeros(self.table.num_rows, dtype=bool)
        )
        may = column.nullable or bool(empty.any())
        null = np.array([False, True] if may else [False])
        shown = {
            c: pa.array(
                [None if e else _anything(self.table.schema.field(c).type) for e in null],
                self.table.schema.field(c).type,
            )
            for c in there
        }
        ties = tuple((kind, name, other) for kind, other in column.ties)
        self.made[name] = Variable(name, {name: null}, shown, least(empty, 2), ties)
        return self.made[name]


def agree(kind: str, mine: Mask, other: Mask) -> Mask:
    """Where two columns' being empty agrees with what ties them."""
    assert kind in (SAME, EMPTIES, EXCLUDES)
    if kind == EXCLUDES:
        return mine | other
    return np.equal(mine, other) if kind == SAME else ~other | mine


def _grouped(
    names: set[str], fine: set[str], every_leaf: Sequence[p.Node], structure: Structure
) -> dict[str, tuple[str, ...]]:
    """Columns that are read together because one follows from another, or because a predicate
    compares them: column → its group. Options of one question stay apart."""
    group = {n: {n} for n in names}

    def join(a: str, b: str) -> None:
        both = group[a] | group[b]
        for n in both:
            group[n] = both

    for n in sorted(fine):
        for source in _ancestors(n, structure):
            if source in names:
                join(n, source)
    of_source: dict[str, str] = {}
    for n in sorted(fine):
        for source in _ancestors(n, structure):
            join(n, of_source.setdefault(source, n))
    for leaf in every_leaf:
        for a in p.columns(leaf)[1:]:
            join(p.columns(leaf)[0], a)
    return {n: tuple(sorted(g)) for n, g in group.items()}


def _ancestors(name: str, structure: Structure) -> set[str]:
    direct = set(structure.column(name).source)
    return direct.union(*(_ancestors(s, structure) for s in direct), set())


def _signs(table: pa.Table, mine: Sequence[p.Node]) -> Mask:
    """What the predicates can tell of each row: (rows × signs)."""
    signs = [pc.is_null(table[c]).to_numpy() for c in table.column_names]
    signs += [p.mask(leaf, table).to_numpy() for leaf in mine]
    found: Mask = np.array(signs, dtype=bool).T.reshape(table.num_rows, len(signs))
    return found


def _around(leaf: p.Node, kind: pa.DataType) -> list[Any]:
    """The values a leaf names; for a comparison also those on either side."""
    if leaf[0] == "in":
        return [_value(v, kind) for v in leaf[2]]
    if leaf[0] != "cmp" or leaf[3][0] == "col":
        return []
    value = _value(leaf[3], kind)
    if leaf[1] not in ORDER or isinstance(value, str | bool):
        return [value]
    step = dt.timedelta(days=1) if isinstance(value, dt.date) else 1
    return [value - step, value, value + step]


def _value(node: p.Node, kind: pa.DataType) -> Any:
    if node[0] == "num":
        number = Decimal(node[1])
        return int(number) if pa.types.is_integer(kind) else float(number)
    return dt.date.fromisoformat(node[1]) if node[0] == "date" else node[1]


def _allowed(value: Any, column: Column) -> bool:
    for limit, low in ((column.minimum, True), (column.maximum, False)):
        if limit is None:
            continue
        edge = dt.date.fromisoformat(str(limit)) if isinstance(value, dt.date) else limit
        if isinstance(value, str) or (value < edge if low else value > edge):
            return False
    return True


def _anything(kind: pa.DataType) -> Any:
    """Some value of a type: only whether there is one is read."""
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_date(kind):
        return dt.date(2000, 1, 1)
    return "" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else 0
