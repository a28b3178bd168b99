"""`make draw` and `make draw-check` on a municipality's own files: what is refused, what is written
once, where a kund's own number stands, and how a changed list is found out."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from pipeline.cli import main
from pipeline.disposal.record import Disposal, DisposedFile, write_record
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.run import draw_words
from pipeline.run.draw import Asked, check_draw, draw_kunder
from pipeline.workspace import Workspace
from tests import municipality as m
from tests.audit import visited as v

DAY = dt.date(2025, 3, 12)
ASKED = Asked("V2025-01", "MAS")


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Twelve rows: ten in the frame (one came less than six months before), one with protected
    identity, one whose insats ended long before. A second visit without a list."""
    frame = [
        *v.kunder(9),
        ["V2025-01", "K-4100", "SoL;HSL", v.day("2025-02-03"), None, "Nej"],
        ["V2025-01", "K-4101", "SoL", v.day("2022-05-02"), None, "Ja"],
        ["V2025-01", "K-4102", "SoL", v.day("2022-05-02"), v.day("2024-08-30"), None],
    ]
    plan = [v.planned(), v.planned("V2025-02", "OH 2025/32", "Särskilt boende Örnen")]
    made = v.establish(tmp_path_factory.mktemp("tolv"), plan, frame)
    m.tables(made, v.YEAR)
    return made


@pytest.fixture
def workspace(twelve: Workspace, tmp_path: Path) -> Workspace:
    return m.copy(twelve, tmp_path)


def draw(workspace: Workspace, asked: Asked = ASKED, day: dt.date = DAY):  # type: ignore[no-untyped-def]
    return draw_kunder(workspace, v.YEAR, asked, day, say=lambda _: None)


def listed(path: Path) -> list[tuple]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [row for row in sheet.iter_rows(min_row=6, values_only=True) if row[0]]


def test_the_protocol_says_how_the_draw_was_made_and_it_is_written_once(
    workspace: Workspace,
) -> None:
    made = draw(workspace)
    path = workspace.raw / made.record
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told == made.protocol
    assert (told["ram"]["antal"], told["antal"], told["rader_i_listan"]) == (10, 8, 12)
    assert {e["skal"]: e["antal"] for e in told["undantag"]} == {
        "skyddad": 1, "avslutad": 1, "senare": 0,
    }  # fmt: skip
    assert (told["granskas_fran"], told["besoksdatum"]) == ("2024-09-19", "2025-03-19")
    assert (told["dragen_av"], told["datum"]) == ("MAS", "2025-03-12")
    assert told["intyg"] == {"av": "Systemförvaltare", "datum": "2025-03-10"}
    assert told["uttag"]["undantagna"] == 1 and told["uttag"]["text"].startswith("Alla med")
    again = draw(workspace)
    assert not again.new and again.protocol == made.protocol
    assert [p.name for p in path.parent.iterdir()] == ["V2025-01-01.json"]


def test_no_kund_has_its_own_number_anywhere_but_in_the_list_for_the_safe_channel(
    workspace: Workspace,
) -> None:
    made = draw(workspace)
    drawn = listed(made.listed)
    assert [row[0] for row in drawn] == [1, 2, 3, 4, 5, 6, 7, 8]
    source = openpyxl.load_workbook(workspace.raw / "2025" / "kunder.xlsx")["Blad1"]
    for _, number, lagrum, first, address in drawn:
        cell = address.removeprefix("kunder.xlsx!Blad1!")
        assert source[cell].value == number  # as it stands in the raw file
        assert number not in ("K-4101", "K-4102")
        if number == "K-4100":  # came later: a shorter period
            assert (first, "(HSL)" in lagrum) == ("2025-02-03", True)
        else:
            assert first == "2024-09-19"
    if os.name == "posix":
        assert made.listed.stat().st_mode & 0o777 == 0o600
        assert made.listed.parent.stat().st_mode & 0o777 == 0o700
    written = [*(workspace.raw / "2025/protokoll").rglob("*.json")]
    assert written and not any(b"K-4" in p.read_bytes() for p in written)
    assert not any(f"K-4{n}" in "\n".join(draw_words.drawn(made)) for n in range(10))


