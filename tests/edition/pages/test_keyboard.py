"""The edition by keyboard alone: what Tab comes to, that it shows where it is, what Enter opens
and where Escape leads back."""

from __future__ import annotations

import pytest

from .conftest import NARROW, Site

# What has the focus, and how it shows: its name, its outline's width, whether it is in the window.
FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const outlined = style.outlineStyle !== "none";
  return { tag: e.tagName, href: e.getAttribute("href") || "",
    name: (e.getAttribute("aria-label") || e.textContent).trim().slice(0, 40),
    outline: outlined ? parseFloat(style.outlineWidth) : 0,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    inside: Boolean(e.closest("#spar")) };
}"""
# Everything that takes the focus, in the page's order: what Tab has to come to.
TABBED = """() => [...document.querySelectorAll("a[href], button, input, summary, [tabindex]")]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})).length"""


def walk(page, steps, key="Tab"):
    """Where so many presses of a key lead."""
    found = []
    for _ in range(steps):
        page.keyboard.press(key)
        found.append(page.evaluate(FOCUS))
    return found


@pytest.mark.parametrize("name", ["intern/index.html", "publik/index.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_walks_through_the_whole_front_page_and_shows_where_it_is(opened, site, name, scheme):
    page = opened(site.year / name, color_scheme=scheme)
    there = page.evaluate(TABBED)
    stops = walk(page, there)
    assert stops[0]["href"] == "#rapport" and stops[0]["name"] == "Hoppa till innehållet"
    assert [s for s in stops if not (s["outline"] >= 2 and s["seen"])] == []
    assert [s["href"] for s in stops[1:3]] == ["#lasa", "#lage" if "intern" in name else "#skydd"]
    page.keyboard.press("Tab")  # past the last: out of the page, or round to its beginning
    assert page.evaluate("document.activeElement.tagName") in ("BODY", "A")
    assert len({(s["href"], s["name"], s["tag"]) for s in stops}) > 0.6 * there


def test_the_skip_link_leads_past_the_contents(opened, site: Site):
    page = opened(site.year / "publik" / "arsrapport.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "rapport"
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_the_contents_come_next_and_mark_the_section_being_read(opened, site: Site):
    page = opened(site.year / "publik" / "arsrapport.html")
    page.keyboard.press("Tab")
    stops = walk(page, 4)
    assert all(s["href"].startswith("#") and s["outline"] >= 2 for s in stops)
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == stops[-1]["href"]
    page.wait_for_function("""href => {
      const marked = [...document.querySelectorAll(".innehall a")]
        .filter(a => getComputedStyle(a).fontWeight === "600").map(a => a.getAttribute("href"));
      return marked.length === 1 && marked[0] === href;
    }""", arg=stops[-1]["href"])  # fmt: skip


def test_a_number_opens_its_panel_which_keeps_and_returns_the_focus(opened, site: Site):
    page = opened(site.year / "intern" / "tertial" / "T1" / "sektor.html", width=NARROW)
    number = page.locator("main p a:has(> .fakta)").first
    number.focus()
    assert page.evaluate(FOCUS)["outline"] >= 2
    page.keyboard.press("Enter")
    page.wait_for_selector("#spar[open] #spar-titel")
    back = walk(page, 3, "Shift+Tab")
    assert any(s["tag"] == "BUTTON" and s["outline"] >= 2 for s in back)
    stops = walk(page, 12)
    assert all(s["inside"] or s["tag"] == "BODY" for s in stops)
    page.keyboard.press("Escape")
    assert not page.locator("#spar").is_visible()
    assert number.evaluate("e => e === document.activeElement")


def test_code_unfolds_one_cell_at_a_time_and_all_at_once(opened, site: Site):
    page = opened(site.year / "intern" / "notebooks" / "30_resultat.html")
    codes, folded = page.locator("details.vikt"), page.locator("details.vikt pre")
    assert folded.count() == codes.count() > 5
    assert not any(one.is_visible() for one in folded.all())
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.vikt > summary')"):
            break
    page.keyboard.press("Enter")
    assert [one.is_visible() for one in folded.all()].count(True) == 1
    page.keyboard.press("Enter")
    page.locator("#all-kod").focus()
    assert page.evaluate(FOCUS)["outline"] >= 2
    page.keyboard.press("Space")
    assert all(one.is_visible() for one in folded.all())
    tables = page.locator("figure details .tabell")
    assert tables.count() and not tables.first.is_visible()
    page.keyboard.press("Space")
    assert not any(one.is_visible() for one in folded.all())


def test_scrolling_regions_take_the_focus_and_move_by_the_arrows(opened, site: Site):
    page = opened(site.year / "publik" / "arsrapport.html", width=NARROW)
    region = page.evaluate_handle("""() => [...document.querySelectorAll(".rulle")]
      .find(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 40)""").as_element()
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("e => e.scrollLeft > 0", arg=region)
