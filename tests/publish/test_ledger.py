"""The two ledger files."""

import pyarrow.parquet as pq
import pytest

from pipeline.errors import GateError
from pipeline.publish import ledger
from pipeline.publish.document import collect

from . import sample as s

FACT_COLUMNS = [
    ("id", "string"), ("name", "string"), ("scope", "string"), ("title", "string"),
    ("kind", "string"), ("value", "double"), ("unit", "string"), ("n", "int64"),
    ("numerator", "int64"), ("denominator", "int64"), ("status", "string"),
    ("definition", "string"), ("reads", "string"), ("parents", "string"), ("period", "string"),
]  # fmt: skip
OCCURRENCE_COLUMNS = [
    "fact", "period", "scope", "part", "text", "notebook", "cell_id", "source_sha256", "anchor",
]  # fmt: skip


def test_the_files_have_exactly_the_contracts_columns(tmp_path):
    ledger.write_ledger(collect(s.annual(), s.META), tmp_path)
    facts = pq.read_schema(tmp_path / ledger.FACTS)
    shown = pq.read_schema(tmp_path / ledger.OCCURRENCES)
    assert [(f.name, str(f.type)) for f in facts] == FACT_COLUMNS
    assert [(f.name, str(f.type)) for f in shown] == [(c, "string") for c in OCCURRENCE_COLUMNS]
    assert facts.metadata is None and shown.metadata is None


def test_an_empty_report_gives_empty_files_of_the_same_shape(tmp_path):
    ledger.write_ledger(collect({}, s.META), tmp_path)
    table = pq.read_table(tmp_path / ledger.FACTS)
    assert (table.num_rows, [f.name for f in table.schema]) == (0, [c for c, _ in FACT_COLUMNS])


def test_parents_are_facts_though_they_are_not_shown():
    document = collect(s.annual(), s.META)
    names = [record["name"] for record in ledger.facts(document)]
    assert names == sorted(names)
    assert "nojd_forra" in names
    assert "nojd_forra" not in {
        r["name"] for r in ledger.facts(document) for o in ledger.occurrences(document)
        if o["fact"] == r["id"]
    }  # fmt: skip


def test_every_occurrence_is_found_wherever_it_stands():
    a = s.fact("a", 1, 2)

    def at(text, part="value"):
        return s.shown(a, text, part)

    picture = s.figure(a, title=[at("titel")], subtitle=[at("under")], alt=["Alt ", at("alt")],
                       marks=[at("märke")], note=[at("not", "n")])  # fmt: skip
    picture["table"] = {
        "kind": "table", "caption": [at("rubrik")],
        "columns": [{"header": ["x"]}, {"header": ["n = ", at("huvud", "n")]}],
        "rows": [{"header": [{"strong": [at("rad")]}], "cells": [[at("cell")]]}],
        "note": [at("tabellnot")],
    }  # fmt: skip
    rows = ledger.occurrences(s.document(s.markdown("# K"), s.display(picture)))
    assert [row["text"] for row in rows] == [
        "titel", "under", "alt", "märke", "not", "rubrik", "huvud", "rad", "cell", "tabellnot",
    ]  # fmt: skip
    assert {row["part"] for row in rows} == {"value", "n"}


def test_an_occurrence_points_to_the_cell_and_the_source_that_made_it():
    a = s.fact("a", 1, 2, {"enhet": "A"})
    source = "say(f'{a}')"
    document = s.document(s.display(s.say(s.shown(a), facts=[a]), source=source, id="cell-7"))
    (row,) = ledger.occurrences(document)
    assert row == {
        "fact": a["id"], "period": "2025", "scope": a["scope"], "part": "value",
        "text": "50\u00a0%", "notebook": "30_resultat", "cell_id": "cell-7",
        "source_sha256": s.hashlib.sha256(source.encode()).hexdigest(),
        "anchor": "b-resultat-cell-7-1",
    }  # fmt: skip


def test_a_number_without_its_fact_stops_the_edition():
    a = s.fact("a", 1, 2)
    document = s.document(s.display(s.say(s.shown(a))))
    with pytest.raises(GateError, match=a["id"]):
        ledger.occurrences(document)


def test_one_id_with_two_records_stops_the_edition():
    a = s.fact("a", 1, 2)
    other = a | {"value": 0.75}
    document = s.document(
        s.display(s.say(s.shown(a), facts=[a])),
        s.display(s.say(s.shown(a), facts=[other]), id="c2"),
    )
    with pytest.raises(GateError, match="value"):
        ledger.facts(document)


def test_a_record_with_other_columns_stops_the_edition():
    a = s.fact("a", 1, 2)
    short = {k: v for k, v in a.items() if k != "reads"}
    with pytest.raises(GateError, match="kolumner"):
        ledger.facts(s.document(s.display(s.say(s.shown(a), facts=[short]))))