def test_the_list_is_written_again_when_it_is_gone(workspace: Workspace) -> None:
    made = draw(workspace)
    before = made.listed.read_bytes()
    shutil.rmtree(made.listed.parent)
    assert draw(workspace).listed.read_bytes() == before


def test_the_seed_is_of_the_plan_as_it_was_in_january(workspace: Workspace) -> None:
    """Another dnr in the plan later changes neither seed nor draw."""
    other = m.copy(workspace, workspace.raw.parent / "annan")
    first = draw(workspace).protocol
    draw(other, Asked("V2025-01", "MAS"))
    shutil.rmtree(other.raw / "2025/protokoll/urval")
    v.write(other, "plan.xlsx", v.PLAN, [
        v.planned(dnr="OH 2025/77"), v.planned("V2025-02", "OH 2025/32", "Särskilt boende Örnen")
    ])  # fmt: skip
    m.tables(other, v.YEAR)
    again = draw(other).protocol
    assert again["dnr"] == "OH 2025/77" and again["fro"] == first["fro"]
    assert again["urval"] == first["urval"]


def test_a_draw_holds_when_it_is_made_again(workspace: Workspace) -> None:
    draw(workspace)
    made = check_draw(workspace, v.YEAR, "V2025-01")
    assert made.holds
    lines = draw_words.checked(made)
    assert "Urval 01, 2025-03-12: lika" in lines and "Urvalet håller." in lines
    draw_words.refuse(made)
    assert draw_words.record(made)["lika"] is True


def test_one_kund_added_to_the_list_is_found_out(workspace: Workspace) -> None:
    draw(workspace)
    sheet = openpyxl.load_workbook(workspace.raw / "2025/kunder.xlsx")["Blad1"]
    rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    v.write(workspace, "kunder.xlsx", v.KUNDER, [*rows, *v.kunder(10)[9:]])
    m.tables(workspace, v.YEAR)
    made = check_draw(workspace, v.YEAR, "V2025-01")
    assert made.equal and not made.holds
    assert made.moved is not None and len(made.moved.added) == 1 and not made.moved.removed
    assert any("1 kund har tillkommit" in line for line in draw_words.checked(made))
    with pytest.raises(GateError):
        draw_words.refuse(made)


def test_a_protocol_with_another_result_is_found_out(workspace: Workspace) -> None:
    path = workspace.raw / draw(workspace).record
    told = json.loads(path.read_text(encoding="utf-8"))
    left_out = next(p for p, _ in told["ram"]["kunder"] if p not in told["urval"])
    told["urval"][0] = left_out
    path.write_text(json.dumps(told), encoding="utf-8")
    made = check_draw(workspace, v.YEAR, "V2025-01")
    assert not made.equal
    assert any("INTE LIKA" in line for line in draw_words.checked(made))


def test_a_second_draw_needs_a_reason_and_another_list_and_the_first_one_stays(
    workspace: Workspace,
) -> None:
    first = draw(workspace)
    again = Asked("V2025-01", "MAS", "listan gällde fel enhet")
    with pytest.raises(UppfoljningError, match="samma lista ger samma urval"):
        draw(workspace, again)
    v.write(workspace, "kunder.xlsx", v.KUNDER, v.kunder(14))
    m.tables(workspace, v.YEAR)
    second = draw(workspace, again)
    assert second.protocol["nr"] == 2
    assert second.protocol["forkastar"] == {"nr": 1, "skal": "listan gällde fel enhet"}
    kept = json.loads((workspace.raw / first.record).read_text(encoding="utf-8"))
    assert kept == first.protocol
    made = check_draw(workspace, v.YEAR, "V2025-01")
    assert made.holds and set(made.redrawn) == {1, 2}


