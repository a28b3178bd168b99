"""The tertials' documents on Exempelkommun, against the generator's own rows."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from pipeline.exempel import ROWS, SEED, expected_tables
from pipeline.exempel.truth import Expected
from pipeline.exempel.world import ENHETER
from pipeline.intake.year import clean_year
from pipeline.trace.verify import verify_part
from pipeline.workspace import Workspace

from .conftest import YEAR, Built

BROKEN = ("avbrots_klient", "avbrots_verksamhet", "uteblev")
TERTIALS = ("T1", "T2", "T3")


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Expected]]:
    made = expected_tables((YEAR - 2, YEAR - 1, YEAR), ROWS, SEED)
    return {name: made[name, YEAR] for name in ("bakgrund", "avslut")}


def told(edition: Built, tertial: str) -> dict[tuple[str, str], dict[str, object]]:
    """(name, class) → ledger row of a tertial's documents."""
    folder = edition.intern / "tertial" / tertial
    found = pq.read_table(folder / "faktaregister.parquet").to_pylist()
    return {(r["name"], next(iter(json.loads(r["scope"]).values()), "")): r for r in found}


def test_there_is_a_page_a_pdf_and_a_workbook_for_each_unit_and_the_sector(edition: Built) -> None:
    for tertial in TERTIALS:
        folder = edition.intern / "tertial" / tertial
        for name in (*ENHETER, "sektor"):
            for kind in ("html", "pdf", "xlsx"):
                assert (folder / f"{name}.{kind}").stat().st_size > 5000
        assert {p.stem for p in (folder / "notebooks").glob("*.ipynb")} == {*ENHETER, "sektor"}
    assert 'href="tertial/index.html"' in (edition.intern / "index.html").read_text("utf-8")
    public = edition.intern.parent / "publik"
    assert not any("ertialsammanst" in p.read_text("utf-8") for p in public.glob("*.html"))


@pytest.mark.parametrize("tertial", TERTIALS)
def test_every_number_is_that_of_the_generators_rows(
    edition: Built, rows: dict[str, list[Expected]], tertial: str
) -> None:
    facts = told(edition, tertial)
    for unit in (*ENHETER, "sektor"):
        ours = {
            table: [
                r for r in rows[table]
                if r[column] == tertial and unit in ("sektor", r["enhet"])
            ]
            for table, column in (("bakgrund", "start_tertial"), ("avslut", "slut_tertial"))
        }  # fmt: skip
        start, end = ours["bakgrund"], ours["avslut"]
        ending = f"_{tertial.lower()}_{unit}"

        def value(name: str, of: str = "", ending: str = ending) -> object:
            return facts[f"{name}{ending}", of]["value"]

        assert value("paborjade") == len(start) > 0
        assert value("avslutade") == len({r["insats_id"] for r in end}) > 0
        for name, column, some in (
            ("insatser", "insats", start), ("alder", "aldersgrupp", start), ("kon", "kon", start),
            ("motsvarade", "motsvarade_behov", end), ("situation", "situation_efter", end),
        ):  # fmt: skip
            counts = Counter(r[column] for r in some if r[column] is not None)
            for key, number in counts.items():
                assert value(f"{name}_antal", str(key)) == number, (unit, name, key)
                wanted = number / sum(counts.values())
                assert value(name, str(key)) == pytest.approx(wanted, abs=1e-12)
            shown = {of for (fact, of) in facts if fact == f"{name}_antal{ending}"}
            assert shown == set(counts)
        known = [r for r in end if r["avslutsorsak"] is not None]
        broken = {r["insats_id"] for r in known if r["avslutsorsak"] in BROKEN}
        andel = facts[f"avbrutna{ending}", ""]
        assert andel["numerator"] == len(broken)
        assert andel["denominator"] == len({r["insats_id"] for r in known})
        for problem in ("alkohol", "psykisk_ohalsa", "vald_utsatt"):
            number = sum(r[f"problem__{problem}"] is True for r in start)
            if number:
                assert value("problem_antal", problem) == number


