"""Codebooks drafted from small made-up files of each tool."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from pipeline.errors import UppfoljningError
from pipeline.intake.drafting.answers import alike
from pipeline.intake.drafting.draft import Drafted, draft, name_of
from pipeline.intake.drafting.scales import is_missing, numbered, scale_of, spans
from pipeline.run.drafting import write_codebook
from pipeline.workspace import Kommun
from tests.municipality import at, run, tables, write_text, write_workbook

AGREE = ["Instämmer inte alls", "Instämmer till viss del", "Instämmer till stor del",
         "Instämmer helt"]  # fmt: skip
Doc = Mapping[str, Any]


def fields(made: Drafted) -> dict[str, Doc]:
    return {f["title"]: f for f in made.doc["fields"]}


def labels(field: Doc) -> list[str]:
    return [c["label"] for c in field["categories"]]


def gone(field: Doc) -> list[str]:
    return [c["label"] for c in field["categories"] if c.get("missing")]


def forms_rows(own: str = "Fritt svar") -> list[list[Any]]:
    """Microsoft Forms as the Swedish tool writes it: 24 answers."""
    heads = ["ID", "Starttid", "Slutförandetid", "E-post", "Namn", "Vilket kön har du?",
             "Jag fick det stöd jag behövde", "Vad hjälpte?", "Hur många möten hade ni?",
             "Vad kan vi göra bättre?", "Din e-postadress"]  # fmt: skip
    rows: list[list[Any]] = [heads]
    for i in range(24):
        rows.append(
            [
                i + 1, "2025-03-01 10:00:00", "2025-03-01 10:05:00", "anonymous", f"Person {i}",
                ("Kvinna", "Man", "Vill ej uppge")[i % 3],
                [*AGREE, "Vet ej"][i % 5],
                ("Samtal;Praktisk hjälp;", "Samtal;", "Grupp;Samtal;")[i % 3],
                10 + i % 7,
                f"{own} nummer {i}, mina egna ord om detta",
                f"nagon{i}@example.org",
            ]
        )  # fmt: skip
    return rows


class TestMicrosoftForms:
    @pytest.fixture
    def made(self, tmp_path: Path) -> Drafted:
        path = write_workbook(tmp_path / "Enkät 2025.xlsx", {"Sheet1": forms_rows()})
        return draft([path], name_of(path), Kommun())

    def test_each_question_has_its_type(self, made: Drafted) -> None:
        by_title = fields(made)
        assert made.doc["name"] == "enkat"
        scale = by_title["Jag fick det stöd jag behövde"]
        assert labels(scale) == [*AGREE, "Vet ej"] and gone(scale) == ["Vet ej"]
        assert [c["value"] for c in scale["categories"][:4]] == [1, 2, 3, 4]
        assert scale["categoriesOrdered"] is True
        ticked = by_title["Vad hjälpte?"]
        assert (ticked["type"], ticked["delimiter"]) == ("list", ";")
        assert {*labels(ticked)} == {"Samtal", "Praktisk hjälp", "Grupp"}
        assert by_title["Hur många möten hade ni?"]["type"] == "integer"
        assert by_title["Vad kan vi göra bättre?"]["freetext"] is True
        gender = by_title["Vilket kön har du?"]
        assert gone(gender) == ["Vill ej uppge"]
        assert made.doc["background"] == [gender["name"]]

    def test_what_says_who_answered_is_marked_or_left_out_and_told(self, made: Drafted) -> None:
        by_title = fields(made)
        assert by_title["ID"]["identifies"] is True
        assert not {"Namn", "E-post", "Din e-postadress", "Starttid"} & {*by_title}
        assert any("”Namn”" in s and "läses aldrig" in s for s in made.said)

    def test_nobodys_words_or_addresses_are_written(self, made: Drafted, tmp_path: Path) -> None:
        written = write_codebook(tmp_path, str(tmp_path / "Enkät 2025.xlsx"))
        for path in (written.codebook, written.questions):
            text = path.read_text(encoding="utf-8")
            assert "mina egna ord" not in text and "example.org" not in text
            assert "Person 1" not in text

    def test_it_is_read_and_its_chapter_counts_as_pandas_does(self, tmp_path: Path) -> None:
        workspace = at(tmp_path / "hem")
        rows = forms_rows()
        write_workbook(workspace.raw / "2025" / "Enkät 2025.xlsx", {"Sheet1": rows})
        (workspace.raw / "kommun.toml").write_text('namn = "Prov"\n', encoding="utf-8")
        write_codebook(workspace.raw, str(workspace.raw / "2025" / "Enkät 2025.xlsx"))
        tables(workspace, 2025)
        cleaned = pd.read_parquet(workspace.processed / "2025" / "enkat.parquet")
        raw = pd.DataFrame(rows[1:], columns=rows[0])
        assert len(cleaned) == 24
        scale = cleaned["jag_fick_det_stod_jag_behovde"]
        assert scale.value_counts().to_dict() == {
            i: int((raw["Jag fick det stöd jag behövde"] == t).sum())
            for i, t in enumerate(AGREE, start=1)
        }
        assert int(cleaned["vad_hjalpte__samtal"].sum()) == 24
        assert int(cleaned["vad_hjalpte__grupp"].sum()) == 8
        balance = json.loads((workspace.processed / "2025" / "balance.json").read_text())
        assert balance["files"]["Enkät 2025.xlsx"]["cells_blanked"] == 0


def test_an_answer_of_one_person_among_the_options_is_told_by_cell_and_not_written(
    tmp_path: Path,
) -> None:
    rows = [["Tidstämpel", "Vilken insats fick du?"]]
    rows += [[f"2025-03-{1 + i:02} 10:00:00", ("Råd", "Boende")[i % 2]] for i in range(20)]
    rows.append(["2025-03-25 10:00:00", "Kalle Karlssons kontaktperson"])
    write_text(tmp_path / "insats.csv", rows)
    made = draft([tmp_path / "insats.csv"], "insats", Kommun())
    field = fields(made)["Vilken insats fick du?"]
    assert labels(field) == ["Boende", "Råd", "Annat (egna ord)"]
    told = [a for a in made.asks if "egna ord" in a.text]
    assert len(told) == 1 and "cell B22" in told[0].text and "Kalle" not in str(made)


def test_options_that_differ_in_signs_are_each_its_own(tmp_path: Path) -> None:
    chance = random.Random(4)
    sets = [["C"], ["C++"], ["C", "C++"], ["C", "Python"], ["C++", "Python"]]
    picked = [chance.choice(sets) for _ in range(40)]
    rows = [["Timestamp", "Vilka språk?"]]
    rows += [[f"2025-01-{1 + i % 28:02} 08:00:00", ", ".join(p)] for i, p in enumerate(picked)]
    workspace = at(tmp_path)
    write_text(workspace.raw / "2025" / "sprak.csv", rows)
    (workspace.raw / "kommun.toml").write_text('namn = "Prov"\n', encoding="utf-8")
    write_codebook(workspace.raw, str(workspace.raw / "2025" / "sprak.csv"))
    tables(workspace, 2025)
    cleaned = pd.read_parquet(workspace.processed / "2025" / "sprak.parquet")
    (field,) = fields(draft([workspace.raw / "2025" / "sprak.csv"], "x", Kommun())).values()
    for c in field["categories"]:
        n = sum(c["label"] in p for p in picked)
        assert int(cleaned[f"vilka_sprak__{c['value']}"].sum()) == n, c


def test_spss_labels_become_categories_and_a_scale_that_runs_backwards_is_turned(
    tmp_path: Path,
) -> None:
    path = tmp_path / "enkat.sav"
    frame = pd.DataFrame({"q1_1": [1, 2, 3, 4] * 6, "q1_2": [4, 3, 2, 1] * 6,
                          "alder": [20, 31, 45, 99] * 6,
                          "kommentar": ["", "Ett långt svar", "", ""] * 6})  # fmt: skip
    values = dict(enumerate(reversed(AGREE), start=1))
    pyreadstat.write_sav(
        frame, str(path), variable_value_labels={"q1_1": values, "q1_2": values,
                                                 "alder": {99: "Vet ej"}},
        column_labels={"q1_1": "Jag trivs", "q1_2": "Jag får hjälp", "alder": "Ålder"},
    )  # fmt: skip
    made = draft([path], "enkat", Kommun())
    by_title = fields(made)
    scale = by_title["Jag trivs"]
    assert labels(scale) == AGREE and [c["value"] for c in scale["categories"]] == [4, 3, 2, 1]
    assert scale["group"] == by_title["Jag får hjälp"]["group"] == "q1"
    assert by_title["Ålder"]["missingValues"] == ["99"] and "categories" not in by_title["Ålder"]


def test_columns_that_are_filled_in_with_their_own_number_are_one_question(tmp_path: Path) -> None:
    rows = [["sid", "p0001", "p0002", "p0003"]]
    rows += [[f"s{i}", "1" if i % 2 else "", "2" if i % 3 else "", "3"] for i in range(12)]
    workspace = at(tmp_path)
    write_text(workspace.raw / "2025" / "val.csv", rows)
    (workspace.raw / "kommun.toml").write_text('namn = "Prov"\n', encoding="utf-8")
    made = write_codebook(workspace.raw, str(workspace.raw / "2025" / "val.csv")).drafted
    assert not any("Bara den första" in a.text for a in made.asks)
    tables(workspace, 2025)
    cleaned = pd.read_parquet(workspace.processed / "2025" / "val.parquet")
    ticked = [int(cleaned[f"p__p000{i}"].sum()) for i in (1, 2, 3)]
    assert ticked == [6, 8, 12]


def test_redcap_dictionary(tmp_path: Path) -> None:
    heads = ["Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
             "Choices, Calculations, OR Slider Labels", "Field Note",
             "Text Validation Type OR Show Slider Number", "Text Validation Min",
             "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
             "Required Field?", "Custom Alignment", "Question Number (surveys only)",
             "Matrix Group Name"]  # fmt: skip

    def row(name: str, kind: str, label: str, choices: str = "", check: str = "",
            who: str = "", matrix: str = "") -> list[str]:  # fmt: skip
        return [name, "f", "", kind, label, choices, "", check, "0" if check == "integer" else "",
                "", who, "", "", "", "", matrix]  # fmt: skip

    rows = [
        heads,
        row("record_id", "text", "Löpnr"),
        row("fornamn", "text", "Vad heter du?", who="y"),
        row("m1", "radio", "Trivsel", "1, Aldrig | 2, Ibland | 3, Ofta | 9, Vet ej", matrix="m"),
        row("m2", "radio", "Stöd", "1, Aldrig | 2, Ibland | 3, Ofta | 9, Vet ej", matrix="m"),
        row("hjalp", "checkbox", "Vilken hjälp?", "1, Samtal | 2, Pengar"),
        row("antal", "text", "Antal", check="integer"),
        row("dag", "text", "Dag", check="date_ymd"),
        row("ord", "notes", "Berätta"),
        row("klar", "yesno", "Är du klar?"),
    ]
    write_text(tmp_path / "ordlista.csv", rows)
    by_title = fields(draft([tmp_path / "ordlista.csv"], "r", Kommun()))
    assert "Vad heter du?" not in by_title and by_title["Löpnr"]["identifies"]
    assert by_title["Trivsel"]["group"] == by_title["Stöd"]["group"] == "m"
    assert gone(by_title["Trivsel"]) == ["Vet ej"]
    assert [c["header"] for c in by_title["Vilken hjälp?"]["columns"]] == ["hjalp___1", "hjalp___2"]
    assert by_title["Antal"]["constraints"] == {"minimum": 0}
    assert by_title["Dag"]["type"] == "date" and by_title["Berätta"]["freetext"]
    assert labels(by_title["Är du klar?"]) == ["Ja", "Nej"]


def test_xlsform(tmp_path: Path) -> None:
    survey = [
        ["type", "name", "label::English (en)", "label::Svenska (sv)", "appearance"],
        ["start", "start", "", "", ""],
        ["note", "info", "Welcome", "Välkommen", ""],
        ["select_one ofta", "trivs", "Do you like it", "Trivs du?", ""],
        ["select_multiple hjalp", "hjalp", "Help", "Vilken hjälp?", ""],
        ["integer", "antal", "Number", "Hur många?", ""],
        ["text", "ord", "Words", "Berätta", ""],
    ]
    choices = [["list_name", "name", "label::English (en)", "label::Svenska (sv)"],
               ["ofta", "a", "Never", "Aldrig"], ["ofta", "b", "Often", "Ofta"],
               ["ofta", "c", "Always", "Alltid"], ["hjalp", "samtal", "Talk", "Samtal"],
               ["hjalp", "pengar", "Money", "Pengar"]]  # fmt: skip
    path = write_workbook(tmp_path / "form.xlsx", {"survey": survey, "choices": choices})
    by_title = fields(draft([path], "form", Kommun()))
    assert [*by_title] == ["Trivs du?", "Vilken hjälp?", "Hur många?", "Berätta"]
    assert labels(by_title["Trivs du?"]) == ["Aldrig", "Ofta", "Alltid"]
    assert [c["value"] for c in by_title["Trivs du?"]["categories"]] == ["a", "b", "c"]
    assert by_title["Vilken hjälp?"]["delimiter"] == " "
    assert by_title["Berätta"]["freetext"]


LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<languages><language>sv</language></languages>
<groups><rows><row><gid>1</gid><group_order>0</group_order></row></rows></groups>
<questions><rows>{questions}</rows></questions><subquestions><rows>{rows}</rows></subquestions>
<answers><rows>{answers}</rows></answers></document>"""


