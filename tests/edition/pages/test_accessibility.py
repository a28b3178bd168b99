"""axe-core, best practice too, on the edition's pages, light and dark, wide and narrow: a page of
every kind in the suite, in two of the four modes, every page whole in all with `make pages`.
Contrast is computed besides: of texts in tables, which axe passes over for their shadow, and of
pictures' labels and marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import told

from .conftest import TALL, WIDE, Site

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}).then(
  r => r.violations.flatMap(v => v.nodes.map(n =>
    `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`)))"""
# What is alike a thousand times over is looked at a few times.
LESS = """() => {
  for (const alike of ["tbody > tr:nth-child(n+6)", ".post:nth-child(n+4)",
                       ".kapitel .tabell ~ .tabell ~ .tabell", ".kapitel figure ~ figure ~ figure",
                       ".cell:nth-child(n+24)", "main li:nth-child(n+12)"])
    document.querySelectorAll(alike).forEach(e => e.remove());
}"""
UNFOLD = "() => document.querySelectorAll('details').forEach(d => { d.open = true; })"
# Only lead the eye, or are the whole behind a share (VISUAL.md).
LEADING = {"mark spar", "mark hjalp"}
# The area of a band: its edges are lines that must be seen (tests/report/test_findings.py).
EDGED = {f"mark band-{colour}" for colour in range(1, 5)}
# The middle of a scale: each piece carries its label and has a gap; its ends must be seen.
LABELLED = {f"mark skala-{step}" for step in range(2, 7)}


def test_no_page_breaks_a_rule_of_axe(browser, site: Site, chosen, modes):
    context = browser.new_context(bypass_csp=True, viewport={"width": WIDE, "height": TALL})
    found = []
    for name, address in chosen:
        page = context.new_page()
        page.goto(address.as_uri())
        if not site.whole:
            page.evaluate(LESS)
        page.evaluate(axe.AXE_SCRIPT)
        for width, scheme in modes:
            page.set_viewport_size({"width": width, "height": TALL})
            page.emulate_media(color_scheme=scheme)
            found += [f"{name} {width} {scheme} {v}" for v in page.evaluate(RUN, STANDARDS)]
        page.close()
    context.close()
    assert not found, "\n".join(found)


def test_axe_finds_what_is_wrong(browser, site: Site):
    """The proof that the test above could fail: a page of ours with a fault of each sort."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto((site.year / "publik" / "index.html").as_uri())
    page.evaluate("""() => {
      document.documentElement.removeAttribute("lang");
      document.querySelector("main p").style.color = "rgb(170, 170, 170)";
      document.querySelector("h2").outerHTML = "<h6>Fel nivå</h6>";
    }""")
    page.evaluate(axe.AXE_SCRIPT)
    rules = {said.partition(":")[0] for said in page.evaluate(RUN, STANDARDS)}
    context.close()
    assert {"html-has-lang", "color-contrast", "heading-order"} <= rules


def test_every_text_and_every_mark_stands_out_from_what_lies_beneath(browser, chosen):
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    page, found = context.new_page(), []
    for name, address in chosen:
        page.goto(address.as_uri())
        page.evaluate(UNFOLD)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for what, ratio, demanded, ink, ground, words in told(page, CONTRAST):
                exempt = what in LEADING | EDGED or (what in LABELLED and ratio > 1.4)
                if ratio < demanded and not exempt:
                    found.append(f"{name} {scheme} {what} {ratio}: {ink} / {ground} {words[:60]}")
    context.close()
    assert not found, "\n".join(found)


def test_texts_shapes_labels_and_marks_of_all_sorts_are_measured(browser, site: Site):
    page = browser.new_page(viewport={"width": WIDE, "height": TALL})
    page.goto((site.year / "intern" / "arsrapport.html").as_uri())
    page.evaluate(UNFOLD)
    looked = {what for what, *_ in told(page, CONTRAST)}
    page.close()
    assert {"text", "shape", "label", "mark serie-1", "mark axel", "mark skala-7"} <= looked


def test_the_computed_contrast_is_that_of_the_standard(browser, tmp_path):
    """Ratios known from elsewhere: #767676 on white is 4.54, #949494 is 3.03."""
    page = browser.new_page()
    page.set_content(
        '<body style="background:#fff"><p style="color:#767676">text</p>'
        '<svg width="200" height="40"><rect class="serie-1" width="50" height="40" fill="#949494"/>'
        '<text x="60" y="25" fill="#767676">etikett</text>'
        '<rect class="spar" x="120" width="80" height="40" fill="#000000"/>'
        '<text x="122" y="25" fill="#ffffff" font-size="12">på mörkt</text></svg>'
    )
    found = {(what, words): ratio for what, ratio, *_, words in told(page, CONTRAST)}
    page.close()
    assert found["text", "text"] == found["label", "etikett"] == 4.54
    assert found["mark serie-1", ""] == 3.03
    assert found["label", "på mörkt"] == 21
