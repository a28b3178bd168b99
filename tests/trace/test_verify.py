"""An edition is verified number by number, and whatever is altered in it is found and named."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pipeline.trace.verify as package
from pipeline.errors import GateError, UsageError
from pipeline.trace.verify import Verdict, refuse, verify
from pipeline.trace.verify.swedish import expected_text, written
from pipeline.workspace import REPO, Workspace

from . import disposing

YEAR = 2025
NBSP, MINUS = "\u00a0", "\u2212"


@dataclass(frozen=True)
class Edition:
    workspace: Workspace

    @property
    def intern(self) -> Path:
        return self.workspace.reports / str(YEAR) / "intern"

    @property
    def public(self) -> Path:
        return self.workspace.reports / str(YEAR) / "publik"

    def verified(self) -> Verdict:
        return verify(self.workspace, YEAR, self.intern, self.workspace.processed)

    def run(self, *verb: str) -> subprocess.CompletedProcess[str]:
        ws = self.workspace
        place = ["--raw", str(ws.raw), "--processed", str(ws.processed)]
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *verb, *place, "--reports", str(ws.reports)],
            cwd=REPO, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip


def at(folder: Path) -> Edition:
    return Edition(Workspace(folder / "raw", folder / "processed", folder / "reports"))


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """A small Exempelkommun of two years, built by the commands."""
    made = at(tmp_path_factory.mktemp("verifieras"))
    years = ["--year", "2024", "--year", str(YEAR), "--rows", "40"]
    for verb in (["exempel", *years], ["annual", "--year", str(YEAR)]):
        done = made.run(*verb)
        assert done.returncode == 0, done.stderr
        if verb[0] == "exempel":
            disposing.plant(made.workspace.raw)
    return made


@pytest.fixture
def edition(sound: Edition, tmp_path: Path) -> Edition:
    """A copy to alter."""
    root = sound.workspace.raw.parent
    for name in ("raw", "processed", "reports"):
        shutil.copytree(root / name, tmp_path / name)
    return at(tmp_path)


def test_every_number_of_an_edition_is_verified(sound: Edition):
    verdict = sound.verified()
    assert list(verdict.lines()) == [f"verifierat {verdict.total} av {verdict.total} tal"]
    rows = {
        folder.name: sum(
            pq.read_table(folder / f"{name}.parquet").num_rows
            for name in ("faktaregister", "forekomster")
        )
        for folder in (
            sound.intern, sound.intern / "publik", *(sound.intern / "tertial").glob("T?")
        )
    }  # fmt: skip
    assert verdict.checked == verdict.total == sum(rows.values())
    assert len(rows) == 5 and min(rows["intern"], rows["publik"]) > 500
    refuse(verdict)


def test_an_edition_not_yet_in_place_is_verified_where_it_lies(sound: Edition, tmp_path: Path):
    shutil.copytree(sound.intern, tmp_path / "ny")
    shutil.copytree(sound.public, tmp_path / "utåt")
    verdict = verify(sound.workspace, YEAR, tmp_path / "ny", public=tmp_path / "utåt")
    assert verdict.ok and verdict.checked == verdict.total


def test_a_year_without_a_report_says_what_to_do(sound: Edition, tmp_path: Path):
    with pytest.raises(UsageError, match="make annual"):
        verify(sound.workspace, YEAR, tmp_path)


# What is altered, and what the verdict must then say of it: (group, words of the difference).
Named = tuple[str, str]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _digit_in_html(e: Edition) -> list[Named]:
    page = e.intern / "arsrapport.html"
    text = page.read_text(encoding="utf-8")
    number = re.search(r'data-fakta="(\w+)">(\d+)</data>', text)
    assert number
    place = number.start(2)
    page.write_text(text[:place] + "7" + text[place:], encoding="utf-8")
    return [("fil", "arsrapport.html"), ("html", number[1])]


def _digit_in_a_chart(e: Edition) -> list[Named]:
    page = e.intern / "arsrapport.html"
    text = page.read_text(encoding="utf-8")
    number = re.search(r'<text[^>]*data-fakta="(\w+)">(\d+)', text)
    assert number
    place = number.start(2)
    page.write_text(text[:place] + "8" + text[place:], encoding="utf-8")
    return [("fil", "arsrapport.html"), ("html", number[1])]


def _in_page(pattern: str) -> Callable[[Edition], list[Named]]:
    """A digit more in the page, before the pattern's second group; the first is the fact."""

    def alter(e: Edition) -> list[Named]:
        page = e.intern / "arsrapport.html"
        text = page.read_text(encoding="utf-8")
        number = re.search(pattern, text, re.DOTALL)
        assert number
        place = number.start(2)
        page.write_text(text[:place] + "7" + text[place:], encoding="utf-8")
        return [("fil", "arsrapport.html"), ("html", number[1])]

    return alter


