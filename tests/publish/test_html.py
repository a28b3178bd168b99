"""The report's page."""

import base64
import html as stdlib_html
import re
from html.parser import HTMLParser

import pytest

from pipeline.publish import html, ledger
from pipeline.publish.blocks import plain, texts
from pipeline.publish.document import collect

from . import sample as s


class Page(HTMLParser):
    """Text, ids, links and heading levels of a page."""

    def __init__(self, source):
        super().__init__()
        self.text, self.ids, self.links, self.levels, self.stack = [], [], [], [], []
        self.tags, self.attributes = [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, key, value) for key, value in attrs]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in ("style", "title"):
            self.stack.append(tag)
        for key in ("aria-label",):
            if tag == "svg" and key in given:
                self.text.append(given[key])

    def handle_endtag(self, tag):
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()

    def handle_data(self, data):
        if not self.stack:
            self.text.append(data)


@pytest.fixture(scope="module")
def source():
    return html.render(collect(s.annual(), s.META), "notebooks/")


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_it_needs_nothing_but_itself(source, page):
    assert not re.search(r"https?://", source)
    assert not {"script", "iframe", "object", "link", "img", "base"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] == "style"]
    assert not [a for a in page.attributes if a[1] == "src"]
    assert {start for start in re.findall(r"url\((.)", source)} == {"d", "#"}
    assert source.count("url(data:font/woff2;base64,") == source.count("url(d") == 3


def test_its_policy_lets_through_its_own_style_and_nothing_else(source):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    css = re.search(r"<style>(.*?)</style>", source, re.S)[1]
    digest = s.hashlib.sha256(css.encode()).digest()
    assert base64.b64encode(digest).decode() in policy


def test_its_outline_has_one_title_and_skips_no_level(page):
    assert page.levels[0] == 1 and page.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.levels, page.levels[1:], strict=False))


def test_every_internal_link_leads_somewhere_and_ids_are_unique(page):
    assert len(page.ids) == len(set(page.ids))
    targets = {link[1:] for link in page.links if link.startswith("#")}
    assert targets <= set(page.ids)


def test_every_occurrence_is_on_the_page_in_order(page):
    text = "".join(page.text)
    at = 0
    for row in ledger.occurrences(collect(s.annual(), s.META)):
        at = text.index(row["text"], at) + len(row["text"])


def test_every_text_of_every_block_is_on_the_page_in_order(page):
    text = "".join(page.text)
    at = 0
    for block in collect(s.annual(), s.META).blocks():
        for runs in texts(block.data):
            wanted = plain(runs)
            at = text.index(wanted, at) + len(wanted)


def test_a_number_carries_no_more_digits_than_its_text(source):
    marked = re.findall(r'<data class="fakta" value="([^"]*)"[^>]*>([^<]*)</data>', source)
    assert marked
    for value, text in marked:
        assert [c for c in value if c.isdigit()] == [c for c in text if c.isdigit()]


def test_a_number_leads_to_its_definition_and_back(source, page):
    record = s.fact("nojd_kontakt", 13, 21)
    assert f'<a href="#f-{record["id"]}"><data class="fakta"' in source
    entry = source[source.index(f'<li class="post" id="f-{record["id"]}"') :].split("</li>")[0]
    told = stdlib_html.unescape(entry)
    for expected in (
        "62\u00a0%",
        "13 av 21",
        "nojd_kontakt >= 4",
        "nojd_kontakt IS NOT NULL",
        "2025",
    ):
        assert expected in told
    back = re.findall(r'href="#(b-[^"]+)"', entry)
    assert back and set(back) <= set(page.ids)
    assert 'href="notebooks/30_resultat.html#cell-c1"' in entry


def test_a_derived_fact_names_its_parents(source):
    entry = source[source.index('id="f-aaaabbbbccccdddd"') :].split("</li>")[0]
    contact = s.fact("nojd_kontakt", 13, 21)
    assert f'href="#f-{contact["id"]}"' in entry


def test_hostile_text_is_text(source):
    assert "<script" not in source
    assert s.HOSTILE in stdlib_html.unescape(source)


def test_tables_have_captions_and_scoped_headers(source, page):
    assert source.count("<table>") == source.count("<caption ")
    scopes = {value for tag, key, value in page.attributes if (tag, key) == ("th", "scope")}
    assert scopes == {"col", "row"}
    assert page.tags.count("th") == sum(1 for a in page.attributes if a[:2] == ("th", "scope"))


def test_a_figure_has_its_alt_text_and_its_table_and_links(source):
    figure = source[source.index("<figure") :].split("</figure>")[0]
    assert 'aria-label="Liggande staplar. Alla: 62\u00a0%."' in figure
    assert "<details><summary>Visa som tabell</summary>" in figure
    record = s.fact("nojd_kontakt", 13, 21)
    assert f'<a href="#f-{record["id"]}" tabindex="-1"><text' in figure


def test_missing_material_is_visible(source):
    assert '<p id="b-sammanstallning-c1-2" class="saknas">Underlag saknas' in source


def test_a_page_can_be_made_from_a_notebook_the_way_nbconvert_does():
    notebook = s.annual()["30_resultat"]
    body, _ = html.ReportHTMLExporter().from_notebook_node(
        notebook, {"meta": s.META, "metadata": {"name": "30_resultat"}}
    )
    assert '<h2 id="resultat">Resultat</h2>' in body


def test_what_no_page_may_hold_is_left_out():
    record = s.fact("a", 1, 2) | {"title": "titel\ud800\x00\u202e"}
    cell = s.display(s.say("text\ud800\x00\u202e", s.shown(record), facts=[record]))
    source = html.render(s.document(s.markdown("# K"), cell))
    assert source.encode("utf-8") and not re.search("[\x00\u202e]", source)
