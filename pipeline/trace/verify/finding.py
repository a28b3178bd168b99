"""Where in a sheet the form's table stands: header row, columns, rows. By rules of our own:
the row, among the first thirty, that holds most headers of a form with its required ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.forms.codebook import Codebook, Field
from pipeline.privacy.columns import personal
from pipeline.trace.verify.reading import Cell, Rows, Sheet
from pipeline.trace.verify.tools import Layout, layout_of, stacked

WITHIN = 30
_SPACES = re.compile(r"\s+")
_NO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CODE = re.compile(r"^([A-Za-z]\w*(?:\[[^\]]*\])*)\.\s+(\S.*)$", re.DOTALL)
_STAMP = re.compile(r"Blankett [a-z][a-z0-9_]*, version [0-9a-f]{12}, förifyllt: ([a-z0-9_ ]+)")
Place = tuple[str, int]  # field, number of its dummy column (-1: the field's own column)
Headers = Mapping[str, Mapping[str, Place]]


@dataclass(frozen=True, slots=True)
class Found:
    """A form's table in a sheet. `columns`: 0-based column → place; `rows`: 0-based."""

    sheet: Sheet
    book: Codebook
    columns: Mapping[int, Place]
    cells: Rows
    rows: Sequence[int]
    score: tuple[int, float]
    layout: Layout | None = None  # of the tool that wrote the table


def headers_of(books: Mapping[str, Codebook]) -> Headers:
    """What a column of each form may be called, and its place."""
    return {name: _names(book) for name, book in books.items()}


def find_table(
    sheet: Sheet, books: Mapping[str, Codebook], headers: Headers | None = None
) -> Found | None:
    """The table of a sheet, None where no form fits. `headers`: those of `books`."""
    words = headers_of(books) if headers is None else headers
    best: Found | None = None
    for reading in sheet.readings:
        layout = sheet.layout or layout_of(reading)
        best = _best(sheet, reading, layout, books, words, best)
    for reading in sheet.readings if best is None else ():
        two = stacked(reading) if sheet.layout is None and not layout_of(reading) else None
        if two is not None:
            best = _best(sheet, reading, two, books, words, best)
    return best


def _best(
    sheet: Sheet,
    reading: Rows,
    layout: Layout | None,
    books: Mapping[str, Codebook],
    words: Headers,
    best: Found | None,
) -> Found | None:
    """The better of what has been found and what this reading of the sheet gives."""
    for at, row in enumerate(reading[:WITHIN]):
        told = layout if layout is not None and at in layout.heads else None
        headers = _headers(row) if told is None else _told(told)
        filled = sum(c is not None for c in row) if told is None else sum(map(bool, told.names))
        for name, book in books.items() if headers or told is not None else ():
            if layout is not None and layout.form not in ("", name):
                continue
            columns = _columns(headers, words[name], book.protects != "none")
            score = _score(columns, filled, book, told is not None and bool(told.form))
            if score and (best is None or score > best.score):
                rows = _extent(reading, at, columns, book, words[name], told)
                rows = _filled_in(reading, at, rows, columns)
                best = Found(sheet, book, columns, reading, rows, score, told)
    return best


def dummies(field: Field) -> list[tuple[str, str]]:
    """(header, value) of the columns that a list field may be spread over."""
    if field.type != "list" or field.columns:
        return [(c.header, c.value) for c in field.columns]
    return [(f"{field.title} [{c.label}]", str(c.value)) for c in field.categories]


def _norm(text: str) -> str:
    return _SPACES.sub(" ", text.translate(_NO_WIDTH)).strip(" :.?*").casefold()


def _readings(header: str) -> Iterator[str]:
    """The header whole, its code alone, its text alone, without an empty option."""
    yield _norm(header)
    if coded := _CODE.match(header.strip()):
        yield _norm(coded[1])
        yield _norm(coded[2])
        yield _norm(re.sub(r"\s*\[\s*\]$", "", coded[2]))
    yield _norm(re.sub(r"\s*\[\s*\]$", "", header))


