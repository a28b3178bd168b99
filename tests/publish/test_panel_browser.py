"""The trace panel in a real browser, from file://."""

import shutil
import threading

import openpyxl
import pytest

from pipeline.publish.panel import data
from pipeline.report.swedish import show
from tests.browser import chromium

from . import panel_edition as small

WIDE, NARROW, TINY = (1280, 900), (390, 800), (320, 568)


class Edition:
    def __init__(self, folder):
        self.workspace = small.municipality(folder)
        self.out, self.sharded = folder / "intern", folder / "delad"
        self.facts = small.edition(self.workspace, self.out)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(data.panel_data, "__defaults__", (1000, data.NO_NOTES))
            small.edition(self.workspace, self.sharded)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    made = []  # in a thread of its own: Playwright's loop and that of other tests do not meet
    folder = tmp_path_factory.mktemp("kommun")
    worker = threading.Thread(target=lambda: made.append(Edition(folder)))
    worker.start()
    worker.join()
    return made[0]


@pytest.fixture(scope="module")
def browser():
    with chromium() as launched:
        yield launched


@pytest.fixture
def opened(browser, edition):
    """Opens the report; afterwards: no errors, no dialogs, nothing but local files asked for."""
    said, asked, contexts = [], [], []

    def page(size=WIDE, folder=None, **options):
        width, height = size
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport, **options))
        made = contexts[-1].new_page()
        made.on("console", lambda message: said.append(message.text))
        made.on("pageerror", lambda error: said.append(str(error)))
        made.on("dialog", lambda dialog: said.append(dialog.message))
        made.on("request", lambda request: asked.append(request.url))
        made.goto(((folder or edition.out) / "arsrapport.html").as_uri())
        return made

    yield page
    for context in contexts:
        context.close()
    assert said == []
    assert all(url.startswith(("file://", "data:")) for url in asked)


def link(page, fact, within="p", part=""):
    chosen = f'[data-del="{part}"]' if part else ":not([data-del])"
    return page.locator(f"{within} a:has(> [data-fakta='{fact.id}']{chosen})").first


def press(page, target, way):
    if way == "mouse":
        target.click()
    else:
        target.focus()
        page.keyboard.press("Enter")
    page.wait_for_selector("#spar[open] #spar-titel")
    return page.locator("#spar")


def cells(panel):
    """{address: raw value} of the cells that the panel lists."""
    return {
        row.locator("th").text_content(): row.locator("td").first.text_content()
        for row in panel.locator("tbody tr").all()
    }


def in_the_sheet(edition, address, year=small.YEAR):
    file, sheet, cell = address.split("!")
    book = openpyxl.load_workbook(edition.workspace.raw / str(year) / file)
    return str(book[sheet][cell].value)


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
@pytest.mark.parametrize(
    ("name", "within"),
    [("nojda", "p"), ("norra", "td"), ("norra", "svg"), ("andring", "p")],
    ids=["paragraph", "table", "bar", "derived"],
)
def test_any_number_opens_the_panel_with_the_cells_it_came_from(opened, edition, name, within, way):
    page = opened()
    fact = edition.facts[name]
    target = link(page, fact, within)
    if within == "svg" and way == "mouse":
        target = page.locator(f"svg a:has(> rect[data-fakta='{fact.id}'])")
    elif within == "svg":
        target = page.locator(f"svg a:has(> text[data-fakta='{fact.id}'])")
    panel = press(page, target, way)
    assert panel.get_attribute("role") == "dialog"
    assert panel.locator("#spar-titel").text_content() == fact.title
    assert page.evaluate("document.activeElement.id") == "spar-titel"
    shown = show(fact, "+.1pp" if name == "andring" else "").text
    assert panel.locator(".spar-varde").text_content() == shown
    found = cells(panel)
    assert found
    year = small.YEAR
    for address in list(found)[:5]:
        assert found[address] == in_the_sheet(edition, address, year)
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.querySelector('[data-fakta]').dataset.fakta") == (
        fact.id
    )


