from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from pipeline.errors import IntakeError
from pipeline.intake import delimited
from pipeline.intake.delimited import read_delimited
from pipeline.intake.raw import RawTable, address, column_letter
from pipeline.intake.readers import read_file
from pipeline.trace.verify import reading
from tests.municipality import write_workbook


def only(path: Path) -> RawTable:
    (table,) = read_file(path, path.name)
    return table


def message(path: Path) -> str:
    with pytest.raises(IntakeError) as caught:
        read_file(path, path.name)
    assert len(caught.value.messages) == 1
    text = caught.value.messages[0]
    assert text.startswith(path.name) and "Gör så här" in text
    return text


@given(st.integers(0, 16_383))
def test_column_letters_are_those_of_excel(index: int) -> None:
    assert column_letter(index) == get_column_letter(index + 1)


def test_an_address_points_at_the_cell() -> None:
    assert address("avslut.xlsx!Svar", 7, 14) == "avslut.xlsx!Svar!H14"


def test_cells_keep_their_place_when_the_table_starts_in_the_middle(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [[], [None, None, "x"], [None, 3]]})
    table = only(path)
    assert table.rows[1][2] == "x" and table.rows[2][1] == 3
    assert table.source == "a.xlsx!Svar"


def test_whole_numbers_come_as_integers_and_others_as_they_are(tmp_path: Path) -> None:
    row = [3, 3.5, True, dt.date(2025, 1, 2), dt.datetime(2025, 1, 2, 3, 4), "3"]
    table = only(write_workbook(tmp_path / "a.xlsx", {"Svar": [row]}))
    assert list(table.rows[0]) == row
    assert [type(c) for c in table.rows[0]][:3] == [int, float, bool]


def test_error_cells_and_uncalculated_formulas_are_found_with_their_place(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [["a", "b"], [1, "#N/A"], ["=1+1", 2]]})
    table = only(path)
    assert set(table.problems) == {(2, 2), (3, 1)}
    assert "#N/A" in table.problems[2, 2] and "formel" in table.problems[3, 1]
    assert table.rows[1][1] == "#N/A"


def test_a_formula_with_an_empty_text_as_its_answer_is_no_problem(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [["a"], ["=1+1"]]})
    rewritten = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'<c r="A2">', b'<c r="A2" t="str">')
            new.writestr(name, data)
    path.write_bytes(rewritten.getvalue())
    assert not only(path).problems


def test_hidden_sheets_are_read_and_said_to_be_hidden(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"A": [["x"]], "B": [["y"]]}, hidden=["B"])
    shown, hidden = read_file(path, "a.xlsx")
    assert not shown.note and "dolt" in hidden.note and hidden.rows[0][0] == "y"


def test_chart_sheets_are_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Diagram")
    book.save(tmp_path / "a.xlsx")
    assert [t.sheet for t in read_file(tmp_path / "a.xlsx", "a.xlsx")] == ["Sheet"]


def test_a_password_is_told_from_other_damage(tmp_path: Path) -> None:
    ole = bytes.fromhex("D0CF11E0A1B11AE1")
    locked, old = tmp_path / "last.xlsx", tmp_path / "gammal.xlsx"
    locked.write_bytes(ole + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    old.write_bytes(ole + b"\0" * 600)
    assert "lösenord" in message(locked) and "Arkiv > Info" in message(locked)
    assert ".xls" in message(old) and "lösenord" not in message(old)


def test_a_truncated_workbook_is_told_as_damaged(tmp_path: Path) -> None:
    whole = write_workbook(tmp_path / "a.xlsx", {"Svar": [["a", "b"]] * 500}).read_bytes()
    for share in (0.3, 0.9):
        path = tmp_path / "halv.xlsx"
        path.write_bytes(whole[: int(len(whole) * share)])
        assert "skadad" in message(path)


def test_text_named_as_a_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    path.write_text("<html><table>", encoding="utf-8")
    assert "inte en Excel-arbetsbok" in message(path)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.json"])
def test_an_empty_file_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert "tom" in message(tmp_path / name)


def test_a_locked_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n", encoding="utf-8")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "stäng filen i Excel" in message(path)


@pytest.mark.parametrize("suffix", [".numbers", ".xlsb", ".por", ".sas7bdat", ".PARQUET"])
def test_other_kinds_of_tables_are_asked_for_as_xlsx(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"x")
    assert "(.xlsx) eller CSV" in message(path)


def test_an_unknown_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"x")
    assert ".zip" in message(path) and "hoppa_over" in message(path)


