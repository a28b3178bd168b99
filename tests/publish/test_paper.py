"""A paper: a few pages without cover, contents and register, and nothing that its report does not
show."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pypdf
import pytest

from pipeline.errors import GateError
from pipeline.logotyp import read_logo
from pipeline.publish import ledger, pdf
from pipeline.publish.paper import Paper, publish, refuse_new
from pipeline.publish.untraced import Allowed, gate_paper
from pipeline.workspace import REPO

from .sample import META, collect, display, fact, markdown, notebook, say, shown, table

NOJD, BEHOV = fact("nojd", 37, 60), fact("behov", 12, 41)
OWN = replace(META, name="Underlag till nämnden", edition="Den publika utgåvans uppgifter")
ALLOWED = Allowed(years=frozenset({2025}))
TITLE = markdown("# Underlag till nämnden", id="m1")


def paper(folder: Path, outward: bool) -> Paper:
    (folder / "notebooks").mkdir(parents=True)
    made = notebook(TITLE, display(say("Nöjda: ", shown(NOJD), ".", facts=[NOJD]), table(BEHOV)))
    nbformat.write(made, folder / "notebooks" / "namnden.ipynb")
    return publish("namnden", OWN, folder, "../../../arsrapport.html", outward)


def test_a_logo_takes_no_page_of_its_own(tmp_path: Path) -> None:
    logo = read_logo(REPO / "data" / "raw", "logotyp.svg")
    own = collect({"namnden": notebook(TITLE, display(table(BEHOV)))}, replace(OWN, logo=logo))
    [page] = pypdf.PdfReader(io.BytesIO(pdf.render(own, None, pdf.PaperTypstExporter))).pages
    assert "Nöjda per insats" in page.extract_text()


def test_it_is_its_chapters_alone_and_names_itself_on_every_page(tmp_path: Path) -> None:
    made = paper(tmp_path, outward=False)
    [page] = pypdf.PdfReader(io.BytesIO(made.printed)).pages
    text = page.extract_text()
    assert "Innehåll" not in text and "Faktaregister" not in text
    assert all(x in text for x in (OWN.title, OWN.edition, "Uppgifter per 1\u00a0mars 2026", "62"))
    assert {p.name for p in tmp_path.iterdir()} == {
        "namnden.pdf", "namnden.docx", "notebooks", ledger.FACTS, ledger.OCCURRENCES,
    }  # fmt: skip
    assert gate_paper(made.document, made.printed, made.word, ALLOWED) == []


def test_two_papers_of_one_notebook_have_the_same_bytes(tmp_path: Path) -> None:
    first, second = (paper(tmp_path / name, outward=True) for name in "ab")
    assert (first.printed, first.word) == (second.printed, second.word)


def test_one_that_may_leave_has_a_ledger_that_says_no_more_than_its_texts(tmp_path: Path) -> None:
    made = paper(tmp_path, outward=True)
    attached = pypdf.PdfReader(io.BytesIO(made.printed)).attachments
    [(name, [content])] = attached.items()
    told = {r["id"]: r for r in json.loads(content)}
    assert name == "faktaregister.json" and told.keys() == {NOJD["id"], BEHOV["id"]}
    assert told[NOJD["id"]]["value"] == 0.62 and told[NOJD["id"]]["n"] is None
    assert told[BEHOV["id"]]["n"] == 41 and not {"reads", "source_sha256"} & set(told[NOJD["id"]])


@pytest.mark.parametrize("outward", [True, False])
def test_a_number_that_the_report_does_not_show_is_refused(tmp_path: Path, outward: bool) -> None:
    made = paper(tmp_path, outward)
    cell = display(say(shown(NOJD), shown(BEHOV), shown(BEHOV, part="n"), facts=[NOJD, BEHOV]))
    report = collect({"rapport": notebook(TITLE, cell)}, META)
    refuse_new(made.document, ledger.occurrences(report), outward)
    less = [row for row in ledger.occurrences(report) if row["fact"] != NOJD["id"]]
    with pytest.raises(GateError, match="62"):
        refuse_new(made.document, less, outward)


def test_one_that_may_leave_tells_a_number_as_the_report_does(tmp_path: Path) -> None:
    made = paper(tmp_path, outward=True)
    cell = display(say(shown(NOJD, "61,7\u00a0%"), shown(BEHOV), shown(BEHOV, part="n"),
                       facts=[NOJD, BEHOV]))  # fmt: skip
    rows = ledger.occurrences(collect({"rapport": notebook(TITLE, cell)}, META))
    refuse_new(made.document, rows, outward=False)
    with pytest.raises(GateError, match="62"):
        refuse_new(made.document, rows, outward=True)
