"""A whole visit through files only: plan and filled rows, draft, remarks, final report, the plan
for what is red, and later data. One workspace, in the order of the year: each test is a step."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from pipeline.errors import GateError, UsageError
from pipeline.run.audit import audit
from pipeline.run.audit_freeze import freeze
from pipeline.workspace import Workspace

from .reading import report, section, table, text_of
from .visit import GRADES, REMARKS, REVIEW, WHOLE, YEAR, changed, municipality, write

pytestmark = pytest.mark.usefixtures("lasting_kernels")
D = dt.date
SENT, FINAL = D(2025, 4, 7), D(2025, 4, 28)
RED, YELLOW = (
    "▲ Röd – måste åtgärdas", "◆ Gul – frivilligt att utveckla",
)  # fmt: skip
SOL = "Social dokumentation"
REMARK = (WHOLE, 1, "Granskning av dokumentation", "Plan finns för 2 kunder till.", D(2025, 4, 14))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return municipality(tmp_path_factory.mktemp("versioner"))


def home(place: Workspace, version: str = "") -> Path:
    return place.raw / str(YEAR) / "protokoll" / "verksamhet" / WHOLE / version


def page(place: Workspace) -> Path:
    return place.reports / str(YEAR) / "intern" / "verksamhet" / WHOLE / "rapport.html"


def remarks(place: Workspace, *rows: tuple[object, ...]) -> None:
    write(place, "Korrektur", (REMARKS[0], list(rows)))


def test_1_nothing_is_final_before_a_draft(place: Workspace) -> None:
    for wrong, visit, by in (("v2", WHOLE, "SAS"), ("v0", "", "SAS"), ("v0", WHOLE, " "),
                             ("v0", WHOLE, "Anna, 19811218-9876")):  # fmt: skip
        with pytest.raises(UsageError):
            freeze(place, YEAR, visit, wrong, by, SENT, print)
    with pytest.raises(UsageError, match="står inte i uppföljningsplanen"):
        freeze(place, YEAR, "V2025-77", "v0", "SAS", SENT, print)
    with pytest.raises(GateError, match="Inget utkast för V2025-01 har gått"):
        freeze(place, YEAR, WHOLE, "v1", "SAS", FINAL, print)
    assert not home(place).exists()


def test_2_the_draft_is_frozen_as_it_is_sent(place: Workspace) -> None:
    made = freeze(place, YEAR, WHOLE, "v0", "SAS", SENT, print)
    assert made == home(place, "v0")
    assert {p.name for p in made.iterdir()} == {
        "rapport.html", "rapport.pdf", "tal.json", "utgava.json"
    }  # fmt: skip
    told = json.loads((made / "utgava.json").read_text("utf-8"))
    assert (told["version"], told["datum"], told["beslutad_av"]) == ("v0", "2025-04-07", "SAS")
    assert {f["namn"]: f["sha256"] for f in told["filer"]} == {
        name: hashlib.sha256((made / name).read_bytes()).hexdigest()
        for name in ("rapport.html", "rapport.pdf", "tal.json")
    }
    sent = (made / "rapport.html").read_text("utf-8")
    assert "Utkast v0 för korrekturläsning" in sent
    assert "<script" not in sent and ".xlsx" not in sent  # no panel, no files of the house
    assert "lämnar sina synpunkter skriftligt" in section(made / "rapport.html", "Korrekturläsning")
    numbers = {(e["name"], e["scope"].get("kriterium")): e for e in
               json.loads((made / "tal.json").read_text("utf-8"))}  # fmt: skip
    current = numbers["dokumentation_sol_uppfyllt", "plan_aktuell"]
    assert (current["texts"][0], current["numerator"], current["denominator"]) == ("3 av 8", 3, 8)
    if os.name == "posix":
        assert all(not p.stat().st_mode & stat.S_IWUSR for p in made.iterdir())


def test_3_the_draft_is_never_frozen_again(place: Workspace) -> None:
    before = {p.name: p.read_bytes() for p in home(place, "v0").iterdir()}
    with pytest.raises(GateError, match="frystes 2025-04-07 av SAS och skrivs aldrig över"):
        freeze(place, YEAR, WHOLE, "v0", "MAS", FINAL, print)
    assert {p.name: p.read_bytes() for p in home(place, "v0").iterdir()} == before


def test_4_it_is_not_final_while_something_is_left(place: Workspace) -> None:
    remarks(place, (*REMARK, None, None))
    heads, rows = GRADES
    write(place, "Bedömning", changed(
        (heads, rows), "Delaktighet", 1, **{"Beslutad av (roller)": None}
    ))  # fmt: skip
    with pytest.raises(GateError) as refused:
        freeze(place, YEAR, WHOLE, "v1", "SAS och MAS", FINAL, print)
    told = str(refused.value)
    assert "Synpunkt 1 (Granskning av dokumentation): vad som gjordes med den" in told
    assert "Iakttagelse 1 (Delaktighet och bemötande): beslutad av (roll) saknas." in told
    assert told.count("\n  ") == 2 and refused.value.exit_code == 3
    assert not home(place, "v1").exists()


def test_5_the_final_report_lists_what_has_changed_number_by_number(place: Workspace) -> None:
    remarks(
        place, (*REMARK, "Infört", "Två planer till visades upp."),
        (WHOLE, 2, "Metod", "Vi hade få avvikelser.", D(2025, 4, 14), "Inte infört", "Se texten."),
    )  # fmt: skip
    heads, rows = REVIEW
    shown = ("Genomförandeplanen är aktuell",)
    found = [
        (*r[:4], "Ja", *r[5:]) if r[3] in shown and r[1] in (4, 5) else r for r in rows
    ]  # fmt: skip
    write(place, "Granskning", (heads, found))
    graded = changed(GRADES, SOL, 1, **{
        "Färg": "Gul", "Handlingsplan begärd den": None, "Handlingsplan senast": None,
    })  # fmt: skip
    new = (WHOLE, "Rutiner", 1, "Två rutiner följs inte.", "Gå igenom dem.", "Röd", None, "MAS",
           D(2025, 4, 25), D(2025, 4, 28), D(2025, 5, 19)) + (None,) * 6  # fmt: skip
    write(place, "Bedömning", (graded[0], [*graded[1], new]))
    made = freeze(place, YEAR, WHOLE, "v1", "SAS och MAS", FINAL, print)
    final = made / "rapport.html"
    assert "Slutlig rapport v1" in final.read_text("utf-8")
    numbers = table(final, "Tal som ändrats sedan utkastet")
    # by hand: two no became yes, one finding went from red to yellow and a red one came
    assert numbers["Uppfyllda kriterier, Socialtjänstlagen (SoL) (Kriterium: "
                   "Genomförandeplanen är aktuell)"] == ["3 av 8", "5 av 8"]  # fmt: skip
    assert numbers["Nej (Kriterium: Genomförandeplanen är aktuell)"] == ["5", "3"]
    assert numbers["Synpunkter på utkastet"] == ["Fanns inte", "2"]
    assert numbers["Iakttagelser, Följsamhet till rutiner"] == ["0", "1"]
    assert numbers["Iakttagelser, Social dokumentation (SoL och LSS), ▲ Röd – måste åtgärdas"] == [
        "1", "0",
    ]  # fmt: skip
    assert not any("Avvikelser" in title for title in numbers)  # nothing moved there
    grades = table(final, "Bedömningar som ändrats sedan utkastet")
    assert grades == {
        "": ["Då", "Nu"],
        "Social dokumentation (SoL och LSS) 1": [RED, YELLOW],
        "Följsamhet till rutiner 1": ["Fanns inte", RED],
    }
    read = table(final, "Verksamhetens synpunkter på utkastet")
    assert read["1. Granskning av dokumentation"] == [
        "Plan finns för 2 kunder till.", "Infört",
        "Två planer till visades upp.",
    ]  # fmt: skip
    assert read["2. Metod"][1:] == ["Inte infört", "Se texten."]


def test_6_the_built_report_says_that_the_final_one_holds(place: Workspace) -> None:
    audit(place, YEAR, WHOLE, D(2025, 5, 10), print)
    told = text_of(report(page(place)))
    assert "Den slutliga rapporten beslutades 2025-04-28 av SAS och MAS." in told
    assert "Läget efter slutlig v1 av 2025-04-28" in page(place).read_text("utf-8")
    changes = section(page(place), "Ändringar")
    assert "Inga tal har ändrats sedan den slutliga rapporten." in changes
    assert "Inga bedömningar har ändrats sedan den slutliga rapporten." in changes
    red = section(page(place), "Handlingsplan för det röda")
    assert "Handlingsplanen begärdes 2025-04-28 och ska ha kommit 2025-05-19." in red
    folder = page(place).parent
    for name, version in (("utkast", "v0"), ("slutlig", "v1")):
        for suffix in ("html", "pdf"):
            sent = home(place, version) / f"rapport.{suffix}"
            assert (folder / f"{name}.{suffix}").read_bytes() == sent.read_bytes()
    index = (folder.parent / "index.html").read_text("utf-8")
    assert f'href="{WHOLE}/slutlig.pdf"' in index


def test_7_a_late_plan_is_told_as_late_and_later_data_as_later(place: Workspace) -> None:
    graded = changed(GRADES, SOL, 1, **{"Färg": "Gul"})
    answered = (WHOLE, "Rutiner", 1, "Två rutiner följs inte.", "Gå igenom dem.", "Röd", None,
                "MAS", D(2025, 4, 25), D(2025, 4, 28), D(2025, 5, 19), D(2025, 5, 26),
                "Genomgång på mötet.", D(2025, 9, 1)) + (None,) * 3  # fmt: skip
    write(place, "Bedömning", (graded[0], [*graded[1], answered]))
    audit(place, YEAR, "", D(2025, 6, 10), print)
    red = section(page(place), "Handlingsplan för det röda")
    assert "Handlingsplan har kommit för 1, varav 1 för sent." in red
    assert "Handlingsplanen kom 2025-05-26, för sent: den skulle ha kommit 2025-05-19." in red
    assert "Genomgång på mötet. 2025-09-01 Ska vara klart 2025-09-01." in red
    moved = table(page(place), "Tal som ändrats sedan den slutliga rapporten")
    assert moved["Röda iakttagelser med mottagen handlingsplan"] == ["0", "1"]
    assert moved["Röda iakttagelser med handlingsplan som kom för sent"] == ["0", "1"]
    assert set(moved) == {"", "Röda iakttagelser med mottagen handlingsplan",
                          "Röda iakttagelser med handlingsplan som kom för sent"}  # fmt: skip


def test_8_a_frozen_report_that_is_touched_stops_the_build(place: Workspace) -> None:
    file = home(place, "v1") / "rapport.html"
    before, built = file.read_bytes(), page(place).read_bytes()
    file.chmod(0o644)
    file.write_bytes(before.replace(b"5 av 8", b"6 av 8", 1))
    with pytest.raises(GateError, match=r"v1/rapport\.html är inte som när rapporten frystes"):
        audit(place, YEAR, "", D(2025, 6, 10), print)
    assert page(place).read_bytes() == built
    file.write_bytes(before)
