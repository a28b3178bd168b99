"""The municipality's settings as a workbook, `kommun.xlsx`, for those who do not edit text files:
the same settings as `kommun.toml`, a sheet a list. What is read is the very document that the text
file gives, so that one loader stands behind both; an error names sheet and cell."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import ConfigError

TOML, BOOK = "kommun.toml", "kommun.xlsx"
Document = dict[str, Any]
TEXT, NUMBER, WHOLE, DAY, LIST = "text", "tal", "heltal", "datum", "lista"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet, or a row of the first one. `key`: the setting's name."""

    key: str
    title: str
    kind: str = TEXT
    help: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet: one setting of several entries. `section`: its name in the document. `keyed`: the
    column whose value is the entry's key there; without it the entries are a list."""

    sheet: str
    section: str
    columns: tuple[Column, ...]
    keyed: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.columns)


_OPTION = (
    Column("kod", "Kod", TEXT, "Kort och utan mellanslag. Tom: namnet."),
    Column("namn", "Namn", TEXT, "Så som det ska stå i rapporten."),
    Column("alias", "Andra skrivsätt", LIST, "Som förekommer i filerna, med semikolon emellan."),
)
FIRST = "Inställningar"
SINGLE = (  # the settings of the first sheet, a row each; a dot parts a section from its key
    Column("namn", "Kommunens namn"),
    Column("kod", "Kommunkod", TEXT, "Fyra siffror."),
    Column("sektor", "Sektor eller verksamhetsområde"),
    Column("per_datum", "Rapporterna visar läget per", DAY, "Tomt: årets sista dag."),
    Column("sekretess.troskel", "Minsta antal som visas publikt", WHOLE, "Minst 3, vanligen 5."),
    Column("sekretess.sla_samman", "Slås samman i ordning", LIST,
           "tertial; kategorier; enheter; ar"),
    Column("sekretess.hogst_dolda", "Högsta andel små tal i en tabell", NUMBER, "0–1."),
    Column("stratsys.sektor", "Sektorns namn i Stratsys"),
    Column("kolada.nyckeltal", "Nyckeltal att hämta från Kolada", LIST, "U30447; U30448"),
    Column("kolada.kommuner", "Kommuner att hämta", LIST, "Tomt: de på bladet Kommuner."),
    Column("kolada.ar", "År att hämta", LIST, "Tomt: det mätta och de fyra före."),
    Column("kolada.adress", "Koladas adress", TEXT, "Tomt: den vanliga."),
    Column("bedomning.gron_minst", "Grönt föreslås från", NUMBER, "Andel uppfyllt, 0–1."),
    Column("bedomning.rod_under", "Rött föreslås under", NUMBER, "Andel uppfyllt, 0–1."),
    Column("logotyp", "Logotyp", TEXT, "En SVG- eller PNG-fil i samma mapp, till omslagen."),
    Column("kontakt", "Dit läsare vänder sig", TEXT, "Till exempel socialkontoret@kommunen.se."),
)  # fmt: skip
PARTS = (
    Part("Enheter", "enheter", _OPTION),
    Part("Insatser", "insatser", _OPTION),
    Part("Verksamheter", "verksamheter", _OPTION),
    Part("Kommuner", "kommuner", (
        Column("kod", "Kommunkod"), Column("namn", "Namn")), "kod"),
    Part("Hoppa över", "hoppa_over", (
        Column("fil", "Fil eller fil!blad", TEXT, "Som inläsningen ska hoppa över."),)),
    Part("Räkna alla svar", "rakna_alla_svar", (
        Column("fil", "Fil eller fil!blad", TEXT,
               "Där också ofullständiga svar och provsvar räknas."),)),
    Part("Mått", "matt", (
        Column("namn", "Namn", TEXT, "Små bokstäver a–z, siffror och _."),
        Column("titel", "Titel"), Column("tabell", "Tabell"),
        Column("where", "Rader som räknas", TEXT, "Till exempel erbjuden = true."),
        Column("of", "Av raderna", TEXT, "Blir måttet en andel: av vilka rader."),
        Column("mal", "Mål", NUMBER, "I procent för en andel."),
        Column("riktning", "Bättre är", TEXT, "högre eller lägre"),
        Column("enhet", "Vad som räknas", TEXT, "Till exempel antal."))),
    Part("Instrument", "instrument", (
        Column("kod", "Instrument"), Column("sd", "Standardavvikelse vid start", NUMBER),
        Column("reliabilitet", "Reliabilitet", NUMBER, "Mellan 0 och 1."),
        Column("kalla", "Källa")), "kod"),
    Part("Årshjul", "arshjul", (
        Column("steg", "Steg"), Column("senast", "Senast", TEXT, "En dag, till exempel 8 maj."),
        Column("ansvarig", "Ansvarig (roll)"),
        Column("ar_efter", "År efter det mätta", WHOLE, "0, 1 eller 2.")), "steg"),
    Part("Möten", "flg", (
        Column("datum", "Datum", DAY), Column("vad", "Vad ledningsgruppen behandlar"))),
    Part("Stratsys enheter", "stratsys.enheter", (
        Column("kod", "Enhetens kod"), Column("namn", "Namn i Stratsys")), "kod"),
    Part("Stratsys mått", "stratsys.matt", (
        Column("kod", "Talets namn"), Column("namn", "Namn i Stratsys")), "kod"),
)  # fmt: skip
HEADER = ("Inställning", "Värde", "Förklaring")
# What the checks of the settings write before what is wrong: section, key, number of the entry.
_SAID = re.compile(
    r"kommun\.toml(?:, \[+([a-z_]+)(?:\.([^\]]+))?\]+(?: nummer (\d+))?(?: \(”[^”]*”\))?"
    r"(?:, ([a-z_]+))?)?: (.*)",
    re.DOTALL,
)
# How messages name a setting of the text file: `listan hoppa_over i kommun.toml`.
_NAMED = re.compile(
    rf"(enligt |i listan |i |)(?:\[\[)?({'|'.join(re.escape(p.section) for p in PARTS)})(?:\]\])?"
    r" i (?:filen )?kommun\.toml"
)
Place = tuple[str, str, str]  # section, entry (key or number from 1), column's key


