"""Rows are blanked in place: what stood in them is gone, everything else is as it was."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from pipeline.disposal.blank import blanked
from pipeline.disposal.record import numbers, spans
from pipeline.errors import UppfoljningError

HEAD = "Nr;Ort;Synpunkter"


def workbook(formula: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Svar"
    sheet.append(["Nr", "Datum", "Synpunkter", "Ort"])
    for row in range(2, 9):
        sheet.append([row, dt.datetime(2025, row, 3), f"Hemligt ord {row}", "Exempelby"])
        sheet.cell(row, 2).number_format = "yyyy-mm-dd"
    sheet["C4"].comment = Comment("Han ringde om fyran", "Handläggaren")
    sheet["D5"].hyperlink = "mailto:femman@exempelkommun.example"
    choices = DataValidation(type="list", formula1='"Exempelby,Provstad"')
    sheet.add_data_validation(choices)
    choices.add("D2:D20")
    other = book.create_sheet("Annat")
    other.append(["Hemligt ord 7", "står här med"])
    if formula:
        sheet["E4"] = formula
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_cells_of_a_workbook_lose_what_stood_in_them_and_keep_their_format():
    old = workbook()
    new = blanked(old, "svar.xlsx", {"Svar": (4, 5)})
    before, after = (openpyxl.load_workbook(io.BytesIO(d))["Svar"] for d in (old, new))
    for row in range(1, 9):
        for column in range(1, 5):
            gone = row in (4, 5)
            assert after.cell(row, column).value == (
                None if gone else before.cell(row, column).value
            )
            assert after.cell(row, column).number_format == before.cell(row, column).number_format
    inside = b"".join(parts(new).values())
    for text in ("Hemligt ord 4", "Hemligt ord 5", "Han ringde om fyran", "femman@"):
        assert text.encode() in b"".join(parts(old).values())
        assert text.encode() not in inside
    assert b"Hemligt ord 6" in inside and b"Exempelby" in inside
    untouched = {n for n, p in parts(old).items() if parts(new)[n] == p}
    assert "xl/styles.xml" in untouched and "xl/worksheets/sheet2.xml" in untouched


def test_a_text_that_another_sheet_shows_stays_there():
    new = blanked(workbook(), "svar.xlsx", {"Svar": (7,)})
    book = openpyxl.load_workbook(io.BytesIO(new))
    assert book["Annat"]["A1"].value == "Hemligt ord 7" and book["Svar"]["C7"].value is None


def test_a_cached_result_of_another_row_survives():
    old = workbook("=A4*2")
    with_result = parts(old)
    name = "xl/worksheets/sheet1.xml"
    with_result[name] = with_result[name].replace(b"<f>A4*2</f><v />", b"<f>A4*2</f><v>8</v>")
    with_result[name] = with_result[name].replace(b"<f>A4*2</f><v></v>", b"<f>A4*2</f><v>8</v>")
    assert b"<v>8</v></c></row>" in with_result[name]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, content in with_result.items():
            archive.writestr(part, content)
    new = blanked(packed.getvalue(), "svar.xlsx", {"Svar": (5,)})
    assert openpyxl.load_workbook(io.BytesIO(new), data_only=True)["Svar"]["E4"].value == 8


def test_a_pivot_table_holds_a_copy_and_stops_the_disposal():
    packed = io.BytesIO(workbook())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("xl/pivotCache/pivotCacheRecords1.xml", "<r><s v='Hemligt ord 4'/></r>")
    with pytest.raises(UppfoljningError, match="pivottabell"):
        blanked(packed.getvalue(), "svar.xlsx", {"Svar": (4,)})


def test_a_text_that_lingers_elsewhere_in_the_file_stops_the_disposal():
    packed = io.BytesIO(workbook())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("customXml/item1.xml", "<x>Hemligt ord 4</x>")
    with pytest.raises(UppfoljningError, match=r"customXml/item1\.xml"):
        blanked(packed.getvalue(), "svar.xlsx", {"Svar": (4,)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_records_of_a_text_file_are_blanked_byte_for_byte(encoding: str, ending: str):
    lines = [HEAD, "1;Åby;Gott", '2;Öby;"Två rader', 'med ett ; i"', "3;Äby;Bra", "4;Uby;Nej"]
    data = (ending.join(lines) + ending).encode(encoding)
    # Record 3 stands on two lines.
    wanted = ending.join([lines[0], lines[1], ";;", lines[4], lines[5]]) + ending
    assert blanked(data, "svar.csv", {"": (3,)}) == wanted.encode(encoding)


def test_the_line_that_names_the_separator_is_no_row():
    data = b"sep=|\r\nA|B\r\n1|x\r\n2|y\r\n"
    assert blanked(data, "svar.csv", {"": (2,)}) == b"sep=|\r\nA|B\r\n|\r\n2|y\r\n"


def test_rows_are_written_and_read_alike():
    assert spans([5, 3, 4, 9]) == "3-5, 9" and numbers("3-5, 9") == [3, 4, 5, 9]
    for wrong in ("", "a", "0", "5-3"):
        with pytest.raises(ValueError):
            numbers(wrong)
