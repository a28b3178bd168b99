"""What a record says afterwards, and which rows a call means."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.disposal.choose import Asked, choose
from pipeline.disposal.record import (
    GONE,
    Disposal,
    DisposedFile,
    chain,
    disposals,
    read_record,
    record_path,
    since,
    write_record,
)
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.run.gallra_plan import _about
from pipeline.trace.cellset import Sheet
from pipeline.trace.disposed import refuse_rebuilt, refuse_resting
from pipeline.workspace import Workspace
from tests.municipality import tables
from tests.trace.small import YEAR, municipality, set_cell

FIRST = Disposal(
    "SN 2026/12", 2025, "socialchef", "2026-05-12",
    (DisposedFile("2025/a.xlsx", "a0", "a1", {"Svar": (3, 4, 5, 9)}),),
    {2025: ("avslut", "rader"), 2026: ("avslut",)},
    {"2025/intern": {"f1": "d1"}},
)  # fmt: skip
SECOND = Disposal(
    "SN 2027/3", 2025, "socialchef", "2027-01-10",
    (DisposedFile("2025/a.xlsx", "a1", "a2", {"Svar": (7,)}),
     DisposedFile("2025/b.csv", "b0", GONE, {"": (2, 3)})),
    {2025: ("avslut", "rader")}, {},
)  # fmt: skip


def test_a_record_is_written_once_and_read_as_it_was(tmp_path: Path):
    path = write_record(tmp_path, FIRST)
    assert path == tmp_path / "2025" / "protokoll" / "gallring" / "SN-2026-12.json"
    assert read_record(path) == FIRST and FIRST.rows == 4
    assert json.loads(path.read_text("utf-8"))["filer"][0]["rader"] == {"Svar": "3-5, 9"}
    with pytest.raises(UppfoljningError, match="redan verkställt"):
        write_record(tmp_path, FIRST)
    write_record(tmp_path, SECOND)
    assert disposals(tmp_path) == [FIRST, SECOND]
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UppfoljningError, match=r"SN-2026-12\.json"):
        disposals(tmp_path)
    with pytest.raises(UppfoljningError, match="diarienummer"):
        record_path(tmp_path, 2025, "///")


def test_disposals_of_one_file_follow_on_each_other():
    every = [FIRST, SECOND]
    assert chain(every, "2025/a.xlsx", "a0") == ("a2", (FIRST, SECOND))
    assert chain(every, "2025/a.xlsx", "a1") == ("a2", (SECOND,))
    assert chain(every, "2025/a.xlsx", "other") == ("other", ())
    assert chain(every, "2025/b.csv", "b0") == (GONE, (SECOND,))
    # An edition built after the first disposal is only told of the second.
    assert since(every, [("2025/a.xlsx", "a1"), ("2025/b.csv", "b0")]) == [SECOND]
    assert since(every, [("2025/a.xlsx", "a2")]) == []


def ledger(folder: Path, *definitions: dict[str, object]) -> Path:
    rows = [
        {"title": f"Tal {i}", "period": "2025", "definition": json.dumps(d)}
        for i, d in enumerate(definitions)
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "faktaregister.parquet")
    return folder


def test_a_later_report_is_stopped_only_by_numbers_that_rest_on_what_is_gone(tmp_path: Path):
    workspace = Workspace(tmp_path / "raw", tmp_path, tmp_path)
    write_record(workspace.raw, FIRST)
    count = {"kind": "count", "where": "TRUE"}
    last_year = {**count, "dataset": "avslut", "period": -1}
    two_years_ago = {**count, "dataset": "avslut", "period": -2}
    other_table = {**count, "dataset": "bakgrund", "period": -1}
    made_of_facts = {"kind": "derived", "op": "-", "parents": ["f1", "f2"]}
    refuse_resting(workspace, 2027, ledger(tmp_path, two_years_ago | {"period": -3}))
    refuse_resting(workspace, 2026, ledger(tmp_path, two_years_ago, other_table, made_of_facts))
    with pytest.raises(GateError, match=r"1 tal(.|\n)*gallrat enligt SN 2026/12(.|\n)*Tal 1"):
        refuse_resting(workspace, 2026, ledger(tmp_path, other_table, last_year))
    # This year's closings looked something up in the rows that are gone.
    with pytest.raises(GateError):
        refuse_resting(workspace, 2026, ledger(tmp_path, {**last_year, "period": 0}))
    refuse_rebuilt(workspace, 2026)
    with pytest.raises(UppfoljningError, match="--efter-gallring"):
        refuse_rebuilt(workspace, 2025)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = municipality(tmp_path_factory.mktemp("litet"))
    set_cell(made.raw / "2025" / "svaren.xlsx", "D4", "i våras")
    tables(made, YEAR)
    return made


def test_rows_are_chosen_by_number_by_date_or_by_the_file(small: Workspace):
    by_number = choose(small, YEAR, Asked(rows=["Svaren.xlsx!svar!3,5-6"]))
    assert by_number.rows == {"svaren.xlsx": {"Svar": (3, 5, 6)}}
    by_date = choose(small, YEAR, Asked(before=dt.date(2025, 5, 1), field="slut"))
    # Rows 2 to 5 ended in January to April; what stands in row 4 is no date.
    assert by_date.rows == {"svaren.xlsx": {"Svar": (2, 3, 5)}}
    assert by_date.undated == {"svaren.xlsx!Svar": "4"}
    whole = choose(small, YEAR, Asked(files=["starter.xlsx"]))
    assert whole.whole == {"starter.xlsx"} and whole.rows["starter.xlsx"]["Svar"] == tuple(
        range(2, 10)
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(), "Inga rader är valda"),
        (Asked(rows=["svaren.xlsx!Svar!1"]), "rad 1 är ingen rad"),
        (Asked(rows=["svaren.xlsx!Svar!99"]), "rad 99 är ingen rad"),
        (Asked(rows=["svaren.xlsx!Svar!x"]), "säger inte vilka rader"),
        (Asked(rows=["okänd.csv!3"]), "ingen inläst fil"),
        (Asked(files=["okänd.csv"]), "ingen fil"),
        (Asked(before=dt.date(2025, 5, 1), field="kon"), "inget datum"),
        (Asked(before=dt.date(2025, 5, 1), field="finnsinte"), "Inget formulär"),
    ],
)
def test_a_call_that_means_nothing_says_why(small: Workspace, asked: Asked, said: str):
    with pytest.raises(UsageError, match=said):
        choose(small, YEAR, asked)


def test_themes_and_quotations_about_the_rows_are_pointed_out(tmp_path: Path):
    workspace = Workspace(tmp_path / "raw", tmp_path, tmp_path)
    (tmp_path / "2025").mkdir()
    coded = {"kalla": ["a.csv", "a.csv", "b.csv"], "rad": [3, 4, 3],
             "_kalla": ["kod.xlsx!Teman"] * 3, "_rad": [2, 3, 4]}  # fmt: skip
    pq.write_table(pa.table(coded), tmp_path / "2025" / "fritext_teman.parquet")
    gone = {Sheet(2025, "a.csv"): np.array([3, 4])}
    assert _about(workspace, 2025, gone) == {"kod.xlsx!Teman": "2-3"}
    also = {Sheet(2025, "kod.xlsx!Teman"): np.array([2])}
    assert _about(workspace, 2025, gone | also) == {"kod.xlsx!Teman": "3"}