def element(**told: object) -> str:
    return "<row>" + "".join(f"<{k}>{v}</{k}>" for k, v in told.items()) + "</row>"


def test_limesurvey_structure(tmp_path: Path) -> None:
    def question(qid: int, code: str, kind: str, text: str, parent: int = 0, order: int = 0) -> str:
        return element(qid=qid, parent_qid=parent, gid=1, type=kind, title=code, question=text,
                       other="N", mandatory="N", question_order=order or qid, language="sv",
                       scale_id=0)  # fmt: skip

    questions = [question(1, "q1", "L", "Hur ofta?"), question(2, "q2", "M", "Vilken hjälp?"),
                 question(3, "q3", "F", "Hur nöjd är du med"),
                 question(4, "q4", "T", "Berätta")]  # fmt: skip
    rows = [question(5, "SQ1", "T", "Samtal", 2), question(6, "SQ2", "T", "Pengar", 2),
            question(7, "SQ1", "T", "Stödet", 3),
            question(8, "SQ2", "T", "Bemötandet", 3)]  # fmt: skip
    answers = [
        element(qid=q, code=f"A{i}", answer=t, sortorder=i, language="sv", scale_id=0)
        for q, said in ((1, ["Aldrig", "Ibland", "Alltid"]), (3, ["Missnöjd", "Nöjd", "Vet ej"]))
        for i, t in enumerate(said, start=1)
    ]
    text = LSS.format(questions="".join(questions), rows="".join(rows), answers="".join(answers))
    (tmp_path / "enkat.lss").write_text(text, encoding="utf-8")
    made = draft([tmp_path / "enkat.lss"], "enkat", Kommun())
    by_title = fields(made)
    assert labels(by_title["Hur ofta?"]) == ["Aldrig", "Ibland", "Alltid"]
    assert [c["header"] for c in by_title["Vilken hjälp?"]["columns"]] == ["q2[SQ1]", "q2[SQ2]"]
    assert by_title["Stödet"]["group"] == by_title["Bemötandet"]["group"]
    assert gone(by_title["Stödet"]) == ["Vet ej"]
    assert by_title["Berätta"]["freetext"]


