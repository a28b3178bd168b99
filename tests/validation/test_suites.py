"""The committed suites: generated from the codebooks, in Great Expectations' own format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.forms.codebook import load_codebooks, read_codebook
from pipeline.intake.clean import schema
from pipeline.validation.rules import Check, load_checks
from pipeline.validation.suites import (
    EXPECTATIONS,
    NO_ONE,
    field_suite,
    generate_suites,
    normalise,
    read_suite,
    shipped_codebooks,
    suite_text,
)
from pipeline.workspace import Kommun, Option

FILES = sorted(EXPECTATIONS.glob("*.json"))
SWEDISH_SENTENCE = re.compile(r"[A-ZÅÄÖ].*[.!?]")


def form(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "prov", "title": "Prov", "kind": "survey", "fields": list(fields), **more}


def suite_of(tmp_path: Path, *fields: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    path = tmp_path / "prov.json"
    path.write_text(json.dumps(form(*fields, **more)), encoding="utf-8")
    made = field_suite(read_codebook(path, NO_ONE))
    return {e["meta"]["kontroll"]: e for e in made["expectations"]}


@pytest.mark.parametrize("kommun", [Kommun(), NO_ONE], ids=["empty", "open"])
def test_committed_suites_are_those_of_the_codebooks(tmp_path: Path, kommun: Kommun) -> None:
    generate_suites(load_codebooks(kommun), tmp_path)
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    committed = {p.name: p.read_bytes() for p in FILES if not p.name.endswith("_regler.json")}
    assert made.keys() == committed.keys()
    assert [n for n in made if made[n] != committed[n]] == [], "run python -m pipeline suites"


def test_generating_again_changes_nothing_and_removes_what_has_no_codebook(
    tmp_path: Path,
) -> None:
    books = shipped_codebooks()
    first = next(iter(books))
    assert f"{first}.json" in generate_suites(books, tmp_path)
    (tmp_path / "hand_regler.json").write_text('{"expectations": []}')
    assert generate_suites(books, tmp_path) == []
    left = {k: v for k, v in books.items() if k != first}
    assert generate_suites(left, tmp_path) == [f"{first}.json"]
    assert (tmp_path / "hand_regler.json").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_suite_files_pass_through_great_expectations_byte_for_byte(path: Path) -> None:
    assert suite_text(normalise(read_suite(path))).encode() == path.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_suite_files_hold_no_random_id(path: Path) -> None:
    doc = read_suite(path)
    assert doc["id"] is None
    assert not [e for e in doc["expectations"] if e.get("id")]
    order = [e["meta"]["kontroll"] for e in doc["expectations"]]
    assert order == sorted(order) and len(set(order)) == len(order)


@pytest.mark.parametrize("name", sorted(shipped_codebooks()))
def test_every_check_says_in_swedish_what_is_wrong_and_what_to_do(name: str) -> None:
    for check in load_checks(shipped_codebooks()[name], Path("saknas")):
        assert check.kontroll.startswith(f"{name}.")
        for text in (check.krav, check.orsak, check.gor_sa):
            assert SWEDISH_SENTENCE.fullmatch(text), (check.kontroll, text)


@pytest.mark.parametrize("name", sorted(shipped_codebooks()))
def test_every_check_reads_columns_that_its_table_has(name: str) -> None:
    books = shipped_codebooks()
    book = books[name]
    known = set(schema(book).names) | {d.name for d in book.derived}
    for key in book.foreign_keys:
        known |= {f"_{key.resource}_{part}" for part in ("ar", "kalla", "rad")} | set(key.lookup)
    for check in load_checks(book, Path("saknas")):
        assert set(check.columns) <= known, check.kontroll


def test_rules_stand_beside_a_form_that_is_shipped() -> None:
    names = {p.name.removesuffix("_regler.json") for p in FILES if "_regler" in p.name}
    assert names <= set(shipped_codebooks())


def test_suites_do_not_depend_on_a_municipalitys_lists() -> None:
    own = Kommun(enheter=(Option("norr", "Norr"),), insatser=(Option("met", "MET"),))
    assert "norr" in json.dumps(field_suite(load_codebooks(own)["bakgrund"]))
    suite = json.dumps(read_suite(EXPECTATIONS / "bakgrund.json"))
    assert '{"$PARAMETER": "enheter"}' in suite
    assert "kommun:" not in suite


def test_a_field_gives_the_checks_that_its_constraints_ask_for(tmp_path: Path) -> None:
    made = suite_of(
        tmp_path,
        {"name": "id", "title": "Id", "type": "string",
         "constraints": {"required": True, "unique": True, "pattern": "[A-Z]+"}},
        {"name": "betyg", "title": "Betyg", "type": "integer",
         "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "dag", "title": "Dag", "type": "date", "severity": "info",
         "constraints": {"required": True, "maximum": "2030-12-31"}},
        {"name": "val", "title": "Val", "type": "string",
         "categories": ["a", {"value": "vet_ej", "missing": True}]},
    )  # fmt: skip
    shown = {k.removeprefix("prov."): (e["type"], e["severity"]) for k, e in made.items()}
    values = "expect_column_values_to_"
    assert shown == {
        "id.olaslig": (f"{values}be_null", "critical"),
        "id.saknas": (f"{values}not_be_null", "critical"),
        "id.format": (f"{values}match_regex", "critical"),
        "id.unik": (f"{values}be_unique", "critical"),
        "betyg.olaslig": (f"{values}be_null", "warning"),
        "betyg.skala": (f"{values}be_between", "warning"),
        "dag.olaslig": (f"{values}be_null", "info"),
        "dag.saknas": (f"{values}not_be_null", "info"),
        "dag.skala": (f"{values}be_between", "info"),
        "val.olaslig": (f"{values}be_null", "warning"),
        "val.alternativ": (f"{values}be_in_set", "warning"),
    }
    assert made["prov.betyg.skala"]["meta"]["orsak"] == "Svaret ligger utanför skalan 1–5."
    assert made["prov.dag.skala"]["meta"]["orsak"] == "Datumet ligger efter 2030-12-31."
    assert made["prov.val.alternativ"]["kwargs"]["value_set"] == ["a"]


def rules(tmp_path: Path, **change: Any) -> tuple[Check, ...]:
    """The checks of avslut with one rule of the municipality's own."""
    meta = {"falt": "slutdatum", "kontroll": "avslut.egen", "orsak": "Fel.", "gor_sa": "Rätta."}
    rule = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "slutdatum"},
        "severity": "warning",
        "meta": {**meta, **change.pop("meta", {})},
        **change,
    }
    (tmp_path / "avslut_regler.json").write_text(json.dumps({"expectations": [rule]}))
    return load_checks(shipped_codebooks()["avslut"], tmp_path)


