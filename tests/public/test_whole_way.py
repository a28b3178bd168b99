"""From the raw file to `publik/`, as `annual` goes: a number that the decision hides may be
another within its interval, and no byte that leaves the house is another."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipeline.disclosure.decide import Decision
from pipeline.exempel import SEED
from pipeline.facts.dataset import codebooks
from pipeline.facts.pattern import CountCell
from pipeline.intake.year import clean_year
from pipeline.publish.document import Meta
from pipeline.run.execute import Job, execute, kernel_environment, kernels_of
from pipeline.run.kernel import Kernels
from pipeline.run.plan import chapters
from pipeline.run.public import decide, publish
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace, load_kommun
from tests.planted import few

YEAR, ROWS = 2025, 60
TABLE, FILE, ENCODING = "brukarenkat", "Brukarenkät 2025.csv", "cp1252"
FILES = ("Avslut", "avslut", "Bakgrund", "Brukarenkät")  # what the chapters count
CHAPTERS = ("10_sammanstallning", f"35_enkat_{TABLE}")
META = Meta("Exempelkommun", "Öppenvård", YEAR, dt.date(2026, 3, 16), "0.1", "Publik utgåva")
# The questions that divide into groups: nobody has a mean of them.
QUESTIONS = {
    "aldersgrupp": "Hur gammal är du?",
    "kon": "Är du …",
    "enhet": "Vilken verksamhet har du kontakt med?",
}
TRIED = 4


@dataclass(frozen=True)
class Change:
    """Whoever stands on `line` of the file (1-based) answers a question as the one on `like`.
    `moved`: the counts that the person leaves or joins by it."""

    question: str
    line: int
    like: int
    moved: frozenset[CountCell]


def jobs(w: Workspace) -> list[Job]:
    return [job for job in chapters(w, YEAR, "publik") if job.name in CHAPTERS]


def decided(w: Workspace) -> Decision:
    """The tables of the year from the raw files, and what the public edition may show."""
    load_kommun.cache_clear()
    codebooks.cache_clear()
    out = w.processed / str(YEAR)
    clean_year(w, YEAR, out)
    validate_year(w, YEAR, out)
    return decide(w, YEAR, "publik", jobs(w))


def published(w: Workspace, decision: Decision, folder: Path, kernels: Kernels) -> dict[str, bytes]:
    """`publik/` of the chapters run by kernels with the decision's pattern, file by file."""
    made, out, background = (folder / name for name in ("kapitel", "publik", "intern"))
    made.mkdir(parents=True)
    background.mkdir()
    with kernel_environment(w):
        executed = {job.name: execute(job, made, kernels) for job in jobs(w)}
    publish(w, executed, META, decision, out, background)
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def within(w: Workspace, decision: Decision) -> Iterator[Change]:
    """Answers that may be others as far as the edition tells: every count that they move is
    hidden. All that is shown holds of the changed file too, so that what is hidden has moved
    within its interval."""
    cells = sorted({c for r in decision.rows for c in r.cells if c.dataset == TABLE})
    table = pq.read_table(w.processed / str(YEAR) / f"{TABLE}.parquet")
    for change in _changes(table, [c for c in cells if c.period == 0]):
        if change.moved and not any(map(decision.pattern.shows, change.moved)):
            yield change


def _changes(table: Any, cells: list[CountCell]) -> Iterator[Change]:
    """Every row with another answer to one question."""
    asked = ", ".join(f"coalesce({c.where}, false)" for c in cells)
    with duckdb.connect() as db:
        db.register("svar", table)
        before = dict(db.sql(f"SELECT _rad, [{asked}] FROM svar").fetchall())
        for question in QUESTIONS:
            given = db.sql(
                f"SELECT {question}, min(_rad) FROM svar WHERE {question} IS NOT NULL "
                "GROUP BY ALL ORDER BY 1"
            ).fetchall()
            for answer, like in given:
                after = db.sql(
                    f"SELECT _rad, [{asked}] FROM (SELECT * REPLACE ($answer AS {question}) "
                    f"FROM svar WHERE {question} <> $answer) ORDER BY _rad",
                    params={"answer": answer},
                ).fetchall()
                for line, counts in after:
                    pairs = zip(cells, before[line], counts, strict=True)
                    moved = frozenset(c for c, x, y in pairs if x != y)
                    yield Change(question, line, like, moved)


def changed(w: Workspace, change: Change, folder: Path) -> Workspace:
    """The same raw files in another folder, but for one cell."""
    other = Workspace(*(folder / n for n in ("raw", "processed", "reports")))
    shutil.copytree(w.raw, other.raw)
    path = other.raw / str(YEAR) / FILE
    lines = [line.split(";") for line in path.read_bytes().decode(ENCODING).split("\n")]
    column = lines[0].index(QUESTIONS[change.question])
    assert lines[change.line - 1][column] != lines[change.like - 1][column]
    lines[change.line - 1][column] = lines[change.like - 1][column]
    path.write_bytes("\n".join(map(";".join, lines)).encode(ENCODING))
    return other


def counts(decision: Decision) -> dict[CountCell, int]:
    values = decision.system.A @ decision.system.x
    return {c: int(v) for r, v in zip(decision.rows, values, strict=True) for c in r.cells}


def test_a_raw_cell_behind_hidden_numbers_may_be_another_and_no_byte_changes(tmp_path: Path):
    first = few(tmp_path / "a", FILES, ROWS, SEED)
    before = decided(first)
    candidates = list(islice(within(first, before), TRIED))
    assert before.primary and len(before.primary) < len(before.reasons) < len(counts(before)) / 2
    for number, change in enumerate(candidates):
        second = changed(first, change, tmp_path / f"b{number}")
        after = decided(second)
        if after.pattern == before.pattern:  # else the pattern itself must change
            break
    else:
        raise AssertionError(f"none of {len(candidates)} candidates leaves the pattern as it is")
    old, new = counts(before), counts(after)
    assert {c for c in old if old[c] != new[c]} == change.moved
    assert not any(map(after.pattern.shows, change.moved))
    assert (first.processed / str(YEAR) / f"{TABLE}.parquet").read_bytes() != (
        second.processed / str(YEAR) / f"{TABLE}.parquet"
    ).read_bytes()
    with kernels_of(first) as kernels:
        kernels.warm()
        files = [published(w, d, tmp_path / n, kernels)
                 for w, d, n in ((first, before, "x"), (second, after, "y"))]  # fmt: skip
    assert {"arsrapport.html", "arsrapport.pdf", "faktaregister.json"} <= files[0].keys()
    assert files[0].keys() == files[1].keys()
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []
    assert b".." in files[0]["arsrapport.html"]
