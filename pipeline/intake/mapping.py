"""Mapping files (`RAW/formular/<name>.mappning.toml`): which column of a case system's extract is
which field of a form, and what its values mean. For files whose headers nobody here decides.

    system = "Lifecare"                 # what the extract comes from, in words
    fil = "lifecare*.xlsx"              # the files it is about, by name
    blad = "Uttag"                      # optional: the sheet
    formular = "avslut"                 # the form
    rubrikrad = 3                       # the row of headers; 1 where it is left out
    [kolumner]                          # header (or "kolumn D") = field, or field[answer]
    "Ärendenr" = "insats_id"
    [varden.enhet]                      # answer in the file = answer of the form
    "4711 IFO Vuxen" = "vuxen"

A workbook of comparisons that somebody publishes has a column a measure, year and sex. Each is then
a table of its own, named after its sheet and what it holds, whose last columns are what the mapping
file says of it:

    formular = "jamforelser"
    rubrikrader = [3, 4, 5]             # headers in several rows, read together
    [kolumner]
    "Kommunkod" = "kommun"
    [masker]                            # text in place of a number = why there is none
    ".." = "Missing"
    [[varde]]
    kolumn = "Andel nöjda / 2024 / Kvinnor"
    kpi = "U35538"
    ar = 2024
    kon = "K"                           # T where it is left out
"""

from __future__ import annotations

import difflib
import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import ConfigError, IntakeError
from pipeline.forms.codebook import Codebook
from pipeline.intake.choices import text_of
from pipeline.intake.headers import normal
from pipeline.intake.messages import header_like, place, quoted
from pipeline.intake.raw import Cell, Dialect, RawTable, Readings, column_letter
from pipeline.privacy.screen import mask

SUFFIX = ".mappning.toml"
_COLUMN = re.compile(r"kolumn ([A-Za-z]{1,3})")
_FIELD = re.compile(r"(\w+)(?:\[(.+)\])?")
_KEYS = frozenset(
    "system fil blad formular rubrikrad rubrikrader forsta_rad kolumner varden varde masker".split()
)
_VALUE = {"kolumn": str, "kpi": str, "ar": int, "kon": str}
COMPARATORS = "jamforelser"
SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class Published:
    """A column of published values: where it stands, and what its values are about."""

    column: str
    kpi: str
    year: int
    gender: str


@dataclass(frozen=True, slots=True)
class MappingFile:
    """`columns`: header or `kolumn D` → field. `values`: field → text (case and surplus blanks do
    not matter) → the form's answer. `header_rows`, `first_row`: 1-based. `published`: columns of
    values, each a table of its own; `masks`: text in place of one → the status it stands for."""

    name: str
    system: str
    pattern: str
    sheet: str
    form: str
    header_rows: tuple[int, ...]
    first_row: int
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, Cell]]
    published: tuple[Published, ...] = ()
    masks: Mapping[str, str] = field(default_factory=dict)

    def about(self, raw: RawTable) -> bool:
        """Whether it is written for this sheet."""
        name = _plain(PurePosixPath(raw.file).name)
        if not fnmatch.fnmatchcase(name, _plain(self.pattern)):
            return False
        return not self.sheet or not raw.sheet or _plain(raw.sheet) == _plain(self.sheet)


def load_mappings(forms: Path, books: Mapping[str, Codebook]) -> tuple[MappingFile, ...]:
    """The mapping files of `forms` (RAW/formular), by name. Raises ConfigError for one that
    cannot be read, or names a form or a field that there is not."""
    return tuple(_read(p, books) for p in sorted(forms.glob(f"*{SUFFIX}")))


