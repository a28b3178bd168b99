"""What becomes of rows and cells in a validated year."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigError, GateError, UppfoljningError
from pipeline.privacy.key import key_of
from pipeline.validation.records import BLANKED, DUPLICATE, FLAGGED, QUARANTINED, Figures
from pipeline.validation.year import validate_year
from tests.validation.conftest import BACKGROUND, CLOSING, END, START, Municipality, changed


def test_answer_outside_the_scale_is_blanked_and_listed_and_the_row_kept(
    municipality: Municipality,
) -> None:
    year = municipality.one_year([END, changed(END, _0="A2", _4=7)])
    first, second = year.table("avslut")
    assert (first["nojd_kontakt"], second["nojd_kontakt"], second["nojd_resultat"]) == (5, None, 4)
    [cell] = year.findings(BLANKED)
    assert cell.adress == "avslut.xlsx!Svar!E3"
    assert cell.orsak == "Svaret ligger utanför skalan 1–5."
    assert cell.kolumn == "Hur nöjd är du med kontakten med oss?"
    assert year.summary.files["avslut.xlsx"] == Figures(2, 2, 0, 0, 1)


def test_unknown_unit_in_a_required_field_puts_the_row_in_quarantine(
    municipality: Municipality,
) -> None:
    year = municipality.one_year(background=[START, changed(START, _0="A2", _1="Öppenvård Nor")])
    known = key_of(municipality.workspace).pseudonym("A1")
    assert [r["insats_id"] for r in year.table("bakgrund")] == [known]
    [cell] = year.findings(QUARANTINED)
    assert cell.adress == "bakgrund.xlsx!Svar!B3"
    assert cell.orsak == "Enheten finns inte i kommunens lista. Menade du ”Öppenvård Norr”?"
    assert "kommun.toml" in cell.gor_sa
    rows = pq.read_table(year.out / "rader.parquet").to_pylist()
    assert [r["status"] for r in rows] == ["behandlad", "karantan"]
    assert rows[1]["orsak"] == "Enhet: enheten finns inte i kommunens lista."


def test_a_municipality_without_a_list_of_units_may_write_any(municipality: Municipality) -> None:
    (municipality.workspace.raw / "kommun.toml").unlink()
    year = municipality.one_year(background=[changed(START, _1="Vad som helst")])
    assert year.table("bakgrund")[0]["enhet"] == "Vad som helst"
    idle = {c.kontroll for c in year.summary.checks if not c.applied}
    assert idle == {"bakgrund.enhet.alternativ", "bakgrund.insats.alternativ"}


def test_end_before_start_keeps_the_answers_and_blanks_the_end(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _1="2025-01-09", _3="2025-01-09")])
    [row] = year.table("avslut")
    assert (row["slutdatum"], row["slut_tertial"], row["dagar_till_svar"]) == (None, None, None)
    assert row["nojd_kontakt"] == 5
    [cell] = year.findings()
    assert (cell.atgard, cell.adress) == (BLANKED, "avslut.xlsx!Svar!B2")
    assert cell.kontroll == "avslut.slutdatum.efter_start"


def test_remark_on_a_value_that_was_blanked_is_not_made(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _1="2024-12-31", _3="2025-06-20")])
    assert [f.kontroll for f in year.findings()] == ["avslut.slutdatum.efter_start"]


def test_missing_required_field_puts_the_row_in_quarantine(municipality: Municipality) -> None:
    year = municipality.one_year(background=[START, changed(START, _0=None)])
    assert len(year.table("bakgrund")) == 1
    [cell] = year.findings()
    assert (cell.atgard, cell.adress) == (QUARANTINED, "bakgrund.xlsx!Svar!A3")
    assert year.summary.files["bakgrund.xlsx"] == Figures(2, 1, 0, 1, 0)


def test_missing_field_that_is_only_wanted_is_flagged(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _1=None, _3=None)])
    [cell] = year.findings()
    assert (cell.atgard, cell.adress) == (FLAGGED, "avslut.xlsx!Svar!B2")
    assert year.summary.files["avslut.xlsx"].cells_blanked == 0


def test_every_reason_of_a_row_in_quarantine_is_listed(municipality: Municipality) -> None:
    broken = changed(START, _0="A2", _3="igår", _4=211)
    year = municipality.one_year(background=[START, broken])
    assert [(f.atgard, f.cell) for f in year.findings()] == [
        (QUARANTINED, "E3"),
        (QUARANTINED, "D3"),
    ]
    assert year.summary.files["bakgrund.xlsx"].cells_blanked == 0


def test_unreadable_required_cell_is_not_also_said_to_be_missing(
    municipality: Municipality,
) -> None:
    year = municipality.one_year(background=[START, changed(START, _0="A2", _3="igår")])
    assert [f.kontroll for f in year.findings()] == ["bakgrund.startdatum.olaslig"]
    missing = next(
        c for c in year.summary.checks if c.kontroll.endswith("bakgrund.startdatum.saknas")
    )
    assert missing.unexpected == 0


def test_one_unknown_choice_blanks_the_whole_answer(municipality: Municipality) -> None:
    year = municipality.one_year(background=[changed(START, _6="Alkohol;Spel;Bläckfisk")])
    [row] = year.table("bakgrund")
    options = {k: v for k, v in row.items() if k.startswith("problem__")}
    assert len(options) > 20 and not any(v is not None for v in options.values())
    [cell] = year.findings()
    assert (cell.atgard, cell.adress) == (BLANKED, "bakgrund.xlsx!Svar!G2")


def test_late_answer_is_flagged_and_counts(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _3="2025-07-03")])
    assert year.table("avslut")[0]["dagar_till_svar"] == 32
    [cell] = year.findings()
    assert (cell.atgard, cell.orsak) == (FLAGGED, "Svaret kom mer än en månad efter avslutet.")
    assert cell.adress == "avslut.xlsx!Svar!D2"


def test_insats_without_background_is_flagged(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _0="B9")])
    [cell] = year.findings()
    assert (cell.kontroll, cell.adress) == ("avslut.insats_id.i_bakgrund", "avslut.xlsx!Svar!A2")


def test_insats_whose_background_row_is_in_quarantine_has_no_background(
    municipality: Municipality,
) -> None:
    year = municipality.one_year([END], background=[changed(START, _3=None)])
    assert year.table("avslut")[0]["enhet"] is None
    assert len(year.findings(check="i_bakgrund")) == 1


def test_background_of_an_earlier_year_is_found(municipality: Municipality) -> None:
    municipality.sheet(
        "bakgrund.xlsx", BACKGROUND, changed(START, _0="G1", _3="2024-11-02"), year=2024
    )
    municipality.run(2024)
    year = municipality.one_year([changed(END, _0="G1")])
    [row] = year.table("avslut")
    assert (row["enhet"], row["_bakgrund_ar"], year.findings()) == ("norr", 2024, [])


def test_a_rule_about_a_looked_up_cell_points_to_its_own_year(
    municipality: Municipality,
) -> None:
    municipality.sheet(
        "bakgrund.xlsx", BACKGROUND, changed(START, _0="G1", _3="2024-11-02"), year=2024
    )
    municipality.run(2024)
    municipality.sheet("avslut.xlsx", CLOSING, changed(END, _0="G1"))
    out = municipality.clean()
    folder = municipality.workspace.raw.parent / "expectations"
    folder.mkdir()
    meta = {"falt": "alder_vid_start", "kontroll": "avslut.alder.barn", "orsak": "o", "gor_sa": "g"}
    rule = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "alder_vid_start", "max_value": 20},
        "meta": meta,
        "severity": "info",
    }
    (folder / "avslut_regler.json").write_text(json.dumps({"expectations": [rule]}))
    summary = validate_year(municipality.workspace, 2025, out, folder)
    [cell] = [f for f in summary.findings if f.kontroll == "avslut.alder.barn"]
    assert cell.adress == cell.cell == "2024/bakgrund.xlsx!Svar!E2"
    assert cell.kolumn == "Ålder vid start"


def test_withdrawn_comparator_does_not_count_and_is_nothing_to_mend(
    municipality: Municipality,
) -> None:
    folder = municipality.workspace.raw / "kolada"
    folder.mkdir()
    values = [
        {"gender": g, "count": 1, "status": "", "value": 80.0, "isdeleted": g == "M"}
        for g in ("T", "K", "M")
    ]
    entry = {"kpi": "U35543", "municipality": "0000", "period": 2024, "values": values}
    (folder / "svar.json").write_text(json.dumps({"values": [entry]}))
    year = municipality.one_year()
    assert [r["kon"] for r in year.table("jamforelser")] == ["T", "K"]
    [cell] = year.findings(QUARANTINED)
    assert not cell.att_gora
    assert year.summary.files["kolada/svar.json"] == Figures(3, 2, 0, 1, 0)


def test_duplicates_are_listed_with_the_row_that_counts(municipality: Municipality) -> None:
    year = municipality.one_year(background=[START, changed(START, _4=35)])
    assert year.table("bakgrund")[0]["alder_vid_start"] == 35
    [cell] = year.findings()
    assert (cell.atgard, cell.adress) == (DUPLICATE, "bakgrund.xlsx!Svar!A2")
    assert "rad 3" in cell.orsak
    assert year.summary.files["bakgrund.xlsx"] == Figures(2, 1, 1, 0, 0)


def test_sheets_and_tables_of_one_file_are_added_up(municipality: Municipality) -> None:
    municipality.sheet("allt.xlsx", BACKGROUND, START, changed(START, _0=None), name="Start")
    municipality.sheet("allt.xlsx", CLOSING, END, changed(END, _0="A2", _4=9), name="Slut")
    year = municipality.run()
    assert year.summary.files == {"allt.xlsx": Figures(4, 3, 0, 1, 1)}


def test_the_cleaned_tables_and_their_refused_texts_are_gone(municipality: Municipality) -> None:
    year = municipality.one_year([changed(END, _4="sju")])
    names = sorted(p.name for p in year.out.iterdir())
    assert names == [
        "att_ratta.csv",
        "avslut.parquet",
        "bakgrund.parquet",
        "balance.json",
        "celler.parquet",
        "kallor.json",
        "kontroller.json",
        "nyckel.json",
        "rader.parquet",
    ]
    assert not [n for n in pq.read_schema(year.out / "avslut.parquet").names if "_fel_" in n]


def test_the_mending_list_opens_in_a_swedish_excel(municipality: Municipality) -> None:
    year = municipality.one_year(
        [changed(END, _4=7), changed(END, _0="A2", _1=None, _3=None)],
        background=[START, changed(START, _0=None)],
    )
    data = (year.out / "att_ratta.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfFil;Blad;Cell;Kolumn;")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert [(r["Fil"], r["Blad"], r["Cell"]) for r in rows] == [
        ("avslut.xlsx", "Svar", "E2"),
        ("avslut.xlsx", "Svar", "A3"),
        ("avslut.xlsx", "Svar", "B3"),
        ("bakgrund.xlsx", "Svar", "A3"),
    ]
    assert all(r["Kolumn"] and r["Vad som är fel"] and r["Gör så här"] for r in rows)


def test_two_runs_give_the_same_bytes(municipality: Municipality, tmp_path: Any) -> None:
    rows = [changed(END, _4=7), changed(END, _0="A2", _1="2024-01-01")]
    first = municipality.one_year(rows)
    before = {p.name: p.read_bytes() for p in first.out.iterdir()}
    again = tmp_path / "igen"
    first.out.rename(again)
    second = municipality.run()
    assert {p.name: p.read_bytes() for p in second.out.iterdir()} == before


def test_rows_that_do_not_add_up_stop_the_year(municipality: Municipality) -> None:
    municipality.sheet("bakgrund.xlsx", BACKGROUND, START)
    out = municipality.clean()
    sources = json.loads((out / "kallor.json").read_text())
    sources["bakgrund.xlsx!Svar"]["rows"] = 2
    (out / "kallor.json").write_text(json.dumps(sources))
    with pytest.raises(GateError, match=r"bakgrund\.xlsx: 2 rader lästes, men 1 räknas"):
        validate_year(municipality.workspace, 2025, out)
    assert not (out / "balance.json").exists()


def test_a_year_that_was_not_read_is_refused_in_plain_words(municipality: Municipality) -> None:
    with pytest.raises(UppfoljningError, match="make validate"):
        validate_year(municipality.workspace, 2025, municipality.workspace.processed)


def test_a_form_of_the_municipalitys_own_is_checked_without_code(
    municipality: Municipality,
) -> None:
    municipality.form(
        {
            "name": "trivsel",
            "title": "Trivselenkät",
            "kind": "survey",
            "protects": "staff",
            "fields": [
                {"name": "svar_id", "title": "Svarsnummer", "type": "integer",
                 "constraints": {"required": True, "unique": True}},
                {"name": "trivsel", "title": "Hur trivs du?", "type": "integer",
                 "constraints": {"minimum": 1, "maximum": 5}},
                {"name": "kod", "title": "Kod för gruppen", "type": "string",
                 "constraints": {"pattern": "[A-Z][0-9]"}, "severity": "info"},
            ],
        }
    )  # fmt: skip
    municipality.text(
        "trivsel.csv",
        ["Svarsnummer", "Hur trivs du?", "Kod för gruppen"],
        [1, 5, "A1"],
        [2, 8, "A1"],
        [3, 4, "A12"],
        [4, 4, "A1"],
        [4, 4, "A1"],
    )
    year = municipality.run()
    assert [(f.adress, f.atgard) for f in year.findings()] == [
        ("trivsel.csv!B3", BLANKED),
        ("trivsel.csv!C4", FLAGGED),
        ("trivsel.csv!A5", QUARANTINED),
        ("trivsel.csv!A6", QUARANTINED),
    ]
    assert [r["trivsel"] for r in year.table("trivsel")] == [5, None, 4]


def test_tables_that_refer_to_each_other_in_a_ring_are_refused(
    municipality: Municipality,
) -> None:
    for name, other in (("ett", "tva"), ("tva", "ett")):
        reference = {"resource": other, "fields": [f"{other}_id"]}
        municipality.form(
            {
                "name": name,
                "title": name,
                "fields": [
                    {"name": f"{name}_id", "title": f"{name} nummer", "type": "string"},
                    {"name": f"{other}_id", "title": f"{name} pekar på", "type": "string"},
                ],
                "foreignKeys": [{"fields": [f"{other}_id"], "reference": reference}],
            }
        )
        municipality.text(f"{name}.csv", [f"{name} nummer", f"{name} pekar på"], ["a", "b"])
    with pytest.raises(ConfigError, match="i en ring"):
        municipality.run()


def test_a_rule_in_the_municipalitys_own_folder_is_honoured(municipality: Municipality) -> None:
    folder = municipality.workspace.raw / "formular"
    folder.mkdir()
    meta = {"falt": "alder_vid_start", "kontroll": "bakgrund.alder_vid_start.vuxen"}
    rule = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "alder_vid_start", "min_value": 18},
        "meta": {**meta, "orsak": "Insatsen är bara för vuxna.", "gor_sa": "Kontrollera åldern."},
        "severity": "info",
    }
    (folder / "bakgrund_regler.json").write_text(json.dumps({"expectations": [rule]}))
    year = municipality.one_year(background=[changed(START, _4=17)])
    assert [f.orsak for f in year.findings(FLAGGED)] == ["Insatsen är bara för vuxna."]
