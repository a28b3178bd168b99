"""An edition's files as verification reads them: ledger, occurrences, pages, PDFs, Word files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline import memory
from pipeline.errors import GateError, UsageError
from pipeline.trace.verify.docx_text import DocxText
from pipeline.trace.verify.listed import CRATE
from pipeline.trace.verify.page import Page, read_page
from pipeline.trace.verify.pdf_text import PdfText
from pipeline.trace.verify.stratsys import FILE as STRATSYS

Record = dict[str, Any]
REPORT, PUBLIC, LEDGER = "arsrapport", "publik/", "faktaregister.parquet"

# In the folder of the report: other editions, and what is not compared with numbers.
_BESIDE = ("tertial/", "verksamhet/", "underlag/", "publik/")
_AROUND = ("index.html", CRATE)


@dataclass(frozen=True, slots=True)
class Opened:
    """`folder` holds ledger and notebooks, `out` what is read: the report of all notebooks, or,
    of a tertial or a visit, a document a notebook. `pages`: their PDFs. `words`: of a paper its
    Word file, which then stands in the page's place. `prefix` names it in messages."""

    prefix: str
    folder: Path
    out: Path
    ledger: Sequence[Record]
    occurrences: Sequence[Record]
    pages: Mapping[str, PdfText]
    words: Mapping[str, DocxText]
    _read: dict[Path, Page | None] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Record]:
        return {r["id"]: r for r in self.ledger}

    def documents(self) -> Iterator[tuple[str, Sequence[Record], Sequence[Record]]]:
        """Each document's name, its facts (those that they were computed from too) and its
        occurrences."""
        if REPORT in self.pages:
            yield REPORT, self.ledger, self.occurrences
            return
        facts = self.facts
        for name in self.pages:
            mine = [o for o in self.occurrences if o["notebook"] == name]
            waiting = [o["fact"] for o in mine if o["fact"] in facts]
            known: set[str] = set()
            while waiting:
                known.add(key := waiting.pop())
                waiting += [k for k in json.loads(facts[key]["parents"]) if k not in known]
            yield name, [r for r in self.ledger if r["id"] in known], mine

    def page(self, path: Path) -> Page | None:
        """A page, read once; None where it cannot be read."""
        if path not in self._read:
            try:
                self._read[path] = read_page(path)
            except (OSError, ValueError):
                self._read[path] = None
        return self._read[path]

    def read_ahead(self, beside: Executor) -> None:
        """Have the PDFs read by another thread."""
        for pages in self.pages.values():
            pages.begin(beside)

    def digests(self, edition: Path) -> Iterator[str]:
        """Of every file that the comparison may read, with its name. `edition`: the folder of the
        internal edition."""
        for folder in sorted({self.folder, self.out}):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                name = path.relative_to(folder).as_posix()
                if self.prefix or not (name in _AROUND or name.startswith(_BESIDE)):
                    yield name
                    yield memory.file_digest(path)
        yield memory.file_digest(edition / STRATSYS) if self.prefix == PUBLIC else ""


def open_edition(edition: Path, public: Path) -> list[Opened]:
    """The report, the public one (in the folder `public`), and the documents beside them."""
    found = [open_one("", edition, edition)]
    if (edition / "publik").is_dir():
        found.append(open_one(PUBLIC, edition / "publik", public))
    for folder in sorted((edition / "tertial").glob("T[1-3]")):
        found.append(open_one(f"tertial/{folder.name}/", folder, folder, apart=True))
    found += open_visits(edition)
    for folder in sorted((edition / "underlag").glob("*/")):
        found.append(open_one(f"underlag/{folder.name}/", folder, folder, apart=True, paper=True))
    return found


def open_visits(edition: Path) -> list[Opened]:
    """The visits that have a report: before the visit there are only letters."""
    folders = sorted(p for p in (edition / "verksamhet").glob("*") if p.is_dir())
    return [open_one(f"verksamhet/{f.name}/", f, f, apart=True) for f in folders if _reported(f)]


def _reported(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("rapport.html", "notebooks", LEDGER))


def open_one(
    prefix: str, folder: Path, out: Path, apart: bool = False, paper: bool = False
) -> Opened:
    """One edition. `apart`: it has a document a notebook; `paper`: and Word files."""
    ledger = _rows(folder / LEDGER, folder)
    occurrences = _rows(folder / "forekomster.parquet", folder)
    names = sorted({o["notebook"] for o in occurrences}) if apart else [REPORT]
    pages = {name: PdfText(out / f"{name}.pdf") for name in names}
    words = {name: DocxText(out / f"{name}.docx") for name in names} if paper else {}
    return Opened(prefix, folder, out, ledger, occurrences, pages, words)


def _rows(path: Path, edition: Path) -> list[Record]:
    if not path.is_file():
        raise UsageError(
            f"Det finns ingen rapport att verifiera i {edition} ({path.name} saknas).\n"
            "Gör så här: kör make annual först."
        )
    try:
        rows: list[Record] = pq.read_table(path).to_pylist()
    except Exception as error:
        raise GateError(f"{path.name} går inte att läsa: filen är skadad.") from error
    return rows
