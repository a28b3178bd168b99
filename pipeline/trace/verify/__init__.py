"""Every number of an edition recomputed from the raw files by another path.

Nothing here imports `pipeline.intake`, `validation`, `facts`, `report` or `publish`. Reading
(openpyxl, csv, json), finding tables, cleaning, rules, lookups (DuckDB SQL), facts (the ledger's
own SQL) and Swedish texts are written a second time.

Shared on purpose, since it is what both paths are told to do and no computation of theirs:
codebooks as `pipeline.forms.codebook` loads them (with the names `option_column`,
`bortfall_column` and `band_labels`, which define the tables' columns and classes), `kommun.toml`
as `pipeline.workspace` loads it, `*_regler.json`, the records of disposals, and the definitions
in the ledger. An error in loading a codebook would therefore be in both. So would one in what
counts as a personal identifier (`pipeline.privacy.screen`, `pipeline.privacy.columns`); the key
file is read and pseudonyms are made here a second time. Not recomputed: titles, the Swedish
reasons (`orsak`) and addresses of the data-quality records, and that a wording compares *all*
classes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline import memory
from pipeline.disposal.record import digest_of, disposals
from pipeline.errors import GateError, UsageError
from pipeline.forms.codebook import Codebook, load_codebooks
from pipeline.trace.verify.cleaning import Raw
from pipeline.trace.verify.disposed import Disposed, disposed_in
from pipeline.trace.verify.disposed import told as disposed_by
from pipeline.trace.verify.docx_text import DocxText
from pipeline.trace.verify.edition import manifest_differences, notebooks, read_notebook
from pipeline.trace.verify.figures import MEASURES, Figures, identity
from pipeline.trace.verify.listed import CRATE
from pipeline.trace.verify.pdf_text import PdfText
from pipeline.trace.verify.processed import Found
from pipeline.trace.verify.public import public_differences, read_tables
from pipeline.trace.verify.recomputed import Recomputed, basis_of, needed
from pipeline.trace.verify.register import Told, register_differences
from pipeline.trace.verify.shown import Shows, registered
from pipeline.trace.verify.stratsys import FILE as STRATSYS
from pipeline.trace.verify.stratsys import stratsys_differences
from pipeline.trace.verify.swedish import expected_text
from pipeline.trace.verify.verdict import ROWS, Difference, Verdict, refuse
from pipeline.workspace import REPO, Kommun, Workspace, load_kommun

__all__ = ["Difference", "Verdict", "refuse", "verify", "verify_part", "verify_visits"]
Record = dict[str, Any]
PARTS = ("n", "numerator", "denominator")
REPORT, PUBLIC, LEDGER = "arsrapport", "publik/", "faktaregister.parquet"
OUTWARD = (PUBLIC, "underlag/namnden/")  # what is made with the public edition's pattern


def verify(
    workspace: Workspace, year: int, edition: Path, processed: Path | None = None,
    public: Path | None = None,
) -> Verdict:  # fmt: skip
    """Recompute the edition in the folder `edition` (`reports/<year>/intern/`, or one that is
    not yet in place) and the public one that was made with it. `processed`: PROCESSED, the
    folder of the years; None leaves it out. `public`: the public edition's folder, by default
    the one beside `edition`.

    Writes nothing. Raises UsageError where there is no edition to verify.
    """
    out = edition.parent / "publik" if public is None else public
    editions = [_open("", edition, edition)]
    if (edition / "publik").is_dir():
        editions.append(_open(PUBLIC, edition / "publik", out))
    for folder in sorted((edition / "tertial").glob("T[1-3]")):
        editions.append(_open(f"tertial/{folder.name}/", folder, folder, apart=True))
    editions += _visits(edition)
    for folder in sorted((edition / "underlag").glob("*/")):
        editions.append(_open(f"underlag/{folder.name}/", folder, folder, apart=True, paper=True))
    return _verdict(workspace, year, edition, out, processed, editions)


def verify_part(workspace: Workspace, year: int, folder: Path, processed: Path) -> Verdict:
    """Recompute the documents of one tertial, in the folder `folder`. Which raw files they were
    made from is the edition's manifest's business."""
    editions = [_open("", folder, folder, apart=True)]
    return _verdict(workspace, year, folder, None, processed, editions)


def verify_visits(workspace: Workspace, year: int, edition: Path, processed: Path) -> Verdict:
    """Recompute the documents of every visit in the folder `edition`/verksamhet."""
    return _verdict(workspace, year, edition, None, processed, _visits(edition))


def _visits(edition: Path) -> list[_Edition]:
    folders = sorted(p for p in (edition / "verksamhet").glob("*") if p.is_dir())
    return [_open(f"verksamhet/{f.name}/", f, f, apart=True) for f in folders if _reported(f)]


def _reported(folder: Path) -> bool:
    """Whether the folder of a visit has a report: before the visit there are only letters."""
    return any((folder / name).exists() for name in ("rapport.html", "notebooks", LEDGER))


@dataclass(frozen=True, slots=True)
class _Edition:
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


def _open(
    prefix: str, folder: Path, out: Path, apart: bool = False, paper: bool = False
) -> _Edition:
    ledger = _read(folder / LEDGER, folder)
    occurrences = _read(folder / "forekomster.parquet", folder)
    names = sorted({o["notebook"] for o in occurrences}) if apart else [REPORT]
    pages = {name: PdfText(out / f"{name}.pdf") for name in names}
    words = {name: DocxText(out / f"{name}.docx") for name in names} if paper else {}
    return _Edition(prefix, folder, out, ledger, occurrences, pages, words)


def _verdict(
    workspace: Workspace, year: int, edition: Path, public: Path | None, processed: Path | None,
    editions: Sequence[_Edition],
) -> Verdict:  # fmt: skip
    load_kommun.cache_clear()
    kommun = load_kommun(workspace.raw)
    every = load_codebooks(kommun, [workspace.raw / "formular"])
    guarded = {
        "": {n for n, b in every.items() if b.protects == "staff"},
        **{key: {n for n, b in every.items() if b.protects != "none"} for key in OUTWARD},
    }
    basis = basis_of(workspace, year, kommun, processed)
    parts: list[_Part] = []
    unchanged = 0
    with Recomputed(workspace, year, kommun, every, processed, basis) as again:
        for one in editions:
            gone = disposed_in(workspace, year, edition, one.prefix)
            counted = again.asked
            part = memory.remembered_value(
                f"verifieringen av {one.prefix or REPORT}", [__name__],
                [basis, *_bytes_of(one, edition), repr(gone)],
                partial(
                    _compared, again, one, gone, guarded.get(one.prefix, guarded[""]), every,
                    kommun, year, edition,
                ),
            )  # fmt: skip
            parts.append(part)
            unchanged += part.total - part.without if counted == again.asked else 0
        found, raw = again.differences, again.raw
    total, wrong_ones = sum(p.total for p in parts), sum(p.wrong for p in parts)
    without = sum(p.without for p in parts)
    facts, texts, elsewhere = (
        [d for p in parts for d in getattr(p, kind)] for kind in ("facts", "texts", "elsewhere")
    )
    files = [
        Difference("fil", where, what, new, old)
        for where, what, old, new in (
            ()
            if public is None
            else manifest_differences(
                edition, workspace.raw, REPO, year, public, disposals(workspace.raw)
            )
        )
    ]
    differences = (*files, *found, *facts, *texts, *elsewhere)
    notes = tuple(
        f"{name} passar inget formulär på verifieringens väg och är inte läst."
        for name in raw.unread
    )
    return Verdict(
        total - wrong_ones - without, total - without, differences, notes if differences else (),
        without, disposed_by(gone.records), unchanged,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """What was found of one edition. `wrong` of `total` numbers differ; `without`: those whose rows
    have been destroyed."""

    wrong: int
    total: int
    without: int
    facts: list[Difference]
    texts: list[Difference]
    elsewhere: list[Difference]


def _compared(
    again: Recomputed, one: _Edition, gone: Disposed, hides: Set[str],
    books: Mapping[str, Codebook], kommun: Kommun, year: int, edition: Path,
) -> _Part:  # fmt: skip
    """An edition's numbers recomputed, and its files against them."""
    db = again.tables()
    sound = {r["id"]: r for r in one.ledger if gone.digests.get(r["id"]) == digest_of(r)}
    kept = {key: r for key, r in sound.items() if r["kind"] in MEASURES}
    made = Figures(db, again.raw.tables, year, one.ledger, hides, kept)
    told = _Told(made, again.raw, again.rows, needed(books, {t for _, t in again.raw.tables}))
    wrong = [d for r in one.ledger if (d := told.fact(r)) is not None]
    facts_of = one.facts
    shown = [d for o in one.occurrences if (d := told.occurrence(o, facts_of))]
    around = _edition(one)
    if one.prefix == PUBLIC:
        sent = edition / STRATSYS
        around += stratsys_differences(sent, one.facts, one.occurrences, kommun, year)
    elif not one.words:  # the public ledger is compared with its own files
        for name, ledger, occurrences in one.documents():
            seen = {r["id"]: made.seen(r) for r in ledger}
            said = Told(ledger, seen, occurrences, f"{name}.html")
            around += register_differences(one.out, said)
    known = {d.id for d in (*wrong, *shown)}
    others = {d.id for d in around if d.id} - known
    without = len(sound) + sum(o["fact"] in sound for o in one.occurrences)
    without -= sum(d.id in sound for d in (*wrong, *shown)) + len(others & set(sound))
    return _Part(
        len(wrong) + len(shown) + len(others),
        len(one.ledger) + len(one.occurrences),
        without,
        _placed(wrong, one.prefix),
        _placed(shown, one.prefix),
        _placed(around, one.prefix),
    )


