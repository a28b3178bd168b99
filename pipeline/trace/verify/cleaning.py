"""Raw cells into DuckDB, and each form's table cleaned by SQL that its codebook gives.

`rader_in` one row a raw row; `raw_<form>` a column a place (field, and number of its dummy column
or −1), in it the number of the cell's text in `texts`, so that each different text is understood
once (`meaning`). `clean_<form>`: a column a field
and option, `fel_<field>`, `mask_<field>` (a personal identifier stood there), `rid` and `_y` (the
year of the folder); duplicates left out, listed in `dubbletter`, and answers that their tool
marks as none, in `avskilda`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import duckdb

from pipeline.forms.codebook import Codebook, Field
from pipeline.trace.verify.finding import Found, dummies, find_table, headers_of
from pipeline.trace.verify.mapped import mapping_files, with_mapping
from pipeline.trace.verify.meaning import AT_ONCE, append, define_meaning, drop, insert
from pipeline.trace.verify.persons import hide_persons
from pipeline.trace.verify.reading import plain_name, raw_years, year_sheets
from pipeline.workspace import Kommun, Workspace

SQL_TYPE = {
    "string": "TEXT", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOL", "date": "DATE",
}  # fmt: skip
_FROM = {"string": "txt", "integer": "whole", "number": "num", "boolean": "yes", "date": "day"}


@dataclass(slots=True)
class Raw:
    """What was found: forms by year, and where each field stands (source → field → letters)."""

    years: list[int] = field(default_factory=list)
    tables: set[tuple[int, str]] = field(default_factory=set)
    letters: dict[tuple[int, str], dict[str, list[str]]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def address(self, year: int, source: str, row: int, name: str = "") -> str:
        """`avslut.xlsx!Svar!H14`; the whole row where the field has no column of its own."""
        found = self.letters.get((year, source), {}).get(name) or [""]
        return f"{source}!{found[0]}{row}" if found[0] else f"{source}!{row}:{row}"


def letter(column: int) -> str:
    """0 → A, 26 → AA."""
    return (letter(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def load(
    db: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    year: int,
    kommun: Kommun,
    books: Mapping[str, Codebook],
) -> Raw:
    """Read every year up to `year` and lay the cells out as `rader_in`, `raw_<form>`, `texts`."""
    raw = Raw(raw_years(workspace.raw, year))
    insert(db, "rader_in", "rid BIGINT, ar INT, tab TEXT, kalla TEXT, fil TEXT, rad BIGINT", [])
    for name, book in books.items():
        columns = "".join(f", {_place(*p)} INT" for p in _places(book))
        insert(db, f"raw_{name}", f"rid BIGINT, _y INT{columns}", [])
    read_so_far = 0
    codes: dict[tuple[str, str, int, str, str], int] = {}
    aside: list[tuple[object, ...]] = []
    mappings, headers = mapping_files(workspace.raw), headers_of(books)
    for each in raw.years:
        read = year_sheets(workspace.raw, each, kommun.hoppa_over)
        for sheet in (s for r in read for s in with_mapping(r, mappings)):
            found = find_table(sheet, books, headers)
            if found is None:
                raw.unread.append(f"{each}/{sheet.source}")
                continue
            raw.tables.add((each, found.book.name))
            _note_letters(raw, each, found)
            if found.layout is not None and not {
                plain_name(sheet.source), plain_name(sheet.file)
            } & {*map(plain_name, kommun.rakna_alla_svar)}:  # fmt: skip
                of = {i: read_so_far + k for k, i in enumerate(found.rows)}
                aside += [
                    (of[i], found.book.name, why)
                    for i, why in found.layout.aside.items()
                    if i in of
                ]
            # Some rows at a time: a sheet may have a million.
            for start in range(0, len(found.rows), AT_ONCE):
                some = found.rows[start : start + AT_ONCE]
                rows, laid = _laid_out(found, some, each, read_so_far + start, codes)
                append(db, "rader_in", rows)
                append(db, f"raw_{found.book.name}", laid)
            read_so_far += len(found.rows)
    insert(db, "avskilda", "rid BIGINT, tab TEXT, regel TEXT", aside)
    insert(db, "texts", "code INT, tab TEXT, falt TEXT, opt INT, kind TEXT, text TEXT", [])
    texts: Iterator[tuple[object, ...]] = ((n, *key) for key, n in codes.items())
    while some_texts := list(islice(texts, AT_ONCE)):
        append(db, "texts", some_texts)
    return raw


def _note_letters(raw: Raw, year: int, found: Found) -> None:
    where: dict[str, list[str]] = {}
    for column, (name, _) in sorted(found.columns.items()):
        where.setdefault(name, []).append(letter(column))
    raw.letters[year, found.sheet.source] = where


def _laid_out(
    found: Found,
    some: Sequence[int],
    year: int,
    first: int,
    codes: dict[tuple[str, str, int, str, str], int],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Some rows of a table for `rader_in` and for `raw_<form>`. `first`: the number of the first;
    `codes` of texts is extended."""
    rows: list[tuple[object, ...]] = []
    cells: list[tuple[object, ...]] = []
    at = {p: k for k, p in enumerate(_places(found.book), 2)}
    for rid, i in enumerate(some, start=first):
        rows.append((rid, year, found.book.name, found.sheet.source, found.sheet.file, i + 1))
        row = found.cells[i]
        laid: list[object] = [rid, year, *[None] * len(at)]
        for column, (name, option) in found.columns.items():
            cell = row[column] if column < len(row) else None
            if cell and found.layout is not None and column in found.layout.values:
                meant = found.layout.values[column].get(" ".join(cell[1].split()).lower())
                cell = ("s", meant) if meant is not None else cell
            if cell is None and option < 0:
                continue
            # A blank in a dummy column tells that the option was offered.
            key = (found.book.name, name, option, *(cell or ("s", "")))
            laid[at[name, option]] = codes.setdefault(key, len(codes) + 1)
        cells.append(tuple(laid))
    return rows, cells


