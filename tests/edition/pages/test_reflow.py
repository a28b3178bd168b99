"""No page scrolls sideways: narrow, at 200 % zoom, with the text spacing of WCAG 1.4.12. Tables
and pictures may, each in a region that has a name and takes the focus."""

from __future__ import annotations

from .conftest import NARROW, TALL, WIDE

# 1.4.12: line height 1.5, after paragraphs 2 em, letters 0.12 em, words 0.16 em.
SPACED = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets.push(sheet); }"""
UNFOLD = "() => document.querySelectorAll('details').forEach(d => { d.open = true; })"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What reaches beyond the window and lies in nothing that scrolls.
BEYOND = """() => [...document.querySelectorAll("body *")].filter(e =>
    e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest("svg") && getComputedStyle(e).position !== "absolute"
    && !e.closest(".rulle, .bild, pre, .spar"))
  .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
# Regions that scroll: what a keyboard cannot reach or a screen reader cannot name.
MUTE = """() => [...document.querySelectorAll("body *")].filter(e =>
    e.scrollWidth > e.clientWidth + 1 && e.clientWidth
    && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
  .filter(e => e.tabIndex < 0 || !(e.ariaLabel || e.getAttribute("aria-labelledby")))
  .map(e => e.outerHTML.slice(0, 120))"""
# Text that its own box cuts.
CUT = """() => [...document.querySelectorAll("h1, h2, h3, h4, p, li, caption, summary, th, td, dd")]
  .filter(e => e.clientWidth && getComputedStyle(e).overflowX !== "visible"
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    && getComputedStyle(e).position !== "absolute" && getComputedStyle(e).clipPath === "none")
  .map(e => e.outerHTML.slice(0, 120))"""


def test_no_page_scrolls_sideways(browser, chosen):
    """640 px is a window of 1280 at 200 %."""
    context = browser.new_context(viewport={"width": NARROW, "height": TALL})
    page, found = context.new_page(), []
    for name, address in chosen:
        page.goto(address.as_uri())
        page.evaluate(UNFOLD)
        for spaced in (False, True):
            if spaced:
                page.evaluate(SPACED)
            for width in (NARROW, WIDE // 2):
                page.set_viewport_size({"width": width, "height": TALL})
                where = f"{name} {width}{' spaced' if spaced else ''}"
                if page.evaluate(SIDEWAYS) > 0:
                    found += [f"{where}: {e}" for e in page.evaluate(BEYOND) or ["?"]]
                for script in (MUTE, CUT):
                    found += [f"{where}: {e}" for e in page.evaluate(script)]
        page.set_viewport_size({"width": NARROW, "height": TALL})
    context.close()
    assert not found, "\n".join(found)


def test_a_page_that_scrolls_sideways_is_found(browser):
    page = browser.new_page(viewport={"width": NARROW, "height": TALL})
    page.set_content('<p style="width: 500px">bred</p><div style="overflow-x: auto; width: 90px">'
                     '<div style="width: 400px">x</div></div>')  # fmt: skip
    assert page.evaluate(SIDEWAYS) > 0
    assert len(page.evaluate(BEYOND)) > 0
    assert len(page.evaluate(MUTE)) == 1
    page.close()