def _bytes_of(one: _Edition, edition: Path) -> Iterator[str]:
    """Every file that an edition's comparison may read."""
    for folder in sorted({one.folder, one.out}):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            if one.prefix or not (name in _AROUND or name.startswith(_BESIDE)):
                yield name
                yield memory.file_digest(path)
    sent = edition / STRATSYS
    yield memory.file_digest(sent) if one.prefix == PUBLIC else ""


# In the folder of the report: other editions, and what is not compared with numbers.
_BESIDE = ("tertial/", "verksamhet/", "underlag/", "publik/")
_AROUND = ("index.html", CRATE)


def _placed(found: Iterable[Difference], prefix: str) -> list[Difference]:
    """Differences with the edition in their place."""
    if not prefix:
        return list(found)
    return [replace(d, where=f"{prefix}{d.where}") for d in found]


def _read(path: Path, edition: Path) -> list[Record]:
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


class _Told:
    """The ledger's rows against the recomputed ones."""

    def __init__(
        self, made: Figures, raw: Raw, apart: Found, books: Mapping[str, Codebook]
    ) -> None:
        self._made, self._raw, self._books = made, raw, books
        self._apart = {(y, k, r) for (y, _), found in apart.items() for k, r in found}

    def fact(self, record: Record) -> Difference | None:
        """What differs in one row of the ledger."""
        own = self._made.seen(record)
        definition = self._made.definitions[record["id"]]
        value = None if own["value"] is None else float(own["value"])
        pairs: list[tuple[str, object, object]] = [
            ("id", record["id"], identity(definition)),
            ("kind", record["kind"], definition["kind"]),
            ("status", record["status"], own["status"]),
            *((p, record[p], own[p]) for p in PARTS),
        ]
        if own["unit"] is not None:
            pairs.append(("unit", record["unit"], own["unit"]))
        if definition["kind"] in MEASURES:
            year = self._made.year_of(definition)
            if definition["kind"] == "cited":
                year += int(definition["period"])
            pairs.append(("period", record["period"], str(year)))
        if not _equal(record["value"], value):
            pairs.append(("value", record["value"], value))
        apart = [(k, a, b) for k, a, b in pairs if a != b]
        if own["broken"]:
            return self._difference(record, str(own["broken"]), record["value"], None)
        if not apart:
            return None
        names, there, mine = zip(*apart, strict=True)
        shown, wanted = ("; ".join(map(_text, v)) for v in (there, mine))
        return self._difference(record, ", ".join(names), shown, wanted)

    def occurrence(self, o: Record, facts: Mapping[str, Record]) -> Difference | None:
        """What differs in one place where a fact is shown."""
        where = f"{o['notebook']}, cell {o['cell_id']}"
        record = facts.get(o["fact"])
        if record is None:
            return Difference("visat", where, "faktum saknas i registret", o["text"], id=o["fact"])
        own = self._made.seen(record)
        status = {**own, "unit": own["unit"] or record["unit"]}
        wanted = expected_text(o["text"], status, o["part"], own["parents"])
        if wanted == o["text"]:
            return None
        what = "" if o["part"] == "value" else o["part"]
        return self._difference(record, what, o["text"], wanted, "visat", where)

    def _difference(
        self, record: Record, what: str, shown: object, own: object,
        group: str = "faktum", where: str = "",
    ) -> Difference:  # fmt: skip
        return Difference(
            group, where, what, _text(shown), _text(own), record["name"], record["scope"],
            record["id"], self._rows(record),
        )  # fmt: skip

    def _rows(self, record: Record) -> tuple[str, ...]:
        """Addresses of rows in question: first those that differ from PROCESSED."""
        rows = self._made.rows(record["id"], 5000 if self._apart else ROWS)
        rows = [r for r in rows if r in self._apart] or rows
        names = [n for c in json.loads(record["reads"]) for n in self._fields(*c.split(".", 1))]
        made = []
        for year, source, row in rows[:ROWS]:
            there = self._raw.letters.get((year, source), {})
            name = next((n for n in names if n in there), "")
            made.append(self._raw.address(year, source, row, name))
        return tuple(made)

    def _fields(self, table: str, column: str) -> list[str]:
        """The fields that a column is read or derived from."""
        if table in self._books:
            for d in self._books[table].derived:
                if d.name == column:
                    return [d.source]
        return [column.partition("__")[0]]


