"""The days of the steps, what a municipality may decide about them, and the state on a day."""

import datetime as dt

import pytest

from pipeline.arshjul.standing import (
    AHEAD,
    BEGUN,
    DONE,
    LACKING,
    LATE,
    Change,
    Evidence,
    Released,
    Wheel,
    judge,
    standing,
)
from pipeline.arshjul.steps import steps
from pipeline.arshjul.text import WIDTH, period, record, terminal
from pipeline.errors import ConfigError
from pipeline.kalender import FRISTER, Mote, read_calendar, read_meetings
from pipeline.report.tertial import earliest_lock
from pipeline.run.releases import STAGES
from pipeline.workspace import load_kommun

YEAR = 2025


def step(key, **told):
    calendar = read_calendar({key: told} if told else {})
    return next(s for s in steps(YEAR, calendar) if s.key == key)


def test_the_steps_come_in_the_order_and_months_of_the_routine():
    made = [(s.key, s.due.isoformat()) for s in steps(YEAR, FRISTER)]
    assert made == [
        ("t1", "2025-06-30"), ("t2", "2025-10-31"), ("underlag", "2026-01-31"),
        ("t3", "2026-02-28"), ("utskick", "2026-02-28"), ("svar", "2026-03-01"),
        ("diagram", "2026-03-31"), ("analys", "2026-04-30"), ("ledningsgrupp", "2026-05-31"),
        ("handlingsplan", "2026-05-31"), ("host", "2026-11-30"),
        ("kvalitetsberattelse", "2026-12-31"),
    ]  # fmt: skip


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_a_tertial_begins_on_the_first_day_it_can_be_locked(year):
    made = {s.key: s.opens for s in steps(year, FRISTER)}
    assert [made[t] for t in ("t1", "t2", "t3")] == [
        earliest_lock(year, t) for t in ("T1", "T2", "T3")
    ]


def test_each_stage_that_can_be_released_belongs_to_one_step():
    assert sorted(s.stage for s in steps(YEAR, FRISTER) if s.stage) == sorted(STAGES)


SOME, WHOLE = Evidence("", begun=True), Evidence("", True, True)
NONE, BLOCKED = Evidence(""), Evidence("", blocked="Det finns ingen handlingsplan.")


@pytest.mark.parametrize(
    "day, evidence, state, on_a_page",
    [
        ("2026-03-31", NONE, AHEAD, AHEAD),  # before it begins
        ("2026-03-31", BLOCKED, AHEAD, AHEAD),
        ("2026-03-31", SOME, BEGUN, BEGUN),
        ("2026-03-31", WHOLE, DONE, DONE),
        ("2026-04-01", BLOCKED, LACKING, LACKING),
        ("2026-04-30", NONE, AHEAD, AHEAD),  # the last day
        ("2026-04-30", SOME, BEGUN, BEGUN),
        ("2026-05-01", NONE, LATE, AHEAD),  # the day after
        ("2026-05-01", SOME, LATE, BEGUN),
        ("2026-05-01", BLOCKED, LACKING, LACKING),
        ("2026-05-01", WHOLE, DONE, DONE),
    ],
)
def test_the_state_follows_from_day_and_evidence_and_a_page_calls_nothing_late(
    day, evidence, state, on_a_page
):
    today, analysis = dt.date.fromisoformat(day), step("analys")
    assert judge(analysis, evidence, today, late=True) == state
    assert judge(analysis, evidence, today, late=False) == on_a_page


