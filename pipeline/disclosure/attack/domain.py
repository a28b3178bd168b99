"""What a column could hold, as the codebook says, cut where the published definitions cut it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.facts import predicate as p
from pipeline.forms.codebook import Codebook, Field

Truth = npt.NDArray[np.int8]  # 1 true, 0 false, -1 NULL


class _Null:
    def __repr__(self) -> str:
        return "NULL"


NULL = _Null()
OTHER = "\x00annat"  # a text that no definition names
JOIN = " | "  # of the options in a column's name
SCALE = 20  # numbers further apart than this are no scale of answers


@dataclass(frozen=True, slots=True)
class Domain:
    """One value for each way in which a column can answer the definitions. `numbers`: what each
    stands for where the column is numeric and finite. `group`: columns of one group are empty
    together (the options of a question, what is looked up in another table). `unless`: a column
    that must be empty for this one not to be."""

    column: str
    values: tuple[Any, ...]
    numbers: tuple[int, ...] | None = None
    group: str = ""
    unless: str = ""


def leaves(node: p.Node) -> list[tuple[str, p.Node]]:
    """(column, condition) of the simple conditions of a predicate. That some of several options
    of a question were chosen is a column of its own: options shown as one are too many to tell
    apart."""
    if node[0] == "or" and len(node) > 2 and _options(node):
        return [(JOIN.join(sorted(child[1] for child in node[1:])), node)]
    if node[0] in ("and", "or", "not"):
        return [leaf for child in node[1:] for leaf in leaves(child)]
    if node[0] == "bool":
        return []
    if node[0] == "cmp" and node[3][0] == "col":
        return [(_pair(node), node)]
    return [(node[2][1] if node[0] == "cmp" else node[1], node)]


def _options(node: p.Node) -> bool:
    names = [child[1] for child in node[1:] if child[0] == "col"]
    questions = {name.partition("__")[0] for name in names}
    return len(names) == len(node) - 1 and len(questions) == 1 and all("__" in n for n in names)


def members(column: str) -> tuple[str, ...]:
    """The options of which a column says that some were chosen; none for any other column."""
    return tuple(column.split(JOIN)) if JOIN in column else ()


def within(column: str, other: str) -> bool:
    """Whether `other` says that some of several options were chosen, of which `column` is one, or
    all of its own are."""
    return column != other and {*(members(column) or (column,))} <= {*members(other)}


def _pair(node: p.Node) -> str:
    """Two columns compared: true, false or unknown, whatever they hold."""
    return f"{node[2][1]} {node[1]} {node[3][1]}"


def domains(book: Codebook | None, books: Mapping[str, Codebook], nodes: Iterable[p.Node],
            whole: Iterable[str] = ()) -> dict[str, Domain]:  # fmt: skip
    """The domain of every column that these predicates read. Values that no predicate tells apart
    are one, except in the columns of `whole` (means are taken of them)."""
    conditions: dict[str, dict[p.Node, None]] = {}
    for node in nodes:
        for column, leaf in leaves(node):
            conditions.setdefault(column, {})[leaf] = None
    keep = set(whole)
    found = {}
    for column in sorted({*conditions, *keep}):
        asked = list(conditions.get(column, ()))
        if any(leaf[0] == "cmp" and leaf[3][0] == "col" for leaf in asked):
            found[column] = Domain(column, (True, False, NULL))
            continue
        values, group, unless = could_be(book, books, column, asked)
        if column not in keep:
            values = _distinguished(values, asked)
        known = [v for v in values if v is not NULL]
        finite = column in keep and all(type(v) is int for v in known)
        found[column] = Domain(
            column, values, tuple(0 if v is NULL else int(v) for v in values) if finite else None,
            group, unless,
        )  # fmt: skip
    return found


def _distinguished(values: Sequence[Any], asked: Sequence[p.Node]) -> tuple[Any, ...]:
    """The first of those that no predicate tells apart stands for them all: of an option, when
    only the question's being answered is asked for, that it was not chosen, which excludes nothing
    beside it."""
    first: dict[tuple[Any, ...], Any] = {}
    for value in values:
        # NULL stays apart: the options of a question are NULL together.
        first.setdefault((value is NULL, *(_answer(leaf, value) for leaf in asked)), value)
    return tuple(first.values())


def could_be(
    book: Codebook | None, books: Mapping[str, Codebook], column: str, asked: Sequence[p.Node]
) -> tuple[tuple[Any, ...], str, str]:
    """Values of a column by its codebook (NULL last, where it can be), its group and the column
    that it is empty unless (`Domain`). A column that no codebook knows can hold what is asked
    about, and anything else."""
    column = column.partition(JOIN)[0]
    for f in book.fields if book is not None else ():
        empty = () if f.required and f.severity == "critical" else (NULL,)
        if f.name == column:
            return (*_of_field(f, asked), *empty), "", ""
        if column == f.bortfall_column:
            return (*(c.value for c in f.categories if c.missing), NULL), "", f.name
        if f.type == "list" and column in {f.option_column(c.value) for c in f.substantive}:
            return (False, True, *empty), f.name, ""
    for d in book.derived if book is not None else ():
        if d.name == column:
            known = tuple(c.value for c in d.categories) or _open("num", asked, None, None)
            return (*known, NULL), "", ""
    for key in book.foreign_keys if book is not None else ():
        if column.partition("__")[0] in key.lookup and key.resource in books:
            values, group, unless = could_be(books[key.resource], books, column, asked)
            if NULL in values:
                return values, group, unless
            return (*values, NULL), f"_{key.resource}", ""  # empty only where nothing was found
    kinds = sorted({c[0] for leaf in asked for c in _constants(leaf)}) or ["bool"]
    known = (True, False) if kinds[0] == "bool" else _open(kinds[0], asked, None, None)
    return (*known, NULL), "", ""


def finite(book: Codebook | None, books: Mapping[str, Codebook], column: str) -> bool:
    """Whether a column holds one of a few whole numbers: an answer on a scale."""
    if book is None:
        return False
    for f in book.fields:
        if f.name == column:
            if f.substantive:
                return all(type(c.value) is int for c in f.substantive)
            ends = _ends(f)
            return f.type == "integer" and all(type(e) in (int, float) for e in ends) and (
                float(ends[1] or 0) - float(ends[0] or 0) <= SCALE
            )  # fmt: skip
    return any(
        column in k.lookup and finite(books.get(k.resource), books, column)
        for k in book.foreign_keys
    )


def _of_field(f: Field, asked: Sequence[p.Node]) -> tuple[Any, ...]:
    if f.substantive:
        return tuple(c.value for c in f.substantive)
    if f.type == "boolean":
        return (True, False)
    low, high = _ends(f)
    if f.type == "integer" and isinstance(low, int | float) and high is not None:
        return tuple(range(int(low), int(high) + 1))
    kind = {"integer": "num", "number": "num", "date": "date"}.get(f.type, "str")
    return _open(kind, asked, low, high, whole=f.type == "integer")


def _ends(f: Field) -> tuple[Any, Any]:
    """The limits that every value keeps: with severity `info` a value outside is flagged, and
    counted as it stands."""
    return (None, None) if f.severity == "info" else (f.minimum, f.maximum)


def _open(kind: str, asked: Sequence[p.Node], low: Any, high: Any, whole: bool = False
          ) -> tuple[Any, ...]:  # fmt: skip
    """Every constant asked about, and a value in each gap between them."""
    named = sorted({_value(c) for leaf in asked for c in _constants(leaf) if c[0] == kind})
    if kind in ("str", "bool"):
        return (*named, OTHER)
    step = dt.timedelta(days=1) if kind == "date" else 1 if whole else Fraction(1, 1000)
    ends = [_value(("date" if kind == "date" else "num", str(e)))
            for e in (low, high) if e is not None]  # fmt: skip
    near = {v + d for v in named for d in (-step, step)} | set(named) | set(ends)
    if not named and not ends:
        near = {dt.date(2000, 1, 1) if kind == "date" else Fraction(0)}
    floor = ends[0] if low is not None else None
    ceiling = ends[-1] if high is not None else None
    return tuple(
        v for v in sorted(near)
        if (floor is None or v >= floor) and (ceiling is None or v <= ceiling)
    )  # fmt: skip


def _constants(leaf: p.Node) -> list[p.Node]:
    if leaf[0] == "cmp":
        return [leaf[3]]
    return list(leaf[2]) if leaf[0] == "in" else []


def _value(constant: p.Node) -> Any:
    kind, value = constant[0], constant[1]
    if kind == "num":
        return Fraction(str(value))
    if kind == "date":
        return dt.date.fromisoformat(str(value)[:10])
    return value


def _answer(leaf: p.Node, value: Any) -> int:
    """What a simple condition says of a value: 1, 0, or -1 for NULL."""
    if leaf[0] == "isnull":
        return int(value is NULL)
    if value is NULL:
        return -1
    if leaf[0] in ("col", "or"):
        return int(bool(value))
    held = Fraction(str(value)) if type(value) in (int, float) else value
    if leaf[0] == "in":
        return int(any(_equal(held, _value(c)) for c in leaf[2]))
    other, op = _value(leaf[3]), leaf[1]
    if op in ("=", "<>"):
        return int(_equal(held, other) == (op == "="))
    if type(held) is not type(other):
        return 0
    return int({"<": held < other, "<=": held <= other, ">": held > other, ">=": held >= other}[op])


def _equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def truth(
    node: p.Node, columns: Sequence[str], codes: npt.NDArray[np.int16],
    domains: Mapping[str, Domain],
) -> Truth:  # fmt: skip
    """A predicate over classes of rows, in SQL's three values. A column with one value alone is
    in no block."""
    if node[0] in ("and", "or") and not (node[0] == "or" and _options(node)):
        parts = [truth(child, columns, codes, domains) for child in node[1:]]
        decides = int(node[0] == "or")  # true decides an OR, false an AND
        result = np.full(len(codes), 1 - decides, dtype=np.int8)
        for part in parts:
            result[part < 0] = -1
        for part in parts:
            result[part == decides] = decides
        return result
    if node[0] == "not":
        inner = truth(node[1], columns, codes, domains)
        return np.where(inner < 0, inner, 1 - inner).astype(np.int8)
    if node[0] == "bool":
        return np.full(len(codes), int(node[1]), dtype=np.int8)
    [(column, leaf)] = leaves(node)
    pair = leaf[0] == "cmp" and leaf[3][0] == "col"
    answers = np.array(
        [
            (-1 if v is NULL else int(v)) if pair else _answer(leaf, v)
            for v in domains[column].values
        ],
        dtype=np.int8,
    )
    if column not in columns:
        return np.full(len(codes), answers[0], dtype=np.int8)
    return answers[codes[:, list(columns).index(column)]]
