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
"""

from __future__ import annotations

import difflib
import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
_KEYS = frozenset(("system", "fil", "blad", "formular", "rubrikrad", "kolumner", "varden"))


@dataclass(frozen=True, slots=True)
class MappingFile:
    """`columns`: header or `kolumn D` → field. `values`: field → text (case and surplus blanks do
    not matter) → the form's answer. `header_row`: 1-based."""

    name: str
    system: str
    pattern: str
    sheet: str
    form: str
    header_row: int
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, Cell]]

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
    columns = {str(k): str(v) for k, v in doc["kolumner"].items()}
    values = {str(f): told for f, told in doc.get("varden", {}).items()}
    for field in (*columns.values(), *values):
        named = _FIELD.fullmatch(field)
        if named is None or not book.has(named[1]):
            names = [f.name for f in book.fields]
            raise ConfigError(
                f"{where}: formuläret {book.name} har inget fält ”{field}”.{_near(field, names)}"
            )
    return MappingFile(
        name=path.name,
        system=str(doc.get("system", "")),
        pattern=str(doc["fil"]),
        sheet=str(doc.get("blad", "")),
        form=book.name,
        header_row=int(doc.get("rubrikrad", 1)),
        columns=columns,
        values={
            f: {text_of(k).casefold(): str(v) for k, v in told.items()}
            for f, told in values.items()
        },
    )


def mapped(raw: RawTable, mappings: Sequence[MappingFile]) -> RawTable:
    """The table as the mapping file that is written for it says; itself where none is.

    Raises IntakeError (one message) where a column that it names is not there, or where two
    mapping files are about the same sheet.
    """
    about = [m for m in mappings if m.about(raw)]
    if not about or raw.kind == "dokument":
        return raw
    if len(about) > 1:
        raise IntakeError(
            [
                f"{place(raw)}: två mappningsfiler gäller samma tabell: "
                f"{quoted([m.name for m in about])}.\n"
                "Gör så här: ta bort den ena, eller skriv fil och blad så att de skiljs åt."
            ]
        )
    (chosen,) = about
    row = raw.rows[chosen.header_row - 1] if chosen.header_row <= len(raw.rows) else ()
    at = dict(_places(chosen, row))
    missing = [h for h in chosen.columns if h not in at]
    if missing:
        there = [str(c).strip() for c in row if header_like(c)]
        raise IntakeError(
            [
                f"{place(raw)}: mappningsfilen {chosen.name} nämner {quoted(missing)}, som inte "
                f"finns på rad {chosen.header_row}. Rubriker där: {quoted(there)}.\n"
                "Gör så här: rätta rubriken i mappningsfilen så att den stämmer med uttaget, "
                "eller rubrikrad om rubrikerna står på en annan rad."
            ]
        )
    fields: dict[int, str] = {j: chosen.columns[h] for h, j in at.items()}
    width = max([len(row), *(j + 1 for j in fields)])
    headers: tuple[Readings, ...] = tuple(
        (fields[j],) if j in fields else _own(row, j) for j in range(width)
    )
    of = f" (uttag ur {chosen.system})" if chosen.system else ""
    known = Dialect(
        name="mappning",
        title=chosen.system or chosen.name,
        header_rows=(chosen.header_row,),
        headers=headers,
        first_row=chosen.header_row + 1,
        values={
            j: chosen.values[field.split("[")[0]]
            for j, field in fields.items()
            if field.split("[")[0] in chosen.values
        },
        form=chosen.form,
        said=f"Filen läses enligt mappningsfilen {chosen.name}{of}.",
    )
    return replace(raw, dialect=known)


def _places(chosen: MappingFile, row: Sequence[Cell]) -> Iterator[tuple[str, int]]:
    """Each header of the mapping file that the row has, with its 0-based column."""
    first: dict[str, int] = {}
    for j, cell in enumerate(row):
        first.setdefault(normal(cell), j)
    for header in chosen.columns:
        if lettered := _COLUMN.fullmatch(header):
            number = 0
            for letter in lettered[1].upper():
                number = number * 26 + ord(letter) - 64
            yield header, number - 1
        elif normal(header) in first:
            yield header, first[normal(header)]


def _own(row: Sequence[Cell], column: int) -> Readings:
    """A column that the mapping file does not name: told as unread, taken for nothing."""
    text = str(row[column]).strip() if column < len(row) and row[column] is not None else ""
    return (f"{mask(text)[0]} (kolumn {column_letter(column)}, ej mappad)",) if text else ()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _near(word: str, known: list[str]) -> str:
    close: Any = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"\nMenade du {close[0]}?" if close else f"\nDe som finns: {', '.join(known)}."
