"""Completeness as a chapter shows it: a table of facts a form, and who attests."""

from __future__ import annotations

from pipeline.facts.fact import Fact
from pipeline.report import tables
from pipeline.report.blocks import Block, Registry, Run, Runs, occurrence, table
from pipeline.report.completeness import COUNTED, Completeness

HEADS = ("Enhet", "Inlämnat", "Verksamhetssystemet", "Skillnad", "Intygat av")
TITLE = "Avstämning mot verksamhetssystemet"


def blocks(found: tuple[Completeness, ...], year: int) -> list[Block]:
    """One table a form that is counted; the paragraph that says so where nobody counted."""
    of_form = [[c for c in found if c.table == name] for name in COUNTED]
    known = [rows for rows in of_form if any(c.system.value is not None for c in rows)]
    return [_table(rows, year) for rows in known] or [tables.missing(TITLE)]


def _table(rows: list[Completeness], year: int) -> Block:
    facts: Registry = {}
    caption: Runs = [f"{rows[0].title} mot verksamhetssystemet, {year}"]
    columns = [
        {"header": [head], "align": "left" if head in (HEADS[0], HEADS[-1]) else "right"}
        for head in HEADS
    ]
    made = [
        {"header": [c.unit.label], "total": False, "cells": [
            _number(c.handed_in, "d", facts), _number(c.system, "d", facts),
            _number(c.missing, "+d", facts), _attested(c)]}
        for c in rows
    ]  # fmt: skip
    note: list[Run] = ["Skillnad: hur många fler insatser verksamhetssystemet har."]
    return table(caption, columns, made, note, facts)


def _number(fact: Fact, spec: str, facts: Registry) -> Runs:
    """A count nobody gave is missing: "no answers", as the fact would say, is another thing."""
    return ["saknas"] if fact.value is None else [occurrence(fact, spec, facts)]


def _attested(c: Completeness) -> Runs:
    if not c.attested_by:
        return ["ingen"]
    said = ", ".join(x for x in (c.attested_by, c.drawn) if x)
    return [said + ("; skillnaden är förklarad" if c.agrees is False and c.explained else "")]
