"""Any file as tables of named columns, for whoever drafts a codebook from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import IntakeError
from pipeline.intake.describe import Described, describe

from .torture.files import FILES, GRADE, REACH, ROLE

LSS = """<?xml version="1.0" encoding="UTF-8"?><document>
<LimeSurveyDocType>Survey</LimeSurveyDocType>
<languages><language>en</language><language>sv</language></languages>
<groups><rows><row><gid>7</gid><group_order>1</group_order></row></rows></groups>
<questions><rows>
<row><qid>2</qid><parent_qid>0</parent_qid><gid>7</gid><type>M</type><title>q3</title>
<other>Y</other><mandatory>N</mandatory><question_order>2</question_order></row>
<row><qid>1</qid><parent_qid>0</parent_qid><gid>7</gid><type>L</type><title>q2</title>
<other>N</other><mandatory>Y</mandatory><question_order>1</question_order></row>
<row><qid>5</qid><parent_qid>0</parent_qid><gid>7</gid><type>X</type><title>text</title>
<other>N</other><mandatory>N</mandatory><question_order>3</question_order></row>
</rows></questions>
<subquestions><rows><row><qid>3</qid><parent_qid>2</parent_qid><gid>7</gid><type>T</type>
<title>SQ001</title><question_order>1</question_order><scale_id>0</scale_id></row>
</rows></subquestions>
<question_l10ns><rows>
<row><qid>1</qid><question>&lt;p&gt;Vilket betyg&amp;nbsp;ger du?&lt;/p&gt;</question>
<language>sv</language></row>
<row><qid>1</qid><question>Your grade?</question><language>en</language></row>
<row><qid>2</qid><question>Hur nådde vi dig?</question><language>sv</language></row>
<row><qid>3</qid><question>Brev</question><language>sv</language></row>
</rows></question_l10ns>
<answers><rows>
<row><aid>2</aid><qid>1</qid><code>A2</code><sortorder>2</sortorder></row>
<row><aid>1</aid><qid>1</qid><code>A1</code><sortorder>1</sortorder></row>
</rows></answers>
<answer_l10ns><rows>
<row><aid>1</aid><answer>Nöjd</answer><language>sv</language></row>
<row><aid>2</aid><answer>Missnöjd</answer><language>sv</language></row>
<row><aid>1</aid><answer>Satisfied</answer><language>en</language></row>
</rows></answer_l10ns></document>"""


def only(name: str, folder: Path) -> Described:
    path = folder / name
    path.write_bytes(FILES[name]())
    (made,) = describe(path)
    return made


def test_a_statistics_file_gives_questions_and_labels(tmp_path: Path) -> None:
    made = only("spss.sav", tmp_path)
    assert (made.tool, made.tool_title, made.header_row, made.rows) == ("spss", "SPSS", 1, (2, 3))
    role, grade = made.columns
    assert (grade.header, grade.title, grade.letter) == ("q2", GRADE, "B")
    assert grade.labels == {4: "Nöjd", 9: "Vet ej"} and not role.labels
    assert made.values(grade) == [4, 9]


def test_the_rows_of_a_header_are_one_column_each(tmp_path: Path) -> None:
    made = only("surveymonkey.csv", tmp_path)
    titles = {c.letter: c.title for c in made.columns}
    assert titles["F"] == ROLE and titles["G"] == f"{REACH} [Brev]" and titles["I"] == GRADE
    assert [c.letter for c in made.columns if c.meta] == list("ABCDE")
    assert [c.letter for c in made.columns if c.personal] == ["E", "J", "K"]


def test_answers_set_aside_are_no_rows_to_draft_from(tmp_path: Path) -> None:
    assert only("qualtrics_three_rows.csv", tmp_path).rows == (4,)


def test_a_hidden_sheet_is_left_out(tmp_path: Path) -> None:
    made = only("forms_comment_and_hidden_sheet.xlsx", tmp_path)
    assert made.raw.sheet == "Blad1" and made.tool == "microsoft_forms"


def test_a_file_of_nobody_s_in_particular_has_its_headers(tmp_path: Path) -> None:
    made = only("header_on_row_4.xlsx", tmp_path)
    assert made.tool == "" and made.header_row == 4 and made.rows == (5, 6)
    assert [c.title for c in made.columns] == ["Ärende-id", "Slutdatum", "Enhet", "Ålder"]


def test_a_structure_of_limesurvey_has_columns_and_labels_in_swedish(tmp_path: Path) -> None:
    path = tmp_path / "enkat.lss"
    path.write_text(LSS, encoding="utf-8")
    (made,) = describe(path)
    assert [(c.header, c.title) for c in made.columns] == [
        ("q2", "Vilket betyg ger du?"),
        ("q3[SQ001]", "Hur nådde vi dig? [Brev]"),
        ("q3[other]", "Hur nådde vi dig? [Annat]"),
    ]
    assert made.columns[0].labels == {"A1": "Nöjd", "A2": "Missnöjd"} and made.rows == ()


@pytest.mark.parametrize("text", ["<a", "<document><LimeSurveyDocType>Group</LimeSurveyDocType>"])
def test_what_is_no_structure_is_refused_in_words(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.lss"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntakeError, match="ingen enkätstruktur från LimeSurvey"):
        describe(path)
