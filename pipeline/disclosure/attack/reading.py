"""Everything in the published folder, read: statements about counts, and what must not be there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.disclosure.attack import package, papers
from pipeline.disclosure.attack import page as html
from pipeline.disclosure.attack.audit import Finding
from pipeline.disclosure.attack.said import (
    PARTS,
    Published,
    Row,
    numbers,
    of_record,
    of_text,
    published,
)
from pipeline.errors import UsageError

LEDGER = "faktaregister.json"
DIGIT = re.compile(r"\d")
# The parts that a reader may see of a hidden fact are those that the ledger has.
_BASES = {"value": ("value",), "numerator": ("numerator",), "n": ("n", "denominator"),
          "denominator": ("n", "denominator")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    facts: tuple[Published, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


def read(folder: Path) -> Reading:
    """Read a published folder. Raises UsageError without a ledger that can be read."""
    try:
        entries = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
        facts = tuple(published(entry) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"Det finns ingen publik utgåva att pröva: {folder.name}/{LEDGER} saknas eller går "
            "inte att läsa.\nGör så här: kör make annual först."
        ) from error
    reader = _Folder(folder, {f.id: f for f in facts})
    for fact, entry in zip(facts, entries, strict=True):
        reader.record(fact, entry, LEDGER)
        reader.parents(fact)
    reader.files()
    return Reading(facts, tuple(dict.fromkeys(reader.rows)), tuple(dict.fromkeys(reader.findings)))


class _Folder:
    """Collects what each file says."""

    def __init__(self, folder: Path, facts: Mapping[str, Published]) -> None:
        self._folder, self._facts = folder, facts
        self._known = frozenset(facts)
        self._hidden = frozenset(f.id for f in facts.values() if f.hidden)
        self.rows: list[Row] = []
        self.findings: list[Finding] = []

    def _find(self, kind: str, fact: str, where: str, what: str) -> None:
        label = self._facts[fact].label if fact in self._facts else fact
        self.findings.append(Finding(kind, label, where, what))

    def files(self) -> None:
        pages: list[html.Page] = []
        later: list[Path] = []
        for path in sorted(p for p in self._folder.rglob("*") if p.is_file()):
            where = path.relative_to(self._folder).as_posix()
            if path.suffix == ".html":
                made = html.read_page(path.read_text(encoding="utf-8"))
                pages.append(made)
                self._page(made, where)
            elif path.suffix == ".json" and where != LEDGER:
                self._json(json.loads(path.read_text(encoding="utf-8")), where)
            elif path.suffix in (".csv", ".pdf"):
                later.append(path)
        tables = [t for page in pages for t in page.tables]
        try:
            packages = package.packages(self._folder)
        except (ValueError, KeyError, TypeError):
            packages = {}
            self._find("otolkat", "", package.PACKAGE, "går inte att läsa och kan inte prövas")
        for path in later:
            where = path.relative_to(self._folder).as_posix()
            if (resource := packages.get(path.resolve())) is not None:
                self._packed(path, resource, tables, where)
            elif path.suffix == ".csv":
                self._csv(papers.rows_of(path), tables, where)
            else:
                self._pdf(path, [line for page in pages for line in page.lines], where)

    def record(self, fact: Published, parts: Mapping[str, Any], where: str) -> None:
        """A machine-readable record about a fact."""
        self.rows += of_record(fact, where, parts)
        for part in PARTS:
            value = parts.get(part)
            said = value is not None and bool(DIGIT.search(str(value)))
            if said and (part in ("value", "numerator") or where != LEDGER):
                self._shown(fact.id, part, str(value), where)

    def parents(self, fact: Published) -> None:
        """What rests on a hidden number is hidden."""
        if not fact.hidden and any(parent in self._hidden for parent in fact.parents):
            what = "visas, fast ett tal som det bygger på är dolt"
            self._find("foralder", fact.id, LEDGER, what)

    def _shown(self, fact: str, part: str, text: str, where: str) -> None:
        """A number where the ledger has none."""
        known = self._facts[fact]
        if not known.hidden or not DIGIT.search(text):
            return
        if all(known.parts[p] is None for p in _BASES.get(part, ("value",))) or (
            part == "value" and known.parts["value"] is not None
        ):
            self._find("visat", fact, where, "är dolt i registret men står med siffror")

    def _page(self, page: html.Page, where: str) -> None:
        for number in page.numbers:
            for fact in number.facts:
                if fact not in self._known:
                    continue
                whole = len(number.facts) == 1
                for text in dict.fromkeys((number.text, number.value)):
                    self._shown(fact, number.part, text, where)
                    if whole:
                        source = f"{where}, {'diagram' if number.drawn else 'text'}"
                        self.rows += of_text(self._facts[fact], number.part, text, source)
                if _digits(number.value) != _digits(number.text):
                    self._find("attribut", fact, where, "har fler siffror i koden än i texten")
        for fact in page.shapes:
            if fact in self._hidden:
                self._find("diagram", fact, where, "är dolt men ritat i ett diagram")
        for fact, text in page.basis:
            if fact in self._known:
                self._basis(self._facts[fact], text, where)
        for picture in page.pictures:
            self._picture(picture, where)
        for data in page.data:
            self._json(data, where)

    def _basis(self, fact: Published, text: str, where: str) -> None:
        """`23 av 37`, or `n = 37`, of the register."""
        parts = ("numerator", "denominator") if " av " in text else ("n",)
        for part, (value, _) in zip(parts, numbers(text), strict=False):
            self._shown(fact.id, part, str(value), where)
            self.rows += of_text(fact, part, str(value), f"{where}, faktaregister")

    def _picture(self, picture: html.Picture, where: str) -> None:
        """Words about a picture may hold no number that is not read in it, and none beside a name
        whose row is hidden."""
        there = {_bare(n) for n in _written(picture.text)}
        hidden_rows = [
            (html.text_of(line.cells[0]).strip(), {_bare(n) for n in _written(_of(line))}, line)
            for line in picture.rows
            if line.cells and any(p.fact in self._hidden for p in line.pieces)
        ]
        for alt in picture.alts:
            for number in _written(alt):
                if _bare(number) not in there:
                    self._find("alt", "", f"{where}#{picture.name}",
                               "ett tal i bildens beskrivning står inte i bilden")  # fmt: skip
            for name, beside, line in hidden_rows:
                told = _after(alt, name)
                if name and any(_bare(n) not in beside for n in _written(told)):
                    fact = next(p.fact for p in line.pieces if p.fact in self._hidden)
                    self._find("alt", fact, f"{where}#{picture.name}",
                               "är dolt men står i bildens beskrivning")  # fmt: skip

    def _json(self, data: Any, where: str) -> None:
        for fact, record in html.records(data, self._known):
            self.record(self._facts[fact], record, where)
            text = record.get("text")
            if isinstance(text, str):
                part = record.get("part", "value")
                self._shown(fact, part, text, where)
                self.rows += of_text(self._facts[fact], part, text, where)

    def _csv(self, rows: Sequence[Sequence[str]], tables: Sequence[html.Table], where: str) -> None:
        table = papers.table_of(rows, tables)
        if table is None:
            self._find("otolkat", "", where, "tabellen finns inte i rapporten och kan inte prövas")
        else:
            self._repeated(rows, table, where)

    def _repeated(self, rows: Sequence[Sequence[str]], table: html.Table, where: str) -> None:
        for number, _, text in papers.beside(rows, table):
            if number.fact in self._known:
                self._shown(number.fact, number.part, text, where)
                self.rows += of_text(self._facts[number.fact], number.part, text, where)

    def _packed(
        self, path: Path, resource: Mapping[str, Any], tables: Sequence[html.Table], where: str
    ) -> None:
        """A table of the data package: what it shows, and that its numbers are those of the
        register, to the digit."""
        if package.is_register(resource):
            self._register(path, where)
            return
        try:
            table = package.packed(path, resource)
        except (ValueError, KeyError):
            self._find("otolkat", "", where, "följer inte sin beskrivning och kan inte prövas")
            return
        alike = papers.tables_of(table.shown, tables)
        if not alike or any(len(t.rows) != len(table.shown) for t in alike):
            self._find("otolkat", "", where, "tabellen finns inte i rapporten och kan inte prövas")
            return
        there = min(alike, key=lambda t: sum(p.fact != f for p, _, f in table.beside(t)))
        self._repeated(table.shown, there, where)
        for told, value, fact in table.beside(there):
            if told.fact != fact:
                what = "ett tal hör inte till den rad i registret som det pekar på"
                self._find("otolkat", fact, where, what)
            elif fact in self._known:
                self._exact(self._facts[fact], told.part, value, where)

    def _exact(self, fact: Published, part: str, value: str, where: str) -> None:
        """A number for machines says what the ledger says, and nothing where that is silent."""
        if not DIGIT.search(value):
            return
        self._shown(fact.id, part, value, where)
        known = fact.parts[part]
        if known is None or isinstance(known, str) or float(value) != float(known):
            self._find("attribut", fact.id, where, "är ett annat tal än i registret")

    def _register(self, path: Path, where: str) -> None:
        """The register again, as a table: each row what the ledger has."""
        for row in package.records(path):
            fact = self._facts.get(row.get("id") or "")
            if fact is None:
                self._find("otolkat", "", where, "har ett tal som registret inte har")
                continue
            for part in PARTS:
                if (value := row.get(part)) is not None:
                    self._exact(fact, part, value, where)

    def _pdf(self, path: Path, lines: Sequence[html.Line], where: str) -> None:
        try:
            paper = papers.read_pdf(path)
        except ValueError:
            self._find("otolkat", "", where, "går inte att läsa och kan inte prövas")
            return
        for fact in papers.told(paper, lines, self._hidden):
            self._find("visat", fact, where, "är dolt i registret men står med siffror")
        for name, data in paper.attached:
            try:
                self._json(papers.attached_records(name, data), f"{where}, bilagan {name}")
            except ValueError:
                self._find("otolkat", "", f"{where}, bilagan {name}", "kan inte prövas")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _written(text: str) -> Iterator[str]:
    for m in re.finditer(r"\d+(?:[\u00a0\u202f]\d{3})*(?:,\d+)?", text):
        yield m.group()


def _bare(number: str) -> str:
    return re.sub(r"[\u00a0\u202f]", "", number)


def _of(line: html.Line) -> str:
    return " ".join(html.text_of(cell) for cell in line.cells)


def _after(alt: str, name: str) -> str:
    """What a description says of a name: up to the next comma, semicolon or full stop."""
    place = alt.find(name) if name else -1
    if place < 0:
        return ""
    rest = alt[place + len(name) :]
    end = re.search(r"[;.](?=\s|$)|,(?!\d)", rest)
    return rest[: end.start()] if end else rest