def _read(path: Path, books: Mapping[str, Codebook]) -> MappingFile:
    where = f"Mappningsfilen {path.name}"
    try:
        doc = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{where} går inte att läsa: {error}.\n"
            "Gör så här: öppna filen i en textredigerare, rätta raden som nämns och spara som "
            "UTF-8. Rubriker och svar ska stå inom citattecken."
        ) from error
    unknown = sorted(set(doc) - _KEYS)
    lacking = [k for k in ("fil", "formular", "kolumner") if not doc.get(k)]
    if unknown or lacking:
        what = f"okänd uppgift {', '.join(unknown)}" if unknown else f"{lacking[0]} saknas"
        raise ConfigError(
            f"{where}: {what}. Uppgifter som finns: {', '.join(sorted(_KEYS))}.\n"
            "Gör så här: rätta filen efter exemplet i handboken (Uttag ur verksamhetssystem)."
        )
    book = books.get(str(doc["formular"]))
    if book is None:
        raise ConfigError(
            f"{where}: formuläret ”{doc['formular']}” finns inte."
            f"{_near(str(doc['formular']), list(books))}"
        )
    published = _published(doc, book, where)
    columns = {str(k): str(v) for k, v in doc["kolumner"].items()}
    values = {str(f): told for f, told in doc.get("varden", {}).items()}
    for name in (*columns.values(), *values):
        named = _FIELD.fullmatch(name)
        if named is None or not book.has(named[1]):
            names = [f.name for f in book.fields]
            raise ConfigError(
                f"{where}: formuläret {book.name} har inget fält ”{name}”.{_near(name, names)}"
            )
    heads = _header_rows(doc, where)
    return MappingFile(
        name=path.name,
        system=str(doc.get("system", "")),
        pattern=str(doc["fil"]),
        sheet=str(doc.get("blad", "")),
        form=book.name,
        header_rows=heads,
        first_row=int(doc.get("forsta_rad", heads[-1] + 1)),
        columns=columns,
        values={
            f: {text_of(k).casefold(): str(v) for k, v in told.items()}
            for f, told in values.items()
        },
        published=published,
        masks=_masks(doc, book, where),
    )


def _header_rows(doc: Mapping[str, Any], where: str) -> tuple[int, ...]:
    rows = doc.get("rubrikrader", [doc.get("rubrikrad", 1)])
    whole = isinstance(rows, list) and rows and all(type(r) is int and r > 0 for r in rows)
    if not whole or rows != list(range(rows[0], rows[0] + len(rows))):
        raise ConfigError(
            f"{where}: rubrikrader är radernas nummer i följd, som [3, 4, 5], och rubrikrad ett "
            "enda nummer."
        )
    first = doc.get("forsta_rad", rows[-1] + 1)
    if type(first) is not int or first <= rows[-1]:
        raise ConfigError(f"{where}: forsta_rad är den första raden med värden, under rubrikerna.")
    return tuple(rows)


def _published(doc: Mapping[str, Any], book: Codebook, where: str) -> tuple[Published, ...]:
    made = []
    listed = doc.get("varde", [])
    if (listed or "masker" in doc) and book.name != COMPARATORS:
        raise ConfigError(
            f"{where}: [[varde]] och [masker] gäller bara formuläret {COMPARATORS}. I andra "
            "formulär står tecken för bortfall i kodboken (missing)."
        )
    for told in listed if isinstance(listed, list) else [None]:
        given = {"kon": "T", **told} if isinstance(told, dict) else {}
        if set(given) != set(_VALUE) or any(type(given[k]) is not t for k, t in _VALUE.items()):
            raise ConfigError(
                f'{where}: i varje [[varde]] står kolumn = "rubriken", kpi = "U30447", ar = 2024 '
                'och, om värdet gäller ett kön, kon = "K" eller "M".'
            )
        made.append(Published(given["kolumn"], given["kpi"], given["ar"], given["kon"]))
    names = [(p.kpi, p.year, p.gender) for p in made]
    if twice := [n for n in names if names.count(n) > 1]:
        raise ConfigError(f"{where}: {' '.join(map(str, twice[0]))} står i två [[varde]].")
    return tuple(made)


def _masks(doc: Mapping[str, Any], book: Codebook, where: str) -> dict[str, str]:
    told = doc.get("masker", {})
    known = [str(c.value) for c in book.field("status").categories] if told else []
    for mask_, status in told.items():
        if status not in known:
            raise ConfigError(f"{where}: masken ”{mask_}” ska stå för {' eller '.join(known)}.")
    return {text_of(k).casefold(): str(v) for k, v in told.items()}