@dataclass(frozen=True, slots=True)
class Settings:
    """The document, and where each setting stands in the workbook (empty for the text file)."""

    document: Document
    places: Mapping[Place, str] = field(default_factory=dict)

    def told(self, message: str) -> str:
        """A message about the settings with the cell that it is about, where there is one."""
        found = _SAID.fullmatch(message)
        if not self.places or not found:
            return message
        section, key, number, column, said = (found[i] or "" for i in range(1, 6))
        entry = number or key
        if not section and (named := re.search(r"\[\[([a-z]+)\]\]", said)):
            section = named[1]
        where = self._place(section, entry, column, said)
        return f"{BOOK}{where}: {said}"

    def _place(self, section: str, entry: str, column: str, said: str) -> str:
        mine = {
            k: v
            for k, v in self.places.items()
            if section in ("", k[0], k[0].split(".")[0]) and entry in ("", k[1])
        }
        words = set(re.findall(r"[\w.-]+", said.split("\n")[0].split(". ")[0])) | {
            column or section
        }
        for (_, its, key), cell in mine.items():
            if key.split(".")[-1] in words or (not entry and its in words):
                return f", {cell}"
        return f", {next(iter(mine.values()))}" if mine and section else ""


def in_book(message: str) -> str:
    """A message that names settings of the text file, for those who have the workbook."""

    def named(found: re.Match[str]) -> str:
        sheet = next(p.sheet for p in PARTS if p.section == found[2])
        lead = {"enligt ": "enligt bladet", "": "bladet"}.get(found[1], "på bladet")
        return f"{lead} ”{sheet}” i {BOOK}"

    return _NAMED.sub(named, message).replace(TOML, BOOK)


