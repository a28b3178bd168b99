"""Exempelkommun's RAW folder, any years and any size."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.errors import UppfoljningError
from pipeline.exempel import (
    analys,
    avslut,
    avstamning,
    avvikelser,
    bakgrund,
    bedomning,
    besok,
    brukarenkat,
    fritext,
    handlingsplan,
    intressenter,
    klagomal,
    kolada,
    kunder,
    lopande,
    mal,
    matning,
    protokoll,
    riktlinjer,
    riskanalys,
    sammanstallning,
    uppfoljningsplan,
    volymer,
    world,
)
from pipeline.exempel.files import file_bytes
from pipeline.exempel.kommun import LOGO, SURVEY, kommun, toml_bytes
from pipeline.exempel.sheets import Sheet
from pipeline.exempel.truth import (
    Expected,
    Known,
    Looked,
    Planted,
    SourceTruth,
    TableTruth,
    Truth,
    brought_in,
    expected_rows,
    planted,
    source_truth,
    table_truth,
)
from pipeline.forms.codebook import Codebook, load_codebooks, read_codebook
from pipeline.settings_book import BOOK

ROWS, SEED = 140, 2025


def make_example(folder: Path, years: Sequence[int], rows: int = ROWS, seed: int = SEED) -> Truth:
    """Write kommun.toml, formular/, kolada/ and a folder a year; `rows`: started insatser a year.

    What is written depends on the arguments alone. Avslut of a year holds the insatser that
    started in one of `years`. Raises UppfoljningError where `folder` holds somebody's own data.
    """
    wanted = sorted(set(years))
    _refuse_own_data(folder, wanted)
    values = kolada.values(seed, wanted)
    _write(folder / "kommun.toml", toml_bytes(wanted))
    _write(folder / LOGO.name, LOGO.read_bytes())
    _write(folder / "formular" / SURVEY.name, SURVEY.read_bytes())
    _write(folder / "kolada" / kolada.FILE, kolada.answer_bytes(values))
    books = _codebooks()
    for name, content in analys.files(wanted[-1], len(wanted) > 1).items():
        _write(folder / str(wanted[-1]) / name, content)
    known: Known = {}
    sources: list[SourceTruth] = []
    faults: list[Planted] = []
    tables: list[TableTruth] = []
    for year in wanted:
        sheets, found = _year(books, seed, wanted, year, rows, known)
        for file, same in _together(sheets, lambda s: s.file):
            _write(folder / str(year) / file, file_bytes(same))
        sources += map(source_truth, sheets)
        faults += [p for sheet in sheets for p in planted(sheet)]
        tables += (table_truth(books[table], year, some) for table, some in found.items())
    return Truth(
        seed, rows, tuple(wanted), tuple(sources), tuple(faults), tuple(tables), tuple(values)
    )


def expected_tables(
    years: Sequence[int], rows: int = ROWS, seed: int = SEED
) -> dict[tuple[str, int], list[Expected]]:
    """(table, year) → its processed rows, with `_kalla` and `_rad`. Writes nothing."""
    books = _codebooks()
    known: Known = {}
    made: dict[tuple[str, int], list[Expected]] = {}
    for year in sorted(set(years)):
        _, found = _year(books, seed, sorted(set(years)), year, rows, known)
        made |= {(table, year): some for table, some in found.items()}
    return made


def _year(
    books: Mapping[str, Codebook], seed: int, years: list[int], year: int, rows: int, known: Known
) -> tuple[list[Sheet], dict[str, list[Expected]]]:
    """The sheets of a year and its processed rows by table; the case system's counts last, for
    they follow from the others. `known` grows by what the year's rows refer to."""
    sheets = year_sheets(books, seed, years, year, rows, known)
    found = dict(_expected(books, sheets, known))
    counted = avstamning.sheet(books["avstamning"], year, found)
    counted.number_rows()
    found |= dict(_expected(books, [counted], known))
    return [*sheets, counted], found


