"""Answers typed into a question with alternatives, as Microsoft Forms and Google Forms mix them
with those that were clicked: counted as such, read by people, written nowhere else."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pandas as pd
import pytest

from pipeline.errors import ConfigError
from pipeline.facts.freetext import answers, forms
from pipeline.forms.codebook import codebook_of
from pipeline.intake.convert import converter
from pipeline.publish.form_fields import closed
from pipeline.run.drafting import write_codebook
from pipeline.validation.records import FLAGGED, read_summary
from pipeline.workspace import Kommun, Workspace
from tests.municipality import at, tables, write_workbook
from tests.trace.test_verify_cleaning import apart

YEAR = 2025
UNIT, HELP = "Vilken enhet?", "Vad hjälpte?"
STAMP = dt.datetime(2025, 3, 1, 8, 30)
TYPED = {7: "Annat: nattens fältgrupp", 23: "den på torget", 31: "ring 070-123 45 67"}
BESIDE = {11: "Samtal;min moster;", 12: "hundpromenader;"}


def rows() -> list[list[object]]:
    made: list[list[object]] = [["ID", "Starttid", "Slutförandetid", "E-post", "Namn", UNIT, HELP]]
    for i in range(40):
        unit = TYPED.get(i, ("Norra", "Södra", "Norra")[i % 3])
        ticked = BESIDE.get(i, ("Samtal;Grupp;", "Grupp;", "Samtal;Resa;", "Resa;")[i % 4])
        made.append([i + 1, STAMP, STAMP, "anonymous", None, unit, ticked])
    return made


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = at(tmp_path_factory.mktemp("ord"))
    path = made.raw / str(YEAR) / "enkät.xlsx"
    write_workbook(path, {"Svar": rows()})
    (made.raw / "kommun.toml").write_text('namn = "Prov"\n', encoding="utf-8")
    write_codebook(made.raw, str(path))
    tables(made, YEAR)
    return made


def test_they_are_counted_and_kept_apart_from_what_was_chosen(workspace: Workspace) -> None:
    table = pd.read_parquet(workspace.processed / str(YEAR) / "enkat.parquet")
    given = [str(r[5]) for r in rows()[1:]]
    counted = table["vilken_enhet"].value_counts().to_dict()
    chosen = Counter(u for u in given if u in ("Norra", "Södra"))
    assert counted == {
        "norra": chosen["Norra"], "sodra": chosen["Södra"], "annat_egna_ord": len(TYPED),
    }  # fmt: skip
    beside = table["vad_hjalpte__annat_egna_ord"]
    assert [int(i) - 2 for i in table.loc[beside, "_rad"]] == [*BESIDE]
    assert int(table["vad_hjalpte__samtal"].sum()) == sum("Samtal" in str(r[6]) for r in rows())


def test_no_cell_is_a_mistake_but_each_is_told_by_its_place(workspace: Workspace) -> None:
    summary = read_summary(workspace.processed / str(YEAR))
    assert summary.total.cells_blanked == 0 and summary.total.quarantined == 0
    told = {f.adress.rpartition("!")[2]: f for f in summary.findings if f.atgard == FLAGGED}
    assert told.keys() == {*(f"F{i + 2}" for i in TYPED), *(f"G{i + 2}" for i in BESIDE)}
    assert not any(f.att_gora for f in told.values())
    assert all("egna ord och räknas som ”Annat (egna ord)”" in f.orsak for f in told.values())


def test_people_read_them_among_the_free_texts_without_what_points_out_somebody(
    workspace: Workspace,
) -> None:
    assert "enkat" in forms(workspace)
    told = {(a.field, a.text) for a in answers(workspace, YEAR, "enkat")}
    assert told == {
        ("vilken_enhet", "Annat: nattens fältgrupp"), ("vilken_enhet", "den på torget"),
        ("vilken_enhet", "ring [telefon]"), ("vad_hjalpte", "min moster"),
        ("vad_hjalpte", "hundpromenader"),
    }  # fmt: skip
    written = "".join(p.read_text("utf-8") for p in (workspace.raw / "formular").iterdir())
    records = (workspace.processed / str(YEAR)).glob("*.json")
    written += "".join(p.read_text("utf-8") for p in records)
    assert not any(w in written for w in ("fältgrupp", "torget", "moster", "hundpromenader"))


def test_verification_reads_the_same(workspace: Workspace) -> None:
    assert apart(workspace) == []


FIELD = {"name": "a", "title": "A", "type": "string", "categories": [
    "ja", {"value": "annat", "label": "Annat", "ownWords": True}]}  # fmt: skip


def test_an_alternative_chosen_is_no_own_words() -> None:
    book = codebook_of({"name": "b", "title": "B", "fields": [FIELD]}, "Kodboken b", Kommun())
    read = converter(book.field("a"), book)
    assert [read(c).own for c in ("ja", "Annat", "JA ", "", "Annat: x", "nja")] == [
        None, None, None, None, "Annat: x", "nja"
    ]  # fmt: skip
    assert not closed(book.field("a")), "a form lets people write there"


@pytest.mark.parametrize("wrong", [{"type": "integer"}, {"categories": [
    {"value": "x", "ownWords": True}, {"value": "y", "ownWords": True}]}, {"categories": [
        {"value": "x", "ownWords": True, "missing": True}]}])  # fmt: skip
def test_a_codebook_that_means_it_otherwise_is_refused(wrong: dict[str, object]) -> None:
    doc = {"name": "b", "title": "B", "fields": [json.loads(json.dumps(FIELD)) | wrong]}
    with pytest.raises(ConfigError, match="ownWords"):
        codebook_of(doc, "Kodboken b", Kommun())