def read_book(data: bytes) -> Settings:
    """The settings of a workbook. Raises ConfigError naming sheet and cell."""
    sheets = dict(_sheets(data))
    known = {FIRST, *(p.sheet for p in PARTS)}
    if FIRST not in sheets:
        raise ConfigError(
            f"{BOOK}: bladet ”{FIRST}” saknas. Blad som finns: {', '.join(sheets) or 'inga'}.\n"
            "Gör så här: hämta en ny kommun.xlsx med make forms och fyll i den."
        )
    for name, rows in sheets.items():
        if name not in known and name != "Så fyller du i" and any(map(_filled, rows)):
            raise ConfigError(
                f"{BOOK}: bladet ”{name}” är ingen inställning. Blad som läses: "
                f"{', '.join([FIRST, *(p.sheet for p in PARTS)])}."
            )
    document: Document = {}
    places: dict[Place, str] = {}
    for key, value, cell in _single(sheets[FIRST]):
        _set(document, key, value)
        places[key.rpartition(".")[0], "", key] = cell
    for part in PARTS:
        entries: list[tuple[Document, dict[str, str]]] = list(_entries(part, sheets))
        if not entries:
            continue
        _set(document, part.section, _told(part, [e for e, _ in entries], entries))
        for number, (entry, cells) in enumerate(entries, start=1):
            at = str(entry[part.keyed]) if part.keyed else str(number)
            places |= {(part.section, at, key): cell for key, cell in cells.items()}
    return Settings(document, places)


def _told(
    part: Part, made: list[Document], entries: Sequence[tuple[Document, dict[str, str]]]
) -> Any:
    """The entries as the document has them: a list, or a table by their key."""
    if part.columns == _OPTION:
        _once(entries)
    if not part.keyed:
        return [e["fil"] for e in made] if part.keys == ("fil",) else made
    keyed: Document = {}
    for entry, cells in entries:
        key = entry.get(part.keyed)
        if not key or key in keyed:
            cell = cells.get(part.keyed) or next(iter(cells.values()))
            wrong = "står två gånger" if key else "saknas"
            raise ConfigError(f"{BOOK}, {cell}: {part.columns[0].title.lower()} {wrong}.")
        rest = {k: v for k, v in entry.items() if k != part.keyed}
        keyed[str(key)] = rest["namn"] if set(part.keys) == {"kod", "namn"} and rest else rest
    return keyed


def _once(entries: Sequence[tuple[Document, dict[str, str]]]) -> None:
    seen: set[str] = set()
    for entry, cells in entries:
        code = str(entry.get("kod", entry["namn"]))
        if code in seen:
            raise ConfigError(f"{BOOK}, {cells['kod']}: koden ”{code}” står två gånger.")
        seen.add(code)


def _set(document: Document, key: str, value: Any) -> None:
    section, _, name = key.rpartition(".")
    (document.setdefault(section, {}) if section else document)[name] = value


def _sheets(data: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic in calamine's Rust is no Exception
        raise ConfigError(
            f"Filen {BOOK} går inte att läsa som Excel-arbetsbok.\n"
            "Gör så här: öppna filen i Excel, ta bort ett eventuellt lösenord och spara som "
            "Excel-arbetsbok (.xlsx)."
        ) from error


def _single(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, Any, str]]:
    """(setting, value, cell) of the first sheet's rows that are filled in."""
    known = {_plain(name): c for c in SINGLE for name in (c.key, c.title)}
    for number, row in enumerate(rows, start=1):
        name = str(row[0]).strip() if row else ""
        value = row[1] if len(row) > 1 else ""
        if not name or _plain(name) == _plain(HEADER[0]) or number == 1:
            continue
        if _plain(name) not in known:
            raise ConfigError(
                f"{BOOK}, bladet {FIRST}, cell A{number}: inställningen ”{name}” finns inte. "
                f"Inställningar som finns: {', '.join(c.title for c in SINGLE)}."
            )
        if _filled([value]):
            column, cell = known[_plain(name)], f"bladet {FIRST}, cell B{number}"
            yield column.key, _value(column, value, cell), cell