def test_qualtrics_structure(tmp_path: Path) -> None:
    def question(tag: str, kind: str, **more: Any) -> Doc:
        text = {"QuestionText": f"<b>Fråga</b> {tag}"}
        payload = {"QuestionID": tag, "DataExportTag": tag, "QuestionType": kind, **text, **more}
        return {"Element": "SQ", "PrimaryAttribute": tag, "Payload": payload}

    def shown(*said: str) -> Doc:
        return {str(i): {"Display": t} for i, t in enumerate(said, start=1)}

    doc = {
        "SurveyEntry": {"SurveyName": "Brukare"},
        "SurveyElements": [
            question("Q1", "MC", Selector="SAVR", Choices=shown("Bad", "Good", "Excellent"),
                     RecodeValues={"1": "3", "2": "2", "3": "1"}),
            question("Q2", "MC", Selector="MAVR", Choices=shown("A", "B"), ChoiceOrder=["2", "1"]),
            question("Q3", "Matrix", Selector="Likert", SubSelector="SingleAnswer",
                     Choices=shown("Rad ett", "Rad två"), Answers=shown("Never", "Often", "N/A")),
            question("Q4", "TE", Selector="SL"),
            question("Q5", "DB", Selector="TB"),
        ],
    }  # fmt: skip
    (tmp_path / "enkat.qsf").write_text(json.dumps(doc), encoding="utf-8")
    made = draft([tmp_path / "enkat.qsf"], "enkat", Kommun())
    by_title = fields(made)
    assert made.doc["title"] == "Brukare" and "Fråga Q5" not in by_title
    first = by_title["Fråga Q1"]
    assert labels(first) == ["Bad", "Good", "Excellent"]
    assert [c["value"] for c in first["categories"]] == [3, 2, 1]
    assert [c["header"] for c in by_title["Fråga Q2"]["columns"]] == ["Q2_2", "Q2_1"]
    assert gone(by_title["Rad två"]) == ["N/A"] and by_title["Rad två"]["group"] == "q3"