def _places(book: Codebook) -> list[tuple[str, int]]:
    return [(f.name, k) for f in book.fields for k in range(-1, len(dummies(f)))]


def _place(name: str, option: int) -> str:
    return quoted(f"{name} {option}")


def clean(db: duckdb.DuckDBPyConnection, books: Mapping[str, Codebook], secret: bytes) -> None:
    """`clean_<form>`, without duplicates, and `masked_<form>`, the rows with personal identifiers,
    of every form; identifiers under the municipality's `secret`."""
    define_meaning(db, books.values())
    hide_persons(db, books.values(), secret)
    db.execute("CREATE TABLE dubbletter (rid BIGINT, tab TEXT)")
    parts = "txt num whole yes day chosen bortfall own fel masked".split()
    lists = ", ".join(f"list({p} ORDER BY code) AS {p}" for p in parts)
    db.execute(f"CREATE TABLE said AS SELECT {lists} FROM meaning")
    for book in books.values():
        db.execute(f"CREATE TABLE typed_{book.name} AS {_typed_sql(book)}")
        drop(db, f"raw_{book.name}")
        db.execute(_duplicates_sql(book))
        db.execute(
            f"CREATE TABLE clean_{book.name} AS SELECT * FROM typed_{book.name} "
            "WHERE rid NOT IN (SELECT rid FROM dubbletter) "
            "AND rid NOT IN (SELECT rid FROM avskilda)"
        )
        masks = [quoted(f"mask_{f.name}") for f in book.fields]
        db.execute(
            f"CREATE TABLE masked_{book.name} AS SELECT rid, {', '.join(masks)} "
            f"FROM typed_{book.name} WHERE {' OR '.join(masks)}"
        )
        drop(db, f"typed_{book.name}")
    drop(db, "said", "meaning", "texts")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def options(f: Field) -> list[str]:
    """The values of a list field that have a column each."""
    if f.categories:
        return [str(c.value) for c in f.categories if not c.missing]
    return list(dict.fromkeys(c.value for c in f.columns))


