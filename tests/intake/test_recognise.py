from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from pipeline.errors import IntakeError
from pipeline.forms.codebook import Codebook
from pipeline.intake.headers import normal
from pipeline.intake.raw import NotRead, RawTable, Recognised
from pipeline.intake.recognise import recognise

from .conftest import Sheet, raw_table

HEAD = ["Ärende-id", "Slutdatum", "Enhet", "Ålder"]
ROW = ["A1", "2025-03-01", "Familjeteamet", 17]
Understand = Callable[..., Recognised]


def refusal(rows: Sheet, books: dict[str, Codebook]) -> str:
    with pytest.raises(IntakeError) as caught:
        recognise(raw_table(rows), books)
    (text,) = caught.value.messages
    assert "prov.xlsx" in text and "Svar" in text and "Gör så här" in text
    return text


def passed(found: Recognised | NotRead) -> str:
    assert isinstance(found, NotRead)
    return found.reason


@pytest.mark.parametrize(
    "header",
    ["Slutdatum", " slutdatum ", "SLUTDATUM:", "Slutdatum.", "Slut\u200bdatum*", "slutdatum"],
)
def test_case_blanks_and_end_signs_do_not_matter(header: str, understand: Understand) -> None:
    if "\u200b" in header:
        assert normal("Hur nöjd\u00a0är\n du?*") == normal("hur nöjd är du")
        return
    found = understand([["Ärendenummer", header, "Enhet", "Ålder"], ROW])
    assert found.columns["slutdatum"] == (1,) and found.columns["arende_id"] == (0,)


def test_title_rows_and_notes_are_kept_and_not_counted(understand: Understand) -> None:
    rows = [
        ["Statistik 2025"],
        [],
        HEAD,
        ROW,
        ROW,
        [],
        ["Källa: systemet"],
        ["Summa", None, None, 34],
    ]
    found = understand(rows)
    assert found.header_row == 3 and found.rows == (4, 5)
    assert found.notes == (1, 7, 8) and "1, 7–8" in found.note


def test_a_blank_row_in_the_middle_loses_nothing(understand: Understand) -> None:
    found = understand([HEAD, ROW, [], ROW, ["A3", "2025-04-01"]])
    assert found.rows == (2, 4, 5) and not found.notes


def test_a_last_row_with_only_its_id_is_a_row(understand: Understand) -> None:
    assert understand([HEAD, ROW, ["A2"]]).rows == (2, 3)


def test_a_lone_sentence_right_below_the_table_is_a_note(understand: Understand) -> None:
    found = understand([HEAD, ROW, ["Sammanställt av enheten i mars"]])
    assert found.rows == (2,) and found.notes == (3,)


def test_dummy_columns_are_found_by_limesurvey_code(understand: Understand) -> None:
    head = [
        "id. Svars-ID",
        "q1. Vilken roll har du?",
        "q3[SQ001]. Hur nådde vi dig? [Brev]",
        "q3[SQ003]. Hur nådde vi dig? [Vet ej]",
    ]
    found = understand([head, ["1", "chef", "Ja", ""]], kind="csv")
    assert found.codebook.name == "provenkat"
    assert found.columns["kanaler"] == (2, -1, 3) and found.spread_fields == {"kanaler"}
    assert found.unread == ("id. Svars-ID",)


@pytest.mark.parametrize(
    "head",
    [["q1", "q2", "q3[SQ002]"], ["Vilken roll har du?", "Vilket betyg ger du? []", "q3[SQ002]"]],
)
def test_bare_codes_and_full_questions_are_headers_too(
    head: list[str], understand: Understand
) -> None:
    found = understand([head, ["chef", "3", "Ja"]], kind="csv")
    assert set(found.columns) == {"roll", "betyg", "kanaler"}


def test_options_get_columns_by_question_and_label(understand: Understand) -> None:
    head = [*HEAD, "Vilka problem? [Alkohol]", "Vilka problem? [Skola]"]
    found = understand([head, [*ROW, "Ja", "Nej"]])
    assert found.columns["problem"] == (4, -1, 5, -1)


