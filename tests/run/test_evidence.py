"""What there is of each step of Exempelkommun's year, on different days, with and without it; what
the terminal and the front page say of it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.arshjul.standing import AHEAD, BEGUN, DONE, LACKING, LATE, Standing, Wheel
from pipeline.arshjul.text import terminal
from pipeline.cli import main
from pipeline.publish.arshjul import months
from pipeline.publish.document import Document, Meta
from pipeline.publish.edition import front_page
from pipeline.publish.manifest import write_manifest
from pipeline.publish.standing import Standing as Front
from pipeline.run.evidence import wheel
from pipeline.run.releases import COUNTS, RECORD, STAGES, folder_of
from pipeline.workspace import REPO, Workspace, load_kommun
from tests import municipality
from tests.municipality import at, copy
from tests.publish import sample

YEAR = 2025
GOLDEN = Path(__file__).with_name("status_2026-06-10.txt")
HEAD = '+++\ndatum = {}\ndeltog = ["enhetschef"]\n{}+++\nText.\n'


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = copy(municipality.example(), tmp_path_factory.mktemp("exempel"))
    shutil.rmtree(made.raw / str(YEAR) / "analys", ignore_errors=True)  # written below, by the day
    for folder in (made.raw, made.processed):
        for year in (YEAR - 2, YEAR - 1):  # read for what ended in the year; tests copy the rest
            shutil.rmtree(folder / str(year))
    return made


@pytest.fixture
def workspace(example: Workspace, tmp_path: Path) -> Workspace:
    load_kommun.cache_clear()
    return copy(example, tmp_path)


def on(workspace: Workspace, date: str, late: bool = True) -> dict[str, Standing]:
    made = wheel(workspace, YEAR, day(date), late)
    return {s.step.key: s for s in made.standings}


def states(workspace: Workspace, date: str) -> dict[str, str]:
    return {key: s.state for key, s in on(workspace, date).items()}


def without(workspace: Workspace, table: str) -> None:
    (workspace.processed / str(YEAR) / f"{table}.parquet").unlink()


def build(workspace: Workspace, date: str) -> None:
    folder = workspace.reports / str(YEAR) / "intern"
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, Meta("Provkommun", "", YEAR, dt.date.fromisoformat(date), "1"))


def freeze(workspace: Workspace, number: int, stage: str, date: str) -> None:
    folder = folder_of(workspace.raw, YEAR) / f"{number:02d}-{stage}"
    folder.mkdir(parents=True)
    told = {"steg": stage, "nummer": number, "per_datum": date, "beslutad_av": "verksamhetschef"}
    (folder / RECORD).write_text(json.dumps(told), encoding="utf-8")
    (folder / COUNTS).write_text("{}", encoding="utf-8")


def write(workspace: Workspace, unit: str, section: str, date: str, more: str = "") -> None:
    path = workspace.raw / str(YEAR) / "analys" / unit / f"{section}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD.format(date, more), encoding="utf-8")


UNITS = ("familj", "ungdom", "beroende", "relation")
SECTIONS = ("behov", "mal", "skillnader", "slutsatser")


def test_what_is_done_follows_the_day(workspace: Workspace) -> None:
    early = states(workspace, "2025-06-18")  # two forms are dated 19 and 20 June
    assert early["t1"] == AHEAD and early["t2"] == AHEAD and early["svar"] == AHEAD
    some = on(workspace, "2025-06-19")["t1"]
    assert some.state == BEGUN and some.evidence.told.startswith("1 av 4 enheter")
    assert states(workspace, "2025-06-20")["t1"] == DONE
    assert states(workspace, "2025-10-31")["t2"] == BEGUN
    assert states(workspace, "2025-11-01")["t2"] == LATE
    assert states(workspace, "2026-01-19")["underlag"] == BEGUN  # drawn and attested on the 20th
    assert states(workspace, "2026-01-20")["underlag"] == DONE
    assert states(workspace, "2026-02-28")["svar"] == BEGUN
    assert states(workspace, "2026-03-01")["svar"] == DONE
    assert on(workspace, "2025-11-01", late=False)["t2"].state == BEGUN


def test_a_tertials_units_are_those_with_a_lock_or_a_form_that_locks(workspace: Workspace) -> None:
    locks = workspace.raw / str(YEAR) / "protokoll" / "las"
    for tertial in ("T1", "T2", "T3"):
        held = len(list(locks.glob(f"{tertial}-*.json")))
        told = on(workspace, "2026-06-10")[tertial.lower()].evidence
        assert told.told == f"{held} av 4 enheter har sammanställt, {held} är låsta."
        assert len(told.lacking) == 4 - held
        assert told.files == ("Sammanställning 2025.xlsx", "protokoll/las/")
    t2 = on(workspace, "2026-06-10")["t2"].evidence
    assert "Beroendeteamet: sammanställd 2025-09-19" in t2.lacking[0]
    shutil.rmtree(locks)  # the completed forms are there, and lock when the report is built
    t1 = on(workspace, "2026-06-10")["t1"]
    assert t1.state == DONE and t1.evidence.told == "4 av 4 enheter har sammanställt, 0 är låsta."
    without(workspace, "sammanstallning")
    t1 = on(workspace, "2026-06-10")["t1"]
    assert t1.state == LATE and t1.evidence.told.startswith("0 av 4 enheter")


def test_the_survey_without_its_forms(workspace: Workspace) -> None:
    path = workspace.processed / str(YEAR) / "intressenter.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.filter(pc.not_equal(rows["enhet"], "ungdom")), path)
    told = on(workspace, "2026-03-10")["svar"]
    assert told.state == LATE and told.evidence.lacking == ("Ungdomsmottagningen: inga svar",)
    without(workspace, "intressenter")
    assert on(workspace, "2026-03-10")["svar"].state == LATE
    assert on(workspace, "2026-02-20")["svar"].state == AHEAD
    without(workspace, "utskick")
    made = on(workspace, "2026-03-10")
    assert made["utskick"].state == LATE
    assert made["svar"].state == LACKING
    assert made["svar"].evidence.blocked == "Ingen enkät är utskickad."


def test_the_report_is_there_when_it_is_built_after_february(workspace: Workspace) -> None:
    assert states(workspace, "2026-04-10")["diagram"] == LATE
    assert states(workspace, "2026-04-10")["analys"] == LACKING
    build(workspace, "2026-02-10")
    early = on(workspace, "2026-03-10")["diagram"]
    assert early.state == BEGUN and "innan alla svar" in early.evidence.told
    build(workspace, "2026-03-16")
    assert states(workspace, "2026-03-16")["diagram"] == DONE
    assert states(workspace, "2026-03-15")["diagram"] == AHEAD  # not built yet on that day
    assert states(workspace, "2026-04-10")["analys"] == AHEAD


def test_the_analysis_is_done_when_every_unit_has_written_every_section(
    workspace: Workspace,
) -> None:
    build(workspace, "2026-03-16")
    for unit in UNITS:
        for section in SECTIONS:
            write(workspace, unit, section, "2026-04-21")
    assert states(workspace, "2026-04-20")["analys"] == AHEAD
    made = on(workspace, "2026-04-21")["analys"]
    assert made.state == DONE
    assert made.evidence.told == "4 av 4 enheter har skrivit hela analysen (16 av 16 avsnitt)."
    assert made.evidence.files == tuple(f"analys/{u}/" for u in sorted(UNITS))
    (workspace.raw / str(YEAR) / "analys" / "familj" / "mal.md").unlink()
    shutil.rmtree(workspace.raw / str(YEAR) / "analys" / "relation")
    made = on(workspace, "2026-05-01")["analys"]
    assert made.state == LATE and "(11 av 16 avsnitt)" in made.evidence.told
    assert made.evidence.lacking == (
        "Familjeteamet: återstår ”Nås målen?”", "Relationsvåldsteamet: inget är skrivet",
    )  # fmt: skip


def test_the_groups_analysis_is_done_with_a_decision_and_its_protocol(workspace: Workspace) -> None:
    assert states(workspace, "2026-05-13")["ledningsgrupp"] == LACKING  # no unit has written
    write(workspace, "familj", "mal", "2026-04-21")
    assert states(workspace, "2026-05-13")["ledningsgrupp"] == AHEAD
    for section in (*SECTIONS, "resurser", "korthet"):
        write(workspace, "sektor", section, "2026-05-13")
    made = on(workspace, "2026-05-13")["ledningsgrupp"]
    assert made.state == BEGUN
    assert made.evidence.lacking == ("återstår: beslut med protokollets nummer",)
    write(workspace, "sektor", "slutsatser", "2026-05-13", 'beslut = "Ja."\nprotokoll = "FLG 5"\n')
    assert states(workspace, "2026-05-13")["ledningsgrupp"] == DONE


def test_an_analysis_that_cannot_be_read_is_told_and_stops_nothing(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.raw / str(YEAR) / "analys" / "familj" / "malen.md"
    path.parent.mkdir(parents=True)
    path.write_text("Text", encoding="utf-8")
    place = [f"--{n}={getattr(workspace, n)}" for n in ("raw", "processed", "reports")]
    assert main(["status", f"--year={YEAR}", "--date=2026-04-10", *place]) == 0
    said = capsys.readouterr().out
    assert "En analys går inte att läsa" in said and "malen.md" in said
    assert max(map(len, said.splitlines())) <= 80


def plan(workspace: Workspace, **columns: list[object]) -> None:
    length = len(next(iter(columns.values())))
    base = {
        "atgard_id": [f"A{n}" for n in range(length)], "niva": ["enhet"] * length,
        "ansvarig": ["Enhetschef"] * length, "prioritet": ["hog"] * length,
        "status": ["planerad"] * length, "genomford": [None] * length,
        "uppfoljning": [None] * length, "_kalla": ["Handlingsplan.xlsx!Plan"] * length,
    }  # fmt: skip
    made = pa.table({**base, **columns})
    pq.write_table(made, workspace.processed / str(YEAR) / "handlingsplan.parquet")


def test_the_plan_has_level_role_and_priority_and_is_followed_up(workspace: Workspace) -> None:
    without(workspace, "handlingsplan")
    assert states(workspace, "2026-06-01")["handlingsplan"] == LATE
    assert states(workspace, "2026-08-31")["host"] == AHEAD
    assert states(workspace, "2026-09-01")["host"] == LACKING
    plan(workspace, ansvarig=["Enhetschef", None, "SAS"], prioritet=["hog", None, "lag"])
    made = on(workspace, "2026-05-31")["handlingsplan"]
    assert made.state == BEGUN and made.evidence.told.startswith("2 av 3 åtgärder")
    assert made.evidence.lacking == ("åtgärd A1: ansvarig roll, prioritet saknas",)
    plan(
        workspace, status=["klar", "pagar", "avbruten"], uppfoljning=[None, None, "För dyrt."],
        genomford=[day("2026-10-01"), None, None],
    )  # fmt: skip
    assert states(workspace, "2026-06-01")["handlingsplan"] == DONE
    assert on(workspace, "2026-09-30")["host"].evidence.told.startswith("1 av 3 åtgärder")
    made = on(workspace, "2026-10-01")["host"]
    assert made.state == BEGUN and made.evidence.lacking == ("inte uppföljda: A1",)
    assert made.evidence.told == "2 av 3 åtgärder är uppföljda, 2 avslutade."
    assert states(workspace, "2026-12-01")["host"] == LATE
    plan(workspace, uppfoljning=["Infört."])
    assert states(workspace, "2026-12-01")["host"] == DONE


@pytest.mark.parametrize("number, stage", [*enumerate(STAGES, start=1)])
def test_each_release_is_shown_at_its_step_with_date_and_role(
    workspace: Workspace, number: int, stage: str
) -> None:
    freeze(workspace, number, stage, "2026-06-01")
    [at_step] = [s for s in on(workspace, "2026-06-10").values() if s.released]
    assert at_step.step.stage == stage
    said = " ".join(terminal(wheel(workspace, YEAR, day("2026-06-10"), True)).split())
    assert (
        f"Publicerat per 1 juni 2026, beslutat av verksamhetschef ({number:02d}-{stage})." in said
    )
    assert not any(s.released for s in on(workspace, "2026-05-31").values())
    story = at_step.step.key == "kvalitetsberattelse"
    assert (states(workspace, "2026-06-10")["kvalitetsberattelse"] == DONE) == story


def test_of_a_stage_released_twice_the_latest_is_shown(workspace: Workspace) -> None:
    freeze(workspace, 1, "mars", "2026-03-16")
    freeze(workspace, 2, "mars", "2026-04-02")
    assert on(workspace, "2026-04-10")["diagram"].released.name == "02-mars"  # type: ignore[union-attr]
    assert on(workspace, "2026-04-01")["diagram"].released.name == "01-mars"  # type: ignore[union-attr]


def test_changes_in_locked_tertials_are_told_by_cell(workspace: Workspace) -> None:
    change = {
        "adress": "Bakgrund 2025.xlsx!Svar!C7", "andring": "Ändrad", "uppgift": "Kön",
        "lasta": ["Familjeteamet, T1 2025"], "andrade": [], "raknas": [],
    }  # fmt: skip
    path = workspace.processed / str(YEAR) / "las.json"
    path.write_text(json.dumps({"las": [], "andringar": [change]}), encoding="utf-8")
    said = terminal(wheel(workspace, YEAR, day("2026-06-10"), True))
    assert "– Bakgrund 2025.xlsx!Svar!C7 (Familjeteamet, T1 2025): Ändrad" in said


def test_nothing_handed_in_and_nothing_read(tmp_path: Path) -> None:
    empty = at(tmp_path)
    (empty.raw / str(YEAR)).mkdir(parents=True)
    (empty.raw / "kommun.toml").write_text('[[enheter]]\nnamn = "Norr"\n', encoding="utf-8")
    load_kommun.cache_clear()
    made = states(empty, "2026-01-10")
    assert made["t1"] == LACKING and made["t3"] == AHEAD and made["underlag"] == AHEAD
    assert states(empty, "2026-02-01")["underlag"] == LATE
    assert DONE not in set(states(empty, "2027-06-01").values())


def test_the_status_of_exempelkommun_reads_as_it_should(example: Workspace) -> None:
    load_kommun.cache_clear()
    said = terminal(wheel(example, YEAR, day("2026-06-10"), True)) + "\n"
    assert said == GOLDEN.read_text(encoding="utf-8")
    assert max(map(len, said.splitlines())) <= 80


def test_the_command_ends_well_and_a_program_reads_it(
    example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    place = [f"--{n}={getattr(example, n)}" for n in ("raw", "processed", "reports")]
    call = ["status", f"--year={YEAR}", "--date=2026-06-10", *place]
    assert main(call) == 0
    said = capsys.readouterr().out
    assert "Obs: filer eller regler har ändrats" in said  # nobody recorded how they were read
    assert main([*call, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["steg"]) == 12 and told["per"] == "2026-06-10"
    assert len(told["flg"]) == len(load_kommun(example.raw).flg) > 0
    assert main([*call[:1], "--year=2019", *call[2:]]) == 1


def page(made: Wheel) -> str:
    return front_page(Document(sample.META, ()), {}, standing=Front(wheel=made))


def test_the_front_page_shows_the_months_and_lanes_and_calls_nothing_late(
    workspace: Workspace,
) -> None:
    freeze(workspace, 1, "mars", "2026-03-16")
    made = wheel(workspace, YEAR, day("2027-01-10"), False, day("2027-01-10"))
    text = page(made)
    assert 'id="arshjul"' in text and "försenad" not in text and "Försenad" not in text
    assert text.count('class="steg steg-') == 12 and text.count('class="mote"') == 5
    assert "3 av 4 enheter har sammanställt, 3 är låsta." in text
    assert "beslutat av verksamhetschef (01-mars)" in text
    rows = months(made)
    assert [r.name for r in rows if r.here] == ["januari 2027"]
    assert [r.name for r in rows][:3] == ["juni 2025", "oktober 2025", "januari 2026"]
    assert sum(len(lane) for r in rows for lane in r.lanes) == 12 + 5
    assert "arshjul" not in front_page(Document(sample.META, ()), {}).split("</style>")[1]


def test_only_the_command_asks_what_day_it_is() -> None:
    """Pages are given the edition's day."""
    rooms = [*sorted((REPO / "pipeline" / "arshjul").glob("*.py"))]
    rooms += [REPO / "pipeline" / n for n in ("kalender.py", "run/evidence.py", "run/standing.py")]
    rooms += [REPO / "pipeline" / "publish" / "arshjul.py"]
    for path in rooms:
        text = path.read_text(encoding="utf-8")
        assert "today(" not in text and "now(" not in text, path
