"""The verbs of `python -m pipeline`, thin. Exit codes: 0 done (rows to mend included), 1 nothing
usable could be built, 2 wrong call, 3 a gate refused."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import UppfoljningError, UsageError
from pipeline.workspace import REPO, Workspace

EXAMPLE_YEARS = (2023, 2024, 2025)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; the answer is the exit code. The user meets a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    given = _parser().parse_args(argv)
    try:
        given.verb(given)
    except UppfoljningError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader has seen enough: `… facts | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("\nAvbrutet. Den senaste färdiga rapporten ligger kvar.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Uppföljning")
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(name: str, function: Any, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(verb=function)
        return added

    for name, function, text in (
        ("annual", _annual, "bygger årets rapport"),
        ("validate", _validate, "läser in och kontrollerar årets filer"),
        ("facts", _facts, "visar årets fakta"),
    ):
        _place(verb(name, function, text))
    facts = verbs.choices["facts"]
    facts.add_argument("--name", help="bara fakta med detta namn")
    facts.add_argument("--json", action="store_true", help="som JSON")
    facts.add_argument("--cells", action="store_true", help="med källcellerna")
    example = verb("exempel", _example, "lägger exempelkommunens filer i en mapp")
    example.add_argument("--year", type=int, action="append", help="år; kan upprepas")
    example.add_argument("--rows", type=int, help="påbörjade insatser per år")
    example.add_argument("--seed", type=int, help="slumpfrö")
    example.add_argument("--raw", "--out", dest="raw", type=Path, default=REPO / "data/raw")
    for ignored in ("--processed", "--reports", "--date"):
        example.add_argument(ignored, help=argparse.SUPPRESS)
    verb("suites", _suites, "skriver sviterna i expectations/ från kodböckerna")
    return parser


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=_year, help="året som mäts (annars det nyaste i RAW)")
    parser.add_argument("--raw", type=Path, default=REPO / "data/raw", help="mappen med källfiler")
    parser.add_argument("--processed", type=Path, default=REPO / "data/processed")
    parser.add_argument("--reports", type=Path, default=REPO / "reports")
    parser.add_argument("--date", type=_date, help="rapportens datum, ÅÅÅÅ-MM-DD")


def _year(text: str) -> int:
    if not (text.isdigit() and len(text) == 4):
        raise argparse.ArgumentTypeError(f"”{text}” är inget årtal")
    return int(text)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise argparse.ArgumentTypeError(f"”{text}” är inget datum (ÅÅÅÅ-MM-DD)") from None


def _where(given: argparse.Namespace) -> tuple[Workspace, int]:
    workspace = Workspace(given.raw, given.processed, given.reports)
    return workspace, given.year or workspace.newest_year()


def _annual(given: argparse.Namespace) -> None:
    from pipeline.run.annual import annual

    workspace, year = _where(given)
    made = annual(workspace, year, given.date, say=print)
    _tell(workspace, year)
    print(f"\nRapporten för {year} är klar:")
    for name in ("arsrapport.html", "arsrapport.pdf", "index.html"):
        print(f"  {made / name}")


def _validate(given: argparse.Namespace) -> None:
    from pipeline.run.annual import tables

    workspace, year = _where(given)
    tables(workspace, year, say=print)
    _tell(workspace, year)


def _tell(workspace: Workspace, year: int) -> None:
    from pipeline.validation.records import read_summary
    from pipeline.validation.summary import terminal_summary

    folder = workspace.processed / str(year)
    print("\n" + terminal_summary(read_summary(folder), mending_list=str(folder / "att_ratta.csv")))


def _facts(given: argparse.Namespace) -> None:
    from pipeline.facts.lookup import ledger, source_cells

    workspace, year = _where(given)
    rows = [r for r in ledger(workspace, year) if given.name in (None, r["name"])]
    if not rows:
        raise UsageError(
            f"Det finns inget faktum som heter {given.name} i rapporten för {year}."
            if given.name
            else f"Rapporten för {year} har inga fakta."
        )
    if given.cells:
        rows = [{**r, "cells": source_cells(workspace, year, r)} for r in rows]
    if given.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for r in rows:
        value = "–" if r["value"] is None else f"{r['value']:g}"
        scope = "" if r["scope"] == "{}" else f" {r['scope']}"
        print(f"{r['id']}  {r['name']}{scope} {r['period']}: {value} (n = {r['n']})")
        for cell in r.get("cells", ()):
            print(f"    {cell['address']}")


def _example(given: argparse.Namespace) -> None:
    from pipeline.exempel import ROWS, SEED, make_example

    years = given.year or EXAMPLE_YEARS
    rows = ROWS if given.rows is None else given.rows
    seed = SEED if given.seed is None else given.seed
    make_example(given.raw, years, rows, seed)
    print(f"Exempelkommunens filer för {', '.join(map(str, years))} ligger i {given.raw}.")


def _suites(given: argparse.Namespace) -> None:
    from pipeline.forms.codebook import load_codebooks
    from pipeline.validation.suites import generate_suites
    from pipeline.workspace import Kommun

    for name in generate_suites(load_codebooks(Kommun()), REPO / "expectations"):
        print(f"expectations/{name}")
