"""Forms out and back: every form is made from its codebook alone, filled in by a program, and read
by the real intake without a word of mapping."""

from __future__ import annotations

import datetime as dt
import io
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from pipeline.exempel.kommun import kommun, toml_bytes
from pipeline.facts.dataset import codebooks
from pipeline.forms.codebook import Codebook, Field, load_codebooks, read_codebook
from pipeline.intake.raw import NotRead, Recognised
from pipeline.intake.recognise import recognise
from pipeline.intake.stamp import stamp_of
from pipeline.intake.workbook import read_workbook
from pipeline.intake.year import clean_year
from pipeline.publish.form_book import HEADER, FormSheet, form_bytes, sheet_name
from pipeline.publish.form_fields import form_columns
from pipeline.run.blanketter import forms
from pipeline.workspace import REPO, Workspace, load_kommun
from tests.municipality import at

DAY = dt.date(2026, 3, 16)
YEAR = 2026
ANSWERS = 200
SURVEY = REPO / "pipeline" / "exempel" / "brukarenkat.json"
BOOKS = load_codebooks(kommun()) | {"brukarenkat": read_codebook(SURVEY, kommun())}
FILLED = sorted(n for n, b in BOOKS.items() if b.kind != "comparator")
WRONG = {"integer": "tolv", "number": "mycket", "date": "i våras", "boolean": "kanske"}
Row = dict[str, Any]


def form(book: Codebook, **more: Any) -> bytes:
    return form_bytes([FormSheet(book, book.title, **more)], "Exempelkommun", DAY)


def read(content: bytes) -> list[Recognised]:
    found = [recognise(raw, BOOKS) for raw in read_workbook(content, "blankett.xlsx", "")]
    return [f for f in found if isinstance(f, Recognised)]


@pytest.mark.parametrize("name", FILLED)
def test_an_empty_form_is_known_by_its_headers_alone(name: str) -> None:
    book = BOOKS[name]
    content = form(book)
    assert content == form(book)
    [made] = read(content)
    assert (made.codebook.name, made.header_row, made.rows) == (name, HEADER, ())
    assert set(made.columns) == {f.name for f in book.fields} and made.unread == ()
    assert made.note.endswith("Blanketten är inte ifylld.")
    for column, at_ in ((c, i) for i, c in enumerate(form_columns(book))):
        assert made.columns[column.field.name][column.option or 0] == at_


def test_a_form_is_protected_but_for_what_is_filled_in_and_says_how() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(BOOKS["uppfoljningsplan"])))
    sheet = book.worksheets[0]
    assert sheet.protection.sheet and sheet.protection.password is None
    assert all(c.protection.locked for c in sheet[HEADER])
    for row in (HEADER + 1, HEADER + 200):
        assert not any(c.protection.locked for c in sheet[row])
    assert book.worksheets[1].title == "Så fyller du i"
    rules = {str(r.sqref).split(":")[0].rstrip("0123456789"): r for r in
             sheet.data_validations.dataValidation}  # fmt: skip
    header = [c.value for c in sheet[HEADER]]
    day = openpyxl.utils.get_column_letter(header.index("Besöksdatum") + 1)
    assert rules[day].type == "date" and sheet[f"{day}{HEADER + 1}"].number_format == "yyyy-mm-dd"
    unit = openpyxl.utils.get_column_letter(header.index("Verksamhet som följs upp") + 1)
    place, cells = book.defined_names[rules[unit].formula1].attr_text.split("!")
    units = [c.value for (c,) in book[place][cells.replace("$", "")]]
    assert units == [o.label for o in kommun().verksamheter]
    assert book[place].sheet_state == "hidden"
    area = header.index("Områden som följs upp [Ledning och samverkan]") + 1
    assert rules[openpyxl.utils.get_column_letter(area)].type == "list"
    assert all(len(r.prompt) <= 255 and len(r.promptTitle) <= 32 for r in rules.values())


