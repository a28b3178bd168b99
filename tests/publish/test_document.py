"""From executed notebooks to the block document."""

import itertools

import pytest

from pipeline.errors import UppfoljningError
from pipeline.publish import blocks as b
from pipeline.publish.document import collect
from pipeline.report.legends import LEGENDS

from . import sample as s


def levels(document):
    return [b.data["level"] for b in document.blocks() if b.kind == "heading"]


def test_markdown_and_displays_come_in_the_order_of_the_notebook():
    document = s.document(
        s.markdown("# Kapitel\n\nFörst."), s.display(s.say("Sedan.")), s.markdown("Sist.", id="m2")
    )
    (chapter,) = document.chapters
    assert (chapter.name, chapter.title, chapter.anchor) == ("30_resultat", "Kapitel", "resultat")
    assert [(b.kind, b.cell_id) for b in chapter.blocks] == [
        ("heading", "m1"), ("paragraph", "m1"), ("paragraph", "c1"), ("paragraph", "m2"),
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["parameters", "injected-parameters", "remove"])
def test_cells_of_the_machinery_give_nothing(tag):
    hidden = s.display(s.say("dold"), tags=[tag])
    assert not s.document(hidden, s.markdown("dold", tags=[tag])).chapters


def test_streams_errors_and_plain_results_stay_in_the_notebook():
    loud = s.display(
        s.say("Syns."),
        extra=[
            s.nbformat.v4.new_output("stream", text="utskrift"),
            s.nbformat.v4.new_output("execute_result", data={"text/plain": "42"}),
            s.nbformat.v4.new_output("error", ename="E", evalue="fel", traceback=["/hem/anna"]),
        ],
    )
    assert [b.kind for b in s.document(s.markdown("# K"), loud).blocks()] == [
        "heading", "paragraph",
    ]  # fmt: skip


def test_a_table_that_ends_a_cell_is_shown_too():
    cell = s.display(
        extra=[
            s.nbformat.v4.new_output(
                "execute_result", data={s.MIMETYPE: s.table(s.fact("a", 1, 2))}, execution_count=1
            )
        ]
    )
    assert "table" in [b.kind for b in s.document(cell).blocks()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\n## B\n\n### C\n\n## D", [2, 3, 4, 3]),
        ("## A\n\n### B\n\n#### C", [2, 3, 4]),
        ("# A\n\n#### B\n\n## C", [2, 3, 3]),
        ("# A\n\n# B\n\n## C", [2, 3, 3]),
        ("### A\n\n# B", [2, 3]),
    ],
)
def test_no_heading_level_is_skipped_and_one_is_the_chapters(text, expected):
    assert levels(s.document(s.markdown(text))) == expected


def test_the_first_heading_is_the_chapters_even_when_text_stands_before_it():
    document = s.document(s.display(s.say("Före.")), s.markdown("# Rubrik"))
    assert [b.kind for b in document.blocks()] == ["heading", "paragraph"]


def test_a_notebook_without_heading_is_called_by_its_name():
    (chapter,) = s.document(s.display(s.say("Text.")), name="30_resultat_av_insats").chapters
    assert chapter.title == "Resultat av insats"


def test_anchors_are_unique_and_survive_a_new_order_of_chapters():
    one = s.notebook(s.markdown("# Resultat\n\n## Nöjda\n\n## Nöjda"))
    anchors = [
        b.data["anchor"] for b in collect({"10_resultat": one, "20_resultat": one}, s.META).blocks()
    ]
    assert anchors[:3] == ["resultat", "resultat-nojda", "resultat-nojda-2"]
    assert len(set(anchors)) == 6
    (moved,) = collect({"70_resultat": one}, s.META).chapters
    assert [b.data["anchor"] for b in moved.blocks] == anchors[:3]


def test_a_headings_anchor_does_not_change_with_its_numbers():
    record = s.fact("nojd", 1, 2)
    for text in ("50 %", "51 %"):
        cell = s.display(
            s.block("heading", record, level=3, runs=["Nöjda ", s.shown(record, text)])
        )
        document = s.document(s.markdown("# K"), cell)
        assert list(document.blocks())[1].data["anchor"] == "resultat-nojda"


def test_an_anchor_cannot_pass_for_a_fact():
    cell = s.display(s.block("heading", level=2, runs=["x"], anchor="f-0123"), id="c9")
    document = s.document(s.markdown("# K"), cell)
    assert list(document.blocks())[1].id == "rubrik-f-0123"


@pytest.mark.parametrize(
    "text",
    ["<b>rå</b>", "text <i>rå</i>", "![bild](x.png)", "```\nkod\n```", "---", "[x](javascript:a)",
     "[x](fil.html)"],
)  # fmt: skip
def test_markdown_outside_the_declared_set_names_notebook_and_cell(text):
    with pytest.raises(UppfoljningError, match="30_resultat, cell m7"):
        s.document(s.markdown(text, id="m7"))


def test_markdown_keeps_emphasis_lists_quotes_links_and_code():
    document = s.document(
        s.markdown("# K\n\n**a** *b* `c` &amp; [d](#resultat)\n\n3. x\n4. y\n\n> z")
    )
    _, paragraph, numbered, quote = (b.data for b in document.blocks())
    assert paragraph["runs"] == [
        {"strong": ["a"]}, " ", {"emphasis": ["b"]}, " ", {"code": "c"}, " & ",
        {"link": "#resultat", "runs": ["d"]},
    ]  # fmt: skip
    assert (numbered["ordered"], numbered["start"], len(numbered["items"])) == (True, 3, 2)
    assert quote["blocks"][0]["runs"] == ["z"]


def test_a_link_to_a_heading_that_does_not_exist_is_refused():
    with pytest.raises(UppfoljningError, match="#finns-inte"):
        s.document(s.markdown("# K\n\n[x](#finns-inte)"))


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "video", "facts": {}},
        {"kind": "paragraph", "facts": {}},
        {"kind": "paragraph", "runs": "text", "facts": {}},
        {"kind": "paragraph", "runs": [{"html": "<b>"}], "facts": {}},
        {"kind": "paragraph", "runs": [], "style": "röd", "facts": {}},
        {"kind": "paragraph", "runs": [], "script": "x", "facts": {}},
        s.figure(s.fact("a", 1, 2), alt=[" "]),
        {**s.table(s.fact("a", 1, 2)), "rows": [{"header": ["x"], "cells": []}]},
    ],
)
def test_a_block_that_cannot_be_rendered_is_refused_with_its_place(data):
    with pytest.raises(UppfoljningError, match="30_resultat, cell c1"):
        s.document(s.display(data))


def test_what_a_sign_means_is_told_once_a_section():
    dots, doubt, rounded = LEGENDS
    number = itertools.count(1)
    once = s.fact("a", 1, 2)

    def noted(*note):
        return s.display({**s.table(once), "note": list(note)}, id=f"c{next(number)}")

    document = s.document(
        s.markdown("# K\n\n## A"),
        noted(f"{doubt} Alla svarade. {dots}"),
        noted("Bara ", s.shown(once), f" svarade. {dots}"),
        noted(dots),
        noted(f"{doubt} Ingen vet. {rounded}"),
        noted(f"{rounded} {dots}"),
        s.markdown("## B", id="m2"),
        noted(dots),
    )
    notes = [b.plain(each.data["note"]) for each in document.blocks() if "note" in each.data]
    assert notes == [
        f"{doubt} Alla svarade. {dots}", "Bara 50\u00a0% svarade.", "",
        f"Ingen vet. {rounded}", "", dots,
    ]  # fmt: skip