def test_further_header_rows_of_qualtrics_are_no_rows(understand: Understand) -> None:
    rows = [
        ["q1", "q2", "q3[SQ001]"],
        ["Vilken roll har du?", "Vilket betyg ger du?", "Brev"],
        ['{"ImportId":"QID1"}', '{"ImportId":"QID2"}', '{"ImportId":"QID3"}'],
        ["chef", "3", "1"],
    ]
    found = understand(rows, kind="csv")
    assert found.header_row == 1 and found.rows == (4,) and not found.notes
    assert "export från Qualtrics" in found.note


def test_the_second_of_two_equal_headers_is_listed_as_unread(understand: Understand) -> None:
    found = understand([[*HEAD, "Enhet"], [*ROW, "Vuxenteamet"]])
    assert found.columns["enhet"] == (2,) and found.unread == ("Enhet",)
    assert "kolumn E" in found.note


def test_values_below_no_header_are_listed_as_unread(understand: Understand) -> None:
    assert understand([HEAD, [*ROW, None, "kommentar"]]).unread == ("(kolumn F utan rubrik)",)


def test_a_missing_required_column_is_named_with_the_header_like_it(
    books: dict[str, Codebook],
) -> None:
    text = refusal([["Ärende-id", "Slut datum", "Enhet", "Ålder"], ROW], books)
    assert "”Slutdatum” saknas" in text and "”Slut datum” liknar" in text and "Menade du" in text


def test_an_unknown_table_is_told_with_its_headers_and_the_nearest_form(
    books: dict[str, Codebook],
) -> None:
    rows = [["Fordon", "Reg nr", "Ärende-id"], ["Volvo", "ABC 123", "19121212-1212"]]
    text = refusal(rows, books)
    assert "”Fordon”, ”Reg nr” och ”Ärende-id”" in text and "hoppa_over" in text
    assert "Volvo" not in text and "1912" not in text


def test_messages_never_quote_what_could_be_values(books: dict[str, Codebook]) -> None:
    rows = [["Anna Ek", "19121212-1212", "a@b.se", "2025-01-01"]] * 3
    found = recognise(raw_table(rows), books)
    assert "1912" not in passed(found) and "Anna" not in passed(found)


def test_two_forms_that_fit_alike_are_both_named(books: dict[str, Codebook]) -> None:
    twin = dataclasses.replace(books["provarenden"], name="tvilling", title="Tvillingen")
    text = refusal([HEAD, ROW], {**books, "tvilling": twin})
    assert "Provärenden" in text and "Tvillingen" in text


def test_a_table_lacking_a_column_is_not_taken_for_a_form_that_fits_worse(
    books: dict[str, Codebook],
) -> None:
    head = ["Ärende-id", "Mål nr", "Enhet", "Ålder", "Kostnad (kr)", "Erbjuden", "Synpunkter"]
    assert "”Slutdatum” saknas" in refusal([head, ["A", 1, "x", 2, 3, "ja", ""]], books)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([], "tomt"), ([["", None], [" "]], "tomt"), ([["Läs detta"], ["Fyll i bladet Svar"]], "tab")],
)
def test_sheets_without_a_table_are_passed_over_with_the_reason(
    rows: Sheet, reason: str, books: dict[str, Codebook]
) -> None:
    assert reason in passed(recognise(raw_table(rows), books))


def test_a_hidden_sheet_of_lists_is_passed_over(books: dict[str, Codebook]) -> None:
    rows = [["Enheter", "Insatser", "Svar"], ["a", "b", "c"]]
    found = recognise(raw_table(rows, hidden=True), books)
    assert "dolt" in passed(found)


@pytest.mark.parametrize("entry", ["prov.xlsx", "PROV.xlsx!svar"])
def test_the_municipality_can_pass_over_files_and_sheets(
    entry: str, books: dict[str, Codebook]
) -> None:
    raw: RawTable = raw_table([["Fordon", "Reg nr", "Märke"], ["a", "b", "c"]])
    assert "hoppa_over" in passed(recognise(raw, books, [entry]))