def test_labels_that_would_be_misread_give_way_to_what_is_read(tmp_path: Path) -> None:
    doc = """{"name": "udda", "title": "Udda", "fields": [
      {"name": "a", "title": "Samma rubrik", "type": "string"},
      {"name": "b", "title": "Samma rubrik:", "type": "integer", "missingValues": ["Lika"],
       "categories": [{"value": 1, "label": "Lika"}, {"value": 2, "label": "Två"}]}]}"""
    path = tmp_path / "udda.json"
    path.write_text(doc, encoding="utf-8")
    book = read_codebook(path, kommun())
    assert [c.header for c in form_columns(book)] == ["Samma rubrik", "b"]
    made = openpyxl.load_workbook(io.BytesIO(form(book)))
    assert [c.value for c in made["Listor"]["A"]] == ["1 – Lika", "Två"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bakgrundsinformation vid påbörjad insats (bilaga 1)", "Bakgrundsinformation"),
        ("Enkät till medarbetare, beställare och samarbetspartner", "Enkät till medarbetare"),
        ("Kort: titel", "Kort titel"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_form_names_its_sheet_within_what_excel_takes(title: str, name: str) -> None:
    assert sheet_name(title) == name


def test_an_outdated_form_says_so_and_is_read() -> None:
    book = BOOKS["volymer"]
    content = form(book, rows=[{"enhet": "familj", "insats": "komet", "manad": 3}])
    old = stamp_of(book).digest
    made = openpyxl.load_workbook(io.BytesIO(content))
    stamp = made.worksheets[0].cell(HEADER - 1, 1)
    assert stamp.value == f"Blankett volymer, version {old}"
    stamp.value = "Blankett volymer, version 0123456789ab"
    altered = io.BytesIO()
    made.save(altered)
    [current], [outdated] = read(content), read(altered.getvalue())
    assert "äldre kodbok" not in current.note and "äldre kodbok" in outdated.note
    assert outdated.rows == current.rows == (HEADER + 1,)


def test_prefilled_rows_that_nobody_has_filled_in_are_no_rows() -> None:
    rows = [{"besok_id": "V2025-01", "nr": n} for n in (1, 2, 3)]
    content = form(BOOKS["korrektur"], rows=rows, prefilled=["besok_id", "nr"], empty=0)
    made = openpyxl.load_workbook(io.BytesIO(content))
    sheet = made.worksheets[0]
    sheet.cell(HEADER + 2, 3, "Inledningen")
    sheet.cell(HEADER + 2, 4, "Stavfel.")
    altered = io.BytesIO()
    made.save(altered)
    [found] = read(altered.getvalue())
    assert found.rows == (HEADER + 2,) and "Raderna 6, 8 är förifyllda" in found.note


# Two hundred answers and twenty mistakes, by the whole of intake.


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, list[Row]]]:
    """`make forms`, two hundred rows of answers written in the forms, saved in RAW."""
    workspace = at(tmp_path_factory.mktemp("blanketter"))
    (workspace.raw / "formular").mkdir(parents=True)
    (workspace.raw / "kommun.toml").write_bytes(toml_bytes([2025]))
    shutil.copyfile(SURVEY, workspace.raw / "formular" / SURVEY.name)
    load_kommun.cache_clear()
    codebooks.cache_clear()
    told: list[str] = []
    out = forms(workspace, YEAR, None, told.append)
    assert {p.stem for p in out.glob("*.xlsx")} == {*FILLED, "kommun"} and len(told) == len(
        FILLED
    ) + 1
    rng = random.Random(20260316)
    given: dict[str, list[Row]] = {}
    for i in range(ANSWERS):
        name = FILLED[i % len(FILLED)]
        rows = given.setdefault(name, [])
        while (row := answers(BOOKS[name], rng, i)) and any(
            same(BOOKS[name], row, r) for r in rows
        ):
            pass
        rows.append(row)
    (workspace.raw / str(YEAR)).mkdir()
    for name, rows in given.items():
        book = openpyxl.load_workbook(out / f"{name}.xlsx")
        write(book.worksheets[0], BOOKS[name], rows)
        book.save(workspace.raw / str(YEAR) / f"{name}.xlsx")
    return workspace, given


def same(book: Codebook, a: Row, b: Row) -> bool:
    return bool(book.primary_key) and all(a[k] == b[k] for k in book.primary_key)


def answers(book: Codebook, rng: random.Random, number: int) -> Row:
    """A random answer to every question of a form, or to most of them."""
    keys = {*book.primary_key, *(f.name for f in book.fields if f.required)}
    return {
        f.name: answer(f, rng, number) if f.name in keys or rng.random() < 0.8 else None
        for f in book.fields
    }