def test_the_panel_tells_what_the_ledger_knows(opened, edition):
    page = opened()
    fact = edition.facts["nojda"]
    panel = press(page, link(page, fact), "mouse")
    text = panel.inner_text()
    for expected in (
        "Andel av rader i svaren.", "nojd >= 4", "FROM '2025/svaren.parquet'",
        str(fact.n), str(fact.numerator), "Hur nöjd är du?", "svaren.xlsx!Svar", "258 celler",
    ):  # fmt: skip
        assert expected in text
    assert panel.locator("details pre").first.text_content() == "say(f'{nojda} </script> nöjda')"
    assert not panel.locator("details pre").first.is_visible()
    assert link(page, fact, part="n").count()
    page.keyboard.press("Escape")
    n = press(page, link(page, fact, part="n"), "keyboard")
    assert n.locator(".spar-varde").text_content() == f"{fact.n} antal (n)"


def test_two_hundred_cells_come_first_and_the_rest_on_demand(opened, edition):
    page = opened()
    panel = press(page, link(page, edition.facts["nojda"]), "mouse")
    assert panel.locator("tbody tr").count() == 200
    panel.get_by_role("button", name="Visa 58 till").click()
    assert panel.locator("tbody tr").count() == 258


def test_hostile_raw_values_are_text(opened, edition):
    page = opened()
    title = page.title()
    panel = press(page, link(page, edition.facts["orter"]), "mouse")
    found = cells(panel)
    for row, value in small.PLACES.items():
        assert found[f"svaren.xlsx!Svar!D{row}"] == value
    assert not panel.locator("img, script, iframe").count()
    assert page.title() == title


def test_free_text_is_named_but_not_shown(opened, edition):
    page = opened()
    panel = press(page, link(page, edition.facts["ord"]), "mouse")
    assert "fritext, visas inte här" in panel.inner_text()
    assert "hemligt" not in page.content()


def test_rows_that_are_only_counted_stand_as_rows(opened, edition):
    page = opened()
    panel = press(page, link(page, edition.facts["rader"]), "mouse")
    assert "260 rader" in panel.inner_text()
    assert cells(panel) == {"svaren.xlsx!Svar!3:262": "260 hela rader"}


def test_from_a_derived_number_to_its_parent_and_back(opened, edition):
    page = opened()
    fact, parent = edition.facts["andring"], edition.facts["forra"]
    panel = press(page, link(page, fact), "keyboard")
    assert "a − b" in panel.inner_text()
    panel.get_by_role("button", name=f"{parent.title}, 2024").press("Enter")
    page.wait_for_function("!document.getElementById('spar-tillbaka').hidden")
    assert panel.locator("#spar-titel").text_content() == parent.title
    assert "mellanled" in panel.inner_text()
    panel.get_by_role("button", name="Tillbaka").press("Enter")
    page.wait_for_function("document.getElementById('spar-tillbaka').hidden")
    assert panel.locator("#spar-titel").text_content() == fact.title


def test_the_links_lead_to_the_cell_the_register_and_back(opened, edition):
    page = opened()
    fact = edition.facts["nojda"]
    panel = press(page, link(page, fact), "mouse")
    panel.get_by_role("link", name="Talet i faktaregistret").click()
    assert page.evaluate("location.hash") == f"#f-{fact.id}"
    assert page.locator(f"#f-{fact.id} .mer").is_visible()
    panel.get_by_role("link", name="Se cellen i kapitlet").first.click()
    page.wait_for_url("**/notebooks/10_resultat.html#cell-text")
    page.locator(".cell:has(#cell-text)").get_by_role("link", name="I rapporten").click()
    page.wait_for_url("**/arsrapport.html#b-resultat-text-1")
    assert page.locator("#b-resultat-text-1").is_visible()


