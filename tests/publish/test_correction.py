"""A correction lists each number before and after."""

import datetime as dt
import json

from pipeline.publish import correction
from pipeline.publish.document import Document, Meta

META = Meta("Provkommun", "Öppenvård", 2025, dt.date(2026, 3, 16), "0", edition="Publik utgåva")


def entry(key, name, value, *, kind="count", unit="antal", hidden=False, n=None, **more):
    return {
        "id": key, "name": name, "title": name.capitalize(), "scope": {}, "period": "2025",
        "kind": kind, "unit": unit, "value": value, "n": n, "numerator": None,
        "denominator": None, "hidden": hidden, **more,
    }  # fmt: skip


BEFORE = [
    entry("a1", "lika", 40),
    entry("a2", "antal", 12345),
    entry("a3", "nojda", 0.62, kind="share", unit="andel", n=37),
    entry("a4", "borta", 7),
    entry("a5", "omdefinierat", 0.5, kind="share", unit="andel", n=30),
    entry("a6", "dolt_nu", 9),
]
AFTER = [
    entry("a1", "lika", 40, title="Ett annat namn på samma tal"),
    entry("a2", "antal", 12346),
    entry("a3", "nojda", 0.62, kind="share", unit="andel", n=38),
    entry("b5", "omdefinierat", 0.5, kind="share", unit="andel", n=30),
    entry("a6", "dolt_nu", None, hidden=True),
    entry("a7", "nytt", 3.4, kind="mean", unit="", n=20),
]


def told():
    return [correction.told(c) for c in correction.changes(BEFORE, AFTER)]


def test_every_number_that_differs_is_listed_with_both_sides():
    listed = {c["name"]: c for c in told()}
    sides = {
        name: tuple(c[side] and c[side]["visat"] for side in ("fore", "efter"))
        for name, c in listed.items()
    }
    assert sides == {
        "antal": ("12\u00a0345", "12\u00a0346"),
        "nojda": ("62\u00a0% (n = 37)", "62\u00a0% (n = 38)"),
        "omdefinierat": ("50\u00a0% (n = 30)", "50\u00a0% (n = 30)"),
        "dolt_nu": ("9", ".."),
        "nytt": (None, "3,4 (n = 20)"),
        "borta": ("7", None),
    }
    assert {n: c["slag"] for n, c in listed.items()} == {
        "antal": "andrade", "nojda": "andrade", "omdefinierat": "andrade", "dolt_nu": "andrade",
        "nytt": "nya", "borta": "borta",
    }  # fmt: skip


def test_a_number_with_another_definition_is_matched_by_its_name():
    found = next(c for c in told() if c["name"] == "omdefinierat")
    assert (found["fore"]["faktum"], found["efter"]["faktum"]) == ("a5", "b5")


def test_equal_ledgers_differ_in_nothing():
    assert correction.changes(BEFORE, BEFORE) == ()


def test_the_page_and_the_file_tell_the_reason_and_the_numbers():
    found = correction.changes(BEFORE, AFTER)
    document = Document(META, ())
    page = correction.page(document, "01-mars", "Fel enhet <på> tolv rader.", found)
    assert "Fel enhet &lt;på&gt; tolv rader." in page and "01-mars" in page
    for title in ("Ändrade tal", "Nya tal", "Tal som inte finns längre"):
        assert page.count(f">{title}</h2>") == 1
    assert page.count('<th scope="row">') == len(found) == 6
    again = json.loads(correction.record("01-mars", "Fel enhet.", found))
    assert again["ersatter"] == "01-mars" and len(again["tal"]) == 6


def test_the_corrected_report_has_a_section_without_numbers():
    made = correction.corrected(Document(META, ()))
    text = "".join(str(b.data.get("runs")) for b in made.blocks())
    assert "Rättelse" in text and not any(c.isdigit() for c in text)
