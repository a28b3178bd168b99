"""Exempelkommun's own chapter with planted differences: no table of persons that agrees with what
it shows is excluded that has five or more in the group that should not be known."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.exempel import SEED, make_example
from pipeline.facts.dataset import codebooks
from pipeline.facts.pattern import CountCell
from pipeline.intake.year import clean_year
from pipeline.run.plan import chapters
from pipeline.run.public import decide
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace, load_kommun

from .attacker import search

YEAR, ROWS, TABLE = 2025, 60, "bakgrund"
UNITS = ("familj", "ungdom", "beroende", "relation")
STARTS = {"T1": dt.date(2025, 2, 10), "T2": dt.date(2025, 6, 10), "T3": dt.date(2025, 10, 10)}
KINDS = [(unit, tertial) for unit in UNITS for tertial in STARTS]
Plan = Callable[[int], tuple[str, str]]  # number of the row → its unit and tertial

# A year whose last tertial is three persons of three units; a unit with two persons.
PLANTED: dict[str, tuple[Plan, Callable[[str, str], bool], int]] = {
    "tertial": (
        lambda i: (UNITS[i % 4], "T3" if i < 3 else ("T1", "T2")[i // 4 % 2]),
        lambda _, tertial: tertial == "T3",
        3,
    ),
    "enhet": (
        lambda i: ("relation" if i < 2 else UNITS[i % 3], ("T1", "T2", "T3")[i // 3 % 3]),
        lambda unit, _: unit == "relation",
        2,
    ),
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = place(tmp_path_factory.mktemp("exempel"))
    make_example(made.raw, (YEAR,), ROWS, SEED)
    forget()
    clean_year(made, YEAR, made.processed / str(YEAR))
    validate_year(made, YEAR, made.processed / str(YEAR))
    return made


def place(folder: Path) -> Workspace:
    return Workspace(folder / "raw", folder / "processed", folder / "reports")


def forget() -> None:
    load_kommun.cache_clear()
    codebooks.cache_clear()


def planted(example: Workspace, folder: Path, plan: Plan, merging: bool) -> Workspace:
    """The example with units and dates by plan; without `merging` nothing is merged first."""
    made = place(folder)
    for name in ("raw", "processed"):
        shutil.copytree(getattr(example, name), getattr(made, name))
    if not merging:
        with (made.raw / "kommun.toml").open("a", encoding="utf-8") as file:
            file.write("\n[sekretess]\nsla_samman = []\nhogst_dolda = 1\n")
    path = made.processed / str(YEAR) / f"{TABLE}.parquet"
    table = pq.read_table(path)
    units, tertials = zip(*map(plan, range(table.num_rows)), strict=True)
    dates = [STARTS[t] for t in tertials]
    for name, values in (("enhet", units), ("start_tertial", tertials), ("startdatum", dates)):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.array(values, table.schema.field(at).type))
    pq.write_table(table, path)
    forget()
    return made


def of_the_tables(cells: Iterable[CountCell], names: Iterable[str]) -> list[CountCell]:
    """The counts that read nothing but unit and tertial."""
    others = set(names) - {"enhet", "start_tertial"}
    return [c for c in cells if (c.dataset, c.period, c.distinct) == (TABLE, 0, "")
            and not others & set(re.findall(r"\w+", c.where))]  # fmt: skip


def rows_of(cells: list[CountCell], made: Workspace) -> list[Any]:
    """What the attacker knows: which kinds each of the counts counts, and its true number."""
    table = pq.read_table(made.processed / str(YEAR) / f"{TABLE}.parquet")
    kinds = pa.table({"kind": list(range(len(KINDS))), "enhet": [u for u, _ in KINDS],
                      "start_tertial": [t for _, t in KINDS]})  # fmt: skip
    known = []
    with duckdb.connect() as db:
        db.register("svar", table)
        db.register("kinds", kinds)
        for cell in cells:
            mine = db.sql(f"SELECT kind FROM kinds WHERE {cell.where}").fetchall()
            (number,) = db.sql(f"SELECT count(*) FROM svar WHERE {cell.where}").fetchall()[0]
            known.append(([(k, 1) for (k,) in mine], number, number))
    return known


@pytest.mark.parametrize("merging", [True, False], ids=["hopslaget", "inget hopslaget"])
@pytest.mark.parametrize("name", PLANTED)
def test_few_persons_by_difference(example: Workspace, tmp_path: Path, name: str, merging: bool):
    plan, secret, persons = PLANTED[name]
    made = planted(example, tmp_path, plan, merging)
    jobs = [j for j in chapters(made, YEAR, "publik") if j.name == "10_sammanstallning"]
    decision = decide(made, YEAR, "publik", jobs)
    table = pq.read_table(made.processed / str(YEAR) / f"{TABLE}.parquet")
    cells = of_the_tables((c for r in decision.rows for c in r.cells), table.column_names)
    shown = [c for c in cells if decision.pattern.shows(c)]
    few = [(k, 1) for k, kind in enumerate(KINDS) if secret(*kind)]
    rows, every = rows_of(shown, made), rows_of(cells, made)
    assert sum(secret(*plan(i)) for i in range(table.num_rows)) == persons
    assert CountCell(TABLE, 0, "TRUE") in shown and not decision.open_targets
    assert search([*rows, (few, 5, None)], len(KINDS), table.num_rows)
    if not merging:  # and it is not so by itself: hiding small numbers alone gives the group away
        alone = [row for row in every if not 0 < row[1] < 5]
        assert not search([*alone, (few, 5, None)], len(KINDS), table.num_rows)
        assert len(rows) > len(UNITS)
