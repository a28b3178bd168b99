"""What is wrong with a PDF for somebody who hears it, and for an archive: read from its structure
tree and its metadata with pikepdf, by no code of the pipeline's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfua
import pikepdf

# What may hold text itself. Text right under any other has no meaning of its own.
BEARERS = frozenset(
    "P H1 H2 H3 H4 H5 H6 TH TD Caption Lbl LBody Span Strong Em Link Reference Figure Title Code "
    "Quote TOCI".split()
)
GROUPING = frozenset(
    "Document Part Sect Div Table THead TBody TFoot TR L LI TOC BlockQuote".split()
)
INLINE = frozenset("Span Strong Em Link Reference Code Quote Title".split())
BLOCKS = frozenset({"", "Document", "Part", "Sect", "Div", "BlockQuote", "L", "Table"})
# Passed over: with this pikepdf the rule stops with "cannot get key '/is_integer'", before it has
# looked at anything; `_structure` looks for headings without text instead.
SKIPPED = {"UA-14-001"}


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the structure tree: its kind, its dictionary, the elements under it, and how
    many pieces of the pages' content are its own."""

    kind: str
    data: Any
    under: tuple[Element, ...]
    own: int

    def all(self) -> Iterator[Element]:
        yield self
        for one in self.under:
            yield from one.all()

    @property
    def pieces(self) -> int:
        return sum(one.own for one in self.all())

    def table(self, key: str) -> Any:
        """An attribute of a cell, by its owner Table."""
        given = self.data.get("/A")
        each = given if isinstance(given, pikepdf.Array) else [given] if given is not None else []
        return next((a[key] for a in each if a.get("/O") == "/Table" and key in a), None)


def tree(pdf: pikepdf.Pdf) -> Element:
    """The structure tree under its root."""
    under, own = _under(pdf.Root.StructTreeRoot)
    return Element("", pdf.Root.StructTreeRoot, under, own)


def _under(node: Any) -> tuple[tuple[Element, ...], int]:
    kids = node.get("/K")
    found: list[Element] = []
    own = 0
    for kid in kids if isinstance(kids, pikepdf.Array) else [] if kids is None else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/S" in kid:
                inner, pieces = _under(kid)
                found.append(Element(str(kid.S)[1:], kid, inner, pieces))
            elif kid.get("/Type") == "/MCR":
                own += 1
        else:
            own += 1
    return tuple(found), own


def faults(path: Path, language: str = "sv") -> list[str]:
    """Everything that is wrong with the file, in words."""
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        xmp = root.Metadata.read_bytes().decode("utf-8")
        found = [
            *_claims(root, xmp, language),
            *_structure(tree(pdf)),
        ]
        for number, page in enumerate(pdf.pages, start=1):
            if page.get("/Tabs") != "/S" and page.get("/Annots"):
                found.append(f"sidan {number}: tabbordningen följer inte strukturen")
        if len(pdf.pages) > 1 and "/Outlines" not in root:
            found.append("bokmärken saknas")
    return found + checked(path)


def checked(path: Path) -> list[str]:
    """The findings of the checker package, and what it could not look at."""
    report = pdfua.validate(str(path))
    skipped = {o.rule_id: o.skipped_reason for o in report.skipped}
    found = [f"{f.rule_id}: {f.message}" for f in report.findings]
    return found + [f"{rule}: {why}" for rule, why in skipped.items() if rule not in SKIPPED]


def _claims(root: Any, xmp: str, language: str) -> Iterator[str]:
    for part, number in (("pdfaid", "3"), ("pdfuaid", "1")):
        if not re.search(rf"<{part}:part>{number}</{part}:part>", xmp):
            yield f"XMP säger inte {part} del {number}"
    if "<pdfaid:conformance>A</pdfaid:conformance>" not in xmp:
        yield "XMP säger inte nivå A"
    if str(root.get("/Lang", "")).partition("-")[0] != language:
        yield f"språket är inte {language}"
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "inte märkt som taggad"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "titeln visas inte"
    if not re.search(r"<dc:title>.*?<rdf:li[^>]*>[^<]+</rdf:li>", xmp, re.DOTALL):
        yield "titel saknas"
    if not root.get("/OutputIntents"):
        yield "färgrymd saknas"
    for spec in root.get("/AF", []):
        if spec.get("/AFRelationship") is None or not str(spec.get("/Desc", "")):
            yield f"bilagan {spec.get('/UF')} saknar relation eller beskrivning"


def _structure(root: Element) -> Iterator[str]:
    level = 0
    for one in root.all():
        if one.own and one.kind not in BEARERS:
            yield f"text direkt under {one.kind or 'roten'}"
        if one.kind not in BEARERS | GROUPING | {""}:
            yield f"okänt slag {one.kind}"
        if one.kind == "Figure" and not str(one.data.get("/Alt", "")).strip():
            yield "en bild saknar alternativtext"
        if re.fullmatch(r"H\d", one.kind):
            if not one.pieces:
                yield "en rubrik är tom"
            if int(one.kind[1]) > level + 1:
                yield f"{one.kind} efter H{level}"
            level = int(one.kind[1])
        if one.kind == "Table":
            yield from _table(one)
        for inner in one.under:
            if one.kind in INLINE and inner.kind in GROUPING | {"P"}:
                yield f"{inner.kind} i {one.kind}"
            if one.kind in BLOCKS and inner.kind in INLINE - {"Title"}:
                yield f"{inner.kind} direkt under {one.kind or 'roten'}"


def _table(table: Element) -> Iterator[str]:
    rows = [one for one in table.all() if one.kind == "TR"]
    heads = [one for one in table.all() if one.kind == "THead"]
    if len(heads) != 1 or not rows:
        yield "en tabell utan ett huvud"
        return
    wide = []
    for row in rows:
        cells = [one for one in row.under if one.kind in ("TH", "TD")]
        wide.append(sum(int(cell.table("/ColSpan") or 1) for cell in cells))
    if len(set(wide)) != 1:
        yield f"en tabell med olika långa rader: {sorted(set(wide))}"
    for cell in heads[0].all():
        if cell.kind == "TH" and cell.table("/Scope") != "/Column":
            yield "en kolumnrubrik utan Scope Column"
        if cell.kind == "TD":
            yield "en vanlig cell i tabellhuvudet"
    body = [one for one in table.under if one.kind == "TBody"]
    if not any(cell.kind == "TD" for part in body for cell in part.all()):
        yield "en tabell utan celler"