def google(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    write_text(path, [["Tidstämpel", *heads], *(["2025-01-02 10:00:00", *r] for r in rows)])
    return path


class TestYears:
    OLD = ("Var bor du?", "Hur nöjd är du med stödet?", "Har du fått en plan?")
    NEW = ("Var bor du nu?", "Hur nöjd är du med stödet?", "Vill du ha en plan?")

    def files(self, folder: Path) -> list[Path]:
        homes = ("Eget boende (hyresrätt)", "Eget boende (hyresrätt etc.)")
        return [
            google(
                folder / f"brukare-{year}.csv",
                heads,
                [
                    (
                        (home, "Familjehem")[i % 2],
                        ("Nöjd", "Mycket nöjd", "Missnöjd")[i % 3],
                        ("Ja", "Nej")[i % 2],
                    )
                    for i in range(18)
                ],
            )
            for year, heads, home in ((2024, self.OLD, homes[0]), (2025, self.NEW, homes[1]))
        ]

    def test_renamed_questions_and_answers_are_aliases_and_asked_about(
        self, tmp_path: Path
    ) -> None:
        made = draft(self.files(tmp_path), "brukare", Kommun())
        by_title = fields(made)
        assert by_title["Var bor du nu?"]["aliases"] == ["Var bor du?"]
        home = next(c for c in by_title["Var bor du nu?"]["categories"] if "Eget" in c["label"])
        assert home["label"].endswith("etc.)") and home["aliases"] == ["Eget boende (hyresrätt)"]
        assert {"Har du fått en plan?", "Vill du ha en plan?"} <= {*by_title}
        asked = " ".join(a.text for a in made.asks)
        assert "Var bor du?" in asked and "Eget boende (hyresrätt)" in asked

    def test_a_year_is_added_to_a_codebook_in_use_and_nothing_in_it_changed(
        self, tmp_path: Path
    ) -> None:
        old, new = self.files(tmp_path)
        book = write_codebook(tmp_path, str(old)).codebook
        doc = json.loads(book.read_text(encoding="utf-8"))
        doc["fields"][0] |= {"title": "Boende", "aliases": ["Var bor du?"], "sensitive": True}
        book.write_text(json.dumps(doc), encoding="utf-8")
        doc["fields"][0]["title"] = "Var bor du?"
        book.write_text(json.dumps(doc), encoding="utf-8")
        made = write_codebook(tmp_path, str(new), extend=str(book)).drafted
        first = made.doc["fields"][0]
        assert first["aliases"] == ["Var bor du?", "Var bor du nu?"] and first["sensitive"]
        assert any("etc.)" in a for c in first["categories"] for a in c.get("aliases", ()))
        assert [f["title"] for f in made.doc["fields"]] == [*self.OLD, "Vill du ha en plan?"]
        assert "Har du fått en plan?" in " ".join(made.said)

    def test_a_codebook_is_never_written_over(self, tmp_path: Path) -> None:
        old, _ = self.files(tmp_path)
        book = write_codebook(tmp_path, str(old)).codebook
        before = book.read_bytes()
        with pytest.raises(UppfoljningError, match="skrivs aldrig över"):
            write_codebook(tmp_path, str(old))
        assert book.read_bytes() == before

    def test_the_verb_says_where_and_asks_in_swedish(self, tmp_path: Path) -> None:
        workspace = at(tmp_path / "hem")
        workspace.raw.mkdir(parents=True)
        old, new = self.files(tmp_path)
        done = run(workspace, "codebook", f"{old};{new}")
        assert done.returncode == 0, done.stderr
        assert "går att använda som den är" in done.stdout and "Gör så här" in done.stdout
        assert (workspace.raw / "formular" / "brukare.json").is_file()
        assert (workspace.raw / "formular" / "brukare.fragor.md").is_file()
        lacking = run(workspace, "codebook", str(tmp_path / "finns-inte.csv"))
        assert lacking.returncode == 2 and "finns inte" in lacking.stderr

    def test_the_same_files_give_the_same_bytes(self, tmp_path: Path) -> None:
        asked = ";".join(map(str, self.files(tmp_path)))
        one, two = (tmp_path / n for n in ("ett", "två"))
        for seed, folder in (("1", one), ("2", two)):
            workspace = at(folder)
            workspace.raw.mkdir(parents=True)
            assert run(workspace, "codebook", asked, env={"PYTHONHASHSEED": seed}).returncode == 0
        for name in ("brukare.json", "brukare.fragor.md"):
            found = [(f / "raw" / "formular" / name).read_bytes() for f in (one, two)]
            assert found[0] == found[1]


@pytest.mark.parametrize(
    ("said", "low_to_high"),
    [
        (["Alltid", "Aldrig", "Ibland", "Ofta", "Sällan"],
         ["Aldrig", "Sällan", "Ibland", "Ofta", "Alltid"]),
        (["Mycket nöjd", "Missnöjd", "Ganska nöjd"], ["Missnöjd", "Ganska nöjd", "Mycket nöjd"]),
        (["Strongly Agree", "Disagree", "Agree", "Strongly disagree", "Neither agree nor disagree"],
         ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree",
          "Strongly Agree"]),
        (["Very satisfied", "Neutral", "Dissatisfied"],
         ["Dissatisfied", "Neutral", "Very satisfied"]),
        (["Daily", "Never", "Weekly", "Monthly"], ["Never", "Monthly", "Weekly", "Daily"]),
        (["Stämmer helt", "Stämmer inte alls", "Stämmer delvis"],
         ["Stämmer inte alls", "Stämmer delvis", "Stämmer helt"]),
    ],
)  # fmt: skip
def test_scales_stand_in_order(said: list[str], low_to_high: list[str]) -> None:
    found = scale_of(said)
    assert found is not None and list(found[1]) == low_to_high