def _equal(told: float | None, own: Any) -> bool:
    if told is None or own is None:
        return told is None and own is None
    return abs(told - float(own)) <= 1e-12 * max(1.0, abs(told))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _edition(one: _Edition) -> list[Difference]:
    """What the edition's own files say, against its ledger."""
    edition, occurrences = one.folder, one.occurrences
    shows = Shows(one.facts)
    found: list[Difference] = []
    books = []
    for path in notebooks(edition):
        try:
            books.append(read_notebook(path))
        except (ValueError, KeyError, TypeError, AttributeError):
            found.append(Difference("block", f"notebooks/{path.name}", "går inte att läsa"))
    order = list(dict.fromkeys(o["notebook"] for o in occurrences))
    books = [b for b in books if b.shown or b.records or b.name in order]
    books.sort(key=lambda b: order.index(b.name) if b.name in order else len(order))
    found += shows.notebooks(books, occurrences)
    texts = {b.name: registered(b, occurrences) for b in books}
    for b in books:
        name = f"notebooks/{b.name}.html"
        found += shows.page(edition / name, name, texts[b.name])
    for name, pages in one.pages.items():
        some = books if name == REPORT else [b for b in books if b.name == name]
        shown = [s for b in some for s in texts[b.name]]
        if name in one.words:
            found += shows.word(one.words[name], some)
        else:
            found += shows.page(one.out / f"{name}.html", f"{name}.html", shown)
        found += shows.pdf(pages, some)
    if one.prefix == PUBLIC:
        tables = [t for path in notebooks(edition) for t in read_tables(path)]
        found += public_differences(one.out, one.facts, occurrences, tables)
    return found
