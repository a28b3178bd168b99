"""A year's cleaned tables through their checks: what counts, what is set aside, the balance."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import Codebook, load_codebooks
from pipeline.intake.derive import add_derived
from pipeline.intake.store import write_json, write_parquet
from pipeline.validation.addresses import Locator, Sources
from pipeline.validation.aside import aside_records
from pipeline.validation.balance import balance
from pipeline.validation.check import CheckResult, run_checks
from pipeline.validation.mending import NAME, write_mending_list
from pipeline.validation.personal import count_by_source, masked_records
from pipeline.validation.quarantine import apply_results
from pipeline.validation.recording import (
    cell_records,
    check_records,
    duplicate_records,
    row_records,
)
from pipeline.validation.records import ValidationSummary, read_summary
from pipeline.validation.references import references_for, validation_order
from pipeline.validation.rules import Check, load_checks, year_days
from pipeline.validation.suites import EXPECTATIONS, shipped_codebooks
from pipeline.workspace import CATALOGUES, Workspace, load_kommun, settings_words

CLEANED, DUPLICATES, ERRORS, SOURCES = "rensat", "dubbletter", "fel", "kallor.json"
ASIDE = "avskilda"


@dataclass(slots=True)
class _Year:
    """The year while it is being validated."""

    workspace: Workspace
    year: int
    out: Path
    sources: Sources
    books: Mapping[str, Codebook]
    earlier: dict[int, Sources] = field(default_factory=dict)
    blanked: Counter[str] = field(default_factory=Counter)

    def cleaned(self, name: str) -> pa.Table:
        return pq.read_table(self.out / CLEANED / f"{name}.parquet")

    def sources_of(self, year: int) -> Sources:
        """kallor.json of this or an earlier year; empty where the year has none."""
        if year == self.year:
            return self.sources
        if year not in self.earlier:
            path = self.workspace.processed / str(year) / SOURCES
            self.earlier[year] = _read_json(path) if path.is_file() else {}
        return self.earlier[year]


def validate_year(
    workspace: Workspace, year: int, out: Path, expectations: Path = EXPECTATIONS
) -> ValidationSummary:
    """Validate what intake left in `out`; write the year's tables and records there.

    The cleaned tables (`out/rensat`) are removed when all is written. Raises GateError where a
    file's rows do not add up, ConfigError for a rule that cannot be, UppfoljningError where
    intake has not been run.
    """
    if not (out / CLEANED).is_dir() or not (out / SOURCES).is_file():
        raise UppfoljningError(
            f"Det finns inget inläst underlag för {year} att kontrollera.\n"
            "Gör så här: kör make validate, som läser in filerna först."
        )
    forms = workspace.raw / "formular"
    books = load_codebooks(load_kommun(workspace.raw), [forms])
    open_books = shipped_codebooks(forms)
    state = _Year(workspace, year, out, _read_json(out / SOURCES), books)

    names = {p.stem for p in (out / CLEANED).glob("*.parquet")} - {DUPLICATES, ERRORS, ASIDE}
    results: dict[str, tuple[CheckResult, ...]] = {}
    rows, cells = [], []
    for name in validation_order(names, books):
        checks = load_checks(open_books[name], forms, expectations)
        results[name], of_rows, of_cells = _validate_table(books[name], checks, state)
        rows.append(of_rows)
        cells.append(of_cells)
    lost_rows, lost_cells = duplicate_records(state.cleaned(DUPLICATES), state.sources, books)
    rows.append(lost_rows)
    cells.append(lost_cells)
    aside = state.cleaned(ASIDE)
    aside_rows, aside_cells = aside_records(aside, state.sources)
    rows.append(aside_rows)
    cells.append(aside_cells)

    key = ["_kalla", "_rad"]
    all_rows = pa.concat_tables(rows).sort_by([(k, "ascending") for k in key])
    order = ["tabell", *key, "falt", "kontroll"]
    all_cells = pa.concat_tables(cells).sort_by([(k, "ascending") for k in order])
    masked = count_by_source(all_cells)
    figures = balance(all_rows, state.sources, state.blanked, masked)
    write_parquet(all_rows, out / "rader.parquet")
    write_parquet(all_cells, out / "celler.parquet")
    files = {name: f.json() for name, f in sorted(figures.items())}
    write_json({"year": year, "files": files}, out / "balance.json")
    records = check_records(year, results, books, all_cells, all_rows, aside)
    said = settings_words(workspace.raw)
    records["checks"] = [{**c, "gor_sa": said(c["gor_sa"])} for c in records["checks"]]
    write_json(records, out / "kontroller.json")
    summary = read_summary(out)
    write_mending_list(out / NAME, summary.findings)
    shutil.rmtree(out / CLEANED)
    return summary


def _validate_table(
    book: Codebook, checks: Sequence[Check], state: _Year
) -> tuple[tuple[CheckResult, ...], pa.Table, pa.Table]:
    """Check one table, write what counts of it; its results, rows and cells.

    Cross-field rules need looked-up and derived columns, and a blanked cell changes them: they
    are computed before the checks, and again after.
    """
    table = state.cleaned(book.name)
    kommun = load_kommun(state.workspace.raw)
    references = references_for(book, state.year, state.out, state.workspace.processed)
    parameters: dict[str, object] = {
        name: [o.value for o in kommun.catalogue(name)] for name in CATALOGUES
    }
    parameters |= year_days(state.year)
    full = add_derived(table, book, state.year, references, state.books)
    results = run_checks(full, checks, parameters)
    outcome = apply_results(table, results, book)
    counted = add_derived(outcome.kept, book, state.year, references, state.books)
    write_parquet(counted, state.out / f"{book.name}.parquet")

    locator = Locator(full, book, state.year, state.sources_of)
    state.blanked.update(locator.key(row)[0] for row, _ in outcome.blanked)
    cells = cell_records(book.name, outcome, locator, state.sources, state.cleaned(ERRORS))
    masked = masked_records(book.name, table, state.sources)
    return (
        results,
        row_records(book.name, table, outcome, state.sources),
        pa.concat_tables([cells, masked]),
    )


def _read_json(path: Path) -> Sources:
    made: Sources = json.loads(path.read_text(encoding="utf-8"))
    return made
