"""The municipality's settings as a workbook: the same as the text file, and errors by cell."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import stale
from pipeline.errors import ConfigError
from pipeline.exempel.kommun import toml_bytes
from pipeline.facts.dataset import codebooks
from pipeline.facts.own import own_measures
from pipeline.publish.settings_form import settings_form
from pipeline.run import state
from pipeline.settings_book import BOOK, PARTS, SINGLE, TOML, as_toml, read_book
from pipeline.trace.diff.parameters import changes
from pipeline.workspace import Workspace, load_kommun, read_settings
from tests.municipality import at, run, tables, write_workbook

DAY = dt.date(2026, 3, 16)
DOCUMENT: dict[str, Any] = tomllib.loads(toml_bytes([2025]).decode()) | {
    "hoppa_over": ["gammal.xlsx", "svar.xlsx!Blad 2"],
    "verksamheter": [{"kod": "hemtjanst", "namn": "Hemtjänst Norra", "alias": ["HT Norra"]}],
    "sekretess": {"troskel": 5, "sla_samman": ["tertial", "ar"], "hogst_dolda": 0.25},
    "stratsys": {"sektor": "Social", "enheter": {"familj": "Familj"}, "matt": {"nojda": "Nöjda"}},
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    load_kommun.cache_clear()
    codebooks.cache_clear()
    yield
    load_kommun.cache_clear()
    codebooks.cache_clear()


def at_book(folder: Path, alter: Callable[[Any], None] = lambda _: None) -> Path:
    """RAW with the settings as a workbook, altered as a person might."""
    book = openpyxl.load_workbook(io.BytesIO(settings_form(DOCUMENT, "Exempelkommun", DAY)))
    alter(book)
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / BOOK)
    return folder


def test_the_workbook_says_what_the_text_file_says(tmp_path: Path) -> None:
    content = settings_form(DOCUMENT, "Exempelkommun", DAY)
    assert content == settings_form(DOCUMENT, "Exempelkommun", DAY)
    assert read_book(content).document == DOCUMENT
    text = as_toml(DOCUMENT)
    assert tomllib.loads(text) == DOCUMENT
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / TOML).write_text(text, encoding="utf-8")
    assert load_kommun(at_book(tmp_path / "bok")) == load_kommun(tmp_path / "text")


def test_an_empty_workbook_gives_the_defaults(tmp_path: Path) -> None:
    (tmp_path / BOOK).write_bytes(settings_form({}, "", DAY))
    assert load_kommun(tmp_path) == load_kommun(tmp_path / "ingen mapp")


def test_every_setting_has_its_place_in_the_workbook(tmp_path: Path) -> None:
    (tmp_path / TOML).write_text("finns_inte = 1", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_kommun(tmp_path)
    known = set(re.findall(r"\w+", str(caught.value).partition("som finns: ")[2]))
    there = {c.key.split(".")[0] for c in SINGLE} | {p.section.split(".")[0] for p in PARTS}
    assert there == known


def put(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    def alter(book: Any) -> None:
        book[sheet][cell] = value

    return alter


@pytest.mark.parametrize(
    ("alter", "place", "said"),
    [
        (put("Inställningar", "B5", "snart"), "bladet Inställningar, cell B5", "ÅÅÅÅ-MM-DD"),
        (put("Inställningar", "B6", "fem"), "bladet Inställningar, cell B6", "ett heltal"),
        (put("Inställningar", "B6", 2), "bladet Inställningar, cell B6", "minst 3"),
        (put("Inställningar", "B7", "kön"), "bladet Inställningar, cell B7", "tar bara"),
        (
            put("Inställningar", "A3", "Kulör"),
            "bladet Inställningar, cell A3",
            "finns inte",
        ),
        (put("Enheter", "B3", None), "bladet Enheter, rad 3", "namn saknas"),
        (put("Enheter", "A3", "familj"), "bladet Enheter, cell A3", "står två gånger"),
        (put("Enheter", "E3", "lös"), "bladet Enheter, cell E3", "ingen rubrik"),
        (put("Insatser", "A1", "Kulör"), "bladet Insatser, cell A2", "ingen rubrik"),
        (put("Mått", "F2", "många"), "bladet Mått, cell F2", "ska vara ett tal"),
        (put("Mått", "A3", "Fel Namn"), "bladet Mått, cell A3", "går inte att använda"),
        (put("Mått", "G3", "sämre"), "bladet Mått, cell G3", "riktning"),
        (put("Instrument", "B2", -1), "bladet Instrument, cell B2", "större än noll"),
        (put("Instrument", "D2", None), "bladet Instrument, cell", "kalla stå"),
        (put("Årshjul", "A2", "vinter"), "bladet Årshjul, cell A2", "steget finns inte"),
        (put("Årshjul", "B4", "31 februari"), "bladet Årshjul, cell B4", "finns varje år"),
        (put("Möten", "A3", "i maj"), "bladet Möten, cell A3", "ÅÅÅÅ-MM-DD"),
        (
            put("Stratsys enheter", "A2", "okand"),
            "bladet Stratsys enheter, cell A2",
            "ingen",
        ),
    ],
)
def test_what_is_wrong_is_named_by_sheet_and_cell(
    tmp_path: Path, alter: Callable[[Any], None], place: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_kommun(at_book(tmp_path, alter))
    assert str(caught.value).startswith(f"kommun.xlsx, {place}"), str(caught.value)
    assert said in str(caught.value) and TOML not in str(caught.value)


def test_a_measure_of_a_table_that_is_not_there_is_named_by_cell(tmp_path: Path) -> None:
    raw = at_book(tmp_path, put("Mått", "C3", "finns_inte"))
    with pytest.raises(ConfigError, match=r"^kommun\.xlsx, bladet Mått, cell C3: det finns ingen"):
        own_measures(Workspace(raw, raw, raw))


def test_a_missing_sheet_and_a_file_that_is_no_workbook_are_told(tmp_path: Path) -> None:
    def drop(book: Any) -> None:
        del book["Inställningar"]

    with pytest.raises(ConfigError, match="bladet ”Inställningar” saknas"):
        load_kommun(at_book(tmp_path, drop))
    (tmp_path / BOOK).write_bytes(b"inget")
    load_kommun.cache_clear()
    with pytest.raises(ConfigError, match="går inte att läsa som Excel-arbetsbok"):
        load_kommun(tmp_path)


def test_both_files_are_refused(tmp_path: Path) -> None:
    raw = at_book(tmp_path)
    (raw / TOML).write_bytes(toml_bytes([2025]))
    with pytest.raises(ConfigError, match=r"Både kommun\.toml och kommun\.xlsx ligger i mappen"):
        read_settings(raw)


def test_the_settings_are_inputs_of_tables_and_edition(tmp_path: Path) -> None:
    workspace = small(tmp_path)
    assert workspace.raw / BOOK in stale.inputs_of(workspace.raw, 2025)
    tables(workspace, 2025)
    before = state.tables_before(workspace, 2025)
    state.record_tables(workspace, 2025, before)
    key = json.loads((workspace.processed / "2025" / "nyckel.json").read_text("utf-8"))
    fingerprint = next(iter(key.values()))
    assert state.fresh_tables(workspace, 2025, fingerprint)
    at_book(workspace.raw, put("Enheter", "C2", "FT"))
    assert not state.fresh_tables(workspace, 2025, fingerprint)


def test_what_differs_between_two_workbooks_is_told_in_settings(tmp_path: Path) -> None:
    import hashlib

    folders, manifests = [], []
    for name, alter in (("a", lambda _: None), ("b", put("Inställningar", "B6", 7))):
        folder = at_book(tmp_path / name, alter)
        digest = hashlib.sha256((folder / BOOK).read_bytes()).hexdigest()
        folders.append([folder])
        manifests.append({"year": 2025, "inputs": [{"name": BOOK, "sha256": digest}]})
    [told] = changes(manifests[0], manifests[1], *folders)
    assert told.text() == "kommun.xlsx: sekretess.troskel: 5 → 7"
    assert "+troskel = 7" in told.diff


def small(folder: Path) -> Workspace:
    workspace = at(folder)
    at_book(workspace.raw)
    rows = [["Enhet", "Insats utan individuell bedömning", "Månad", "Antal tillfällen"],
            ["Familjeteamet", "Komet", "Mars", 3]]  # fmt: skip
    write_workbook(workspace.raw / "2025" / "volymer.xlsx", {"Svar": rows})
    return workspace


def test_forms_write_the_present_settings_and_are_read_back(tmp_path: Path) -> None:
    workspace = small(tmp_path)
    done = run(workspace, "forms", "--year", "2025")
    assert done.returncode == 0, done.stderr
    made = workspace.reports / "blanketter" / "2025" / BOOK
    assert read_book(made.read_bytes()).document == DOCUMENT
    shutil.copyfile(made, workspace.raw / BOOK)
    assert load_kommun(workspace.raw).sekretess.hogst_dolda == 0.25
