"""Predicates: SQL boolean expressions over one table, NULL included.

Parsed by sqlglot against an allow-list into a canonical tree (nested tuples), so that
`4 <= k`, `(k >= 4)` and `k >= 4.0` are one predicate with one text and one hash, whatever
version of the parser reads them. The tree is evaluated with Arrow's Kleene logic; DuckDB gets
`to_sql(tree)` as it stands and must select the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from pipeline.errors import PredicateError

Node = tuple[Any, ...]
TRUE: Node = ("and",)
_FLIP = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_COMPARE: dict[type[exp.Expression], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_ARROW = {
    "=": pc.equal, "<>": pc.not_equal, "<": pc.less, "<=": pc.less_equal,
    ">": pc.greater, ">=": pc.greater_equal,
}  # fmt: skip
# Words that SQL keeps to itself: a column of such a name is written in quotes.
_RESERVED = frozenset(
    [
        "all",
        "and",
        "any",
        "as",
        "asc",
        "between",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "column",
        "constraint",
        "create",
        "cross",
        "default",
        "desc",
        "distinct",
        "else",
        "end",
        "except",
        "exists",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "in",
        "inner",
        "intersect",
        "into",
        "is",
        "join",
        "leading",
        "left",
        "like",
        "limit",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "primary",
        "references",
        "right",
        "select",
        "table",
        "then",
        "to",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "values",
        "when",
        "where",
        "window",
        "with",
    ]
)


@lru_cache(maxsize=16_384)  # an edition is planned thrice, of the same predicates
def parse(text: str) -> Node:
    """The canonical tree of a predicate. Raises PredicateError for anything not allowed."""
    try:
        statements = [s for s in sqlglot.parse(f"SELECT 1 WHERE {text}", read="duckdb") if s]
    except sqlglot.errors.SqlglotError as error:
        raise PredicateError(f"Villkoret ”{text}” går inte att läsa.") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        raise PredicateError(f"Villkoret ”{text}” ska vara ett enda villkor.")
    select = statements[0]
    extra = [k for k, v in select.args.items() if v and k not in ("expressions", "where", "kind")]
    where = select.args.get("where")
    if extra or where is None:
        raise PredicateError(f"Villkoret ”{text}” får inte innehålla mer än ett villkor.")
    return _node(where.this, text)


def _node(e: Any, text: str) -> Node:
    if isinstance(e, exp.Paren):
        return _node(e.this, text)
    if isinstance(e, exp.And | exp.Or):
        make = both if isinstance(e, exp.And) else either
        return make(_node(e.this, text), _node(e.expression, text))
    if isinstance(e, exp.Not):
        return negate(_node(e.this, text))
    if type(e) in _COMPARE:
        return _comparison(_COMPARE[type(e)], e.this, e.expression, text)
    if isinstance(e, exp.Between):
        if e.args.get("symmetric"):
            raise PredicateError(f"Villkoret ”{text}”: BETWEEN SYMMETRIC stöds inte.")
        low = _comparison(">=", e.this, e.args["low"], text)
        return both(low, _comparison("<=", e.this, e.args["high"], text))
    if isinstance(e, exp.In):
        if e.args.get("query") or e.args.get("unnest") or not e.expressions:
            raise PredicateError(f"Villkoret ”{text}”: IN ska följas av en lista med värden.")
        column = _operand(e.this, text)
        if column[0] != "col":
            raise PredicateError(f"Villkoret ”{text}”: IN gäller en kolumn.")
        values = [_operand(v, text) for v in e.expressions]
        if any(v[0] == "col" for v in values):
            raise PredicateError(f"Villkoret ”{text}”: IN-listan ska vara fasta värden.")
        return is_in(column[1], values)
    if isinstance(e, exp.Is):
        return _is(e, text)
    if isinstance(e, exp.Column):
        return _operand(e, text)
    if isinstance(e, exp.Boolean):
        return both() if e.this else either()
    raise PredicateError(f"Villkoret ”{text}”: {type(e).__name__} är inte tillåtet.")


def _is(e: exp.Is, text: str) -> Node:
    right = e.expression
    column = _operand(e.this, text)
    if column[0] != "col":
        raise PredicateError(f"Villkoret ”{text}”: IS gäller en kolumn.")
    if isinstance(right, exp.Null):
        return ("isnull", column[1])
    if isinstance(right, exp.Boolean):
        # x IS TRUE is never NULL, unlike x.
        known = negate(("isnull", column[1]))
        return both(known, column if right.this else negate(column))
    raise PredicateError(f"Villkoret ”{text}”: bara IS [NOT] NULL, TRUE eller FALSE.")


def _comparison(op: str, left: Any, right: Any, text: str) -> Node:
    a, b = _operand(left, text), _operand(right, text)
    if a[0] != "col" and b[0] != "col":
        raise PredicateError(f"Villkoret ”{text}” jämför två fasta värden.")
    if a[0] != "col" or (b[0] == "col" and b[1] < a[1]):
        a, b, op = b, a, _FLIP[op]
    return ("cmp", op, a, b)


def _operand(e: Any, text: str) -> Node:
    if isinstance(e, exp.Paren):
        return _operand(e.this, text)
    if isinstance(e, exp.Column) and not e.table:
        return ("col", e.name)
    if isinstance(e, exp.Literal):
        return ("str", e.this) if e.is_string else number(e.this)
    if isinstance(e, exp.Neg) and isinstance(e.this, exp.Literal) and not e.this.is_string:
        return number(f"-{e.this.this}")
    if isinstance(e, exp.Boolean):
        return ("bool", bool(e.this))
    is_date = isinstance(e, exp.Cast) and e.to.this == exp.DataType.Type.DATE
    if is_date and isinstance(e.this, exp.Literal) and e.this.is_string:
        try:
            return ("date", dt.date.fromisoformat(e.this.this).isoformat())
        except ValueError as error:
            raise PredicateError(f"Villkoret ”{text}”: {e.this.this} är inget datum.") from error
    raise PredicateError(f"Villkoret ”{text}”: {e.sql()} är inte tillåtet.")


def number(text: str) -> Node:
    """A numeric literal in one spelling: `4.0`, `4` and `04` are the same."""
    try:
        value = Decimal(text).normalize()
    except InvalidOperation as error:
        raise PredicateError(f"{text} är inget tal.") from error
    return ("num", format(value + 0, "f"))


def literal(value: object) -> Node:
    """The literal node of a Python value."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float | Decimal):
        return number(str(value))
    if isinstance(value, dt.date):
        return ("date", value.isoformat())
    return ("str", str(value))