def _names(book: Codebook) -> dict[str, Place]:
    names: dict[str, Place] = {}
    for f in book.fields:
        for text in (f.title, f.name, *f.aliases):
            names.setdefault(_norm(text), (f.name, -1))
        for number, (header, value) in enumerate(dummies(f)):
            names.setdefault(_norm(header), (f.name, number))
            names.setdefault(_norm(f"{f.name}[{value}]"), (f.name, number))
            for c in f.categories:
                if str(c.value) == value:
                    names.setdefault(_norm(f"{f.title} [{c.label}]"), (f.name, number))
    return names


def _headers(row: Sequence[Cell]) -> list[tuple[int, list[str], bool]]:
    """Of each text in a row its column, its readings, and whether it says who answered."""
    texts = ((j, list(_readings(c[1]))) for j, c in enumerate(row) if c and c[0] == "s")
    return [(j, read, any(map(personal, read))) for j, read in texts]


def _told(layout: Layout) -> list[tuple[int, list[str], bool]]:
    """As `_headers`, by what a tool calls its columns."""
    made = []
    for j, names in enumerate(layout.names):
        read = [r for n in names for r in _readings(n)]
        if read:
            made.append((j, read, any(map(personal, read))))
    return made


def _columns(
    headers: Iterable[tuple[int, list[str], bool]], names: Mapping[str, Place], persons: bool
) -> dict[int, Place]:
    """Column → place. `persons`: columns that say who answered are passed over. The first column
    of a place counts; a field's own column outranks its dummy columns."""
    found: dict[Place, int] = {}
    for j, readings, who in headers:
        place = next((names[r] for r in readings if r in names), None)
        if place and not (persons and who):
            found.setdefault(place, j)
    whole = {name for name, option in found if option < 0}
    return {j: p for p, j in found.items() if p[1] < 0 or p[0] not in whole}


def _score(
    columns: Mapping[int, Place], headers: int, book: Codebook, mapped: bool
) -> tuple[int, float] | None:
    fields = {name for name, _ in columns.values()}
    if any(f.required and f.name not in fields for f in book.fields):
        return None
    share = len(fields) / len(book.fields)
    if mapped:
        return len(columns), share
    if len(columns) < min(2, len(book.fields)):
        return None
    return (len(columns), share) if share >= 0.3 or len(columns) * 2 >= headers else None


def _extent(
    rows: Rows,
    header: int,
    columns: Mapping[int, Place],
    book: Codebook,
    names: Mapping[str, Place],
    told: Layout | None,
) -> list[int]:
    """The rows below the header that are answers: not a header said again, not a note, not a
    row of sums."""
    start = told.first if told is not None else header + 1
    for i in range(header + 1, min(header + 3, len(rows)) if told is None else 0):
        if _header_again(rows[i], columns, names, book.protects != "none"):
            start = i + 1
    full = [i for i in range(start, len(rows)) if any(rows[i])]
    full = _without_page_heads(rows, header, full, columns)
    for k in range(1, len(full)):
        if full[k] - full[k - 1] > 1 and _new_table(rows, full[k:], columns, names, book):
            full = full[:k]
            break
    while full and (_lone_note(rows, full, columns) or _sums(rows, full, columns, book)):
        full.pop()
    for k in range(1, len(full)):
        if full[k] - full[k - 1] == 1:
            continue  # what is below is looked at only where there is a gap: rows are many
        if all(_poor(rows[full[i]], columns, book) for i in range(k, len(full))):
            return full[:k]
    return full


def _without_page_heads(
    rows: Rows, header: int, full: list[int], columns: Mapping[int, Place]
) -> list[int]:
    """Without rows that repeat the header row letter by letter, and lone texts right above one."""
    wanted = {j: rows[header][j] for j in columns if j < len(rows[header]) and rows[header][j]}
    if len(wanted) < 2:
        return full
    kept: list[int] = []
    for i in full:
        if all(j < len(rows[i]) and rows[i][j] == head for j, head in wanted.items()):
            while kept and _alone(rows[kept[-1]]):
                kept.pop()
        else:
            kept.append(i)
    return kept


def _alone(row: Sequence[Cell]) -> bool:
    there = [c for c in row if c]
    return len(there) == 1 and there[0][0] == "s" and " " in there[0][1].strip()


