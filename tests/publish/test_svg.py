"""Charts made fit for the page."""

import re

import pytest

from pipeline.errors import UppfoljningError
from pipeline.publish import html, svg
from pipeline.publish.exporter import TEMPLATES
from pipeline.report.charts import svg as charts
from pipeline.report.charts import tokens
from pipeline.validation import page_style

from . import sample as s

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'


def page(inside, prefix="p", address=lambda fact: None):
    return svg.for_page(f"{HEAD}{inside}</svg>", prefix, "alt", address)


def test_two_pictures_with_the_same_ids_do_not_share_them():
    record = s.fact("a", 1, 2)
    source = html.render(
        s.document(s.markdown("# K"), s.display(s.figure(record), s.figure(record)))
    )
    ids = re.findall(r'<clipPath id="([^"]+)"', source)
    assert len(ids) == len(set(ids)) == 2
    assert all(f'clip-path="url(#{i})"' in source for i in ids)


def test_style_becomes_attributes_that_a_strict_page_obeys():
    drawn = page(
        "<text style=\"font: 600 13px 'Source Sans Pro', sans-serif; fill: #123\">a</text>"
    )
    assert "style" not in drawn
    for attribute in ('font-size="13px"', 'font-weight="600"', 'fill="#123"'):
        assert attribute in drawn


@pytest.mark.parametrize("inside", ["<script>x</script>", "<foreignObject/>", "<g><iframe/></g>"])
def test_what_is_no_drawing_is_refused(inside):
    with pytest.raises(UppfoljningError):
        page(inside)


def test_handlers_and_outward_addresses_are_dropped():
    drawn = page('<a href="https://x" target="_blank"><rect onclick="x" fill="url(#borta)"/></a>')
    assert not re.search(r"onclick|https|target|borta", drawn)


def test_a_picture_without_facts_is_an_image_and_one_with_links_a_group():
    marked = '<text class="fakta" data-fakta="ab">1</text><rect data-fakta="ab cd"/>'
    assert 'role="img"' in page(marked)
    linked = page(marked, address=lambda fact: f"#f-{fact}")
    assert 'role="group"' in linked
    assert linked.count("<a ") == 1 and '<a href="#f-ab" tabindex="-1"><text' in linked


def test_what_is_not_xml_is_told_in_words():
    with pytest.raises(UppfoljningError, match="SVG"):
        svg.for_page("<svg", "p", "alt", lambda fact: None)


def test_the_style_sheet_has_the_colours_of_the_charts():
    rules = (TEMPLATES / "bas.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rules.split("@media")[0]))
    dark = light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rules.split("@media")[1]))
    named = {"paper": tokens.PAPER, "ink": tokens.INK, "muted": tokens.MUTED, "rule": tokens.RULE,
             "guide": tokens.GUIDE, "track": tokens.TRACK, "grey": tokens.GREY, "link": tokens.LINK,
             **{f"cat-{k}": c for k, c in enumerate(tokens.CATEGORIES, start=1)}}  # fmt: skip
    assert {k: light[k] for k in named} == {k: v.lower() for k, v in named.items()}
    assert {k: light[k] for k in tokens.GRADES} == {k: v.lower() for k, v in tokens.GRADES.items()}
    assert light["wash"] == tokens.WASH.lower()
    assert light["gul-kant"] == tokens.GRADE_EDGES["gul"].lower()
    assert dark["paper"] == tokens.PAPER_DARK.lower()
    assert [dark[f"cat-{k}"] for k in range(1, 5)] == [c.lower() for c in tokens.CATEGORIES_DARK]
    for palette, ground in ((light, light["paper"]), (dark, dark["paper"])):
        for name in ("ink", "muted", "link", "kw", "str", "num", "com"):
            assert tokens.contrast(palette[name], ground) >= 4.5, name
            assert tokens.contrast(palette[name], palette["wash"]) >= 4.5, name
        for name in ("rule", "cat-1", "cat-2", "cat-3", "cat-4"):
            assert tokens.contrast(palette[name], ground) >= 2.95, name


def test_the_ends_of_a_scale_stand_out_on_a_dark_page_and_carry_their_text():
    rules = (TEMPLATES / "bas.css").read_text(encoding="utf-8").split("@media")[-1]
    for place, colour in enumerate(tokens.SCALE_DARK, start=1):
        assert tokens.contrast(colour, tokens.PAPER_DARK) >= 3
        if colour != tokens.SCALE[place - 1]:
            assert f".skala-{place} {{ fill: var(--skala-{place}); }}" in rules
            assert f"--skala-{place}: {colour.lower()};" in (TEMPLATES / "bas.css").read_text(
                "utf-8"
            )
            assert tokens.text_on(tokens.SCALE[place - 1]) == tokens.PAPER
            assert tokens.contrast(colour, tokens.PAPER) >= 4.5


def test_print_has_the_scale_of_the_page():
    body = tokens.PRINTED[1] / tokens.SIZES[1]
    for printed, size in zip(tokens.PRINTED, tokens.SIZES, strict=True):
        assert abs(printed - size * body) <= 0.25  # half points


def test_the_pages_of_data_quality_have_the_colours_of_the_report():
    rules = page_style.CSS
    named = {"paper": tokens.PAPER, "ink": tokens.INK, "muted": tokens.MUTED, "rule": tokens.RULE,
             "guide": tokens.GUIDE, "wash": tokens.WASH, "link": tokens.LINK}  # fmt: skip
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rules.split("@media")[0]))
    assert {k: found[k] for k in named} == {k: v.lower() for k, v in named.items()}


def test_the_style_sheet_follows_every_class_that_a_dark_page_must_recolour():
    rules = (TEMPLATES / "bas.css").read_text(encoding="utf-8").split("@media")[-1]
    for name in ("serie-0", "serie-1", "serie-3", "linje-0", "linje-1", "linje-3", "band-1",
                 "band-3", "spar", "axel", "grans", "hjalp", "mal",
                 "intervall", "intervall-inne", "punkt",
                 "etikett", "svag", "varde", "pa-mork", "pa-ljus"):  # fmt: skip
        assert f".{name}" in rules
        assert f"``{name}``" in charts.__doc__ or "-" in name
