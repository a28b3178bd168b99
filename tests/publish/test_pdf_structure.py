"""Every PDF as somebody hears it: its structure tree, read by other code than made it."""

import dataclasses
import datetime as dt
import re
from pathlib import Path

import pikepdf
import pypdf
import pytest

from pipeline.logotyp import read_logo
from pipeline.publish import handling, ledger, pdf, public
from pipeline.publish.document import collect
from tests.pdf_faults import faults, tree

from . import sample as s

LOGO = Path(__file__).parents[2] / "data" / "raw"
PROSE = s.markdown(
    "# Kapitel\n\nBrödtext på svenska: å ä ö.\n\n> Citat i flera\n>\n> stycken.\n\n- en punkt\n"
    "- två\n\n1. först\n2. sedan\n\n## Avsnitt\n\nMer text."
)


def report():
    return collect({**s.annual(), "99_prosa": PROSE_BOOK}, s.META)


PROSE_BOOK = s.notebook(PROSE)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf")
    document = report()
    logo = read_logo(LOGO, "logotyp.svg")
    with_logo = dataclasses.replace(document, meta=dataclasses.replace(s.META, logo=logo))
    letter = handling.Handling(
        "Information", "Exempelkommun", "Öppenvård", dt.date(2026, 3, 1), "Dnr 1",
        [("Datum", "den 1 mars"), ("Till", "verksamheten")],
        [handling.heading("Vad som händer"), handling.paragraph("Vi kommer."),
         handling.paragraph("Underlag saknas.", "missing"), handling.points(["ett", "två"]),
         handling.table("Dagar", ["Dag", "Vad"], [["måndag", "besök"], ["tisdag", "samtal"]])],
        logo=logo,
    )  # fmt: skip
    made = {
        "rapport": pdf.render(document),
        "logotyp": pdf.render(with_logo),
        "underlag": pdf.render(with_logo, exporter=pdf.PaperTypstExporter),
        "brev": handling.printed(letter),
    }
    for name, content in made.items():
        (folder / f"{name}.pdf").write_bytes(content)
    return folder


@pytest.mark.parametrize("name", ["rapport", "logotyp", "underlag", "brev"])
def test_nothing_is_wrong_with_it(files, name):
    assert faults(files / f"{name}.pdf") == []


def test_prose_is_paragraphs_and_a_quotation_a_block_of_them(files):
    with pikepdf.open(files / "rapport.pdf") as opened:
        found = [(one.kind, [inner.kind for inner in one.under]) for one in tree(opened).all()]
    kinds = [kind for kind, _ in found]
    assert ("BlockQuote", ["P", "P"]) in found
    assert kinds.count("LI") >= 4 and kinds.count("P") > 10


def test_a_logo_is_told_by_the_municipality_s_name(files):
    def told(name):
        with pikepdf.open(files / name) as opened:
            return [str(o.data["/Alt"]) for o in tree(opened).all() if o.kind == "Figure"]

    assert told("logotyp.pdf")[0] == told("brev.pdf")[0] == "Exempelkommun"
    assert told("rapport.pdf") == told("logotyp.pdf")[1:]


def test_its_text_can_be_taken_out_and_its_headings_are_bookmarks(files):
    reader = pypdf.PdfReader(files / "rapport.pdf")
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert "Brödtext på svenska: å ä ö." in text
    marks = [m.title for m in reader.outline if not isinstance(m, list)]
    assert marks[-2:] == ["Kapitel", "Faktaregister"]


def test_every_number_leads_to_a_place_of_its_own_in_the_register(files):
    shown = {row["fact"] for row in ledger.occurrences(report()) if row["part"] == "value"}
    reader = pypdf.PdfReader(files / "rapport.pdf")
    [first] = [
        reader.get_destination_page_number(mark)
        for mark in reader.outline if not isinstance(mark, list) and mark.title == "Faktaregister"
    ]  # fmt: skip
    numbers = {page.indirect_reference.idnum: k for k, page in enumerate(reader.pages)}
    led = set()
    for page in reader.pages[:first]:
        for link in (given.get_object() for given in page.get("/Annots", [])):
            to = link["/Dest"]
            if isinstance(to, list) and numbers[to[0].idnum] >= first:
                led.add((numbers[to[0].idnum], *map(float, to[2:4])))
    assert len(led) == len(shown) == 3


def altered(source, to, change):
    with pikepdf.open(source) as opened:
        change(opened)
        opened.save(to)
    return faults(to)


def element(opened, kind):
    return next(one for one in tree(opened).all() if one.kind == kind).data


def set_scope(opened):
    head = element(opened, "TH")
    given = head["/A"]
    each = given if isinstance(given, pikepdf.Array) else [given]
    for attribute in each:
        if attribute.O == "/Table":
            del attribute["/Scope"]


CHANGES = {
    "en bild saknar alternativtext": lambda o: element(o, "Figure").__delitem__("/Alt"),
    "en kolumnrubrik utan Scope Column": set_scope,
    "språket är inte sv": lambda o: o.Root.__setitem__("/Lang", pikepdf.String("en")),
    "inte märkt som taggad": lambda o: o.Root.MarkInfo.__setitem__("/Marked", False),
    "titeln visas inte": lambda o: o.Root.ViewerPreferences.__delitem__("/DisplayDocTitle"),
    "H3 efter H1": lambda o: element(o, "H2").__setitem__("/S", pikepdf.Name("/H3")),
    "text direkt under Div": lambda o: element(o, "P").__setitem__("/S", pikepdf.Name("/Div")),
    "bokmärken saknas": lambda o: o.Root.__delitem__("/Outlines"),
    "en vanlig cell i tabellhuvudet":
        lambda o: element(o, "TH").__setitem__("/S", pikepdf.Name("/TD")),
}  # fmt: skip


@pytest.mark.parametrize("fault", CHANGES)
def test_each_fault_is_seen(files, tmp_path, fault):
    assert fault in altered(files / "rapport.pdf", tmp_path / "a.pdf", CHANGES[fault])


def test_the_public_edition_holds_the_public_ledger_and_no_other(tmp_path):
    document = public.public_document(report())
    told = public.public_ledger(document)
    attached = pdf.Attachment(public.FILE, "application/json", "Faktaregister", told.encode())
    path = tmp_path / "publik.pdf"
    path.write_bytes(pdf.render(document, attached))
    assert faults(path) == []
    with pikepdf.open(path) as opened:
        assert list(opened.attachments) == [public.FILE]
        assert opened.attachments[public.FILE].get_file().read_bytes() == told.encode()
        assert opened.Root.AF[0].AFRelationship == "/Data"