def test_each_table_says_which_insatser_it_is_about(edition: Built) -> None:
    path = edition.intern / "tertial" / "T1" / "notebooks" / "familj.ipynb"
    captions = [
        "".join(run if isinstance(run, str) else run["text"] for run in data["caption"])
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        for output in cell.get("outputs", ())
        for kind, data in output["data"].items()
        if kind.startswith("application/vnd") and data["kind"] == "table"
    ]
    assert len(captions) == 9
    assert all("påbörjade" in c.lower() or "avslutade" in c.lower() for c in captions)
    assert all("Familjeteamet T1" in c for c in captions)


def test_the_workbook_is_completed_and_read_back_without_a_mapping(
    edition: Built, tmp_path: Path
) -> None:
    form = edition.intern / "tertial" / "T1" / "familj.xlsx"
    book = openpyxl.load_workbook(form)
    sheet = book["Sammanställning"]
    heads = {cell.value: cell.column for cell in sheet[5]}
    assert [sheet.cell(6, heads[h]).value for h in ("År", "Tertial", "Enhet")] == [
        YEAR, "T1", "Familjeteamet",
    ]  # fmt: skip
    assert "per 2026-05-29" in sheet.cell(6, heads["Underlagets version"]).value
    kinds = {v.type for v in sheet.data_validations.dataValidation}
    assert {"list", "date"} <= kinds
    numbers = {a.value: b.value for a, b in book["Underlag"].iter_rows(max_col=2)}
    assert isinstance(numbers["Kvinna"], str) and numbers["Kvinna"].endswith("av 14")
    assert not any(str(v).startswith("=") for row in book["Underlag"].values for v in row)
    sheet.cell(6, heads["Sammanställd av (roll)"], "Enhetschef")
    sheet.cell(6, heads["Sammanställd den"], dt.datetime(YEAR, 6, 20))
    sheet.cell(6, heads["Kommentar: avbrutna insatser"], "Inga kommentarer.")
    place = Workspace(tmp_path / "raw", tmp_path / "processed", tmp_path / "reports")
    (place.raw / str(YEAR)).mkdir(parents=True)
    shutil.copy(edition.workspace.raw / "kommun.toml", place.raw)
    book.save(place.raw / str(YEAR) / "T1 familj.xlsx")
    clean_year(place, YEAR, tmp_path / "ut")
    [row] = pq.read_table(tmp_path / "ut" / "rensat" / "sammanstallning.parquet").to_pylist()
    assert (row["ar"], row["tertial"], row["enhet"]) == (YEAR, "T1", "familj")
    assert row["sammanstalld_av"] == "Enhetschef" and row["datum"] == dt.date(YEAR, 6, 20)
    assert row["kommentar_avbrutna"] == "Inga kommentarer."
    source = json.loads((tmp_path / "ut" / "kallor.json").read_text("utf-8"))
    assert source["T1 familj.xlsx!Sammanställning"]["unread"] == []


def test_building_leaves_the_committed_locks_as_they_are(edition: Built) -> None:
    from pipeline.workspace import REPO

    for year in (YEAR - 2, YEAR - 1, YEAR):
        there = {
            p.name: p.read_bytes()
            for p in (edition.workspace.raw / str(year) / "protokoll" / "las").iterdir()
        }
        committed = REPO / "data" / "raw" / str(year) / "protokoll" / "las"
        assert there == {p.name: p.read_bytes() for p in committed.iterdir()}


def test_a_number_altered_in_a_tertials_page_is_found(edition: Built, tmp_path: Path) -> None:
    folder = tmp_path / "T1"
    shutil.copytree(edition.intern / "tertial" / "T1", folder)
    page = folder / "familj.html"
    text = page.read_text("utf-8")
    number = re.search(r'(<data [^>]*value=")(\d+)("[^>]*>)(\d+)(</data>)', text)
    assert number is not None and number[2] == number[4]
    other = str(int(number[2]) + 1)
    page.write_text(
        text.replace(number[0], f"{number[1]}{other}{number[3]}{other}{number[5]}", 1), "utf-8"
    )
    verdict = verify_part(edition.workspace, YEAR, folder, edition.workspace.processed)
    assert not verdict.ok
    assert {d.where for d in verdict.differences} == {"familj.html"}
