"""No byte of `publik/` depends on what its pattern hides: text, pictures, order, files, PDF."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.facts.pattern import Pattern
from tests.crates import CRATE

from . import world as w

# What is changed in a row of the survey, by its number.
CHANGES: dict[str, dict[int, dict[str, Any]]] = {
    "en som kom genom polisen kom genom skolan": {0: {"vag": "skola"}},
    "ingen kom genom polisen": {i: {"vag": "skola"} for i in (0, 3, 7)},
    "den som inte svarat har svarat": {12: {"svar": 5}, 24: {"svar": 5}},
    "ett värde flyttas mellan två delar": {1: {"del": "nord"}},
    "fler nöjda": {i: {"tid": 5} for i in range(0, 90, 7)},
    "längre kö": {4: {"veckor": 400.25}},
}


def changed(change: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, **change.get(i, {})} for i, row in enumerate(w.rows())]


@dataclass(frozen=True)
class Pair:
    """Two editions of different answers with one pattern, and how much it hides."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    hidden: int
    shown: int


def pair(change: dict[int, dict[str, Any]], folder: Path, monkeypatch: Any) -> Pair:
    """The pattern hides the cells that the change moves, and those that rest on them: what the
    answers could have been without a reader seeing it."""
    after = changed(change)
    first, second = w.workspace(folder / "a", w.rows()), w.workspace(folder / "b", after)
    cells = w.asked(first, w.closed(), monkeypatch)
    moved = {name for fields in change.values() for name in fields}
    numeric = "veckor" in moved
    counts = zip(cells, w.sizes(w.rows(), cells), w.sizes(after, cells), strict=True)
    same = [c for c, a, b in counts if a == b and not (numeric and "veckor" in c.where)]
    pattern = Pattern(frozenset(c.key for c in same), {}, w.closed().open)
    made = [
        w.published(s, pattern, folder / n, monkeypatch) for s, n in ((first, "x"), (second, "y"))
    ]
    return Pair(made[0], made[1], len(cells) - len(same), len(same))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_hidden_number_may_be_another_and_no_byte_changes(change, tmp_path, monkeypatch):
    made = pair(change, tmp_path, monkeypatch)
    assert made.hidden and made.shown
    assert made.before.keys() == made.after.keys()
    assert [name for name in made.before if made.before[name] != made.after[name]] == []


def test_the_same_change_is_seen_where_nothing_is_hidden(tmp_path, monkeypatch):
    after = changed(CHANGES["en som kom genom polisen kom genom skolan"])
    first, second = w.workspace(tmp_path / "a", w.rows()), w.workspace(tmp_path / "b", after)
    cells = w.asked(first, w.closed(), monkeypatch)
    everything = Pattern(frozenset(c.key for c in cells), {}, w.closed().open)
    files = [
        w.published(s, everything, tmp_path / n, monkeypatch)
        for s, n in ((first, "x"), (second, "y"))
    ]
    differing = {name for name in files[0] if files[0][name] != files[1].get(name)}
    assert {"arsrapport.html", "arsrapport.pdf", "faktaregister.json"} <= differing
    assert any(name.startswith("tabeller/") for name in differing)


@pytest.fixture
def half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The edition that shows what five or more stand behind."""
    return w.published(*few_hidden(tmp_path, monkeypatch), tmp_path, monkeypatch)


def few_hidden(folder: Path, monkeypatch: Any) -> tuple[Any, Pattern]:
    place = w.workspace(folder / "a", w.rows())
    cells = w.asked(place, w.closed(), monkeypatch)
    counted = zip(cells, w.sizes(w.rows(), cells), strict=True)
    kept = frozenset(c.key for c, n in counted if n >= 5)
    return place, Pattern(kept, {}, w.closed().open)


def test_bars_are_as_long_as_the_rounded_numbers_beside_them(half):
    page = half["arsrapport.html"].decode()
    compared = 0
    for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        root = ET.fromstring(text)
        bars = {
            e.get("data-fakta"): e for e in root.iter("rect") if e.get("class") == "serie-1 fakta"
        }
        told = {
            e.get("data-fakta"): float((e.text or "").split("\u00a0")[0].replace(",", "."))
            for e in root.iter("text")
            if e.get("data-fakta") in bars and (e.text or "").endswith("%")
        }
        longest = max((float(bars[k].get("width", 0)) / v for k, v in told.items() if v), default=0)
        for key, value in told.items():
            assert float(bars[key].get("width", 0)) == pytest.approx(longest * value, abs=0.02)
            compared += 1
    assert compared >= 3


def test_what_is_hidden_is_two_dots_everywhere(half):
    register = {row["id"]: row for row in json.loads(half["faktaregister.json"])}
    dark = {key for key, row in register.items() if row["hidden"]}
    assert dark and len(dark) < len(register)
    assert all(register[k][p] is None for k in dark for p in ("value", "numerator"))
    page = half["arsrapport.html"].decode()
    number = r'<data class="fakta" value="([^"]*)" data-fakta="(\w+)">([^<]*)</data>'
    found = re.findall(number, page)
    assert {(v, t) for v, key, t in found if key in dark} == {("..", "..")}
    drawn = re.findall(r'<(\w+)[^>]*data-fakta="(\w+)"[^>]*>([^<]*)', page)
    assert {t for tag, key, t in drawn if key in dark and tag == "text"} <= {"..", "n = .."}
    assert not [key for tag, key, _ in drawn if key in dark and tag in ("rect", "path")]
    assert b".." in b"".join(v for n, v in half.items() if n.startswith("tabeller/"))


def test_the_folder_holds_nothing_of_the_inside(half):
    names = {name for name in half if not name.startswith(("tabeller/", "arkiv/"))}
    assert names == {
        "index.html", "arsrapport.html", "arsrapport.pdf", "faktaregister.json",
        "tillganglighet.html", CRATE,
    }  # fmt: skip
    for name, content in half.items():
        for word in (b"prov.csv", b"_rad", b".ipynb", b"spar-data", b'sha256":', b"notebooks/"):
            own = name == CRATE and word == b'sha256":'  # of the folder's own files
            assert own or word not in content, (name, word)
    told = json.loads(half["faktaregister.json"])
    assert {"reads", "status", "anchor"}.isdisjoint(told[0])


def test_a_table_of_nothing_but_hidden_numbers_is_a_sentence(tmp_path, monkeypatch):
    place = w.workspace(tmp_path / "a", w.rows())
    made = w.published(place, w.closed(), tmp_path, monkeypatch)
    page = made["arsrapport.html"].decode()
    assert "visas inte: talen skulle säga för mycket om för få personer" in page
    assert "<svg" not in page and "<table" not in page
    assert not re.search(r"[0-9] ?%", page.partition("</style>")[2])
