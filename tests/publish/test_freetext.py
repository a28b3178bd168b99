"""Free text: the restricted pages, themes as numbers, quotations released one by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.facts.freetext import answers
from pipeline.publish.document import Block, Chapter, Document, Meta
from pipeline.publish.freetext import write_freetext
from pipeline.publish.untraced import Allowed, untraced_in_document
from pipeline.report import author, blocks
from pipeline.report.freetext import free_text
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import establish, settings, tables, write_workbook

YEAR = 2025
BOOK = {
    "name": "prat", "title": "Prat", "kind": "register", "protects": "person",
    "primaryKey": ["nr"],
    "fields": [
        {"name": "nr", "title": "Nummer", "type": "string", "constraints": {"required": True}},
        {"name": "ord", "title": "Vad tycker du?", "type": "string", "freetext": True},
    ],
}  # fmt: skip
STAFF = {**BOOK, "name": "personal", "title": "Personal", "protects": "staff", "fields": [
    {"name": "nr", "title": "Svarsnr", "type": "string", "constraints": {"required": True}},
    {"name": "ord", "title": "Vad tycker du som medarbetare?", "type": "string", "freetext": True},
]}  # fmt: skip
SAID = {
    2: "Det var 3 av 4 som hjälpte mig",
    3: "Ring 070-174 06 05 <b>nu</b>",
    4: "Vänligt folk",
    5: "Allt tog tid",
    6: "Vänligt folk",
}
THEMES = [(2, "ord", "hjälp"), (4, "ord", "bemötande"), (6, "ord", "bemötande"), (6, "ord", "tid")]
APPROVED = {2: SAID[2], 3: SAID[3], 5: "Allt tog lång tid"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = establish(tmp_path_factory.mktemp("fritext"), settings("Provkommun", []), BOOK, STAFF)
    folder = made.raw / str(YEAR)
    write_workbook(folder / "prat.xlsx", {"Svar": [
        ["Nummer", "Vad tycker du?"], *([f"N{r}", text] for r, text in SAID.items())]})  # fmt: skip
    write_workbook(folder / "personal.xlsx", {"Svar": [
        ["Svarsnr", "Vad tycker du som medarbetare?"], ["M1", "Chefen hörs inte"]]})  # fmt: skip
    source, first = "prat.xlsx!Svar", ["Formulär", "Fil och blad", "Rad i filen", "Fråga"]
    write_workbook(folder / "kodat.xlsx", {
        "Teman": [[*first, "Tema"], *(["prat", source, *t] for t in THEMES)],
        "Citat": [
            [*first, "Den text som godkänns", "Godkänd av", "Godkänd den"],
            *(["prat", source, r, "ord", text, "chef", "2026-02-01"]
              for r, text in APPROVED.items()),
        ]})  # fmt: skip
    tables(made, YEAR)
    return made


@pytest.fixture
def shown(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The blocks that the chapter's section displays."""
    for key, value in workspace.environment().items():
        monkeypatch.setenv(key, value)
    made: list[dict] = []
    monkeypatch.setattr(blocks, "display", made.append)
    monkeypatch.setattr(author, "_display", made.append)
    author.open_chapter(YEAR, "intern")
    free_text("prat")
    return made


def test_themes_are_counted_as_facts(shown: list[dict]):
    (table,) = [b for b in shown if b["kind"] == "table"]
    told = {blocks.plain(r["header"]): blocks.plain(r["cells"][0]) for r in table["rows"]}
    assert told == {"bemötande": "2", "hjälp": "1", "tid": "1"}
    assert all(isinstance(run, dict) for r in table["rows"] for run in r["cells"][0])


def test_only_what_is_released_as_it_stands_is_quoted(shown: list[dict], workspace: Workspace):
    quotes = [b for b in shown if b["kind"] == "quote"]
    # Row 3 holds a telephone number, row 5 has been changed since.
    assert [blocks.plain(q["blocks"][0]["runs"]) for q in quotes] == [f"”{SAID[2]}”"]
    lapsed = {a.row for a in answers(workspace, YEAR, "prat") if a.lapsed}
    assert lapsed == {3, 5}


def test_digits_in_a_released_quotation_are_no_untraced_numbers(shown: list[dict]):
    def document(data: dict) -> Document:
        block = Block(data["kind"], data, "10", "c", "", "b-1")
        heading = Block("heading", {"kind": "heading", "level": 2, "runs": ["Ord"], "facts": {}},
                        "10", "c", "", "ord")  # fmt: skip
        meta = Meta("Provkommun", "", YEAR, load_kommun(Path("ingen")).per_datum, "1")
        return Document(meta, (Chapter("10", "Ord", "ord", (heading, block)),))

    quote = next(b for b in shown if b["kind"] == "quote")
    assert untraced_in_document(document(quote), Allowed()) == []
    typed = {k: v for k, v in quote.items() if k != "approved"}
    assert [f.token for f in untraced_in_document(document(typed), Allowed())] == ["3", "4"]


def test_the_restricted_pages_hold_every_answer_screened_and_in_no_ones_order(
    workspace: Workspace, tmp_path: Path
):
    write_freetext(workspace, YEAR, tmp_path / "ut")
    page = (tmp_path / "ut/fritext/prat.html").read_text("utf-8")
    assert "Begränsad: bara för dem som arbetar med analysen" in page
    assert "default-src 'none'" in page and "script" not in page.split("<body>")[1]
    assert "070-174" not in page and "[telefon] &lt;b&gt;nu&lt;/b&gt;" in page
    rows = [int(r) for r in re.findall(r"prat\.xlsx!Svar, rad (\d)", page)]
    assert sorted(rows) == [2, 3, 4, 5, 6] and rows != sorted(rows)
    assert "Teman: bemötande, tid." in page and "Godkänt som citat av chef." in page
    staff = (tmp_path / "ut/fritext/personal.html").read_text("utf-8")
    assert "Chefen hörs inte" in staff and "rad 2" not in staff  # staff have no row trace
    index = (tmp_path / "ut/fritext/index.html").read_text("utf-8")
    assert "prat.html" in index and "fritext_godkand" not in index
