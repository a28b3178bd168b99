"""The report as PDF."""

import io
import re

import pypdf
import pytest
import typst

from pipeline.errors import UppfoljningError
from pipeline.publish import fonts, ledger, pdf
from pipeline.publish.blocks import texts
from pipeline.publish.document import collect
from pipeline.publish.typst_blocks import literal
from pipeline.publish.typst_table import FRAME, parts

from . import sample as s


def read(data):
    return pypdf.PdfReader(io.BytesIO(data))


def flat(text):
    return re.sub(r"[\s\u200b\u00a0]+", "", text)


@pytest.fixture(scope="module")
def made():
    return pdf.render(collect(s.annual(), s.META))


@pytest.fixture(scope="module")
def text(made):
    return flat("".join(page.extract_text() for page in read(made).pages))


def test_it_says_that_it_follows_both_standards_and_its_language(made):
    reader = read(made)
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp and "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("sv")
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Årsrapport 2025 – Exempelkommun"
    assert reader.metadata.author == "Exempelkommun"
    assert reader.metadata.creation_date.strftime("%Y-%m-%d") == "2026-03-01"


def test_the_ledger_is_attached_as_data(made, tmp_path):
    document = collect(s.annual(), s.META)
    ledger.write_ledger(document, tmp_path)
    reader = read(made)
    assert reader.attachments[ledger.FACTS] == [(tmp_path / ledger.FACTS).read_bytes()]
    spec = reader.trailer["/Root"]["/AF"][0].get_object()
    assert spec["/AFRelationship"] == "/Data" and spec["/Desc"]
    assert spec["/EF"]["/F"].get_object()["/Subtype"] == "/application/vnd.apache.parquet"


def test_every_occurrence_is_in_the_text_in_order(text):
    at = 0
    for block in collect(s.annual(), s.META).blocks():
        alt = block.data.get("alt")
        for runs in texts(block.data):
            if runs is alt:  # spoken, not drawn
                continue
            for run in ledger.b.occurrences(runs):
                at = text.index(flat(run["text"]), at) + len(flat(run["text"]))


@pytest.mark.parametrize("lines", range(12))
def test_a_note_or_a_quotation_is_not_alone_on_a_page(lines):
    """However far down the page a table, its note and what was said of it come."""
    room = s.markdown("# K\n\n" + "\n\n".join(["Rad."] * (30 + lines)), id="rum")
    table = s.display({**s.table(s.fact("a", 1, 2)), "note": []})
    note = s.display(s.say("Ett svar kan ha flera.", style="note"), id="c2")
    document = s.document(room, table, note, s.markdown("> Det var bra.", id="citat"))
    pages = [page.extract_text() for page in read(pdf.render(document)).pages]
    found = [k for w in ("Nöjda per insats", "Ett svar kan ha", "Det var bra.")
             for k, page in enumerate(pages) if w in page]  # fmt: skip
    assert len(found) == 3 and len(set(found)) == 1


def test_a_range_is_not_divided():
    words = "ord " * 17
    lines = [f"{words}{'x' * k} (0–10) igen" for k in range(30)]
    made = read(pdf.render(s.document(s.markdown("# K\n\n" + "\n\n".join(lines)))))
    text = "".join(page.extract_text() for page in made.pages)
    assert text.count("(0–10)") == 30


def test_hostile_text_is_text(text):
    assert flat(s.HOSTILE) in text


def test_alt_text_is_in_the_structure(made):
    assert "Liggande staplar. Alla: 62\u00a0%." in alts(read(made))


def alts(reader):
    found, queue = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while queue:
        node = queue.pop().get_object()
        if isinstance(node, list):
            queue += node
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            if "/K" in node:
                queue.append(node["/K"])
    return found


def test_tables_have_header_cells(made):
    kinds, queue = [], [read(made).trailer["/Root"]["/StructTreeRoot"]]
    while queue:
        node = queue.pop().get_object()
        if isinstance(node, list):
            queue += node
        elif isinstance(node, dict):
            kinds.append(str(node.get("/S", "")))
            if "/K" in node:
                queue.append(node["/K"])
    assert kinds.count("/TH") >= 3 and "/Table" in kinds and "/Caption" in kinds