REGISTERED = r'<li class="post" id="f-(\w+)">(?:(?!</li>).)*'
IN_THE_REGISTER = [
    rf'{REGISTERED}<span class="visat">(\d)',
    rf"{REGISTERED}<dt>Underlag</dt><dd>\d+ av (\d)",
]
IN_THE_PANEL = [
    rf'"(\w{{16}})":{{"title":(?:(?!"places").)*?"{part}":"(\d)'
    for part in ("text", "numerator", "n")
]


def _another_pdf(e: Edition) -> list[Named]:
    import pypdf

    path = e.intern / "arsrapport.pdf"
    writer = pypdf.PdfWriter()
    for page in list(pypdf.PdfReader(path).pages)[3:]:
        writer.add_page(page)
    writer.write(path)
    return [("fil", "arsrapport.pdf"), ("pdf", "rader_alla")]


def _flipped_bits_in_pdf(e: Edition) -> list[Named]:
    path = e.intern / "arsrapport.pdf"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return [("fil", "arsrapport.pdf")]


def _change(path: Path, change: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> dict[str, Any]:
    table = pq.read_table(path)
    rows = table.to_pylist()
    changed = change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    return changed


def _number_in_ledger(part: str) -> Callable[[Edition], list[Named]]:
    def alter(e: Edition) -> list[Named]:
        def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
            row = next(r for r in rows if r["kind"] == "share" and r["numerator"])
            row[part] += 1 if part != "value" else 0.01
            return row

        row = _change(e.intern / "faktaregister.parquet", change)
        return [("fil", "faktaregister.parquet"), ("faktum", row["id"]), ("block", row["id"])]

    return alter


def _text_in_ledger(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["part"] == "denominator")
        row["text"] = "7" + row["text"]
        return row

    row = _change(e.intern / "forekomster.parquet", change)
    return [("fil", "forekomster.parquet"), ("visat", row["fact"]), ("html", row["fact"])]


def _definition_in_ledger(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["kind"] == "count" and "avslut" in r["definition"])
        doc = json.loads(row["definition"]) | {"where": "1=1)); COPY (SELECT 1) TO 'ut.csv' --"}
        row["definition"] = json.dumps(doc)
        return row

    row = _change(e.intern / "faktaregister.parquet", change)
    return [("faktum", row["id"])]


def _raw_cell(e: Edition) -> list[Named]:
    path = next((e.workspace.raw / str(YEAR)).glob("Avslutande*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = {str(c.value): c.column for c in sheet[1]}
    column = next(v for k, v in heads.items() if "kontakten med oss" in k)
    counted = pq.read_table(e.workspace.processed / str(YEAR) / "avslut.parquet").to_pylist()
    pleased = (r for r in counted if path.name in r["_kalla"] and r["nojd_kontakt"] in (4, 5))
    cell = sheet.cell(next(pleased)["_rad"], column)
    cell.value = 1
    book.save(path)
    return [
        ("fil", path.name),
        ("tabell", cell.coordinate),
        ("faktum", "nojd"),
        ("faktum", cell.coordinate),
    ]


def _removed_raw_file(e: Edition) -> list[Named]:
    path = next((e.workspace.raw / str(YEAR)).glob("avslut*.csv"))
    path.unlink()
    return [("fil", path.name), ("tabell", path.name), ("faktum", "")]


def _processed_cell(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["nojd_kontakt"] in (4, 5))
        row["nojd_kontakt"] = 1
        return row

    row = _change(e.workspace.processed / str(YEAR) / "avslut.parquet", change)
    return [("tabell", f"{row['_kalla']}!"), ("tabell", "nojd_kontakt")]


def _processed_row(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        return rows.pop()

    row = _change(e.workspace.processed / str(YEAR) / "bakgrund.parquet", change)
    return [("tabell", f"{row['_kalla']}!{row['_rad']}")]


def _number_in_notebook(e: Edition) -> list[Named]:
    path = e.intern / "notebooks" / "05_avstamning.ipynb"
    text = path.read_text(encoding="utf-8")
    number = re.search(r'"text": "(\d+)"', text)
    assert number
    _edit(path, number[0], f'"text": "7{number[1]}"')
    return [("fil", path.name), ("block", path.name)]


def _value_in_notebook(e: Edition) -> list[Named]:
    path = e.intern / "notebooks" / "10_sammanstallning.ipynb"
    text = path.read_text(encoding="utf-8")
    number = re.search(r'"numerator": (\d+)', text)
    assert number
    _edit(path, number[0], f'"numerator": 7{number[1]}')
    return [("fil", path.name), ("block", "numerator")]


def _damaged_notebook(e: Edition) -> list[Named]:
    path = e.intern / "notebooks" / "05_avstamning.ipynb"
    path.write_bytes(path.read_bytes()[:200])
    return [("fil", path.name), ("block", path.name)]


def _new_file(e: Edition) -> list[Named]:
    (e.intern / "bilaga.html").write_text("17 %")
    return [("fil", "bilaga.html")]


def _digit_in_the_public_page(e: Edition) -> list[Named]:
    page = e.public / "arsrapport.html"
    text = page.read_text(encoding="utf-8")
    number = re.search(r'data-fakta="(\w+)">(\d+)</data>', text)
    assert number
    place = number.start(2)
    page.write_text(text[:place] + "7" + text[place:], encoding="utf-8")
    return [("fil", "publik: arsrapport.html"), ("html", number[1])]


def _hidden_number_in_the_public_page(e: Edition) -> list[Named]:
    page = e.public / "arsrapport.html"
    text = page.read_text(encoding="utf-8")
    number = re.search(r'value="\.\." data-fakta="(\w+)">\.\.</data>', text)
    assert number
    page.write_text(text.replace(number[0], number[0].replace("..", "3"), 1), encoding="utf-8")
    return [("fil", "publik: arsrapport.html"), ("html", number[1])]


def _hidden_number_in_the_public_ledger(e: Edition) -> list[Named]:
    path = e.public / "faktaregister.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    dark = next(row for row in rows if row["hidden"])
    dark["value"] = 3
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return [("fil", "publik: faktaregister.json"), ("block", dark["id"])]


def _finer_number_in_the_public_ledger(e: Edition) -> list[Named]:
    path = e.public / "faktaregister.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    seen = next(row for row in rows if row["kind"] == "share" and row["value"])
    seen["value"] += 0.0001
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return [("block", seen["id"])]


def _number_in_a_public_table(e: Edition) -> list[Named]:
    path = sorted((e.public / "tabeller").glob("*.csv"))[0]
    _edit(path, ";", ";9")
    return [("fil", f"publik: tabeller/{path.name}"), ("block", path.name)]


def _new_public_file(e: Edition) -> list[Named]:
    (e.public / "bilaga.csv").write_text("17 %")
    return [("fil", "publik: bilaga.csv")]


def _value_in_the_hidden_ledger(e: Edition) -> list[Named]:
    """The ledger inside says that a hidden number has a value."""
    row = _change_where(e.intern / "publik" / "faktaregister.parquet", "dold", {"value": 3.0})
    return [("faktum", row["id"])]


def _text_of_a_hidden_number(e: Edition) -> list[Named]:
    path = e.intern / "publik" / "forekomster.parquet"
    rows = pq.read_table(path).to_pylist()
    dots = next(row for row in rows if row["text"] == "..")
    dots["text"] = "3"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return [("visat", dots["fact"])]


def _shown_number_called_hidden(e: Edition) -> list[Named]:
    """What nobody needs to hide is not believed to be hidden: a number of the pipeline's own."""
    path = e.intern / "publik" / "faktaregister.parquet"
    rows = pq.read_table(path).to_pylist()
    row = next(r for r in rows if r["name"] == "rader_alla")
    row |= {"status": "dold", "value": None, "n": None}
    pq.write_table(pa.Table.from_pylist(rows), path)
    return [("faktum", row["id"])]


def _change_where(path: Path, status: str, change: dict[str, Any]) -> dict[str, Any]:
    rows = pq.read_table(path).to_pylist()
    row: dict[str, Any] = next(r for r in rows if r["status"] == status)
    row |= change
    pq.write_table(pa.Table.from_pylist(rows), path)
    return row


def _public_edition(e: Edition) -> list[Named]:
    """Everything of the public edition at once: each alteration is named for itself."""
    altered = (
        _digit_in_the_public_page, _hidden_number_in_the_public_page,
        _hidden_number_in_the_public_ledger, _finer_number_in_the_public_ledger,
        _number_in_a_public_table, _new_public_file, _value_in_the_hidden_ledger,
        _text_of_a_hidden_number, _shown_number_called_hidden,
    )  # fmt: skip
    return [named for alter in altered for named in alter(e)]


@pytest.mark.parametrize(
    "alter",
    [
        _digit_in_html, _digit_in_a_chart, *map(_in_page, IN_THE_REGISTER + IN_THE_PANEL),
        _another_pdf, _flipped_bits_in_pdf,
        *map(_number_in_ledger, ("numerator", "denominator", "n", "value")),
        _text_in_ledger, _definition_in_ledger, _raw_cell, _removed_raw_file, _processed_cell,
        _processed_row, _number_in_notebook, _value_in_notebook, _damaged_notebook, _new_file,
        _public_edition,
    ],
)  # fmt: skip
def test_what_is_altered_is_found_and_named(
    edition: Edition, alter: Callable[[Edition], list[Named]]
):
    named = alter(edition)
    verdict = edition.verified()
    told = {}
    for d in verdict.differences:
        words = (d.where, d.what, d.name, d.id, d.shown, d.recomputed, *d.rows)
        told.setdefault(d.group, []).append(" ".join(words))
    for group, words in named:
        assert any(words in t for t in told.get(group, ())), (group, words, told)
    assert max(map(len, verdict.lines())) <= 80
    assert not (REPO / "ut.csv").exists()
    with pytest.raises(GateError):
        refuse(verdict)


def test_altered_expectations_and_shipped_codebooks_are_named(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("expectations", "pipeline/forms", "notebooks"):
        shutil.copytree(REPO / folder, tmp_path / folder)
    monkeypatch.setattr(package, "REPO", tmp_path)
    altered = ["pipeline/forms/avslut.json", "expectations/avslut.json"]
    for file in altered:
        _edit(tmp_path / file, '"avslut"', '"avslut" ')
    (tmp_path / "expectations" / "ny.json").write_text("{}", encoding="utf-8")
    told = {(d.group, d.where, d.what) for d in edition.verified().differences}
    assert told == {
        *(("fil", file, "filen är ändrad (sha256)") for file in altered),
        ("fil", "expectations/ny.json", "filen står inte i manifest.json"),
    }


def test_the_command_ends_with_three_and_names_the_fact(edition: Edition):
    _number_in_ledger("numerator")(edition)
    done = edition.run("verify", "--year", str(YEAR))
    assert done.returncode == 3
    assert re.fullmatch(r"verifierat \d+ av \d+ tal", done.stdout.splitlines()[-1])
    assert "omräknat:" in done.stdout and "Traceback" not in done.stderr


def test_a_damaged_ledger_is_refused_by_name(edition: Edition):
    (edition.intern / "faktaregister.parquet").write_bytes(b"PAR1")
    with pytest.raises(GateError, match="faktaregister"):
        edition.verified()


@pytest.mark.parametrize(
    ("value", "places", "plus", "text"),
    [
        ("1/8", 2, False, "0,13"), ("-1/8", 2, False, f"{MINUS}0,13"), ("25/2", 0, False, "13"),
        ("9999", 0, False, "9999"), ("10000", 0, False, f"10{NBSP}000"),
        ("1234567/2", 1, False, f"617{NBSP}283,5"), ("-1/1000", 1, True, "0,0"),
        ("1/20", 1, True, "+0,1"), ("0", 0, True, "0"), ("3", 2, False, "3,00"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_swedish_readers_expect(
    value: str, places: int, plus: bool, text: str
):
    assert written(Fraction(value), places, plus) == text


def _share(k: int, n: int) -> dict[str, Any]:
    return {"kind": "share", "unit": "andel", "status": "ok" if n else "tom", "n": n,
            "numerator": k, "denominator": n, "value": Fraction(k, n) if n else None,
            "words": ()}  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "fact", "part", "expected"),
    [
        (f"62{NBSP}%", _share(62, 100), "value", f"62{NBSP}%"),
        (f"63{NBSP}%", _share(62, 100), "value", f"62{NBSP}%"),
        (f"62,4{NBSP}%", _share(623, 1000), "value", f"62,3{NBSP}%"),
        (f"75{NBSP}%", _share(6, 8), "value", "6 av 8"),
        ("6 av 8", _share(6, 8), "value", "6 av 8"),
        ("60 av 80", _share(60, 80), "value", f"75{NBSP}%"),
        ("81", _share(6, 80), "denominator", "80"),
        (f"0{NBSP}%", _share(0, 0), "value", "inga svar"),
    ],
)  # fmt: skip
def test_what_should_have_stood_there(shown: str, fact: dict[str, Any], part: str, expected: str):
    assert expected_text(shown, fact, part, []) == expected


def test_verification_shares_no_code_with_the_reports_path():
    barred = {"intake", "validation", "facts", "report", "publish", "run"}
    allowed = {"forms", "workspace", "errors", "trace"}
    # Told to both: what was destroyed, what a personal identifier looks like.
    shared = {"pipeline.disposal.record", "pipeline.privacy.screen", "pipeline.privacy.columns"}
    folder = Path(package.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            for name in (n for n in names if n.split(".")[0] == "pipeline"):
                if name in shared:
                    continue
                room = name.split(".")[1] if "." in name else ""
                assert room in allowed and room not in barred, (path.name, name)
                assert room != "trace" or name.startswith("pipeline.trace.verify"), (
                    path.name,
                    name,
                )


@pytest.fixture(scope="module")
def disposed(sound: Edition, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """A copy in which five rows of a workbook and five of a text file have been destroyed."""
    folder = tmp_path_factory.mktemp("gallrat")
    for name in ("raw", "processed", "reports"):
        shutil.copytree(sound.workspace.raw.parent / name, folder / name)
    made = at(folder)
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
        for folder in (disposed.intern, disposed.intern / "publik")
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
    for name in ("raw", "processed", "reports"):
        shutil.copytree(disposed.workspace.raw.parent / name, tmp_path / name)
    altered = at(tmp_path)
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
