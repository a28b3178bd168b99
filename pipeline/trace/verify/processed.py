"""PROCESSED against the recomputed tables, row by row and column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from pipeline.forms.codebook import Codebook
from pipeline.privacy.screen import mask
from pipeline.trace.verify.cleaning import Raw, quoted, text
from pipeline.trace.verify.verdict import ROWS, Difference

_UNTOLD = ("orsak", "adress")  # of rader and celler: Swedish about a cell, no data, not recomputed
Found = dict[tuple[int, str], list[tuple[str, int]]]


def compare_processed(
    db: duckdb.DuckDBPyConnection, raw: Raw, books: Mapping[str, Codebook], processed: Path
) -> tuple[list[Difference], Found]:
    """The differences, and the rows that differ by (year, table)."""
    differences: list[Difference] = []
    rows: Found = {}
    for year in raw.years:
        folder = processed / str(year)
        there = {p.stem: p for p in folder.glob("*.parquet")}
        wanted = {t for y, t in raw.tables if y == year} | {"rader", "celler"}
        for name in sorted(wanted | set(there)):
            where = f"{year}/{name}.parquet"
            if name not in there:
                differences.append(Difference("tabell", where, "filen finns inte"))
            elif name not in wanted:
                differences.append(Difference("tabell", where, "rådata ger ingen sådan tabell"))
            else:
                try:
                    found = list(_table(db, raw, books, year, name, there[name], rows))
                except duckdb.Error as error:
                    found = [Difference("tabell", where, f"går inte att läsa ({_line(error)})")]
                differences += found
    return differences, rows


def _line(error: Exception) -> str:
    return str(error).splitlines()[0][:60]


def _table(
    db: duckdb.DuckDBPyConnection,
    raw: Raw,
    books: Mapping[str, Codebook],
    year: int,
    name: str,
    path: Path,
    rows: Found,
) -> Iterator[Difference]:
    where = f"{year}/{path.name}"
    own_table = f"counted_{name}" if name in books else name
    theirs = _columns(db, f"read_parquet({text(path)})")
    own = [c for c in _columns(db, own_table) if c not in ("rid", "_y")]
    if lacking := sorted({*own} ^ {c for c in theirs if name in books or c not in _UNTOLD}):
        yield Difference("tabell", where, f"kolumner som inte stämmer: {', '.join(lacking)}")
    key = ["_kalla", "_rad"] + (["falt", "kontroll"] if name == "celler" else [])
    both = [c for c in own if c in theirs and c not in key]
    join = " AND ".join(f"p.{quoted(k)} IS NOT DISTINCT FROM c.{quoted(k)}" for k in key)
    differs = [f"p.{quoted(c)} IS DISTINCT FROM c.{quoted(c)}" for c in both]
    flags = ", ".join(f"{d} AS d{i}" for i, d in enumerate(differs))
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE apart AS SELECT coalesce(p._kalla, c._kalla) AS _kalla, "
        f"coalesce(p._rad, c._rad) AS _rad, p._kalla IS NULL AS lost, c._kalla IS NULL AS extra"
        f"{', ' if flags else ''}{flags} FROM read_parquet({text(path)}) p FULL JOIN "
        f"(SELECT * FROM {own_table} WHERE _y = {year}) c ON {join} "
        f"WHERE p._kalla IS NULL OR c._kalla IS NULL OR {' OR '.join(differs) or 'false'}"
    )
    apart = db.execute("SELECT DISTINCT _kalla, _rad FROM apart ORDER BY ALL").fetchall()
    if not apart:
        return
    rows[year, name] = apart
    for flag, what in (
        ("lost", "rader som borde finnas saknas"),
        ("extra", "rader som rådata inte ger"),
    ):
        if hits := _rows(db, raw, year, flag, ""):
            count = _count(db, flag)
            yield Difference("tabell", where, f"{count} {what}", rows=hits)
    for i, column in enumerate(both):
        flag = f"d{i} AND NOT lost AND NOT extra"
        if hits := _rows(db, raw, year, flag, column):
            first = db.execute(
                f"SELECT p.{quoted(column)}, c.{quoted(column)} FROM (SELECT * FROM apart WHERE "
                f"{flag} ORDER BY _kalla, _rad LIMIT 1) a JOIN read_parquet({text(path)}) p "
                f"USING (_kalla, _rad) JOIN {own_table} c ON c._kalla = a._kalla AND "
                f"c._rad = a._rad AND c._y = {year}"
            ).fetchone() or ("", "")
            secret = name in books and _identifies(books[name], column)
            values = ("", "") if secret else (_value(first[0]), _value(first[1]))
            yield Difference(
                "tabell", where, f"kolumnen {column} skiljer i {_count(db, flag)} rader",
                *values, rows=hits,
            )  # fmt: skip


def _columns(db: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [c[0] for c in db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]


def _count(db: duckdb.DuckDBPyConnection, flag: str) -> int:
    answer = db.execute(f"SELECT count(*) FROM apart WHERE {flag}").fetchone()
    return int(answer[0]) if answer else 0


def _rows(
    db: duckdb.DuckDBPyConnection, raw: Raw, year: int, flag: str, column: str
) -> tuple[str, ...]:
    found = db.execute(
        f"SELECT DISTINCT _kalla, _rad FROM apart WHERE {flag} ORDER BY ALL LIMIT {ROWS}"
    ).fetchall()
    return tuple(raw.address(year, k, r, column) for k, r in found)


def _identifies(book: Codebook, column: str) -> bool:
    return book.has(column) and book.field(column).identifies


def _value(value: object) -> str:
    """A value as it may be told, should the tables not be masked as they ought to be."""
    return "" if value is None else mask(str(value))[0]
