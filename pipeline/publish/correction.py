"""A correction (rättelse): every number of the release it replaces beside the new one's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from traitlets import Unicode

from pipeline.facts.changes import PARTS, Change, Entry, changes
from pipeline.facts.pattern import DOTS
from pipeline.publish.document import Block, Chapter, Document
from pipeline.publish.exporter import PageExporter
from pipeline.report.swedish import NBSP, decimal

__all__ = ["Change", "changes", "corrected", "page", "record", "shown", "told"]
FILE, PAGE = "rattelse.json", "rattelse.html"
ANCHOR, TITLE = "rattelse", "Rättelse"
LINK = (PAGE, TITLE, "Vad som är rättat sedan en tidigare utgåva: varje tal före och efter.")
TEXT = (
    "Den här utgåvan ersätter en tidigare publicerad, där något var fel. Vad som är rättat och "
    "varför står på sidan Rättelse, som hör till utgåvan, med varje tal före och efter."
)
STATES = (("andrade", "Ändrade tal"), ("nya", "Nya tal"), ("borta", "Tal som inte finns längre"))


def told(change: Change) -> dict[str, Any]:
    """A change as `rattelse.json` has it."""
    about = {k: change.fact[k] for k in ("name", "title", "scope", "period")}
    sides = (("fore", change.before), ("efter", change.after))
    return {"slag": change.state, **about, **{
        name: None if entry is None else {"faktum": entry["id"], "visat": shown(entry),
                                          **{p: entry[p] for p in PARTS}}
        for name, entry in sides
    }}  # fmt: skip


def shown(entry: Entry) -> str:
    """A number of the public ledger as people read it, its n included."""
    value, n = entry["value"], entry["n"]
    basis = "" if n is None or entry["kind"] == "count" else f" (n = {n})"
    if entry["hidden"]:
        return DOTS + basis
    if value is None or isinstance(value, str):
        return f"{value or '–'}{basis}"
    number = Fraction(str(value))
    if entry["kind"] == "share" and entry["numerator"] is not None:
        return f"{entry['numerator']} av {entry['denominator']}"
    if entry["unit"] in ("andel", "andelsskillnad"):
        number *= 100
        unit = "%" if entry["unit"] == "andel" else "procentenheter"
        return f"{decimal(number, _places(number))}{NBSP}{unit}{basis}"
    return decimal(number, _places(number)) + basis


def _places(number: Fraction) -> int:
    return next((p for p in range(6) if (number * 10**p).denominator == 1), 6)


def chapter() -> Chapter:
    """The section that the corrected report itself has."""
    heading = {"kind": "heading", "level": 2, "runs": [TITLE], "anchor": ANCHOR, "facts": {}}
    text = {"kind": "paragraph", "runs": [TEXT], "style": "body", "facts": {}}
    blocks = (
        Block("heading", heading, ANCHOR, "", "", ANCHOR),
        Block("paragraph", text, ANCHOR, "", "", f"b-{ANCHOR}-1"),
    )
    return Chapter(ANCHOR, TITLE, ANCHOR, blocks)


def corrected(document: Document) -> Document:
    """The document with the section about its correction first."""
    return replace(document, chapters=(chapter(), *document.chapters))


class CorrectionExporter(PageExporter):
    """`rattelse.html`."""

    template_file = Unicode("rattelse.html.j2")
    sheets = ("bas.css", "rapport.css")


def page(document: Document, replaced: str, reason: str, found: Iterable[Change]) -> str:
    """The correction as a page of the public edition."""
    every = list(found)
    groups = [(title, [c for c in every if c.state == state]) for state, title in STATES]
    resources: dict[str, Any] = {
        "meta": document.meta, "replaced": replaced, "reason": reason, "shown": shown,
        "groups": [(title, changes_) for title, changes_ in groups if changes_],
    }  # fmt: skip
    return CorrectionExporter().render(**resources)


def record(replaced: str, reason: str, found: Iterable[Change]) -> str:
    """`rattelse.json`."""
    whole = {"ersatter": replaced, "orsak": reason, "tal": [told(c) for c in found]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