def _entries(
    part: Part, sheets: Mapping[str, Sequence[Sequence[Any]]]
) -> Iterator[tuple[Document, dict[str, str]]]:
    """Each row of a sheet as (entry, key → cell). Rows above the header are titles."""
    rows = sheets.get(part.sheet, ())
    known = {_plain(name): c for c in part.columns for name in (c.key, c.title)}
    at: dict[int, Column] = {}
    for number, row in enumerate(rows, start=1):
        here = {j: known[_plain(str(v))] for j, v in enumerate(row) if _plain(str(v)) in known}
        if not at:
            at = here if len(here) >= min(2, len(part.columns)) else {}
            continue
        if not _filled(row):
            continue
        entry: Document = {}
        cells: dict[str, str] = {}
        for j, value in enumerate(row):
            if not _filled([value]):
                continue
            cell = f"bladet {part.sheet}, cell {_letter(j)}{number}"
            if j not in at:
                raise ConfigError(f"{BOOK}, {cell}: kolumnen har ingen rubrik som läses.")
            entry[at[j].key], cells[at[j].key] = _value(at[j], value, cell), cell
        first = part.columns[0]
        if part.section in ("enheter", "insatser", "verksamheter") and "namn" not in entry:
            raise ConfigError(f"{BOOK}, bladet {part.sheet}, rad {number}: namn saknas.")
        cells.setdefault(first.key, f"bladet {part.sheet}, rad {number}")
        yield entry, cells
    if not at and any(map(_filled, rows)):
        raise ConfigError(
            f"{BOOK}, bladet {part.sheet}: rubrikraden saknas. Rubriker: "
            f"{', '.join(c.title for c in part.columns)}."
        )


def _value(column: Column, value: Any, cell: str) -> Any:
    made = _READ[column.kind](value)
    if made is None:
        raise ConfigError(f"{BOOK}, {cell}: ”{column.title}” {_WRONG[column.kind]}.")
    return made


def _text(value: Any) -> str | None:
    if isinstance(value, bool | dt.date):
        return str(value)
    return (
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    )


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    try:
        made = float(str(value).replace(",", ".").replace("\u00a0", "").strip())
    except ValueError:
        return None
    return int(made) if made.is_integer() else made


def _whole(value: Any) -> int | None:
    made = _number(value)
    return made if isinstance(made, int) else None


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _list(value: Any) -> list[str]:
    return [part.strip() for part in str(_text(value)).split(";") if part.strip()]


_READ: Mapping[str, Callable[[Any], Any]] = {
    TEXT: _text, NUMBER: _number, WHOLE: _whole, DAY: _day, LIST: _list,
}  # fmt: skip
_WRONG = {
    NUMBER: "ska vara ett tal", WHOLE: "ska vara ett heltal",
    DAY: "ska vara ett datum, ÅÅÅÅ-MM-DD", TEXT: "ska vara text", LIST: "ska vara text",
}  # fmt: skip


def _filled(row: Sequence[Any]) -> bool:
    return any(v is not None and str(v).strip() != "" for v in row)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _letter(index: int) -> str:
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def as_toml(document: Mapping[str, Any], section: str = "") -> str:
    """A document as the text file would say it, for comparing two of them."""
    plain = {k: v for k, v in document.items() if not _nested(v)}
    lines = [f"{_key(k)} = {_literal(v)}" for k, v in plain.items()]
    for key, value in document.items():
        name = f"{section}.{_key(key)}" if section else _key(key)
        if isinstance(value, dict):
            lines += ["", f"[{name}]", as_toml(value, name).rstrip("\n")]
        elif _nested(value):
            for entry in value:
                lines += ["", f"[[{name}]]", as_toml(entry, name).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)
    )


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _literal(text)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | dt.date):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
