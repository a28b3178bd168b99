"""The accessibility statement: what MDFFS 2019:2 asks for, in the municipality's own words where it
has written them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.publish import accessibility
from pipeline.publish.accessibility import check, statement
from pipeline.workspace import Kommun, load_kommun

from . import sample as s
from .test_html import Page

KOMMUN = Kommun(namn="Exempelkommun", kontakt="socialkontoret@exempelkommun.example")


def page(raw: Path, kommun: Kommun = KOMMUN) -> str:
    return statement(raw, kommun, s.META).page().replace("\u00a0", " ").replace("\u00ad", "")


def write(raw: Path, text: str) -> None:
    (raw / "mallar").mkdir()
    (raw / "mallar" / "tillganglighet.md").write_text(text, encoding="utf-8")


def test_it_says_what_the_regulation_asks_for(tmp_path: Path) -> None:
    made = page(tmp_path)
    for wanted in (
        "Exempelkommun", "Tillgänglighetsredogörelse för Årsrapport 2025", "delvis förenlig",
        "lagen (2018:1937)", "MDFFS 2019:2", "EN 301 549 V3.2.1", "WCAG 2.1 nivå AA",
        "Kända brister", "oskäligt betungande", "1 mars 2026",
        "Hör av dig till socialkontoret@exempelkommun.example", "tillsyn",
    ):  # fmt: skip
        assert wanted in made, wanted
    assert Page(made).links.count("https://www.digg.se/tdosanmalan") == 1
    assert "index.html" in Page(made).links
    assert "{{" not in made


def test_without_a_setting_readers_are_sent_to_the_municipality(tmp_path: Path) -> None:
    assert "Hör av dig till kommunen, på de vägar" in page(tmp_path, Kommun(namn="Exempelkommun"))
    (tmp_path / "kommun.toml").write_text('kontakt = "växeln"\n', encoding="utf-8")
    assert "Hör av dig till växeln om" in page(tmp_path, load_kommun(tmp_path))


def test_the_municipality_may_say_it_in_its_own_words(tmp_path: Path) -> None:
    write(tmp_path, "# Så tillgänglig är {{rapport}}\n\nHelt förenlig, säger {{kommun}}.\n")
    made = page(tmp_path)
    assert "Så tillgänglig är Årsrapport 2025" in made and "säger Exempelkommun" in made
    assert "delvis förenlig" not in made


@pytest.mark.parametrize(
    "text, told",
    [
        ("# T\n\nVi fick 12 klagomål.\n", "12"),
        ("# T\n\nVälkommen {{namn}}.\n", "{{namn}}"),
        ("Utan rubrik.\n", "första raden"),
    ],
)
def test_a_template_that_does_not_hold_is_refused_at_once(
    tmp_path: Path, text: str, told: str
) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError, match=r"mallar/tillganglighet\.md") as caught:
        check(tmp_path)
    assert told in str(caught.value)
    check(tmp_path / "ingen egen")


def test_the_placeholders_checked_are_those_that_get_a_value(tmp_path: Path) -> None:
    names = [f"{{{{{name}}}}}" for name in accessibility.PLACEHOLDERS]
    write(tmp_path, f"# T\n\n{' '.join(names)}\n")
    assert "{{" not in page(tmp_path)
