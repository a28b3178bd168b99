"""How facts are asked for, and what a terminal shows."""

from __future__ import annotations

import json

import pytest

from pipeline.cli import main
from pipeline.errors import UsageError
from pipeline.facts.lookup import ledger
from pipeline.facts.measure import count, mean, share
from pipeline.trace.keys import find, key_of
from pipeline.trace.lineage import dependents, trace_fact
from pipeline.trace.show import WIDTH, dependents_text, fact_text, safe

from .world import YEAR, World, build


def chapter(data):
    for year in (2025, 2024):
        yield count(data("bakgrund", year), name="startade", title="Påbörjade insatser")
        yield count(data("bakgrund", year), by="insats", name="per_insats")
    yield count(data("bakgrund"), "insats = 'MET'", by=["enhet", "kon"], name="per_enhet_och_kon")
    yield share(data("enkat"), "betyg >= 2", name="nöjda")
    yield mean(data("enkat"), "betyg", name="betyg")
    nu, da = (count(data("bakgrund", y), "kon = 'kvinna'", name="kvinnor") for y in (2025, 2024))
    yield nu - da


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    return build(tmp_path_factory.mktemp("ord"), chapter)


def records(world: World):
    return ledger(world.workspace, YEAR)


@pytest.mark.parametrize(
    ("key", "name", "scope", "period"),
    [
        ("startade", "startade", {}, "2025"),
        ("startade@-1", "startade", {}, "2024"),
        ("per_insats[insats=MET]", "per_insats", {"insats": "MET"}, "2025"),
        (" per_insats[ insats = 'met' ]@-1 ", "per_insats", {"insats": "MET"}, "2024"),
        ("per_enhet_och_kon[kon=kvinna, enhet=norr]", "per_enhet_och_kon",
         {"enhet": "norr", "kon": "kvinna"}, "2025"),
        ("nöjda", "nöjda", {}, "2025"),
        ("kvinnor_minus_kvinnor", "kvinnor_minus_kvinnor", {}, "2024–2025"),
    ],
)  # fmt: skip
def test_a_fact_is_found_by_what_people_call_it(world, key, name, scope, period):
    found = trace_fact(world.workspace, YEAR, key)["fact"]
    assert (found["name"], json.loads(found["scope"]), found["period"]) == (name, scope, period)
    assert trace_fact(world.workspace, YEAR, found["id"])["fact"] == found
    assert trace_fact(world.workspace, YEAR, key_of(found, YEAR))["fact"] == found


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("startad", "startade"),
        ("per_insats", r"2 olika tal:(\n  [0-9a-f]{16}  per_insats\[insats=(MET|KBT)\]){2}"),
        ("per_insats[insats=XYZ]", r"Närmast:(.*\n)*  per_insats\[insats=MET\]"),
        ("startade@-9", r"\n  startade"),
        ("0123456789abcdef", "Det finns inget tal"),
    ],
)
def test_an_unknown_or_ambiguous_name_is_answered_with_the_nearest(world, key, said):
    with pytest.raises(UsageError, match=said):
        find(key, records(world), YEAR)


def test_what_stands_in_a_raw_file_cannot_command_the_terminal(world):
    answer = dependents(world.workspace, YEAR, "enkat.csv!B4")
    assert answer["cell"]["raw"] == "\x1b[31m\u202e2"
    text = dependents_text(answer, YEAR)
    assert "\x1b" not in text and "\u202e" not in text
    assert "\\x1b[31m\\u202e2" in text
    assert safe("a\nb\u00a0c\u2028") == "a\\nb\u00a0c\\u2028"


def test_traces_are_written_for_eighty_columns(world):
    for fact in world.facts.values():
        answer = trace_fact(world.workspace, YEAR, fact.id)
        lines = fact_text(answer, YEAR).splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert any(fact.id in line for line in lines[:3])
    for column in "ABC":
        answer = dependents(world.workspace, YEAR, f"enkat.csv!{column}2")
        assert max(map(len, dependents_text(answer, YEAR).splitlines())) <= WIDTH


def test_the_terminal_shows_the_cells_with_their_values(world):
    text = fact_text(trace_fact(world.workspace, YEAR, "kvinnor_minus_kvinnor"), YEAR)
    assert "kvinnor − kvinnor@-1" in text
    assert "2024/bakgrund.xlsx!Svar!F2" in text and "”Kvinna”" in text


def test_the_command_line_asks_and_answers(world, capsys):
    w = world.workspace
    place = ["--raw", str(w.raw), "--processed", str(w.processed), "--reports", str(w.reports)]
    assert main(["trace", "betyg", "--json", *place]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [c["address"] for c in answer["cells"]] == ["enkat.csv!B2"]
    assert main(["trace", "--fact", "betyg", *place]) == 0
    assert "enkat.csv!B2" in capsys.readouterr().out
    assert main(["dependents", "--cell", "enkat.csv!B2", "--json", *place]) == 0
    counted = json.loads(capsys.readouterr().out)["counts_in"]
    assert {f["name"] for f in counted} == {"betyg", "nöjda"}
    assert main(["facts", "--name", "betyg", "--cells", *place]) == 0
    assert "enkat.csv!B2" in capsys.readouterr().out
    for call in (["trace"], ["trace", "finns_inte"], ["dependents", "fil.xlsx!A1"], ["dependents"]):
        assert main([*call, *place]) == 2
        assert capsys.readouterr().err.strip()
