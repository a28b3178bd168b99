"""From cleaned tables to those that count: lookups over the years, derived columns, rules that
quarantine, blank and flag, and the records of rows and cells.

`counted_<form>` (with `_y, _kalla, _rad`), `rader` and `celler`: every year in one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipeline.forms.codebook import Codebook, Derived, Field, ForeignKey, band_labels
from pipeline.trace.verify.cleaning import SQL_TYPE, columns_of, quoted, text
from pipeline.trace.verify.meaning import drop
from pipeline.trace.verify.rules import Rule, rules_of
from pipeline.workspace import Kommun


def count_tables(
    db: duckdb.DuckDBPyConnection,
    books: Mapping[str, Codebook],
    kommun: Kommun,
    expectations: Sequence[Path],
) -> None:
    """Make `counted_<form>` of every form, and `rader` and `celler`."""
    db.execute("CREATE TABLE marks (rid BIGINT, tab TEXT, kontroll TEXT, falt TEXT, atgard TEXT)")
    db.execute("CREATE TABLE outside (rid BIGINT)")
    db.execute("INSERT INTO outside SELECT rid FROM avskilda")
    db.execute(
        "INSERT INTO marks SELECT rid, tab, tab || '.' || regel, '', 'karantan' FROM avskilda"
    )
    for name in _order(books):
        _count(db, books[name], books, kommun, expectations)
    db.execute("""
CREATE TABLE rader AS SELECT r.ar AS _y, r.kalla AS _kalla, r.rad AS _rad, r.fil, r.tab AS tabell,
  CASE WHEN d.rid IS NOT NULL THEN 'dubblett' WHEN o.rid IS NOT NULL THEN 'karantan'
    ELSE 'behandlad' END AS status
  FROM rader_in r LEFT JOIN dubbletter d USING (rid)
  LEFT JOIN (SELECT DISTINCT rid FROM outside) o USING (rid)""")
    first = " ".join(
        f"WHEN {text(b.name)} THEN {text(b.primary_key[0] if b.primary_key else '')}"
        for b in books.values()
    )
    db.execute(f"""
