"""The verbs that only look: at numbers, their cells, what depends on a cell, what differs, how the
year stands. Nothing is built by them, but the sample's workbook and the page of differences."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any

from pipeline.arguments import ASKED
from pipeline.errors import UsageError
from pipeline.workspace import Workspace


def where(given: argparse.Namespace) -> tuple[Workspace, int]:
    workspace = Workspace(given.raw, given.processed, given.reports)
    return workspace, given.year or workspace.newest_year()


def facts(given: argparse.Namespace) -> None:
    from pipeline.facts.lookup import ledger
    from pipeline.trace.lineage import source_cells

    workspace, year = where(given)
    rows = [r for r in ledger(workspace, year) if given.name in (None, r["name"])]
    if not rows:
        raise UsageError(
            f"Det finns inget faktum som heter {given.name} i rapporten för {year}."
            if given.name
            else f"Rapporten för {year} har inga fakta."
        )
    if given.cells:
        rows = [{**r, "cells": source_cells(workspace, year, r["id"])} for r in rows]
    if given.json:
        print(as_json(rows))
        return
    for r in rows:
        value = "–" if r["value"] is None else f"{r['value']:g}"
        scope = "" if r["scope"] == "{}" else f" {r['scope']}"
        print(f"{r['id']}  {r['name']}{scope} {r['period']}: {value} (n = {r['n']})")
        for cell in r.get("cells", ()):
            print(f"    {cell['address']}")


def diff(given: argparse.Namespace) -> None:
    from pipeline.run.editions import diff_editions
    from pipeline.trace.diff.wording import terminal

    a, b = (
        Workspace(raw or given.raw, processed or given.processed, given.reports)
        for raw, processed in (
            (given.raw_a, given.processed_a),
            (given.raw_b, given.processed_b),
        )
    )
    made = diff_editions(given.a, given.b, a, b, given.out)
    if given.json:
        print(json.dumps(made.diff.record(), ensure_ascii=False, indent=1, default=str))
    else:
        print("\n" + terminal(made.diff, str(made.page)))


def trace(given: argparse.Namespace) -> None:
    from pipeline.trace.lineage import trace_fact
    from pipeline.trace.show import fact_text

    workspace, year = where(given)
    answer = trace_fact(workspace, year, _asked(given, "fact"), given.all)
    print(as_json(answer) if given.json else fact_text(answer, year, given.all))


def dependents(given: argparse.Namespace) -> None:
    from pipeline.trace.lineage import dependents
    from pipeline.trace.show import dependents_text

    workspace, year = where(given)
    answer = dependents(workspace, year, _asked(given, "cell"))
    print(as_json(answer) if given.json else dependents_text(answer, year))


def _asked(given: argparse.Namespace, what: str) -> str:
    """What the call is about, given with or without its option."""
    asked: str = getattr(given, what) or getattr(given, f"{what}_option") or ""
    if not asked:
        raise UsageError(f"Ange vad som ska visas, {what.upper()}=…: {ASKED[what]}.")
    return asked


def as_json(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=1)


def sample(given: argparse.Namespace) -> None:
    from pipeline.run.editions import sample

    workspace, year = where(given)
    made, drawn = sample(workspace, year, given.n, given.out)
    print(f"{len(drawn.facts)} tal av {drawn.among} är dragna. Frö: {drawn.seed[:12]}…\n  {made}")


def status(given: argparse.Namespace) -> None:
    from pipeline.arshjul import text
    from pipeline.run.evidence import notes, wheel

    workspace, year = where(given)
    workspace.require_year(year)
    made = wheel(workspace, year, given.date or dt.date.today(), late=True)
    told = notes(workspace, year)
    print(as_json(text.record(made, told)) if given.json else text.terminal(made, told))