def test_a_link_to_a_cell_unfolds_its_code_and_no_others(opened, edition):
    """Without a script: the page has none, and its policy would let none run."""
    page = opened()
    page.goto((edition.out / "notebooks" / "10_resultat.html").as_uri() + "#cell-text")
    page.wait_for_selector("details[open]")
    assert page.locator("#cell-text").is_visible()
    assert page.locator("details[open]").count() == 1 < page.locator(".cell details").count()
    mark = "getComputedStyle(document.querySelector('.cell:has(#cell-text)'), '::before').width"
    assert page.evaluate(mark) == "4px"
    assert page.locator("script").count() == 0
    page.locator(".cell:has(#cell-text) summary").click()
    assert page.locator("#cell-text").is_hidden()


@pytest.mark.parametrize("size", [NARROW, TINY])
def test_on_a_small_screen_it_stands_before_the_page(opened, edition, size):
    page = opened(size)
    panel = press(page, link(page, edition.facts["nojda"]), "keyboard")
    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (0, size[0])
    assert panel.evaluate("e => e.matches(':modal') && e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for _ in range(30):  # Tab stays inside, or with the browser itself
        page.keyboard.press("Tab")
        inside = (
            "document.activeElement === document.body || document.activeElement.closest('#spar')"
        )
        assert page.evaluate(f"Boolean({inside})")
    panel.get_by_role("button", name="Stäng").click()
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.matches('a:has(> data)')")


def test_a_link_to_the_page_leaves_the_small_screens_panel(opened, edition):
    page = opened(NARROW)
    panel = press(page, link(page, edition.facts["nojda"]), "mouse")
    panel.get_by_role("link", name="Talet i faktaregistret").click()
    assert not panel.is_visible()
    assert page.evaluate("location.hash") == f"#f-{edition.facts['nojda'].id}"


def test_the_side_panel_moves_the_page_aside_and_leaves_it_in_use(opened, edition):
    page = opened()
    first, second = edition.facts["nojda"], edition.facts["andring"]
    panel = press(page, link(page, first), "mouse")
    number = link(page, second).bounding_box()
    assert number["x"] + number["width"] <= panel.bounding_box()["x"]
    assert not panel.evaluate("e => e.matches(':modal')")
    link(page, second).click()
    page.wait_for_function(
        f"document.getElementById('spar-titel').textContent === {second.title!r}"
    )
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.querySelector('data').dataset.fakta") == second.id


def test_a_window_that_is_made_small_keeps_the_panel(opened, edition):
    page = opened()
    panel = press(page, link(page, edition.facts["nojda"]), "mouse")
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.getElementById('spar').matches(':modal')")
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_without_scripts_the_number_leads_to_the_register(opened, edition):
    page = opened(java_script_enabled=False)
    fact = edition.facts["nojda"]
    link(page, fact).click()
    assert page.url.endswith(f"#f-{fact.id}")
    assert page.locator(f"#f-{fact.id} .mer").is_visible()
    assert not page.locator("#spar").is_visible()


def test_much_lineage_lies_in_files_beside_the_page(opened, edition):
    page = opened(folder=edition.sharded)
    assert (edition.sharded / "sparning").is_dir() and not (edition.out / "sparning").exists()
    panel = press(page, link(page, edition.facts["orter"]), "keyboard")
    assert cells(panel)["svaren.xlsx!Svar!D3"] == small.IMAGE


def test_when_those_files_are_gone_the_register_answers(browser, edition, tmp_path):
    shutil.copyfile(edition.sharded / "arsrapport.html", tmp_path / "arsrapport.html")
    page = browser.new_page()
    page.goto((tmp_path / "arsrapport.html").as_uri())
    fact = edition.facts["nojda"]
    link(page, fact).click()
    page.wait_for_url(f"**#f-{fact.id}")
    assert page.locator(f"#f-{fact.id} .mer").is_visible()
    page.close()
