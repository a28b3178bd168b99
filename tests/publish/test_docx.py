"""The Word file says what the document says, in real headings and tables, and the same bytes each
time; an altered number is found by the gate and by verification."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import nbformat
import pytest
from docx.oxml.ns import qn

from pipeline.publish.docx import render
from pipeline.publish.untraced import untraced_in_docx
from pipeline.trace.verify.docx_text import DocxText
from pipeline.trace.verify.edition import read_notebook
from pipeline.trace.verify.shown import Shows

from .sample import (
    HOSTILE,
    META,
    collect,
    display,
    fact,
    figure,
    markdown,
    notebook,
    say,
    shown,
    table,
)

NOJD, BEHOV = fact("nojd", 37, 60), fact("behov", 12, 41, {"enhet": "familj"})
CELLS = (
    markdown("# Underlag\n\nInledning med *betoning*.", id="m1"),
    markdown("## Punkter\n\n- en\n- flera\n\n1. först\n2. sedan", id="m2"),
    display(say(HOSTILE), id="c0"),
    display(
        say("Nöjda: ", shown(NOJD), ".", facts=[NOJD]), table(NOJD, BEHOV), figure(BEHOV), id="tal"
    ),
)


@pytest.fixture(scope="module")
def made():
    return notebook(*CELLS)


@pytest.fixture(scope="module")
def document(made):
    return collect({"underlag": made}, META)


@pytest.fixture(scope="module")
def word(document) -> bytes:
    return render(document)


def changed(data: bytes, old: str, new: str, part: str = "word/document.xml") -> bytes:
    """The file with a text exchanged, once."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(out, "w") as z:
        for name in a.namelist():
            content = a.read(name).decode("utf-8") if name == part else a.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new, 1)
            z.writestr(name, content)
    return out.getvalue()


def test_the_same_document_gives_the_same_bytes_and_no_clock(document, word):
    assert render(document) == word
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        assert {i.date_time for i in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [n for n in package.namelist() if "media" in n or "thumbnail" in n]
    told = docx.Document(io.BytesIO(word)).core_properties
    assert told.created.date() == told.modified.date() == META.per_datum
    assert (told.author, told.language, told.title) == (META.kommun, "sv-SE", META.title)


def test_it_reads_back_as_headings_lists_and_tables_with_header_rows(word):
    read = docx.Document(io.BytesIO(word))
    headings = [(p.style.name, p.text) for p in read.paragraphs if p.style.name[:7] == "Heading"]
    assert headings == [("Heading 1", "Underlag"), ("Heading 2", "Punkter")]
    assert [p.text for p in read.paragraphs if p.style.name == "List Bullet"] == ["en", "flera"]
    assert "1. först" in [p.text for p in read.paragraphs]
    own, under = read.tables
    assert [c.text for c in own.rows[0].cells] == ["Insats", "Andel", "Antal svar"]
    assert [[c.text for c in r.cells] for r in own.rows[1:]] == [
        ["Andel, nojd", "62\u00a0%", "60"], ["Andel, behov", "29\u00a0%", "41"],
    ]  # fmt: skip
    for found in (own, under):
        repeated = [r._tr.trPr.find(qn("w:tblHeader")) is not None for r in found.rows]
        assert repeated == [True] + [False] * (len(repeated) - 1)
    languages = {e.get(qn("w:val")) for e in read.styles.element.iter(qn("w:lang"))}
    assert languages == {"sv-SE"}
    assert "29\u00a0% var nöjda med kontakten" in [p.text for p in read.paragraphs]


def test_its_numbers_are_the_documents_in_order(document, word):
    assert untraced_in_docx(word, document) == []


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [("62\u00a0%", "63\u00a0%", "word/document.xml"),
     (">flera<", ">9 flera<", "word/document.xml"),
     ("Nöjda per insats", "Nöjda per 7 insatser", "word/document.xml"),
     ("Uppgifter per", "17 uppgifter per", "word/footer1.xml")],
)  # fmt: skip
def test_a_number_that_is_not_the_documents_is_refused(document, word, old, new, part):
    assert untraced_in_docx(changed(word, old, new, part), document)


def test_a_picture_is_refused(document, word):
    out = io.BytesIO(word)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/media/image1.png", b"x")
    assert untraced_in_docx(out.getvalue(), document)


def test_verification_reads_it_by_itself(tmp_path: Path, made, word):
    path = tmp_path / "underlag.ipynb"
    nbformat.write(made, path)
    book = read_notebook(path)
    shows = Shows({r["id"]: r for r in (NOJD, BEHOV)})
    (tmp_path / "underlag.docx").write_bytes(word)
    assert list(shows.word(DocxText(tmp_path / "underlag.docx"), [book])) == []
    for wrong in (changed(word, "62\u00a0%", "63\u00a0%"), b"no zip"):
        (tmp_path / "underlag.docx").write_bytes(wrong)
        assert list(shows.word(DocxText(tmp_path / "underlag.docx"), [book]))
