"""All files of a year: read, recognised, cleaned, deduplicated, written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.errors import IntakeError
from pipeline.forms.codebook import Codebook, load_codebooks
from pipeline.intake.clean import ASIDE, ERRORS, Cleaned, clean
from pipeline.intake.dedup import DUPLICATES, deduplicate
from pipeline.intake.mapping import MappingFile, load_mappings
from pipeline.intake.names import extract_of, personal_sheet, refuse_personal_names
from pipeline.intake.raw import NotRead, Recognised, column_letter
from pipeline.intake.readers import read_file
from pipeline.intake.recognise import as_mapped, passed_over, recognise
from pipeline.intake.refused import Refused, Understood, write_stopped
from pipeline.intake.store import write_json, write_parquet
from pipeline.privacy.key import key_of, record_fingerprint
from pipeline.workspace import Kommun, Workspace, load_kommun, settings_words, year_files


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What became of one sheet, or of a file without sheets. `form` is empty: not read."""

    file: str
    sheet: str
    table: str
    form: str
    rows: int
    duplicates: int
    note: str


@dataclass(frozen=True, slots=True)
class YearSummary:
    """What intake understood of a year. `rows` count before duplicates are left out."""

    year: int
    sources: tuple[SourceSummary, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted({s.table for s in self.sources if s.table}))


def clean_year(workspace: Workspace, year: int, out: Path) -> YearSummary:
    """Clean every file of RAW/<year> and RAW/kolada into the new folder `out`.

    Writes `rensat/<table>.parquet` (clean.schema; duplicates left out), `rensat/dubbletter.parquet`
    (dedup.DUPLICATES), `rensat/avskilda.parquet` (clean.ASIDE), `rensat/fel.parquet`
    (clean.ERRORS), `kallor.json` and `nyckel.json` (the
    key's fingerprint). Raises KeyFileError about the key, and IntakeError with one message for
    each file and sheet that was not understood: a year is never made without a file that lies
    there, unless `hoppa_over` says so. Then `out` holds `stopp.json` alone (`refused`).
    """
    workspace.require_year(year)
    refuse_personal_names(workspace.raw)
    kommun = load_kommun(workspace.raw)
    key = key_of(workspace, make=True)
    books = load_codebooks(kommun, [workspace.raw / "formular"])
    mappings = load_mappings(workspace.raw / "formular", books)
    cleaned: list[Cleaned] = []
    not_read: list[NotRead] = []
    refused: list[Refused] = []
    understood: list[Understood] = []
    said = settings_words(workspace.raw)
    first_with: dict[str, str] = {}
    for path, name in files(workspace, year):
        if passed_over(name, kommun.hoppa_over):
            not_read.append(
                NotRead(name, "", "", "", "Hoppas över enligt hoppa_over i kommun.toml.")
            )
            continue
        found = _read(path, name, books, kommun, first_with, mappings)
        refused += found.refused
        not_read += found.not_read
        recognised = [replace(r, note=said(r.note)) for r in found.recognised]
        understood += [(r.raw.source, r.codebook.title, len(r.rows)) for r in recognised]
        if not refused:  # with one unreadable file the year stops, so the rest is only checked
            cleaned += [_without_cells(clean(r, key)) for r in recognised]
    not_read = [replace(p, reason=said(p.reason)) for p in not_read]
    if refused:
        refused = [replace(r, message=said(r.message)) for r in refused]
        write_stopped(out, refused, understood, not_read)
        raise IntakeError([r.message for r in refused])
    if not cleaned:
        raise IntakeError([_nothing(workspace.raw / str(year), not_read)])
    summary = _write(year, cleaned, not_read, books, out)
    record_fingerprint(key, out)
    return summary


def _without_cells(made: Cleaned) -> Cleaned:
    """What has been cleaned without the raw cells: those of one file at a time are held."""
    found = made.recognised
    return replace(made, recognised=replace(found, raw=replace(found.raw, rows=())))


def files(workspace: Workspace, year: int) -> Iterator[tuple[Path, str]]:
    """Files of a year and of RAW/kolada with the names that `_kalla` gives them."""
    folder = workspace.raw / str(year)
    named = [(p, unicodedata.normalize("NFC", p.name)) for p in year_files(folder)]
    kolada = workspace.raw / "kolada"
    if kolada.is_dir():
        named += [
            (p, "kolada/" + unicodedata.normalize("NFC", p.name))
            for p in year_files(kolada)
            if p.suffix.lower() == ".json"
        ]
    # By the name's letters, not the file system's order: equal on every machine.
    yield from sorted(named, key=lambda item: item[1])


