"""What goes to Stratsys: numbers as the public edition shows them, text that survives a round trip,
and verification that reads the text by its own code."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError, UppfoljningError
from pipeline.publish.stratsys import Line, lines, text, values
from pipeline.trace.verify.stratsys import stratsys_differences
from pipeline.workspace import Kommun, Option, Stratsys, load_kommun

YEAR, DAY = 2025, dt.date(2025, 12, 31)
KOMMUN = Kommun(
    sektor="Öppenvård",
    enheter=(Option("fam", "Familjeteamet"), Option("vux", "Vuxenteamet")),
    stratsys=Stratsys(enheter={"vux": "Enhet Vuxen"}),
)


def record(name: str, value: float | None, **more: Any) -> dict[str, Any]:
    own = {"name": name, "title": name.capitalize(), "scope": {}, "period": "2025", "kind": "share",
           "unit": "andel", "value": value, "denominator": None, "hidden": False}  # fmt: skip
    return own | more


RECORDS = [
    record("nojda", 0.865),
    record("nojda", 0.8, period="2024"),
    record(
        "nojda", None, title="Nojda (Enhet: Familjeteamet)", scope={"enhet": "fam"}, hidden=True
    ),
    record("nojda", 0.5, title="Nojda (Enhet: Vuxenteamet)", scope={"enhet": "vux"}),
    record("nojda", 0.4, title="Nojda (Kön: Kvinna)", scope={"kon": "kvinna"}),
    record("nojda", 0.4, title="Nojda (Enhet: båda)", scope={"enhet": ["fam", "vux"]}),
    record("f", 0.75, denominator=8),
    record("dagar", 13.5, kind="mean", unit=""),
    record("andra", 12.0, kind="count", unit="antal"),
]


def test_numbers_are_those_that_the_public_edition_shows() -> None:
    sent, left = values(RECORDS, KOMMUN, YEAR, ["nojda", "f", "dagar"])
    assert text(sent) == (
        "Öppenvård\t2025-12-31\tNojda\t86,5\r\n"
        "Enhet Vuxen\t2025-12-31\tNojda\t50\r\n"
        "Öppenvård\t2025-12-31\tDagar\t13,5\r\n"
    )
    assert [(one.unit, one.measure) for one in left] == [
        ("Familjeteamet", "Nojda"), ("Öppenvård", "F"),
    ]  # fmt: skip


def test_measures_are_called_as_the_settings_say() -> None:
    named = Kommun(sektor="S", stratsys=Stratsys("Sektor\tett", {}, {"andra": "Mått 2", "x": "X"}))
    sent, left = values(RECORDS, named, YEAR, list(named.stratsys.matt))
    assert text(sent) == "Sektor ett\t2025-12-31\tMått 2\t12\r\n"
    assert [one.measure for one in left] == ["X"] and "heter x" in left[0].why


def test_a_units_name_may_hold_parentheses(tmp_path: Path) -> None:
    units = Kommun(sektor="S", enheter=(Option("a", "Team (A): nord"),))
    title = "Nöjda (4 eller 5) (Enhet: Team (A): nord)"
    sent, _ = values([record("n", 0.5, title=title, scope={"enhet": "a"})], units, YEAR, ["n"])
    assert text(sent) == "Team (A): nord\t2025-12-31\tNöjda (4 eller 5)\t50\r\n"
    path = tmp_path / "matt.txt"
    path.write_bytes(text(sent).encode("utf-8-sig"))
    fact = {"name": "n", "title": title, "scope": '{"enhet":"a"}', "period": "2025", "status": "ok"}
    shown = [{"fact": "x", "part": "value", "text": "50\u00a0%"}]
    assert not list(stratsys_differences(path, {"x": fact}, shown, units, YEAR))


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).map(
    lambda t: " ".join(t.split()) or "x"
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9))
LINES = st.builds(Line, NAMES, st.dates(), NAMES, NUMBERS)


@settings(max_examples=200, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.lists(LINES))
def test_what_is_written_is_read_back(given: list[Line]) -> None:
    assert list(lines(text(given))) == given
    assert text(lines(text(given))) == text(given)


def test_a_line_of_another_shape_is_told_by_its_number() -> None:
    with pytest.raises(UppfoljningError, match="rad 2"):
        list(lines("a\t2025-12-31\tb\t1\r\na\tb\t1\r\n"))


FACTS = {
    "a": {"name": "nojda", "title": "Nöjda", "scope": "{}", "period": "2025", "status": "ok"},
    "b": {"name": "nojda", "title": "Nöjda (Enhet: Familjeteamet)", "scope": '{"enhet":"fam"}',
          "period": "2025", "status": "dold"},
    "c": {"name": "nojda", "title": "Nöjda (Enhet: Vuxenteamet)", "scope": '{"enhet":"vux"}',
          "period": "2025", "status": "ok"},
}  # fmt: skip
SHOWN = [
    {"fact": "a", "part": "value", "text": "86,50\u00a0%"},
    {"fact": "a", "part": "n", "text": "74"},
    {"fact": "b", "part": "value", "text": ".."},
    {"fact": "c", "part": "value", "text": "6 av 8"},
]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Öppenvård\t2025-12-31\tNöjda\t86,5", False),
        ("Öppenvård\t2025-12-31\tNöjda\t86,4", True),
        ("Öppenvård\t2025-12-31\tNöjda\t74", True),  # the n is no value
        ("Öppenvård\t2024-12-31\tNöjda\t86,5", True),
        ("Familjeteamet\t2025-12-31\tNöjda\t86,5", True),  # hidden
        ("Enhet Vuxen\t2025-12-31\tNöjda\t6", True),  # told as 6 of 8
        ("Öppenvård\t2025-12-31\tAndra\t1", True),
        ("Öppenvård;2025-12-31;Nöjda;86,5", True),
    ],
)
def test_verification_reads_each_line_against_what_is_shown(
    tmp_path: Path, line: str, wrong: bool
) -> None:
    path = tmp_path / "matt.txt"
    path.write_bytes(f"{line}\r\n".encode("utf-8-sig"))
    found = list(stratsys_differences(path, FACTS, SHOWN, KOMMUN, YEAR))
    assert bool(found) == wrong


def test_a_unit_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "kommun.toml").write_text(
        '[[enheter]]\nkod = "fam"\nnamn = "F"\n[stratsys.enheter]\nfma = "F"\n', encoding="utf-8"
    )
    load_kommun.cache_clear()
    with pytest.raises(ConfigError, match="fma är ingen enhets kod"):
        load_kommun(tmp_path)


def test_decimals_keep_their_value() -> None:
    assert text([Line("a", DAY, "b", Decimal("1E+3"))]).endswith("\t1000\r\n")