def test_documents_are_listed_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "Missiv.PDF"
    path.write_bytes(b"%PDF")
    table = only(path)
    assert table.kind == "dokument" and not table.rows and "läses inte" in table.note


SWEDISH = "Förnamn;Ålder;Ö\nÅsa;17;ä\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "mac-roman"]
)
def test_swedish_letters_survive_every_encoding(encoding: str) -> None:
    (table,) = read_delimited(SWEDISH.encode(encoding), "a.csv", "")
    assert table.rows == (("Förnamn", "Ålder", "Ö"), ("Åsa", "17", "ä"))
    assert bool(table.note) == (encoding in ("cp1252", "latin-1", "mac-roman"))


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separator_and_line_ends_are_found(separator: str, newline: str) -> None:
    rows = [("id", "svar", "text"), ("1", "2", "a"), ("2", "3", "b")]
    text = newline.join(separator.join(r) for r in rows) + newline
    assert read_delimited(text.encode(), "a.csv", "")[0].rows == tuple(rows)


def test_decimal_commas_do_not_make_commas_the_separator() -> None:
    text = "a;b\n" + "1,5;2,5\n" * 50
    assert read_delimited(text.encode(), "a.csv", "")[0].rows[1] == ("1,5", "2,5")


def test_a_title_line_and_free_text_do_not_disturb_the_separator() -> None:
    text = "Enkät 2025\n\nid;text\n" + "".join(f"{i};ja, nej, kanske, {i}\n" for i in range(20))
    (table,) = read_delimited(text.encode(), "a.csv", "")
    assert table.rows[2] == ("id", "text") and table.rows[1] == ()


def test_line_breaks_in_quotes_make_no_row() -> None:
    (table,) = read_delimited(b'id,text\n1,"a\r\nb, c"\n2,d\n', "a.csv", "")
    assert table.rows == (("id", "text"), ("1", "a\r\nb, c"), ("2", "d"))


def test_excels_separator_line_is_no_row() -> None:
    (table,) = read_delimited(b"sep=;\r\na;b\r\n1;2\r\n", "a.csv", "")
    assert table.rows == (("a", "b"), ("1", "2"))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_can_be_read_without_anything_but_a_table(rows: list[list[str]]) -> None:
    text = "\n".join(";".join(r) for r in rows)
    try:
        tables = read_delimited(text.encode("utf-8"), "a.csv", "")
    except IntakeError:
        return
    assert all(isinstance(c, str) for r in tables[0].rows for c in r)


KOLADA = (
    '{"values":[{"kpi":"U1","municipality":"0484","period":2024,"values":['
    '{"gender":"T","count":1,"status":"","value":0.0,"isdeleted":false},'
    '{"gender":"K","count":1,"status":"Missing","value":null,"isdeleted":true}]}]}'
)


def test_a_kolada_answer_is_one_row_a_value(tmp_path: Path) -> None:
    path = tmp_path / "svar.json"
    path.write_text("\ufeff" + KOLADA, encoding="utf-8")
    table = only(path)
    assert table.kind == "kolada"
    assert table.rows[1] == ("U1", "0484", 2024, "T", 1, "", 0.0, False, None)
    assert table.rows[2][6] is None and table.rows[2][7] is True


def test_the_flat_kolada_layout_is_read(tmp_path: Path) -> None:
    path = tmp_path / "svar.json"
    path.write_text(
        '{"values":[{"kpi":"U1","municipality":"0484","period":"2010","value":3.5}]}',
        encoding="utf-8",
    )
    assert only(path).rows[1] == ("U1", "0484", 2010, "T", None, "", 3.5, False, None)


def test_the_day_of_a_fetch_is_every_value_s(tmp_path: Path) -> None:
    path = tmp_path / "svar.json"
    path.write_text('{"hamtad":"2026-03-02",' + KOLADA.lstrip()[1:], encoding="utf-8")
    assert {row[8] for row in only(path).rows[1:]} == {"2026-03-02"}


@pytest.mark.parametrize("text", ["{}", "[]x", '{"values":[{"id":"U1"}]}', "3", '{"values":3}'])
def test_other_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert "Kolada" in message(tmp_path / "a.json")


@given(st.text(alphabet='ab;\r\n"\x0b\x0c\x1c\x85\u2028 å', max_size=40))
def test_lines_of_a_text_are_those_that_csv_is_to_be_given(text: str) -> None:
    """`newline=""`, as Python's documentation of csv asks for, without a copy of the text."""
    lines = [line[0] for line in delimited._LINE.finditer(text)]
    assert lines == list(io.StringIO(text, newline=""))
    assert lines == [line[0] for line in reading._LINE.finditer(text)]
