"""Locked tertials as the report tells of them: who has compiled which, and what has been changed
in the rows since. The driver has written it down; no value of a cell is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.report import blocks
from pipeline.report.context import current

FILE = "las.json"
HEADS = (
    "Cell", "Enhet och tertial", "Uppgift", "Ändring", "Tal som ändrats i sammanställningen",
    "Tal i årsrapporten som räknar cellen",
)  # fmt: skip


def locked_tertials() -> None:
    """Display which tertials the units have locked, and *Ändrat sedan tertialet låstes*: each
    cell with the numbers that it moved. In the internal edition only."""
    here = current()
    path = here.workspace.processed / str(here.year) / FILE
    if here.edition != "intern":
        blocks.display(blocks.paragraph(
            "Tertialens sammanställningar redovisas i den interna utgåvan.", "note"
        ))  # fmt: skip
        return
    if here.recorder is not None:
        return  # planned while the changes are being found
    if not path.is_file():
        blocks.display(blocks.paragraph("Låsta tertial jämförs när rapporten byggs.", "note"))
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    blocks.display(_standing(told["las"], here.year))
    blocks.display(blocks.heading("Ändrat sedan tertialet låstes", 4))
    if told["andringar"]:
        blocks.display(_changed(told["andringar"]))
    else:
        blocks.display(blocks.paragraph("Inga rader i låsta tertial har ändrats."))


def names(told: Mapping[str, Any]) -> set[str]:
    """What stands in the tables with digits in it and is no number: addresses, titles, roles."""
    found = {entry["text"] for entry in told["las"]}
    for change in told["andringar"]:
        found |= {change["adress"], change["uppgift"], *change["lasta"]}
        found |= {*change["andrade"], *change["raknas"]}
    return found


def _standing(entries: Sequence[Mapping[str, str]], year: int) -> blocks.Block:
    columns = [_head("Enhet"), *(_head(t) for t in dict.fromkeys(e["tertial"] for e in entries))]
    units = dict.fromkeys(e["enhet"] for e in entries)
    rows = [
        {"header": [unit], "total": False,
         "cells": [[e["text"]] for e in entries if e["enhet"] == unit]}
        for unit in units
    ]  # fmt: skip
    return blocks.table([f"Tertialens sammanställningar, {year}"], columns, rows, [], {})


def _changed(entries: Iterable[Mapping[str, Any]]) -> blocks.Block:
    rows = [
        {"header": [e["adress"]], "total": False, "cells": [
            [_listed(e["lasta"])], [e["uppgift"]], [e["andring"]],
            [_listed(e["andrade"])], [_listed(e["raknas"])],
        ]}
        for e in entries
    ]  # fmt: skip
    note = (
        "Cellerna står med fil, blad och cell. Vad som stod där förut och står där nu visas inte "
        "här: den som behöver veta jämför med den fil som sparades när tertialet låstes."
    )
    return blocks.table(["Ändrat i låsta tertial"], [_head(h) for h in HEADS], rows, [note], {})


def _listed(titles: Iterable[str]) -> str:
    """Titles, each once."""
    return "; ".join(dict.fromkeys(titles)) or "inga"


def _head(text: str) -> dict[str, Any]:
    return {"header": [text], "align": "left"}
