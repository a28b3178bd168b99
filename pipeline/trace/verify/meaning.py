"""What each different cell text means under its field: SQL over the table `texts`.

`meaning`: one row a text: `txt num whole yes day` (the value as far as the field's type gives
one), `chosen` (list fields), `bortfall` (the value of a "vet ej"), `own` (somebody's own words,
which count as the category for such) and `fel` (what was refused).
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipeline.forms.codebook import Codebook, Field
from pipeline.trace.verify.finding import dummies

YES = ("ja", "j", "yes", "y", "true", "sant", "1", "x")
NO = ("nej", "n", "no", "false", "falskt", "0")
_SPACE = r"[\s\x{00a0}\x{200b}\x{feff}\x{2000}-\x{200a}\x{202f}\x{3000}]+"
_EDGE = r"^[ \t\r\n\x{00a0}\x{200b}\x{feff}]+|[ \t\r\n\x{00a0}\x{200b}\x{feff}]+$"
Rows = list[tuple[object, ...]]
AT_ONCE = 50_000  # rows put into a table
HELD = "chr(1)"  # stands for a delimiter inside an alternative's own name

_MACROS = rf"""
CREATE MACRO squeeze(t) AS trim(regexp_replace(t, '{_SPACE}', ' ', 'g'));
CREATE MACRO exact(t) AS lower(translate(squeeze(t), '−–—’', '---'''));
CREATE MACRO loose(t) AS trim(regexp_replace(lower(t), '[^\p{{L}}\p{{N}}_]+', ' ', 'g'));
CREATE MACRO entire(t) AS regexp_extract(exact(t), '^\+?(-?\d+)(?:[.,]0+)?$', 1);
"""

_KEYS = r"""
CREATE TABLE keys AS
  SELECT tab, falt, exact(text) AS key, arg_min(nr, ord) AS nr FROM names GROUP BY ALL;
CREATE TABLE loose_keys AS
  WITH k AS (
    SELECT tab, falt, nr, loose(text) AS key FROM names WHERE ord >= 100000
    UNION ALL
    SELECT n.tab, n.falt, n.nr, loose(v.text || ' ' || n.text) FROM names n
    JOIN names v ON v.tab = n.tab AND v.falt = n.falt AND v.nr = n.nr AND v.ord < 100000
    WHERE n.ord >= 100000)
  SELECT tab, falt, key, any_value(nr) AS nr FROM k
  WHERE regexp_matches(key, '\p{L}') GROUP BY ALL HAVING count(DISTINCT nr) = 1;
CREATE MACRO found(pieces) AS TABLE
  SELECT p.*, c.nr, c.value, c.missing FROM query_table(pieces) p
  LEFT JOIN keys e ON e.tab = p.tab AND e.falt = p.falt AND e.key = exact(p.piece)
  LEFT JOIN keys w ON w.tab = p.tab AND w.falt = p.falt AND w.key = entire(p.piece)
  LEFT JOIN loose_keys l ON l.tab = p.tab AND l.falt = p.falt AND l.key = loose(p.piece)
  LEFT JOIN categories c ON c.tab = p.tab AND c.falt = p.falt
    AND c.nr = coalesce(e.nr, w.nr, l.nr);
"""

# A number as people write it → text that a DOUBLE reads; NULL where it is no number.
_NUMBER = r"""
CREATE MACRO figure(t) AS CASE
  WHEN length(t) > 40 THEN NULL
  WHEN regexp_full_match(t, '[+-]?\d+(\.\d+)?([eE][+-]?\d+)?') THEN t
  WHEN regexp_full_match(t, '[+-]?\d{1,3}([ ''][0-9]{3})+([.,]\d+)?')
    THEN replace(regexp_replace(t, '[ '']', '', 'g'), ',', '.')
  WHEN regexp_full_match(t, '[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}')
    THEN replace(t, ',', '')
  WHEN regexp_full_match(t, '[+-]?\d{1,3}(\.\d{3})+,\d+')
    THEN replace(replace(t, '.', ''), ',', '.')
  WHEN regexp_full_match(t, '[+-]?\d*,\d+([eE][+-]?\d+)?|[+-]?\d+,')
    THEN regexp_replace(replace(t, ',', '.'), '\.$', '')