INSERT INTO marks SELECT rid, tab, tab || '.dubblett', CASE tab {first} END, 'dubblett'
  FROM dubbletter;
{" ".join(_masked(b, f) for b in books.values() for f in b.fields)}
CREATE TABLE celler AS SELECT r.ar AS _y, r.kalla AS _kalla, r.rad AS _rad, r.fil, r.tab AS tabell,
  m.falt, m.atgard, m.kontroll FROM marks m JOIN rader_in r USING (rid)""")


def _masked(book: Codebook, f: Field) -> str:
    """SQL: a mark for every cell of a field that held a personal identifier, whatever became of
    its row."""
    return (
        f"INSERT INTO marks SELECT rid, {text(book.name)}, {text(book.name + '.personuppgift')}, "
        f"{text(f.name)}, 'maskerad' FROM masked_{book.name} WHERE {quoted('mask_' + f.name)};"
    )


def _order(books: Mapping[str, Codebook]) -> list[str]:
    """Forms after those they refer to."""
    done: list[str] = []
    waiting = sorted(books)
    while waiting:
        ready = [
            n for n in waiting
            if all(k.resource in (*done, n) or k.resource not in books
                   for k in books[n].foreign_keys)
        ]  # fmt: skip
        ready = ready or waiting[:1]
        done.append(ready[0])
        waiting.remove(ready[0])
    return done


def _count(
    db: duckdb.DuckDBPyConnection,
    book: Codebook,
    books: Mapping[str, Codebook],
    kommun: Kommun,
    expectations: Sequence[Path],
) -> None:
    name = book.name
    _derive(db, book, books, f"clean_{name}", f"full_{name}")
    rules = rules_of(book, kommun, expectations, _columns(db, f"full_{name}"))
    failing = ", ".join(f"coalesce({r.fails}, false) AS k{i}" for i, r in enumerate(rules))
    db.execute(f"CREATE TEMP TABLE fails AS SELECT rid, {failing} FROM full_{name}")
    critical = " OR ".join(f"k{i}" for i, r in enumerate(rules) if r.severity == "critical")
    db.execute(f"INSERT INTO outside SELECT rid FROM fails WHERE {critical or 'false'}")
    _mark(db, book, rules)
    drop(db, f"full_{name}", "fails")
    _blank(db, book)
    drop(db, f"clean_{name}")
    _derive(db, book, books, f"kept_{name}", f"derived_{name}")
    drop(db, f"kept_{name}")
    db.execute(
        f"CREATE TABLE counted_{name} AS SELECT d.*, r.kalla AS _kalla, r.rad AS _rad "
        f"FROM derived_{name} d JOIN rader_in r USING (rid) ORDER BY rid"
    )
    drop(db, f"derived_{name}")


def _columns(db: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {c[0] for c in db.execute(f"DESCRIBE {table}").fetchall()}


def _mark(db: duckdb.DuckDBPyConnection, book: Codebook, rules: Sequence[Rule]) -> None:
    """One row a failing rule and cell; a remark on a value that another rule blanks goes."""
    said = " UNION ALL ".join(
        part for i, r in enumerate(rules) for part in _marks(book, f"k{i}", r)
    )
    origin = {d.name: [x for x in (d.source, d.to) if x] for d in book.derived}
    reads = [
        (r.kontroll, c)
        for r in rules
        if r.severity == "info"
        for column in r.reads
        for c in origin.get(column, [column])
    ]
    moot = " OR ".join(f"(s.kontroll = {text(k)} AND b.falt = {text(c)})" for k, c in reads)
    db.execute(f"CREATE TEMP TABLE heard AS {said}")
    db.execute(
        f"INSERT INTO marks SELECT rid, {text(book.name)}, kontroll, falt, atgard FROM heard s "
        "WHERE atgard <> 'flaggad' OR NOT EXISTS (SELECT 1 FROM heard b WHERE b.rid = s.rid "
        f"AND b.atgard = 'tomd' AND ({moot or 'false'}))"
    )
    drop(db, "heard")


def _marks(book: Codebook, failed: str, rule: Rule) -> list[str]:
    """SELECTs of a rule's marks, one a field that it concerns."""
    out = "rid IN (SELECT rid FROM outside)"
    start = f"SELECT rid, {text(rule.kontroll)} AS kontroll"
    made = []
    if rule.severity != "info":
        made.append(
            f"{start}, {text(rule.falt)} AS falt, 'karantan' AS atgard FROM fails "
            f"WHERE {failed} AND {out}"
        )
    emptying = rule.empties if rule.severity == "warning" else ()
    for name in emptying or (rule.falt,):
        value, bad = "false", "false"
        if book.has(name):
            columns = columns_of(book.field(name))
            value = " OR ".join(f"{quoted(c)} IS NOT NULL" for c in columns) or "false"
            bad = f"{quoted('fel_' + name)} IS NOT NULL"
        gone = f"{value} OR {bad}" if emptying else f"{bad} AND NOT ({value})"
        made.append(
            f"{start}, {text(name)} AS falt, CASE WHEN {gone} THEN 'tomd' ELSE 'flaggad' END AS "
            f"atgard FROM fails JOIN full_{book.name} USING (rid) WHERE {failed} AND NOT {out}"
        )
    return made


def _blank(db: duckdb.DuckDBPyConnection, book: Codebook) -> None:
    """`kept_<form>`: rows that count, with the cells that warnings blank as NULL."""

    def kept(f: Field) -> list[str]:
        gone = f"list_contains(b.falt, {text(f.name)})"
        return [
            f"CASE WHEN {gone} THEN NULL ELSE c.{quoted(n)} END AS {quoted(n)}"
            for n in columns_of(f)
        ]

    columns = ", ".join(c for f in book.fields for c in kept(f))
    db.execute(
        f"CREATE TABLE kept_{book.name} AS SELECT c.rid, c._y, {columns} FROM clean_{book.name} c "
        "LEFT JOIN (SELECT rid, list(falt) AS falt FROM marks WHERE atgard = 'tomd' GROUP BY rid) "
        "b USING (rid) WHERE c.rid NOT IN (SELECT rid FROM outside)"
    )