def mapped(raw: RawTable, mappings: Sequence[MappingFile]) -> tuple[RawTable, ...]:
    """The table as the mapping file that is written for it says, or the tables of a workbook of
    published values; itself where there is no such file.

    Raises IntakeError (one message) where a column that it names is not there, or stands in
    several places, or where two mapping files are about the same sheet.
    """
    about = [m for m in mappings if m.about(raw)]
    if not about or raw.kind == "dokument":
        return (raw,)
    if len(about) > 1:
        raise IntakeError(
            [
                f"{place(raw)}: två mappningsfiler gäller samma tabell: "
                f"{quoted([m.name for m in about])}.\n"
                "Gör så här: ta bort den ena, eller skriv fil och blad så att de skiljs åt."
            ]
        )
    (chosen,) = about
    row = joined_headers([raw.rows[i - 1] for i in chosen.header_rows if i <= len(raw.rows)])
    wanted = (*chosen.columns, *(p.column for p in chosen.published))
    at = _places(chosen, raw, wanted, row)
    fields: dict[int, str] = {at[h]: name for h, name in chosen.columns.items()}
    width = max([len(row), *(j + 1 for j in at.values())])
    headers: tuple[Readings, ...] = tuple(
        (fields[j],) if j in fields else _own(row, j) for j in range(width)
    )
    of = f" (uttag ur {chosen.system})" if chosen.system else ""
    known = Dialect(
        name="mappning",
        title=chosen.system or chosen.name,
        header_rows=chosen.header_rows,
        headers=headers,
        first_row=chosen.first_row,
        values={
            j: chosen.values[name.split("[")[0]]
            for j, name in fields.items()
            if name.split("[")[0] in chosen.values
        },
        form=chosen.form,
        said=f"Filen läses enligt mappningsfilen {chosen.name}{of}.",
    )
    made = replace(raw, dialect=known)
    if not chosen.published:
        return (made,)
    columns = {p: at[p.column] for p in chosen.published}
    return tuple(_table_of(made, known, chosen, p, columns) for p in chosen.published)


def _table_of(
    raw: RawTable,
    known: Dialect,
    chosen: MappingFile,
    about: Published,
    columns: Mapping[Published, int],
) -> RawTable:
    """One column of published values as a table: the sheet's rows and columns where they are, the
    other columns of values left blank, and beyond the sheet's last column what it is about and
    the status that a mask stands for."""
    own = columns[about]
    blank = {*columns.values()} - {own}
    width = max(len(known.headers), *map(len, raw.rows))
    rows = []
    for number, row in enumerate(raw.rows, 1):
        cells: list[Cell] = [None if j in blank else c for j, c in enumerate(row)]
        if number >= chosen.first_row and _is_row(cells, own, known.headers):
            mark = cells[own] if own < len(cells) else None
            status = chosen.masks.get(text_of(mark).casefold()) if mark is not None else None
            cells += [None] * (width - len(cells))
            cells += [about.kpi, about.year, about.gender, status]
        rows.append(tuple(cells))
    headers = list(known.headers) + [()] * (width - len(known.headers))
    headers[own] = ("varde",)
    headers = [() if j in blank else h for j, h in enumerate(headers)]
    headers += [("kpi",), ("ar",), ("kon",), ("status",)]
    letters = f"{column_letter(width)}–{column_letter(width + 3)}"
    dialect = replace(
        known,
        headers=tuple(headers),
        values={**known.values, own: dict.fromkeys(chosen.masks, "")},
        said=f"{known.said} Kolumn {column_letter(own)} är {about.kpi}, {about.year}, "
        f"{about.gender}; kolumnerna {letters} är mappningsfilens egna uppgifter.",
    )
    sheet = f"{raw.sheet} [{about.kpi} {about.year} {about.gender}]".strip()
    return replace(raw, sheet=sheet, rows=tuple(rows), dialect=dialect)


