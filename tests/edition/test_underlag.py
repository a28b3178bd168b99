"""The papers of Exempelkommun's edition: two pages at most, numbers of the report, and nämnden's
without a number that the public edition does not tell."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pyarrow.parquet as pq
import pypdf
import pytest

from pipeline.run.underlag import KINDS
from tests.crates import outputs, outside

from .conftest import Built

NAMES = [kind.name for kind in KINDS]


def folder(edition: Built, name: str) -> Path:
    return edition.intern / "underlag" / name


def shown(path: Path) -> set[tuple[str, str, str]]:
    rows = pq.read_table(path / "forekomster.parquet").to_pylist()
    return {(r["fact"], r["part"], r["text"]) for r in rows}


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_is_two_pages_at_most_and_says_whose_numbers_it_has(edition, name):
    reader = pypdf.PdfReader(folder(edition, name) / f"{name}.pdf")
    assert 1 <= len(reader.pages) <= 2
    [kind] = [k for k in KINDS if k.name == name]
    assert all(kind.stamp in page.extract_text() for page in reader.pages)
    front = (edition.intern / "index.html").read_text("utf-8")
    assert all(f'href="underlag/{name}/{name}.{x}"' in front for x in ("pdf", "docx"))


def test_namndens_paper_tells_only_what_the_public_edition_tells(edition):
    paper, public = folder(edition, "namnden"), edition.intern / "publik"
    assert len(shown(paper)) > 30 and shown(paper) <= shown(public)
    [content] = pypdf.PdfReader(paper / "namnden.pdf").attachments["faktaregister.json"]
    told = json.loads(content)
    hidden = {r["id"] for r in told if r["hidden"]}
    assert all(r["value"] is None for r in told if r["hidden"])
    assert {text for fact, part, text in shown(paper) if fact in hidden and part == "value"} <= {
        ".."
    }


def test_ledningsgruppens_numbers_are_the_reports(edition):
    paper = folder(edition, "ledningsgruppen")
    assert {fact for fact, _, _ in shown(paper)} <= {fact for fact, _, _ in shown(edition.intern)}


@pytest.mark.parametrize("name", NAMES)
def test_word_and_pdf_say_the_same_numbers(edition, name):
    read = docx.Document(io.BytesIO((folder(edition, name) / f"{name}.docx").read_bytes()))
    lines = [p.text for p in read.paragraphs]
    lines += [c.text for t in read.tables for row in t.rows for c in row.cells]
    printed = "".join(
        "".join(page.extract_text().split())
        for page in pypdf.PdfReader(folder(edition, name) / f"{name}.pdf").pages
    )
    numbers = [line for line in lines if any(map(str.isdigit, line))]
    assert len(numbers) > 20
    assert not [line for line in numbers if "".join(line.split()) not in printed]


def test_the_crate_and_verification_know_the_papers(edition):
    names = set(outputs(edition.intern))
    assert {f"underlag/{n}/{n}.docx" for n in NAMES} <= names
    assert {f"notebooks/underlag_{n}.ipynb" for n in NAMES} <= set(
        outside(edition.intern, "kapitel")
    )