def _derive(
    db: duckdb.DuckDBPyConnection,
    book: Codebook,
    books: Mapping[str, Codebook],
    table: str,
    made: str,
) -> None:
    """`made`: `table` with what is looked up and derived."""
    step = table
    for number, key in enumerate(book.foreign_keys):
        db.execute(f"CREATE TEMP TABLE l{number}_{made} AS {_look_up(db, key, books, step)}")
        step = f"l{number}_{made}"
    own = _columns(db, step)
    whole = {f.name for f in book.fields if f.type == "integer"}
    derived = "".join(f", {_derived(d, own, whole)} AS {quoted(d.name)}" for d in book.derived)
    db.execute(f"CREATE TABLE {made} AS SELECT *{derived} FROM {step}")
    drop(db, *(f"l{number}_{made}" for number in range(len(book.foreign_keys))))


def _look_up(
    db: duckdb.DuckDBPyConnection, key: ForeignKey, books: Mapping[str, Codebook], table: str
) -> str:
    """SQL: each row with the newest row referred to, of its own or an earlier year."""
    known, own = key.resource in books, _columns(db, table)
    there = _columns(db, f"counted_{key.resource}") if known else set()
    brought = []
    for name in key.lookup:
        answers = sorted(c for c in there if c == name or c.startswith(f"{name}__"))
        brought += [f"b.{quoted(c)}" for c in answers if c not in own]
        if not answers and name not in own:
            brought.append(f"CAST(NULL AS TEXT) AS {quoted(name)}")
    place = ", ".join(
        f"b.{c} AS {quoted(f'_{key.resource}{n}')}"
        for c, n in (("_y", "_ar"), ("_kalla", "_kalla"), ("_rad", "_rad"))
    )
    if not known or not set(key.reference_fields) <= there:
        empty = "(SELECT NULL::BIGINT AS _y, NULL::TEXT AS _kalla, NULL::BIGINT AS _rad) b"
        return (
            f"SELECT a.*, {', '.join([*brought, place])} FROM {table} a LEFT JOIN {empty} ON false"
        )
    same = " AND ".join(
        f"CAST(a.{quoted(mine)} AS TEXT) = CAST(b.{quoted(other)} AS TEXT)"
        for mine, other in zip(key.fields, key.reference_fields, strict=True)
    )
    return (
        f"WITH newest AS (SELECT a.rid, arg_max(b.rid, b._y * 1000000000000 + b.rid) AS ref "
        f"FROM {table} a JOIN counted_{key.resource} b ON {same} AND b._y <= a._y GROUP BY a.rid) "
        f"SELECT a.*, {', '.join([*brought, place])} FROM {table} a "
        f"LEFT JOIN newest n USING (rid) LEFT JOIN counted_{key.resource} b ON b.rid = n.ref"
    )


def _derived(d: Derived, own: set[str], whole: set[str]) -> str:
    """`own`: the columns there are; `whole`: those of whole numbers."""
    if d.source not in own or (d.to and d.to not in own):
        return f"CAST(NULL AS {SQL_TYPE['integer'] if d.rule != 'band' else 'TEXT'})"
    value = quoted(d.source)
    match d.rule:
        case "band":
            steps = zip(reversed(d.breaks), reversed(band_labels(d.breaks)), strict=True)
            return f"CASE {' '.join(f'WHEN {value} >= {b} THEN {text(n)}' for b, n in steps)} END"
        case "year":
            return f"year({_date(value)})"
        case "tertial":
            month = value if d.source in whole else f"month({_date(value)})"
            return f"'T' || (({month} - 1) // 4 + 1)"
        case "difference":
            return f"{quoted(d.to)} - {value}"
        case "month":
            return f"month({_date(value)})"
        case "weeks_between":  # between the Mondays of the two weeks
            first, last = (f"date_trunc('week', {_date(c)})" for c in (value, quoted(d.to)))
            return f"date_diff('day', {first}, {last}) // 7"
        case "product":
            return f"{value} * {quoted(d.to)}"
        case _:
            return f"date_diff('day', {_date(value)}, {_date(quoted(d.to))})"


def _date(column: str) -> str:
    return f"try_cast({column} AS DATE)"
