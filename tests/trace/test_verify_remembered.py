"""A verification that takes over what an earlier build recomputed says what one that takes over
nothing says, and tells how much that was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.memory import Memory
from pipeline.trace.verify import Verdict
from pipeline.trace.verify.answers import Answers, Unanswerable

from .alterations import IN_THE_TEXT, in_page
from .verified import YEAR, Edition

Remembered = Callable[[], Memory]


def _numbers(folder: Path) -> int:
    """Facts and occurrences."""
    names = ("faktaregister", "forekomster")
    return sum(pq.read_table(folder / f"{name}.parquet").num_rows for name in names)


def test_a_first_build_recomputes_every_number(plain: Verdict, first: tuple[Path, Verdict]):
    verdict = first[1]
    assert (verdict.unchanged, verdict.recalled) == (0, 0)
    assert verdict == plain
    assert list(verdict.lines()) == [f"verifierat {verdict.total} av {verdict.total} tal"]


def test_of_the_very_same_files_everything_is_taken_over(
    sound: Edition, plain: Verdict, remembered: Remembered
):
    verdict = sound.verified(remembered())
    assert replace(verdict, unchanged=0) == plain
    assert verdict.unchanged == verdict.total
    assert next(iter(verdict.lines())) == (
        f"0 tal räknades om; {verdict.total} är oförändrade sedan de räknades om"
    )


def test_what_no_table_is_made_of_recomputes_nothing(edition: Edition, remembered: Remembered):
    """The log and the profile that each build writes, what the chapters ask for, people's texts."""
    processed, year = edition.workspace.processed, edition.workspace.raw / str(YEAR)
    with (processed / "byggen.log").open("a", encoding="utf-8") as log:
        log.write("ännu ett bygge\n")
    (processed / f"profil-{YEAR}.json").write_text("[]", encoding="utf-8")
    (processed / str(YEAR) / "fakta-intern.json").write_text("[]", encoding="utf-8")
    (year / "analys" / "sektor").mkdir(parents=True, exist_ok=True)
    (year / "analys" / "sektor" / "ny.md").write_text("En ny text.", encoding="utf-8")
    verdict = edition.verified(remembered())
    assert verdict.unchanged == verdict.total


def test_a_document_that_changed_is_compared_with_what_is_remembered(
    edition: Edition, remembered: Remembered
):
    in_page(IN_THE_TEXT)(edition)
    verdict = edition.verified(remembered())
    assert verdict.unchanged == verdict.total - _numbers(edition.intern)
    # What rests on no table is computed each time: constants, and tables that are not there.
    assert 0.9 < verdict.recalled / _numbers(edition.intern) < 1
    told = " ".join(verdict.lines())
    anew = verdict.total - verdict.unchanged - verdict.recalled
    assert f"{anew} tal räknades om; {verdict.recalled} jämfördes på nytt" in told
    assert max(map(len, verdict.lines())) <= 80


def test_only_what_is_new_is_asked_of_the_tables(
    edition: Edition, remembered: Remembered, monkeypatch: pytest.MonkeyPatch
):
    """A definition of its own in the ledger, as a changed chapter gives one."""
    path = edition.intern / "faktaregister.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    told = ((r, json.loads(r["definition"])) for r in rows if r["kind"] == "count")
    row, definition = next(
        t for t in told if t[1]["dataset"] == "avslut" and "distinct" not in t[1]
    )
    definition["where"] = f"({definition['where']}) AND 4711 = 4711"
    row["definition"] = json.dumps(definition)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    asked: list[str] = []
    batch = Answers._batch

    def noting(self: Answers, year: int, name: str, parts: list[str]) -> None:
        asked.extend(parts)
        batch(self, year, name, parts)

    monkeypatch.setattr(Answers, "_batch", noting)
    edition.verified(remembered())
    assert asked == [f"count(*) FILTER (WHERE ({definition['where']}))"]


def test_answers_of_other_tables_are_not_taken_over(edition: Edition, remembered: Remembered):
    """One raw cell: everything that rests on tables is computed again."""
    path = next((edition.workspace.raw / str(YEAR)).glob("avslut*.csv"))
    path.write_bytes(path.read_bytes() + b"\n")
    verdict = edition.verified(remembered())
    assert (verdict.unchanged, verdict.recalled) == (0, 0)


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE TABLE t AS SELECT 2025 AS _y, range AS x FROM range(10)")
    return made


@pytest.mark.parametrize(
    "wrong", ["count(*), 99", "count(*), 99 FROM t --", "count(nothing)", "count(*) FROM t; --"]
)
def test_a_definition_that_is_none_harms_no_other(tables: duckdb.DuckDBPyConnection, wrong: str):
    answers = Answers(lambda: tables)
    answers.ask(2025, "t", [wrong, "sum(x)", "count(*)"])
    assert (answers.of(2025, "t", "sum(x)"), answers.of(2025, "t", "count(*)")) == (45, 10)
    with pytest.raises(Unanswerable):
        answers.of(2025, "t", wrong)


def test_a_statistic_is_given_what_it_is_remembered_by_and_no_more():
    """And asked again where any of it differs."""
    calls: list[object] = []

    def function(d: object, parents: list[dict[str, int]]) -> float:
        calls.append(parents)
        return float(len(calls))

    answers = Answers(duckdb.connect)
    parent = {"value": 1, "n": 2, "numerator": 3, "denominator": 4, "name": "a"}
    assert answers.statistic(function, {"part": "p"}, [parent]) == 1.0
    assert answers.statistic(function, {"part": "p"}, [parent | {"name": "b"}]) == 1.0
    assert calls == [[{"value": 1, "n": 2, "numerator": 3, "denominator": 4}]]
    for number, other in enumerate(("value", "n", "numerator", "denominator"), 2):
        assert answers.statistic(function, {"part": "p"}, [parent | {other: 9}]) == number
    assert answers.statistic(function, {"part": "q"}, [parent]) == 6.0
