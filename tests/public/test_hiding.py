"""What a pattern does to facts, tables, sentences and figures."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import GateError, UsageError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.derive import largest, statistic, wording
from pipeline.facts.measure import count, mean, share
from pipeline.facts.pattern import CountCell, Merged, Pattern, table_key
from pipeline.publish import blocks as b
from pipeline.publish.document import collect
from pipeline.publish.public import _record, csv_text
from pipeline.report import blocks, figures, hidden, legends, tables
from pipeline.report.context import Context, pattern_of
from pipeline.run.public import refuse_hidden

from . import world as w


@pytest.fixture
def place(tmp_path):
    return w.workspace(tmp_path, w.rows())


def dataset(place: Any, *shown: str, merged: Any = None, recorder: Any = None) -> Dataset:
    """The survey under a pattern that shows the cells with these conditions."""
    keys = frozenset(CountCell("prov", 0, p.to_sql(p.parse(s))).key for s in shown)
    return open_dataset(place, "prov", w.YEAR, w.YEAR, Pattern(keys, merged or {}), recorder)


def test_a_hidden_count_has_neither_value_nor_n(place):
    dark = count(dataset(place), "vag = 'polis'")
    assert (dark.value, dark.n, dark.status) == (None, None, "dold")
    seen = count(dataset(place, "vag = 'polis'"), "vag = 'polis'")
    assert (seen.value, seen.n, seen.status) == (3, 3, "ok")


def test_a_share_shows_its_n_when_that_cell_is_shown_and_its_value_when_both_are(place):
    ask = {"where": "vag = 'polis'", "of": "del = 'nord'"}
    both = "vag = 'polis' AND del = 'nord'"
    found = [
        share(dataset(place, *cells), **ask)
        for cells in ((), ("del = 'nord'",), (both,), (both, "del = 'nord'"))
    ]
    told = [(f.status, f.n, f.numerator, f.denominator) for f in found]
    assert told == [
        ("dold", None, None, None), ("dold", 32, None, 32), ("dold", None, None, None),
        ("ok", 32, 2, 32),
    ]  # fmt: skip


def test_what_is_made_from_a_hidden_fact_is_hidden(place):
    half = dataset(place, "tid >= 4 AND tid IS NOT NULL", "tid IS NOT NULL")
    seen = share(half, "tid >= 4")
    dark = share(half, "svar >= 4")
    assert (seen - dark).status == (seen - dark).status == "dold"
    assert (seen - dark).value is None
    assert [f.status for f in statistic("wilson", dark)] == ["dold", "dold"]
    word = wording(seen - dark, "upp", "ned", "samma")
    assert word.value is None and word.status == "dold"
    assert statistic("wilson", seen)[0].value is not None


def test_a_mean_is_shown_with_its_n(place):
    assert mean(dataset(place), "veckor").value is None
    assert mean(dataset(place, "veckor IS NOT NULL"), "veckor").n == 96


def test_the_classes_of_a_table_are_the_codebooks_whatever_occurs(place, tmp_path):
    few = w.workspace(tmp_path / "b", [r for r in w.rows() if r["vag"] == "vard"])
    for name in ("vag", "veckor", "svar"):
        one, other = (count(dataset(each), by=name) for each in (place, few))
        assert one.classes == other.classes
    assert count(dataset(place), by="vag").classes == (("sjalv", "vard", "skola", "polis", None),)
    assert count(dataset(place), by="veckor").classes == ((None,),)


def test_merged_classes_are_one_row_with_sql_that_stands_on_its_own(place):
    few = Merged(("skola", "polis"), "Skola eller polis")
    key = table_key("prov", "TRUE", ("vag",))
    merged = {key: {"vag": (Merged(("sjalv",), "sjalv"), Merged(("vard",), "vard"), few)}}
    data = dataset(place, "vag IN ('polis', 'skola')", merged=merged)
    table = count(data, by="vag")
    assert table.classes == (("sjalv", "vard", few, None),)
    fact = table[few]
    assert fact.value == sum(r["vag"] in ("skola", "polis") for r in w.rows()) == 7
    assert fact.definition["where"] == "vag IN ('polis', 'skola')"
    assert dict(fact.scope) == {"vag": ["polis", "skola"]}
    assert table.label(0, few) == "Skola eller polis" and few.label in fact.title
    assert share(data, over="vag").classes == (("sjalv", "vard", few),)
    assert count(data.where("tid > 2"), by="vag").classes[0][:1] == ("sjalv",)  # another table


def test_options_and_the_unknown_can_be_merged(place):
    key = table_key("prov", "TRUE", ("hjalp",))
    both = Merged(("samtal", "grupp"), "Något av dem")
    data = dataset(place, merged={key: {"hjalp": (both, Merged((None,), "Uppgift saknas"))}})
    assert count(data, by="hjalp")[both].definition["where"] == "hjalp__grupp OR hjalp__samtal"
    key = table_key("prov", "TRUE", ("svar",))
    rest = Merged((5, None), "5 eller inget svar")
    fact = count(dataset(place, merged={key: {"svar": (rest,)}}), by="svar")[rest]
    assert fact.definition["where"] == "svar = 5 OR svar IS NULL"


def test_rows_with_hidden_numbers_stay_and_come_after_those_with_numbers(place):
    table = count(dataset(place, "vag = 'sjalv'", "vag = 'vard'"), by="vag").shown().sorted()
    assert table.classes == (("vard", "sjalv", "skola", "polis", None),)
    assert largest(table.answered()) is None


def test_a_sentence_of_hidden_numbers_says_that_it_is_not_shown(place):
    data = dataset(place, "vag = 'vard'")
    dark, seen = count(data, "vag = 'polis'"), count(data, "vag = 'vard'")
    word = wording(dark - seen, "fler", "färre", "lika många")
    assert (
        hidden.sentences(f"Polisen: {dark}. Vården: {seen}.")
        == f"{hidden.NOT_SHOWN} Vården: {seen}."
    )
    assert hidden.sentences(f"{seen} och {dark}. Klart.") == f"{seen} och {dark}. Klart."
    assert hidden.sentences(f"De {seen} var {word}.") == hidden.NOT_SHOWN
    assert hidden.sentences(f"{dark}. {dark}. Slut.") == f"{hidden.NOT_SHOWN} Slut."
    note = blocks.paragraph(hidden.sentences(f"Svarade inte: {dark}.", note=True), "note")
    assert blocks.plain(note["runs"]) == "Svarade inte: .."


def test_a_figure_whose_title_is_hidden_has_its_tables_own(place):
    data = dataset(place, *(f"vag = '{v}' AND vag IS NOT NULL" for v in ("vard", "sjalv", "polis")),
                   "vag IS NOT NULL")  # fmt: skip
    dark = count(data, "del = 'ost'")
    block = figures.figure("bars", share(data, over="vag", title="Väg in"), f"{dark} genom öst")
    assert blocks.plain(block["title"]) == "Väg in"
    assert legends.EXPLAINED in blocks.plain(block["note"])
    assert [m["text"] for m in block["marks"]].count("..") == 1
    assert ".." not in blocks.plain(block["alt"])


def test_a_table_without_classes_to_show_is_a_sentence(place):
    block = tables.block(share(dataset(place), over="veckor", title="Veckor i kö"))
    assert block["kind"] == "paragraph" and block["style"] == "missing"


def test_a_chapter_of_an_edition_that_is_not_planned_says_what_to_do(place):
    with pytest.raises(UsageError, match="make annual"):
        pattern_of(place, w.YEAR, "publik")
    inside = pattern_of(place, w.YEAR, "intern")  # everything but what staff have answered
    assert "prov" in inside.open and "intressenter" not in inside.open and not inside.shown


def test_planning_asks_for_every_cell_that_any_pattern_could_show(place, monkeypatch):
    cells = set(w.asked(place, w.closed(), monkeypatch))
    everything = Pattern(frozenset(c.key for c in cells), {}, w.closed().open)
    displayed = w.run(place, Context(place, w.YEAR, "publik", everything), monkeypatch)
    records = {r["id"]: r for blocks_ in displayed for b in blocks_ for r in b["facts"].values()}
    assert len(records) > 100
    assert {r["status"] for r in records.values()} <= {"ok", "tom"}


@pytest.mark.parametrize("change", [{"value": 3.0}, {"n": 3}, {"numerator": 1}, {"status": "ok"}])
def test_the_gate_refuses_a_hidden_number_that_has_a_value_anywhere(place, monkeypatch, change):
    cells = w.asked(place, w.closed(), monkeypatch)
    counted = zip(cells, w.sizes(w.rows(), cells), strict=True)
    pattern = Pattern(frozenset(c.key for c, n in counted if n >= 5), {}, w.closed().open)
    displayed = w.run(place, Context(place, w.YEAR, "publik", pattern), monkeypatch)
    document = collect({"40_prov": w.notebook(displayed[1])}, w.META)
    refuse_hidden(document, pattern, "publika")
    records = [r for block in document.blocks() for _, r in b.records(block.data)]
    dark = next(r["id"] for r in records if r["status"] == "dold" and r["n"] is None)
    for record in records:
        if record["id"] == dark:
            record.update(change)
    with pytest.raises(GateError, match="säger mer än den får"):
        refuse_hidden(document, pattern, "publika")


def test_a_heading_without_a_text_is_no_formula():
    table = {
        "columns": [{"header": []}, {"header": ["2017"]}],
        "rows": [{"header": ["Karlstad"], "cells": [[]]}],
    }
    assert csv_text(table) == ";2017\r\nKarlstad;\r\n"


def test_a_table_file_opens_in_a_swedish_excel_and_runs_no_formula():
    table = {
        "columns": [{"header": ["Fråga; del"]}, {"header": ["Andel"]}],
        "rows": [
            {"header": ['=HYPERLINK("x")'], "cells": [[{"fact": "a", "text": "12,5 %"}]]},
            {"header": ["-cmd"], "cells": [["+3,1 procentenheter"]]},
        ],
    }
    assert csv_text(table) == (
        '"Fråga; del";Andel\r\n"\'=HYPERLINK(""x"")";12,5 %\r\n\'-cmd;+3,1 procentenheter\r\n'
    )


def test_a_text_that_says_why_there_is_no_number_gives_the_ledger_none():
    record = {"status": "ok", "kind": "derived", "unit": "andelsskillnad"}
    told = _record(record, [("value", "ej jämfört (färre än 20 svar)")])
    assert told["value"] is None
    assert _record(record, [("value", "+4,2\u00a0procentenheter")])["value"] == 0.042