END;
CREATE MACRO fits(x) AS x = trunc(x) AND abs(x) < 9.2e18;
CREATE MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE MACRO number_of(t) AS
  finite(try_cast(figure(translate(squeeze(t), '−–', '--')) AS DOUBLE));
"""

_TIME = (
    r"([T ,]+([Kk][Ll]\.? ?)?\d{1,2}[:.]\d\d([:.]\d\d([.,]\d+)?)?"
    r"(\s*([AaPp]\.?[Mm]\.?|[FfEe][Mm]))?"
    r"(\s*(Z|[A-Za-z]{2,5}|(GMT|UTC)?[+-]\d\d:?\d\d))?)?"
)
_MONTHS = {
    1: "jan januari january", 2: "feb februari february", 3: "mar mars march", 4: "apr april",
    5: "maj may", 6: "jun juni june", 7: "jul juli july", 8: "aug augusti august",
    9: "sep sept september", 10: "okt oct oktober october", 11: "nov november",
    12: "dec december",
}  # fmt: skip


def _date_macros() -> str:
    """Accepted spellings of a date. What could be read in two ways is refused."""
    months = " ".join(
        f"WHEN lower(w) IN ({_texts(words.split())}) THEN {n}" for n, words in _MONTHS.items()
    )

    def part(pattern: str, group: int) -> str:
        return f"try_cast(regexp_extract(t, '{pattern}', {group}) AS INT)"

    iso = rf"^(\d{{4}})(?:-(\d{{1,2}})-|/(\d{{1,2}})/|\.(\d{{1,2}})\.)(\d{{1,2}}){_TIME}$"
    compact = r"^(\d{4})(\d\d)(\d\d)$"
    swedish = r"^(\d{1,2})/(\d{1,2}) (\d{4})$"
    dotted = rf"^(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_TIME}$"
    either = rf"^(\d{{1,2}})(?:/(\d{{1,2}})/|-(\d{{1,2}})-)(\d{{4}}){_TIME}$"
    weekday = (
        r"(?i:(?:(?:mån|tis|ons|tors|fre|lör|sön)(?:dag)?(?:en)?"
        r"|(?:mon|tue|wed|thu|fri|sat|sun)\w*),? )?"
    )
    day, month = (
        rf"^{weekday}" + r"(?:[Dd]en )?(\d{1,2})(?::?[eE]|:[aA]|\.)?",
        r"([A-Za-zÅÄÖåäö]{3,9})\.?,?",
    )
    written = rf"{day} {month} (\d{{4}}){_TIME}$"
    american = rf"^{weekday}([A-Za-z]{{3,9}})\.? (\d{{1,2}})(?i:st|nd|rd|th)?,? (\d{{4}}){_TIME}$"
    iso_month = " ".join(f"WHEN {part(iso, g)} IS NOT NULL THEN {part(iso, g)}" for g in (2, 3, 4))
    first = part(either, 1)
    second = f"coalesce({part(either, 2)}, {part(either, 3)})"
    return rf"""
CREATE MACRO month_of(w) AS CASE {months} END;
CREATE MACRO day_in(y, m, d) AS try_cast(
  CASE WHEN y BETWEEN 1900 AND 2100 THEN printf('%04d-%02d-%02d', y, m, d) END AS DATE);
CREATE MACRO two_ways(a, b, y) AS CASE
  WHEN a <= 12 AND b <= 12 AND a <> b THEN NULL
  WHEN b <= 12 THEN day_in(y, b, a) ELSE day_in(y, a, b) END;
