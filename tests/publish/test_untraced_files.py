"""The numbers of HTML and PDF are the document's, in order, and nothing else."""

import io
import re

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from pipeline import memory
from pipeline.errors import GateError
from pipeline.memory import Memory
from pipeline.publish import html, pdf
from pipeline.publish.document import collect
from pipeline.publish.untraced import Allowed, gate, untraced_in_html, untraced_in_pdf
from pipeline.publish.untraced import page as page_reader
from pipeline.publish.untraced.pdf import _hyphens
from pipeline.publish.untraced.pdf_text import Drawn

from . import sample as s

ALLOWED = Allowed(years=frozenset({2024, 2025}))


def chapters():
    """The sample, with tables that are divided over columns and pages, and without its hostile
    number."""
    made = s.annual()
    wide = [s.fact(f"matt_{k}", k + 1, 1234 + k) for k in range(45)]
    columns = [{"header": [f"Kolumn {c}"], "align": "right"} for c in "abcdefghijklmnop"]
    rows = [
        {"header": ["Rad"], "cells": [[s.shown(r, part="n")] for _ in columns[1:]], "total": False}
        for r in wide
    ]
    broad = s.block("table", *wide, caption=["Bred"], columns=columns, rows=rows, note=["Not."])
    made["30_resultat"] = s.notebook(
        *made["30_resultat"].cells[:3],
        s.display(s.table(*wide), broad, id="c9"),
        s.markdown("4. en\n5. två\n   1. inre\n   2. till", id="m9"),
    )
    return made


@pytest.fixture(scope="module", autouse=True)
def remembering(tmp_path_factory):
    """What has been read is not read again: every fault below is one that came afterwards."""
    with memory.opened(Memory(tmp_path_factory.mktemp("minne") / "2025")):
        yield


@pytest.fixture(scope="module")
def document():
    return collect(chapters(), s.META)


@pytest.fixture(scope="module")
def page(document):
    return html.render(document, "notebooks/")


@pytest.fixture(scope="module")
def file(document):
    return pdf.render(document)


def test_what_was_rendered_raises_no_alarm(document, page, file):
    for _ in "again":
        assert untraced_in_html(page, document, ALLOWED) == []
        assert untraced_in_pdf(file, document, ALLOWED) == []


