"""The published tables against the public answers, by plain csv: none of our code in between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pandas as pd
import pytest

from .compare import Crosswalk, compare, fact_of
from .expected import outcome, read_expected
from .published import NO_ANSWER, Cell, Table, read_answers, read_headers, read_tables
from .workspace import CODEBOOK, EXPORT, PUBLISHED, RSE, YEAR

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return list(read_tables(PUBLISHED, read_headers(EXPORT)))


@pytest.fixture(scope="module")
def answers() -> dict[str, list[str]]:
    return read_answers(EXPORT)


def test_57_tables_each_with_its_percentages(tables: list[Table]) -> None:
    assert Counter(t.percent for t in tables) == {False: 57, True: 57}


def test_counts_equal_the_public_answers_to_the_person(
    tables: list[Table], answers: dict[str, list[str]]
) -> None:
    """All 53 tables whose question is in the public data: no number differs."""
    checked = set()
    for table in tables:
        if table.percent or table.cells[0].column not in answers:
            continue
        checked.add(table.name)
        for cell in table.cells:
            assert cell.value == answers[cell.column].count(cell.answer), (table.name, cell)
    assert len(checked) == 53


def test_no_answer_is_left_out_of_a_table(
    tables: list[Table], answers: dict[str, list[str]]
) -> None:
    """Every answer somebody gave has a number; only non-response may be unpublished."""
    for table in tables:
        if table.percent or table.layout == "several":
            continue
        shown = {(c.column, c.answer) for c in table.cells}
        for column in {c.column for c in table.cells} & set(answers):
            given = {(column, a) for a in answers[column] if a != NO_ANSWER}
            assert given <= shown, table.name


def test_a_listing_is_the_column_itself(tables: list[Table], answers: dict[str, list[str]]) -> None:
    """Its percentages are each value over the sum of the values, or were left empty."""
    listed = {(t.name, t.measure): t.listing for t in tables if t.layout == "listing"}
    names = {name for name, _ in listed}
    assert names == {"currentEmp11", "proj1can", "soft1can", "train2"}
    for name in names:
        values = [float(a) if a else None for a in answers[name]]
        assert list(listed[name, "count"]) == values
        shown = listed[name, "percent"]
        whole = sum(v or 0 for v in values)
        if any(v is not None for v in shown):
            assert list(shown) == pytest.approx([100 * (v or 0) / whole for v in values])


def test_the_comparison_finds_what_expected_md_says(tables: list[Table]) -> None:
    """A ledger made from the answers alone: equal where they are, and every reason its own."""
    crosswalk = Crosswalk(CODEBOOK)
    rows = compare(tables, plain_ledger(crosswalk), crosswalk, YEAR)
    kinds = {t.name: t.layout for t in tables}
    assert outcome(rows, kinds) == read_expected(RSE / "EXPECTED.md")


def test_the_comparison_sees_one_person_too_many(tables: list[Table]) -> None:
    crosswalk = Crosswalk(CODEBOOK)
    ledger = plain_ledger(crosswalk)
    changed = ledger["scope"] == '{"edu1": "doctorate"}'
    ledger.loc[changed & ledger["name"].str.endswith("_antal"), "value"] += 1
    before = compare(tables, plain_ledger(crosswalk), crosswalk, YEAR)
    after = compare(tables, ledger, crosswalk, YEAR)
    new = [a for a, b in zip(after, before, strict=True) if a != b]
    assert [(r.table, r.published, r.ours, r.reason) for r in new] == [
        ("edu1", 170, 171, "differs")
    ]


def plain_ledger(crosswalk: Crosswalk) -> pd.DataFrame:
    """The facts that the survey chapter should make, counted from the csv file as it stands."""
    return pd.DataFrame(_counted(crosswalk), columns=["name", "scope", "value", "period"])


def _counted(crosswalk: Crosswalk) -> Iterator[tuple[str, str, float, str]]:
    for column, cells in read_answers(EXPORT).items():
        answered = sum(c != NO_ANSWER for c in cells)
        for answer in crosswalk.answers(column, cells) | {NO_ANSWER}:
            found = crosswalk.find(Cell(column, answer, 0))
            if found is None:
                continue
            n = cells.count(answer)
            for share in (False, True) if answer != NO_ANSWER else (False,):
                name, scope = fact_of(crosswalk.survey, *found, share)
                yield name, json.dumps(dict(scope)), n / answered if share else n, str(YEAR)
