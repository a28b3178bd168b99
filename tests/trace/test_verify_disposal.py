"""An edition some of whose rows have been destroyed under a decision."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.workspace import REPO

from . import disposing
from .verified import YEAR, Edition


@pytest.fixture(scope="module")
def disposed(sound: Edition, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """A copy in which five rows of a workbook and five of a text file have been destroyed."""
    made = sound.copied(tmp_path_factory.mktemp("gallrat"))
    drawn = made.workspace.reports / str(YEAR) / "granskning" / "stickprov.csv"
    drawn.parent.mkdir()
    drawn.write_text(f"Kvarnhjulet snurrar på rad {disposing.BOOK_ROWS[0]}", encoding="utf-8")
    done = made.run(
        "gallra", "--year", str(YEAR), "--dnr", "SN 2026/12", "--utfor",
        "--rader", f"{disposing.BOOK}!{disposing.SHEET}!4-7,10",
        "--rader", f"{disposing.TEXT}!4-8",
        "--beslutad-av", "socialchef", "--beslutsdatum", "2026-05-12",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return made


def test_numbers_whose_rows_are_destroyed_are_told_apart_and_the_others_verified(
    disposed: Edition,
):
    verdict = disposed.verified()
    assert verdict.ok and verdict.checked == verdict.total
    there = [
        pq.read_table(folder / f"{n}.parquet")
        for folder in (
            disposed.intern,
            disposed.intern / "publik",
            *(disposed.intern / "tertial").glob("T?"),
            *(disposed.intern / "underlag").iterdir(),
            *(disposed.intern / "verksamhet").glob("V*"),
        )
        for n in ("faktaregister", "forekomster")
    ]
    assert verdict.total + verdict.disposed == sum(table.num_rows for table in there)
    assert list(verdict.lines()) == [
        f"verifierat {verdict.total} av {verdict.total} tal; "
        f"{verdict.disposed} tal till: gallrat enligt SN 2026/12"
    ]
    # What counts the year's answers rests on the rows, what counts those of the year before not.
    record = json.loads(
        (disposed.workspace.raw / "2025/protokoll/gallring/SN-2026-12.json").read_text("utf-8")
    )
    gone = record["utgavor"]["2025/intern"]
    assert record["rader"] == 10
    rows = pq.read_table(disposed.intern / "faktaregister.parquet").to_pylist()
    liked = {r["period"]: r["id"] for r in rows if r["name"] == "nojd_med_kontakten"}
    assert liked["2025"] in gone and liked["2024"] not in gone


def test_nothing_of_the_destroyed_rows_is_left(sound: Edition, disposed: Edition):
    root = disposed.workspace.raw.parent
    texts = [f"Kvarnhjulet snurrar på rad {r}" for r in disposing.BOOK_ROWS]
    texts += [f"Sjökortet låg på rad {r}" for r in disposing.TEXT_ROWS]
    before = {name for name, _ in disposing.found(sound.workspace.raw.parent, texts)}
    assert {"processed/2025/avslut.parquet", "processed/2025/brukarenkat.parquet"} <= before
    assert disposing.found(root, texts) == []
    # The panel showed this one raw; as a class in a table of the report it is a number's label.
    cells = f'"{disposing.WEEKS}","{disposing.WEEKS}"'
    page = "reports/2025/intern/arsrapport.html"
    assert cells in (sound.workspace.raw.parent / page).read_text("utf-8")
    assert cells not in (root / page).read_text("utf-8")
    for folder in ("raw", "processed"):
        assert disposing.found(root / folder, [disposing.WEEKS, "40.0625"]) == []
    assert not (root / "reports/2025/granskning").exists()


def test_the_other_rows_lie_where_they_lay(sound: Edition, disposed: Edition):
    old, new = (
        openpyxl.load_workbook(e.workspace.raw / "2025" / disposing.BOOK) for e in (sound, disposed)
    )
    assert old.sheetnames == new.sheetnames
    for sheet in old:
        for row in sheet.iter_rows():
            for cell in row:
                there = new[sheet.title][cell.coordinate]
                gone = sheet.title == disposing.SHEET and cell.row in disposing.BOOK_ROWS
                assert there.value == (None if gone else cell.value)
                assert there.number_format == cell.number_format


def test_what_is_altered_after_a_disposal_is_found(disposed: Edition, tmp_path: Path):
    altered = disposed.copied(tmp_path)
    path = altered.workspace.raw / "2025" / disposing.BOOK
    book = openpyxl.load_workbook(path)
    book[disposing.SHEET]["S12"].value = "0 - Inte alls"
    book.save(path)
    # A number whose rows are gone may not become another.
    path = altered.intern / "faktaregister.parquet"
    rows = pq.read_table(path)
    made = rows.to_pylist()
    ended = next(r for r in made if r["name"] == "avslutade" and r["period"] == "2025")
    ended["value"], ended["n"] = ended["value"] + 1, ended["n"] + 1
    pq.write_table(pa.Table.from_pylist(made, schema=rows.schema), path)
    differences = altered.verified().differences
    places = {(d.group, d.where) for d in differences}
    assert ("fil", f"RAW/2025/{disposing.BOOK}") in places
    assert ("tabell", "2025/avslut.parquet") in places
    assert ended["id"] in {d.id for d in differences if d.group == "faktum"}


def test_a_year_with_destroyed_rows_is_not_built_again_by_itself(disposed: Edition):
    refused = disposed.run("annual", "--year", str(YEAR))
    assert refused.returncode == 1 and "gallrat enligt SN 2026/12" in refused.stderr
    assert "--efter-gallring" in refused.stderr
    fresh = subprocess.run(
        [sys.executable, "-m", "pipeline.stale", "--year", str(YEAR),
         *(x for k in ("raw", "processed", "reports")
           for x in (f"--{k}", str(getattr(disposed.workspace, k))))],
        cwd=REPO, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert fresh.stdout.strip() == "aktuell", fresh.stderr


def test_a_trace_says_what_is_gone(disposed: Edition):
    told = disposed.run("trace", "--year", str(YEAR), "--fact", "nojd_med_kontakten")
    assert "gallrat enligt SN 2026/12" in told.stdout
    page = (disposed.intern / "arsrapport.html").read_text("utf-8")
    assert '"status":"gallrat enligt SN 2026/12"' in page