def _new_table(
    rows: Rows,
    block: Sequence[int],
    columns: Mapping[int, Place],
    names: Mapping[str, Place],
    book: Codebook,
) -> bool:
    """A row of texts below a gap, under its title or none, of which one at least is the header of
    the column that it stands in, and fewer than half are."""
    first = rows[block[0]]
    if sum(map(bool, first)) == 1 and len(block) > 1 and block[1] == block[0] + 1:
        first = rows[block[1]]
    there = {j: c for j, c in enumerate(first) if c}
    if len(there) < 2 or any(c[0] != "s" for c in there.values()):
        return False
    if _header_again(first, columns, names, book.protects != "none"):
        return False
    for j, cell in there.items():
        if j in columns:
            f = book.field(columns[j][0])
            if _norm(cell[1]) in map(_norm, (f.title, f.name, *f.aliases)):
                return True
    return False


def _filled_in(
    rows: Rows, header: int, found: list[int], columns: Mapping[int, Place]
) -> list[int]:
    """Of a form of the pipeline's own (a line above the header says so): the rows with something
    in them beside the columns that were filled in beforehand."""
    above = (c[1].strip() for row in rows[:header] for c in row if c and c[0] == "s")
    stamp = next(filter(None, map(_STAMP.fullmatch, above)), None)
    if stamp is None:
        return found
    given = stamp[1].split()
    before = {j for j, (name, _) in columns.items() if name in given}
    return [i for i in found if any(c and j not in before for j, c in enumerate(rows[i]))]


def _header_again(
    row: Sequence[Cell], columns: Mapping[int, Place], names: Mapping[str, Place], persons: bool
) -> bool:
    again = _columns(_headers(row), names, persons)
    same = sum(again.get(j, ("", 0))[0] == name for j, (name, _) in columns.items())
    return len(columns) >= 2 and same * 2 >= len(columns)


_SUMS = (
    "summa|totalt|total|sum|summering|medel|medelvärde|genomsnitt|snitt|median|summa totalt|"
    "totalt antal|total summa"
).split("|")


def _sums(rows: Rows, full: Sequence[int], columns: Mapping[int, Place], book: Codebook) -> bool:
    """A last row whose first cell says that it sums up the others, and is no answer."""
    first = next(j for j, c in enumerate(rows[full[-1]]) if c)
    cell = rows[full[-1]][first]
    if len(full) < 2 or not cell or _norm(cell[1]) not in _SUMS:
        return False
    if first not in columns:
        return True
    f = book.field(columns[first][0])
    known = {_norm(str(t)) for c in f.categories for t in (c.value, c.label, *c.aliases)}
    return not f.freetext and _norm(cell[1]) not in known


def _lone_note(rows: Rows, full: Sequence[int], columns: Mapping[int, Place]) -> bool:
    """A single text at the end, of words, in a column whose answers are not of words."""
    last = [j for j, c in enumerate(rows[full[-1]]) if c]
    cell = rows[full[-1]][last[0]]
    if len(last) != 1 or len({n for n, _ in columns.values()}) < 2 or not cell:
        return False
    if cell[0] not in "se" or not any(ch.isalpha() for ch in cell[1]):
        return False
    if last[0] not in columns:
        return True
    above = [rows[i] for i in full[-51:-1] if sum(c is not None for c in rows[i]) > 1]
    said = [r[last[0]] for r in above if last[0] < len(r)]
    return " " in cell[1].strip() and not any(
        c and c[0] == "s" and " " in c[1].strip() for c in said
    )


def _poor(row: Sequence[Cell], columns: Mapping[int, Place], book: Codebook) -> bool:
    """Below a gap: neither the form's keys nor half of its answers."""
    filled = {columns[j][0] for j, c in enumerate(row) if c and j in columns}
    fields = {name for name, _ in columns.values()}
    needed = {f.name for f in book.fields if f.required or f.name in book.primary_key} & fields
    if needed and needed <= filled:
        return False
    return len(filled) * 2 <= len(fields) or sum(c is not None for c in row) == 1
