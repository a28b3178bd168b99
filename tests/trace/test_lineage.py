"""From a number to its cells and back, against what can be counted by hand."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.errors import UppfoljningError, UsageError
from pipeline.facts.derive import constant, statistic, wording
from pipeline.facts.measure import count, mean, share
from pipeline.privacy.key import key_of
from pipeline.trace.cellset import Sheet
from pipeline.trace.edition import open_edition
from pipeline.trace.lineage import dependents, influence, members, source_cells, trace_fact

from .world import A1, A2, A3, YEAR, World, build

ENKAT = Sheet(2025, "enkat.csv")


def chapter(data):
    slut, svar = data("avslut"), data("enkat")
    nojd = share(slut, "nojd_kontakt >= 4", name="nojda")
    norr = share(slut, "nojd_kontakt >= 4", of="enhet = 'norr' AND nojd_kontakt IS NOT NULL",
                 name="nojda_norr")  # fmt: skip
    yield count(slut, name="alla_avslut")
    yield count(slut, name="insatser", distinct="insats_id")
    yield nojd
    yield norr
    yield norr - nojd
    yield wording(norr - nojd, "mer", "mindre", "lika")
    yield from statistic("wilson", nojd)
    yield mean(slut, "nojd_resultat", name="resultat")
    yield mean(slut, "nojd_resultat", name="resultat_median", quantile="0.5")
    yield count(slut, by="aldersgrupp", name="alder")
    yield count(slut, "slut_tertial = 'T3'", name="hosten")
    yield count(data("bakgrund", 2024), "kon = 'kvinna'", name="kvinnor")
    yield share(svar, over="hjalp", name="hjalp")
    yield count(svar, "betyg__bortfall = 'vet_ej'", name="vet_ej")
    yield count(data("rader"), by="status", name="rader")
    yield count(data("celler"), "atgard = 'tomd'", name="tomda")
    yield constant(5, "röjandegräns")


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return build(tmp_path_factory.mktemp("spar"), chapter)


def cells(world: World, name: str) -> dict[str, object]:
    answer = trace_fact(world.workspace, YEAR, world.facts[name].id)
    return {
        (f"{c['year']}/" if c["year"] != YEAR else "") + c["address"]: c["raw"]
        for c in answer["cells"]
    }


def asked(world: World, address: str) -> tuple[set[str], set[str]]:
    names = {f.id: name for name, f in world.facts.items()}
    answer = dependents(world.workspace, YEAR, address)
    return tuple({names[f["id"]] for f in answer[k]} for k in ("counts_in", "could_change"))


def test_a_traced_cell_holds_what_stands_at_its_address(world):
    """An identifying column (A in all its forms) shows as its pseudonym."""
    key = key_of(world.workspace)
    seen = 0
    for fact in world.facts.values():
        for cell in trace_fact(world.workspace, YEAR, fact.id)["cells"]:
            if cell["column"]:
                there = world.value_at(cell["address"], cell["year"])
                if cell["column"] == "A" and there:
                    there = key.pseudonym(str(there))
                assert there == (cell["raw"] or "")
                seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("nojda", {"avslut.xlsx!Svar!E2", "avslut.xlsx!Svar!E4"}),
        # enhet is looked up: A1's stands in the year before
        ("nojda_norr", {"avslut.xlsx!Svar!E2", "2024/bakgrund.xlsx!Svar!B2"}),
        ("alder/18–20", set()),
        ("alder/25–34", {"2024/bakgrund.xlsx!Svar!E2"}),
        ("alder/65+", {"bakgrund.xlsx!Svar!E3"}),
        ("resultat", {"avslut.xlsx!Svar!F2", "avslut.xlsx!Svar!F6"}),
        ("hosten", {"avslut.xlsx!Svar!B4", "avslut.xlsx!Svar!B6"}),
        ("insatser", {f"avslut.xlsx!Svar!A{r}" for r in (A1, A2, A3)}),
        ("alla_avslut", {f"avslut.xlsx!Svar!{r}:{r}" for r in (A1, A2, A3)}),
        ("kvinnor", {"2024/bakgrund.xlsx!Svar!F2"}),
        ("hjalp/samtal", {f"enkat.csv!{c}{r}" for c in "CD" for r in (2, 3)}),
        ("vet_ej", {"enkat.csv!B3"}),
        ("rader/dubblett", {"avslut.xlsx!Svar!3:3"}),
        ("tomda", {"avslut.xlsx!Svar!E6", "enkat.csv!B4"}),
        ("konstant_röjandegräns", set()),
    ],
)
def test_members_are_the_cells_counted_by_hand(world, name, found):
    assert set(cells(world, name)) == found
    assert len(source_cells(world.workspace, YEAR, world.facts[name].id)) == len(found)


def test_a_derived_fact_has_the_members_of_its_parents(world):
    both = set(cells(world, "nojda_norr")) | set(cells(world, "nojda"))
    for name in ("nojda_norr_minus_nojda", "ord_nojda_norr_minus_nojda"):
        assert set(cells(world, name)) == both
    assert set(cells(world, "wilson_nedre_nojda")) == set(cells(world, "nojda"))


def test_a_cell_counts_in_exactly_the_facts_counted_by_hand(world):
    of_nojda = {"nojda", "nojda_norr_minus_nojda", "ord_nojda_norr_minus_nojda",
                "wilson_nedre_nojda", "wilson_övre_nojda"}  # fmt: skip
    counts, changes = asked(world, "avslut.xlsx!Svar!E4")  # A2 in Söder
    assert counts == of_nojda
    files = {"rader/behandlad", "rader/dubblett", "rader/karantan", "tomda"}
    assert changes == of_nojda | files
    counts, changes = asked(world, "avslut.xlsx!Svar!E2")  # A1 in Norr
    assert counts == of_nojda | {"nojda_norr"}
    counts, changes = asked(world, "avslut.xlsx!Svar!E6")  # A3 in Norr: blanked, but could count
    assert (counts, changes) == ({"tomda"}, of_nojda | {"nojda_norr"} | files)


def test_a_looked_up_cell_of_an_earlier_year_leads_to_this_years_numbers(world):
    counts, changes = asked(world, "2024/bakgrund.xlsx!Svar!E2")
    assert counts == {"alder/25–34"}
    ages = {n for n in world.facts if n.startswith("alder/")}
    assert {c for c in changes if c.startswith("alder")} == ages
    assert "nojda" not in changes


def test_the_key_of_the_other_side_of_a_join_could_change_what_is_looked_up(world):
    for address in ("2024/bakgrund.xlsx!Svar!A2", "bakgrund.xlsx!Svar!A3"):
        changes = asked(world, address)[1]
        assert {"nojda_norr", "alder/65+", "nojda_norr_minus_nojda"} <= changes
        assert not {"nojda", "resultat", "vet_ej"} & changes
    assert "hosten" in asked(world, "bakgrund.xlsx!Svar!D3")[1]  # the start date empties slutdatum


def test_structural_cells_could_change_every_number_of_their_table(world):
    of_avslut = {
        n
        for n in world.facts
        if n.split("/")[0]
        in ("alla_avslut", "insatser", "nojda", "nojda_norr", "alder", "resultat", "hosten")
    }
    for row in (A1, 3, 5):  # of a duplicate and of a row in quarantine too
        for column in "ABCD":
            assert of_avslut <= asked(world, f"avslut.xlsx!Svar!{column}{row}")[1], column
    assert asked(world, "avslut.xlsx!Svar!E3")[0] == set()  # a duplicate's answer counts nowhere
    assert not of_avslut & asked(world, "avslut.xlsx!Svar!E3")[1]
    assert "rader/dubblett" in asked(world, "avslut.xlsx!Svar!A2")[1]


def test_influence_holds_the_members_and_both_ways_agree(world):
    lineage = open_edition(world.workspace, YEAR).lineage
    sheets = [
        s for y in (2024, 2025) for s in map(lambda k: Sheet(y, k), lineage.tables.sources[y])
    ]
    asked_of = 0
    for fact in world.facts.values():
        inside = members(world.workspace, YEAR, fact.id)
        around = influence(world.workspace, YEAR, fact.id)
        for sheet in sheets:
            for field in lineage.tables.sources[sheet.year][sheet.kalla]["columns"]:
                for row in range(1, 8):
                    member, influenced = (
                        inside.has(sheet, row, field),
                        around.has(sheet, row, field),
                    )
                    assert influenced or not member
                    assert member == (fact.id in lineage.counts_in(sheet, row, field))
                    assert influenced == (fact.id in lineage.could_change(sheet, row, field)), (
                        fact.name, sheet, row, field)  # fmt: skip
                    asked_of += influenced
    assert asked_of > 300


def test_the_rules_that_touched_a_cell_are_told(world):
    def rules(name: str) -> dict[str, tuple[str, ...]]:
        found = trace_fact(world.workspace, YEAR, world.facts[name].id)["cells"]
        return {c["address"].rpartition("!")[2]: c["rules"] for c in found}

    told = rules("nojda")
    assert told["E2"] == () and told["E4"][0].startswith("omkodat: ")
    assert rules("tomda")["E6"] == ("tömd: Svaret ligger utanför skalan 1–5.",)
    assert rules("vet_ej")["B3"][0].startswith("vet_ej: ")


def test_the_answer_has_the_contracts_shape_and_its_sql_gives_the_value(world, monkeypatch):
    monkeypatch.chdir(world.workspace.processed)
    for fact in world.facts.values():
        answer = trace_fact(world.workspace, YEAR, fact.id)
        assert list(answer) == ["fact", "words", "sql", "occurrences", "code", "columns", "cells",
                                "cells_total", "parents", "formula", "withheld",
                                "disposed"]  # fmt: skip
        assert answer["cells_total"] == len(answer["cells"])
        assert answer["code"] == "say(…)"
        for cell in answer["cells"]:
            assert list(cell) == ["year", "file", "sha256", "sheet", "row", "column", "address",
                                  "raw", "rules"]  # fmt: skip
        if answer["sql"]:
            assert duckdb.sql(answer["sql"]).fetchall()[0][0] == pytest.approx(
                fact.record()["value"]
            )
        assert (answer["sql"] is None) == (
            fact.kind in ("derived", "statistic", "word", "constant")
        )
    answer = trace_fact(world.workspace, YEAR, "nojda_norr_minus_nojda")
    assert answer["formula"] == "nojda_norr − nojda"
    assert [p["name"] for p in answer["parents"]] == ["nojda_norr", "nojda"]


def test_a_file_changed_since_the_report_is_not_shown_as_its_source(tmp_path):
    changed = build(tmp_path, lambda data: [count(data("enkat"), "betyg = 3", name="treor")])
    assert cells(changed, "treor") == {"enkat.csv!B2": "3"}
    path = changed.workspace.raw / "2025" / "enkat.csv"
    path.write_bytes(path.read_bytes().replace(b"1;3", b"1;2"))
    open_edition.__globals__["_opened"].cache_clear()
    with pytest.raises(UppfoljningError, match=r"enkat\.csv.*ändrad"):
        cells(changed, "treor")


def test_over_ten_thousand_rows_two_hundred_cells_stand_for_all(world, monkeypatch):
    monkeypatch.setattr("pipeline.trace.lineage.MANY", 1)
    monkeypatch.setattr("pipeline.trace.lineage.SOME", 1)
    fact = world.facts["nojda"].id
    answer = trace_fact(world.workspace, YEAR, fact)
    assert (len(answer["cells"]), answer["cells_total"]) == (1, 2)
    assert len(trace_fact(world.workspace, YEAR, fact, every=True)["cells"]) == 2


def test_a_long_list_of_few_rows_is_cut_short_too(world, monkeypatch):
    monkeypatch.setattr("pipeline.trace.lineage.LONG", 1)
    monkeypatch.setattr("pipeline.trace.lineage.SOME", 1)
    answer = trace_fact(world.workspace, YEAR, world.facts["nojda"].id)
    assert (len(answer["cells"]), answer["cells_total"]) == (1, 2)


@pytest.mark.parametrize("first", [None, 3])
def test_cells_are_listed_sheet_by_sheet_and_row_by_row(world, monkeypatch, first):
    if first:
        monkeypatch.setattr("pipeline.trace.lineage.MANY", 0)
        monkeypatch.setattr("pipeline.trace.lineage.SOME", first)
    for fact in world.facts.values():
        one_by_one = [
            (c["year"], c["address"]) for c in source_cells(world.workspace, YEAR, fact.id)
        ]
        listed = trace_fact(world.workspace, YEAR, fact.id)["cells"]
        assert [(c["year"], c["address"]) for c in listed] == one_by_one[:first]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("avslutt.xlsx!Svar!E2", r"avslutt\.xlsx!Svar.*\n  avslut\.xlsx!Svar!A2"),
        ("avslut.xlsx!Blad1!E2", r"avslut\.xlsx!Blad1.*\n  avslut\.xlsx!Svar!A2"),
        ("avslut.xlsx", "ingen cell"),
        ("avslut.xlsx!Svar!E1", "ingen rad i tabellen"),
        ("avslut.xlsx!Svar!E99", "ingen rad i tabellen"),
        ("2019/avslut.xlsx!Svar!E2", "inget inläst underlag för 2019"),
    ],
)
def test_an_unknown_cell_is_answered_with_those_that_exist(world, address, said):
    with pytest.raises(UsageError, match=said):
        dependents(world.workspace, YEAR, address)
