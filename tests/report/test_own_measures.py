"""Measures of the municipality's own in kommun.toml: what is wrong is said in words that help."""

from __future__ import annotations

import datetime as dt
import shutil
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigError
from pipeline.exempel.kommun import SURVEY, toml_bytes
from pipeline.facts.dataset import codebooks, open_dataset
from pipeline.facts.fact import spliced
from pipeline.facts.own import of_year, own_measures
from pipeline.intake.clean import schema
from pipeline.report.context import Context, enter
from pipeline.report.key_figures import own_key_figures
from pipeline.report.swedish import show
from pipeline.report.tabular import KeyFigures
from pipeline.workspace import Workspace, load_kommun

GOOD = {
    "namn": '"informerade"', "titel": '"Informerade vid start"', "tabell": '"bakgrund"',
    "where": '"informerad_datum IS NOT NULL"', "of": '"startdatum IS NOT NULL"', "mal": "95",
    "riktning": '"högre"',
}  # fmt: skip


def workspace(folder: Path, *entries: dict[str, str]) -> Workspace:
    """Exempelkommun's settings with other measures."""
    settings, _, _ = toml_bytes([2025]).decode().partition("# Egna mått")
    told = "".join("[[matt]]\n" + "\n".join(f"{k} = {v}" for k, v in e.items()) + "\n"
                   for e in entries)  # fmt: skip
    raw = folder / "raw"
    (raw / "formular").mkdir(parents=True)
    (raw / "kommun.toml").write_text(settings + told, encoding="utf-8")
    shutil.copyfile(SURVEY, raw / "formular" / SURVEY.name)
    load_kommun.cache_clear()
    codebooks.cache_clear()
    return Workspace(raw, folder / "processed", folder / "reports")


def test_a_good_measure_is_read(tmp_path: Path) -> None:
    [found] = own_measures(workspace(tmp_path, GOOD))
    assert (found.namn, found.mal, found.riktning) == ("informerade", 95, "hogre")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tabell": '"bakgrunden"'}, "ingen tabell som heter ”bakgrunden”"),
        ({"where": '"informerad_datm IS NOT NULL"'}, "menas informerad_datum"),
        ({"of": '"start IS NOT NULL"'}, "of: tabellen bakgrund har ingen kolumn som heter ”start”"),
        ({"where": "\"kon = 'kvina'\""}, "”kvina” är inget svar i kolumnen kon"),
        ({"where": "\"kon IN ('man', 'kvina')\""}, "skriv ett av kvinna, man"),
        ({"where": "\"alder_vid_start >= '18'\""}, "text skrivs inom enkla citattecken, tal utan"),
        ({"where": '"alder_vid_start >="'}, "where: Villkoret"),
        ({"where": '"count(*) > 3"'}, "sätt ihop flera med AND eller OR"),
        ({"namn": '"Informerade!"'}, "små bokstäver a–z"),
        ({"titel": '""'}, "titel saknas"),
        ({"wher": '"tolk"'}, "wher är ingen inställning"),
        ({"riktning": '"uppåt"'}, "skriv ”högre” eller ”lägre”"),
        ({"mal": "0.95"}, "skriv 80, inte 0.8"),
        ({"mal": '"95 %"'}, "mal är inget tal"),
        ({"where": "true"}, "inom citattecken"),
    ],
)
def test_what_is_wrong_is_said_with_its_entry(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        own_measures(workspace(tmp_path, {**GOOD, "namn": '"forsta"'}, {**GOOD, **changed}))
    text = str(caught.value)
    assert "kommun.toml, [[matt]] nummer 2" in text and "Gör så här" in text
    assert said in text


def test_one_name_stands_once_and_entries_stand_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nummer 2 .*står två gånger"):
        own_measures(workspace(tmp_path, GOOD, GOOD))
    place = workspace(tmp_path / "annan")
    path = place.raw / "kommun.toml"
    path.write_text(path.read_text("utf-8") + '[matt]\nnamn = "a"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"skriv \[\[matt\]\] på en egen rad"):
        own_measures(place)


def test_without_of_rows_are_counted_and_with_it_a_share(tmp_path: Path) -> None:
    count = {k: v for k, v in GOOD.items() if k != "of"} | {"namn": '"antal"', "mal": "400"}
    place = workspace(tmp_path, GOOD, count)
    book = codebooks(place.raw)["bakgrund"]
    day = dt.date(2025, 2, 3)
    rows = [{"startdatum": day, "informerad_datum": day}, {"startdatum": day},
            {"informerad_datum": day}]  # fmt: skip
    out = place.processed / "2025"
    out.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema(book)), out / "bakgrund.parquet")
    data = open_dataset(place, "bakgrund", 2025, 2025)
    share, number = (of_year(m, data) for m in own_measures(place))
    assert (share.numerator, share.denominator, share.unit) == (1, 2, "andel")
    assert (number.value, number.unit) == (2, "antal")


def test_a_target_in_per_cent_is_held_against_a_share(tmp_path: Path) -> None:
    """The guideline of a measure's name is its target; `mal` of its own wins over it."""
    unset = {k: v for k, v in GOOD.items() if k != "mal"} | {"namn": '"utan_mal"'}
    place = workspace(tmp_path, GOOD | {"mal": "40"}, unset)
    day = dt.date(2025, 2, 3)
    start = [{"startdatum": day, "informerad_datum": day}, {"startdatum": day}]
    told = {"mal": 60.0, "mats_i": "procent", "riktning": "lagre"}
    targets = [{"matt": name, **told} for name in ("informerade", "utan_mal")]
    out = place.processed / "2025"
    out.mkdir(parents=True)
    for name, rows in (("bakgrund", start), ("riktlinjer", targets)):
        table = pa.Table.from_pylist(rows, schema=schema(codebooks(place.raw)[name]))
        pq.write_table(table, out / f"{name}.parquet")
    enter(Context(place, 2025, "intern"))
    own, guided = own_key_figures()
    assert (own.target.value, own.wish, show(own.met).text) == (0.4, "minst", "nås")
    assert (guided.target.value, guided.target.unit) == (Fraction(60, 100), "andel")
    assert (guided.wish, show(guided.met).text) == ("högst", "nås")
    row = dict(KeyFigures("Nyckeltal", (guided,)).grid.rows)["Informerade vid start"]
    pieces = [piece for cell in row for piece in spliced(cell) if not isinstance(piece, str)]
    text = [show(*piece).text for piece in pieces]
    assert text == ["1 av 2", "60\u00a0%", "nås"]