def equals(column: str, value: object) -> Node:
    """`column = value`; `column IS NULL` for None."""
    if value is None:
        return ("isnull", column)
    return ("cmp", "=", ("col", column), literal(value))


def is_in(column: str, values: Iterable[Node]) -> Node:
    unique = sorted(set(values))
    if len(unique) == 1:
        return ("cmp", "=", ("col", column), unique[0])
    return ("in", column, tuple(unique))


def known(column: str) -> Node:
    """`column IS NOT NULL`."""
    return negate(("isnull", column))


def both(*nodes: Node) -> Node:
    """Conjunction, flattened, without repeats, in one order; `both()` is true."""
    return _combine("and", nodes)


def either(*nodes: Node) -> Node:
    return _combine("or", nodes)


def _combine(op: str, nodes: Iterable[Node]) -> Node:
    flat: set[Node] = set()
    for node in nodes:
        flat.update(node[1:] if node[0] == op else [node])
    if len(flat) == 1:
        return next(iter(flat))
    return (op, *sorted(flat, key=repr))


def negate(node: Node) -> Node:
    return node[1] if node[0] == "not" else ("not", node)


def columns(node: Node) -> tuple[str, ...]:
    """The columns a predicate reads, in name order."""
    found: set[str] = set()

    def walk(n: Node) -> None:
        if n[0] in ("col", "isnull", "in"):
            found.add(n[1])
        elif n[0] in ("and", "or", "not"):
            for child in n[1:]:
                walk(child)
        elif n[0] == "cmp":
            walk(n[2])
            walk(n[3])

    walk(node)
    return tuple(sorted(found))