CREATE MACRO written_date(t) AS CASE
  WHEN regexp_matches(t, '{iso}') THEN day_in({part(iso, 1)}, CASE {iso_month} END, {part(iso, 5)})
  WHEN regexp_matches(t, '{compact}')
    THEN day_in({part(compact, 1)}, {part(compact, 2)}, {part(compact, 3)})
  WHEN regexp_matches(t, '{swedish}')
    THEN day_in({part(swedish, 3)}, {part(swedish, 2)}, {part(swedish, 1)})
  WHEN regexp_matches(t, '{dotted}')
    THEN day_in({part(dotted, 3)}, {part(dotted, 2)}, {part(dotted, 1)})
  WHEN regexp_matches(t, '{either}') THEN two_ways({first}, {second}, {part(either, 4)})
  WHEN regexp_matches(t, '{written}')
    THEN day_in({part(written, 3)}, month_of(regexp_extract(t, '{written}', 2)), {part(written, 1)})
  WHEN regexp_matches(t, '{american}')
    THEN day_in({part(american, 3)}, month_of(regexp_extract(t, '{american}', 1)),
      {part(american, 2)})
END;
CREATE MACRO date_of(kind, text) AS CASE kind
  WHEN 'd' THEN try_cast(left(text, 10) AS DATE)
  WHEN 'n' THEN CASE
    WHEN try_cast(text AS DOUBLE) BETWEEN 10000 AND 80000
      THEN DATE '1899-12-30' + CAST(trunc(try_cast(text AS DOUBLE)) AS INT)
    WHEN regexp_matches(text, '{compact}') THEN written_date(text) END
  WHEN 's' THEN written_date(squeeze(text)) END;
CREATE MACRO in_calendar(d) AS CASE WHEN year(d) BETWEEN 1900 AND 2100 THEN d END;
"""


def _texts(values: Iterable[str]) -> str:
    return ", ".join("'" + v.replace("'", "''") + "'" for v in values)


def define_meaning(db: duckdb.DuckDBPyConnection, books: Iterable[Codebook]) -> None:
    """Make `meaning` from `texts(code, tab, falt, opt, kind, text)`."""
    db.execute(_MACROS)
    _vocabulary(db, list(books))
    db.execute(_KEYS + _NUMBER + _date_macros())
    db.execute(_PIECES)
    db.execute(_MEANING)
    drop(db, "open_texts", "held", "pieces", "single", "lists")


def _vocabulary(db: duckdb.DuckDBPyConnection, books: list[Codebook]) -> None:
    """The codebooks' words as tables: fields, missing marks, categories and their names."""
    fields: Rows = []
    marks: Rows = []
    cats: Rows = []
    names: Rows = []
    dums: Rows = []
    for b in books:
        for f in b.fields:
            plain = any(not c.missing for c in f.categories)
            own = next((str(c.value) for c in f.categories if c.own_words), None)
            fields.append((b.name, f.name, f.type, bool(f.categories), plain, f.delimiter, own))
            marks += [(b.name, f.name, m) for m in ("", *b.missing_values, *f.missing_values)]
            for nr, c in enumerate(f.categories):
                cats.append((b.name, f.name, nr, str(c.value), c.missing))
                names.append((b.name, f.name, nr, nr, str(c.value)))
                for k, text in enumerate((c.label, *c.aliases)):
                    names.append((b.name, f.name, nr, 100000 + nr * 1000 + k, text))
            dums += _dummy_words(b, f)
    for table, columns, rows in (
        (
            "fields",
            "tab TEXT, falt TEXT, type TEXT, closed BOOL, scale BOOL, delim TEXT, owns TEXT",
            fields,
        ),
        ("raw_blanks", "tab TEXT, falt TEXT, text TEXT", marks),
        ("categories", "tab TEXT, falt TEXT, nr INT, value TEXT, missing BOOL", cats),
        ("names", "tab TEXT, falt TEXT, nr INT, ord INT, text TEXT", names),
        ("raw_dummies", "tab TEXT, falt TEXT, opt INT, value TEXT, text TEXT, a BOOL", dums),
    ):
        insert(db, table, columns, rows)
    no = _texts(NO)
    db.execute(f"""
CREATE TABLE blanks AS SELECT DISTINCT tab, falt, lower(squeeze(text)) AS key FROM raw_blanks;
CREATE TABLE dummies AS
  SELECT tab, falt, opt, any_value(value) AS value, list(DISTINCT lower(squeeze(text)))
    FILTER (a OR lower(squeeze(text)) NOT IN ({no})) AS picked,
    coalesce(bool_or(a AND text = '*'), false) AS always
  FROM raw_dummies GROUP BY tab, falt, opt;""")