def test_the_municipality_moves_a_day_and_names_a_role():
    moved = step("analys", senast="8 maj", ansvarig="enhetschef och SAS")
    assert (moved.due, moved.who, moved.own) == (dt.date(2026, 5, 8), "enhetschef och SAS", True)
    assert period(moved) == "1 april–8 maj 2026" and period(step("analys")) == "1–30 april 2026"
    later = step("kvalitetsberattelse", senast="1 mars", ar_efter=2)
    assert later.due == dt.date(2027, 3, 1) and later.opens == dt.date(2027, 1, 1)
    only = step("utskick", ansvarig="SAS")
    assert only.who == "SAS" and not only.own and only.due == dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    "given, said",
    [
        ({"analyser": {"senast": "8 maj"}}, r"\[arshjul.analyser\]: steget finns inte"),
        ({"analys": {"senaste": "8 maj"}}, "här kan senast, ansvarig och ar_efter stå"),
        ({"analys": {"senast": "31 april"}}, "en dag som finns varje år"),
        ({"analys": {"senast": "29 februari"}}, "en dag som finns varje år"),
        ({"analys": {"senast": dt.date(2026, 5, 8)}}, "en dag som finns varje år"),
        ({"analys": {"ansvarig": " "}}, "ansvarig är en roll"),
        ({"analys": {"ar_efter": 1}}, "Skriv senast också"),
        ({"analys": {"senast": "8 maj", "ar_efter": 3}}, "ar_efter är 0, 1 eller 2"),
        ({"svar": {"senast": "15 mars"}}, "den 1 mars"),
        ({"t1": {"senast": "13 juni"}}, "tidigast 14 juni"),
        ({"t3": {"senast": "31 december", "ar_efter": 0}}, "tidigast 14 februari"),
        ({"analys": "8 maj"}, "här kan senast"),
        ("8 maj", r"\[arshjul.analys\] på en egen rad"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(given, said):
    with pytest.raises(ConfigError, match=said):
        read_calendar(given)


def test_the_calendar_of_the_group_is_read_by_date_and_checked(tmp_path):
    text = '[[flg]]\ndatum = 2026-05-13\nvad = "B"\n[[flg]]\ndatum = 2026-03-25\nvad = "A"\n'
    (tmp_path / "kommun.toml").write_text(text, encoding="utf-8")
    assert [m.vad for m in load_kommun(tmp_path).flg] == ["A", "B"]
    for wrong, said in (
        ([{"datum": "2026-05-13", "vad": "A"}], "nummer 1: datum skrivs utan citattecken"),
        ([{"datum": dt.date(2026, 5, 13)}], "här ska datum och vad stå"),
        ([{"datum": dt.date(2026, 5, 13), "vad": ""}], "vad är en text"),
        ({"datum": dt.date(2026, 5, 13)}, r"\[\[flg\]\] på en egen rad"),
    ):
        with pytest.raises(ConfigError, match=said):
            read_meetings(wrong)


def example(evidence, changes=(), day="2026-04-20"):
    today = dt.date.fromisoformat(day)
    told = {"april": Released("02-april", "april", dt.date(2026, 4, 18), "verksamhetschef")}
    made = (standing(step("analys"), evidence, told, today, True),)
    meetings = (Mote(dt.date(2026, 4, 20), "En mycket lång rubrik " * 5), Mote(today, "B"))
    return Wheel("En kommun med ett långt namn", YEAR, today, made, meetings, changes)


def test_the_terminal_is_never_wider_than_80_and_says_each_state_in_words():
    long = Evidence("Ord " * 60, begun=True, lacking=("Enheten med ett långt namn: allt",) * 20)
    changes = tuple(Change(f"fil.xlsx!Blad!H{n}", "Norr, T1 2025", "Ändrad") for n in range(9))
    text = terminal(example(long, changes), ["ett påpekande " * 10])
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "◐ på gång" in text and "och 12 till" in text and "om 10 dagar" in text
    assert "Publicerat per 18 april 2026, beslutat av" in " ".join(text.split())
    assert "9 ändringar sedan de låstes" in text and "fil.xlsx!Blad!H7 (Norr, T1 2025)" in text
    assert "H8" not in text and "och 1 till" in text
    late = terminal(example(NONE, day="2026-05-02"))
    assert "▲ försenad" in late and "1 försenat" in late


def test_a_program_reads_the_same():
    told = record(example(SOME, None))
    [one] = told["steg"]
    assert (one["steg"], one["lage"], one["senast"]) == ("analys", "på gång", "2026-04-30")
    assert one["publicerat"] == {
        "utgava": "02-april", "per_datum": "2026-04-18", "beslutad_av": "verksamhetschef",
    }  # fmt: skip
    assert told["andrat_i_lasta_tertial"] is None
    assert "Inte jämförda än" in terminal(example(SOME, None))
