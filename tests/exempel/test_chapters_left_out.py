"""Leaving out each of the year's tables, one at a time: every chapter still runs, what does not
rest on the table is displayed as before, and what does says *underlag saknas* or loses the lines
about it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.exempel import expected_tables
from pipeline.facts.dataset import codebooks
from pipeline.run.plan import chapters
from pipeline.workspace import Workspace
from tests.chapters import ROWS, YEAR, Block, Shown, known_municipality, shown
from tests.drawings import drawn_once
from tests.municipality import at, tables

SYSTEM = ("rader", "celler")
NAMED_BY = {  # table → the chapters whose numbers its rows name
    "handlingsplan": {"80_handlingsplan"},
    "uppfoljningsplan": {"50_jamforelser", "70_verksamhetsuppfoljning"},
}
# Coding answers in free text and releasing them is a choice: what is not coded is not there.
CHOSEN = "egna-ord"
Told = dict[str, Shown]
Rests = Callable[[dict[str, Any]], bool]


NAMES = sorted({name for name, _ in expected_tables((YEAR,), ROWS)} | {"jamforelser"})


@pytest.fixture(scope="module", autouse=True)
def same_pictures() -> Iterator[None]:
    """Of numbers that are the same with a table and without."""
    with drawn_once():
        yield


@pytest.fixture(scope="module")
def whole() -> Told:
    workspace, _ = known_municipality()
    return shown(workspace, YEAR, chapters(workspace, YEAR, "intern"))


def without(table: str, folder: Path) -> Workspace:
    """The municipality with the year's table left out of what the chapters read."""
    workspace, _ = known_municipality()
    shutil.copytree(workspace.processed, folder, copy_function=os.link)
    (folder / str(YEAR) / f"{table}.parquet").unlink()
    return Workspace(workspace.raw, folder, workspace.reports)


def of(*tables: str) -> Rests:
    """Whether a fact counts rows of a table of the year."""

    def rests(record: dict[str, Any]) -> bool:
        d = json.loads(record["definition"])
        return d.get("dataset") in tables and (d["kind"] == "cited" or not d["period"])

    return rests


def said(blocks: Iterable[Block]) -> str:
    """All that blocks say, in pictures and tables too."""
    plain = [{k: v for k, v in block.items() if k != "facts"} for block in blocks]
    return json.dumps(plain, ensure_ascii=False)


def left_out(
    whole: Told, fewer: Told, gone: Rests, moved: Rests, chosen: Set[str] = frozenset()
) -> list[str]:
    """What is wrong with a report that lacks a table, one line a cell. `gone`: facts that count
    its rows; `moved`: others that may differ; `chosen`: the chapters in which the rows
    themselves say which numbers are shown."""
    wrong = []
    for chapter, before in whole.items():
        if chapter not in fewer:  # a survey without answers has no chapter
            if not chapter.startswith("35_enkat"):
                wrong.append(f"{chapter} is gone")
            continue
        for cell, blocks in before.cells.items():
            why = _wrong(blocks, fewer[chapter].cells[cell], gone, moved, chapter in chosen)
            if why and cell != CHOSEN:
                wrong.append(f"{chapter}, {cell}: {why}")
    return wrong


def _wrong(
    before: list[Block], after: list[Block], gone: Rests, moved: Rests, chooses: bool
) -> str:
    if before == after:
        return ""
    touched = [b for b in before if any(gone(f) or moved(f) for f in b["facts"].values())]
    kept = [b for b in before if b["facts"] and b not in touched]
    if kept != [b for b in after if b in kept] and not (
        chooses and "nderlag saknas" in said(after)
    ):
        return "a block that does not rest on the table is another"
    known = {key: fact for b in before for key, fact in b["facts"].items()}
    new = [b for b in after if b not in before]
    for key, fact in ((k, f) for b in new for k, f in b["facts"].items()):
        if gone(fact) and fact["status"] == "ok":
            return f"{fact['title']} has a value"
        own = fact["parents"] == "[]" and not gone(fact) and not moved(fact)
        if own and fact != known.get(key, fact):
            return f"{fact['title']} is another"
    shrunk = any(b["facts"] for b in new)
    if shrunk or "nderlag saknas" in said(after):
        return ""
    return "nothing says that it is missing"


def nothing(record: dict[str, Any]) -> bool:
    return False


@pytest.mark.parametrize("table", NAMES)
def test_a_table_left_out_is_told_and_nothing_else_changes(
    table: str, whole: Told, tmp_path: Path
) -> None:
    less = without(table, tmp_path / "processed")
    fewer = shown(less, YEAR, chapters(less, YEAR, "intern"))
    assert left_out(whole, fewer, of(table), nothing, NAMED_BY.get(table, frozenset())) == []


@pytest.mark.parametrize(
    ("cell", "table", "why"),
    [("gas", "mal", "nothing says"), ("gas", "matning", "is another"), ("asi-par", "mal", "is an")],
)
def test_a_block_that_vanishes_is_found(whole: Told, cell: str, table: str, why: str) -> None:
    less = replace(whole["30_resultat"], cells={**whole["30_resultat"].cells, cell: []})
    (found,) = left_out(whole, {**whole, "30_resultat": less}, of(table), nothing)
    assert why in found


def test_a_file_left_out_is_its_table_left_out(whole: Told, tmp_path: Path) -> None:
    """The form that most others look something up in, taken away and the year read again: tables
    that do not refer to it are as they were, and so is what rests on them."""
    known, truth = known_municipality()
    less = at(tmp_path)
    for name in ("raw", "processed"):
        shutil.copytree(getattr(known, name), getattr(less, name))
    for file in {s.file for s in truth.sources if (s.table, s.year) == ("bakgrund", YEAR)}:
        (less.raw / str(YEAR) / file).unlink()
    shutil.rmtree(less.processed / str(YEAR))
    tables(less, YEAR)
    books = codebooks(less.raw)
    refer = {n for n, b in books.items() if any(k.resource == "bakgrund" for k in b.foreign_keys)}
    assert {*NAMES} - refer - {"bakgrund"} == _same(known, less) - {*SYSTEM}
    fewer = shown(less, YEAR, chapters(less, YEAR, "intern"))
    assert left_out(whole, fewer, of("bakgrund"), of(*refer, *SYSTEM)) == []


def _same(one: Workspace, other: Workspace) -> set[str]:
    """The tables of the year that are there and equal in both."""
    folders = [w.processed / str(YEAR) for w in (one, other)]
    both = set.intersection(*({p.stem for p in f.glob("*.parquet")} for f in folders))
    made = {n: [pq.read_table(f / f"{n}.parquet") for f in folders] for n in both}
    return {name for name, (a, b) in made.items() if a.equals(b)}