@dataclass(frozen=True, slots=True)
class _File:
    recognised: tuple[Recognised, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    refused: tuple[Refused, ...] = ()


def _read(
    path: Path,
    name: str,
    books: Mapping[str, Codebook],
    kommun: Kommun,
    first_with: dict[str, str],
    mappings: Sequence[MappingFile],
) -> _File:
    """One file: its tables, or the messages about it. `first_with`: sha256 → name, extended."""
    try:
        tables = read_file(path, name)
    except IntakeError as error:
        return _File(
            refused=tuple(Refused(name, "", _with_way_out(m, name)) for m in error.messages)
        )
    if message := extract_of(tables):
        return _File(refused=(Refused(name, "", message),))
    sha256 = tables[0].sha256 if tables else ""
    twin = first_with.setdefault(sha256, name) if tables and tables[0].kind != "dokument" else name
    if twin != name:
        reason = f"Filen är identisk med {twin} och läses inte en gång till."
        return _File(not_read=(NotRead(name, sha256, "", tables[0].kind, reason),))
    found: list[Recognised] = []
    passed: list[NotRead] = []
    refused: list[Refused] = []
    for number, raw in enumerate(tables, 1):
        if message := personal_sheet(raw, number):
            refused.append(Refused(name, "", message))
            continue
        try:
            laid_out = as_mapped(raw, mappings, kommun.hoppa_over)
        except IntakeError as error:
            refused += [Refused(name, raw.sheet, m, error.cells) for m in error.messages]
            continue
        for table in laid_out:
            try:
                made = recognise(table, books, kommun.hoppa_over, kommun.rakna_alla_svar)
            except IntakeError as error:
                refused += [Refused(name, raw.sheet, m, error.cells) for m in error.messages]
                continue
            if isinstance(made, Recognised):
                found.append(made)
            else:
                passed.append(made)
    chosen_away = any(
        passed_over(p.source, kommun.hoppa_over) or p.kind == "dokument" for p in passed
    )
    if not found and not refused and not chosen_away:
        refused.append(Refused(name, "", _no_table(name, passed)))
    return _File(tuple(found), tuple(passed), tuple(refused))


def _with_way_out(message: str, name: str) -> str:
    """A message about a file that cannot be opened, with how to do without it."""
    return message if "hoppa_over" in message else f"{message} {_skip(name)}"


def _skip(name: str) -> str:
    return f'Ska filen inte läsas: lägg till "{name}" i listan hoppa_over i kommun.toml.'


def _no_table(name: str, passed: list[NotRead]) -> str:
    sheets = "".join(f"\n  – {p.sheet}: {p.reason}" for p in passed if p.sheet)
    return (
        f"{name}: filen innehåller ingen tabell som kan läsas.{sheets}\n"
        "Gör så här: kontrollera att rätt fil är sparad och att kolumnerna har rubriker. "
        f"{_skip(name)}"
    )


def _nothing(folder: Path, not_read: list[NotRead]) -> str:
    listed = "".join(f"\n  – {p.source}: {p.reason}" for p in not_read)
    return (
        f"Ingen fil i mappen {folder} innehåller data som kan läsas.{listed}\n"
        "Gör så här: lägg årets Excel- och CSV-filer i mappen och kör kommandot igen."
    )


def _write(
    year: int,
    cleaned: list[Cleaned],
    not_read: list[NotRead],
    books: Mapping[str, Codebook],
    out: Path,
) -> YearSummary:
    folder = out / "rensat"
    folder.mkdir(parents=True, exist_ok=True)
    lists = []
    for name in sorted({c.recognised.codebook.name for c in cleaned}):
        mine = [k for k, c in enumerate(cleaned) if c.recognised.codebook.name == name]
        kept = deduplicate(pa.concat_tables([cleaned[k].table for k in mine]), books[name])
        for k in mine:  # written once and held no longer
            cleaned[k] = replace(cleaned[k], table=cleaned[k].table.schema.empty_table())
        write_parquet(kept.table, folder / f"{name}.parquet")
        lists.append(kept.duplicates)
        del kept
    duplicates = pa.concat_tables([DUPLICATES.empty_table(), *lists])
    write_parquet(duplicates, folder / "dubbletter.parquet")
    aside = pa.concat_tables([ASIDE.empty_table(), *(c.aside for c in cleaned)])
    write_parquet(aside, folder / "avskilda.parquet")
    errors = pa.concat_tables([ERRORS.empty_table(), *(c.errors for c in cleaned)])
    write_parquet(errors, folder / "fel.parquet")
    write_json(sources(cleaned, not_read), out / "kallor.json")
    left_out: dict[str, int] = {}
    for source in duplicates["_kalla"].to_pylist():
        left_out[source] = left_out.get(source, 0) + 1
    made = [_summary(c.recognised, left_out) for c in cleaned]
    made += [SourceSummary(p.file, p.sheet, "", "", 0, 0, p.reason) for p in not_read]
    return YearSummary(year, tuple(sorted(made, key=lambda s: (s.file, s.table == ""))))


def _summary(found: Recognised, left_out: Mapping[str, int]) -> SourceSummary:
    return SourceSummary(
        file=found.raw.file,
        sheet=found.raw.sheet,
        table=found.codebook.name,
        form=found.codebook.title,
        rows=len(found.rows),
        duplicates=left_out.get(found.raw.source, 0),
        note=found.note,
    )


def sources(cleaned: list[Cleaned], not_read: list[NotRead]) -> dict[str, Any]:
    """`kallor.json` (docs/architecture.md). What was not read stands there with `table` null."""
    entries: dict[str, Any] = {
        p.source: {
            "file": p.file,
            "sha256": p.sha256,
            "sheet": p.sheet,
            "table": None,
            "kind": p.kind,
            "header_row": None,
            "columns": {},
            "note": p.reason,
            "unread": [],
            "decided_by": [],
            "rules": {},
            "rows": 0,
        }
        for p in not_read
    }
    for c in cleaned:
        found = c.recognised
        rules: dict[str, int] = {}
        for counted in c.rules.values():
            for rule, cells in counted.items():
                rules[rule] = rules.get(rule, 0) + cells
        entries[found.raw.source] = {
            "file": found.raw.file,
            "sha256": found.raw.sha256,
            "sheet": found.raw.sheet,
            "table": found.codebook.name,
            "kind": found.raw.kind,
            "header_row": found.header_row,
            "columns": {
                name: [column_letter(j) if j >= 0 else "" for j in columns]
                for name, columns in found.columns.items()
            },
            "note": found.note,
            "unread": list(found.unread),
            "decided_by": [
                column_letter(j)
                for j in (found.raw.dialect.decided_by if found.raw.dialect else ())
            ],
            "rules": rules,
            "rows": len(found.rows),
        }
    return entries