def sheet_of(name: str, sheets: Collection[str]) -> str:
    """The workbook's own sheet behind a sheet's name, the tables of published values included;
    empty where there is none."""
    own = name if name in sheets else name.rpartition("[")[0].rstrip()
    return own if own in sheets else ""


def _is_row(cells: Sequence[Cell], own: int, headers: Sequence[Readings]) -> bool:
    """Whether a row says whom it is about, and more than that: a note under the table does not."""
    there = {j for j, c in enumerate(cells) if c is not None and str(c).strip()}
    who = next((j for j, h in enumerate(headers) if h == ("kommun",)), None)
    return who in there and len(there) > 1


def joined_headers(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Headers of several rows as one each, `Andel nöjda / 2024 / Kvinnor`: a text counts for the
    columns to its right until the next in its row, or in a row above it; in the last row it stands
    for its own column alone. Equal texts one above the other are said once."""
    width = max(map(len, rows), default=0)
    held = [""] * len(rows)
    made = []
    for j in range(width):
        for level, row in enumerate(rows):
            text = str(row[j]).strip() if j < len(row) and row[j] is not None else ""
            if text:
                held[level:] = [text] + [""] * (len(rows) - level - 1)
            elif level == len(rows) - 1:
                held[level] = ""
        parts = [t for k, t in enumerate(held) if t and (k == 0 or t != held[k - 1])]
        made.append(SEPARATOR.join(parts))
    return tuple(made)


def _places(
    chosen: MappingFile, raw: RawTable, wanted: Sequence[str], row: Sequence[str]
) -> dict[str, int]:
    """Each header of the mapping file with its 0-based column. Of headers in several rows the
    lower ones are enough, where no other column has them too."""
    found: dict[str, int] = {}
    missing = []
    for header in wanted:
        if lettered := _COLUMN.fullmatch(header):
            number = 0
            for letter in lettered[1].upper():
                number = number * 26 + ord(letter) - 64
            found[header] = number - 1
            continue
        key = normal(header)
        alike = [j for j, whole in enumerate(row) if normal(whole) == key]
        if not alike and len(chosen.header_rows) > 1:
            alike = [
                j for j, whole in enumerate(row) if key in map(normal, _endings(whole)) and key
            ]
            if len(alike) > 1:
                letters = ", ".join(map(column_letter, alike))
                raise IntakeError(
                    [
                        f"{place(raw)}: rubriken {quoted([header])} i mappningsfilen "
                        f"{chosen.name} passar flera kolumner ({letters}).\n"
                        f"Gör så här: skriv hela rubriken, ”{row[alike[0]]}”, eller kolumnens "
                        f"bokstav, ”kolumn {column_letter(alike[0])}”."
                    ]
                )
        if alike:
            found[header] = alike[0]
        else:
            missing.append(header)
    if missing:
        lines = "–".join(map(str, sorted({chosen.header_rows[0], chosen.header_rows[-1]})))
        there = [h for h in row if header_like(h)]
        raise IntakeError(
            [
                f"{place(raw)}: mappningsfilen {chosen.name} nämner {quoted(missing)}, som inte "
                f"finns på rad {lines}. Rubriker där: {quoted(there)}.\n"
                "Gör så här: rätta rubriken i mappningsfilen så att den stämmer med uttaget, "
                "eller rubrikrad om rubrikerna står på en annan rad."
            ],
            (f"A{chosen.header_rows[0]}",),
        )
    return found


def _endings(header: str) -> list[str]:
    parts = header.split(SEPARATOR)
    return [SEPARATOR.join(parts[k:]) for k in range(1, len(parts))]


def _own(row: Sequence[Cell], column: int) -> Readings:
    """A column that the mapping file does not name: told as unread, taken for nothing."""
    text = str(row[column]).strip() if column < len(row) and row[column] is not None else ""
    return (f"{mask(text)[0]} (kolumn {column_letter(column)}, ej mappad)",) if text else ()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _near(word: str, known: list[str]) -> str:
    close: Any = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"\nMenade du {close[0]}?" if close else f"\nDe som finns: {', '.join(known)}."
