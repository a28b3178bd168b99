"""The tables of all years computed from the raw files, once for all editions, and only where some
edition has to be compared: what an earlier build recomputed from the very same files, forms and
settings is opened instead."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import duckdb

from pipeline import memory
from pipeline.forms.codebook import Codebook
from pipeline.trace.verify.answers import Answers
from pipeline.trace.verify.cleaning import Raw, clean, load
from pipeline.trace.verify.persons import secret_of
from pipeline.trace.verify.processed import Found, compare_processed
from pipeline.trace.verify.tables import count_tables
from pipeline.trace.verify.verdict import Difference
from pipeline.workspace import REPO, Kommun, Workspace

Kept = tuple[Raw, list[Difference], Found, bytes]


class Recomputed:
    """`raw`: what was read; `differences` of PROCESSED from it, in `rows`; `answers`: what the
    tables say. `basis`: a digest of all that it is computed from."""

    def __init__(
        self, workspace: Workspace, year: int, kommun: Kommun, books: Mapping[str, Codebook],
        processed: Path | None, basis: str,
    ) -> None:  # fmt: skip
        self._workspace, self._year, self._kommun = workspace, year, kommun
        self._books, self._processed, self._basis = books, processed, basis
        self._stack = ExitStack()
        self._db: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Recomputed:
        home = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="uppfoljning-"))
        self._file = Path(home) / "omraknat.duckdb"
        self.raw, self.differences, self.rows, self._bytes = memory.remembered_value(
            "rådata omräknade", [__name__], [self._basis], self._made
        )
        known, made = self._stack.enter_context(
            memory.remembered_answers("svar ur rådata omräknade", [__name__], [self._basis])
        )
        self.answers = Answers(self._tables, known, made)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._db is not None:
            self._db.close()
        self._stack.__exit__(kind, error, trace)

    def _tables(self) -> duckdb.DuckDBPyConnection:
        """A connection that may read these tables and nothing else: the ledger's SQL is run."""
        if self._db is None:
            if not self._file.exists():
                self._file.write_bytes(self._bytes)
            self._db = duckdb.connect(str(self._file), read_only=True)
            self._db.execute("SET enable_external_access = false; SET lock_configuration = true")
        return self._db

    def _made(self) -> Kept:
        forms = self._workspace.raw / "formular"
        with duckdb.connect() as db:
            raw = load(db, self._workspace, self._year, self._kommun, self._books)
            books = needed(self._books, {t for _, t in raw.tables})
            clean(db, books, secret_of(self._kommun))
            count_tables(db, books, self._kommun, [REPO / "expectations", forms])
            raw.tables |= {(y, t) for y in raw.years for t in ("rader", "celler")}
            found: tuple[list[Difference], Found] = ([], {})
            if self._processed is not None:
                found = compare_processed(db, raw, books, self._processed)
            place = str(self._file).replace("'", "''")
            db.execute(f"ATTACH '{place}' AS kept")
            for name in ("rader", "celler", *(f"counted_{name}" for name in books)):
                db.execute(f"CREATE TABLE kept.{name} AS SELECT * FROM main.{name}")
            db.execute("DETACH kept")
        return raw, *found, self._file.read_bytes()


def basis_of(workspace: Workspace, year: int, kommun: Kommun, processed: Path | None) -> str:
    """A digest of all that the numbers are recomputed from, and of the tables compared. Nothing
    else in PROCESSED is read, nor what lies deeper in RAW: people's texts, records, releases."""
    told = [str(year), hashlib.sha256(secret_of(kommun)).hexdigest()]
    folders = [(workspace.raw, "*"), (workspace.raw, "*/*"), (REPO / "expectations", "**/*")]
    if processed is not None:
        folders.append((processed, "[12]???/*.parquet"))
    for root, which in folders:
        for path in sorted(p for p in root.glob(which) if p.is_file()):
            told += [path.relative_to(root).as_posix(), memory.file_digest(path)]
        told.append("")
    return memory.digest(*told)


def needed(books: Mapping[str, Codebook], tables: set[str]) -> dict[str, Codebook]:
    """The forms that have files, and those that they refer to."""
    wanted: set[str] = set()
    waiting = sorted(tables)
    while waiting:
        name = waiting.pop()
        if name in books and name not in wanted:
            wanted.add(name)
            waiting += [k.resource for k in books[name].foreign_keys]
    return {n: b for n, b in books.items() if n in wanted}