def test_spans_of_numbers_are_no_numbered_scale_and_are_told_with_a_word(tmp_path: Path) -> None:
    said = ["0-4", "5-9", "10-14"]
    rows = [["Timestamp", "Hur många?"]]
    rows += [[f"2025-01-{1 + i:02} 08:00:00", said[i % 3]] for i in range(15)]
    write_text(tmp_path / "antal.csv", rows)
    field = fields(draft([tmp_path / "antal.csv"], "antal", Kommun()))["Hur många?"]
    assert labels(field) == ["0 till 4", "5 till 9", "10 till 14"]
    assert [c["aliases"] for c in field["categories"]] == [["0-4"], ["5-9"], ["10-14"]]
    assert [c["value"] for c in field["categories"]] == [1, 2, 3] and field["categoriesOrdered"]


def test_what_is_no_scale() -> None:
    assert scale_of(["Ja", "Nej"]) is None
    assert scale_of(["Röd", "Grön", "Blå"]) is None
    assert scale_of(["Aldrig", "Ofta", "Blå"]) is None
    assert spans(["18–29 år", "Under 18 år", "30 år eller äldre"]) == (
        "Under 18 år", "18–29 år", "30 år eller äldre"
    )  # fmt: skip
    assert numbered(["1", "10 (mycket)", "2"]) == ((1, "1"), (2, "2"), (10, "10 (mycket)"))
    assert numbered(["1", "2", "3"]) is None  # numbers alone may be a count


@pytest.mark.parametrize(
    "text", ["Vet ej", "vet inte.", "N/A", "Prefer not to answer", "Don’t know"]
)
def test_what_is_no_answer(text: str) -> None:
    assert is_missing(text) and not is_missing("Ja")


def test_answers_of_opposite_meaning_or_other_numbers_are_never_the_same() -> None:
    assert alike("Instämmer", "Instämmer inte") == 0
    assert alike("Very satisfied", "Very dissatisfied") == 0
    assert alike("Python 3.7", "Python 3.8") == 0
    assert alike("Eget boende (hyra)", "Eget boende (hyra m.m.)") > 0.8


def test_workbook_of_nothing_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "tom.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(UppfoljningError, match="ingen tabell med rubrikrad"):
        draft([path], "tom", Kommun())