def test_what_cannot_be_drawn_is_refused_in_words_and_nothing_is_written(
    workspace: Workspace,
) -> None:
    for asked, words in (
        (Asked("V2025-01"), "Skriv rollen"),
        (Asked("", "MAS"), "V2025-01, V2025-02"),
        (Asked("V2025-09", "MAS"), "står inte i"),
        (Asked("V2025-01", "MAS", "fel"), "inget att förkasta"),
        (Asked("V2025-01", "Kalle 0701-23 45 67"), "personuppgifter"),
    ):
        with pytest.raises(UsageError, match=words):
            draw(workspace, asked)
    with pytest.raises(UppfoljningError, match="urvalsramen"):
        draw(workspace, Asked("V2025-02", "MAS"))  # no attest
    v.write(workspace, "ram.xlsx", v.ATTEST, [v.attest(), v.attest("V2025-02", by="–")])
    m.tables(workspace, v.YEAR)
    with pytest.raises(UppfoljningError, match="intygar"):
        draw(workspace, Asked("V2025-02", "MAS"))
    v.write(workspace, "ram.xlsx", v.ATTEST, [v.attest(), v.attest("V2025-02")])
    m.tables(workspace, v.YEAR)
    with pytest.raises(UppfoljningError, match="ingen lista"):
        draw(workspace, Asked("V2025-02", "MAS"))
    with pytest.raises(UsageError, match="Inget urval är draget"):
        check_draw(workspace, v.YEAR, "V2025-01")
    assert not (workspace.raw / "2025/protokoll").exists()


def test_a_list_that_could_not_be_read_whole_is_refused_by_cell(workspace: Workspace) -> None:
    """A lost row would be a kund who could not be drawn."""
    ended = v.day("2021-01-01")
    v.write(workspace, "kunder.xlsx", v.KUNDER, [
        *v.kunder(3),
        ["V2025-01", None, "SoL", v.day("2022-05-02"), None, "Nej"],
        ["V2025-01", "K-1", "SoL", v.day("2022-05-02"), None, "kanske"],
        ["V2025-01", "K-2", "SoL", v.day("2022-05-02"), ended, "Nej"],
        ["V2025-11", "K-3", "SoL", v.day("2022-05-02"), None, "Nej"],
        ["V2025-01", "K-4", "SoL", v.day("2022-05-02"), v.day("2024-01-01"), "Nej"],
        ["V2025-01", "K-4", "SoL", v.day("2024-05-02"), None, "Nej"],
    ])  # fmt: skip
    m.tables(workspace, v.YEAR)
    with pytest.raises(UppfoljningError) as refused:
        draw(workspace)
    said = " ".join(str(refused.value).split())
    for words in ("rad 5: Kundens nummer: uppgiften saknas", "Blad1!F6: Svaret är varken",
                  "rad 7: insatsen slutar innan den börjar", "rad 8: besöket står inte i",
                  "rad 9: kunden står på flera rader"):  # fmt: skip
        assert words in said, words
    assert "K-1" not in said


def test_none_is_left_where_all_are_protected(workspace: Workspace) -> None:
    rows = [[*row[:5], "Ja"] for row in v.kunder(2)]
    v.write(workspace, "kunder.xlsx", v.KUNDER, rows)
    m.tables(workspace, v.YEAR)
    made = draw(workspace)
    assert made.protocol["urval"] == [] and listed(made.listed) == []
    assert any("Ramen är tom" in line for line in draw_words.drawn(made))
    assert check_draw(workspace, v.YEAR, "V2025-01").holds


def test_what_weakens_a_draw_is_said_with_it(workspace: Workspace) -> None:
    """The list was made before the plan was fixed, and the draw comes after the visit."""
    said = " ".join(draw_words.notes(draw(workspace, day=dt.date(2025, 4, 1)).protocol))
    assert "innan planen fastställdes 2025-04-01" in said and "efter besöket" in said


