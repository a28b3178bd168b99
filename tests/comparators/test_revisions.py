"""Revisions between fetches: found, told with the reports that show them, and the newest counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.comparators.kept import kept
from pipeline.comparators.revisions import Point, Revision, revisions
from pipeline.publish.ledger import FACT_SCHEMA
from pipeline.run.revised import revised, write_revised
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace

from .conftest import Place
from .standin import value

HIT = ("U30447", "0114", 2025)


def found(place: Place) -> dict[Point, Revision]:
    return {r.point: r for r in revisions(kept(place.workspace.raw))}


def refetched(place: Place, *values: dict[str, Any], day: str = "2026-05-04") -> str:
    place.standin.held[HIT] = list(values)
    place.fetch(day)
    return place.text


def test_only_what_differs_is_a_revision(place: Place) -> None:
    place.fetch()
    text = refetched(
        place, value(None, "K", "Privacy"), value(75.0, "M"), value(71.25, "T"), day="2026-05-04"
    )
    made = found(place)
    assert {(p.gender, r.before.told, r.after.told) for p, r in made.items()} == {
        ("K", "75", "sekretess"), ("T", "75", "71,25"),
    }  # fmt: skip
    assert {(str(r.before_day), str(r.after_day)) for r in made.values()} == {
        ("2026-03-02", "2026-05-04")
    }
    assert "2 värden är reviderade, varav 0 som en rapport redan visar:" in text
    flat = " ".join(text.split())
    assert "Upplands Väsby, 2025, kvinnor: 75 → sekretess" in flat
    assert "Upplands Väsby, 2025: 75 → 71,25" in flat


def test_withdrawn_and_left_out_are_told_apart(place: Place) -> None:
    place.fetch()
    refetched(place, value(75.0, "K", gone=True), value(75.0, "M"))
    made = found(place)
    told = {p.gender: (r.after.told, r.gone) for p, r in made.items()}
    assert told == {"K": ("borttaget av Kolada", False), "T": ("finns inte i svaret", True)}


def test_a_revision_stays_told_after_a_fetch_that_changes_nothing_about_it(place: Place) -> None:
    place.fetch()
    refetched(place, value(75.0, "K"), value(75.0, "M"), value(70.0, "T"))
    place.standin.held["U30448", "0000", 2024] = [value(1.0)]
    place.fetch("2026-06-01")
    made = found(place)[Point(*HIT, "T")]
    assert (made.before.told, made.after.told, str(made.after_day)) == ("75", "70", "2026-05-04")


def test_what_was_left_out_and_came_back_is_no_revision(place: Place) -> None:
    place.fetch()
    whole = place.standin.held[HIT]
    refetched(place)
    assert len(found(place)) == 3
    refetched(place, *whole, day="2026-06-01")
    assert found(place) == {}


def test_a_file_that_people_saved_is_older_than_any_fetch(place: Place) -> None:
    folder = place.workspace.raw / "kolada"
    folder.mkdir()
    own = {"values": [{"kpi": HIT[0], "municipality": HIT[1], "period": HIT[2],
                       "values": [value(60.0)]}]}  # fmt: skip
    (folder / "åäö.json").write_text(json.dumps(own), encoding="utf-8")
    place.fetch()
    made = found(place)[Point(*HIT, "T")]
    assert (made.before.told, made.before_day, made.after.told) == ("60", None, "75")


@pytest.mark.parametrize("later", ["2026-03-02", "2026-05-04"])
def test_the_newest_fetch_wins_in_the_years_table(place: Place, later: str) -> None:
    """Also of two of one day, and before a file of people's own whose name comes last."""
    folder = place.workspace.raw / "kolada"
    folder.mkdir()
    own = {"values": [{"kpi": HIT[0], "municipality": HIT[1], "period": HIT[2],
                       "values": [value(60.0)]}]}  # fmt: skip
    (folder / "zz.json").write_text(json.dumps(own), encoding="utf-8")
    place.fetch("2026-03-02")
    refetched(place, value(0.0), value(None, "K", "Privacy"), value(5.0, "M", gone=True), day=later)
    table = _validated(place.workspace)
    kept_rows = {
        (r["kpi"], r["kommun"], r["ar"], r["kon"]): (r["varde"], r["status"], str(r["hamtad"]))
        for r in table.to_pylist()
    }
    assert kept_rows[*HIT, "T"] == (0.0, None, later)
    assert kept_rows[*HIT, "K"] == (None, "Privacy", later)
    assert (*HIT, "M") not in kept_rows
    assert len(kept_rows) == 23
    mending = (place.workspace.processed / "2025" / "att_ratta.csv").read_text("utf-8-sig")
    assert len(mending.splitlines()) == 1  # what a later fetch replaces is nobody's to mend