def answer(f: Field, rng: random.Random, number: int) -> Any:
    if f.type == "list":
        options = [str(c.value) for c in f.substantive]
        return set(rng.sample(options, rng.randint(1, min(4, len(options)))))
    if f.categories and (f.type == "string" or f.substantive):
        usable = f.substantive if f.required else f.categories
        return rng.choice(usable).value
    match f.type:
        case "boolean":
            return rng.random() < 0.5
        case "date":
            return dt.date(2026, 1, 1) + dt.timedelta(days=rng.randrange(365))
        case "integer":
            return rng.randint(int(f.minimum or 0), int(f.maximum or 300))
        case "number":
            return rng.randint(0, 40) / 4
    letters = "".join(rng.choices("abdefghijklmnoprstuvyåäö", k=6))
    if f.pattern or f.identifies:
        return f"ord{''.join(chr(97 + int(d)) for d in str(number))}"
    return f"Svar {letters}"


def write(sheet: Any, book: Codebook, rows: list[Row]) -> None:
    """As a person fills the form in: by header, in the labels of the lists."""
    at_ = {str(c.value): c.column for c in sheet[HEADER]}
    for number, row in enumerate(rows, start=HEADER + 1):
        for f in book.fields:
            value = row[f.name]
            if value is None:
                continue
            if f.type == "list":
                for c in f.categories:
                    if str(c.value) in value:
                        sheet.cell(number, at_[f"{f.title} [{c.label}]"]).value = "Ja"
                continue
            label = next((c.label for c in f.categories if c.value == value), value)
            if isinstance(value, bool):
                label = "Ja" if value else "Nej"
            sheet.cell(number, at_[f.title]).value = label


def cleaned(workspace: Workspace, out: Path) -> dict[str, list[Row]]:
    load_kommun.cache_clear()
    codebooks.cache_clear()
    clean_year(workspace, YEAR, out)
    return {p.stem: pq.read_table(p).to_pylist() for p in (out / "rensat").glob("*.parquet")}


def expected(book: Codebook, row: Row) -> Iterator[tuple[str, Any]]:
    for f in book.fields:
        value = row[f.name]
        if f.type == "list":
            for c in f.substantive:
                yield f.option_column(c.value), None if value is None else str(c.value) in value
            continue
        missing = {c.value for c in f.categories if c.missing}
        if f.has_missing_categories:
            yield f.bortfall_column, str(value) if value in missing else None
        if not f.identifies:  # a pseudonym
            yield f.name, None if value in missing else value


def assert_read(found: dict[str, list[Row]], given: dict[str, list[Row]]) -> int:
    read_ = 0
    for name, rows in given.items():
        made = sorted(found[name], key=lambda r: r["_rad"])
        assert len(made) == len(rows), name
        for row, got in zip(rows, made, strict=True):
            for column, value in expected(BOOKS[name], row):
                assert got[column] == value, (name, column, got["_rad"])
            read_ += 1
    return read_


def test_two_hundred_answers_are_read_as_they_were_given(
    filled: tuple[Workspace, dict[str, list[Row]]], tmp_path: Path
) -> None:
    workspace, given = filled
    found = cleaned(workspace, tmp_path)
    assert assert_read(found, given) == ANSWERS
    assert found["fel"] == [] and found["dubbletter"] == []


def test_twenty_mistakes_are_named_by_their_cells_and_nothing_else_is(
    filled: tuple[Workspace, dict[str, list[Row]]], tmp_path: Path
) -> None:
    workspace = at(tmp_path)
    shutil.copytree(filled[0].raw, workspace.raw)
    rng = random.Random(7)
    places = [
        (n, i, f)
        for n, rows in filled[1].items()
        for i in range(len(rows))
        for f in BOOKS[n].fields
        if f.type in WRONG or (f.categories and f.type == "string")
    ]
    wrong: dict[str, str] = {}
    for name, i, f in rng.sample(places, 20):
        path = workspace.raw / str(YEAR) / f"{name}.xlsx"
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        [cell] = [c for c in sheet[HEADER] if c.value == f.title]
        put = sheet.cell(HEADER + 1 + i, cell.column)
        put.value = WRONG.get(f.type, "Qqq")
        book.save(path)
        wrong[f"{name}.xlsx!{sheet.title}!{put.coordinate}"] = f.name
    found = cleaned(workspace, tmp_path / "ut")
    assert len(wrong) == 20
    assert {e["adress"]: e["falt"] for e in found["fel"]} == wrong
    assert not any(text in e["orsak"] for e in found["fel"] for text in ("Qqq", *WRONG.values()))
    assert sum(map(len, filled[1].values())) == sum(
        len(rows) for name, rows in found.items() if name in filled[1]
    )


