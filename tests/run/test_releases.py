"""Releases as they are read again, and the calls that are refused before anything is made."""

import json

import pytest

from pipeline import clean, stale
from pipeline.cli import main
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.facts.fact import canonical
from pipeline.facts.pattern import CountCell, Pattern
from pipeline.run import releases as kept
from pipeline.run.release import Decision, release
from pipeline.workspace import year_files
from tests.municipality import at

YEAR = 2025


def count(where, value, hidden=False):
    definition = {"kind": "count", "dataset": "svar", "period": 0, "scope": {}, "where": where}
    return {
        "definition": canonical(definition), "status": "dold" if hidden else "ok",
        "value": None if hidden else float(value), "n": None if hidden else value,
        "numerator": None, "denominator": None,
    }  # fmt: skip


def share(where, of, k, n, hidden=False):
    definition = {
        "kind": "share", "dataset": "svar", "period": -1, "scope": {}, "where": where, "of": of,
    }  # fmt: skip
    return {
        "definition": canonical(definition), "status": "dold" if hidden else "ok",
        "value": None if hidden else k / n, "n": n, "numerator": None if hidden else k,
        "denominator": n,
    }  # fmt: skip


def key(where, period=0):
    return CountCell("svar", period, where).key


def test_a_release_binds_what_it_showed_and_nothing_that_it_hid():
    both = "kon = 'man' AND nojd = 5"
    rows = [
        count("enhet = 'a'", 20), count("enhet = 'b'", 3, hidden=True),
        share("nojd = 5", "kon = 'man'", 8, 30), share("nojd = 1", "kon = 'man'", 2, 30, True),
    ]  # fmt: skip
    shown = Pattern(frozenset({key("enhet = 'a'"), key(both, -1), key("kon = 'man'", -1)}))
    assert kept.shown_counts(rows, shown) == {
        key("enhet = 'a'"): 20, key(both, -1): 8, key("kon = 'man'", -1): 30,
    }  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    made = at(tmp_path)
    (made.raw / str(YEAR)).mkdir(parents=True)
    (made.raw / str(YEAR) / "svar.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    return made


def freeze(workspace, year, number, stage, counts):
    folder = kept.folder_of(workspace.raw, year) / f"{number:02d}-{stage}"
    folder.mkdir(parents=True)
    told = {
        "steg": stage, "nummer": number, "per_datum": f"{year + 1}-03-16", "beslutad_av": "chefen",
    }  # fmt: skip
    (folder / kept.RECORD).write_text(json.dumps(told), encoding="utf-8")
    (folder / kept.COUNTS).write_text(json.dumps(counts), encoding="utf-8")
    return folder


def test_releases_of_every_year_are_read_in_order(workspace):
    freeze(workspace, 2024, 1, "kvalitetsberattelse", {key("enhet = 'a'"): 19})
    freeze(workspace, YEAR, 2, "april", {key("enhet = 'a'"): 21})
    freeze(workspace, YEAR, 1, "mars", {key("enhet = 'a'"): 20})
    found = kept.releases(workspace.raw)
    assert [r.label for r in found] == [
        "2024/01-kvalitetsberattelse", "2025/01-mars", "2025/02-april"
    ]  # fmt: skip
    assert [r.counts[key("enhet = 'a'")] for r in found] == [19, 20, 21]


def test_a_damaged_record_is_told_and_never_passed_over(workspace):
    folder = freeze(workspace, YEAR, 1, "mars", {})
    (folder / kept.RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(UppfoljningError, match="01-mars"):
        kept.releases(workspace.raw)


def test_records_are_inputs_but_no_data(workspace):
    before = stale.inputs_of(workspace.raw, YEAR)
    folder = freeze(workspace, YEAR, 1, "mars", {})
    (folder / "publik" / "tabeller").mkdir(parents=True)
    (folder / "publik" / "tabeller" / "t.csv").write_text("x;y\n", encoding="utf-8")
    added = {p.name for p in stale.inputs_of(workspace.raw, YEAR)} - {p.name for p in before}
    assert added == {kept.RECORD, kept.COUNTS, "t.csv"}
    assert [p.name for p in year_files(workspace.raw / str(YEAR))] == ["svar.csv"]


def test_clean_never_touches_them(workspace):
    folder = freeze(workspace, YEAR, 1, "mars", {})
    for built in (workspace.processed / str(YEAR), workspace.reports / str(YEAR)):
        built.mkdir(parents=True)
    place = ["--raw", workspace.raw, "--processed", workspace.processed, "--reports"]
    assert clean.main([*map(str, place), str(workspace.reports)]) == 0
    assert (folder / kept.RECORD).is_file() and not (workspace.reports / str(YEAR)).exists()


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (Decision("juni", "chef"), "finns inte"),
        (Decision("mars", " "), "--beslutad-av"),
        (Decision("mars", "chef", correction="fel"), "inget att rätta"),
        (Decision("april", "chef"), "skrivs aldrig över"),
        (Decision("april", "chef", correction="fel"), "make annual"),  # nothing is built
    ],
)
def test_calls_that_are_refused(workspace, decision, says):
    freeze(workspace, YEAR, 1, "april", {})
    with pytest.raises(UsageError, match=says) as refused:
        release(workspace, YEAR, decision, print)
    assert all(len(line) <= 80 for line in str(refused.value).splitlines())
    assert not isinstance(refused.value, GateError)
    assert len(list(kept.folder_of(workspace.raw, YEAR).iterdir())) == 1


FOUND = {
    "personnummer": "811218-9876", "samordningsnummer": "811278-9873",
    "telefon": "070-174 06 05", "e-post": "nagon@example.se", "adress": "Storgatan 14",
}  # fmt: skip


@pytest.mark.parametrize("option", ["--beslutad-av", "--rattelse", "--trots"])
@pytest.mark.parametrize("kind", FOUND)
def test_what_is_given_in_words_may_not_hold_a_personal_identifier(workspace, option, kind, capsys):
    """By the command; the message names what was found, never what it was."""
    freeze(workspace, YEAR, 1, "april", {})
    words = {"--beslutad-av": "verksamhetschef", "--rattelse": "Fel enhet.", "--trots": ""}
    words[option] = f"Se ärendet om {FOUND[kind]}."
    place = {"raw": workspace.raw, "processed": workspace.processed, "reports": workspace.reports}
    code = main(
        ["release", "--stage", "april", "--year", str(YEAR)]
        + [str(x) for name, text in words.items() for x in (name, text)]
        + [str(x) for name, path in place.items() for x in (f"--{name}", path)]
    )
    said = capsys.readouterr().err
    assert code == 2 and option in said and kind in said and FOUND[kind] not in said
    assert all(len(line) <= 80 for line in said.splitlines())
    assert [p.name for p in kept.folder_of(workspace.raw, YEAR).iterdir()] == ["01-april"]


def test_the_screen_stops_no_ordinary_reason(workspace):
    """A decision's number, a date and a count are no identifiers: the call comes to the edition."""
    freeze(workspace, YEAR, 1, "april", {})
    why = "Beslut SN 2025/123 den 2026-03-14: enheten Norr hade 27 avslut, inte 31 (12,9 %)."
    with pytest.raises(UsageError, match="make annual"):
        release(workspace, YEAR, Decision("april", "chef, sektor 2", why), print)