def year_sheets(
    books: Mapping[str, Codebook], seed: int, years: list[int], year: int, rows: int, known: Known
) -> list[Sheet]:
    """The sheets that are drawn. `known`: what rows refer to, of earlier years."""
    started = bakgrund.sheets(books["bakgrund"], seed, year, rows)
    ids = {str(r.clean["insats_id"]) for s in started for r in s.rows if r.status == "behandlad"}
    made = [
        *started,
        *avslut.sheets(
            books["avslut"], seed, years, year, rows, ids | known.get("bakgrund", {}).keys()
        ),
        brukarenkat.sheet(books["brukarenkat"], seed, year, rows),
        matning.sheet(books["matning"], seed, years, year, rows),
        mal.sheet(books["mal"], seed, years, year, rows),
        lopande.sheet(books["lopande"], seed, years, year, rows),
        volymer.sheet(books["volymer"], seed, year),
        *intressenter.sheets(books, seed, year, rows),
        riktlinjer.sheet(books["riktlinjer"], year),
        avvikelser.sheet(books["avvikelser"], seed, year, rows),
        riskanalys.sheet(books["riskanalys"], seed, year, rows),
        klagomal.sheet(books["klagomal"], seed, year, rows),
        *sammanstallning.sheets(books["sammanstallning"], seed, year),
        handlingsplan.sheet(books["handlingsplan"], seed, years, year, rows),
    ]
    visits = besok.visits(seed, year)
    visited = [
        *uppfoljningsplan.sheets(books, seed, visits),
        *kunder.sheets(books["kunder"], seed, visits, year == years[-1]),
        *protokoll.sheets(books, seed, visits),
        bedomning.remarks(books["korrektur"], seed, visits),
    ]
    for sheet in (*made, *visited):
        sheet.number_rows()
    coded = fritext.sheets(books, year, made) if year == years[-1] else []
    return [*made, *coded, *visited]


def _expected(
    books: Mapping[str, Codebook], sheets: Sequence[Sheet], known: Known
) -> Iterator[tuple[str, list[Expected]]]:
    """Tables of a year, what others refer to before them; `known` grows by its rows."""
    keys = [key for book in books.values() for key in book.foreign_keys]
    for table, same in _together(sheets, lambda s: s.table):
        found = expected_rows(books[table], same, known)
        for key in (k for k in keys if k.resource == table):
            looked: Looked = known.setdefault(table, {})
            for r in found:
                brought = looked.setdefault(str(r[key.reference_fields[0]]), {})
                brought |= brought_in(key, r)
                if table == "bakgrund":  # what refers to an ärende finds the last insats of it
                    looked[str(r["arende_id"])] = brought
        yield table, found


def _together(
    sheets: Sequence[Sheet], key: Callable[[Sheet], str]
) -> Iterator[tuple[str, list[Sheet]]]:
    """Sheets that have the same file or table, in the order in which the first of them comes."""
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        found.setdefault(key(sheet), []).append(sheet)
    yield from found.items()


def _codebooks() -> dict[str, Codebook]:
    own = kommun()
    books = load_codebooks(own)
    return books | {"brukarenkat": read_codebook(SURVEY, own)}


def _refuse_own_data(folder: Path, years: Sequence[int]) -> None:
    settings = folder / "kommun.toml"
    if settings.is_file():
        ours = tomllib.loads(settings.read_text(encoding="utf-8-sig")).get("namn") == world.NAMN
    elif (folder / BOOK).is_file():
        ours = False
    else:
        ours = not any(any(p.iterdir()) for y in years if (p := folder / str(y)).is_dir())
    if not ours:
        raise UppfoljningError(
            f"Mappen {folder} innehåller redan en kommuns eget underlag. Exempelkommunen skrivs "
            "inte dit.\nGör så här: välj en tom mapp."
        )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.tmp")
    half.write_bytes(content)
    os.replace(half, path)