def test_typst_has_nothing_to_warn_about(tmp_path):
    document = collect(s.annual(), s.META)
    main = tmp_path / "rapport.typ"
    main.write_text(pdf.ReportTypstExporter().render(document=document), encoding="utf-8")
    _, warnings = typst.compile_with_warnings(
        str(main), root=str(tmp_path), font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True,
        format="pdf", pdf_standards=[*pdf.STANDARDS], timestamp=0,
    )  # fmt: skip
    assert [w.message for w in warnings] == []


STRANGE = [
    "😀", "漢字", "שלום", "مرحبا", "Дом", "e\u0301", "\ud800", "\u202e", "⚠\ufe0f", "\u2011",
    "●", "\x00", "\ufffd", "👩\u200d👧", "\u0489", "𝒳", "\ue000", "\uffff", "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize("word", STRANGE)
def test_a_character_in_no_font_does_not_stop_it(word):
    record = s.fact("a", 1, 2)
    picture = s.figure(record, svg=s.SVG.format(id="x", text="1", label=word))
    document = s.document(
        s.markdown("# Kapitel " + word),
        s.display(s.say({"emphasis": [word]}, {"strong": [word]}, {"code": word}, word), picture),
    )
    assert pdf.render(document).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("ö – ”x” ≤ −", "ö – ”x” ≤ −"), ("a\u2011b", "a-b"), ("1\u2009000", "1\u00a0000"),
     ("😀", "□"), ("漢", "□"), ("Привет", "Привет"), ("e\u0301", "é"), ("⚠", "!"), ("①", "1"),
     ("●", "●"), ("👩\u200d👧", "□□")],
)  # fmt: skip
def test_what_the_face_lacks_becomes_its_nearest_or_a_box(text, drawn):
    assert fonts.drawable(text) == drawn


def test_a_typst_literal_ends_only_where_we_end_it():
    assert literal('a"b\\') == '"a\\"b\\\\"'
    assert literal("a\n#b\t*c*") == '"a #b *c*"'


def test_typst_s_refusal_is_told_in_words(tmp_path):
    with pytest.raises(UppfoljningError, match="Typst säger"):
        pdf.compile_pdf("#finns-inte()", tmp_path, s.META.per_datum)


@pytest.mark.parametrize("columns", [1, 3, 8, 13, 40])
@pytest.mark.parametrize("header", ["n", "Enheten för uppsökande arbete", "Vuxenenheten" * 4])
def test_no_printed_table_is_wider_than_the_page_and_none_loses_a_column(columns, header):
    data = {
        "caption": ["x"],
        "columns": [{"header": ["Enhet"]}] + [{"header": [header]} for _ in range(columns)],
        "rows": [{"header": ["En enhet med ett långt namn"], "cells": [["12 345"]] * columns}],
    }
    found = parts(data)
    assert [k for part in found for k in part.columns[1:]] == list(range(1, columns + 1))
    for part in found:
        assert part.columns[0] == 0
        assert sum(float(w.removesuffix("mm")) for w in part.widths) <= FRAME + 0.5
    sizes = [len(part.columns) for part in found]
    assert max(sizes) - min(sizes) <= max(1, len(sizes) - 1)


def test_no_word_is_broken_where_there_is_room_for_it(tmp_path):
    """Short words, numbers with their unit and dates stand whole; only the very long is broken."""
    heads = ["Exempelkommun", "Varken eller", "Skillnad", "Vuxenenhetens uppsökandearbetsgrupper"]
    cells = ["75,2", "12\u00a0%", "+17,4\u00a0procentenheter", "2026-09-17"]
    data = {
        "kind": "table", "caption": ["x"], "note": [], "facts": {},
        "columns": [{"header": ["Enhet"]}, *({"header": [h], "align": "left"} for h in heads)],
        "rows": [{"header": ["Ungdomsmottagningen"], "cells": [[c] for c in cells]}] * 2,
    }  # fmt: skip
    for columns in (data["columns"], data["columns"] + data["columns"][1:3]):
        more = len(columns) - 5
        rows = [{**r, "cells": r["cells"] + r["cells"][:more]} for r in data["rows"]]
        [*found] = parts({**data, "columns": columns, "rows": rows})
        broken = {place for part in found for place in part.broken}
        assert broken <= {(0, 4)}
