"""Executed notebooks made by hand, as the chapters leave them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from pipeline.publish.blocks import MIMETYPE
from pipeline.publish.document import Document, Meta, collect

META = Meta(
    kommun="Exempelkommun", sektor="Individ- och familjeomsorg, öppenvård", year=2025,
    per_datum=dt.date(2026, 3, 1), version="0.1.0",
)  # fmt: skip
HOSTILE = '<script>alert("x")</script> #set page(width: 1pt) $x$ `kod` ]] }} \\ "citat" & </style>'
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 60" role="img" '
    "font-family=\"'Source Sans Pro', sans-serif\">"
    '<defs><clipPath id="klipp"><rect width="680" height="60"/></clipPath></defs>'
    '<g clip-path="url(#klipp)" style="font: 600 13px Arial; fill: #1F2328">'
    '<rect class="serie-1 fakta" data-fakta="{id}" x="120" y="8" width="300" height="18"/>'
    '<text class="varde fakta" data-fakta="{id}" x="430" y="22">{text}</text>'
    '<text class="etikett" x="0" y="22">{label}</text></g></svg>'
)


def fact(
    name: str, numerator: int, denominator: int, scope: dict[str, str] | None = None, **given: Any
) -> dict[str, Any]:
    """A share's record."""
    definition = {
        "kind": "share", "dataset": "avslut", "period": 0, "scope": scope or {},
        "where": f"{name} >= 4", "of": f"{name} IS NOT NULL",
    }  # fmt: skip
    text = json.dumps(definition, sort_keys=True)
    record = {
        "id": hashlib.sha256(text.encode()).hexdigest()[:16],
        "name": name,
        "scope": json.dumps(scope or {}, sort_keys=True),
        "title": f"Andel, {name}",
        "kind": "share",
        "value": numerator / denominator,
        "unit": "andel",
        "n": denominator,
        "numerator": numerator,
        "denominator": denominator,
        "status": "ok",
        "definition": text,
        "reads": json.dumps([f"avslut.{name}"]),
        "parents": "[]",
        "period": "2025",
    }
    return record | given


def shown(record: dict[str, Any], text: str | None = None, part: str = "value") -> dict[str, Any]:
    """An occurrence."""
    if text is None:
        value = record["value"] if part == "value" else record[part]
        text = f"{value * 100:.0f}\u00a0%" if part == "value" else str(value)
    return {"fact": record["id"], "part": part, "spec": ".0%", "text": text}


def block(kind: str, *records: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"kind": kind, **data, "facts": {r["id"]: r for r in records}}


def say(*runs: Any, facts: Sequence[dict[str, Any]] = (), style: str = "body") -> dict[str, Any]:
    return block("paragraph", *facts, runs=list(runs), style=style)


def table(*records: dict[str, Any], caption: str = "Nöjda per insats") -> dict[str, Any]:
    """A row a record: its share and its n."""
    return block(
        "table", *records,
        caption=[caption],
        columns=[
            {"header": ["Insats"], "align": "left"},
            {"header": ["Andel"], "align": "right"},
            {"header": ["Antal svar"], "align": "right"},
        ],
        rows=[
            {
                "header": [r["title"]],
                "cells": [[shown(r)], [shown(r, part="n")]],
                "total": k == len(records) - 1,
            }
            for k, r in enumerate(records)
        ],
        note=["Frågan ställs till alla som avslutar en insats."],
    )  # fmt: skip


def figure(*records: dict[str, Any], svg: str = "", **data: Any) -> dict[str, Any]:
    first = records[0]
    drawn = svg or SVG.format(id=first["id"], text=shown(first)["text"], label="Alla")
    return block(
        "figure", *records,
        **{
            "title": [shown(first), " var nöjda med kontakten"],
            "subtitle": ["Andel av dem som svarat, alla enheter"],
            "svg": drawn,
            "alt": ["Liggande staplar. Alla: ", shown(first), "."],
            "marks": [shown(first)],
            "table": table(*records),
            "note": ["n = ", shown(first, part="n"), ". Källa: avslutsenkäten."],
            **data,
        },
    )  # fmt: skip


def display(
    *blocks: dict[str, Any], source: str = "visa()", id: str = "c1",
    tags: Sequence[str] = (), extra: Sequence[Any] = (),
) -> NotebookNode:  # fmt: skip
    """A code cell that displayed these blocks."""
    outputs = [
        nbformat.v4.new_output(
            "display_data",
            data={MIMETYPE: b, "text/html": "<p>html</p>", "text/plain": "text/plain-versionen"},
        )
        for b in blocks
    ]
    cell = nbformat.v4.new_code_cell(source, outputs=[*outputs, *extra], execution_count=1)
    return cell | {"id": id, "metadata": {"tags": list(tags)} if tags else {}}


def markdown(text: str, id: str = "m1", tags: Sequence[str] = ()) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(text)
    return cell | {"id": id, "metadata": {"tags": list(tags)} if tags else {}}


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.from_dict(cell) for cell in cells],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": "3.11.9"},
            "papermill": {"start_time": "2026-03-02T10:00:00", "input_path": "/hem/anna/x.ipynb"},
        },
    )


def document(*cells: NotebookNode, name: str = "30_resultat") -> Document:
    return collect({name: notebook(*cells)}, META)


def annual() -> dict[str, NotebookNode]:
    """Two chapters with every kind of block."""
    contact, result = fact("nojd_kontakt", 13, 21), fact("nojd_resultat", 1234, 20_000)
    parent = fact("nojd_forra", 10, 20, period="2024")
    change = fact("andring", 1, 9) | {
        "kind": "derived", "unit": "andelsskillnad",
        "definition": json.dumps({"kind": "derived", "op": "-", "parents": [contact["id"]]}),
        "parents": json.dumps([contact["id"], parent["id"]]), "numerator": None,
        "denominator": None, "id": "aaaabbbbccccdddd",
    }  # fmt: skip
    return {
        "10_sammanstallning": notebook(
            display(tags=["injected-parameters"], source="year = 2025", id="slump"),
            markdown("# Sammanställning\n\nTre stycken om året, *kursivt*, **fett** och `kod`."),
            display(
                say("Av de svarande var ", shown(contact), " nöjda, ", shown(change, "+3,1"),
                    " procentenheter.", facts=[contact, change, parent]),
                say("Underlag saknas för tertial 3.", style="missing"),
            ),
            markdown("## Per insats\n\n- en punkt\n- en till\n  - inre\n\n> Ett citat.\n\n"
                     "1. först\n2. sedan\n\nSe [resultaten](#resultat).", id="m2"),
            display(table(contact, result), id="c2"),
        ),
        "30_resultat": notebook(
            markdown("# Resultat", id="m1"),
            display(figure(contact, result), id="c1", source="chart('bars', tab)\n# klart",
                    extra=[nbformat.v4.new_output("stream", name="stdout", text="en utskrift\n")]),
            display(block("heading", level=4, runs=["Djupare ", shown(contact)],
                          anchor="djupare") | {"facts": {contact["id"]: contact}}, id="c2"),
            display(say(HOSTILE), id="c3"),
        ),
    }  # fmt: skip