def test_a_page_says_the_same_in_parts_as_whole(page):
    """Wherever it is divided: a part that ends inside of something is read with what follows."""
    whole = [part.flat for part in page_reader._parts(page, "")]
    assert len(whole) > 5
    for begins in (r"<td", r"(?<=.)<svg", r"\n", r"<data", r"</", "content", "@font-face"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(page_reader, "_BEGINS", re.compile(begins))
            parts = list(page_reader._parts(page, ""))
        assert "".join(part.flat for part in parts) == "".join(whole)
        read = [fact for part in parts for fact in part.facts]
        assert read == page_reader._reader(page, "").facts


def test_a_page_of_the_same_stream_and_other_letters_is_read_anew(document, file):
    """What a font's codes stand for is no part of the stream that is drawn with it."""

    def exchanged(writer):
        for each in writer.pages:
            for font in each["/Resources"].get("/Font", {}).values():
                mapped = font.get_object()["/ToUnicode"].get_object()
                mapped.set_data(mapped.get_data().replace(b"<0032>", b"<0037>"))

    assert untraced_in_pdf(file, document, ALLOWED) == []
    assert untraced_in_pdf(rewritten(file, exchanged), document, ALLOWED) != []


IN_THE_PAGE = [
    ("text", "Tre stycken om året", "Tre stycken 417 om året"),
    ("cell", '<th scope="row">Andel, nojd_kontakt', '<th scope="row">Andel 417, nojd_kontakt'),
    ("link", ">resultaten</a>", ">resultaten 417</a>"),
    ("number's link", "%</data></a> nöjda", "%</data> 417</a> nöjda"),
    ("data", "%</data></a> nöjda", "% 417</data></a> nöjda"),
    ("another digit", ">62\u00a0%</data></a> nöjda", ">63\u00a0%</data></a> nöjda"),
    ("minus", ">+3,1</data>", ">−3,1</data>"),
    ("comma", ">+3,1</data>", ">+31</data>"),
    ("value", 'value="62"', 'value="63"'),
    ("chart", ">Alla</text>", ">Alla 417</text>"),
    ("svg title", ">Alla</text>", ">Alla</text><title>417</title>"),
    ("aria-label", 'aria-label="Diagram"', 'aria-label="Diagram 417"'),
    ("title", "<caption", '<caption title="417"'),
    ("alt", "<main", '<img alt="417"><main'),
    ("page title", "<title>Årsrapport 2025", "<title>Årsrapport 2025, 417"),
    ("contents", "Innehåll</h2>", "Innehåll 417</h2>"),
    ("register", "</dl>", "<dt>417</dt></dl>"),
    ("footer", "Framställd med", "417 framställd med"),
    ("other digits", "Tre stycken", "４１７ stycken"),
    ("superscript", "Tre stycken", "Tre stycken²"),
    ("entity", "Tre stycken", "Tre stycken &#52;17"),
    ("style", "</style>", 'p::after{content:"417"}</style>'),
    ("escaped style", "</style>", 'p::after{content:"\\34 17"}</style>'),
    ("another fact", 'data-fakta="', 'data-fakta="0'),
    ("gone", re.compile(r"<data [^>]*>62\u00a0%</data>"), "62\u00a0%"),
]


@pytest.mark.parametrize(("what", "before", "after"), IN_THE_PAGE)
def test_an_edited_page_is_found(what, before, after, document, page):
    edited = (
        page.replace(before, after, 1)
        if isinstance(before, str)
        else before.sub(lambda _: after, page, count=1)
    )
    assert edited != page
    findings = untraced_in_html(edited, document, ALLOWED)
    assert findings and all(f.kind == "fel" for f in findings)


def test_numbers_that_changed_places_are_found(document, page):
    first, second = (page.index(f">{t}</data>") for t in ("62\u00a0%", "+3,1"))
    edited = page[:first] + ">+3,1" + page[first + 5 : second] + ">62\u00a0%" + page[second + 5 :]
    assert untraced_in_html(edited, document, ALLOWED)


def test_scripts_are_no_text(document, page):
    assert not untraced_in_html(
        page.replace("</body>", "<script>let x = 417</script></body>"), document, ALLOWED
    )


def test_the_message_says_where(document, page):
    edited = page.replace("Tre stycken om året", "Tre stycken 417 om året", 1)
    (finding,) = untraced_in_html(edited, document, ALLOWED)
    assert finding.token == "417" and "Tre stycken 417 om året" in finding.context


def test_what_packed_bytes_say_by_chance_is_not_read_aloud(document, file):
    def pack(inside):
        return b"9 0 obj\n<< /Length 9 >>\nstream\n" + inside + b"\nendstream\nendobj\n"

    end = int(re.search(rb"startxref\s+(\d+)", file)[1])

    def added(what):
        moved = file[end:].replace(b"startxref\n%d" % end, b"startxref\n%d" % (end + len(what)))
        assert moved != file[end:]
        return file[:end] + what + moved

    for inside in (b"\x8a/E(\x02417\x9c)", b"/Contents (417)"):
        assert untraced_in_pdf(added(pack(inside)), document, ALLOWED) == []
    aloud = added(b"9 0 obj\n<< /Contents (417) >>\nendobj\n")
    assert untraced_in_pdf(aloud, document, ALLOWED)


def rewritten(file, change):
    """The file after a change by somebody else's program."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(file))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(writer, number, add=b"", before=b"", after=b""):
    page = writer.pages[number]
    data = page["/Contents"].get_object().get_data()
    assert not before or before in data
    made = DecodedStreamObject()
    made.set_data(data.replace(before, after, 1) + add if before else data + add)
    page[NameObject("/Contents")] = writer._add_object(made)


def drawn_by_hand(writer):
    """417 in Helvetica."""
    font = DictionaryObject(
        {NameObject(f"/{k}"): NameObject(f"/{v}") for k, v in
         (("Type", "Font"), ("Subtype", "Type1"), ("BaseFont", "Helvetica"))}
    )  # fmt: skip
    writer.pages[3]["/Resources"]["/Font"][NameObject("/hand")] = font
    stream(writer, 3, b" BT /hand 9 Tf 1 0 0 1 100 400 Tm (417) Tj ET")


def in_an_artifact(writer):
    drawn_by_hand(writer)
    data = writer.pages[3]["/Contents"].get_object().get_data()
    made = DecodedStreamObject()
    made.set_data(data.replace(b" BT /hand", b" /Artifact BMC BT /hand") + b" EMC")
    writer.pages[3][NameObject("/Contents")] = writer._add_object(made)


def note(writer):
    mark = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/FreeText"),
        NameObject("/Contents"): TextStringObject("417"),
    })  # fmt: skip
    page = writer.pages[3]
    page[NameObject("/Annots")].append(writer._add_object(mark))


def alternative(writer):
    for given in writer._objects:
        if isinstance(given, DictionaryObject) and "/Alt" in given:
            given[NameObject("/Alt")] = TextStringObject(given["/Alt"] + " 417")


def bookmark(writer):
    writer.add_outline_item(title="417", page_number=3)


def spoken(writer):
    stream(writer, 3, b" /Span <</ActualText (417)>> BDC EMC")


def image(writer):
    stream(writer, 3, b" BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI")


def one_page_less(writer):
    writer.remove_page(3)


@pytest.mark.parametrize(
    "change",
    [drawn_by_hand, in_an_artifact, note, alternative, bookmark, spoken, image, one_page_less],
)  # fmt: skip
def test_an_edited_pdf_is_found(change, document, file):
    findings = untraced_in_pdf(rewritten(file, change), document, ALLOWED)
    assert findings and all(f.where.startswith("PDF-filen") for f in findings)


def test_a_pdf_saved_by_another_program_raises_no_alarm(document, file):
    assert untraced_in_pdf(rewritten(file, lambda _: None), document, ALLOWED) == []


def test_a_pdf_of_another_document_is_found(document):
    other = chapters()
    other["10_sammanstallning"].cells[1].source = "# Sammanställning\n\nTre och 417 stycken."
    findings = untraced_in_pdf(pdf.render(collect(other, s.META)), document, ALLOWED)
    assert [f.token for f in findings] == ["417"]
    assert "sidan 3" in findings[0].where


def test_the_gate_says_which_chapter_and_what_to_do():
    made = chapters()
    made["10_sammanstallning"].cells[1].source = "# Sammanställning\n\nVi mötte 417 familjer."
    planted = collect(made, s.META)
    with pytest.raises(GateError) as refused:
        gate(planted, html.render(planted, "notebooks/"), pdf.render(planted), ALLOWED)
    message = str(refused.value)
    assert (
        "Kapitlet 10_sammanstallning, cell m1, texten: ”417” i ”Vi mötte 417 familjer.”" in message
    )
    assert "f-sträng" in message and "const(" in message


def test_the_gate_lets_warnings_through():
    made = s.annual()
    hedged = s.markdown("Hälften blev bättre.", id="m8")
    made["30_resultat"] = s.notebook(*made["30_resultat"].cells[:3], hedged)
    document = collect(made, s.META)
    (warning,) = gate(document, html.render(document, "notebooks/"), pdf.render(document), ALLOWED)
    assert warning.kind == "varning" and warning.token == "Hälften"


def test_a_hyphen_drawn_as_a_soft_one_is_what_it_is_said_to_be():
    """As Typst draws the dates of a document in which a line ends inside a word."""
    pieces = [("text", "2026"), ("spoken", "-"), ("text", "\u00ad"), ("text", "03"),
              ("text", "upp\u00ad"), ("text", "\u00adföljning")]  # fmt: skip
    told = list(_hyphens([Drawn(1, kind, text, 70.0) for kind, text in pieces]))
    texts = [d.text for d in told if d.kind == "text"]
    assert texts == ["2026", "-", "03", "upp\u00ad", "\u00adföljning"]


def test_a_long_word_that_is_broken_raises_no_alarm():
    made = s.document(s.markdown("# Urvalet"), s.display(s.say("Summan ", {"quoted": "1f" * 32})))
    gate(made, html.render(made, "notebooks/"), pdf.render(made), ALLOWED)


def test_what_people_have_written_is_no_number_of_ours():
    made = s.document(
        s.markdown("# Planen"), s.display(s.say({"quoted": "12 platser"}, " och 13."))
    )
    with pytest.raises(GateError, match="13"):
        gate(made, html.render(made, "notebooks/"), pdf.render(made), ALLOWED)
