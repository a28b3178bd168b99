"""What the trace panel reads, and how it stands in the page."""

import base64
import hashlib
import json
import re

import numpy as np
import openpyxl
import pytest

from pipeline.publish import html
from pipeline.publish.document import collect
from pipeline.publish.panel import cells
from pipeline.publish.panel.data import panel_data
from pipeline.publish.panel.lineage import Column, Lineage, Source, trace_all

from . import panel_edition as small
from . import sample as s
from .test_html import Page

DOCUMENT = collect(s.annual(), s.META)
CONTACT = s.fact("nojd_kontakt", 13, 21)["id"]


def lineage(value="4", **given):
    rows = np.arange(2, 23)
    column = Column("Hur nöjd?", rows, [value] * 21, rules={"omkodat: bytt": rows[:3]})
    source = Source(2025, "a.xlsx!Svar", "a.xlsx", "ab12", "Svar", columns={"H": column}, **given)
    return Lineage([source], {CONTACT: {(0, "H"): rows}}, {CONTACT: 21})


def read(panel):
    return json.loads(panel.inline)


def taken(runs):
    rows, row = [], 1
    for left_out, taken in zip(runs[::2], runs[1::2], strict=True):
        rows += range(row + left_out, row + left_out + taken)
        row += left_out + taken
    return rows


@pytest.mark.parametrize("rows", [[], [1], [2, 3, 4], [5, 7, 8, 100], [1, 3]])
def test_rows_survive_being_written_as_runs(rows):
    assert taken(cells.runs(np.array(rows, dtype=np.int64))) == rows


def test_a_fact_has_its_words_sql_places_code_and_cells():
    code = {("10_sammanstallning", "c1"): "say('x')"}
    data = read(panel_data(DOCUMENT, lineage(), code))
    fact = data["facts"][CONTACT]
    assert fact["words"] == "Andel av rader i avslut." and "nojd_kontakt >= 4" in fact["sql"]
    assert (fact["n"], fact["numerator"], fact["denominator"]) == ("21", "13", "21")
    assert data["code"]["10_sammanstallning#c1"] == "say('x')"
    ((source, rows, letters),) = fact["cells"]
    assert (source, letters, fact["cells_total"]) == (0, "H", 21)
    assert taken(data["sets"][rows]) == list(range(2, 23))
    column = data["sources"][0]["columns"]["H"]
    assert column["distinct"] == ["4"] and taken(column["rules"]["omkodat: bytt"]) == [2, 3, 4]


def test_a_derived_fact_has_its_formula_over_its_parents():
    fact = read(panel_data(DOCUMENT, lineage(), {}))["facts"]["aaaabbbbccccdddd"]
    assert fact["formula"] == "a − b"
    assert tuple(fact["parents"][0][:2]) == ("a", CONTACT)


def test_raw_values_cannot_end_the_script_that_holds_them():
    hostile = "</script><!--<script>\u2028\u202e\ud800"
    panel = panel_data(DOCUMENT, lineage(hostile), {("10_sammanstallning", "c1"): hostile})
    assert "<" not in panel.inline and panel.inline.encode("utf-8")
    assert read(panel)["sources"][0]["columns"]["H"]["distinct"] == [hostile]


def test_the_policy_names_the_one_script_and_nothing_from_outside():
    source = html.render(DOCUMENT, panel=panel_data(DOCUMENT, lineage(), {}))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1]
    script = re.findall(r"<script>(.*?)</script>", source, re.S)
    assert len(script) == 1 and source.count("<script") == 2
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    page = Page(source)
    assert len(page.ids) == len(set(page.ids))
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in ("style", "src")]


def test_a_page_without_lineage_has_no_script():
    source = html.render(DOCUMENT)
    assert "<script" not in source and "script-src" not in source


def test_the_script_writes_text_and_never_markup():
    script = panel_data(DOCUMENT, lineage(), {}).script
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "Function(", ".style", "fetch(", "XMLHttpRequest"):  # fmt: skip
        assert way not in script


def test_much_lineage_goes_into_scripts_beside_the_page():
    whole = panel_data(DOCUMENT, lineage(), {})
    panel = panel_data(DOCUMENT, lineage(), {}, limit=1000)
    assert not whole.shards and "k-0-H.js" in panel.shards and f"f-{CONTACT[:2]}.js" in panel.shards
    name, text = re.fullmatch(r"spar\((.*?),(.*)\)\n", panel.shards["k-0-H.js"]).groups()
    assert json.loads(name) == "k-0-H"
    assert json.loads(json.loads(text)) == read(whole)["sources"][0]["columns"]["H"]
    assert "'strict-dynamic'" in html.render(DOCUMENT, panel=panel)[:2000]


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    workspace = small.municipality(tmp_path_factory.mktemp("kommun"))
    found = small.facts(workspace)
    records = [f.record() for fact in found.values() for f in fact.family()]
    return workspace, found, trace_all(workspace, small.YEAR, records)


def addresses(lineage, fact):
    return {
        (lineage.sources[number].year, f"{letters}{row}")
        for (number, letters), rows in lineage.cells[fact.id].items()
        for row in rows.tolist()
    }


def test_every_value_is_what_openpyxl_reads_at_its_address(traced):
    workspace, _, found = traced
    seen = 0
    for source in found.sources:
        path = workspace.raw / str(source.year) / source.file
        sheet = openpyxl.load_workbook(path)[source.sheet]
        for letters, column in source.columns.items():
            for row, value in zip(column.rows, column.values, strict=not column.withheld):
                expected = sheet[f"{letters}{row}"].value
                assert value == (None if expected is None else str(expected))
                seen += 1
    assert seen > 800


def test_a_derived_fact_rests_on_both_its_parents_cells(traced):
    _, facts, found = traced
    both = addresses(found, facts["nojda"]) | addresses(found, facts["forra"])
    assert addresses(found, facts["andring"]) == both
    assert {year for year, _ in both} == {2024, 2025}


def test_free_text_is_not_shown(traced):
    _, _, found = traced
    column = next(s for s in found.sources if s.year == 2025).columns["E"]
    assert column.withheld and not column.values


def test_a_number_over_very_many_rows_keeps_its_first_cells_and_the_count(traced, monkeypatch):
    workspace, facts, whole = traced
    monkeypatch.setattr("pipeline.publish.panel.lineage.MANY", 100)
    cut = trace_all(workspace, small.YEAR, [facts["nojda"].record()])
    assert cut.totals[facts["nojda"].id] == len(addresses(whole, facts["nojda"])) > 200
    assert len(addresses(cut, facts["nojda"])) == 200


def test_a_file_that_was_changed_since_shows_no_values(traced, tmp_path):
    workspace, facts, _ = traced
    path = workspace.raw / "2025" / "svaren.xlsx"
    before = path.read_bytes()
    try:
        book = openpyxl.load_workbook(path)
        book["Svar"]["C3"] = 1
        book.save(path)
        found = trace_all(workspace, small.YEAR, [facts["nojda"].record()])
    finally:
        path.write_bytes(before)
    assert not found.sources[0].intact and not found.sources[0].columns["C"].values
