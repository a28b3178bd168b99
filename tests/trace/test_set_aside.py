"""Answers that their tool marks as incomplete, tests or previews: in quarantine with a reason,
counted in the balance, by every path through the house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.intake.dialects import RULES
from pipeline.trace.prove.cells import Mutation, Place
from pipeline.trace.prove.replay import replay, settle
from pipeline.trace.prove.world import read_world
from pipeline.trace.tables import Tables
from pipeline.workspace import Workspace
from tests.intake.conftest import ENKAT
from tests.intake.torture.files import (
    FILES,
    GRADE,
    LIME,
    MONKEY,
    MONKEY_ROW,
    Q_META,
    ROLE,
    imports,
    q_row,
    text,
)
from tests.municipality import establish, settings, tables

from .test_verify_cleaning import apart

KEYED = {
    **ENKAT,
    "primaryKey": ["svars_id"],
    "fields": [
        {"name": "svars_id", "title": "Svars-ID", "type": "string", "identifies": True,
         "aliases": ["ResponseId", "id", "Respondent ID"]},
        *ENKAT["fields"],  # type: ignore[misc]
        {"name": "fritt", "title": "Vad vill du säga?", "type": "string", "freetext": True},
    ],
}  # fmt: skip
SAID = "Vad vill du säga?"
QUALTRICS = text(
    [[*Q_META, "Q1", "Q2", "Q9"], [*Q_META, ROLE, GRADE, SAID],
     [*imports('{"ImportId":"%s"}'), '{"ImportId":"QID9"}'],
     [*q_row(1), ""], [*q_row(2, Status="Survey Preview"), "ring 070-123 45 67"],
     # the same person twice: one that was never sent in must not win over the one that was
     [*q_row(3), "x"], [*q_row(3, Finished="False"), "y"],
     [*q_row(3, Finished="FALSE"), "z"]], ","
)  # fmt: skip
LIMESURVEY = text(
    [[*LIME, "q1", "q2"], ["1", "2025-03-01 08:00:00", "3", "sv", "1", "chef", "4"],
     ["2", "", "1", "sv", "2", "chef", ""], ["3", "2025-03-02 08:00:00", "3", "sv", "3", "", "5"]]
)  # fmt: skip
SURVEYMONKEY = text(
    [[*MONKEY, "Response Status", ROLE, GRADE], [""] * 6 + ["Response"] * 2,
     [*MONKEY_ROW, "Complete", "chef", "4"], [*MONKEY_ROW, "Partial", "chef", "2"]], ","
)  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    workspace = establish(tmp_path, settings("Provkommun", ["norr=Norr"]), KEYED)
    folder = workspace.raw / "2025"
    (folder / "qualtrics.csv").write_text(QUALTRICS, encoding="utf-8")
    (folder / "lime.csv").write_text(LIMESURVEY, encoding="utf-8")
    (folder / "apa.csv").write_text(SURVEYMONKEY, encoding="utf-8")
    (folder / "kobo.xlsx").write_bytes(FILES["kobo.xlsx"]())
    return workspace


def record(workspace: Workspace, name: str) -> Any:
    path = workspace.processed / "2025" / name
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return json.loads(path.read_text(encoding="utf-8"))


def test_they_stand_in_the_balance_as_quarantined(made: Workspace) -> None:
    tables(made, 2025)
    figures = {
        name: (f["rows"], f["processed"], f["duplicates"], f["quarantined"])
        for name, f in record(made, "balance.json")["files"].items()
    }
    assert figures == {
        "qualtrics.csv": (5, 2, 0, 3),
        "lime.csv": (3, 1, 0, 2),  # one was not sent in, one lacks its required role
        "apa.csv": (2, 1, 0, 1),
        "kobo.xlsx": (2, 1, 0, 1),
    }


def test_each_is_told_by_its_row_and_reason(made: Workspace) -> None:
    tables(made, 2025)
    told = {
        (r["_kalla"], r["_rad"]): r["orsak"]
        for r in record(made, "rader.parquet")
        if r["status"] == "karantan"
    }
    why = {key: words[-1] for key, words in RULES.items()}
    assert told["qualtrics.csv", 5] == why["forhandsgranskning"]
    assert told["qualtrics.csv", 7] == told["lime.csv", 3] == why["ofullstandigt_svar"]
    assert told["kobo.xlsx!Blad1", 3] == why["underkant_svar"]
    cells = {
        (c["adress"], c["kontroll"])
        for c in record(made, "celler.parquet")
        if c["atgard"] == "karantan"
    }
    assert ("lime.csv!B3", "provenkat.ofullstandigt_svar") in cells
    assert ("kobo.xlsx!Blad1!K3", "provenkat.underkant_svar") in cells
    checks = {c["kontroll"]: c["unexpected"] for c in record(made, "kontroller.json")["checks"]}
    assert checks["provenkat.ofullstandigt_svar"] == 4
    assert checks["provenkat.forhandsgranskning"] == checks["provenkat.underkant_svar"] == 1


def test_a_telephone_number_in_one_of_them_is_still_told(made: Workspace) -> None:
    tables(made, 2025)
    masked = [c["adress"] for c in record(made, "celler.parquet") if c["atgard"] == "maskerad"]
    assert masked == ["qualtrics.csv!J5"]


def test_verification_and_the_proof_see_the_same_rows(made: Workspace) -> None:
    assert apart(made) == []
    world = settle(read_world(made, 2025))
    (table,) = world.tables.values()
    states = [*table.states.values(), *table.aside.values()]
    fields = ("_kalla", "_rad", "fil", "tabell", "status")
    ours = sorted(tuple(r[f] for f in fields) for r in record(made, "rader.parquet"))
    assert sorted(tuple(s.status[f] for f in fields) for s in states) == ours
    marks = ("_kalla", "_rad", "falt", "atgard", "kontroll")
    cells = sorted(tuple(c[f] for f in marks) for c in record(made, "celler.parquet"))
    assert sorted(tuple(m[f] for f in marks) for s in states for m in s.marks) == cells


def test_the_municipality_may_count_them_all_the_same(made: Workspace) -> None:
    settings_of = made.raw / "kommun.toml"
    kept = 'rakna_alla_svar = ["lime.csv", "qualtrics.csv"]\n'
    settings_of.write_text(kept + settings_of.read_text(encoding="utf-8"), encoding="utf-8")
    assert apart(made) == []
    figures = record(made, "balance.json")["files"]
    assert figures["lime.csv"]["quarantined"] == 1 and figures["lime.csv"]["processed"] == 2
    # Now the same id is one person's three answers: the last one is kept.
    assert figures["qualtrics.csv"]["duplicates"] == 2
    note = record(made, "kallor.json")["lime.csv"]["note"]
    assert "1 ofullständigt svar räknas ändå enligt rakna_alla_svar" in note


def test_a_column_that_decides_which_answers_count_can_change_every_number(
    tmp_path: Path,
) -> None:
    """LimeSurvey's date of sending, read as a field of the form too."""
    dated = {
        **KEYED,
        "fields": [
            *KEYED["fields"],  # type: ignore[misc]
            {"name": "dag", "title": "Datum", "type": "date", "aliases": ["submitdate"]},
        ],
    }
    workspace = establish(tmp_path, settings("Provkommun", ["norr=Norr"]), dated)
    (workspace.raw / "2025" / "lime.csv").write_text(LIMESURVEY, encoding="utf-8")
    assert apart(workspace) == []
    form = Tables(workspace, 2025).forms.form("provenkat")
    assert "dag" in form.structural and "betyg" not in form.structural
    # Without its date the first answer is none, though nothing else of it has changed.
    world = settle(read_world(workspace, 2025))
    place = Place(2025, "lime.csv", 2, 1, "provenkat", "dag")
    changes = replay(world, Mutation(place, "saknas", "2025-03-01 08:00:00", ""))
    assert changes is not None
    ((before, after),) = changes["rader", 2025]
    assert before is not None and before["status"] == "behandlad"
    assert after is not None and after["status"] == "karantan"
    ((counted, gone),) = changes["provenkat", 2025]
    assert counted is not None and counted["betyg"] == 4 and gone is None