def test_a_municipality_adds_rules_of_its_own_and_overrides_a_shipped_one(tmp_path: Path) -> None:
    shipped = load_checks(shipped_codebooks()["avslut"], Path("saknas"))
    assert len(rules(tmp_path)) == len(shipped) + 1
    own = rules(tmp_path, meta={"kontroll": "avslut.slutdatum.i_aret"})
    [chosen] = [c for c in own if c.kontroll == "avslut.slutdatum.i_aret"]
    assert len(own) == len(shipped)
    assert chosen.orsak == "Fel."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"meta": {"orsak": ""}}, "saknar orsak"),
        ({"severity": "allvarlig"}, "okänd allvarlighetsgrad ”allvarlig”"),
        ({"meta": {"tommer": ["startdatum"]}}, "Bara formulärets egna celler kan tömmas"),
        ({"kwargs": {"column": "a", "max_value": {"$PARAMETER": "arets_slut"}}}, "arets_slut"),
    ],
)
def test_a_rule_that_cannot_be_is_named_with_file_and_check(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=r"avslut_regler\.json, kontrollen avslut\.egen.*" + said):
        rules(tmp_path, **change)


def test_a_rules_file_that_is_no_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "avslut_regler.json").write_text('{"expectations": [\n}')
    with pytest.raises(ConfigError, match=r"avslut_regler\.json .* line 2"):
        load_checks(shipped_codebooks()["avslut"], tmp_path)


def test_rules_that_a_form_of_ones_own_lacks_columns_for_are_passed_over(tmp_path: Path) -> None:
    doc = form({"name": "slutdatum", "title": "Slut", "type": "date"}) | {"name": "avslut"}
    (tmp_path / "avslut.json").write_text(json.dumps(doc))
    book = shipped_codebooks(tmp_path)["avslut"]
    checks = load_checks(book, tmp_path)
    assert {c.kontroll for c in checks if not c.optional} == {"avslut.slutdatum.olaslig"}
    assert {c.kontroll for c in checks if c.optional} >= {"avslut.slutdatum.efter_start"}