def test_a_disposal_of_the_list_leaves_the_protocol_to_draw_again_from(
    workspace: Workspace,
) -> None:
    """Four of the ten in the frame are destroyed under a decision, then all: what is left of the
    frame is compared, and a kund who is put into the list afterwards is found out."""
    draw(workspace)
    gone = DisposedFile("2025/kunder.xlsx", "a" * 64, "b" * 64, {"Blad1": (2, 3, 4, 5)})
    write_record(workspace.raw, Disposal(
        "OH 2026/9", 2025, "SAS", "2026-01-10", (gone,), {2025: ("kunder",)}, {}
    ))  # fmt: skip
    assert check_draw(workspace, v.YEAR, "V2025-01").by == ()  # nothing of this frame yet
    for left, told in (
        (v.kunder(9)[4:], "4 av dess 10 kunder är gallrade"), ([], "10 av dess 10 kunder"),
    ):  # fmt: skip
        more = [["V2025-01", "K-4100", "SoL;HSL", v.day("2025-02-03"), None, "Nej"]] if left else []
        v.write(workspace, "kunder.xlsx", v.KUNDER, [*left, *more])
        m.tables(workspace, v.YEAR)
        made = check_draw(workspace, v.YEAR, "V2025-01")
        said = " ".join(" ".join(draw_words.checked(made)).split())
        assert made.holds and "Urvalet håller." in said
        assert f"Ramen är förstörd enligt beslut OH 2026/9: {told}" in said
        assert ("Övriga i ramen: 6, samma." in said) == bool(left)
        assert "INTE LIKA" not in said and "försvunnit" not in said
        for asked in (ASKED, Asked("V2025-01", "MAS", "listan var fel")):
            with pytest.raises(UppfoljningError, match="förstörd enligt beslut OH 2026/9"):
                draw(workspace, asked)
    assert json.loads(json.dumps(draw_words.record(made)))["ram_nu"]["gallrade"] == 10
    v.write(workspace, "kunder.xlsx", v.KUNDER, v.kunder(10)[9:])
    m.tables(workspace, v.YEAR)
    with pytest.raises(GateError):
        draw_words.refuse(check_draw(workspace, v.YEAR, "V2025-01"))


def call(workspace: Workspace, verb: str, *words: str) -> int:
    """A verb as make calls it."""
    place = (w for n in m.FOLDERS for w in (f"--{n}", str(getattr(workspace, n))))
    return main([verb, *words, *place, "--year", "2025", "--date", "2025-03-12"])


def test_the_verbs_draw_check_and_write_letters(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit codes: 0 done, 2 a wrong call, 3 a draw that does not hold."""
    monkeypatch.setattr("pipeline.run.annual.tables", lambda *_, **__: None)  # they are made
    assert call(workspace, "draw", "--besok", "V2025-01") == 2
    assert "Skriv rollen" in capsys.readouterr().err
    assert call(workspace, "draw", "--besok", "V2025-01", "--dragen-av", "MAS") == 0
    assert "8 av 10 kunder i ramen är dragna." in capsys.readouterr().out
    assert call(workspace, "draw-check", "--besok", "V2025-01", "--json") == 0
    assert json.loads(capsys.readouterr().out)["haller"] is True
    assert call(workspace, "letters", "--besok", "V2025-01") == 0
    brev = workspace.reports / "2025/intern/verksamhet/V2025-01/brev"
    assert (brev / "urvalsbesked.pdf").is_file()
    assert not (brev.parents[1] / "plan.pdf").exists()  # one visit was asked for
    record = workspace.raw / "2025/protokoll/uppfoljningsplan.json"
    record.unlink()
    assert call(workspace, "draw-check", "--besok", "V2025-01") == 3
    assert "januariplanen är inte den som fröet gjordes av" in capsys.readouterr().out
    log = (workspace.processed / "byggen.log").read_text(encoding="utf-8")
    assert [line.split("\t")[2] for line in log.splitlines()[1:]] == ["draw", "letters"]


def test_the_text_fits_the_terminal(workspace: Workspace) -> None:
    made = draw(workspace)
    lines = draw_words.drawn(made) + draw_words.checked(check_draw(workspace, 2025, "V2025-01"))
    texts = [line for whole in lines for line in whole.splitlines() if str(made.listed) not in line]
    assert all(len(line) <= 80 for line in texts)
