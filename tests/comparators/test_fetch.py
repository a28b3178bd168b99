"""`fetch` against a stand-in for Kolada: what is asked for, kept, refused, and told."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import socket
from email.utils import format_datetime
from typing import Any

import pytest

from pipeline.comparators.client import Refused, Unreachable
from pipeline.comparators.query import Query
from pipeline.errors import ConfigError, IntakeError, UsageError
from pipeline.intake.readers import read_file
from pipeline.workspace import load_kommun

from .conftest import KPIS, Place, settings
from .standin import busy, cut, hung_up, reply, value


def rows(place: Place) -> set[tuple[Any, ...]]:
    """What intake reads of the one file: kpi, municipality, year, sex, status, value."""
    (path,) = place.files
    (table,) = read_file(path, f"kolada/{path.name}")
    return {(r[0], r[1], r[2], r[3], r[5], r[6]) for r in table.rows[1:]}


def held(place: Place) -> set[tuple[Any, ...]]:
    return {
        (k, m, y, v["gender"], v["status"], v["value"])
        for (k, m, y), values in place.standin.held.items()
        for v in values
    }


def test_an_answer_is_kept_whole_with_its_day_and_hash(place: Place) -> None:
    path = place.fetch()
    assert path is not None and path.name == "2026-03-02 U30447-U30448.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    canonical = json.dumps(
        document["values"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert document["hamtad"] == "2026-03-02"
    assert document["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert rows(place) == held(place) and len(rows(place)) == 24
    assert "24 värden." in place.text


def test_pages_are_followed_to_the_last(place: Place) -> None:
    place.standin.per_page = 3
    place.fetch()
    assert len(place.standin.asked) == 3  # eight entries
    assert rows(place) == held(place)


def test_no_segment_holds_more_than_25_ids(place: Place) -> None:
    kpis = tuple(f"N{i:05}" for i in range(60))
    place.standin.held = {(k, "0114", 2025): [value(1.0)] for k in kpis}
    settings(place.workspace, place.standin.base, kpis)
    place.fetch()
    segments = [p.split("/")[4].split(",") for p in place.standin.asked]
    assert [len(s) for s in segments] == [25, 25, 10]
    assert sorted(k for s in segments for k in s) == sorted(kpis)
    assert rows(place) == held(place)


def test_every_combination_of_many_ids_is_asked_for_once() -> None:
    query = Query.of(
        [f"N{i:05}" for i in range(26)], [f"{i:04}" for i in range(51)], range(1995, 2021)
    )
    asked = [a.split("/") for a in query.addresses("https://h/v3")]
    combinations = [
        (k, m, y)
        for *_, kpis, _, municipalities, _, years in asked
        for k in kpis.split(",")
        for m in municipalities.split(",")
        for y in years.split(",")
    ]
    assert len(asked) == 2 * 3 * 2
    assert len(combinations) == len(set(combinations)) == 26 * 51 * 26


def test_retry_after_is_waited_for_in_seconds_and_as_a_moment(place: Place) -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100)
    place.standin.faults = [
        busy(Retry_After="7"), busy(Retry_After=format_datetime(moment, usegmt=True)), busy(503),
    ]  # fmt: skip
    place.fetch()
    seconds, until, back_off = place.waits
    assert seconds == 7 and 40 <= until <= 100 and back_off == 4
    assert rows(place) == held(place)


def test_a_wait_longer_than_two_minutes_is_told_instead(place: Place) -> None:
    place.standin.faults = [busy(Retry_After="1800")]
    with pytest.raises(Unreachable, match="vänta 30 minuter"):
        place.fetch()
    assert place.waits == [] and place.files == []


def test_a_service_that_stays_busy_is_given_up_after_five_tries(place: Place) -> None:
    place.standin.faults = [busy()] * 9
    with pytest.raises(Unreachable, match="felkod 429"):
        place.fetch()
    assert len(place.standin.asked) == 5 and place.waits == [1, 2, 4, 8]


def test_a_cut_connection_is_tried_again(place: Place) -> None:
    place.standin.faults = [cut, hung_up, cut]
    place.fetch()
    assert len(place.standin.asked) == 4
    assert rows(place) == held(place)


def test_a_cut_on_the_second_page_leaves_nothing_behind(place: Place) -> None:
    place.standin.per_page = 3
    place.standin.faults = [lambda s, h: "page=2" in h.path and cut(s, h)] * 9
    with pytest.raises(Unreachable, match="bröts"):
        place.fetch()
    assert place.files == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p["values"], "listan values saknas"),
        (lambda p: {"results": p["values"]}, "listan values saknas"),
        (lambda p: {**p, "values": [{**e, "kpi": None} for e in p["values"]]}, "fältet kpi"),
        (lambda p: {**p, "values": [{**e, "period": "2025"} for e in p["values"]]}, "period"),
        (lambda p: _with(p, value="71,5"), "value är inget tal"),
        (lambda p: _with(p, value=True), "value är inget tal"),
        (lambda p: _with(p, value=float("nan")), "value är inget tal"),
        (lambda p: _with(p, gender="X"), "gender är varken"),
        (lambda p: _with(p, status="Secret"), "okänt innehåll"),
        (lambda p: _with(p, isdeleted="false"), "isdeleted"),
        (lambda p: _without(p, "status"), "fältet status saknas"),
        (lambda p: {**p, "values": [{**e, "municipality": "0180"} for e in p["values"]]}, "annat"),
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(place: Place, change: Any, told: str) -> None:
    place.standin.reshape = change
    with pytest.raises(Refused, match=told) as refused:
        place.fetch()
    assert "Ingenting sparades" in str(refused.value)
    assert place.files == []


def _with(page: Any, **new: Any) -> Any:
    return {
        **page,
        "values": [{**e, "values": [{**v, **new} for v in e["values"]]} for e in page["values"]],
    }


def _without(page: Any, name: str) -> Any:
    kept = [
        {**e, "values": [{k: w for k, w in v.items() if k != name} for v in e["values"]]}
        for e in page["values"]
    ]
    return {**page, "values": kept}


def test_pages_that_never_end_are_refused(place: Place) -> None:
    place.standin.reshape = lambda p: {**p, "next_url": place.standin.base + "/data/kpi/U30447"
                                       "/municipality/0114/year/2025"}  # fmt: skip
    with pytest.raises(Refused, match="aldrig slut"):
        place.fetch()
    assert place.files == []


@pytest.mark.parametrize("way", ["redirect", "next_url"])
def test_another_host_is_never_followed(place: Place, way: str) -> None:
    away = "http://localhost:1/v3/data"
    if way == "redirect":
        place.standin.faults = [lambda s, h: reply(h, b"", 302, Location=away) or True]
    else:
        place.standin.reshape = lambda p: {**p, "next_url": away}
    with pytest.raises(Refused, match="annan värd \\(localhost\\)"):
        place.fetch()
    assert place.files == []


def test_a_question_that_is_not_accepted_is_told_and_not_repeated(place: Place) -> None:
    place.standin.faults = [busy(400)]
    with pytest.raises(Refused, match="felkod 400"):
        place.fetch()
    assert len(place.standin.asked) == 1


def test_missing_privacy_and_not_applicable_stay_apart_and_zero_is_a_number(place: Place) -> None:
    place.standin.held = {
        ("U30447", "0114", 2024): [
            value(0.0), value(None, "K", "Privacy"), value(None, "M", "Missing"),
        ],
        ("U30447", "0114", 2025): [
            value(None, "T", "Not applicable"), value(3.5, "K", gone=True), value(None, "M"),
        ],
    }  # fmt: skip
    place.fetch()
    assert rows(place) == held(place)
    assert place.text.count("Utan värden för dessa kommuner och år: U30448.") == 1
    assert (
        "1 värden, därtill 1 borttaget av Kolada, 1 inte tillämpligt, 1 sekretess, "
        "1 uppgift saknas, 1 utan värde." in place.text
    )


def test_of_a_value_withdrawn_and_one_in_its_place_the_one_that_holds_is_kept(
    place: Place,
) -> None:
    for order in ((value(1.0, gone=True), value(2.0)), (value(2.0), value(1.0, gone=True))):
        place.standin.held = {("U30447", "0114", 2024): list(order)}
        for old in place.files:
            old.unlink()
        place.fetch()
        assert rows(place) == {("U30447", "0114", 2024, "T", "", 2.0)}


def test_the_same_answer_writes_nothing_new_whatever_its_order(place: Place) -> None:
    first = place.fetch()
    assert first is not None
    before = first.read_bytes()
    place.standin.held = dict(reversed(place.standin.held.items()))
    place.standin.per_page = 2
    assert place.fetch("2026-05-04") is None
    assert place.files == [first] and first.read_bytes() == before
    assert "Ingenting är ändrat sedan 2026-03-02" in place.text


def test_two_fetches_of_a_day_keep_their_order(place: Place) -> None:
    first = place.fetch()
    place.standin.held["U30447", "0114", 2025] = [value(1.5)]
    second = place.fetch()
    assert [first, second] == place.files
    assert second is not None and second.name == "2026-03-02_02 U30447-U30448.json"


def test_a_fetch_is_not_dated_before_the_last_one(place: Place) -> None:
    place.fetch("2026-03-02")
    with pytest.raises(UsageError, match="2026-03-02"):
        place.fetch("2026-03-01")


def test_without_a_network_the_earlier_answers_are_used_and_it_says_so(place: Place) -> None:
    place.fetch()
    before = place.files
    settings(place.workspace, f"http://127.0.0.1:{_closed()}/v3")
    assert place.fetch("2026-05-04") is None
    assert place.files == before
    assert "går inte att nå: anslutningen nekas" in " ".join(place.text.split())
    assert "Utan nät används det som finns i mappen kolada: 24 värden i 1 fil." in place.text
    assert "Senast hämtat 2026-03-02" in " ".join(place.text.split())


def test_without_a_network_and_without_answers_it_stops(place: Place) -> None:
    settings(place.workspace, f"http://127.0.0.1:{_closed()}/v3")
    with pytest.raises(Unreachable, match="ansluten till internet"):
        place.fetch()
    assert place.files == []


def _closed() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_file_that_somebody_has_changed_is_told(place: Place) -> None:
    path = place.fetch()
    assert path is not None
    path.write_text(path.read_text(encoding="utf-8").replace("74.0", "99.0"), encoding="utf-8")
    with pytest.raises(IntakeError, match="ändrad sedan den hämtades"):
        place.fetch("2026-05-04")


def test_the_call_says_more_than_the_settings(place: Place) -> None:
    place.fetch("2026-03-02", ("U30448",), ("0000",), ("2024",))
    assert place.standin.asked == ["/v3/data/kpi/U30448/municipality/0000/year/2024"]


@pytest.mark.parametrize("call", [(("30447",),), ((), ("Upplands Väsby",)), ((), (), ("24",))])
def test_what_cannot_be_asked_for_is_told(place: Place, call: Any) -> None:
    with pytest.raises(UsageError, match="går inte att fråga efter"):
        place.fetch("2026-03-02", *call)
    assert place.standin.asked == []


@pytest.mark.parametrize(
    "line", ['adress = "http://exempel.se"', 'adress = "file:///etc"', 'nyckeltal = ["x"]', "a = 1"]
)
def test_settings_that_cannot_be_are_told(place: Place, line: str) -> None:
    (place.workspace.raw / "kommun.toml").write_text(f"[kolada]\n{line}\n", encoding="utf-8")
    load_kommun.cache_clear()
    with pytest.raises(ConfigError, match=r"\[kolada\]"):
        load_kommun(place.workspace.raw)


def test_the_invented_municipality_is_not_asked_for(place: Place) -> None:
    (place.workspace.raw / "kommun.toml").write_text('kod = "9999"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="påhittade"):
        place.fetch("2026-03-02", KPIS)