def to_sql(node: Node) -> str:
    """SQL of a tree, in the one spelling that definitions and hashes hold."""
    kind = node[0]
    if kind in ("and", "or"):
        if len(node) == 1:
            return "TRUE" if kind == "and" else "FALSE"
        other = "or" if kind == "and" else "and"
        parts = [f"({to_sql(n)})" if n[0] == other else to_sql(n) for n in node[1:]]
        return f" {kind.upper()} ".join(parts)
    if kind == "not":
        if node[1][0] == "isnull":
            return f"{_name(node[1][1])} IS NOT NULL"
        return f"NOT ({to_sql(node[1])})"
    if kind == "isnull":
        return f"{_name(node[1])} IS NULL"
    if kind == "in":
        return f"{_name(node[1])} IN ({', '.join(to_sql(v) for v in node[2])})"
    if kind == "cmp":
        return f"{to_sql(node[2])} {node[1]} {to_sql(node[3])}"
    if kind == "col":
        return _name(str(node[1]))
    if kind == "bool":
        return "TRUE" if node[1] else "FALSE"
    if kind == "date":
        return f"DATE '{node[1]}'"
    if kind == "str":
        return "'" + str(node[1]).replace("'", "''") + "'"
    return str(node[1])


def _name(name: str) -> str:
    plain = name.isidentifier() and name.isascii() and name == name.lower()
    return name if plain and name not in _RESERVED else '"' + name.replace('"', '""') + '"'


def mask(node: Node, table: pa.Table) -> pa.ChunkedArray:
    """Rows for which the predicate is true (NULL is not): boolean, one value a row."""
    result = _evaluate(node, table)
    if isinstance(result, pa.Scalar):
        return pa.chunked_array([pa.repeat(bool(result.as_py()), table.num_rows)])
    return pc.fill_null(result, False)


def _evaluate(node: Node, table: pa.Table) -> Any:
    kind = node[0]
    if kind in ("and", "or"):
        join = pc.and_kleene if kind == "and" else pc.or_kleene
        result: Any = pa.scalar(kind == "and")
        for child in node[1:]:
            result = join(result, _evaluate(child, table))
        return result
    if kind == "not":
        return pc.invert(_evaluate(node[1], table))
    if kind == "isnull":
        return pc.is_null(_column(node[1], table))
    if kind == "in":
        column = _column(node[1], table)
        values = [_scalar(v, column.type, node).as_py() for v in node[2]]
        if pa.types.is_integer(column.type):
            # A whole number is never 2.5, and Arrow would cut that to 2.
            values = [v for v in values if v == int(v)]
        found = pc.is_in(column, value_set=pa.array(values, column.type))
        return pc.if_else(pc.is_null(column), pa.scalar(None, pa.bool_()), found)
    if kind == "col":
        column = _column(node[1], table)
        if not pa.types.is_boolean(column.type):
            raise PredicateError(f"Kolumnen {node[1]} är inte ja/nej och kan inte stå ensam.")
        return column
    if kind == "bool":
        return pa.scalar(node[1])
    _, op, left, right = node
    a = _column(left[1], table)
    b = _column(right[1], table) if right[0] == "col" else _scalar(right, a.type, node)
    if right[0] == "col" and _family(a.type) != _family(b.type):
        raise PredicateError(f"Villkoret {to_sql(node)} jämför kolumner av olika slag.")
    return _ARROW[op](a, b)


def _column(name: str, table: pa.Table) -> pa.ChunkedArray:
    place = table.schema.get_field_index(name)
    if place < 0:
        raise PredicateError(f"Det finns ingen kolumn {name} i tabellen.")
    column = table.column(place)
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return column


def _family(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "num"
    return "date" if pa.types.is_date(kind) else "str"


def _scalar(value: Node, kind: pa.DataType, node: Node) -> pa.Scalar:
    if value[0] != _family(kind):
        raise PredicateError(
            f"Villkoret {to_sql(node)} jämför en kolumn ({kind}) med ett värde av annat slag."
        )
    if value[0] == "num":
        whole = Decimal(value[1])
        is_int = pa.types.is_integer(kind) and whole == whole.to_integral_value()
        return pa.scalar(int(whole), pa.int64()) if is_int else pa.scalar(float(whole))
    if value[0] == "date":
        return pa.scalar(dt.date.fromisoformat(value[1]), kind)
    return pa.scalar(value[1])