def columns_of(f: Field) -> list[str]:
    """The columns that hold a field's answer."""
    own = [f.option_column(v) for v in options(f)] if f.type == "list" else [f.name]
    own += [f.bortfall_column] if f.has_missing_categories else []
    return own + ([f.own_words_column] if f.own_words else [])


def _typed_sql(book: Codebook) -> str:
    """Places to fields: what is said of the texts, looked up by their numbers."""
    made = []
    for f in book.fields:
        if f.type == "list":
            made += _list_sql(f)
        else:
            taken = f"m.{_FROM[f.type]}[{_place(f.name, -1)}]"
            made.append(f"CAST({taken} AS {SQL_TYPE[f.type]}) AS {quoted(f.name)}")
            if f.has_missing_categories:
                made.append(f"m.bortfall[{_place(f.name, -1)}] AS {quoted(f.bortfall_column)}")
        if f.own_words:
            made.append(f"m.own[{_place(f.name, -1)}] AS {quoted(f.own_words_column)}")
        bad = ", ".join(f"m.fel[{_place(f.name, k)}]" for k in range(-1, len(dummies(f))))
        made.append(f"nullif(concat_ws('; ', {bad}), '') AS {quoted('fel_' + f.name)}")
        hit = (
            f"coalesce(m.masked[{_place(f.name, k)}], false)" for k in range(-1, len(dummies(f)))
        )
        made.append(f"{' OR '.join(hit)} AS {quoted('mask_' + f.name)}")
    return f"SELECT rid, _y, {', '.join(made)} FROM raw_{book.name}, said m"


def _list_sql(f: Field) -> list[str]:
    """A list field in one column, or spread over dummy columns: NULL where an option was not
    offered, "vet ej" only where nothing else was chosen."""
    at: dict[str, list[str]] = {}
    for k, (_, v) in enumerate(dummies(f)):
        at.setdefault(v, []).append(_place(f.name, k))
    every = [c for columns in at.values() for c in columns]
    spread = f"coalesce({', '.join(every)}) IS NOT NULL" if every else "false"
    answered = " OR ".join(f"m.yes[{c}] IS NOT NULL" for c in every) or "false"

    def picked(value: str) -> str:
        return " OR ".join(f"coalesce(m.yes[{c}], false)" for c in at.get(value, ())) or "false"

    some = " OR ".join(picked(v) for v in options(f)) or "false"
    gone = [str(c.value) for c in f.categories if c.missing]
    lost = " ".join(f"WHEN ({picked(v)}) AND NOT ({some}) THEN {text(v)}" for v in reversed(gone))
    bortfall = f"CASE {lost} END" if lost else "CAST(NULL AS TEXT)"
    own = _place(f.name, -1)
    made = []
    for v in options(f):
        offered = f"coalesce({', '.join(at[v])}) IS NOT NULL" if v in at else "false"
        made.append(
            f"CASE WHEN {own} IS NULL AND {spread} THEN CASE WHEN ({answered}) AND {offered} "
            f"AND {bortfall} IS NULL THEN {picked(v)} END "
            f"ELSE list_contains(m.chosen[{own}], {text(v)}) END AS {quoted(f.option_column(v))}"
        )
    if gone:
        made.append(
            f"CASE WHEN {own} IS NULL AND {spread} THEN {bortfall} ELSE m.bortfall[{own}] END "
            f"AS {quoted(f.bortfall_column)}"
        )
    return made


def _duplicates_sql(book: Codebook) -> str:
    """Rows of a year that share the primary key with a later one: by `keep`, then by place."""
    if not book.primary_key:
        return "SELECT 1"
    key = ", ".join(map(quoted, book.primary_key))
    whole = " AND ".join(f"{quoted(k)} IS NOT NULL" for k in book.primary_key)
    latest = f"{quoted(book.keep)} DESC NULLS LAST, " if book.keep else ""
    return (
        f"INSERT INTO dubbletter SELECT rid, {text(book.name)} FROM typed_{book.name} "
        f"WHERE {whole} AND rid NOT IN (SELECT rid FROM avskilda) QUALIFY row_number() OVER "
        f"(PARTITION BY _y, {key} ORDER BY {latest}rid DESC) > 1"
    )
