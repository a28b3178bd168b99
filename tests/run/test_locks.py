"""A tertial is locked by its completed form; later changes in its rows are told cell by cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.disposal.record import Disposal, DisposedFile, write_record
from pipeline.errors import UppfoljningError
from pipeline.facts.dataset import codebooks
from pipeline.intake.year import clean_year
from pipeline.run import locks
from pipeline.trace import raw_values
from pipeline.trace.cellset import Cell, Sheet
from pipeline.trace.lock.record import heads, read, write
from pipeline.trace.raw_values import RawFiles
from pipeline.trace.tables import Tables
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace, load_kommun

YEAR = 2025
KOMMUN = """namn = "Exempelkommun"
kod = "9999"
[[enheter]]
kod = "norr"
namn = "Norr"
[[enheter]]
kod = "soder"
namn = "Söder"
[[insatser]]
namn = "MET"
[[insatser]]
namn = "KBT"
"""
Rows = list[list[Any]]
BACKGROUND = ["Insats-id", "Enhet", "Insats", "Startdatum", "Kön", "Ålder vid start"]
CLOSING = ["Insats-id", "När avslutades insatsen?", "Vem svarar?", "Varför avslutades insatsen?",
           "Motsvarade insatsen dina behov?"]  # fmt: skip
FORM = ["År", "Tertial", "Enhet", "Sammanställd av (roll)", "Sammanställd den"]
LATE_ENOUGH = dt.datetime(2025, 6, 14)  # 45 days after the last of April


def day(month: int, number: int) -> dt.datetime:
    return dt.datetime(YEAR, month, number)


@dataclass
class Files:
    """What lies in RAW/2025: A1 and A2 begin in T1 in Norr, A3 in Söder, A4 in T2; A1 ends in
    T1, A4 in T3, and A5, which began in T2 the year before, in T1."""

    start: Rows = field(default_factory=lambda: [
        ["A1", "Norr", "MET", day(1, 20), "Kvinna", 31],
        ["A2", "Norr", "KBT", day(3, 3), "Man", 44],
        ["A3", "Söder", "MET", day(2, 10), "Kvinna", 28],
        ["A4", "Norr", "MET", day(5, 12), "Man", 52],
    ])  # fmt: skip
    end: Rows = field(default_factory=lambda: [
        ["A1", day(4, 10), "Klient", "Planenligt avslut", "Ja, helt"],
        ["A4", day(9, 9), "Klient", "Planenligt avslut", "Delvis"],
        ["A5", day(4, 11), "Klient", "Klienten uteblev", "Nej"],
    ])  # fmt: skip
    before: Rows = field(default_factory=lambda: [
        ["A5", "Norr", "KBT", dt.datetime(2024, 6, 3), "Man", 60],
    ])  # fmt: skip
    form: Rows = field(default_factory=lambda: [
        [YEAR, "T1", "Norr", "Enhetschef", LATE_ENOUGH],
    ])  # fmt: skip


class Municipality:
    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder / "raw", folder / "processed", folder / "reports")
        self.files = Files()
        self.written: list[Path] = []
        for year in (2024, YEAR):
            (self.workspace.raw / str(year)).mkdir(parents=True, exist_ok=True)
        (self.workspace.raw / "kommun.toml").write_text(KOMMUN, encoding="utf-8")

    def read(self, *years: int) -> None:
        """The files of these years as they are now, cleaned and validated."""
        load_kommun.cache_clear()
        codebooks.cache_clear()
        for year in years:
            out = self.workspace.processed / str(year)
            shutil.rmtree(out, ignore_errors=True)
            self._save(year, self._books(year))
            clean_year(self.workspace, year, out)
            validate_year(self.workspace, year, out)

    def _books(self, year: int) -> dict[str, Rows]:
        files = self.files
        if year != YEAR:
            return {"start.xlsx": [BACKGROUND, *files.before]}
        return {
            "start.xlsx": [BACKGROUND, *files.start], "slut.xlsx": [CLOSING, *files.end],
            "form.xlsx": [FORM, *files.form],
        }  # fmt: skip

    def _save(self, year: int, books: dict[str, Rows]) -> None:
        for name, rows in books.items():
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            sheet.title = "Svar"
            for row in rows:
                sheet.append(row)
            book.save(self.workspace.raw / str(year) / name)

    def lock(self) -> list[Path]:
        return locks.lock(self.workspace, YEAR, lambda _: None)

    def told(self) -> dict[str, Any]:
        locks.write_changes(self.workspace, YEAR, lambda _: None)
        path = self.workspace.processed / str(YEAR) / "las.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def changed(self, *years: int) -> list[dict[str, Any]]:
        """What the next report tells of files of these years that have been changed."""
        self.read(*(years or (YEAR,)))
        assert self.lock() == []  # a lock is written once
        found: list[dict[str, Any]] = self.told()["andringar"]
        return found


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Municipality:
    made = Municipality(tmp_path_factory.mktemp("last"))
    made.read(2024, YEAR)
    made.written = made.lock()
    return made


@pytest.fixture
def place(locked: Municipality, tmp_path: Path) -> Municipality:
    """The municipality where T1 is locked for Norr, to be changed."""
    folder = tmp_path / "kommun"
    shutil.copytree(locked.workspace.raw.parent, folder)
    made = Municipality(folder)
    made.written = locked.written
    return made


def places(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(e["adress"], e["andring"]) for e in found]


def moved(found: list[dict[str, Any]], address: str) -> set[str]:
    return next(set(e["andrade"]) for e in found if e["adress"] == address)


def test_a_changed_cell_is_named_with_the_numbers_that_it_moved(place: Municipality) -> None:
    place.files.start[0][4] = "Man"
    found = place.changed()
    assert places(found) == [("start.xlsx!Svar!E2", "ändrad")]
    assert found[0]["uppgift"] == "Kön" and found[0]["lasta"] == ["Norr, T1 2025"]
    # One woman and one man became two men: each class's number and share, and no other number.
    assert set(found[0]["andrade"]) == {
        f"Kön, påbörjade insatser, Norr T1 (Kön: {kon})" for kon in ("Kvinna", "Man")
    }
    assert "Kön (Kön: Man)" in found[0]["raknas"]
    assert not any("Ålder" in title or "Söder" in title for title in found[0]["raknas"])


def test_answers_keys_and_rows_that_came_are_told_each_at_its_place(place: Municipality) -> None:
    place.files.end[0][4] = "Delvis"
    place.files.start[1][0] = "A22"
    place.files.start.append(["A9", "Norr", "MET", day(4, 30), "Kvinna", 19])
    place.files.start[3][3] = day(4, 29)  # from the second tertial into the first
    found = place.changed()
    assert sorted(places(found)) == [
        ("slut.xlsx!Svar!E2", "ändrad"),
        ("start.xlsx!Svar!5:5", "tillkommen rad"),
        ("start.xlsx!Svar!6:6", "tillkommen rad"),
        ("start.xlsx!Svar!A3", "ändrad"),  # and not one row gone and another come
    ]
    assert {t.partition("(")[2] for t in moved(found, "slut.xlsx!Svar!E2")} == {
        "Motsvarade insatsen dina behov?: Delvis)", "Motsvarade insatsen dina behov?: Ja, helt)",
    }  # fmt: skip
    assert "Påbörjade insatser, Norr T1" in moved(found, "start.xlsx!Svar!6:6")


def test_a_row_that_is_gone_or_in_quarantine_is_told(place: Municipality) -> None:
    place.files.start[1][1] = "Öster"  # no unit: the row goes to quarantine
    del place.files.start[0]
    found = place.changed()
    assert places(found) == [
        ("start.xlsx!Svar!B2", "ändrad"), ("start.xlsx!Svar!2:2", "borttagen rad"),
    ]  # fmt: skip
    assert all("Påbörjade insatser, Norr T1" in e["andrade"] for e in found)
    assert found[1]["raknas"] == []  # nobody can tell what a row counted in that is not there


def test_what_is_looked_up_counts_when_it_moves_the_tertials_numbers(place: Municipality) -> None:
    place.files.before[0][2] = "MET"  # the insats that was broken off
    place.files.before[0][4] = "Kvinna"  # brought in too, but no number of the tertial's has it
    found = place.changed(2024, YEAR)
    assert places(found) == [("2024/start.xlsx!Svar!C2", "ändrad")]
    assert {t.partition("(")[2] for t in found[0]["andrade"]} == {"Insats: KBT)", "Insats: MET)"}


def test_nothing_is_said_of_what_is_outside(place: Municipality) -> None:
    place.files.start[2][4] = "Man"  # another unit
    place.files.start[3][4] = "Kvinna"  # another tertial
    place.files.end[1][4] = "Nej"  # an end in another tertial
    place.files.start.reverse()  # the same rows in another order
    assert place.changed() == []


def test_a_destroyed_row_is_no_change(place: Municipality) -> None:
    place.files.start[1] = [None] * 6
    gone = DisposedFile("2025/start.xlsx", "a" * 64, "b" * 64, {"Svar": (3,)})
    disposal = Disposal("SN 2026/1", YEAR, "nämnd", "2026-02-01", (gone,), {}, {})
    write_record(place.workspace.raw, disposal)
    assert place.changed() == []


def test_an_early_form_locks_nothing_and_says_when_it_would(place: Municipality) -> None:
    shutil.rmtree(place.workspace.raw / str(YEAR) / "protokoll")
    place.files.form[0][4] = dt.datetime(2025, 6, 13)
    place.files.start[0][4] = "Man"
    assert place.changed() == []
    [norr] = [e for e in place.told()["las"] if e["enhet"] == "Norr" and e["tertial"] == "T1"]
    assert norr["text"].startswith("Inte låst") and "tidigast 2025-06-14" in norr["text"]


@pytest.mark.parametrize(
    ("tertial", "date", "locks_it"),
    [
        ("T1", dt.date(2025, 6, 13), False), ("T1", dt.date(2025, 6, 14), True),
        ("T2", dt.date(2025, 10, 14), False), ("T2", dt.date(2025, 10, 15), True),
        ("T3", dt.date(2026, 2, 13), False), ("T3", dt.date(2026, 2, 14), True),
        ("T1", None, False),
    ],
)  # fmt: skip
def test_a_form_locks_45_days_after_its_tertial(
    tertial: str, date: dt.date | None, locks_it: bool
) -> None:
    assert (locks.Completed(YEAR, tertial, "norr", "Enhetschef", date).lacks == "") is locks_it
    assert locks.Completed(YEAR, tertial, "norr", "", date).lacks


def test_a_lock_holds_no_value(locked: Municipality) -> None:
    [record] = locked.written
    assert record.name == "T1-norr.json"
    text = record.read_text(encoding="utf-8")
    for value in ("A1", "A2", "A5", "Kvinna", "MET", "2025-01-20", "Ja, helt"):
        assert value not in text


def test_a_lock_is_never_written_again(place: Municipality) -> None:
    path = place.workspace.raw / str(YEAR) / "protokoll" / "las" / "T1-norr.json"
    before = path.read_bytes()
    lock = read(path)
    write(place.workspace.raw, replace(lock, by="Någon annan"))
    assert path.read_bytes() == before


def test_a_lock_made_with_another_key_says_that_changes_cannot_be_seen(
    place: Municipality,
) -> None:
    path = place.workspace.raw / str(YEAR) / "protokoll" / "las" / "T1-norr.json"
    lock = read(path)
    path.unlink()
    write(place.workspace.raw, replace(lock, key="0" * 16))
    told = place.told()
    assert told["andringar"] == []
    assert any("Nyckeln har bytts" in e["text"] for e in told["las"] if e["enhet"] == "Norr")


def test_a_column_read_alone_says_what_its_cells_say_one_by_one(place: Municipality) -> None:
    tables = Tables(place.workspace, YEAR)
    files, alone = RawFiles(tables), RawFiles(tables)
    compared = 0
    for table in ("bakgrund", "avslut"):
        for sheet in tables.sheets(table, YEAR):
            rows = tables.raw_rows(sheet).nonzero()[0].tolist()
            for name, letters in tables.sources[YEAR][sheet.kalla]["columns"].items():
                for letter in letters:
                    cells = [files.record(Cell(sheet, r, name, letter))["raw"] for r in rows]
                    assert alone.raws(sheet, name, letter, rows) == cells
                    compared += len(cells)
    assert compared == 4 * 6 + 3 * 5, "every cell of the two forms"


class Remarks(dict[int, list[Any]]):
    """What validation has said of a column, and how often somebody went through it."""

    passes = 0

    def __iter__(self) -> Iterator[int]:
        self.passes += 1
        return super().__iter__()


def test_what_is_said_of_a_column_is_gone_through_once_not_once_a_cell() -> None:
    said = Remarks({3: [("flaggad", "skäl", "")]})
    sheet = Sheet(YEAR, "slut.xlsx!Svar")
    place = {"year": YEAR, "file": "slut.xlsx", "sha256": "", "sheet": "Svar"}
    column = raw_values._Column(Cell(sheet, 0, "insats_id", ""), place, None, None, None, said)
    told = [column.records([row])[0]["rules"] for row in range(1, 50)]
    assert [bool(rules) for rules in told] == [row == 3 for row in range(1, 50)]
    assert said.passes == 1


def test_a_record_is_read_as_it_was_written_and_a_head_is_all_but_its_rows(
    place: Municipality,
) -> None:
    [path] = (place.workspace.raw / str(YEAR) / "protokoll" / "las").glob("*.json")
    whole = read(path)
    assert json.loads(path.read_text(encoding="utf-8")) == whole.json()
    [head] = heads(place.workspace.raw, YEAR)
    assert head == replace(whole, groups=(), facts={})
    damaged = json.loads(path.read_text(encoding="utf-8"))
    row = next(iter(damaged["rader"][0]["rader"].values()))
    row[1] = row[1].rpartition(" ")[0]
    path.write_text(json.dumps(damaged), encoding="utf-8")
    with pytest.raises(UppfoljningError, match="går inte att läsa"):
        read(path)
