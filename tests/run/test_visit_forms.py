"""The protocol of a visit: made with its rows, filled in with five mistakes, read back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from pipeline.audit.fragor import SHIPPED, guide
from pipeline.audit.kriterier import KRITERIER
from pipeline.errors import ConfigError, UsageError
from pipeline.facts.dataset import codebooks
from pipeline.publish.form_book import HEADER
from pipeline.publish.protocol_form import SHEETS
from pipeline.run.blanketter import drawn, visit_forms
from pipeline.trace.verify.finding import find_table
from pipeline.trace.verify.reading import year_sheets
from pipeline.validation.records import read_summary
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import establish, run, settings, tables, write_workbook

YEAR, VISIT = 2025, "V2025-03"
KOMMUN = settings("Provkommun", ["norra=Hemtjänst Norra"], day="2026-03-16")
PLAN = [
    ["Besökets nummer", "Diarienummer", "Verksamhet som följs upp", "Regi", "Områden som följs upp",
     "Besöksdatum", "Besökets läge"],
    [VISIT, "SN 2025/3", "Hemtjänst Norra", "Egen regi",
     "Social dokumentation (SoL och LSS);Hälso- och sjukvårdsdokumentation (HSL);Delaktighet och "
     "bemötande", dt.date(2025, 9, 16), "Planerat"],
]  # fmt: skip
ASKED = [
    ["Besökets nummer", "Dokument", "Begärt den"],
    [VISIT, "Rutin för delegering", dt.date(2025, 8, 20)],
]
# Three kunder as a draw's protocol names them: pseudonyms in the draw's order, laws by pseudonym.
DRAW = {
    "besok_id": VISIT,
    "nr": 1,
    "ram": {"kunder": [["aaa1", ["sol"]], ["bbb2", ["hsl", "sol"]], ["ccc3", ["lss"]]]},
    "urval": ["bbb2", "ccc3", "aaa1"],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = establish(tmp_path, KOMMUN, year=YEAR)
    write_workbook(made.raw / str(YEAR) / "plan.xlsx", {"Plan": PLAN})
    write_workbook(made.raw / str(YEAR) / "Begärda dokument.xlsx", {"Dokument": ASKED})
    tables(made, YEAR)
    return made


def laid(workspace: Workspace, number: int, record: dict[str, Any]) -> None:
    folder = workspace.raw / str(YEAR) / "protokoll" / "urval"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{VISIT}-{number:02d}.json"
    path.write_text(json.dumps(record), encoding="utf-8")


def body(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True) if any(row)]


def test_the_protocol_has_a_row_for_everything_that_is_reviewed(workspace: Workspace) -> None:
    laid(workspace, 1, {**DRAW, "urval": ["aaa1"]})
    laid(workspace, 2, {**DRAW, "nr": 2})
    assert drawn(workspace, YEAR, VISIT) == [("hsl", "sol"), ("lss",), ("sol",)]
    protocol, remarks = visit_forms(workspace, YEAR, VISIT, None)
    assert protocol.parent == workspace.reports / "blanketter" / str(YEAR) / VISIT
    again = protocol.read_bytes()
    assert visit_forms(workspace, YEAR, VISIT, None)[0].read_bytes() == again
    book = openpyxl.load_workbook(protocol)
    titles = {codebooks(workspace.raw)[n].title: n for n in SHEETS}
    assert [titles.get(s) for s in book.sheetnames[: len(SHEETS)]] == list(SHEETS)
    review = [r for r in body(book.worksheets[0]) if r[1] is not None]
    per_law = {law: len(KRITERIER[law]) for law in KRITERIER}
    assert len(review) == 2 * per_law["sol"] + per_law["hsl"] + per_law["lss"]
    assert {(r[1], r[2]) for r in review} == {
        (1, "Socialtjänstlagen (SoL)"), (1, "Hälso- och sjukvårdslagen (HSL)"),
        (2, "Lagen om stöd och service (LSS)"), (3, "Socialtjänstlagen (SoL)"),
    }  # fmt: skip
    documents = body(book.worksheets[3])
    assert documents[0][:3] == (VISIT, "Rutin för delegering", dt.datetime(2025, 8, 20))
    assert [r[1] for r in body(book.worksheets[5]) if r[2]] == [
        "Social dokumentation (SoL och LSS)", "Hälso- och sjukvårdsdokumentation (HSL)",
        "Delaktighet och bemötande",
    ]  # fmt: skip
    questions = [r for r in body(book.worksheets[1]) if r[4]]
    assert {r[3] for r in questions} == {r[1] for r in body(book.worksheets[5]) if r[2]}
    for path in (protocol, remarks):
        shown = [c for s in openpyxl.load_workbook(path) for r in s.values for c in r]
        assert not {"aaa1", "bbb2", "ccc3"} & set(shown)


def test_without_a_draw_there_is_room_for_eight(workspace: Workspace) -> None:
    protocol, _ = visit_forms(workspace, YEAR, VISIT, None)
    review = body(openpyxl.load_workbook(protocol).worksheets[0])
    assert {r[1] for r in review if r[1]} == set(range(1, 9))


def test_five_mistakes_in_a_protocol_are_each_named_by_sheet_and_cell(
    workspace: Workspace,
) -> None:
    laid(workspace, 1, DRAW)
    protocol, remarks = visit_forms(workspace, YEAR, VISIT, None)
    book = openpyxl.load_workbook(protocol)
    review, interviews, routines, documents, deviations, findings = book.worksheets[:6]
    for row in range(HEADER + 1, HEADER + 11):
        review.cell(row, 5, "Ja")
        review.cell(row, 6, "SAS")
    review.cell(HEADER + 3, 5, "Dlevis")  # 1: an answer that is none
    interviews.cell(HEADER + 1, 6, "Planerna används.")
    interviews.cell(HEADER + 1, 7, "tre")  # 2: no number
    routines.cell(HEADER + 1, 2, "Rutin för delegering")
    routines.cell(HEADER + 1, 3, "kanske")  # 3: neither yes nor no
    documents.cell(HEADER + 1, 4, "i augusti")  # 4: no day
    for column, value in enumerate(("Socialtjänstlagen (SoL)", "Fall", 7), start=2):
        deviations.cell(HEADER + 1, column, value)
    findings.cell(HEADER + 1, 4, "Planer saknas i flera akter.")  # 5: no colour, and it must have
    book.save(workspace.raw / str(YEAR) / "Protokoll V2025-03.xlsx")
    book = openpyxl.load_workbook(remarks)
    book.worksheets[0].cell(HEADER + 1, 3, "Inledningen")
    book.worksheets[0].cell(HEADER + 1, 4, "Fel enhet nämns.")
    book.save(workspace.raw / str(YEAR) / "Korrektur V2025-03.xlsx")
    tables(workspace, YEAR)
    summary = read_summary(workspace.processed / str(YEAR))
    told = {f.adress.partition("!")[2]: f for f in summary.findings if f.att_gora}
    assert set(told) == {
        f"Granskning av dokumentation!E{HEADER + 3}", f"Intervjuer!G{HEADER + 1}",
        f"Följsamhet till rutiner!C{HEADER + 1}", f"Begärda dokument!D{HEADER + 1}",
        f"Bedömning!F{HEADER + 1}",
    }  # fmt: skip
    assert all(f.fil == "Protokoll V2025-03.xlsx" and f.gor_sa for f in told.values())
    assert "Menade du ”Delvis”?" in told[f"Granskning av dokumentation!E{HEADER + 3}"].orsak

    def rows(table: str) -> list[dict[str, Any]]:
        return pq.read_table(workspace.processed / str(YEAR) / f"{table}.parquet").to_pylist()

    assert [r["svar"] for r in rows("granskning")] == ["ja", "ja", None, *["ja"] * 7]
    assert (
        len(rows("intervjuer")) == len(rows("avvikelsegranskning")) == len(rows("korrektur")) == 1
    )
    assert rows("bedomning") == []  # in quarantine


def test_verification_finds_the_same_rows_by_its_own_reading(workspace: Workspace) -> None:
    laid(workspace, 1, DRAW)
    protocol, _ = visit_forms(workspace, YEAR, VISIT, None)
    book = openpyxl.load_workbook(protocol)
    book.worksheets[0].cell(HEADER + 2, 5, "Nej")
    book.worksheets[5].cell(HEADER + 3, 4, "Bemötandet är gott.")
    book.save(workspace.raw / str(YEAR) / "protokoll.xlsx")
    tables(workspace, YEAR)
    sources = json.loads((workspace.processed / str(YEAR) / "kallor.json").read_text("utf-8"))
    books = codebooks(workspace.raw)
    found = {s.source: find_table(s, books) for s in year_sheets(workspace.raw, YEAR, ())}
    theirs = {name: len(f.rows) for name, f in found.items() if f is not None}
    ours = {name: s["rows"] for name, s in sources.items() if s["table"]}
    assert theirs == ours and ours["protokoll.xlsx!Granskning av dokumentation"] == 1


def test_a_visit_that_is_not_planned_is_named(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"V2025-99 står inte.*\n.*V2025-03"):
        visit_forms(workspace, YEAR, "V2025-99", None)


def test_the_command_writes_a_visits_forms_and_leaves_the_edition_alone(
    workspace: Workspace,
) -> None:
    done = run(workspace, "forms", "--year", str(YEAR), "--besok", VISIT)
    assert done.returncode == 0, done.stderr
    assert f"{VISIT}/protokoll.xlsx" in done.stdout.replace("\\", "/")
    assert not (workspace.reports / str(YEAR)).exists()


def test_the_interview_guide_may_be_the_municipalitys_own(tmp_path: Path) -> None:
    areas, roles = {"Rutiner": "rutiner"}, {"Personal": "personal"}
    own = tmp_path / "intervjufragor.md"
    own.write_text("## Rutiner\n### Personal\n- Var finns rutinerna?\n", encoding="utf-8")
    [question] = guide(own, areas, roles)
    assert (question.omrade, question.roll, question.fraga) == (
        "rutiner", "personal", "Var finns rutinerna?",
    )  # fmt: skip
    own.write_text("## Rutiner\n### Städare\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"intervjufragor\.md, rad 2: rollen ”Städare”"):
        guide(own, areas, roles)
    own.write_text("- Lös fråga?\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="rad 1: frågan står inte under"):
        guide(own, areas, roles)


def test_the_shipped_guide_and_criteria_speak_of_what_the_codebooks_know() -> None:
    books = codebooks(SHIPPED.parent)
    asked = books["intervjuer"]
    areas, roles = (
        {c.label: str(c.value) for c in asked.field(n).categories} for n in ("omrade", "roll")
    )
    questions = guide(None, areas, roles)
    assert {(q.omrade, q.roll) for q in questions} == {
        (a, r) for a in areas.values() for r in roles.values()
    }
    known = {str(c.value) for c in books["granskning"].field("kriterium").categories}
    assert {c for criteria in KRITERIER.values() for c in criteria} == known
    load_kommun.cache_clear()