def _dummy_words(book: Codebook, f: Field) -> Rows:
    """The texts that mean chosen in each dummy column; True for those the codebook declares."""
    found: Rows = []
    for opt, (_, value) in enumerate(dummies(f)):
        named = [value]
        for c in f.categories:
            if str(c.value) == value:
                named += [c.label, *c.aliases]
                break
        found += [(book.name, f.name, opt, value, t, True) for t in f.selected]
        found += [(book.name, f.name, opt, value, t, False) for t in named]
    return found


def insert(db: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Rows) -> None:
    """Create a table and fill it."""
    db.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    append(db, table, rows)


def drop(db: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Forget tables of which the next are made: one step of a million rows at a time is held."""
    for table in tables:
        db.execute(f"DROP TABLE {table}")


def append(db: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """More rows of a table, by way of Arrow (row-wise inserts are slow), some at a time."""
    import pyarrow as pa

    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        data = pa.table({f"c{i}": list(c) for i, c in enumerate(zip(*some, strict=True))})
        db.register("incoming", data)
        db.execute(f"INSERT INTO {table} SELECT * FROM incoming")
        db.unregister("incoming")


# Cells of a closed question as pieces: one, or the parts between delimiters. A delimiter inside
# an alternative's name is set aside first.
_PIECES = rf"""
CREATE TABLE open_texts AS
  SELECT t.*, f.type, f.closed, f.scale, f.delim, f.owns,
    m.key IS NOT NULL AS missing_mark
  FROM texts t JOIN fields f USING (tab, falt)
  LEFT JOIN blanks m ON m.tab = t.tab AND m.falt = t.falt AND m.key = lower(squeeze(t.text));
CREATE TABLE held AS
  SELECT n.tab, n.falt, list(lower(n.text) ORDER BY length(n.text) DESC) AS words
  FROM names n JOIN fields f USING (tab, falt)
  WHERE f.type = 'list' AND contains(n.text, f.delim) GROUP BY ALL;
CREATE TABLE pieces AS
  WITH s AS (
    SELECT o.code, o.tab, o.falt, o.delim, unnest(string_split(CASE WHEN h.words IS NULL
        THEN o.text ELSE list_reduce(list_prepend(lower(o.text), h.words),
          lambda a, w: replace(a, w, replace(w, o.delim, {HELD}))) END, o.delim)) AS part
    FROM open_texts o LEFT JOIN held h USING (tab, falt)
    WHERE o.type = 'list' AND o.opt < 0 AND o.kind <> 'e' AND NOT missing_mark)
  SELECT code, tab, falt, replace(part, {HELD}, delim) AS piece FROM s
  WHERE squeeze(part) <> '';
CREATE TABLE single AS SELECT code, tab, falt, text AS piece FROM open_texts
  WHERE type <> 'list' AND closed AND kind <> 'e' AND NOT missing_mark;
CREATE TABLE lists AS
  SELECT code, list(value) FILTER (NOT missing) AS chosen,
    last(value) FILTER (missing) AS gone,
    string_agg(piece, '; ') FILTER (nr IS NULL) AS unknown,
    list_aggregate(list_sort(list(regexp_replace(piece, '{_EDGE}', '', 'g'))
      FILTER (nr IS NULL)), 'string_agg', '; ') AS words
  FROM found('pieces') GROUP BY code;
"""

_MEANING = rf"""
CREATE TABLE meaning AS
  WITH a AS (
    SELECT o.*, s.nr, s.missing, coalesce(s.value, CASE WHEN o.type <> 'string' OR NOT o.closed
        THEN o.text END) AS said,
      coalesce(s.missing, false) AS gone, l.chosen, l.gone AS list_gone, l.unknown, l.words,
      d.picked, d.always
    FROM open_texts o
    LEFT JOIN found('single') s USING (code)
    LEFT JOIN lists l USING (code)
    LEFT JOIN dummies d ON d.tab = o.tab AND d.falt = o.falt AND d.opt = o.opt),
  b AS (
    SELECT *, kind <> 'e' AND NOT missing_mark AND NOT gone AS live,
      CASE WHEN nr IS NOT NULL OR kind IN ('n', 's') THEN number_of(CASE WHEN type = 'number'
        THEN regexp_replace(said, '(\d)[\s\x{{00a0}}\x{{202f}}]*%\s*$', '\1') ELSE said END)
        END AS figure
    FROM a),
  c AS (
    SELECT code, tab, falt, opt, kind, missing_mark, unknown, type,
      CASE WHEN live AND type = 'string' THEN CASE
        WHEN closed THEN CASE WHEN nr IS NOT NULL THEN said WHEN kind = 's' THEN owns END
        WHEN kind = 'b' THEN CASE WHEN text = 'True' THEN 'ja' ELSE 'nej' END
        WHEN kind = 's' THEN regexp_replace(text, '{_EDGE}', '', 'g') ELSE text END END AS txt,
      CASE WHEN live AND type IN ('integer', 'number') AND (nr IS NOT NULL OR NOT scale)
        THEN figure END AS num,
      CASE WHEN live AND type = 'boolean' THEN CASE
          WHEN lower(squeeze(said)) IN ({_texts(YES)}) THEN true
          WHEN lower(squeeze(said)) IN ({_texts(NO)}) THEN false END
        WHEN live AND opt >= 0 THEN always OR list_contains(picked, lower(squeeze(text)))
        END AS yes,
      CASE WHEN live AND type = 'date' THEN in_calendar(date_of(kind, text)) END AS day,
      CASE WHEN NOT live THEN NULL WHEN unknown IS NOT NULL AND owns IS NOT NULL
        THEN list_append(coalesce(chosen, CAST([] AS VARCHAR[])), owns) ELSE chosen END AS chosen,
      CASE WHEN live AND owns IS NOT NULL THEN CASE WHEN type = 'list' THEN words
        WHEN type = 'string' AND nr IS NULL AND kind = 's'
        THEN regexp_replace(text, '{_EDGE}', '', 'g') END END AS own,
      CASE WHEN kind = 'e' OR missing_mark THEN NULL WHEN gone THEN said
        WHEN chosen IS NULL AND unknown IS NULL THEN list_gone END AS bortfall,
      CASE WHEN kind = 'e' THEN text END AS broken, text
    FROM b)
  SELECT code, tab, falt, opt, txt, num,
    CASE WHEN type = 'integer' AND fits(num) THEN CAST(num AS BIGINT) END AS whole,
    yes, day, chosen, bortfall, own,
    CASE WHEN broken IS NOT NULL THEN broken
      WHEN missing_mark OR bortfall IS NOT NULL OR opt >= 0 OR own IS NOT NULL THEN NULL
      WHEN type = 'list' THEN unknown
      WHEN type = 'string' AND txt IS NULL THEN text
      WHEN type = 'integer' AND NOT coalesce(fits(num), false) THEN text
      WHEN type = 'number' AND num IS NULL THEN text
      WHEN type = 'boolean' AND yes IS NULL THEN text
      WHEN type = 'date' AND day IS NULL THEN text END AS fel
  FROM c;
"""
