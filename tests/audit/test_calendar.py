"""When visits are made and what is told before them, by the routine's calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.audit.january import changes, fixed
from pipeline.audit.records import january_of, write_january
from pipeline.audit.visits import (
    Visit,
    disagreement,
    file_name,
    neglected,
    remarks,
    reviewed_from,
    standings,
    week_before,
)
from pipeline.errors import UppfoljningError

D = dt.date
JANUARY = D(2025, 1, 31)
GOOD = Visit("V2025-01", "norr", "Norr", "OH 2025/31", regi="egen", omraden={"rutiner": "Rutiner"},
             besoksdatum=D(2025, 3, 19))  # fmt: skip


def told(day: dt.date = JANUARY, **changed: object) -> list[str]:
    return list(remarks(replace(GOOD, **changed), 2025, day))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visit", "monday", "friday"),
    [
        (D(2025, 3, 19), D(2025, 3, 10), D(2025, 3, 14)),
        (D(2025, 3, 17), D(2025, 3, 10), D(2025, 3, 14)),  # a Monday
        (D(2025, 3, 23), D(2025, 3, 10), D(2025, 3, 14)),  # a Sunday is of the same week
        (D(2025, 9, 1), D(2025, 8, 25), D(2025, 8, 29)),  # over a month's end
    ],
)
def test_the_notice_is_given_the_calendar_week_before(
    visit: dt.date, monday: dt.date, friday: dt.date
) -> None:
    assert week_before(visit) == (monday, friday)


def test_six_months_back_is_the_same_day_of_the_month_or_its_last() -> None:
    assert reviewed_from(D(2025, 3, 19)) == D(2024, 9, 19)
    assert reviewed_from(D(2025, 3, 31)) == D(2024, 9, 30)
    assert reviewed_from(D(2024, 8, 31)) == D(2024, 2, 29)
    assert reviewed_from(D(2025, 8, 31)) == D(2025, 2, 28)


def test_a_visit_as_the_routine_says_gives_no_remark() -> None:
    assert told() == []
    assert told(informationsdatum=D(2025, 2, 19), urvalsbesked=D(2025, 3, 10)) == []
    assert told(urvalsbesked=D(2025, 3, 14)) == []


@pytest.mark.parametrize(
    ("day", "how"),
    [(D(2025, 3, 7), "för tidigt"), (D(2025, 3, 3), "för tidigt"), (D(2025, 3, 17), "för sent"),
     (D(2025, 3, 19), "för sent")],
)  # fmt: skip
def test_a_notice_dated_in_the_wrong_week_is_told_with_the_right_one(day: D, how: str) -> None:
    (sentence,) = told(urvalsbesked=day)
    assert how in sentence and "2025-03-10–2025-03-14" in sentence and str(day) in sentence


@pytest.mark.parametrize("month", range(1, 13))
def test_visits_are_made_in_february_to_may_and_september_to_november(month: int) -> None:
    day = next(d for d in (D(2025, month, n) for n in range(10, 17)) if d.weekday() == 2)
    outside = month in (1, 6, 7, 8, 12)
    said = told(day=D(2025, 1, 1), besoksdatum=day)
    assert ["Uppföljningar görs i" in t for t in said] == [True] * outside


def test_what_is_missing_or_odd_is_told() -> None:
    assert told(besoksdatum=None) == ["Besöksdatum saknas."]
    assert "Diarienummer saknas" in told(dnr="")[0]
    assert "annat år" in told(besoksdatum=D(2026, 3, 18))[0]
    assert "lördag" in told(besoksdatum=D(2025, 3, 22))[0]
    assert "inte före besöket" in told(informationsdatum=D(2025, 3, 19))[0]
    assert "står kvar som planerat" in told(day=D(2025, 4, 1))[0]
    assert len(told(day=D(2025, 4, 1), status="genomfort")) == 2  # neither information nor notice
    assert told(besoksdatum=D(2025, 6, 4), dnr="", status="installt") == []


def test_every_unit_stands_with_its_last_visit_from_plans_of_earlier_years() -> None:
    units = {"norr": "Norr", "soder": "Söder", "oster": "Öster"}
    earlier = [
        replace(GOOD, besok_id="V2023-1", besoksdatum=D(2023, 4, 5), status="genomfort"),
        replace(GOOD, besok_id="V2024-1", besoksdatum=D(2024, 4, 5), status="installt"),
        replace(GOOD, besok_id="V2021-1", enhet="soder", besoksdatum=D(2021, 4, 7),
                status="genomfort"),
    ]  # fmt: skip
    now = [replace(GOOD, forra_besoket=D(2022, 1, 1))]
    norr, soder, oster = standings(units, now, earlier)
    assert (norr.last, soder.last, oster.last) == (D(2023, 4, 5), D(2021, 4, 7), None)
    assert neglected(norr, 2025) == "" and "2023-04-05" in disagreement(norr)
    assert "2021-04-07" in neglected(soder, 2025) and "inget besök" in neglected(soder, 2025)
    assert "Inget tidigare besök" in neglected(oster, 2025)


# -- The January plan


def test_the_plans_hash_is_of_what_was_decided_and_not_of_its_days() -> None:
    plan = fixed(2025, "2025-01-31", [GOOD])
    later = fixed(
        2025, "2025-02-28", [replace(GOOD, besoksdatum=D(2025, 4, 2), status="genomfort")]
    )
    assert plan.sha256 == later.sha256
    for moved in ({"dnr": "OH 2025/99"}, {"enhet": "soder"}, {"regi": "extern"},
                  {"utforare": "AB"}, {"omraden": {}}, {"besok_id": "V2025-09"}):  # fmt: skip
        assert fixed(2025, "2025-01-31", [replace(GOOD, **moved)]).sha256 != plan.sha256  # type: ignore[arg-type]


def test_what_has_changed_since_january_is_listed() -> None:
    gone = replace(GOOD, besok_id="V2025-03")
    plan = fixed(2025, "2025-01-31", [GOOD, gone, replace(GOOD, besok_id="V2025-04")])
    now = [replace(GOOD, dnr="OH 2025/40"), replace(GOOD, besok_id="V2025-02"),
           replace(GOOD, besok_id="V2025-04", status="installt")]  # fmt: skip
    found = dict(changes(plan, now))
    assert "OH 2025/31" in found["V2025-01"] and "OH 2025/40" in found["V2025-01"]
    assert found["V2025-02"] == "Tillkom efter januari."
    assert found["V2025-03"] == "Står inte längre i planen."
    assert found["V2025-04"] == "Inställt."


def test_the_plan_is_fixed_once_and_an_altered_record_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = write_january(tmp_path, fixed(2025, "2025-01-31", [GOOD]))
    assert january_of(tmp_path, 2025) == fixed(2025, "2025-01-31", [GOOD])
    assert january_of(tmp_path, 2024) is None
    with pytest.raises(UppfoljningError, match="skrivs en gång"):
        write_january(tmp_path, fixed(2025, "2025-02-01", []))
    path.write_text(path.read_text(encoding="utf-8").replace("OH 2025/31", "OH 2025/32"))
    with pytest.raises(UppfoljningError, match="ändrat sedan"):
        january_of(tmp_path, 2025)


@pytest.mark.parametrize("name", ["../V1", "V 1", "", "CON", "a/b", "V.1", "V" * 41, "-1"])
def test_a_number_that_no_folder_can_have_is_refused(name: str) -> None:
    with pytest.raises(UppfoljningError, match="uppföljningsplanen"):
        file_name(name)
    assert file_name("V2025-03") == "V2025-03"