def test_a_status_beside_a_number_is_no_number(place: Place) -> None:
    place.standin.held = {HIT: [value(61.0, "T", "Missing"), value(62.0, "K", "Privacy"),
                                value(63.0, "M", "Not applicable")]}  # fmt: skip
    place.fetch()
    table = _validated(place.workspace)
    assert {(r["kon"], r["status"], r["varde"]) for r in table.to_pylist()} == {
        ("T", "Missing", None), ("K", "Privacy", None), ("M", "Not applicable", None),
    }  # fmt: skip


def _validated(workspace: Workspace) -> pa.Table:
    from pipeline.intake.year import clean_year

    out = workspace.processed / "2025"
    clean_year(workspace, 2025, out)
    validate_year(workspace, 2025, out)
    return pq.read_table(out / "jamforelser.parquet")


def test_reports_that_show_a_revised_value_are_named(place: Place, tmp_path: Path) -> None:
    place.fetch()
    edition = place.workspace.reports / "2025" / "intern"
    _ledger(edition)
    release = place.workspace.raw / "2025" / "protokoll" / "utgavor" / "01-mars"
    (release / "publik").mkdir(parents=True)
    (release / "utgava.json").write_text(
        json.dumps({"steg": "mars", "nummer": 1, "per_datum": "2026-03-16", "beslutad_av": "chef"}),
        encoding="utf-8",
    )
    shown = [{"id": "c", "title": "U30447, Upplands Väsby", "period": "2025", "parents": [],
              "definition": json.loads(_cited(HIT, "T"))}]  # fmt: skip
    (release / "publik" / "faktaregister.json").write_text(json.dumps(shown), encoding="utf-8")
    text = " ".join(refetched(place, value(75.0, "K"), value(70.0, "M"), value(70.0)).split())
    assert "2 värden är reviderade, varav 1 som en rapport redan visar:" in text
    assert "Den interna rapporten 2025, och räknas in i: Skillnad mot kommunen." in text
    assert "Publicerad utgåva 1 för 2025 (mars)." in text

    made = tmp_path / "ny"
    _ledger(made)
    changed = revised(place.workspace)
    assert [p[0] for p in changed.pages] == ["revideringar.html"]
    write_revised(place.workspace, 2025, made, changed)
    page = (made / "revideringar.html").read_text(encoding="utf-8")
    assert page.index("Värden som en rapport visar") < page.index("Övriga värden")
    page = page.replace("\u00a0", " ")
    assert "hämtat 2 mars 2026" in page and "hämtat 4 maj 2026" in page
    assert "Skillnad mot kommunen" in page


def test_without_revisions_there_is_no_page(place: Place, tmp_path: Path) -> None:
    place.fetch()
    changed = revised(place.workspace)
    write_revised(place.workspace, 2025, tmp_path, changed)
    assert changed.pages == () and not (tmp_path / "revideringar.html").exists()


def _cited(point: tuple[str, str, int], gender: str) -> str:
    kpi, kommun, _ = point
    return json.dumps({"kind": "cited", "source": "kolada", "kpi": kpi, "kommun": kommun,
                       "kon": gender})  # fmt: skip


def _ledger(folder: Path) -> None:
    blank = dict.fromkeys(FACT_SCHEMA.names)
    facts = [
        {**blank, "id": "c", "title": "U30447, Upplands Väsby", "period": "2025", "parents": "[]",
         "definition": _cited(HIT, "T")},
        {**blank, "id": "d", "title": "Skillnad mot kommunen", "period": "2025",
         "parents": '["x", "c"]', "definition": '{"kind": "difference"}'},
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(facts, FACT_SCHEMA), folder / "faktaregister.parquet")