def test_libreoffice_opens_and_saves_the_forms_and_they_still_read(
    filled: tuple[Workspace, dict[str, list[Row]]], tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) finns inte här")
    workspace, saved = at(tmp_path), tmp_path / "raw" / str(YEAR)
    shutil.copytree(filled[0].raw, workspace.raw, ignore=shutil.ignore_patterns(str(YEAR)))
    files = [str(p) for p in sorted((filled[0].raw / str(YEAR)).glob("*.xlsx"))]
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved), *files],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    found = cleaned(workspace, tmp_path / "ut")
    assert assert_read(found, filled[1]) == ANSWERS and found["fel"] == []
    kept = openpyxl.load_workbook(saved / "uppfoljningsplan.xlsx").worksheets[0]
    assert kept.protection.sheet and kept.data_validations.dataValidation


# What a person does in LibreOffice: a cell changed, a row filled in, saved.
MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">Sub Main
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToUrl("{source}"), "_blank", 0, hidden())
  sheet = doc.Sheets.getByIndex(0)
{edits}
  Dim out(0) As New com.sun.star.beans.PropertyValue
  out(0).Name = "FilterName"
  out(0).Value = "{kind}"
  doc.storeToURL(ConvertToUrl("{target}"), out())
  doc.close(True)
End Sub
</script:module>
"""


def in_libreoffice(office: str, folder: Path, **macro: str) -> None:
    """Run the macro. LibreOffice makes its profile at the first start, and then reads the macro."""
    profile = folder / "profil"
    start = [office, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    module = profile / "user" / "basic" / "Standard" / "Module1.xba"
    if not module.is_file():
        subprocess.run([*start, "--terminate_after_init"], capture_output=True, timeout=300)
    module.write_text(MACRO.format(**macro), encoding="utf-8")
    subprocess.run(
        [*start, "macro:///Standard.Module1.Main"], check=True, capture_output=True, timeout=300
    )


def test_a_form_edited_and_saved_in_libreoffice_reads_with_what_was_written(
    filled: tuple[Workspace, dict[str, list[Row]]], tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) finns inte här")
    name = "volymer"
    book = BOOKS[name]
    source = filled[0].raw / str(YEAR) / f"{name}.xlsx"
    sheet = openpyxl.load_workbook(source).worksheets[0]
    letters = {str(c.value): c.column_letter for c in sheet[HEADER]}
    rows = [dict(row) for row in filled[1][name]]
    unit, month = (book.field(n).categories for n in ("enhet", "manad"))
    taken = {tuple(r[k] for k in book.primary_key) for r in rows}
    rows[0] |= {"tillfallen": 4711, "deltagare": None}
    rows.append({f.name: None for f in book.fields} | next(
        new for m in month for u in unit
        if (new := {"enhet": u.value, "insats": rows[0]["insats"], "manad": m.value,
                    "tillfallen": 5})
        and tuple(new.get(k) for k in book.primary_key) not in taken
    ))  # fmt: skip
    edits = []
    for number, wanted in ((1, rows[0]), (len(rows), rows[-1])):
        for f in book.fields:
            value = wanted[f.name]
            label = next((c.label for c in f.categories if c.value == value), value)
            at_ = f'sheet.getCellRangeByName("{letters[f.title]}{HEADER + number}")'
            text = f'.setString("{label}")' if f.categories else f'.setFormula("{label}")'
            edits.append(f"  {at_}{'.setString(' + chr(34) * 2 + ')' if value is None else text}")
    for ending, kind in (("xlsx", "Calc MS Excel 2007 XML"), ("ods", "calc8")):
        workspace = at(tmp_path / ending)
        shutil.copytree(filled[0].raw, workspace.raw, ignore=shutil.ignore_patterns(str(YEAR)))
        (workspace.raw / str(YEAR)).mkdir()
        target = workspace.raw / str(YEAR) / f"{name}.{ending}"
        in_libreoffice(office, tmp_path, source=str(source), target=str(target), kind=kind,
                       edits="\n".join(edits))  # fmt: skip
        assert target.is_file(), "LibreOffice saved it"
        found = cleaned(workspace, tmp_path / f"ut-{ending}")
        assert assert_read(found, {name: rows}) == len(rows) and found["fel"] == []


def test_what_is_no_form_in_a_form_is_passed_over() -> None:
    found = [recognise(raw, BOOKS) for raw in read_workbook(form(BOOKS["bakgrund"]), "b.xlsx", "")]
    others = {f.sheet for f in found if isinstance(f, NotRead)}
    assert others == {"Så fyller du i", "Listor"}
